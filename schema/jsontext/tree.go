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
	Text string
	// Members are those of an object, in their order, where a name that stands twice is there
	// twice, or the elements of a list, which have no names.
	Members []Member
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

// Member is a member of an object and where its name begins, or an element of a list.
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

// Items are the elements of a list; none of any other value.
func (v *Value) Items() []Member {
	if v == nil || v.Kind != List {
		return nil
	}
	return v.Members
}

// sharedText is a text that shares the memory of src, for as long as src does not change.
func sharedText(src []byte) string { return unsafe.String(unsafe.SliceData(src), len(src)) }

// Parse reads a JSON text in one pass; false if it is not valid, nested deeper than
// depth, or refused by [Check]. The strings of the tree share the memory of src, which must
// not change.
func Parse(src []byte, depth int) (*Value, bool) {
	p := parser{src: src, text: sharedText(src), depth: min(depth, MaxDepth), elements: MaxElements}
	p.blanks()
	v := p.value()
	p.blanks()
	return v, v != nil && p.at == len(src)
}

type parser struct {
	src   []byte
	text  string // the same bytes
	at    int
	depth int // that may still be opened

	elements int      // that there may still be
	open     []Member // those of all that is open
	values   []Value  // made many at a time, as members are
	members  []Member
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
	if len(p.values) == 0 {
		p.values = make([]Value, 128)
	}
	v := &p.values[0]
	p.values = p.values[1:]
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
	v, closing, first := p.make(kind), byte(kind)+2, len(p.open) // brackets lie two apart
	p.at++
	for p.blanks(); !p.take(closing); p.blanks() {
		if len(p.open) > first {
			if p.elements--; !p.take(',') || p.elements <= 0 {
				return nil
			}
		}
		if p.blanks(); !p.element(kind) {
			return nil
		}
	}
	v.Members = p.close(first)
	p.depth++
	v.End = p.at
	return v
}

// close takes the members from the first on off those that are open, and gives them in
// memory of just their size.
func (p *parser) close(first int) []Member {
	n := len(p.open) - first
	if n == 0 {
		return nil
	}
	if n > len(p.members) {
		p.members = make([]Member, max(n, 256))
	}
	members := p.members[:n:n]
	p.members = p.members[n:]
	copy(members, p.open[first:])
	p.open = p.open[:first]
	return members
}

// element reads a member of an object or an element of a list.
func (p *parser) element(of Kind) bool {
	m := Member{Start: p.at}
	if of == Object {
		var ok bool
		if m.Name, ok = p.string(); !ok {
			return false
		}
		if p.blanks(); !p.take(':') {
			return false
		}
		p.blanks()
	}
	m.Value = p.value()
	p.open = append(p.open, m)
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
	exponent := p.take('e') || p.take('E')
	if exponent {
		if !p.take('-') {
			p.take('+')
		}
		if !p.digits() {
			return nil
		}
	}
	v.Text, v.End = p.text[v.Start:p.at], p.at
	if (exponent || len(v.Text) > MaxDigits) && CheckNumber(v.Text) != nil {
		return nil
	}
	return v
}

func (p *parser) digits() bool {
	start := p.at
	for p.at < len(p.src) && p.src[p.at] >= '0' && p.src[p.at] <= '9' {
		p.at++
	}
	return p.at > start
}
