package interchange

import (
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"livery/schema"
	"livery/schema/texts"
)

// writeXLIFF writes XLIFF 1.2, a file element for each language.
func (s *Sheet) writeXLIFF() []byte {
	w := xliffWriter{keep: s.Keep}
	w.line(0, `<?xml version="1.0" encoding="UTF-8"?>`)
	w.line(0, `<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2">`)
	for _, in := range s.Languages {
		w.line(1, `<file original="livery" datatype="plaintext" source-language="%s" target-language="%s">`, s.Source.Info().BCP47, in.Locale.Info().BCP47)
		w.line(2, `<body>`)
		for _, u := range in.Units {
			w.unit(in.Locale, u)
		}
		w.line(2, `</body>`)
		w.line(1, `</file>`)
	}
	w.line(0, `</xliff>`)
	return []byte(w.b.String())
}

type xliffWriter struct {
	b    strings.Builder
	keep []string
}

func (w *xliffWriter) line(depth int, format string, args ...any) {
	w.b.WriteString(strings.Repeat("  ", depth))
	fmt.Fprintf(&w.b, format+"\n", args...)
}

func (w *xliffWriter) unit(locale schema.Locale, u *texts.Unit) {
	limit := u.Field.MaxLength(locale)
	w.line(3, `<trans-unit id="%s" resname="%s" maxwidth="%d" size-unit="char" xml:space="preserve">`, u.Path, schema.Snake(u.Path), limit)
	w.line(4, `<source>%s</source>`, w.inline(u.Source.Text()))
	switch {
	case !hasWords(u):
	case u.State == texts.Stale:
		w.line(4, `<target state="needs-translation">%s</target>`, w.inline(u.Target.Text()))
	default:
		w.line(4, `<target state="translated">%s</target>`, w.inline(u.Target.Text()))
	}
	at := texts.PlaceOf(u.Source)
	w.line(4, `<context-group purpose="location">`)
	w.line(5, `<context context-type="sourcefile">%s</context>`, escapeXML.Replace(at.Filename))
	w.line(5, `<context context-type="linenumber">%d</context>`, at.Start.Line)
	w.line(4, `</context-group>`)
	if u.Hint != "" {
		w.line(4, `<note from="developer">%s</note>`, escapeXML.Replace(u.Hint))
	}
	w.line(4, `<note from="developer">%s</note>`, limitNote(limit))
	if u.State == texts.Stale && u.Before[0].Words != u.Source.Text() {
		w.line(4, `<alt-trans alttranstype="previous-version">`)
		w.line(5, `<source>%s</source>`, w.inline(u.Before[0].Words))
		w.line(5, `<target>%s</target>`, w.inline(u.Target.Text()))
		w.line(4, `</alt-trans>`)
	}
	w.line(3, `</trans-unit>`)
}

// inline marks what a translator must not change: braces, and names that are kept.
func (w *xliffWriter) inline(text string) string {
	var b strings.Builder
	for part := range texts.Parts(text, w.keep) {
		words := escapeXML.Replace(part.Text)
		switch part.Kind {
		case texts.Brace:
			fmt.Fprintf(&b, `<x id="%s" equiv-text="%s"/>`, strings.Trim(words, "{}"), words)
		case texts.Name:
			fmt.Fprintf(&b, `<mrk mtype="protected">%s</mrk>`, words)
		default:
			b.WriteString(words)
		}
	}
	return b.String()
}

// readXLIFF reads XLIFF 1.0 to 1.2.
func readXLIFF(text, name string) ([]Translation, hcl.Diagnostics) {
	r := xliffReader{xmlReader: newXMLReader(strings.NewReader(text)), name: name}
	for {
		token, err := r.next()
		if errors.Is(err, io.EOF) && r.begun {
			return r.list, nil
		}
		if start, ok := token.(xml.StartElement); ok && err == nil {
			err = r.element(start)
		}
		if err != nil {
			return nil, refused(name, r.line(), "Not an XLIFF file that can be read", fmt.Sprintf("%s: %s.", name, reasonOf(err)))
		}
	}
}

type xliffReader struct {
	*xmlReader
	name  string
	begun bool
	units int
	list  []Translation
}

func (r *xliffReader) element(e xml.StartElement) error {
	switch e.Name.Local {
	case "xliff":
		if version := attribute(e, "version"); !strings.HasPrefix(version, "1.") {
			return fmt.Errorf("it is XLIFF %s, and version 1.2 is read: every tool that writes the one can write the other", version)
		}
		r.begun = true
	case "file":
		t := Translation{}
		for _, language := range []struct {
			name string
			into *schema.Locale
		}{{"source-language", &t.From}, {"target-language", &t.Locale}} {
			tag := attribute(e, language.name)
			locale, ok := LocaleOf(tag)
			if tag != "" && !ok {
				return fmt.Errorf("its %s %q is no language that the service has", language.name, tag)
			}
			*language.into = locale
		}
		r.list = append(r.list, t)
	case "trans-unit":
		if len(r.list) == 0 {
			return errors.New("a trans-unit stands outside of a file element")
		}
		if r.units++; r.units > maxUnits {
			return fmt.Errorf("it has more than %d texts", maxUnits)
		}
		return r.unit(e)
	}
	if !r.begun {
		return fmt.Errorf("it begins with <%s>, and XLIFF begins with <xliff>", e.Name.Local)
	}
	return nil
}

func (r *xliffReader) unit(e xml.StartElement) error {
	t := Translated{ID: attribute(e, "id"), Range: lineRange(r.name, r.line())}
	if attribute(e, "approved") == "yes" {
		t.Said = SaidTranslated
	}
	for depth := r.depth; r.depth >= depth; {
		token, err := r.next()
		if err != nil {
			return err
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		switch start.Name.Local {
		case "source":
			t.Source, err = r.inline()
			t.HasSource = true
		case "target":
			t.Said = cmp.Or(saidBy(attribute(start, "state")), t.Said)
			t.Words, err = r.inline()
		default:
			err = r.skip()
		}
		if err != nil {
			return err
		}
	}
	t.Source, t.Words = normal(t.Source), normal(t.Words)
	file := &r.list[len(r.list)-1]
	file.Texts = append(file.Texts, t)
	return nil
}

// content is the text of an element with the elements in it, whatever a tool has made of
// them: those of protected names and formats hold their text, placeholders stand for one.
func (r *xliffReader) inline() (string, error) {
	var b strings.Builder
	for depth := r.depth; r.depth >= depth; {
		token, err := r.next()
		if err != nil {
			return "", err
		}
		switch token := token.(type) {
		case xml.CharData:
			b.Write(token)
		case xml.StartElement:
			inner, err := r.inline()
			if err != nil {
				return "", err
			}
			if strings.TrimSpace(inner) == "" {
				switch token.Name.Local {
				case "x", "bx", "ex", "ph", "it", "bpt", "ept":
					inner = placeholder(token)
				}
			}
			b.WriteString(inner)
		}
	}
	return b.String(), nil
}

// placeholder is the text that an element stands for.
func placeholder(e xml.StartElement) string {
	if text := attribute(e, "equiv-text"); text != "" {
		return text
	}
	return "{" + attribute(e, "id") + "}"
}
