package stack

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/config"
	"livery/schema/origin"
)

// openValues tells what is known of the values that are not known.
type openValues struct{ *scope }

// undecided is what stands in the place of the value of an expression.
func (s openValues) undecided(path string, expr hcl.Expression, extra map[string]cty.Value) schema.Undecided {
	return schema.Undecided{Path: path, Expression: s.module.Text(expr), Range: expr.Range(), Variables: s.unset(expr), Digest: s.digest(expr, extra)}
}

// unset lists the variables without a value that an expression depends on.
func (s openValues) unset(expr hcl.Expression) []string {
	var list []string
	for _, name := range origin.DependsOn(names(s), expr) {
		if v := s.variables.byName[name]; v != nil && v.value == cty.NilVal && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list
}

// undecide notes that something sets fields of a look, nobody knows to what.
func undecide(look *schema.Look, u schema.Undecided, sets func(*schema.Field) bool) {
	for _, f := range schema.Fields() {
		if sets(f) {
			look.SetUndecided(f.Path(), u)
		}
	}
}

func anyField(*schema.Field) bool { return true }

// digest is the same for expressions of which the same is known. What they refer to and
// what they call counts by its value, and by a digest of its own where that is not known,
// so that another name for the same makes no difference and another value does.
func (s openValues) digest(expr hcl.Expression, extra map[string]cty.Value) string {
	inElement := slices.ContainsFunc(expr.Variables(), func(ref hcl.Traversal) bool { _, ok := extra[ref.RootName()]; return ok })
	if known, ok := s.digests[expr]; ok && !inElement {
		return known
	}
	s.digests[expr] = "" // who asks for it before it is made goes in a circle
	before := len(s.Diagnostics)
	ctx, _ := s.context(expr, extra, schema.Subject{})
	s.Diagnostics = s.Diagnostics[:before] // they were reported when it was evaluated
	replace := func(part hclsyntax.Expression) (string, bool) {
		if v, diags := s.budget.Value(part, ctx); !diags.HasErrors() && v.IsWhollyKnown() && !v.ContainsMarked() {
			if raw, err := schema.CanonicalJSON(v); err == nil {
				return string(raw), true
			}
		}
		ref, ok := part.(*hclsyntax.ScopeTraversalExpr)
		if !ok {
			return "", false
		}
		return `"` + s.referenceDigest(ref.Traversal) + `"`, true
	}
	native, text := s.native(expr)
	var digest string
	switch e := native.(type) {
	case nil: // an object or a list of the JSON syntax
		for _, ref := range expr.Variables() {
			value, _ := replace(&hclsyntax.ScopeTraversalExpr{Traversal: ref, SrcRange: ref.SourceRange()})
			text += value
		}
		digest = hash(text)
	case *hclsyntax.ScopeTraversalExpr:
		digest = s.referenceDigest(e.Traversal)
	default:
		digest = hash(config.Canonical(text, e, replace))
	}
	s.digests[expr] = digest
	return digest
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// native is an expression as one of HCL's own syntax, with its text; nil for one of JSON
// that is no text.
func (s openValues) native(expr hcl.Expression) (hclsyntax.Expression, string) {
	switch e := expr.(type) {
	case *hclsyntax.TemplateWrapExpr:
		return s.native(e.Wrapped)
	case *hclsyntax.ParenthesesExpr:
		return s.native(e.Expression)
	case hclsyntax.Expression:
		return e, s.module.Text(expr)
	}
	value, diags := expr.Value(nil)
	if diags.HasErrors() || !origin.IsText(value) {
		return nil, s.module.Text(expr)
	}
	template, diags := hclsyntax.ParseTemplate([]byte(value.AsString()), expr.Range().Filename, expr.Range().Start)
	if diags.HasErrors() {
		return nil, s.module.Text(expr)
	}
	if wrapped, ok := template.(*hclsyntax.TemplateWrapExpr); ok {
		if ref, ok := wrapped.Wrapped.(*hclsyntax.ScopeTraversalExpr); ok {
			return ref, "" // its text is not looked at
		}
	}
	return template, value.AsString()
}

// referenceDigest is the digest of what a reference that is not known leads to.
func (s openValues) referenceDigest(ref hcl.Traversal) string {
	name, named := config.NameIn(ref)
	keys, plain := origin.KeysOf(ref[1:])
	switch {
	case !named || !plain:
		return hash(fmt.Sprint(ref))
	case ref.RootName() == "local" && s.module.Locals[name] != nil:
		expr, rest := s.module.Locals[name].Expr, keys[1:]
		for len(rest) > 0 {
			member := memberOf(expr, rest[0])
			if member == nil {
				return hash(fmt.Sprintf("%s %q", s.digest(expr, nil), rest))
			}
			expr, rest = member, rest[1:]
		}
		return s.digest(expr, nil)
	case ref.RootName() == "theme" && s.themes[name] != nil:
		if u, ok := s.themes[name].look.Undecided()[pathOf(keys[1:])]; ok {
			return u.Digest
		}
	}
	return hash(fmt.Sprintf("%s %q", ref.RootName(), keys))
}

// memberOf is a member of an object that is written out; nil if it is not.
func memberOf(expr hcl.Expression, key string) hcl.Expression {
	pairs, _ := hcl.ExprMap(expr)
	for _, pair := range pairs {
		if v, diags := pair.Key.Value(nil); !diags.HasErrors() {
			if name, ok := origin.KeyOf(v); ok && name == key {
				return pair.Value
			}
		}
	}
	return nil
}

// together is one value that is not known of several, beside what is known of a list.
func together(open []schema.Undecided, tips []schema.Tip) schema.Undecided {
	var parts strings.Builder
	for _, tip := range tips {
		fmt.Fprintln(&parts, tip.Icon, tip.Text)
	}
	for _, u := range open {
		fmt.Fprintln(&parts, u.Path, u.Digest)
	}
	open[0].Digest = hash(parts.String())
	return open[0]
}

// pathOf is the path of the field that page.field or field names; "" if there is none.
func pathOf(keys []string) string {
	page := schema.PageByKey("")
	if len(keys) > 1 && schema.PageByHCL(keys[0]) != nil {
		page, keys = schema.PageByHCL(keys[0]), keys[1:]
	}
	if len(keys) > 0 {
		if f := page.Field(keys[0]); f != nil {
			return f.Path()
		}
	}
	return ""
}
