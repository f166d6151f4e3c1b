package langserver

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"livery/schema"
	"livery/schema/colour"
	"livery/schema/lint"
	"livery/schema/structure"
	"livery/schema/syntax"
	"livery/schema/texts"
)

// maxShown is how many documents a text about a value lists.
const maxShown = 5

// Hover says of a name, a token or a field at a byte of a file what it is, in Markdown, and
// where it stands; "" for anything else.
func (v *View) Hover(file *syntax.File, offset int) (string, hcl.Range) {
	return teller{v}.about(file, offset)
}

// teller says what things are.
type teller struct{ *View }

func (v teller) about(file *syntax.File, offset int) (string, hcl.Range) {
	if m, ok := v.MentionAt(file.Name, offset); ok {
		return v.aboutName(m, file), m.Range
	}
	if token, at, ok := tokenFinder(v).at(file, offset); ok {
		return v.aboutToken(token), at
	}
	if t, ok := v.tokensIn(file); ok {
		token, ok := t.at(offset)
		if !ok {
			return "", hcl.Range{}
		}
		return v.aboutToken(token), token.Range
	}
	if text, at := v.aboutReference(file, offset); text != "" {
		return text, at
	}
	if w, ok := v.FieldAt(file, offset); ok {
		at := w.NameAt
		if structure.Holds(w.ValueAt, offset) {
			at = w.ValueAt
		}
		return v.aboutField(w), at
	}
	return "", hcl.Range{}
}

// aboutField is what there is to know of a field.
func (v teller) aboutField(w Written) string {
	f := w.Field
	var b strings.Builder
	fmt.Fprintf(&b, "**%s** `%s`\n\n%s\n", f.HCLName(), f.Path(), f.Help)
	if page := schema.PageByKey(f.Page); page != nil {
		fmt.Fprintf(&b, "\nPage: %s.\n", page.Title)
	}
	if text, ok := w.literal(); ok && f.MaxLength("") > 0 {
		fmt.Fprintf(&b, "\nLength: %d of %d%s.\n", schema.Length(text), w.limit(v.View), otherCounts(text))
	} else if limit := f.MaxLength(w.Locale); limit > 0 {
		fmt.Fprintf(&b, "\nAt most %d UTF-16 code units.\n", limit)
	}
	if f.Default != "" {
		fmt.Fprintf(&b, "\nThe service's own: `%s`\n", structure.OneLine([]byte(f.Default)))
	}
	if f.Refusal.Message != "" {
		fmt.Fprintf(&b, "\nRefused with: %s\n", f.Refusal.Message)
	}
	if f.Provenance == schema.FieldUse {
		b.WriteString("\nNo document of the API names this field.\n")
	}
	b.WriteString(v.aboutValues(w))
	if f.Kind == schema.Text || f.Kind == schema.TipText {
		b.WriteString(v.otherLanguages(w))
	}
	if f.Kind == schema.Colour {
		b.WriteString(v.aboutContrast(w))
	}
	return b.String()
}

// otherCounts are all lengths of a text, in brackets, if they are not all the same.
func otherCounts(text string) string {
	if n := schema.Length(text); n == characters(text) && n == len(text) {
		return ""
	}
	return " (" + counts(text) + ")"
}

// aboutValues is what the documents have that wear a value.
func (v teller) aboutValues(w Written) string {
	worn := v.worn(w)
	elsewhere := v.elsewhere(w.ValueAt.Filename, func(n Neighbour) bool {
		there := w
		there.ValueAt.Filename = n.File
		return len(n.View.worn(there)) > 0
	})
	if len(worn) == 0 {
		return elsewhere
	}
	var b strings.Builder
	b.WriteString("\n")
	for i, d := range worn {
		if i == maxShown {
			fmt.Fprintf(&b, "- and %d more\n", len(worn)-maxShown)
			break
		}
		fmt.Fprintf(&b, "- `%s`: %s", d.Locale, code(structure.OneLine(d.Value.AppendJSON(nil))))
		if o := d.Value.Origin(); o != nil && o.Range.Filename != "" {
			fmt.Fprintf(&b, ", from %s:%d", o.Range.Filename, o.Range.Start.Line)
		}
		b.WriteString("\n")
	}
	return b.String() + elsewhere
}

// otherLanguages is what the same text is in all languages, the source first, and how each
// stands to that.
func (v teller) otherLanguages(w Written) string {
	if v.Stack == nil || len(v.Documents()) < 2 {
		return ""
	}
	path := textPath(v.View, w)
	if path == "" {
		return ""
	}
	var b strings.Builder
	b.WriteString("\nIn every language:\n\n")
	line := func(locale schema.Locale, value schema.Value, note string) {
		text := plain(structure.OneLine([]byte(value.Text())))
		if note != "" {
			note = " *" + note + "*"
		}
		fmt.Fprintf(&b, "- `%s`: %s%s\n", locale, text, note)
	}
	table := sourceTexts(v.View)
	if table == nil {
		for _, d := range v.Documents() {
			if text := texts.At(texts.Of(d), path); text.Value.Declared() {
				line(d.Locale, text.Value, "")
			}
		}
		return b.String()
	}
	line(table.Source.Locale, texts.At(slices.Values(table.Texts), path).Value, "")
	for _, d := range v.Documents() {
		if d.Locale == table.Source.Locale {
			continue
		}
		if u, ok := table.UnitAt(d, path); ok {
			line(d.Locale, u.Target, noteOf(u))
		}
	}
	return b.String()
}

// noteOf is how a translation stands to its source, where that is worth a word.
func noteOf(u texts.Unit) string {
	switch {
	case u.State == texts.Missing || u.State == texts.Stale:
		return string(u.State)
	case u.Source.Declared() && u.Target.Text() == u.Source.Text():
		return "same as source"
	}
	return ""
}

// textPath is the path of a text where it is written; "" for what is no text. That of a tip
// has its place in the list.
func textPath(v *View, w Written) string {
	if schema.FieldByPath(w.Field.Path()) != nil {
		return w.Field.Path()
	}
	for _, d := range v.Documents() {
		for t := range texts.Of(d) {
			if at := t.Value.Range(); at.Filename == w.ValueAt.Filename && at.Start.Byte == w.ValueAt.Start.Byte {
				return t.Path
			}
		}
	}
	return ""
}

// aboutContrast is how well the colour reads with what it stands on, or what stands on it.
func (v teller) aboutContrast(w Written) string {
	f := schema.FieldByPath(w.Field.Path())
	var b strings.Builder
	for _, worn := range v.worn(w) {
		for _, pair := range lint.Pairs(document(v.View, worn.Locale)) {
			other := pair.Background
			if pair.Background == f {
				other = pair.Text
			} else if pair.Text != f {
				continue
			}
			fmt.Fprintf(&b, "\nContrast with `%s`: %.2f.\n", other.Path(), colour.Cut(pair.Contrast))
		}
		if b.Len() > 0 {
			return b.String()
		}
	}
	return ""
}

// aboutName is what a theme, a local, a variable, a session or a locale is.
func (v teller) aboutName(m Mention, file *syntax.File) string {
	switch m.Kind {
	case "locale":
		return v.aboutLocale(m)
	case "theme":
		return v.aboutTheme(m)
	case "session":
		return fmt.Sprintf("**session** `%s`\n\nDefaults of the requests that open a liveness session.\n", m.Name.Name)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "**%s** `%s`\n", kindWords[m.Kind], m.Name.Name)
	if variable := v.Module.Variables[m.Name.Name]; m.Kind == "var" && variable != nil {
		if variable.Description != "" {
			fmt.Fprintf(&b, "\n%s\n", plain(variable.Description))
		}
		if variable.Sensitive {
			b.WriteString("\nSensitive: its value is never shown.\n")
			return b.String()
		}
	}
	b.WriteString(v.valueOf(m.Kind + "." + m.Name.Name))
	b.WriteString(v.chain(hcl.Traversal{hcl.TraverseRoot{Name: m.Kind}, hcl.TraverseAttr{Name: m.Name.Name}}))
	return b.String()
}

// valueOf is what an expression is worth, as code; "" where that is not known or not to be
// shown.
func (v teller) valueOf(expression string) string {
	e := v.Explored
	if e == nil || e.HoldsSecret(expression) || e.IsSensitive(expression) {
		return ""
	}
	value, diags := e.Value([]byte(expression), "value")
	if diags.HasErrors() || !value.IsWhollyKnown() || value.ContainsMarked() {
		return ""
	}
	text := syntax.Expression(value)
	if len(text) > 2000 {
		return ""
	}
	return fmt.Sprintf("\n```hcl\n%s\n```\n", text)
}

// aboutLocale is what the language of a label is, or a line for each of those it stands for.
func (v teller) aboutLocale(m Mention) string {
	locales := localesOf(v.View, m.Name)
	if len(locales) == 1 {
		info := locales[0].Info()
		text := fmt.Sprintf("**%s** %s\n", info.Value, info.Name)
		if info.Short != "" {
			text += fmt.Sprintf("\nAlso written `%s`.\n", info.Short)
		}
		return text + fmt.Sprintf("\nWritten %s. A tip has at most %d UTF-16 code units.\n", direction(info), tipLimit(info))
	}
	if len(locales) == 0 {
		return ""
	}
	text := fmt.Sprintf("**locale** `%s` stands for %d languages:\n\n", m.Name.Name, len(locales))
	for _, l := range locales {
		info := l.Info()
		text += fmt.Sprintf("- **%s** %s", info.Value, info.Name)
		if info.Short != "" {
			text += fmt.Sprintf(", also written `%s`", info.Short)
		}
		text += fmt.Sprintf(", %s, tips up to %d\n", direction(info), tipLimit(info))
	}
	return text
}

func direction(info schema.LocaleInfo) string {
	if info.RTL {
		return "right to left"
	}
	return "left to right"
}

func tipLimit(info schema.LocaleInfo) int {
	if info.Chinese {
		return schema.TipMaxChinese
	}
	return schema.TipMax
}

// chain is the way from a reference down to the literal or the token, a line each.
func (v teller) chain(t hcl.Traversal) string {
	var b strings.Builder
	for range maxLocals {
		if set, way := tokenFinder(v).path(t, -1); set != nil {
			if token, ok := set.Find(strings.Join(way, ".")); ok {
				b.WriteString(aboutOrigin(token))
			}
			break
		}
		name, _, ok := mentioned(t)
		if !ok {
			break
		}
		at, next := v.declared(name, t)
		if at.Filename == "" {
			break
		}
		fmt.Fprintf(&b, "- %s, %s:%d\n", strings.Join(stepsTo(t, -1), "."), at.Filename, at.Start.Line)
		if next == nil {
			break
		}
		t = slices.Concat(next, t[2:])
	}
	if b.Len() == 0 {
		return ""
	}
	return "\n" + b.String()
}

// declared is where what a reference begins with gets its value, and what that refers to;
// nil where it is the end.
func (v teller) declared(name Name, t hcl.Traversal) (hcl.Range, hcl.Traversal) {
	switch a := v.Module.Locals[name.Name]; {
	case name.Kind == "local" && a != nil:
		next, diags := hcl.AbsTraversalForExpr(a.Expr)
		if diags.HasErrors() {
			next = nil
		}
		return a.Expr.Range(), next
	case name.Kind == "var" || len(t) == 2:
		places := slices.DeleteFunc(v.MentionsOf(name), func(m Mention) bool { return !m.Declares && m.Whole.Start != m.Range.Start })
		if len(places) > 0 { // a value that a file gives stands over the default
			return places[len(places)-1].Range, nil
		}
	case name.Kind == "theme":
		if at, ok := leader(v).themeField(stepsTo(t, -1)); ok {
			return at[0], nil
		}
	}
	return hcl.Range{}, nil
}

// aboutReference is the value of a reference that is no name alone.
func (v teller) aboutReference(file *syntax.File, offset int) (string, hcl.Range) {
	body, ok := file.Body.(*hclsyntax.Body)
	if !ok {
		return "", hcl.Range{}
	}
	t := traversalAt(body, offset)
	if len(t) < 3 {
		return "", hcl.Range{}
	}
	at := t.SourceRange()
	text := string(at.SliceBytes(file.Bytes))
	value := v.valueOf(text)
	if value == "" {
		return "", hcl.Range{}
	}
	return fmt.Sprintf("`%s`\n%s%s\n", text, value, v.chain(t)), at
}
