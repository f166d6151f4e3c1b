package completion

import (
	"strings"

	"github.com/zclconf/go-cty/cty/function"

	"livery/schema/langserver"
	"livery/schema/syntax"
)

// Signed is a function's name with its parameters.
type Signed struct {
	Label         string
	Documentation string
	Parameters    []Parameter
}

// Parameter is one of them: a part of the label.
type Parameter struct{ Label, Documentation string }

// Signature is how a function is called.
func Signature(name string, f function.Function) Signed {
	s := Signed{Documentation: f.Description()}
	add := func(p function.Parameter, more string) {
		s.Parameters = append(s.Parameters, Parameter{p.Name + more, p.Description})
	}
	for _, p := range f.Params() {
		add(p, "")
	}
	if p := f.VarParam(); p != nil {
		add(*p, "…")
	}
	names := make([]string, len(s.Parameters))
	for i, p := range s.Parameters {
		names[i] = p.Label
	}
	s.Label = name + "(" + strings.Join(names, ", ") + ")"
	return s
}

// SignatureAt is the function whose arguments are being written at a byte, and the number
// of the one that is.
func SignatureAt(v *langserver.View, file *syntax.File, offset int) (Signed, int, bool) {
	p := placeAt(file.Bytes, offset)
	for i := len(p.brackets) - 1; i >= 0; i-- {
		if o := p.brackets[i]; o.kind == '(' && o.call != "" {
			f, known := functions(v)[o.call]
			if !known {
				return Signed{}, 0, false
			}
			s := Signature(o.call, f)
			if call := example(v, o.call); call != "" {
				s.Documentation += "\n\n```hcl\n" + call + "\n```"
			}
			return s, min(o.args, max(0, len(s.Parameters)-1)), true
		}
	}
	return Signed{}, 0, false
}
