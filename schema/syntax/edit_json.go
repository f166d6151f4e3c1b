package syntax

import (
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/jsontext"
)

// jsonFile is a JSON file with its values by the byte they begin at.
type jsonFile struct {
	src    []byte
	root   *JSON
	eol    string
	values map[int]*jsonItem
	names  map[int]*jsonItem
}

// jsonItem is a value and where it belongs to.
type jsonItem struct {
	*JSON
	parent   *jsonItem
	items    []*jsonItem
	template bool // if it is a string
	removed  bool
}

func openJSON(src []byte, filename string) (editable, error) {
	root, diags := ParseJSON(src, filename)
	if diags.HasErrors() {
		return nil, unparsed(diags)
	}
	if IsConfiguration(filename) { // its parser knows less of what JSON allows
		if _, diags := Parse(src, filename); diags.HasErrors() {
			return nil, unparsed(diags)
		}
	}
	j := &jsonFile{
		src: src, root: root, eol: LineEnd(src),
		values: make(map[int]*jsonItem), names: make(map[int]*jsonItem),
	}
	j.index(root, nil, IsConfiguration(filename))
	return j, nil
}

func (f *jsonFile) index(value *JSON, parent *jsonItem, template bool) *jsonItem {
	if parent != nil && parent.parent == nil && value.Name == "variable" {
		template = false // its default may not refer to anything
	}
	item := &jsonItem{JSON: value, parent: parent, template: template}
	f.values[value.Range.Start.Byte] = item
	if value.NameRange != (hcl.Range{}) {
		f.names[value.NameRange.Start.Byte] = item
	}
	for _, m := range value.Members {
		item.items = append(item.items, f.index(m, item, template))
	}
	return item
}

func (f *jsonFile) tokens() []span {
	var spans []span
	for j := range f.root.All() {
		if j.NameRange != (hcl.Range{}) {
			spans = append(spans, spanOf(j.NameRange))
		}
		if j.Members == nil {
			spans = append(spans, spanOf(j.Range))
		}
	}
	return spans
}

func spanOf(r hcl.Range) span { return span{r.Start.Byte, r.End.Byte} }

func (f *jsonFile) literal(start int) (cty.Value, bool) {
	item := f.values[start]
	if item == nil {
		return cty.NilVal, false
	}
	return item.literal()
}

func (i *jsonItem) literal() (cty.Value, bool) {
	v := i.Value()
	if v == cty.NilVal || !i.template || v.IsNull() || v.Type() != cty.String {
		return v, v != cty.NilVal
	}
	text, ok := templateText(v.AsString())
	return cty.StringVal(text), ok
}

func (f *jsonFile) splices(edits []Edit) ([]splice, error) {
	var splices []splice
	added := make(map[*jsonItem][]*addition)
	touched := make(map[*jsonItem]Edit) // objects and arrays that lose members
	for _, e := range edits {
		if e.op == removeItem {
			item, err := f.remove(e)
			if err != nil {
				return nil, err
			}
			touched[item.parent] = e
		}
	}
	for _, e := range edits {
		if e.with != (hcl.Range{}) {
			f.removeEmptied(e, touched)
		}
	}
	for _, e := range edits {
		var s splice
		var err error
		switch e.op {
		case addValue:
			err = f.plan(e, added)
		case replaceValue:
			s, err = f.replace(e)
		case rewriteSource:
			s, err = f.rewrite(e)
		}
		if err != nil {
			return nil, err
		}
		splices = append(splices, s)
	}
	for parent, e := range touched {
		if len(added[parent]) == 0 || parent.kept() > 0 {
			splices = append(splices, f.cut(parent, e)...)
		}
	}
	for object, additions := range added {
		splices = append(splices, f.add(object, additions)...)
	}
	return splices, nil
}

func (f *jsonFile) replace(e Edit) (splice, error) {
	item := f.values[e.at.Start.Byte]
	if item == nil {
		return splice{}, &EditError{Range: e.at, Err: ErrNotLiteral}
	}
	before, ok := item.literal()
	if !ok {
		return splice{}, &EditError{Range: e.at, Err: ErrNotLiteral}
	}
	s := splice{start: item.Range.Start.Byte, end: item.Range.End.Byte, at: e.at, values: []written{{0, e.value}}}
	s.text = string(f.src[s.start:s.end])
	if !sameValue(before, e.value) {
		s.text = jsonLiteral(s.text, e.value, item.template)
	}
	return s, nil
}

// rewrite accepts a key or a whole value, or where a value begins or ends.
func (f *jsonFile) rewrite(e Edit) (splice, error) {
	start, end := e.at.Start.Byte, e.at.End.Byte
	name, value := f.names[start], f.values[start]
	edge := start == end && (value != nil || slices.ContainsFunc(slices.Collect(maps.Values(f.values)), func(v *jsonItem) bool { return v.Range.End.Byte == end }))
	if !edge && (name == nil || name.NameRange.End.Byte != end) && (value == nil || value.Range.End.Byte != end) {
		return splice{}, &EditError{Range: e.at, Err: ErrNotFound}
	}
	return splice{start: start, end: end, text: endedWith(f.eol, e.text), at: e.at}, nil
}

func (f *jsonFile) remove(e Edit) (*jsonItem, error) {
	item := f.names[e.at.Start.Byte]
	if item == nil {
		item = f.values[e.at.Start.Byte]
	}
	switch {
	case item == nil || item.parent == nil:
		return nil, &EditError{Range: e.at, Err: ErrNotFound, Detail: "no member begins here"}
	case item.removed:
		return nil, &EditError{Range: e.at, Err: ErrOverlap}
	}
	item.removed = true
	return item, nil
}

// removeEmptied takes out what a removal has left without members, as far as the removal
// asks for that.
func (f *jsonFile) removeEmptied(e Edit, touched map[*jsonItem]Edit) {
	item := f.names[e.at.Start.Byte]
	if item == nil {
		item = f.values[e.at.Start.Byte]
	}
	for up := item.parent; up.parent != nil && up.begin() >= e.with.Start.Byte && up.kept() == 0; up = up.parent {
		up.removed = true
		delete(touched, up)
		touched[up.parent] = e
	}
}

func (i *jsonItem) kept() int {
	n := 0
	for _, m := range i.items {
		if !m.removed {
			n++
		}
	}
	return n
}

// begin is where a member begins, with its name.
func (i *jsonItem) begin() int {
	if i.NameRange != (hcl.Range{}) {
		return i.NameRange.Start.Byte
	}
	return i.Range.Start.Byte
}

// cut takes members out of an object or an array, each run of them with its commas.
func (f *jsonFile) cut(parent *jsonItem, e Edit) []splice {
	items := parent.items
	if parent.kept() == 0 {
		return []splice{{start: parent.Range.Start.Byte + 1, end: parent.Range.End.Byte - 1, at: e.at}}
	}
	var splices []splice
	for i := 0; i < len(items); i++ {
		if !items[i].removed {
			continue
		}
		run := i
		for i+1 < len(items) && items[i+1].removed {
			i++
		}
		s := splice{start: items[run].begin(), at: e.at}
		if i+1 < len(items) {
			s.end = items[i+1].begin()
		} else {
			s.start, s.end = items[run-1].Range.End.Byte, items[i].Range.End.Byte
		}
		splices = append(splices, s)
	}
	return splices
}

// plan finds the object that an addition goes to.
func (f *jsonFile) plan(e Edit, added map[*jsonItem][]*addition) error {
	object := f.values[e.at.Start.Byte]
	if e.at.Empty() {
		object = f.values[f.root.Range.Start.Byte]
	}
	if object = object.soleObject(); object == nil || len(e.path) == 0 {
		return &EditError{Range: e.at, Err: ErrNotFound, Detail: "no object begins here"}
	}
	depth := 0
	for {
		at := object.member(e.path[depth])
		if at == nil {
			break
		}
		inner := at.soleObject()
		if depth == len(e.path)-1 || inner == nil {
			return &EditError{Range: at.NameRange, Err: ErrExists, Detail: at.Name}
		}
		object, depth = inner, depth+1
	}
	additions, err := plan(added[object], e, depth, schema.Snake)
	added[object] = additions
	return err
}

// soleObject is the object itself, or the only one in an array: a block of the JSON
// syntax may be written as either.
func (i *jsonItem) soleObject() *jsonItem {
	if i != nil && i.IsArray() && len(i.items) == 1 {
		i = i.items[0]
	}
	if i == nil || !i.IsObject() {
		return nil
	}
	return i
}

// member is the last member of that name which stays, in either spelling.
func (i *jsonItem) member(name string) *jsonItem {
	for _, m := range slices.Backward(i.items) {
		if !m.removed && schema.Snake(m.Name) == schema.Snake(name) {
			return m
		}
	}
	return nil
}

// add writes members into an object as its other members are written.
func (f *jsonFile) add(object *jsonItem, additions []*addition) []splice {
	at := additions[0].edit.at
	layout := f.layout(object)
	if object.kept() == 0 {
		in := insertion{}
		in.writeMembers(additions, layout, object.template)
		return []splice{{
			start: object.Range.Start.Byte + 1, end: object.Range.End.Byte - 1, text: in.String(), values: in.values, at: at,
		}}
	}
	var splices []splice
	groups := make(map[*jsonItem][]*addition)
	for _, a := range inOrder(additions) {
		before := object.predecessor(a)
		groups[before] = append(groups[before], a)
	}
	for before, group := range groups {
		in := insertion{}
		offset := object.Range.Start.Byte + 1
		if before != nil {
			offset = before.Range.End.Byte
		}
		for i, a := range group {
			if before != nil {
				in.WriteByte(',')
				in.writeMember(a, layout, layout.next, object.template)
				continue
			}
			in.writeMember(a, layout, layout.at(i), object.template)
			in.WriteByte(',')
		}
		if before == nil && layout.first == "" { // the member behind has no blank before it
			in.WriteString(layout.next)
		}
		splices = append(splices, splice{start: offset, end: offset, text: in.String(), values: in.values, at: at})
	}
	return splices
}

func (i *jsonItem) predecessor(a *addition) *jsonItem {
	for _, name := range slices.Backward(a.after) {
		if m := i.member(name); m != nil {
			return m
		}
	}
	return nil
}

// jsonLayout is the white space of an object.
type jsonLayout struct {
	first, next string // before the first name, and before the others
	end         string // before the closing brace
	colon       string // between name and value
	step        string // more indentation of an object inside; "" on one line
}

func (l jsonLayout) at(i int) string {
	if i == 0 {
		return l.first
	}
	return l.next
}

// layout takes the white space from the members that are there, else from the file.
func (f *jsonFile) layout(object *jsonItem) jsonLayout {
	open, close := object.Range.Start.Byte+1, object.Range.End.Byte-1
	l := jsonLayout{colon: f.colon(object), step: f.step()}
	if n := len(object.items); n > 0 {
		first, last := object.items[0], object.items[n-1]
		l.first = string(f.src[open:first.begin()])
		l.end = string(f.src[last.Range.End.Byte:close])
		switch {
		case n > 1:
			gap := string(f.src[first.Range.End.Byte:object.items[1].begin()])
			l.next = gap[strings.IndexByte(gap, ',')+1:]
		case strings.Contains(l.first, "\n"):
			l.next = l.first
		case l.colon != ":":
			l.next = " "
		}
		l.next = oneLineEnd(l.next)
		if !strings.Contains(l.next, "\n") {
			l.step = ""
		}
		return l
	}
	if l.step == "" {
		if l.colon != ":" {
			l.next = " "
		}
		return l
	}
	outer := indentAt(f.src, open)
	l.first, l.end = f.eol+outer+l.step, f.eol+outer
	l.next = l.first
	return l
}

// oneLineEnd leaves out blank lines.
func oneLineEnd(blank string) string {
	first, last := strings.IndexByte(blank, '\n'), strings.LastIndexByte(blank, '\n')
	if first == last {
		return blank
	}
	return blank[:first+1] + blank[last+1:]
}

// colon is how a name is told from its value, here or else anywhere.
func (f *jsonFile) colon(object *jsonItem) string {
	for _, from := range []*JSON{object.JSON, f.root} {
		for j := range from.All() {
			if j.NameRange != (hcl.Range{}) {
				gap := string(f.src[j.NameRange.End.Byte:j.Range.Start.Byte])
				if !strings.Contains(gap, "\n") {
					return gap
				}
			}
		}
	}
	return ": "
}

// step is one step of indentation: that of the first member of the file, or nothing
// in a file on one line.
func (f *jsonFile) step() string {
	if len(f.root.Members) == 0 {
		return "  "
	}
	first := f.values[f.root.Range.Start.Byte].items[0]
	gap := string(f.src[f.root.Range.Start.Byte+1 : first.begin()])
	if i := strings.LastIndexByte(gap, '\n'); i >= 0 {
		return gap[i+1:]
	}
	return ""
}

// writeMembers writes the inside of an object.
func (in *insertion) writeMembers(additions []*addition, layout jsonLayout, template bool) {
	for i, a := range inOrder(additions) {
		if i > 0 {
			in.WriteByte(',')
		}
		in.writeMember(a, layout, layout.at(i), template)
	}
	in.WriteString(layout.end)
}

// writeMember writes a member behind that white space.
func (in *insertion) writeMember(a *addition, layout jsonLayout, blank string, template bool) {
	in.WriteString(blank + jsontext.Quote(a.name) + layout.colon)
	if !a.isBlock() {
		in.writeValue(jsonLiteral("", a.value, template), a.value)
		return
	}
	inner := layout
	inner.first, inner.next, inner.end = "", "", ""
	if layout.step != "" {
		outer := blank[strings.LastIndexByte(blank, '\n')+1:]
		eol := blank[:len(blank)-len(outer)]
		inner.first, inner.end = eol+outer+layout.step, eol+outer
		inner.next = inner.first
	} else if layout.colon != ":" {
		inner.next = " "
	}
	in.WriteByte('{')
	in.writeMembers(a.members, inner, template)
	in.WriteByte('}')
}
