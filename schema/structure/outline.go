package structure

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"livery/schema/syntax"
)

// SymbolKind says what a symbol is.
type SymbolKind int

const (
	BlockSymbol     SymbolKind = iota // livery, account, a page
	NamedSymbol                       // a block with a label: a theme, a locale
	AttributeSymbol                   //
	ListSymbol                        // an array in JSON
)

// Symbol is a thing that has a name in a file, with what stands in it.
type Symbol struct {
	Name     string
	Detail   string // what it is worth, on one line
	Kind     SymbolKind
	Range    hcl.Range // all of it
	NameAt   hcl.Range // its name, within Range
	Children []*Symbol
}

// Outline lists what has a name in a file, in the order in which it is written.
func Outline(file *syntax.File) []*Symbol {
	if body, ok := file.Body.(*hclsyntax.Body); ok {
		return outlineBody(body, file.Bytes)
	}
	if root, diags := syntax.ParseJSON(file.Bytes, file.Name); !diags.HasErrors() {
		return outlineJSON(root, file.Bytes)
	}
	return nil
}

// Named lists what others can refer to, or look for, in a file: its top-level blocks and
// the locals.
func Named(file *syntax.File) []*Symbol {
	var named []*Symbol
	for _, s := range Outline(file) {
		if s.Name == "locals" {
			named = append(named, s.Children...)
		} else {
			named = append(named, s)
		}
	}
	return named
}

func outlineBody(body *hclsyntax.Body, src []byte) []*Symbol {
	var list []*Symbol
	for _, a := range body.Attributes {
		list = append(list, &Symbol{Name: a.Name, Detail: OneLine(a.Expr.Range().SliceBytes(src)), Kind: AttributeSymbol, Range: a.Range(), NameAt: a.NameRange})
	}
	for _, b := range body.Blocks {
		s := &Symbol{Name: b.Type, Range: b.Range(), NameAt: b.TypeRange, Children: outlineBody(b.Body, src)}
		if len(b.Labels) > 0 {
			s.Kind, s.Name, s.NameAt = NamedSymbol, b.Type+" "+strings.Join(b.Labels, " "), b.LabelRanges[0]
		}
		list = append(list, s)
	}
	Sort(list, func(s *Symbol) hcl.Range { return s.Range })
	return list
}

func outlineJSON(value *syntax.JSON, src []byte) []*Symbol {
	var list []*Symbol
	for _, m := range value.Members {
		if m.NameRange.Filename == "" {
			continue // an element of a list has no name
		}
		s := &Symbol{Name: m.Name, Kind: AttributeSymbol, Range: hcl.RangeBetween(m.NameRange, m.Range), NameAt: m.NameRange}
		value := m.At("$value")
		switch {
		case value != nil: // a design token
			s.Detail = OneLine(value.Range.SliceBytes(src))
		case m.IsObject():
			s.Kind, s.Children = BlockSymbol, outlineJSON(m, src)
		case m.IsArray():
			s.Kind = ListSymbol
			for _, element := range m.Members {
				s.Children = append(s.Children, outlineJSON(element, src)...)
			}
		default:
			s.Detail = OneLine(m.Range.SliceBytes(src))
		}
		list = append(list, s)
	}
	return list
}
