package translating

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/jsontext"
	"livery/schema/syntax"
	"livery/schema/texts"
)

// List is a list of tips that is to be written as a whole.
type List struct {
	Page   string // as it is spelled where the list goes to; the page's own HCL name in HCL
	Items  []ListItem
	Locale schema.Locale
	Field  *schema.Field
}

// ListItem is a tip. "" is a member that it does not have.
type ListItem struct{ Icon, Text string }

// NewListFor is the list of a document, spelled as the holder spells its page.
func (h Holder) NewListFor(d schema.Document, f *schema.Field) List {
	l := List{Page: h.naming(f)(f)[0], Locale: d.Locale, Field: f}
	for _, tip := range d.At(f).Tips() {
		l.Items = append(l.Items, ListItem{tip.Icon.Text(), tip.Text.Text()})
	}
	return l
}

// listOf is the list of tips that a document gets when one of them is translated: a list
// replaces the one that was inherited as a whole. Pictures are those that people see now
// or, where there are none, the source's. False if a text would be missing.
func (r *importer) listOf(c *change, field *schema.Field) (List, bool) {
	l, tips := List{Locale: c.in.Locale, Field: field}, c.in.At(field).Tips()
	inherited := len(tips) > 0
	if !inherited {
		tips = r.Source.At(field).Tips()
	}
	for i, tip := range tips {
		words := ""
		if inherited {
			words = tip.Text.Text()
		}
		if other := r.changes[key{c.in.Locale, texts.TipPath(field, i)}]; other != nil {
			words = other.words
		} else if !inherited && tip.Text.Declared() {
			r.notHere(c, c.in.Range, fmt.Sprintf("%s is a list, which is replaced whole: translate all %s of it together.", field.Path(), schema.Plural(len(tips), "text")))
			return l, false
		}
		l.Items = append(l.Items, ListItem{tip.Icon.Text(), words})
	}
	return l, true
}

// Mark is a text that stands for the list until it is written: only values of one text can
// be added to a file.
func (l *List) Mark() string { return fmt.Sprintf("livery: %s of %s", l.Field.Path(), l.Locale) }

// Write puts the list in the place of its mark.
func (l *List) Write(name string, src []byte) ([]byte, error) {
	mark := jsontext.Quote(l.Mark())
	from := strings.Index(string(src), mark)
	if from < 0 {
		return nil, fmt.Errorf("%s: there is no place for %s", name, l.Field.Path())
	}
	line := strings.LastIndexByte(string(src[:from]), '\n') + 1
	start := line + len(src[line:]) - len(strings.TrimLeft(string(src[line:]), " \t"))
	indent := string(src[line:start])
	text := l.blocks(indent)
	if strings.HasSuffix(name, ".json") {
		text = l.array(name, indent, src[start] == '"')
		start = from
	}
	at := hcl.Range{Filename: name, Start: hcl.Pos{Byte: start}, End: hcl.Pos{Byte: from + len(mark)}}
	return syntax.NewPatch(name, src, syntax.Rewrite(at, text)).Apply(src)
}

// array is the list in JSON, on lines of its own where the file has such.
func (l *List) array(name, indent string, lines bool) string {
	icon, objects := "iconLink", make([]string, len(l.Items))
	if strings.Contains(l.Page, "_") {
		icon = "icon_link"
	}
	for i, tip := range l.Items {
		objects[i] = tip.Object(name, icon)
	}
	if !lines {
		return "[" + strings.Join(objects, ", ") + "]"
	}
	inner := "\n" + syntax.Deeper(indent)
	return "[" + inner + strings.Join(objects, ","+inner) + "\n" + indent + "]"
}

// blocks is the list in HCL.
func (l *List) blocks(indent string) string {
	blocks := make([]string, len(l.Items))
	for i, tip := range l.Items {
		blocks[i] = tip.Block(indent)
	}
	return strings.Join(blocks, "\n\n"+indent)
}

// Block is a tip in HCL.
func (t ListItem) Block(indent string) string {
	var b strings.Builder
	b.WriteString("tip {\n")
	inner, width := syntax.Deeper(indent), len("text")
	if t.Icon != "" {
		width = len("icon_link")
		fmt.Fprintf(&b, "%sicon_link = %s\n", inner, syntax.Expression(cty.StringVal(t.Icon)))
	}
	if t.Text != "" {
		fmt.Fprintf(&b, "%s%-*s = %s\n", inner, width, "text", syntax.Expression(cty.StringVal(t.Text)))
	}
	return b.String() + indent + "}"
}

// Object is a tip in a list of a file of that name; icon is the name of its picture there.
func (t ListItem) Object(file, icon string) string {
	isJSON := strings.HasSuffix(file, ".json")
	var parts []string
	for _, part := range [][2]string{{"text", t.Text}, {icon, t.Icon}} {
		written := syntax.Literal(file, cty.StringVal(part[1]))
		switch {
		case part[1] == "":
		case isJSON:
			parts = append(parts, jsontext.Quote(part[0])+": "+written)
		default:
			parts = append(parts, part[0]+" = "+written)
		}
	}
	return "{ " + strings.Join(parts, ", ") + " }"
}
