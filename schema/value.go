package schema

import (
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"livery/schema/jsontext"
)

// Value is one judged and normalised value of a field. The zero Value means
// that nothing was declared; a null Value means that the API's default was
// asked for. Any other Value was made by a Parse of this package, so holding
// one proves that it is valid.
type Value struct {
	kind   Kind
	null   bool
	flag   bool
	number int
	text   string
	list   *list // nil but for Tips and Names: documents are full of values that have none
	rng    hcl.Range
	origin *Origin
}

type list struct {
	tips  []Tip
	words []string
}

// Tip is an element of a tip list. Either member may be undeclared.
type Tip struct{ Icon, Text Value }

// Declared reports whether there is something to send.
func (v Value) Declared() bool { return v.kind != 0 && !v.null }

// IsNull reports whether the API's default was asked for.
func (v Value) IsNull() bool { return v.null }

// Kind is the kind of the field the value belongs to; 0 when undeclared.
func (v Value) Kind() Kind { return v.kind }

// Text is the value as a string: a text, a colour as #rrggbb or #rrggbbaa, a
// link, a word. It is "" for other kinds.
func (v Value) Text() string { return v.text }

// Flag is the value of a Bool.
func (v Value) Flag() bool { return v.flag }

// Number is the value of a Count.
func (v Value) Number() int { return v.number }

// Tips is the value of a Tips field; it must not be changed.
func (v Value) Tips() []Tip {
	if v.list == nil {
		return nil
	}
	return v.list.tips
}

// Words is the value of a Names; it must not be changed.
func (v Value) Words() []string {
	if v.list == nil {
		return nil
	}
	return v.list.words
}

// Range is where the value was written; the zero Range for one that was read
// from the state.
func (v Value) Range() hcl.Range { return v.rng }

// Origin is what the value comes from; nil for a literal that stands at Range, and for a
// value that was read from the state.
func (v Value) Origin() *Origin { return v.origin }

// From is the value with an origin.
func (v Value) From(o *Origin) Value {
	v.origin = o
	return v
}

// TipsFrom is a list of tips with an origin for each declared member of each element.
func (v Value) TipsFrom(f *Field, origin func(i int, member *Field) *Origin) Value {
	return v.WithTips(f, func(i int, member *Field, was Value) Value { return was.From(origin(i, member)) })
}

// WithTips is a list of tips with other values for the declared members of its elements.
func (v Value) WithTips(f *Field, value func(i int, member *Field, was Value) Value) Value {
	tips := slices.Clone(v.Tips())
	for i := range tips {
		for j := range f.Items {
			if member := tips[i].member(f.Items[j].Kind); member.Declared() {
				*member = value(i, &f.Items[j], *member)
			}
		}
	}
	v.list = &list{tips: tips}
	return v
}

// Equal compares what is sent, not where it came from. An undeclared value and
// a null are equal: both leave the field to the API.
func (v Value) Equal(o Value) bool {
	if !v.Declared() || !o.Declared() {
		return v.Declared() == o.Declared()
	}
	return v.kind == o.kind && v.text == o.text && v.flag == o.flag && v.number == o.number &&
		slices.Equal(v.Words(), o.Words()) &&
		slices.EqualFunc(v.Tips(), o.Tips(), func(a, b Tip) bool { return a.Icon.Equal(b.Icon) && a.Text.Equal(b.Text) })
}

// IsSame compares also where values come from.
func (v Value) IsSame(o Value) bool {
	return v.kind == o.kind && v.null == o.null && v.rng == o.rng && v.Equal(o) && v.origin.isSame(o.origin) &&
		slices.EqualFunc(v.Tips(), o.Tips(), func(a, b Tip) bool { return a.Icon.IsSame(b.Icon) && a.Text.IsSame(b.Text) })
}

// AppendJSON appends the value as the API takes it; null when it is not declared.
func (v Value) AppendJSON(dst []byte) []byte {
	if !v.Declared() {
		return append(dst, "null"...)
	}
	switch v.kind {
	case Bool:
		return strconv.AppendBool(dst, v.flag)
	case Count:
		return strconv.AppendInt(dst, int64(v.number), 10)
	case Names:
		return appendList(dst, v.Words(), jsontext.AppendString)
	case Tips:
		return appendList(dst, v.Tips(), func(dst []byte, t Tip) []byte {
			dst = append(dst, '{')
			if t.Icon.Declared() {
				dst = t.Icon.AppendJSON(append(dst, `"iconLink":`...))
			}
			if t.Icon.Declared() && t.Text.Declared() {
				dst = append(dst, ',')
			}
			if t.Text.Declared() {
				dst = t.Text.AppendJSON(append(dst, `"text":`...))
			}
			return append(dst, '}')
		})
	default:
		return jsontext.AppendString(dst, v.text)
	}
}

func appendList[E any](dst []byte, list []E, element func([]byte, E) []byte) []byte {
	dst = append(dst, '[')
	for i, e := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = element(dst, e)
	}
	return append(dst, ']')
}

// Cty is the value as an expression sees it.
func (v Value) Cty() cty.Value {
	if !v.Declared() {
		return cty.NullVal(cty.DynamicPseudoType)
	}
	switch v.kind {
	case Bool:
		return cty.BoolVal(v.flag)
	case Count:
		return cty.NumberIntVal(int64(v.number))
	case Names:
		words := make([]cty.Value, len(v.Words()))
		for i, w := range v.Words() {
			words[i] = cty.StringVal(w)
		}
		return cty.TupleVal(words)
	case Tips:
		tips := make([]cty.Value, len(v.Tips()))
		for i, t := range v.Tips() {
			tips[i] = cty.ObjectVal(map[string]cty.Value{"icon_link": t.Icon.Cty(), "text": t.Text.Cty()})
		}
		return cty.TupleVal(tips)
	default:
		return cty.StringVal(v.text)
	}
}

// String is the value in the form in which plans show it: texts, colours and
// links quoted, the rest bare. A line feed in a text reads \n.
func (v Value) String() string {
	if !v.Declared() {
		return "null"
	}
	switch v.kind {
	case Bool:
		return strconv.FormatBool(v.flag)
	case Count:
		return strconv.Itoa(v.number)
	case Names:
		return "[" + strings.Join(quoteAll(v.Words()), ", ") + "]"
	case Tips:
		return strconv.Itoa(len(v.Tips())) + " tips"
	default:
		return quote(v.text)
	}
}

func quoteAll(words []string) []string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = quote(w)
	}
	return quoted
}

// quote writes a text as people read it: scripts stay as they are, only the
// quotation mark, the backslash and the line feed are escaped.
func quote(s string) string {
	if strings.ContainsAny(s, "\\\"\n") {
		s = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s)
	}
	return `"` + s + `"`
}
