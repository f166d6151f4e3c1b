package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"livery/schema"
	"livery/schema/function"
	"livery/schema/rule"
	"livery/schema/syntax"
	"livery/schema/wording"
)

// Faults collects what is wrong with what people wrote. Its methods say what is
// wrong with blocks, attributes and constants, wherever they stand.
type Faults struct {
	Diagnostics hcl.Diagnostics

	constants *function.Budget // what the constants may cost; nil if there was none yet
}

// Report adds faults.
func (f *Faults) Report(d ...*hcl.Diagnostic) { f.Diagnostics = append(f.Diagnostics, d...) }

// Labelled checks that a block has as many labels as its type needs.
func (f *Faults) Labelled(b *Block) bool {
	want := 0
	if b.label != "" {
		want = 1
	}
	if len(b.Labels) == want {
		return true
	}
	detail := fmt.Sprintf("The block %s takes no label.", b.Type)
	if want == 1 {
		detail = fmt.Sprintf("The block %s takes one label, its %s, in quotes: %s \"...\" { }.", b.Type, b.label, b.Type)
	}
	f.Report(schema.Diagnose(rule.Syntax, schema.Subject{Range: b.DefRange}, "Wrong number of labels", detail))
	return false
}

// UnknownBlock says that a block has no meaning where it stands.
func (f *Faults) UnknownBlock(b *Block, where string, at schema.Subject, names, fields []string) {
	at.Range, at.Path = b.TypeRange, ""
	detail := fmt.Sprintf("The block %s has no meaning %s.", b.Type, where)
	near := wording.DidYouMean(b.Type, names)
	switch place := placesOf(b.Type); {
	case slices.Contains(fields, b.Type):
		detail += fmt.Sprintf(" %s is a field: write %s = ...", b.Type, b.Type)
	case instead(b.Type) != "":
		detail += " " + instead(b.Type)
	case near != "":
		detail += near
	case place != "":
		detail += fmt.Sprintf(" It has its place %s.", place)
	case len(names) > 0 && len(names) <= 16:
		detail += fmt.Sprintf(" Valid are %s.", strings.Join(names, ", "))
	}
	f.Report(schema.Diagnose(rule.UnknownBlock, at, "Unknown block", detail))
}

// UnknownField says that nothing takes an attribute where it stands.
func (f *Faults) UnknownField(a *Attribute, where string, at schema.Subject, names, blocks []string) {
	at.Range = a.NameRange()
	detail := fmt.Sprintf("%s has no %s.", where, a.Name)
	switch near := wording.DidYouMean(a.Name, names); {
	case slices.Contains(blocks, a.Name):
		detail = fmt.Sprintf("%s is a block, not an attribute: write %s { ... } without the equals sign.", a.Name, a.Name)
	case instead(a.Name) != "":
		detail += " " + instead(a.Name)
	case near != "":
		detail += near
	case wording.Nearest(a.Name, blocks) != "":
		detail += fmt.Sprintf(" Did you mean the block %q?", wording.Nearest(a.Name, blocks))
	case holders(a.Name) != "":
		detail += holders(a.Name)
	case schema.PageByHCL(where) != nil:
		detail += fmt.Sprintf(" `livery schema %s` lists its fields.", where)
	case len(names) > 0 && len(names) <= 16:
		detail += fmt.Sprintf(" It has %s.", strings.Join(names, ", "))
	}
	f.Report(schema.Diagnose(rule.UnknownField, at, "Unknown field", detail))
}

// Duplicate says that something is declared twice, and where the first one is.
func (f *Faults) Duplicate(second, first hcl.Range, detail string) {
	f.Report(schema.FirstAt(schema.Diagnose(rule.Duplicate, schema.Subject{Range: second}, "Declared twice",
		fmt.Sprintf("%s The first one is at %s:%d.", detail, first.Filename, first.Start.Line)), first))
}

// validName reports whether a label can be referred to in an expression.
func (f *Faults) validName(b *Block) bool {
	if syntax.IsName(b.Labels[0]) {
		return true
	}
	f.Report(schema.Diagnose(rule.Syntax, schema.Subject{Range: b.LabelRanges[0]}, "Not a valid name",
		fmt.Sprintf("%q cannot be the name of a %s: a name is letters, digits, _ and -, and begins with a letter.", b.Labels[0], b.Type)))
	return false
}

// Constant is the value of an attribute that may not refer to anything; false if
// it has none, which is reported, or stands where the file does not parse.
func (f *Faults) Constant(a *Attribute) (cty.Value, bool) {
	if f.constants == nil {
		f.constants = function.NewConstantBudget()
	}
	before := f.constants.Fault()
	v, diags := f.constants.Value(a.Expr, nil)
	f.Expression(diags, schema.Subject{})
	if fault := f.constants.Fault(); fault != before {
		f.Report(fault)
	}
	return v, !diags.HasErrors() && v.IsWhollyKnown()
}

func (f *Faults) constantString(a *Attribute) (string, bool) {
	v, ok := f.Constant(a)
	if !ok {
		return "", false
	}
	if v.IsNull() || v.Type() != cty.String {
		f.Report(schema.Diagnose(rule.WrongType, schema.Subject{Range: a.Expr.Range()}, "Wrong type of value", a.Name+" takes a string in quotes."))
		return "", false
	}
	return v.AsString(), true
}

// ConstantBool is a constant that is true or false; false if it is neither, which is
// reported.
func (f *Faults) ConstantBool(a *Attribute) bool {
	v, ok := f.Constant(a)
	if !ok {
		return false
	}
	b, err := convert.Convert(v, cty.Bool)
	if err != nil || b.IsNull() {
		f.Report(schema.Diagnose(rule.WrongType, schema.Subject{Range: a.Expr.Range()}, "Wrong type of value", a.Name+" takes true or false."))
		return false
	}
	return b.True()
}

// Expression reports what the library found wrong with an expression.
func (f *Faults) Expression(diags hcl.Diagnostics, at schema.Subject) {
	for _, d := range diags {
		function.ExplainUnknown(d)
		call, called := hcl.DiagnosticExtra[hclsyntax.FunctionCallDiagExtra](d)
		finding := at.Finding(rule.Expression)
		schema.Attach(d, finding)
		if called {
			finding.Level = schema.LevelOf(d)
			d.Extra = callFault{call, &finding}
		}
		f.Report(d)
	}
}

// RangeWithin is the range of a part of an expression. A string of the JSON
// syntax is parsed when its escapes are gone, so that places within it can be
// wrong; the place of the whole string is not. That of a string which is itself a reference
// begins with the quotation mark and is short of two letters.
func RangeWithin(rng hcl.Range, expr hcl.Expression) hcl.Range {
	if _, native := expr.(hclsyntax.Expression); native {
		return rng
	}
	whole := expr.Range()
	if whole.Start.Line != whole.End.Line || whole.End.Byte-whole.Start.Byte != whole.End.Column-whole.Start.Column ||
		rng.Start.Line != whole.Start.Line || rng.End.Line != whole.Start.Line || rng.Start.Byte == whole.Start.Byte || rng.End.Byte > whole.End.Byte {
		return whole
	}
	return rng
}

// callFault is the finding of a fault in a function call, which also tells
// which function was called.
type callFault struct {
	hclsyntax.FunctionCallDiagExtra
	finding *schema.Finding
}

// UnwrapDiagnosticExtra lets schema.FindingOf see the finding.
func (c callFault) UnwrapDiagnosticExtra() any { return c.finding }

// ReportCopies reports faults that others keep as well, as copies: what is said of them
// here, such as their level, is not said of those.
func (f *Faults) ReportCopies(kept hcl.Diagnostics) {
	for _, d := range kept {
		d, finding := *d, schema.FindingOf(d)
		switch extra := d.Extra.(type) {
		case callFault:
			d.Extra = callFault{extra.FunctionCallDiagExtra, &finding}
		case *schema.Finding:
			d.Extra = &finding
		}
		f.Report(&d)
	}
}
