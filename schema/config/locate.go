package config

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"livery/schema"
	"livery/schema/redact"
	"livery/schema/syntax"
	"livery/schema/wording"
)

// Locate notes in each finding the block that it stands in, and takes out what must not be
// shown. A finding about a block's own header stands in none.
func (m *Module) Locate(diags hcl.Diagnostics) {
	var secrets redact.Redactor
	values := redact.Redactor{Variables: m.IsWithheld()}
	for i, d := range diags {
		if d.Subject == nil {
			continue
		}
		if f := m.Files[d.Subject.Filename]; f != nil {
			if block := f.BlockAt(d.Subject.Start.Byte); block != "" {
				schema.Amend(d, func(f *schema.Finding) { f.Block = block })
			}
			diags[i] = secrets.Redact(d, f.Bytes)
		} else if f := m.valuesFile(d.Subject.Filename); f != nil {
			diags[i] = values.Redact(d, f.Bytes)
		}
	}
}

// valuesFile is the file of that name that sets variables; nil if there is none.
func (m *Module) valuesFile(name string) *syntax.File {
	if m.Sources == nil {
		return nil
	}
	for _, v := range m.Sources.Values {
		if v.File != nil && v.File.Name == name {
			return v.File
		}
	}
	return nil
}

// IsWithheld tells the variables whose values must not be shown, and slips of their names:
// those that are sensitive, and those that the account's secret key is made of.
func (m *Module) IsWithheld() func(name string) bool {
	var names []string
	for name, v := range m.Variables {
		if v.Sensitive {
			names = append(names, name)
		}
	}
	if m.Account != nil {
		if key := m.Account.Attribute("secret_key"); key != nil {
			names = append(names, m.VariablesBehind(key.Expr)...)
		}
	}
	return func(name string) bool {
		return wording.Nearest(name, names) != "" || slices.ContainsFunc(names, func(secret string) bool { return strings.EqualFold(name, secret) })
	}
}

// VariablesBehind are the variables that an expression refers to, also by way of locals.
func (m *Module) VariablesBehind(expr hcl.Expression) []string {
	return m.variablesBehind(expr, make(map[string]bool))
}

func (m *Module) variablesBehind(expr hcl.Expression, seen map[string]bool) (names []string) {
	for _, ref := range expr.Variables() {
		name, _ := NameIn(ref)
		switch local := m.Locals[name]; {
		case ref.RootName() == "var":
			names = append(names, name)
		case ref.RootName() == "local" && local != nil && !seen[name]:
			seen[name] = true
			names = append(names, m.variablesBehind(local.Expr, seen)...)
		}
	}
	return names
}
