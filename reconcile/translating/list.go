package translating

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/exchange"
	"livery/schema/jsontext"
	"livery/schema/syntax"
	"livery/schema/texts"
)

// listOf is the list of tips that a document gets when one of them is translated: a list
// replaces the one that was inherited as a whole. Pictures are those that people see now
// or, where there are none, the source's. False if a text would be missing.
func (r *importer) listOf(c *change, field *schema.Field) (list, bool) {
	l := list{locale: c.in.Locale, field: field, tips: c.in.At(field).Tips()}
	inherited := len(l.tips) > 0
	if !inherited {
		l.tips = r.Source.At(field).Tips()
	}
	for i, tip := range l.tips {
		words := ""
		if inherited {
			words = tip.Text.Text()
		}
		if other := r.changes[key{c.in.Locale, texts.TipPath(field, i)}]; other != nil {
			words = other.words
		} else if !inherited && tip.Text.Declared() {
			r.notHere(c, c.in.Range, fmt.Sprintf("%s is a list, which is replaced whole: translate all %s of it together.", field.Path(), schema.Plural(len(l.tips), "text")))
			return l, false
		}
		l.words = append(l.words, words)
	}
	return l, true
}

// mark is a text that stands for the list until it is written: only values of one text can
// be added to a file.
func (l *list) mark() string { return fmt.Sprintf("livery: %s of %s", l.field.Path(), l.locale) }

// write puts the list in the place of its mark.
func (l *list) write(name string, src []byte) ([]byte, error) {
	mark := jsontext.Quote(l.mark())
	from := strings.Index(string(src), mark)
	if from < 0 {
		return nil, fmt.Errorf("%s: there is no place for %s", name, l.field.Path())
	}
	line := strings.LastIndexByte(string(src[:from]), '\n') + 1
	start := line + len(src[line:]) - len(strings.TrimLeft(string(src[line:]), " \t"))
	indent := string(src[line:start])
	text := l.blocks(indent)
	if strings.HasSuffix(name, ".json") {
		text = l.array(indent, src[start] == '"')
		start = from
	}
	at := hcl.Range{Filename: name, Start: hcl.Pos{Byte: start}, End: hcl.Pos{Byte: from + len(mark)}}
	return syntax.NewPatch(name, src, syntax.Rewrite(at, text)).Apply(src)
}

// array is the list in JSON, on lines of its own where the file has such.
func (l *list) array(indent string, lines bool) string {
	icon, objects := "iconLink", make([]string, len(l.tips))
	if strings.Contains(l.page, "_") {
		icon = "icon_link"
	}
	for i, tip := range l.tips {
		var t exchange.Tip
		if l.words[i] != "" {
			t = append(t, exchange.Member{Key: "text", Text: l.words[i]})
		}
		if tip.Icon.Declared() {
			t = append(t, exchange.Member{Key: icon, Text: tip.Icon.Text()})
		}
		objects[i] = t.JSON()
	}
	if !lines {
		return "[" + strings.Join(objects, ", ") + "]"
	}
	return "[\n" + indent + "  " + strings.Join(objects, ",\n"+indent+"  ") + "\n" + indent + "]"
}

// blocks is the list in HCL.
func (l *list) blocks(indent string) string {
	blocks := make([]string, len(l.tips))
	for i, tip := range l.tips {
		var b strings.Builder
		b.WriteString("tip {\n")
		width := len("text")
		if tip.Icon.Declared() {
			width = len("icon_link")
			fmt.Fprintf(&b, "%s  icon_link = %s\n", indent, syntax.Expression(tip.Icon.Cty()))
		}
		if l.words[i] != "" {
			fmt.Fprintf(&b, "%s  %-*s = %s\n", indent, width, "text", syntax.Expression(cty.StringVal(l.words[i])))
		}
		blocks[i] = b.String() + indent + "}"
	}
	return strings.Join(blocks, "\n\n"+indent)
}
