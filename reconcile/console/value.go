package console

import (
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"livery/reconcile/terminal"
	"livery/schema"
)

// Format writes a value as Terraform's console does, a colour behind a swatch of itself,
// on a terminal that can show one. What is sensitive is not shown.
func Format(v cty.Value, s terminal.Style) string { return formatter{s}.format(v, "") }

type formatter struct{ style terminal.Style }

func (f formatter) format(v cty.Value, indent string) string {
	switch t := v.Type(); {
	case v.IsMarked():
		return schema.Hidden
	case !v.IsKnown():
		return "(not yet known)"
	case v.IsNull():
		return null(t)
	case t == cty.String:
		return f.style.Swatch(v.AsString()) + terminal.Quote(v.AsString())
	case t == cty.Number:
		return v.AsBigFloat().Text('f', -1)
	case t == cty.Bool && v.True():
		return "true"
	case t == cty.Bool:
		return "false"
	case t.IsListType():
		return "tolist(" + f.sequence(v, indent) + ")"
	case t.IsSetType():
		return "toset(" + f.sequence(v, indent) + ")"
	case t.IsMapType():
		return "tomap(" + f.members(v, indent) + ")"
	case t.IsTupleType():
		return f.sequence(v, indent)
	case t.IsObjectType():
		return f.members(v, indent)
	default:
		return "(" + t.FriendlyName() + ")"
	}
}

func null(t cty.Type) string {
	switch t {
	case cty.String:
		return "tostring(null)"
	case cty.Number:
		return "tonumber(null)"
	case cty.Bool:
		return "tobool(null)"
	default:
		return "null"
	}
}

func (f formatter) sequence(v cty.Value, indent string) string {
	if v.LengthInt() == 0 {
		return "[]"
	}
	var b strings.Builder
	b.WriteString("[\n")
	for it := v.ElementIterator(); it.Next(); {
		_, element := it.Element()
		b.WriteString(indent + "  " + f.format(element, indent+"  ") + ",\n")
	}
	b.WriteString(indent + "]")
	return b.String()
}

func (f formatter) members(v cty.Value, indent string) string {
	members := v.AsValueMap()
	if len(members) == 0 {
		return "{}"
	}
	names := make([]string, 0, len(members))
	for name := range members {
		names = append(names, name)
	}
	slices.Sort(names)
	var b strings.Builder
	b.WriteString("{\n")
	for _, name := range names {
		b.WriteString(indent + "  " + terminal.Quote(name) + " = " + f.format(members[name], indent+"  ") + "\n")
	}
	b.WriteString(indent + "}")
	return b.String()
}
