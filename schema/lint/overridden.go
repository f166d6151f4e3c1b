package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"livery/schema"
	"livery/schema/config"
	"livery/schema/rule"
	"livery/schema/syntax"
)

// use is what comes of a value that is written in one place, in how many documents.
type use struct {
	wins, loses, equal int  // it is what is sent; something later overrides it; it overrides what is equal
	differs            bool // it overrides what is not equal
	shown              bool // something equal overrides it: one of the two is needed
}

// overridden finds values that nobody ever sees, and values that are there without them.
func overridden(l *linter) {
	if !l.wants(rule.Unreachable, rule.Redundant) || !l.complete() {
		return
	}
	uses, fields := make(uses), make(map[*schema.Field]bool)
	for _, d := range l.Documents {
		uses.add(d, fields)
	}
	if len(uses) == 0 {
		return
	}
	for _, d := range l.Documents {
		uses.count(d, fields)
	}
	l.reportOverridden(uses)
}

// uses are what becomes of each value that is written and overrides or is overridden anywhere.
type uses map[written]*use

func (u uses) of(f *schema.Field, at hcl.Range) *use {
	found := u[written{f, at}]
	if found == nil {
		found = new(use)
		u[written{f, at}] = found
	}
	return found
}

// count notes which values a document sends.
func (u uses) count(d schema.Document, fields map[*schema.Field]bool) {
	for f := range fields {
		if v := d.At(f); v.Declared() || v.IsNull() {
			if use := u[written{f, v.Range()}]; use != nil {
				use.wins++
			}
		}
	}
}

// add notes what overrides what in a document, and of which fields.
func (u uses) add(d schema.Document, fields map[*schema.Field]bool) {
	lost, same := make(map[written]bool), make(map[written]bool)
	for _, o := range d.Overridden() {
		fields[o.Field] = true
		lower, upper := u.of(o.Field, o.Lower), u.of(o.Field, o.Upper)
		if key := (written{o.Field, o.Lower}); o.Lower.Filename != "" && !lost[key] {
			lost[key] = true
			lower.loses++
		}
		lower.shown = lower.shown || o.Same
		if !o.Same {
			upper.differs = true
		} else if key := (written{o.Field, o.Upper}); !same[key] {
			same[key] = true
			upper.equal++
		}
	}
}

func (l *linter) reportOverridden(uses uses) {
	here, declared := l.changeable(), l.declared()
	for _, d := range l.Documents {
		for _, o := range d.Overridden() {
			if o.Lower == o.Upper { // one theme that comes in twice
				continue
			}
			at := schema.Subject{Address: d.Locale.AddressOf(), Path: o.Field.Path(), Range: o.Lower}
			if u := uses[written{o.Field, o.Lower}]; u.wins == 0 && !u.shown && o.Lower.Filename != "" && here(o.Lower) {
				found := l.report(rule.Unreachable, at, "Value that nobody sees",
					o.Field.Path()+" is overridden in every document that uses it. Take it out.", nil)
				removal(found, removals(declared(o.Field, o.Lower))...)
			}
			at.Range = o.Upper
			if u := uses[written{o.Field, o.Upper}]; o.Same && !u.differs && u.equal >= u.wins+u.loses && u.wins > 0 && here(o.Upper) {
				why := "null, and nothing below it says anything else"
				if o.Lower.Filename != "" {
					why = fmt.Sprintf("equal to what is inherited from %s:%d", o.Lower.Filename, o.Lower.Start.Line)
				}
				found := l.report(rule.Redundant, at, "Value that is there without it", fmt.Sprintf("%s is %s. Take it out.", o.Field.Path(), why), nil)
				removal(found, removals(declared(o.Field, o.Upper))...)
			}
		}
	}
}

// changeable tells places that only this stack uses: no file from elsewhere, and no theme
// of which an expression names a field.
func (l *linter) changeable() func(hcl.Range) bool {
	named := make(map[string]bool)
	for _, d := range slices.Concat(l.Module.Sources.Own, l.Module.Sources.Included) {
		for _, b := range d.Blocks {
			b.Walk(func(_ *config.Block, a *config.Attribute) {
				for _, ref := range config.References(a) {
					if name, ok := strings.CutPrefix(config.RootOf(ref), "theme."); ok && len(ref) > 2 {
						named[fmt.Sprintf("theme %q", name)] = true
					}
				}
			})
		}
	}
	elsewhere := make(map[string]bool)
	for _, d := range l.Module.Sources.Included {
		elsewhere[d.File.Name] = true
	}
	shared := slices.DeleteFunc(slices.Clone(l.Dependencies), func(d syntax.Dependency) bool { return !strings.HasPrefix(d.Path, "../") })
	return func(at hcl.Range) bool {
		if file := l.Module.Files[at.Filename]; file != nil {
			return !elsewhere[at.Filename] && !named[file.BlockAt(at.Start.Byte)]
		}
		return !slices.ContainsFunc(shared, func(d syntax.Dependency) bool {
			return strings.HasSuffix(at.Filename, strings.TrimLeft(d.Path, "./"))
		})
	}
}
