package stack

import (
	"fmt"
	"slices"
	"strings"

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
		case part.IsKnown() && isObject(part):
			for it := part.ElementIterator(); it.Next(); {
				key, _ := it.Element()
				look(key.AsString())
			}
		}
		return !found, nil
	})
	return found
}
