package lint

import (
	"path"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/config"
	"livery/schema/rule"
	"livery/schema/stack"
	"livery/schema/syntax"
	"livery/schema/tokens"
)

// tokenReferences are the ways in which a stack names what files of tokens hold.
type tokenReferences struct {
	locals    []tokenLocal
	names     map[string]string // of files from the stack, as calls name them, by their names in ranges
	calls     map[string]string // the argument of calls, by the file
	constants []hcl.Range       // where nothing can be referred to
}

// tokenLocal is a local value that is a file of tokens, or a part of one.
type tokenLocal struct {
	name, file string
	path       []string
}

func tokenReferencesIn(s *stack.Stack) tokenReferences {
	r := tokenReferences{names: make(map[string]string), calls: make(map[string]string)}
	for _, set := range s.Tokens {
		if names, all := set.Names(), set.Tokens(); len(names) == 1 && len(all) > 0 {
			r.names[all[0].File] = path.Clean(names[0])
		}
	}
	for _, d := range slices.Concat(s.Module.Sources.Own, s.Module.Sources.Included) {
		for _, b := range d.Blocks {
			b.Walk(func(_ *config.Block, a *config.Attribute) {
				if call, ok := config.CallOf(a.Expr, "tokens"); ok && b.Type == "locals" {
					r.locals = append(r.locals, tokenLocal{a.Name, path.Clean(call.Argument), call.Path})
				}
				if b.Type == "variable" {
					r.constants = append(r.constants, a.Expr.Range())
				}
				for _, argument := range config.Calls(a.Expr, "tokens") {
					r.calls[path.Clean(argument)] = argument
				}
			})
		}
	}
	return r
}

// to is the expression for a token: through the local value that is nearest to it, else by
// a call as another expression has it. What is read in another way is not known by a name.
func (r tokenReferences) to(token tokens.Token) (expression string, known bool) {
	file, steps, best := r.names[token.File], token.Path, -1
	for _, local := range r.locals {
		n := len(local.path)
		if local.file == file && n > best && n <= len(steps) && slices.Equal(local.path, steps[:n]) {
			best, expression = n, "local."+local.name+config.Lookup(steps[n:])
		}
	}
	if best >= 0 {
		return expression, true
	}
	argument, known := r.calls[file]
	return "tokens(" + syntax.Expression(cty.StringVal(argument)) + ")" + config.Lookup(steps), known
}

// mend notes that a finding is mended by the expression for a token in the place of a literal,
// unless that stands where nothing can be referred to, or the token has no name there.
func (r tokenReferences) mend(d *hcl.Diagnostic, at hcl.Range, token tokens.Token) {
	expression, known := r.to(token)
	if !known {
		return
	}
	isConstant := slices.ContainsFunc(r.constants, func(c hcl.Range) bool { return c.Filename == at.Filename && c.Overlaps(at) })
	if isConstant {
		d.Detail += " A variable cannot refer to it: use " + expression + " in the variable's place."
	} else {
		d.Detail += " Write " + expression + "."
	}
	schema.Amend(d, func(f *schema.Finding) {
		f.Data["proposal"] = expression
		if !isConstant {
			f.Fix, f.Edits = rule.SafeFix, []schema.Edit{{At: at, Expression: expression}}
		}
	})
}
