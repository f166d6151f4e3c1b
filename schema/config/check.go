package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/rule"
	"livery/schema/wording"
)

// What the expressions of a check, and no others of a file, can refer to.
const (
	DocumentsName = "documents"
	SessionsName  = "sessions"
)

// Check is a rule of a team's own: what must be true of the stack, or of each element of
// something.
type Check struct {
	*Block
	Name    string
	ForEach hcl.Expression // nil: it is judged once
	Locales hcl.Expression // the documents that it is about, see ParseLocales; nil for all
	Asserts []*Assert
}

// Assert is a condition of a check.
type Assert struct {
	Validation
	Level rule.Level // "" for that of the rule
	Field string     // whose line a finding points at: a path of the API or, of sessions, an attribute; "" for none
}

// Concerns reports whether the elements of a check come from documents or sessions.
func (c *Check) Concerns(name string) bool {
	return c.ForEach != nil && slices.ContainsFunc(c.ForEach.Variables(), func(ref hcl.Traversal) bool { return ref.RootName() == name })
}

// checkReader reads a check block.
type checkReader struct {
	*Faults
	*Check
}

// checkOf reads a check block; nil if something is wrong with it: half a rule is none.
func checkOf(f *Faults, b *Block) *Check {
	sound, c := len(f.Diagnostics), checkReader{f, &Check{Block: b, Name: b.Labels[0]}}
	for _, a := range b.Attributes {
		switch a.Name {
		case "for_each":
			c.ForEach = elementsOf(a.Expr)
		case "locales":
			c.readLocales(a)
		default:
			c.UnknownField(a, "A check", schema.Subject{}, []string{"for_each", "locales"}, blockNames(checkBlocks))
		}
	}
	for _, block := range b.Blocks {
		switch {
		case block.Type != "assert":
			c.UnknownBlock(block, "in a check", schema.Subject{}, blockNames(checkBlocks), []string{"for_each", "locales"})
		case c.Labelled(block):
			c.assert(block)
		}
	}
	if c.Locales != nil && !c.Concerns(DocumentsName) {
		c.Report(schema.Diagnose(rule.Required, schema.Subject{Range: c.Locales.Range()}, "Locales of no documents",
			"locales chooses among documents, so it needs for_each = documents."))
	}
	if len(c.Diagnostics) > sound {
		return nil
	}
	if len(c.Asserts) == 0 {
		c.Report(schema.Diagnose(rule.Required, schema.Subject{Range: b.DefRange}, "Nothing to check",
			"A check needs an assert block with a condition and an error_message."))
		return nil
	}
	return c.Check
}

// elementsOf lets documents and sessions stand alone in the JSON syntax, as themes may.
func elementsOf(expr hcl.Expression) hcl.Expression {
	ref, diags := hcl.AbsTraversalForExpr(expr)
	if !diags.HasErrors() && len(ref) == 1 && (ref.RootName() == DocumentsName || ref.RootName() == SessionsName) {
		return &hclsyntax.ScopeTraversalExpr{Traversal: ref, SrcRange: expr.Range()}
	}
	return expr
}

func (c checkReader) readLocales(a *Attribute) {
	if c.Locales = a.Expr; len(a.Expr.Variables()) > 0 {
		return // it is judged when it has a value
	}
	if v, ok := c.Constant(a); ok {
		if _, fault := ParseLocales(v, a.Expr); fault != nil {
			c.Report(fault)
		}
	}
}

// ParseLocales reads the locales of a check, which may be written in either spelling.
func ParseLocales(v cty.Value, expr hcl.Expression) ([]schema.Locale, *hcl.Diagnostic) {
	at := schema.Subject{Range: expr.Range()}
	words, fault := parseWords("locales", v, at, elementRange(expr))
	if fault != nil {
		return nil, fault
	}
	return parseLocales(words, at, elementRange(expr))
}

// assert reads an assert block.
func (c checkReader) assert(b *Block) {
	v, ok := c.validation(b, "an assert", "level", "field")
	assert := &Assert{Validation: v}
	for _, a := range b.Attributes {
		switch a.Name {
		case "level":
			assert.Level = c.level(a)
		case "field":
			assert.Field = c.field(a)
		}
	}
	if ok {
		c.Asserts = append(c.Asserts, assert)
	}
}

func (c checkReader) level(a *Attribute) rule.Level {
	text, ok := c.constantString(a)
	if !ok {
		return ""
	}
	levels := []string{string(rule.Notice), string(rule.Warning), string(rule.Error)}
	if !slices.Contains(levels, text) {
		c.Report(schema.Diagnose(rule.Enum, schema.Subject{Range: a.Expr.Range()}, "Not a valid word",
			`level is one of "notice", "warning" and "error".`+wording.DidYouMean(text, levels)))
	}
	return rule.Level(text)
}

// field is that which an assert is about, in the API's spelling, or the attribute of a session;
// "" if there is none.
func (c checkReader) field(a *Attribute) string {
	text, ok := c.constantString(a)
	if !ok {
		return ""
	}
	names, detail := fieldPaths(), fmt.Sprintf("The API has no field %q.", text)
	if c.Concerns(SessionsName) && !c.Concerns(DocumentsName) {
		names, detail = nil, fmt.Sprintf("A session has no %q.", text)
		for _, attribute := range schema.Attributes() {
			names = append(names, attribute.Name)
		}
	}
	found := inAPISpelling(names, text)
	if found == "" {
		c.Report(schema.Diagnose(rule.UnknownField, schema.Subject{Range: a.Expr.Range()}, "Unknown field", detail+wording.DidYouMean(text, inBothSpellings(names))))
	}
	return found
}

// fieldPaths are the paths of all fields in the API's spelling.
func fieldPaths() []string {
	var paths []string
	for _, field := range schema.Fields() {
		paths = append(paths, field.Path())
	}
	return paths
}

// validation reads what must be true, and what is said where it is not; noun is what the
// block is, and more are the attributes that it may have beside these two. It is false
// without them, which is reported.
func (f *Faults) validation(b *Block, noun string, more ...string) (Validation, bool) {
	names := append([]string{"condition", "error_message"}, more...)
	for _, block := range b.Blocks {
		f.UnknownBlock(block, "in "+noun, schema.Subject{}, nil, names)
	}
	title := strings.ToUpper(noun[:1]) + noun[1:]
	read := Validation{Range: b.DefRange}
	for _, a := range b.Attributes {
		switch {
		case a.Name == "condition":
			read.Condition = a.Expr
		case a.Name == "error_message":
			read.Message = a.Expr
			if v, diags := a.Expr.Value(nil); !diags.HasErrors() && v.IsWhollyKnown() && (v.IsNull() || v.Type() != cty.String) {
				f.Report(schema.Diagnose(rule.WrongType, schema.Subject{Range: a.Expr.Range()}, "Wrong type of value", "error_message takes a string in quotes."))
			}
		case !slices.Contains(more, a.Name):
			f.UnknownField(a, title, schema.Subject{}, names, nil)
		}
	}
	if read.Condition == nil || read.Message == nil {
		f.Report(schema.Diagnose(rule.Required, schema.Subject{Range: b.DefRange}, "Incomplete "+b.Type, title+" block needs a condition and an error_message."))
		return read, false
	}
	return read, true
}
