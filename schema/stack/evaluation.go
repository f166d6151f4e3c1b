package stack

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	ctyfunction "github.com/zclconf/go-cty/cty/function"

	"livery/schema"
	"livery/schema/function"
	"livery/schema/syntax"
)

// Evaluation is a stack that can be asked: what an expression is worth in it, and what a
// document is laid together from. It keeps all that was evaluated, which a Stack does not.
// It is not for several goroutines.
type Evaluation struct {
	*Stack
	scope     *scope
	documents cty.Value // as expressions see them; made when first needed
}

// Explore loads a stack to be asked. With errors it knows what could be understood.
func Explore(opts Options) (*Evaluation, hcl.Diagnostics) {
	m, in := opts.read(nil)
	stack, scope, diags := evaluate(nil, m, in)
	return &Evaluation{Stack: stack, scope: scope}, diags
}

// DocumentsName is what expressions that are asked for can refer to beyond what files can:
// documents["th_TH"].mobile_result_page.success_desc is what is sent, null where nothing is.
const DocumentsName = "documents"

// Value is the value of an expression; name is that of src in ranges. It may cost what a
// whole stack may, and is unknown where it has a fault or depends on what is not known. A
// value that holds the secret key of the account is marked as sensitive.
func (e *Evaluation) Value(src []byte, name string) (cty.Value, hcl.Diagnostics) {
	if d := syntax.Check(src, name); d != nil {
		return cty.DynamicVal, hcl.Diagnostics{d}
	}
	expr, diags := hclsyntax.ParseExpression(src, name, hcl.InitialPos)
	if diags.HasErrors() {
		for _, d := range diags {
			d.Detail = strings.ReplaceAll(d.Detail, "the end of the file", "the end of the line")
			schema.Attach(d, schema.Finding{Rule: schema.Syntax})
		}
		return cty.DynamicVal, diags[:1] // the others follow from it
	}
	s, before := e.scope, len(e.scope.Diagnostics)
	s.budget.Refill()
	at := schema.Subject{Range: expr.Range()}
	v := s.evaluate(expr, e.beyondFiles(expr), at)
	if fault := s.budget.Fault(); fault != nil {
		v = cty.DynamicVal
		s.Report(fault)
	}
	diags = slices.Clone(s.Diagnostics[before:])
	s.Diagnostics = s.Diagnostics[:before]
	for _, d := range diags {
		e.conceal(d)
	}
	if plain, _ := v.UnmarkDeep(); s.holdsSecret(plain) {
		v = v.Mark(function.Sensitive)
	}
	return v, schema.SortFindings(diags)
}

// Functions are those that expressions may call, by name.
func (e *Evaluation) Functions() map[string]ctyfunction.Function { return e.scope.root.Functions }

// HoldsSecret reports whether a text holds the secret key of the account.
func (e *Evaluation) HoldsSecret(text string) bool { return e.scope.holdsSecret(cty.StringVal(text)) }

// IsSensitive reports whether what an expression such as var.brand names is a sensitive
// variable, or a part of one.
func (e *Evaluation) IsSensitive(path string) bool {
	name, _ := strings.CutPrefix(path, "var.")
	name, _, _ = strings.Cut(name, ".")
	name, _, _ = strings.Cut(name, "[")
	v := e.scope.variables.byName[name]
	return v != nil && v.sensitive
}

// conceal takes out of a finding what would show the secret key of the account.
func (e *Evaluation) conceal(d *hcl.Diagnostic) {
	s := e.scope
	if s.holdsSecret(cty.StringVal(d.Detail)) {
		d.Detail = "What is wrong with it is not shown, since it holds the secret key of the account."
	}
	if d.Expression == nil || d.EvalContext == nil {
		return
	}
	for _, ref := range d.Expression.Variables() {
		v, _ := ref.TraverseAbs(d.EvalContext)
		if v, _ = v.UnmarkDeep(); s.holdsSecret(v) {
			d.Expression, d.EvalContext = nil, nil // findings tell the values of references
			return
		}
	}
}

// beyondFiles are the names that an expression may use that is in no file.
func (e *Evaluation) beyondFiles(expr hcl.Expression) map[string]cty.Value {
	refers := slices.ContainsFunc(expr.Variables(), func(ref hcl.Traversal) bool { return ref.RootName() == DocumentsName })
	if !refers {
		return nil
	}
	if e.documents == cty.NilVal {
		all := make(map[string]cty.Value, len(e.Documents))
		for _, d := range e.Documents {
			all[string(d.Locale)] = sent(d)
		}
		e.documents = cty.ObjectVal(all)
	}
	return map[string]cty.Value{DocumentsName: e.documents}
}

// sent is a document as it is sent, by the names in configuration.
func sent(d schema.Document) cty.Value {
	root := make(map[string]cty.Value)
	for _, p := range schema.Pages() {
		fields := root
		if p.Key != "" {
			fields = make(map[string]cty.Value, len(p.Fields))
		}
		for i := range p.Fields {
			fields[schema.Snake(p.Fields[i].Key)] = d.Effective(&p.Fields[i]).Cty()
		}
		if p.Key != "" {
			root[p.HCLName()] = cty.ObjectVal(fields)
		}
	}
	return cty.ObjectVal(root)
}

// Names lists all that an expression can begin with, sorted: the variables, locals, themes
// and documents, and the functions, each with the bracket behind it.
func (e *Evaluation) Names() []string {
	var names []string
	for kind, declared := range map[string][]string{
		"var.": sortedNames(e.Module.Variables), "local.": sortedNames(e.Module.Locals), "theme.": sortedNames(e.Module.Themes),
	} {
		for _, name := range declared {
			names = append(names, kind+name)
		}
	}
	for _, d := range e.Documents {
		names = append(names, fmt.Sprintf("%s[%q]", DocumentsName, d.Locale))
	}
	for name := range e.scope.functions() {
		names = append(names, name+"(")
	}
	slices.Sort(names)
	return names
}

// IsOpen reports whether an expression goes on behind its last line: a bracket of it is
// open, or a text that spans lines has not ended.
func IsOpen(src []byte) bool {
	tokens, _ := hclsyntax.LexExpression(src, "", hcl.InitialPos)
	depth := 0
	for _, token := range tokens {
		switch token.Type {
		case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenOParen, hclsyntax.TokenOHeredoc, hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
			depth++
		case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenCHeredoc, hclsyntax.TokenTemplateSeqEnd:
			depth--
		}
	}
	return depth > 0
}
