package studio

import (
	"strconv"
	"strings"

	"livery/schema"
)

// member is what a change is about: a field, or a part of a tip in a list.
type member struct {
	field *schema.Field
	item  *schema.Field // nil for a whole field
	index int           // of the tip
}

// memberOf reads a path, as mobileResultPage.successDesc or mobileTipsPage.tips[0].text.
func memberOf(path string) (member, bool) {
	list, rest, inList := strings.Cut(path, "[")
	m := member{field: schema.FieldByPath(list)}
	if m.field == nil || !inList {
		return m, m.field != nil
	}
	digits, name, closed := strings.Cut(rest, "].")
	i, err := strconv.Atoi(digits)
	if !closed || err != nil || i < 0 || i >= schema.TipsMax {
		return m, false
	}
	m.item, m.index = m.field.Item(name), i
	return m, m.item != nil
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
	if m.item == nil {
		return m.field.Path()
	}
	return m.field.Path() + "[" + strconv.Itoa(m.index) + "]." + m.item.Key
}

// name is in that of configuration.
func (m member) name() string {
	name := strings.TrimPrefix(schema.PageByKey(m.field.Page).HCLName()+"."+m.field.HCLName(), ".")
	if m.item != nil {
		name += "[" + strconv.Itoa(m.index) + "]." + m.item.HCLName()
	}
	return name
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
