package langserver

import (
	"bytes"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/config"
	"livery/schema/limit"
	"livery/schema/stack"
	"livery/schema/structure"
	"livery/schema/syntax"
)

// Name is what a stack gives a name to.
type Name struct {
	Kind string // theme, local, var, session or locale
	Name string
}

// Mention is a place where a name stands.
type Mention struct {
	Name
	Range    hcl.Range // of the name alone, without quotation marks
	Whole    hcl.Range // of the declaration; of a reference, as local.x, without what follows it
	Declares bool
}

// View is a stack as its files are now, and what was evaluated when it last could be.
type View struct {
	Module   *config.Module
	Stack    *stack.Stack      // as it is now, with its faults
	Explored *stack.Evaluation // when it could last be understood; nil if it never could

	// LooseValues gives the files of variables' values that are not loaded by themselves; nil:
	// there are none.
	LooseValues func() []*syntax.File
	// Neighbours gives the other stacks that are loaded and read a file of this one; nil:
	// there are none.
	Neighbours func(file string) []Neighbour
}

// Neighbour is another stack that reads a file.
type Neighbour struct {
	Path string // of the stack, as people know it
	File string // the file's name there
	View *View
}

// declaring are the blocks whose label is a name, and what it is called in expressions.
var declaring = map[string]string{"theme": "theme", "variable": "var", "session": "session", "locale": "locale"}

// Mentions lists every place of the files of a stack where a name stands, in the order of
// the files' names and of the bytes.
func (v *View) Mentions() []Mention {
	var all []Mention
	names := make([]string, 0, len(v.Module.Files))
	for name := range v.Module.Files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		all = append(all, mentionsIn(v.Module.Files[name])...)
	}
	for _, values := range v.Module.Sources.Values {
		if values.File != nil {
			all = append(all, assigned(values.File)...)
		}
	}
	return all
}

// assigned are the variables that a file gives values to.
func assigned(file *syntax.File) (list []Mention) {
	if body, ok := file.Body.(*hclsyntax.Body); ok {
		for _, a := range body.Attributes {
			list = append(list, Mention{Name: Name{"var", a.Name}, Range: a.NameRange, Whole: a.Range()})
		}
	} else if root, diags := syntax.ParseJSON(file.Bytes, file.Name); !diags.HasErrors() {
		for _, m := range root.Members {
			list = append(list, Mention{Name: Name{"var", m.Name}, Range: structure.Within(m.NameRange, 1), Whole: hcl.RangeBetween(m.NameRange, m.Range)})
		}
	}
	structure.Sort(list, func(m Mention) hcl.Range { return m.Range })
	return list
}

func mentionsIn(file *syntax.File) []Mention {
	var list []Mention
	body, ok := file.Body.(*hclsyntax.Body)
	if !ok {
		return mentionsInJSON(file)
	}
	for _, b := range body.Blocks {
		if kind := declaring[b.Type]; kind != "" && len(b.Labels) > 0 {
			list = append(list, Mention{Name: named(kind, b.Labels[0]), Range: label(b.LabelRanges[0], file.Bytes), Whole: b.Range(), Declares: true})
		}
		if b.Type == "locals" {
			for _, a := range b.Body.Attributes {
				list = append(list, Mention{Name: Name{"local", a.Name}, Range: a.NameRange, Whole: a.Range(), Declares: true})
			}
		}
	}
	structure.VisitAttributes(body, "", func(_ string, a *hclsyntax.Attribute) {
		list = append(list, mentionsOf(a.Expr)...)
	})
	structure.Sort(list, func(m Mention) hcl.Range { return m.Range })
	return list
}

func mentionsOf(expr hcl.Expression) (list []Mention) {
	for _, t := range expr.Variables() {
		if name, at, ok := mentioned(t); ok {
			list = append(list, Mention{Name: name, Range: at, Whole: hcl.RangeBetween(t[:1].SourceRange(), t[:2].SourceRange())})
		}
	}
	return list
}

// mentionsInJSON are those of a file in the JSON syntax of HCL: the keys below theme and
// its like, and what texts refer to.
func mentionsInJSON(file *syntax.File) (list []Mention) {
	root, diags := syntax.ParseJSON(file.Bytes, file.Name)
	if diags.HasErrors() {
		return nil
	}
	for _, block := range root.Members {
		kind := declaring[block.Name]
		if block.Name == "locals" {
			kind = "local"
		}
		for _, m := range block.Members {
			if kind != "" && block.IsObject() {
				list = append(list, Mention{Name: named(kind, m.Name), Range: structure.Within(m.NameRange, 1), Whole: hcl.RangeBetween(m.NameRange, m.Range), Declares: true})
			}
		}
	}
	for value := range root.All() {
		if _, isText := textOf(value); isText {
			list = append(list, mentionsInText(value, file)...)
		}
	}
	structure.Sort(list, func(m Mention) hcl.Range { return m.Range })
	return list
}

// mentionsInText are those of a text in JSON: what stands in ${…}, and the whole of it where
// a theme is named. A text with an escape in it has none: its bytes are not those of the
// expression.
func mentionsInText(value *syntax.JSON, file *syntax.File) []Mention {
	at := structure.Within(value.Range, 1)
	src := at.SliceBytes(file.Bytes)
	if bytes.IndexByte(src, '\\') >= 0 {
		return nil
	}
	if value.Name == "theme" || value.Name == "extends" || value.Name == "" {
		if t, diags := hclsyntax.ParseTraversalAbs(src, file.Name, at.Start); !diags.HasErrors() && t.RootName() == "theme" {
			return mentionsOf(&hclsyntax.ScopeTraversalExpr{Traversal: t, SrcRange: at})
		}
	}
	if !bytes.Contains(src, []byte("{")) || limit.Template(string(src)) != nil {
		return nil
	}
	expr, diags := hclsyntax.ParseTemplate(src, file.Name, at.Start)
	if diags.HasErrors() {
		return nil
	}
	return mentionsOf(expr)
}

// named is a name of that kind; a locale has one in whatever spelling.
func named(kind, name string) Name {
	if locale, known := schema.ParseLocale(name); kind == "locale" && known {
		name = string(locale)
	}
	return Name{kind, name}
}

// mentioned is the name that a reference begins with.
func mentioned(t hcl.Traversal) (Name, hcl.Range, bool) {
	root, ok := t[0].(hcl.TraverseRoot)
	if !ok || len(t) < 2 {
		return Name{}, hcl.Range{}, false
	}
	kind := root.Name
	switch kind {
	case "theme", "local", "var", "session", "locale":
	default:
		return Name{}, hcl.Range{}, false
	}
	switch step := t[1].(type) {
	case hcl.TraverseAttr:
		at := step.SrcRange
		at.Start.Byte = at.End.Byte - len(step.Name)
		return named(kind, step.Name), at, true
	case hcl.TraverseIndex:
		if step.Key.Type() == cty.String {
			return Name{kind, step.Key.AsString()}, structure.Within(step.SrcRange, 2), true
		}
	}
	return Name{}, hcl.Range{}, false
}

// label is the range of a label without its quotation marks.
func label(rng hcl.Range, src []byte) hcl.Range {
	if text := rng.SliceBytes(src); len(text) >= 2 && text[0] == '"' {
		return structure.Within(rng, 1)
	}
	return rng
}

// MentionAt is the name that stands at a byte of a file.
func (v *View) MentionAt(file string, offset int) (Mention, bool) {
	var list []Mention
	if f := v.Module.Files[file]; f != nil {
		list = mentionsIn(f)
	} else {
		for _, f := range (leader{v}).renamed(Name{Kind: "var"}) {
			if f.Name == file {
				list = assigned(f)
			}
		}
	}
	i := slices.IndexFunc(list, func(m Mention) bool { return structure.Holds(m.Range, offset) })
	if i < 0 {
		return Mention{}, false
	}
	return list[i], true
}

// MentionsOf are the places where a name stands.
func (v *View) MentionsOf(name Name) []Mention {
	all := v.Mentions()
	if name.Kind == "var" && v.LooseValues != nil {
		for _, file := range v.LooseValues() {
			all = append(all, assigned(file)...)
		}
	}
	return slices.DeleteFunc(all, func(m Mention) bool { return m.Name != name })
}
