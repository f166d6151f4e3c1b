package exchange

import (
	"bytes"
	"strings"

	"livery/schema"
	"livery/schema/jsontext"
)

// Content is what a file of texts says of a field: a text, or a list of tips.
type Content struct {
	Text string
	Tips []Tip // nil for a text
}

// Tip is one of a list, its members in the order in which they are written.
type Tip []Member

// Member is a part of a tip.
type Member struct{ Key, Text string }

// WriteTexts writes a file of texts, in the order of the catalogue.
func WriteTexts(contents map[*schema.Field]Content) []byte {
	w := fileWriter{indent: "\n"}
	w.nested("{", "}", func() {
		for _, p := range schema.Pages() {
			if p.Key == "" {
				w.fields(p, contents)
			} else if says(p, contents) {
				w.key(p.Key)
				w.nested("{", "}", func() { w.fields(p, contents) })
			}
		}
	})
	w.b.WriteByte('\n')
	return w.b.Bytes()
}

func says(p *schema.Page, contents map[*schema.Field]Content) bool {
	for i := range p.Fields {
		if _, ok := contents[&p.Fields[i]]; ok {
			return true
		}
	}
	return false
}

type fileWriter struct {
	b       bytes.Buffer
	indent  string // a line feed, and the blanks of what is open
	members bool   // something stands in what is open
}

// nested writes what stands in an object or a list, each part in lines of its own.
func (w *fileWriter) nested(open, end string, body func()) {
	around := w.indent
	w.b.WriteString(open)
	w.indent, w.members = around+"  ", false
	body()
	w.indent, w.members = around, true
	w.b.WriteString(around + end)
}

// next begins the line of another part.
func (w *fileWriter) next() {
	if w.members {
		w.b.WriteByte(',')
	}
	w.members = true
	w.b.WriteString(w.indent)
}

func (w *fileWriter) key(name string) {
	w.next()
	w.b.WriteString(jsontext.Quote(name) + ": ")
}

func (w *fileWriter) fields(p *schema.Page, contents map[*schema.Field]Content) {
	for i := range p.Fields {
		c, ok := contents[&p.Fields[i]]
		if !ok {
			continue
		}
		w.key(p.Fields[i].Key)
		if c.Tips == nil {
			w.b.WriteString(jsontext.Quote(c.Text))
			continue
		}
		w.nested("[", "]", func() {
			for _, tip := range c.Tips {
				w.next()
				w.b.WriteString(tip.JSON())
			}
		})
	}
}

// JSON is a tip in one line.
func (t Tip) JSON() string {
	if len(t) == 0 {
		return "{}"
	}
	parts := make([]string, len(t))
	for i, m := range t {
		parts[i] = jsontext.Quote(m.Key) + ": " + jsontext.Quote(m.Text)
	}
	return "{ " + strings.Join(parts, ", ") + " }"
}
