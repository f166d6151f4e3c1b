package completion

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/langserver"
	"livery/schema/rule"
	"livery/schema/structure"
	"livery/schema/syntax"
)

// ItemKind says what an item stands for.
type ItemKind int

const (
	BlockItem ItemKind = iota
	FieldItem
	NameItem // a theme, a local, a variable
	FunctionItem
	WordItem // a locale, a rule, one of the words that an attribute takes
	ColourItem
	FileItem
)

// Item is something that can be written at a place.
type Item struct {
	Label         string
	Kind          ItemKind
	Detail        string
	Documentation string
	Insert        string // what is written; "" for the label
	Snippet       string // the same with $1 and $0 where the cursor goes; "" for none
	Rank          int    // lower ones first
	Repeats       bool   // it may stand in a block more than once
}

// completer completes what is written at a place.
type completer struct {
	*langserver.View
	*place
}

// Complete lists what can be written at a byte of a file, which need not parse there, and
// the byte from which on it takes the place of what is written already.
func Complete(v *langserver.View, file *syntax.File, offset int) (items []Item, start int) {
	if strings.HasSuffix(file.Name, ".json") {
		if t, ok := v.UnfinishedTokens(file); ok {
			return completeToken(t, file.Bytes, offset)
		}
		if syntax.IsConfiguration(file.Name) {
			return completeConfiguration(v, file, offset)
		}
		return completeJSON(file, offset)
	}
	p := placeAt(file.Bytes, offset)
	c := &completer{v, p}
	switch {
	case p.comment != "":
		return completeIgnore(p, file.Bytes, offset)
	case p.inText():
		items, start = c.completeText(file.Bytes, offset)
	case p.named() && len(p.header) == 0:
		written := writtenIn(p, file.Bytes, offset)
		items, start = slices.DeleteFunc(c.namesIn(), func(i Item) bool { return written[i.Label] && !i.Repeats }), p.start
	case p.named():
		items, start = c.labels(true), p.start
	default:
		items, start = c.values(), p.start
	}
	slices.SortStableFunc(items, func(a, b Item) int { return a.Rank - b.Rank })
	return items, start
}

// writtenIn are the names of attributes and blocks that stand in the block around a place,
// before it and behind it.
func writtenIn(p *place, src []byte, offset int) map[string]bool {
	written := make(map[string]bool)
	depth := len(p.brackets)
	if depth == 0 {
		return written
	}
	tokens, _ := hclsyntax.LexConfig(src, "", hcl.InitialPos)
	walk := &place{}
	for i, t := range tokens {
		var before hclsyntax.Token
		if i > 0 {
			before = tokens[i-1]
		}
		inside := len(walk.brackets) == depth && walk.top().kind == '{'
		isCursor := t.Range.Start.Byte <= offset && offset <= t.Range.End.Byte
		if inside && !isCursor && t.Type == hclsyntax.TokenIdent && walk.named() && len(walk.header) == 0 {
			written[string(t.Bytes)] = true
		}
		walk.take(t, before)
		if len(walk.brackets) < depth {
			if t.Range.Start.Byte >= offset {
				break
			}
			clear(written) // it was another block
		}
	}
	return written
}

// completeIgnore offers rules in a livery:ignore comment.
func completeIgnore(p *place, src []byte, offset int) ([]Item, int) {
	_, rest, ok := strings.Cut(p.comment, "livery:ignore")
	start, _ := structure.WordAt(src, offset)
	if !ok {
		return []Item{{Label: "livery:ignore", Kind: WordItem, Documentation: "Lets a finding of a rule pass, with a reason.", Insert: `livery:ignore RULE reason=""`}}, start
	}
	if strings.Contains(rest, "reason") {
		return nil, start
	}
	return ruleItems(), start
}

func ruleItems() (items []Item) {
	for _, r := range rule.All() {
		items = append(items, Item{Label: string(r.ID), Kind: WordItem, Detail: string(r.Level), Documentation: r.Help})
	}
	return items
}

// completeText offers what goes into quotation marks.
func (v *completer) completeText(src []byte, offset int) ([]Item, int) {
	start := offset
	for start > 0 && src[start-1] != '"' && src[start-1] != '\n' && src[start-1] != '{' {
		start--
	}
	if v.attr == "" && len(v.header) > 0 { // a label
		return v.labels(false), start
	}
	if v.attr == "countdown_text" {
		item := Item{Label: "{second}", Kind: WordItem, Documentation: "The seconds that are left.", Insert: "{second}"}
		switch _, begun, opens := strings.Cut(v.text, "{"); {
		case strings.Contains(begun, "}"):
			return nil, offset // it is there already
		case opens:
			item.Insert = "second}"
			return []Item{item}, start
		}
		return []Item{item}, offset
	}
	var items []Item
	for _, item := range v.values() {
		switch quoted := strings.HasPrefix(item.Insert, `"`); {
		case item.Kind == WordItem && quoted:
			item.Insert = strings.Trim(item.Insert, `"`)
			items = append(items, item)
		case item.Kind == ColourItem:
			item.Insert = "${" + item.Label + "}"
			items = append(items, item)
		}
	}
	return items, start
}

// values lists what an expression can begin with, or how the reference goes on.
func (v *completer) values() []Item {
	if i := strings.LastIndexByte(v.partial, '.'); i >= 0 {
		return v.members(v.partial[:i])
	}
	items := v.words()
	f := v.field()
	isColour := f != nil && f.Kind == schema.Colour
	if isColour {
		items = append(items, v.colourItems()...)
	}
	if blocks := v.blocks(); len(blocks) > 0 && (v.attr == "theme" || v.attr == "extends") {
		return append(items, v.themeItems()...)
	}
	items = append(items, v.names()...)
	if v.isIn("locale") {
		items = append(items, Item{Label: "each", Kind: NameItem, Rank: 2}, Item{Label: "self", Kind: NameItem, Rank: 2})
	}
	seen := make(map[string]bool)
	return slices.DeleteFunc(items, func(i Item) bool {
		twice := seen[i.Label]
		seen[i.Label] = true
		return twice
	})
}

// names are those that an expression can begin with.
func (v *completer) names() (items []Item) {
	if v.Explored == nil {
		return nil
	}
	for _, name := range v.Explored.Names() {
		if strings.Contains(name, "[") && !v.isIn("check") {
			continue // of the documents and sessions
		}
		item := Item{Label: name, Kind: NameItem, Rank: 2}
		if call, isCall := strings.CutSuffix(name, "("); isCall {
			item = Item{Label: call, Kind: FunctionItem, Insert: call + "(", Rank: 3}
			if f, known := functions(v.View)[call]; known {
				item.Detail, item.Documentation = Signature(call, f).Label, f.Description()
			}
		}
		items = append(items, item)
	}
	return items
}

// isIn reports whether a place is in a block of a type, at the top of a file.
func (p *place) isIn(block string) bool {
	blocks := p.blocks()
	return len(blocks) > 0 && blocks[0][0] == block
}

// field is the field whose value is being written; nil for none.
func (p *place) field() *schema.Field {
	blocks := p.blocks()
	if len(blocks) == 0 || blocks[0][0] != "theme" && blocks[0][0] != "locale" {
		return nil
	}
	page := ""
	if len(blocks) > 1 {
		page = blocks[1][0]
	}
	if len(blocks) > 2 {
		return nil
	}
	return schema.FieldByHCL(page, p.attr)
}

// words are those that an attribute takes.
func (v *completer) words() []Item {
	if f := v.field(); f != nil {
		none := Item{Label: "null", Kind: WordItem, Documentation: "What the service has by itself.", Rank: 4}
		if f.Kind == schema.Bool {
			return append(plainWords("true", "false"), none)
		}
		return []Item{none}
	}
	blocks := v.blocks()
	if len(blocks) == 0 {
		return nil
	}
	if blocks[0][0] == "session" {
		return sessionWords(v.attr)
	}
	var words []string
	if last := blocks[len(blocks)-1]; last[0] == "rule" && len(last) > 1 {
		row, _ := rule.ByID(rule.ID(last[1]))
		for _, o := range row.Options {
			if o.Name == v.attr {
				words = o.Words
			}
		}
	}
	switch blocks[len(blocks)-1][0] + "." + v.attr {
	case "rule.level":
		for _, l := range rule.Levels() {
			words = append(words, string(l))
		}
	case "ignore.rule":
		for _, r := range rule.All() {
			words = append(words, string(r.ID))
		}
	case "texts.source", "ignore.locale":
		for _, l := range schema.Locales() {
			words = append(words, string(l.Value))
		}
	}
	return quotedWords(words...)
}

func plainWords(words ...string) (items []Item) {
	for _, w := range words {
		items = append(items, Item{Label: w, Kind: WordItem})
	}
	return items
}

func quotedWords(words ...string) (items []Item) {
	for _, w := range words {
		items = append(items, Item{Label: w, Kind: WordItem, Insert: `"` + w + `"`})
	}
	return items
}

// sessionWords are those of an attribute of a session.
func sessionWords(attr string) []Item {
	if attr == "api" {
		return quotedWords(string(schema.H5Token), string(schema.H5URL), string(schema.SDKLicense))
	}
	i := schema.AttributeNumber(attr)
	if i < 0 {
		return nil
	}
	a := schema.Attributes()[i]
	if a.Kind == schema.Bool {
		return plainWords("true", "false")
	}
	return quotedWords(a.Words...)
}

// colourItems are the names that hold colours.
func (v *completer) colourItems() (items []Item) {
	e := v.Explored
	if e == nil {
		return nil
	}
	for _, named := range langserver.ColoursOf(e) {
		items = append(items, Item{Label: named.Name, Kind: ColourItem, Detail: named.Digits, Documentation: named.Digits})
	}
	return items
}

func (v *completer) themeItems() (items []Item) {
	if v.Module == nil {
		return nil
	}
	for name := range v.Module.Themes {
		items = append(items, Item{Label: "theme." + name, Kind: NameItem})
	}
	slices.SortFunc(items, func(a, b Item) int { return strings.Compare(a.Label, b.Label) })
	return items
}

// members lists how a reference goes on.
func (v *completer) members(reference string) (items []Item) {
	fixed := map[string][]string{"each": {"key", "value"}, "self": {"code"}, "path": {"stack"}}
	if names := fixed[reference]; names != nil {
		return nameItems(names...)
	}
	e := v.Explored
	if e == nil {
		return nil
	}
	if !strings.Contains(reference, ".") {
		for _, name := range e.Names() {
			if rest, ok := strings.CutPrefix(name, reference+"."); ok {
				items = append(items, nameItems(rest)...)
			}
		}
		return items
	}
	value, diags := e.Value([]byte(reference), "value")
	if diags.HasErrors() || !langserver.IsPlain(value) || !langserver.HasMembers(value) {
		return nil
	}
	for it := value.ElementIterator(); it.Next(); {
		if k, member := it.Element(); hclsyntax.ValidIdentifier(k.AsString()) {
			items = append(items, memberItem(k.AsString(), member))
		}
	}
	return items
}

func nameItems(names ...string) (items []Item) {
	for _, name := range names {
		items = append(items, Item{Label: name, Kind: NameItem})
	}
	return items
}

// memberItem is a member of a value, with what it holds.
func memberItem(name string, value cty.Value) Item {
	item := Item{Label: name, Kind: NameItem}
	if langserver.IsPlain(value) && value.Type() == cty.String {
		if item.Detail = structure.OneLine([]byte(value.AsString())); isColour(item.Detail) {
			item.Kind, item.Documentation = ColourItem, item.Detail
		}
	}
	return item
}

func isColour(text string) bool {
	_, ok := schema.ParseColour(text)
	return ok
}
