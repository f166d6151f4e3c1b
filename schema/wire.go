package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sort"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"livery/schema/jsontext"
)

// Body is the request that makes the service show the document: every field of
// the documented sample, null where nothing is declared, so that one request is
// right whether the service replaces or merges. Pages outside the sample are
// included when they are declared, or when the service may still hold them:
// last are the documents that it was sent before.
func (d Document) Body(last ...Document) []byte {
	return d.encode(func(p *Page) bool {
		return p.Sample || d.Has(p) || slices.ContainsFunc(last, func(l Document) bool { return l.mayHold(p) })
	}, true, last)
}

// MarshalJSON is the body without its nulls: what the state keeps.
func (d Document) MarshalJSON() ([]byte, error) {
	return d.encode(func(p *Page) bool { return p.Sample || d.Has(p) }, false, nil), nil
}

// encode writes the members in catalogue order, then those that the catalogue
// does not know, sorted. With nulls, extra members of last that are gone are
// nulled too.
func (d Document) encode(include func(*Page) bool, nulls bool, last []Document) []byte {
	w := writer{make([]byte, 0, d.size())}
	extra := d.extraMembers(nulls, last)
	w.open()
	for _, p := range Pages() {
		if p.Key == "" {
			d.encodeFields(&w, p, nulls)
			w.key("locale")
			w.string(string(d.Locale))
			continue
		}
		if !include(p) {
			continue
		}
		mark := w.enter(p.Key)
		d.encodeFields(&w, p, nulls)
		w.extra(extra[p.Key])
		delete(extra, p.Key)
		w.leave(mark, nulls)
	}
	w.extra(extra[""])
	delete(extra, "")
	for _, page := range sortedKeys(extra) {
		mark := w.enter(page)
		w.extra(extra[page])
		w.leave(mark, nulls)
	}
	w.close()
	return w.text
}

// size is about how many bytes the document takes as JSON.
func (d Document) size() int {
	n := 1 << 9
	for i := range d.values {
		n += len(d.values[i].text) + 1<<5
	}
	return n
}

func (d Document) encodeFields(w *writer, p *Page, nulls bool) {
	for i := range p.Fields {
		f := &p.Fields[i]
		if _, refused := d.ExtraAt(ExtraKey{p.Key, f.Key}); refused {
			continue // written with the extra members: no body has one name twice
		}
		if v := d.Effective(f); v.Declared() || nulls {
			w.member(f.Key, v)
		}
	}
}

type extraMember struct {
	key string
	raw json.RawMessage
}

// extraMembers groups the unknown members by page, sorted within it.
func (d Document) extraMembers(nulls bool, last []Document) map[string][]extraMember {
	members := make(map[string][]extraMember)
	for _, k := range d.ExtraKeys() {
		members[k.Page] = append(members[k.Page], extraMember{k.Key, d.extra[k].JSON})
	}
	if !nulls {
		return members
	}
	var sent Look
	for _, k := range d.ExtraKeys() {
		sent.SetExtra(k, d.extra[k])
	}
	for _, l := range last {
		for k := range l.extra { // nulls too: they may not have arrived
			if k.field() == nil && sent.lacks(k) {
				sent.SetExtra(k, Extra{JSON: json.RawMessage("null")})
				members[k.Page] = append(members[k.Page], extraMember{k.Key, json.RawMessage("null")})
			}
		}
	}
	for _, list := range members {
		sort.SliceStable(list, func(i, j int) bool { return list[i].key < list[j].key })
	}
	return members
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// writer puts a JSON object together member by member, in the given order.
type writer struct{ text []byte }

func (w *writer) open()           { w.text = append(w.text, '{') }
func (w *writer) close()          { w.text = append(w.text, '}') }
func (w *writer) last() byte      { return w.text[len(w.text)-1] }
func (w *writer) string(s string) { w.text = jsontext.AppendString(w.text, s) }

func (w *writer) key(name string) {
	if w.last() != '{' {
		w.text = append(w.text, ',')
	}
	w.string(name)
	w.text = append(w.text, ':')
}

func (w *writer) member(name string, v Value) {
	w.key(name)
	w.text = v.AppendJSON(w.text)
}

func (w *writer) extra(members []extraMember) {
	for _, m := range members {
		w.key(m.key)
		w.text = append(w.text, m.raw...)
	}
}

// enter begins a member that is an object and remembers where.
func (w *writer) enter(name string) int {
	mark := len(w.text)
	w.key(name)
	w.open()
	return mark
}

// leave ends the object; an empty one is taken back unless it is to be kept.
func (w *writer) leave(mark int, keep bool) {
	if !keep && w.last() == '{' {
		w.text = w.text[:mark]
		return
	}
	w.close()
}

// CanonicalJSON writes a value that the catalogue does not know: object keys
// sorted, nothing escaped that need not be. A value beyond the limits of
// jsontext.Check, with which nobody could read the state, is an error.
func CanonicalJSON(v cty.Value) (json.RawMessage, error) {
	plain, err := plainValue(v, 0)
	if err != nil {
		return nil, err
	}
	text := encodePlain(plain)
	return text, jsontext.Check(text)
}

// encodePlain writes what encoding/json has decoded, or would decode.
func encodePlain(v any) json.RawMessage {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(fmt.Sprintf("schema: a value that cannot be JSON: %v", err)) // values are strings, booleans, numbers, and lists and objects of them
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// plainValue is the value as encoding/json writes it.
func plainValue(v cty.Value, depth int) (any, error) {
	t := v.Type()
	switch {
	case v.IsMarked() || !v.IsKnown():
		return nil, errors.New("the value is sensitive or not known")
	case v.IsNull():
		return nil, nil
	case t == cty.String:
		return v.AsString(), nil
	case t == cty.Bool:
		return v.True(), nil
	case t == cty.Number && v.AsBigFloat().IsInf():
		return nil, errors.New("a number is infinite")
	case t == cty.Number:
		return json.Number(jsontext.FormatNumber(v.AsBigFloat())), nil
	case !v.CanIterateElements():
		return nil, fmt.Errorf("%s is no JSON", t.FriendlyName())
	case depth >= jsontext.MaxDepth:
		return nil, jsontext.ErrNesting
	}
	object, list := make(map[string]any), make([]any, 0, v.LengthInt())
	for it := v.ElementIterator(); it.Next(); {
		k, element := it.Element()
		plain, err := plainValue(element, depth+1)
		if err != nil {
			return nil, err
		}
		if t.IsObjectType() || t.IsMapType() {
			object[k.AsString()] = plain
		} else {
			list = append(list, plain)
		}
	}
	if t.IsObjectType() || t.IsMapType() {
		return object, nil
	}
	return list, nil
}

func canonical(raw []byte) (json.RawMessage, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	return encodePlain(v), nil
}

// UnmarshalJSON reads a document that was sent before; data must be valid JSON,
// as encoding/json sees to. It loses nothing: a member that the catalogue does
// not know, or whose value it would refuse today, is kept as an extra member, so
// that it shows up in the next plan instead of making an old state unreadable.
func (d *Document) UnmarshalJSON(data []byte) error {
	*d = Document{}
	if i := jsontext.SkipBlanks(data, 0); i == len(data) || data[i] != '{' && data[i] != 'n' { // null
		return errors.New("a document is a JSON object")
	}
	return jsontext.Members(data, func(key string, raw json.RawMessage) error {
		page := PageByKey(key)
		switch {
		case key == "locale":
			return d.recallLocale(raw)
		case page == nil || key == "":
			return d.recall(ExtraKey{Key: key}, raw)
		}
		d.mentions = append(d.mentions, key)
		return jsontext.Members(raw, func(name string, raw json.RawMessage) error {
			return d.recall(ExtraKey{page.Key, name}, raw)
		})
	})
}

func (d *Document) recallLocale(raw json.RawMessage) error {
	s, err := jsontext.String(raw)
	if err != nil {
		return fmt.Errorf("locale: %w", err)
	}
	loc, known := ParseLocale(s)
	if !known {
		return fmt.Errorf("locale: %q is not a locale of the service", s)
	}
	d.Locale = loc
	return nil
}

// recall puts back one member of an earlier body.
func (d *Document) recall(k ExtraKey, raw json.RawMessage) error {
	if f := k.field(); f != nil {
		if string(raw) == "null" {
			return nil
		}
		if v, ok := f.recall(raw); ok {
			d.Set(f, v)
			return nil
		}
	} else if k.Page == "" && k.Key != "" {
		// Everything unknown below the root is a page of unknown fields, or a value. The
		// root itself is the page without a name, so what is called "" is a value.
		found := false
		err := jsontext.Members(raw, func(name string, raw json.RawMessage) error {
			found = true
			return d.keep(ExtraKey{k.Key, name}, raw)
		})
		if found || err != nil {
			return err
		}
	}
	return d.keep(k, raw)
}

func (d *Document) keep(k ExtraKey, raw json.RawMessage) error {
	text, err := canonical(raw)
	if err != nil {
		return err
	}
	d.SetExtra(k, Extra{JSON: text})
	return nil
}

// recall reads one value of an earlier body; false if it is none today.
func (f *Field) recall(raw json.RawMessage) (Value, bool) {
	v, err := JSONValue(raw)
	if err != nil || (f.Kind == Bool) != (v.Type() == cty.Bool) {
		return Value{}, false // "true" is not true: it was not sent by us
	}
	value, diags := f.Parse(v, Subject{})
	return value, value.Declared() && !refused(diags)
}

// refused reports an error other than a tip that is merely too long.
func refused(diags hcl.Diagnostics) bool { return diags.HasErrors() && !onlyTipLength(diags) }

// JSONValue reads JSON within the limits as an expression would see it, strings in
// NFC.
func JSONValue(raw []byte) (cty.Value, error) {
	if len(raw) > 0 && raw[0] == '"' { // by far the most frequent case, and the general way is slow
		s, err := jsontext.String(raw)
		return cty.StringVal(s), err
	}
	if err := jsontext.Check(raw); err != nil {
		return cty.NilVal, err
	}
	t, err := ctyjson.ImpliedType(raw)
	if err != nil {
		return cty.NilVal, err
	}
	return ctyjson.Unmarshal(raw, t)
}
