// Package lint judges the quality of a stack: what the service takes without a
// complaint and people would still not want. Each family of rules is one file; what a
// rule is called, and why it is there, stands in the table of package schema.
//
// It does not repeat what package stack checks, and it does not know how the real page
// lays out its elements.
package lint

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/colour"
	"livery/schema/rule"
	"livery/schema/stack"
	"livery/schema/texts"
)

// The families of rules, by what they look at, besides those that judge texts one by one.
// Each asks first which of its rules are wanted.
var (
	ofLooks  = []func(*linter, *language){pairs, components, nearColours} // and what else is no text
	ofWords  = []func(*linter, *language){ellipses, inconsistent, missing, stale}
	ofStacks = []func(*linter){noSource, idle, headroom, unused, overridden, noEffect, literals, sessionLocales, tokenDoubts, checks}
)

// Stack gives the findings of every rule, at the levels that the stack's lint block asks
// for, and those of the files that only lint shows.
func Stack(s *stack.Stack) hcl.Diagnostics {
	found := judge(s, everything, func(r rule.Rule, _ rule.Level) bool { return r.Phase != rule.Checking })
	return schema.SortFindings(append(found, s.Notices...))
}

// Beside is Stack, and what tokens that nothing uses have besides that which was reported when
// the stack was read: a colour that no page can show stops an apply only where it is worn.
func Beside(s *stack.Stack, reported hcl.Diagnostics) hcl.Diagnostics {
	found := Stack(s)
	if len(s.Tokens) > 0 {
		found = append(found, unreported(judge(s, outsideGamut, func(rule.Rule, rule.Level) bool { return true }), reported)...)
	}
	return found
}

// Shared gives what an include brings and this stack does not use: others may.
func Shared(s *stack.Stack) hcl.Diagnostics {
	return judge(s, func(l *linter) { l.shared = true; unused(l) }, func(rule.Rule, rule.Level) bool { return true })
}

// Checks judges the check blocks of a stack alone, whatever they weigh. What they look at
// is among its dependencies then.
func Checks(s *stack.Stack) hcl.Diagnostics {
	if s.Evaluation() == nil {
		return nil
	}
	return judge(s, checks, func(rule.Rule, rule.Level) bool { return true })
}

// Stopping gives the findings of the rules whose level is error: nothing is planned and
// nothing sent as long as there is one.
func Stopping(s *stack.Stack) hcl.Diagnostics {
	return judge(s, everything, func(r rule.Rule, level rule.Level) bool {
		return r.Phase != rule.Checking && level == rule.Error
	})
}

func everything(l *linter) {
	eachDocument(l)
	run(ofStacks)(l)
}

// run has each of some families judge.
func run(families []func(*linter)) func(*linter) {
	return func(l *linter) {
		for _, family := range families {
			family(l)
		}
	}
}

func judge(s *stack.Stack, families func(*linter), wanted func(rule.Rule, rule.Level) bool) hcl.Diagnostics {
	l := &linter{
		Stack: s, asked: wanted, wanted: make(map[rule.ID]bool),
		palette: palette{make(map[string]colour.Colour), make(map[[2]string]*colour.Colour), make(map[[2]string]float64), make(map[string]float64)},
	}
	source, ok := texts.Source(s)
	for _, row := range rule.All() {
		level := row.In(s.Levels)
		l.wanted[row.ID] = level != rule.Off && wanted(row, level) && (ok || !row.Source)
	}
	l.keep = texts.KeptNames(s)
	for _, d := range s.Documents {
		in := languageOf(d)
		l.languages = append(l.languages, in)
		if ok && d.Locale == source {
			l.source = in
		}
	}
	families(l)
	_ = l.end()
	return schema.SortFindings(l.ended)
}

// end ends what was found: it says where it stands and what it weighs. It gives what that is.
func (l *linter) end() hcl.Diagnostics {
	if len(l.found) == 0 {
		return nil
	}
	l.Module.Locate(l.found)
	found := schema.ApplyLevels(l.found, l.Levels)
	l.found, l.ended = nil, append(l.ended, found...)
	return found
}

// linter judges one stack.
type linter struct {
	*stack.Stack
	palette
	asked     func(rule.Rule, rule.Level) bool // which rules are to be judged
	wanted    map[rule.ID]bool
	languages []*language
	source    *language // nil if there is none
	keep      []string  // names that no translation changes, the longest first
	glossary  []term
	texts     *texts.Table // without its languages; nil where nobody asks what is stale
	found     hcl.Diagnostics
	ended     hcl.Diagnostics // found in documents, now or before; they must not be changed
	shared    bool            // what is included is judged instead of the stack's own blocks
}

// wants reports whether one of the rules is wanted.
func (l *linter) wants(rules ...rule.ID) bool {
	return slices.ContainsFunc(rules, func(id rule.ID) bool { return l.wanted[id] })
}

// report adds a finding of a rule that is wanted.
func (l *linter) report(id rule.ID, at schema.Subject, summary, detail string, data map[string]any) *hcl.Diagnostic {
	d := schema.Diagnose(id, at, summary, detail)
	schema.Amend(d, func(f *schema.Finding) { f.Data = data })
	if l.wanted[id] {
		l.found = append(l.found, d)
	}
	return d
}

// fixable notes that a finding is mended by another text where a value is written; "" for
// none.
func fixable(d *hcl.Diagnostic, v schema.Value, better string) {
	if better == "" || !isLiteral(v) {
		return
	}
	at := placeOfWords(v)
	schema.Amend(d, func(f *schema.Finding) {
		row, _ := rule.ByID(f.Rule)
		f.Fix, f.Edits = row.Fix, []schema.Edit{{At: at, Value: cty.StringVal(better)}}
	})
}

// placeOfWords is where the words or digits of a value stand.
func placeOfWords(v schema.Value) hcl.Range {
	if o := v.Origin(); o != nil && o.Range.Filename != "" {
		return o.Range
	}
	return v.Range()
}

// isLiteral reports whether the words or digits of a value stand where the value is
// declared, and not behind a name or a function.
func isLiteral(v schema.Value) bool {
	switch o := v.Origin(); {
	case o == nil:
		return true
	case o.Derived:
		return false
	case o.Kind == schema.FromTheme:
		return len(o.Chain) == 1
	default:
		return o.Kind == schema.FromLiteral && len(o.Chain) == 0 || o.Kind == schema.FromTexts
	}
}

// subject is a field of a document and where its value stands.
func subject(d schema.Document, f *schema.Field) schema.Subject {
	return schema.Subject{Address: d.Locale.AddressOf(), Locale: d.Locale, Path: f.Path(), Range: d.At(f).Range()}
}
