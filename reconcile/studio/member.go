package studio

import (
	"cmp"
	"strconv"
	"strings"

	"livery/schema"
)

// member is what a change is about: a field, a tip in a list, or a part of one.
type member struct {
	field *schema.Field
	item  *schema.Field // nil but for a part of a tip
	index int           // of the tip; -1 for a whole field
}

// memberOf reads a path, as mobileResultPage.successDesc, mobileTipsPage.tips[0] or
// mobileTipsPage.tips[0].text, in either spelling.
func memberOf(path string) (member, bool) {
	list, rest, inList := strings.Cut(path, "[")
	page, name, inPage := strings.Cut(list, ".")
	if !inPage {
		page, name = "", list
	}
	m := member{field: cmp.Or(schema.PageByKey(page), schema.PageByHCL(page)).Field(name), index: -1}
	if m.field == nil || !inList {
		return m, m.field != nil
	}
	digits, name, closed := strings.Cut(rest, "]")
	i, err := strconv.Atoi(digits)
	if !closed || err != nil || i < 0 || i >= schema.TipsMax || m.field.Kind != schema.Tips {
		return m, false
	}
	m.index = i
	if name == "" {
		return m, true
	}
	part, named := strings.CutPrefix(name, ".")
	m.item = m.field.Item(part)
	return m, named && m.item != nil
}

// leaf is the field that has the value's kind.
func (m member) leaf() *schema.Field {
	if m.item != nil {
		return m.item
	}
	return m.field
}

// path is in the API's spelling.
func (m member) path() string {
	return m.field.Path() + m.place(func(item *schema.Field) string { return item.Key })
}

// place is what leads from a list to a part of it.
func (m member) place(spell func(*schema.Field) string) string {
	switch {
	case m.index < 0:
		return ""
	case m.item == nil:
		return "[" + strconv.Itoa(m.index) + "]"
	}
	return "[" + strconv.Itoa(m.index) + "]." + spell(m.item)
}

// name is in that of configuration.
func (m member) name() string {
	return strings.TrimPrefix(schema.PageByKey(m.field.Page).HCLName()+"."+m.field.HCLName(), ".") + m.place((*schema.Field).HCLName)
}

// of is the value in a look, or what a list has of it.
func (m member) of(l schema.Look) schema.Value {
	v := l.At(m.field)
	if m.item == nil {
		return v
	}
	tips := v.Tips()
	if m.index >= len(tips) {
		return schema.Value{}
	}
	return part(tips[m.index], m.item)
}

func part(tip schema.Tip, item *schema.Field) schema.Value {
	if item.Kind == schema.ImageURL {
		return tip.Icon
	}
	return tip.Text
}

// said reports whether a layer says anything, and be it that the API's default is wanted.
func said(v schema.Value) bool { return v.Declared() || v.IsNull() }
