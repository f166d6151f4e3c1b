package config

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"livery/schema"
	"livery/schema/rule"
	"livery/schema/syntax"
	"livery/schema/tokens"
	"livery/schema/wording"
)

// Ignore says which findings are not to be shown, and why: a livery:ignore comment, or an
// ignore block of a lint block, which files in JSON need.
type Ignore struct {
	Rules   []rule.ID
	Until   string // the last day in UTC, as 2027-01-31; "" for ever
	Reason  string
	Range   hcl.Range // of the comment, or of the header of the block
	Comment bool
	Token   bool // it is written in a design token, and like a comment about all of that

	// Of a comment: the part of its file that it is about; Whole for all of it.
	Whole      bool
	Start, End int // bytes, where the lines do not decide
	Line       int // a finding that begins or ends on this line; 0 where the bytes decide

	// Of a block: the field, or the page, in the API's spelling, and the locale; "" for all.
	Path   string
	Locale schema.Locale
	With   hcl.Range // what is worth nothing without any ignore: in JSON their key
}

// Ended reports whether the last day of an ignore has passed.
func (g *Ignore) Ended(now time.Time) bool {
	last, err := time.Parse(time.DateOnly, g.Until)
	return err == nil && !now.Before(last.AddDate(0, 0, 1))
}

// mark begins the comments that ignore findings.
const mark = "livery:ignore"

// ignores reads the comments of a file that ignore findings. Few files have one, so that
// only those are taken apart into tokens.
func (f *Faults) ignores(file *syntax.File) []*Ignore {
	body, native := file.Body.(*hclsyntax.Body)
	if !native || !bytes.Contains(file.Bytes, []byte(mark)) {
		return nil
	}
	tokens, _ := hclsyntax.LexConfig(file.Bytes, file.Name, hcl.InitialPos) // the parser has said what is wrong with them
	items := make(map[int]hcl.Range)
	addItems(items, body)
	first := len(file.Bytes)
	if len(body.Blocks) > 0 {
		first = body.Blocks[0].Range().Start.Byte
	}
	var list []*Ignore
	for i, t := range tokens {
		words, directive := directiveOf(t)
		if !directive {
			continue
		}
		g := &Ignore{Comment: true, Range: t.Range}
		text := bytes.TrimRight(t.Bytes, "\r\n")
		if cut := len(t.Bytes) - len(text); cut > 0 { // a comment to the end of the line includes that end
			g.Range.End = hcl.Pos{Line: t.Range.Start.Line, Column: t.Range.Start.Column + len(text), Byte: t.Range.End.Byte - cut}
		}
		words, g.Whole = strings.CutPrefix(words, "-file")
		g.about(tokens, i, items)
		switch {
		case words != "" && !unicode.IsSpace(rune(words[0])):
			f.badIgnore(g, "It is written livery:ignore or livery:ignore-file, with a blank behind it.")
		case g.Whole && g.Range.Start.Byte > first:
			f.badIgnore(g, "livery:ignore-file is about the whole file, so it stands before the first block.")
		case f.readIgnore(g, words):
			list = append(list, g)
		}
	}
	return list
}

// directiveOf is what stands behind the mark of a comment; false for any other token.
func directiveOf(t hclsyntax.Token) (string, bool) {
	if t.Type != hclsyntax.TokenComment {
		return "", false
	}
	text := string(t.Bytes)
	switch {
	case strings.HasPrefix(text, "#"):
		text = text[1:]
	case strings.HasPrefix(text, "//"):
		text = text[2:]
	default:
		text = strings.TrimSuffix(strings.TrimPrefix(text, "/*"), "*/")
	}
	return strings.CutPrefix(strings.TrimSpace(text), mark)
}

// addItems notes each attribute and block by its first byte.
func addItems(items map[int]hcl.Range, body *hclsyntax.Body) {
	for _, a := range body.Attributes {
		items[a.SrcRange.Start.Byte] = a.SrcRange
	}
	for _, b := range body.Blocks {
		items[b.TypeRange.Start.Byte] = b.Range()
		addItems(items, b.Body)
	}
}

// about says what the comment at i is about: what stands on its line or, where nothing
// does, the attribute, the block or else the line below.
func (g *Ignore) about(tokens hclsyntax.Tokens, i int, items map[int]hcl.Range) {
	g.Line = g.Range.Start.Line
	if i > 0 && tokens[i-1].Range.End.Line == g.Line && !endsLine(tokens[i-1]) {
		return
	}
	next := i + 1
	for next < len(tokens)-1 && (tokens[next].Type == hclsyntax.TokenComment || tokens[next].Type == hclsyntax.TokenNewline) {
		next++
	}
	if next >= len(tokens) {
		return
	}
	below := tokens[next].Range
	g.Line = below.Start.Line
	if item, ok := items[below.Start.Byte]; ok {
		g.Line, g.Start, g.End = 0, item.Start.Byte, item.End.Byte
	}
}

// endsLine reports whether a token is the end of its line, or has it at its end.
func endsLine(t hclsyntax.Token) bool { return bytes.HasSuffix(t.Bytes, []byte("\n")) }

// readIgnore reads the words behind the mark; false if they are not as they must be,
// which is reported.
func (f *Faults) readIgnore(g *Ignore, words string) bool {
	rest := strings.TrimSpace(words)
	rules, _, valued := strings.Cut(rest, "=")
	if valued { // the last word is the name of what follows
		rules = rules[:strings.LastIndexFunc(rules, unicode.IsSpace)+1]
	}
	for name := range strings.FieldsFuncSeq(rules, func(r rune) bool { return r == ',' || unicode.IsSpace(r) }) {
		g.Rules = append(g.Rules, rule.ID(name))
	}
	for rest = strings.TrimSpace(rest[len(rules):]); rest != ""; rest = strings.TrimSpace(rest) {
		name, value, _ := strings.Cut(rest, "=")
		switch name {
		case "until":
			g.Until, rest = value, ""
			if end := strings.IndexFunc(value, unicode.IsSpace); end >= 0 {
				g.Until, rest = value[:end], value[end:]
			}
		case "reason":
			text, after, ok := cutQuoted(value)
			if !ok {
				f.badIgnore(g, `A reason stands in quotes, as in reason="the logo is fixed".`)
				return false
			}
			g.Reason, rest = text, after
		default:
			f.badIgnore(g, fmt.Sprintf("%q is none of what may follow the rules: until=2027-01-31 and reason=\"...\".", strings.TrimSpace(name)))
			return false
		}
	}
	return f.checkIgnore(g)
}

// cutQuoted takes a text in quotes off the beginning; \" in it is a quotation mark.
func cutQuoted(s string) (text, after string, ok bool) {
	if !strings.HasPrefix(s, `"`) {
		return "", "", false
	}
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return strings.ReplaceAll(s[1:i], `\"`, `"`), s[i+1:], true
		}
	}
	return "", "", false
}

// checkIgnore judges what an ignore says, however it is written; false if it cannot be
// used, which is reported.
func (f *Faults) checkIgnore(g *Ignore) bool {
	_, err := time.Parse(time.DateOnly, g.Until)
	switch {
	case len(g.Rules) == 0:
		f.badIgnore(g, "It names no rule: write the one that a finding shows in brackets.")
	case strings.TrimSpace(g.Reason) == "":
		way := `reason="..."`
		if g.Token {
			way = `"reason": "..."`
		}
		f.badIgnore(g, `It gives no reason. Say in `+way+` why this is right as it is: whoever reads it next will want to know.`)
	case g.Until != "" && err != nil:
		f.badIgnore(g, fmt.Sprintf("%q is no date; write one as 2027-01-31.", g.Until))
	default:
		return f.checkIgnoredRules(g)
	}
	return false
}

func (f *Faults) checkIgnoredRules(g *Ignore) bool {
	for _, id := range g.Rules {
		row, known := rule.ByID(id)
		switch {
		case !known:
			var names []string
			for _, r := range rule.All() {
				if !r.Fixed {
					names = append(names, string(r.ID))
				}
			}
			f.badIgnore(g, fmt.Sprintf("There is no rule %q.", id)+wording.DidYouMean(string(id), names))
			return false
		case row.Fixed:
			f.badIgnore(g, fmt.Sprintf("%s cannot be ignored: %s.", id, row.WhyFixed()))
			return false
		}
	}
	return true
}

func (f *Faults) badIgnore(g *Ignore, detail string) {
	f.Report(schema.Diagnose(rule.BadIgnore, schema.Subject{Range: g.Range}, "Nothing is ignored here", detail))
}

// TokenIgnores are what tokens ignore, each once, however many sets it is in.
func (f *Faults) TokenIgnores(sets []*tokens.Set) []*Ignore {
	var list []*Ignore
	seen := make(map[hcl.Range]bool)
	for _, set := range sets {
		for _, said := range set.Ignores() {
			if seen[said.Range] {
				continue
			}
			seen[said.Range] = true
			g := &Ignore{
				Rules: []rule.ID{rule.ID(said.Rule)}, Until: said.Until, Reason: said.Reason, Range: said.Range,
				Comment: true, Token: true, Start: said.Token.Start.Byte, End: said.Token.End.Byte,
			}
			if said.Rule == "" {
				g.Rules = nil
			}
			if f.checkIgnore(g) {
				list = append(list, g)
			}
		}
	}
	return list
}

// ignoreFields are the attributes of an ignore block.
var ignoreFields = []string{"rule", "path", "locale", "until", "reason"}

// ignore reads an ignore block.
func (l *settingsReader) ignore(b *Block) {
	g := &Ignore{Range: b.DefRange, With: b.TypeRange}
	sound := len(l.Diagnostics)
	for _, block := range b.Blocks {
		l.UnknownBlock(block, "in an ignore block", schema.Subject{}, nil, ignoreFields)
	}
	for _, a := range b.Attributes {
		if !slices.Contains(ignoreFields, a.Name) {
			l.UnknownField(a, "An ignore block", schema.Subject{}, ignoreFields, nil)
			continue
		}
		text, ok := l.constantString(a)
		if !ok {
			continue
		}
		switch a.Name {
		case "rule":
			g.Rules = []rule.ID{rule.ID(text)}
		case "path":
			g.Path = l.ignoredPath(g, text)
		case "locale":
			locale, known := schema.ParseLocale(text)
			if g.Locale = locale; !known {
				l.badIgnore(g, fmt.Sprintf("%q is not one of the 32 locale values of the service.", text)+schema.SuggestLocale(text))
			}
		case "until":
			g.Until = text
		case "reason":
			g.Reason = text
		}
	}
	if len(l.Diagnostics) == sound && l.checkIgnore(g) {
		l.read.Ignores = append(l.read.Ignores, g)
	}
}

// ignoredPath is a field, a page or a part of a tip by its path in the API's spelling, as
// findings name it.
func (l *settingsReader) ignoredPath(g *Ignore, path string) string {
	names := fieldPaths()
	for _, p := range schema.Pages() {
		if p.Key != "" {
			names = append(names, p.Key)
		}
	}
	list, place, isPart := strings.Cut(path, "[")
	found := inAPISpelling(names, list)
	if part := partOf(schema.FieldByPath(found), place); part != "" {
		found += part
	} else if isPart {
		found = ""
	}
	if found == "" {
		l.badIgnore(g, fmt.Sprintf("The API has no field and no page %q.", path)+wording.DidYouMean(path, inBothSpellings(names)))
	}
	return found
}

// inAPISpelling is the one of some names that is meant by a name in either spelling; "" for none.
func inAPISpelling(names []string, name string) string {
	i := slices.IndexFunc(names, func(n string) bool { return n == name || schema.Snake(n) == name })
	if i < 0 {
		return ""
	}
	return names[i]
}

// inBothSpellings are names of the API and, behind them, the same in the spelling of files.
func inBothSpellings(names []string) []string {
	both := slices.Clone(names)
	for _, name := range names {
		both = append(both, schema.Snake(name))
	}
	return both
}

// partOf is the place of a tip in its list, and its text or icon, from behind the bracket, in
// the API's spelling; "" if there is none.
func partOf(list *schema.Field, place string) string {
	number, item, closed := strings.Cut(place, "]")
	if _, err := strconv.ParseUint(number, 10, 16); err != nil || !closed || list == nil || list.Kind != schema.Tips {
		return ""
	}
	if item == "" {
		return "[" + number + "]"
	}
	for i := range list.Items {
		if key := "." + list.Items[i].Key; item == key || item == schema.Snake(key) {
			return "[" + number + "]" + key
		}
	}
	return ""
}
