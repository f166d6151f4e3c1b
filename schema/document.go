package schema

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/hashicorp/hcl/v2"
)

// Look is a set of values: what a theme declares, or a whole document without
// its locale. The zero Look declares nothing.
type Look struct {
	values     []Value // by field number; nil until something is set
	extra      map[ExtraKey]Extra
	undecided  map[string]Undecided // by path; nil almost always
	overridden []Overridden
}

// Overridden is a value of a lower layer that another one has taken the place of, or null
// that took the place of nothing.
type Overridden struct {
	Field        *Field
	Upper, Lower hcl.Range // where the two are written; Lower is the zero Range for nothing
	Same         bool      // they would be told to the service alike
}

// Overridden lists what was overridden on the way to the look, in its layers too.
func (l Look) Overridden() []Overridden { return l.overridden }

// override notes that a value takes the place of what is there.
func (l *Look) override(f *Field, v Value) {
	if before := l.values[f.number]; (before.kind != 0 || v.null) && v.rng.Filename != "" {
		l.overridden = append(l.overridden, Overridden{f, v.rng, before.rng, before.Equal(v)})
	}
}

// Document is one locale's look, the thing that is pushed.
type Document struct {
	Locale Locale
	Look
	Range          hcl.Range // the block that declares it; zero when read from the state
	PreventDestroy Value     // a Bool; not declared when read from the state

	mentions []string // pages that stood in the body it was read from, even if all null
}

// ExtraKey names a member that the catalogue does not know. Page is "" for a
// member of the root.
type ExtraKey struct{ Page, Key string }

// Path is the member's address in the API's spelling, fit to be shown: a member may
// have any name.
func (k ExtraKey) Path() string {
	if k.Key == "" {
		return join(visible(k.Page), `""`)
	}
	return join(visible(k.Page), visible(k.Key))
}

func visible(name string) string {
	if IsVisible(name) {
		return name
	}
	return strings.Trim(strconv.Quote(name), `"`)
}

// IsVisible reports whether a text is one line in which nothing steers a terminal or
// reorders what is shown.
func IsVisible(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Zl, unicode.Zp)
	})
}

// lacks reports whether nothing is said of the member, not even by a page or a
// value of the same name.
func (l Look) lacks(k ExtraKey) bool {
	for o := range l.extra {
		if o == k || k.clashes(o) {
			return false
		}
	}
	return true
}

// field is the field of the catalogue with that address; nil if there is none.
func (k ExtraKey) field() *Field {
	return PageByKey(k.Page).find(func(f *Field) bool { return f.Key == k.Key })
}

// Extra is a member sent as it is: canonical JSON and where it was written.
type Extra struct {
	JSON   json.RawMessage
	Range  hcl.Range
	Origin *Origin // nil for a literal, as for a Value
}

// At is the value of a field; the zero Value when nothing is declared.
func (l Look) At(f *Field) Value {
	if l.values == nil {
		return Value{}
	}
	return l.values[f.number]
}

// Effective is the value as the service is told it: a field that must never be
// null is replaced by what is sent in its place.
func (l Look) Effective(f *Field) Value {
	if v := l.At(f); v.Declared() {
		return v
	}
	return f.undeclared
}

// Set declares a value; a null one clears what lower layers say.
func (l *Look) Set(f *Field, v Value) {
	if l.values == nil {
		l.values = make([]Value, len(Fields()))
	}
	l.override(f, v)
	l.values[f.number] = v
	delete(l.undecided, f.path)
}

// SetExtra declares a member that the catalogue does not know; JSON null clears
// what lower layers say. A page takes the place of a value of the same name, and
// the other way round.
func (l *Look) SetExtra(k ExtraKey, e Extra) {
	if l.extra == nil {
		l.extra = make(map[ExtraKey]Extra)
	}
	maps.DeleteFunc(l.extra, func(o ExtraKey, _ Extra) bool { return k.clashes(o) })
	l.extra[k] = e
}

// clashes reports whether one is a member of the page that the other says is a
// value: a body that held both would hold one name twice.
func (k ExtraKey) clashes(o ExtraKey) bool {
	return k.Page != o.Page && (k.Page == "" && k.Key == o.Page || o.Page == "" && o.Key == k.Page)
}

// ExtraKeys lists the declared members that the catalogue does not know, sorted.
func (l Look) ExtraKeys() []ExtraKey {
	keys := make([]ExtraKey, 0, len(l.extra))
	for k, e := range l.extra {
		if e.declared() {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b ExtraKey) int {
		return cmp.Or(cmp.Compare(a.Page, b.Page), cmp.Compare(a.Key, b.Key))
	})
	return keys
}

// ExtraAt is a member that the catalogue does not know, if it is declared.
func (l Look) ExtraAt(k ExtraKey) (Extra, bool) {
	e := l.extra[k]
	return e, e.declared()
}

func (e Extra) declared() bool { return len(e.JSON) > 0 && string(e.JSON) != "null" }

// Overlay lays top over the look: values of top win, nulls of top clear, what
// top does not mention stays.
func (l *Look) Overlay(top Look) {
	for i, v := range top.values {
		if v.kind == 0 {
			continue
		}
		if l.values == nil {
			l.values = make([]Value, len(top.values))
		}
		l.override(Fields()[i], v)
		l.values[i] = v
		if l.undecided != nil {
			delete(l.undecided, Fields()[i].path)
		}
	}
	l.overridden = append(l.overridden, top.overridden...)
	for k, e := range top.extra {
		l.SetExtra(k, e)
	}
	for path, u := range top.undecided {
		l.SetUndecided(path, u)
	}
}

// Has reports whether the page has a declared member, known or not.
func (l Look) Has(p *Page) bool {
	for i := range p.Fields {
		if l.At(&p.Fields[i]).Declared() {
			return true
		}
	}
	return slices.ContainsFunc(l.ExtraKeys(), func(k ExtraKey) bool { return k.Page == p.Key })
}

// mayHold reports whether the service may hold something of the page after it
// was sent the document: a page of nulls may not have arrived, and what was
// there before may still be.
func (d Document) mayHold(p *Page) bool { return d.Has(p) || slices.Contains(d.mentions, p.Key) }

// Len is the number of fields that are declared.
func (l Look) Len() int {
	n := 0
	for i := range l.values {
		if l.values[i].Declared() {
			n++
		}
	}
	return n
}

// Empty reports whether nothing is declared.
func (l Look) Empty() bool {
	return len(l.ExtraKeys()) == 0 && !slices.ContainsFunc(l.values, Value.Declared)
}

// IsSame reports whether two documents are one that was made once, where that can be told
// at a glance: it has the same values, at the same places.
func (d Document) IsSame(o Document) bool {
	return len(d.values) > 0 && len(o.values) > 0 && &d.values[0] == &o.values[0] && d.Locale == o.Locale && d.Range == o.Range
}

// AgreesOn reports whether two looks have the same values in the fields that count, at the
// same places and from the same origins, and in whatever fields the same undecided ones.
func (l Look) AgreesOn(o Look, counts func(*Field) bool) bool {
	if len(l.values) != len(o.values) || !maps.EqualFunc(l.undecided, o.undecided, Undecided.isSame) {
		return false
	}
	if len(l.values) == 0 || &l.values[0] == &o.values[0] {
		return true
	}
	for i := range l.values {
		if counts(Fields()[i]) && !l.values[i].IsSame(o.values[i]) {
			return false
		}
	}
	return true
}

// Equal reports whether two looks would be told to the service alike.
func (l Look) Equal(o Look) bool {
	for _, f := range Fields() {
		if !l.Effective(f).Equal(o.Effective(f)) {
			return false
		}
	}
	return slices.EqualFunc(l.ExtraKeys(), o.ExtraKeys(), func(a, b ExtraKey) bool {
		return a == b && bytes.Equal(l.extra[a].JSON, o.extra[b].JSON)
	})
}
