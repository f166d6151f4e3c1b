package jsontext

import (
	"strings"
	"unicode/utf8"
	"unsafe"
)

// Value is a JSON value and where it stands in its text.
type Value struct {
	Start, End int
	// Text is a string as it reads, or a number, true, false or null as it is written.
	Text    string
	Members []Member // of an object, in their order; a name that stands twice is there twice
	Items   []*Value // of a list
	Kind    Kind
}

// Kind is what a value is.
type Kind byte

// Kinds of values.
const (
	Object Kind = '{'
	List   Kind = '['
	Text   Kind = '"'
	Number Kind = '0'
	Bool   Kind = 't'
	Null   Kind = 'n'
)

// Member is a member of an object and where its name begins.
type Member struct {
	Name  string
	Start int
	Value *Value
}

// At is the last member of that name; nil if there is none, or the value is no object.
func (v *Value) At(name string) *Value {
	if v == nil {
		return nil
	}
	for i := len(v.Members) - 1; i >= 0; i-- {
		if v.Members[i].Name == name {
			return v.Members[i].Value
		}
	}
	return nil
}

// sharedText is a text that shares the memory of src, for as long as src does not change.
func sharedText(src []byte) string { return unsafe.String(unsafe.SliceData(src), len(src)) }

// Parse reads a JSON text in one pass; false if it is not valid, or nested deeper than
// depth. The strings of the tree share the memory of src, which must not change.
func Parse(src []byte, depth int) (*Value, bool) {
	p := parser{src: src, text: sharedText(src), depth: depth}
	p.blanks()
	v := p.value()
	p.blanks()
	return v, v != nil && p.at == len(src)
}

type parser struct {
	src   []byte
	text  string // the same bytes
	at    int
	depth int
	slab  []Value // values are made many at a time
}

func (p *parser) blanks() { p.at = SkipBlanks(p.src, p.at) }

// take moves behind a byte, if it is the next one.
func (p *parser) take(c byte) bool {
	if p.at < len(p.src) && p.src[p.at] == c {
		p.at++
		return true
	}
	return false
}

func (p *parser) make(kind Kind) *Value {
	if len(p.slab) == 0 {
		p.slab = make([]Value, 128)
	}
	v := &p.slab[0]
	p.slab = p.slab[1:]
	v.Kind, v.Start = kind, p.at
	return v
}

// value reads a value; nil if there is none.
func (p *parser) value() *Value {
	if p.at >= len(p.src) {
		return nil
	}
	switch c := p.src[p.at]; c {
	case '{', '[':
		return p.container(Kind(c))
	case '"':
		v := p.make(Text)
		s, ok := p.string()
		if !ok {
			return nil
		}
		v.Text, v.End = s, p.at
		return v
	case 't':
		return p.word(Bool, "true")
	case 'f':
		return p.word(Bool, "false")
	case 'n':
		return p.word(Null, "null")
	default:
		return p.number()
	}
}

func (p *parser) word(kind Kind, word string) *Value {
	if !strings.HasPrefix(p.text[p.at:], word) {
		return nil
	}
	v := p.make(kind)
	p.at += len(word)
	v.Text, v.End = word, p.at
	return v
}

func (p *parser) container(kind Kind) *Value {
	if p.depth--; p.depth < 0 {
		return nil
	}
	v, closing := p.make(kind), byte(kind)+2 // brackets lie two apart
	p.at++
	for p.blanks(); !p.take(closing); p.blanks() {
		if len(v.Members)+len(v.Items) > 0 && !p.take(',') {
			return nil
		}
		if p.blanks(); !p.element(v) {
			return nil
		}
	}
	p.depth++
	v.End = p.at
	return v
}

// element reads a member of an object or an element of a list.
func (p *parser) element(of *Value) bool {
	if of.Kind == List {
		item := p.value()
		of.Items = append(of.Items, item)
		return item != nil
	}
	m := Member{Start: p.at}
	var ok bool
	if m.Name, ok = p.string(); !ok {
		return false
	}
	if p.blanks(); !p.take(':') {
		return false
	}
	p.blanks()
	m.Value = p.value()
	of.Members = append(of.Members, m)
	return m.Value != nil
}

func (p *parser) string() (string, bool) {
	if p.at >= len(p.src) || p.src[p.at] != '"' {
		return "", false
	}
	start, special := p.at, false // an escape, or a byte that may be no text
	for i := start + 1; i < len(p.src); i++ {
		switch c := p.src[i]; {
		case c == '"':
			p.at = i + 1
			if !special {
				return p.text[start+1 : i], true
			}
			s, err := String(p.src[start:p.at])
			return s, err == nil
		case c < ' ':
			return "", false
		case c == '\\':
			special = true
			i++
		case c >= utf8.RuneSelf:
			special = true
		}
	}
	return "", false
}

// number reads a number as JSON writes it.
func (p *parser) number() *Value {
	v := p.make(Number)
	p.take('-')
	if !p.take('0') && !p.digits() {
		return nil
	}
	if p.take('.') && !p.digits() {
		return nil
	}
	if p.take('e') || p.take('E') {
		if !p.take('-') {
			p.take('+')
		}
		if !p.digits() {
			return nil
		}
	}
	v.Text, v.End = p.text[v.Start:p.at], p.at
	return v
}

func (p *parser) digits() bool {
	start := p.at
	for p.at < len(p.src) && p.src[p.at] >= '0' && p.src[p.at] <= '9' {
		p.at++
	}
	return p.at > start
}
