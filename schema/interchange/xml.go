package interchange

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// xmlReader reads the tokens of XML that anybody may have written: no document types, whose
// entities can grow without end, and no endless nesting.
type xmlReader struct {
	*xml.Decoder
	depth int
}

func newXMLReader(r io.Reader) *xmlReader {
	d := xml.NewDecoder(r)
	d.CharsetReader = func(charset string, input io.Reader) (io.Reader, error) {
		switch strings.ToLower(charset) {
		case "utf-16", "utf-16le", "utf-16be", "us-ascii": // decoded already
			return input, nil
		case "iso-8859-1", "latin1", "iso-8859-15", "windows-1252":
			return &latinReader{from: input}, nil
		}
		return nil, fmt.Errorf("the encoding %s is not read here: save the file as UTF-8", charset)
	}
	return &xmlReader{Decoder: d}
}

// latinReader turns each byte into the character of that number.
type latinReader struct {
	from io.Reader
	left []byte
}

func (l *latinReader) Read(p []byte) (int, error) {
	if len(l.left) == 0 {
		var raw [1024]byte
		n, err := l.from.Read(raw[:])
		for _, b := range raw[:n] {
			l.left = utf8.AppendRune(l.left, rune(b))
		}
		if n == 0 {
			return 0, err
		}
	}
	n := copy(p, l.left)
	l.left = l.left[n:]
	return n, nil
}

var (
	errDocType = errors.New("it has a document type (<!DOCTYPE …>), which no file of translators needs and which is not read")
	errNesting = fmt.Errorf("its elements are nested more than %d deep", maxNesting)
)

// next is the next token.
func (r *xmlReader) next() (xml.Token, error) {
	token, err := r.Token()
	switch token := token.(type) {
	case xml.Directive:
		if !strings.HasPrefix(string(token), "--") {
			return nil, errDocType
		}
	case xml.StartElement:
		if r.depth++; r.depth > maxNesting {
			return nil, errNesting
		}
	case xml.EndElement:
		r.depth--
	}
	return token, err
}

// skip reads to the end of the element that has begun.
func (r *xmlReader) skip() error {
	for depth := r.depth; r.depth >= depth; {
		if _, err := r.next(); err != nil {
			return err
		}
	}
	return nil
}

// line is that of the next token.
func (r *xmlReader) line() int {
	line, _ := r.InputPos()
	return line
}

// attribute is the value of an attribute, whatever namespace it is in.
func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// reasonOf is an error of the XML reader as a clause.
func reasonOf(err error) string {
	var fault *xml.SyntaxError
	switch {
	case errors.As(err, &fault):
		return fault.Msg
	case errors.Is(err, io.EOF):
		return "it ends in the middle"
	default:
		return err.Error()
	}
}

var escapeXML = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "\r", "&#13;")
