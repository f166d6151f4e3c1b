package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"livery/schema"
	"livery/schema/rule"
	"livery/schema/storage"
	"livery/schema/wording"
)

// Backend says where the state is kept. Type "" is the default. The attributes are
// as the environment would give them: text.
type Backend struct {
	Type       string
	Attributes map[string]string
	Range      hcl.Range
	// Unclear says that a fault keeps the place from being known: another than the
	// one that was meant must not be read or written in its stead.
	Unclear bool
	// Guessed says that no file names a place, and that one which does not parse
	// might: good enough to look at what is there, and not to write.
	Guessed bool
}

// backend reads where the state is kept. Its attributes are constants: the place
// must be found before any variable has a value. What is missing may come from the
// environment, which a bare checkout need not have, so it is no fault here.
func (r *settingsReader) backend(b *Block) {
	if r.read.Backend.Type != "" {
		r.Duplicate(b.DefRange, r.read.Backend.Range, "A stack has at most one backend.")
		return
	}
	kind, known := storage.BackendOf(b.Labels[0])
	if !known {
		r.unknownBackend(b)
		return
	}
	backend := &r.read.Backend
	backend.Type, backend.Attributes, backend.Range = kind.Type, make(map[string]string), b.DefRange
	for _, a := range b.Attributes {
		setting, ok := kind.Setting(a.Name)
		if !ok {
			r.UnknownField(a, "The "+kind.Type+" backend", schema.Subject{}, kind.Names(), nil)
			continue
		}
		if text, ok := r.setting(kind, setting, a); ok {
			backend.Attributes[a.Name] = text
		}
	}
	for _, block := range b.Blocks {
		r.UnknownBlock(block, "in a backend", schema.Subject{}, nil, kind.Names())
	}
}

func (r *settingsReader) unknownBackend(b *Block) {
	names := make([]string, 0, 4)
	for _, kind := range storage.Backends() {
		names = append(names, kind.Type)
	}
	detail := fmt.Sprintf("There is no backend %q; there are %s.", b.Labels[0], strings.Join(names, ", "))
	detail += wording.DidYouMean(b.Labels[0], names)
	r.Report(schema.Diagnose(rule.Enum, schema.Subject{Range: b.LabelRanges[0]}, "Unknown backend", detail))
}

// setting is the text of one attribute. null is the same as leaving it out.
func (r *settingsReader) setting(kind storage.Backend, s storage.Setting, a *Attribute) (string, bool) {
	at := schema.Subject{Range: a.Expr.Range()}
	if refs := a.Expr.Variables(); len(refs) > 0 {
		r.Report(schema.Diagnose(rule.Expression, at, "Variables not allowed", fmt.Sprintf(
			"A backend is found before variables have values, so %s cannot refer to %s. Write it out, or leave it out and set %s.", s.Name, refs[0].RootName(), kind.Variable(s))))
		return "", false
	}
	v, ok := r.Constant(a)
	if !ok || v.IsNull() {
		return "", false
	}
	wanted := map[storage.Kind]cty.Type{storage.Switch: cty.Bool, storage.Number: cty.Number}
	takes, plain := wanted[s.Kind], "a string in quotes"
	switch takes {
	case cty.Bool:
		plain = "true or false"
	case cty.Number:
		plain = fmt.Sprintf("a whole number from %d to %d", s.Min, s.Max)
	default:
		takes = cty.String
	}
	converted, err := convert.Convert(v, takes)
	if err != nil || takes == cty.String && v.Type() != cty.String {
		r.Report(schema.Diagnose(rule.WrongType, at, "Wrong type of value", fmt.Sprintf("%s takes %s.", s.Name, plain)))
		return "", false
	}
	text, _ := convert.Convert(converted, cty.String) // each of the three has a text
	return text.AsString(), r.settingFits(kind, s, text.AsString(), at)
}

// settingFits judges a text and reports whether it can be used.
func (r *settingsReader) settingFits(kind storage.Backend, s storage.Setting, text string, at schema.Subject) bool {
	if s.ContainsSecret(text) {
		r.Report(schema.Diagnose(rule.LiteralSecret, at, "Secret in a file", literalSetting(kind, s)))
		return false
	}
	id, why := s.Validate(text)
	if why == "" {
		return true
	}
	summaries := map[rule.ID]string{
		rule.EmptyValue: "Empty value", rule.WrongType: "Wrong type of value", rule.OutOfRange: "Value out of range",
		rule.URLFormat: "Not a usable address", rule.Enum: "Not a valid word", rule.ControlCharacter: "Control character",
	}
	r.Report(schema.Diagnose(id, at, summaries[id], s.Name+" "+why))
	return false
}

// literalSetting says why a secret cannot stand there and where it belongs.
func literalSetting(kind storage.Backend, s storage.Setting) string {
	instead := "remove it and set " + strings.Join(append([]string{kind.Variable(s)}, s.EnvAliases...), " or ")
	switch {
	case s.Secret:
		return fmt.Sprintf("%s is written in the configuration. Secrets do not belong in git: %s.", s.Name, instead)
	case s.Kind == storage.DSN:
		return fmt.Sprintf("%s holds a password. Secrets do not belong in git: leave the password out and set PGPASSWORD, or %s.", s.Name, instead)
	case slices.Contains(kind.Names(), "password"):
		password, _ := kind.Setting("password")
		return fmt.Sprintf("%s holds a user name or password. Secrets do not belong in git: write the URL without them and set %s and %s.", s.Name,
			strings.Replace(kind.Variable(password), "PASSWORD", "USERNAME", 1), kind.Variable(password))
	}
	return fmt.Sprintf("%s holds a user name or password. Secrets do not belong in git: write the URL without them.", s.Name)
}
