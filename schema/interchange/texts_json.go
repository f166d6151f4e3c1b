package interchange

import (
	"bytes"
	"strings"

	"livery/schema/texts"
)

// writeTexts writes a file of texts, in the order of the catalogue. A text that is still to
// be made is empty; a tip that is not among them is an object without a text.
func writeTexts(units []*texts.Unit) []byte {
	w := textsWriter{}
	w.b.WriteString("{")
	for _, u := range units {
		page, rest, ok := strings.Cut(u.Path, ".")
		if !ok {
			page, rest = "", u.Path
		}
		list, _, inList := strings.Cut(rest, "[")
		w.enter(page, list, inList)
		if inList {
			w.tip(u)
			continue
		}
		w.member(rest, words(u))
	}
	w.enter("", "", false)
	w.b.WriteString("\n}\n")
	return w.b.Bytes()
}

type textsWriter struct {
	b          bytes.Buffer
	page, list string // that are open; "" for none
	tips       int    // that are written of the list
	members    bool   // something stands in what is open
}

// enter closes what another text does not stand in, and opens what it does.
func (w *textsWriter) enter(page, list string, inList bool) {
	if w.list != "" && (w.page != page || w.list != list) {
		w.b.WriteString("\n" + w.indent(-1) + "]")
		w.list, w.members = "", true
	}
	if w.page != "" && w.page != page {
		w.b.WriteString("\n  }")
		w.page, w.members = "", true
	}
	if page != "" && w.page == "" {
		w.next()
		w.b.WriteString(texts.Quote(page) + ": {")
		w.page, w.members = page, false
	}
	if inList && w.list == "" {
		w.next()
		w.b.WriteString(texts.Quote(list) + ": [")
		w.list, w.tips, w.members = list, 0, false
	}
}

// indent is that of what stands in all that is open, and so many steps more.
func (w *textsWriter) indent(more int) string {
	depth := 1 + more
	if w.page != "" {
		depth++
	}
	if w.list != "" {
		depth++
	}
	return strings.Repeat("  ", depth)
}

func (w *textsWriter) next() {
	if w.members {
		w.b.WriteByte(',')
	}
	w.members = true
	w.b.WriteString("\n" + w.indent(0))
}

func (w *textsWriter) member(key, words string) {
	w.next()
	w.b.WriteString(texts.Quote(key) + ": " + texts.Quote(words))
}

func (w *textsWriter) tip(u *texts.Unit) {
	for _, at := texts.FieldOf(u.Path); w.tips < at; w.tips++ {
		w.next()
		w.b.WriteString("{}")
	}
	w.next()
	w.tips++
	w.b.WriteString(`{"text": ` + texts.Quote(words(u)) + "}")
}
