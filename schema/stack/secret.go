package stack

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/config"
	"livery/schema/origin"
	"livery/schema/rule"
)

// literalSecret refuses a secret that stands in a file of the stack: written in
// place, computed from nothing, read from a file, or the value of a variable
// that a file sets. The value is without its marks.
func (l *accounts) literalSecret(a *config.Attribute, value cty.Value, at schema.Subject) {
	if v, diags := l.budget.Value(a.Expr, nil); !diags.HasErrors() && v.IsNull() {
		return
	}
	outside := false
	for _, name := range origin.VariablesOf(names{l.scope}, a.Expr) {
		v := l.variables.byName[name]
		if v == nil {
			return // reported as an unknown reference
		}
		if v.setting.Expr != nil && !v.value.IsNull() {
			l.Report(schema.Diagnose(rule.LiteralSecret, at, "Secret in a file",
				fmt.Sprintf("secret_key comes from var.%s, whose value stands in a file. Secrets do not belong in git: remove it there and set %s%s, or leave secret_key out and set LIVERY_SECRET_KEY.", name, EnvironmentPrefix, name)))
			return
		}
		outside = true
	}
	if !outside || origin.RevealsLiteral(names{l.scope}, a.Expr, value) {
		l.Report(schema.Diagnose(rule.LiteralSecret, at, "Secret in a file",
			"secret_key is written in the configuration, or read from a file. Secrets do not belong in git: remove it and set LIVERY_SECRET_KEY, or take it from a variable without a default."))
	}
}

// holdsSecret reports whether a configured secret stands anywhere in a value without marks.
func (s *scope) holdsSecret(v cty.Value) bool {
	if len(s.secrets) == 0 {
		return false
	}
	found := false
	look := func(text string) {
		found = found || slices.ContainsFunc(s.secrets, func(form string) bool { return strings.Contains(text, form) })
	}
	_ = cty.Walk(v, func(_ cty.Path, part cty.Value) (bool, error) {
		switch {
		case origin.IsText(part):
			look(part.AsString())
		case part.IsKnown() && config.IsObject(part):
			for it := part.ElementIterator(); it.Next(); {
				key, _ := it.Element()
				look(key.AsString())
			}
		}
		return !found, nil
	})
	return found
}

// concealed are all findings, as copies where one would show the secret key of the account:
// others may keep them.
func (s *scope) concealed() hcl.Diagnostics {
	for i, d := range s.Diagnostics {
		if s.holdsSecret(cty.StringVal(d.Detail)) {
			d = schema.WithFinding(d, schema.FindingOf(d), "")
			s.conceal(d)
			s.Diagnostics[i] = d
		}
	}
	return s.Diagnostics
}

// conceal takes out of a finding what would show the secret key of the account.
func (s *scope) conceal(d *hcl.Diagnostic) {
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

// readsSensitive reports whether an expression depends on a variable whose value is not to be
// shown.
func readsSensitive(s *scope, expr hcl.Expression) bool {
	return slices.ContainsFunc(origin.VariablesOf(names{s}, expr), func(name string) bool {
		v := s.variables.byName[name]
		return v != nil && (v.sensitive || v.key)
	})
}
