package suppress

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"livery/schema"
	"livery/schema/config"
	"livery/schema/rule"
	"livery/schema/stack"
)

// Ignores are what the files of a stack ignore, at a moment.
type Ignores struct {
	Suppressed hcl.Diagnostics // what was kept back so far, each with the reason

	stack *stack.Stack
	now   time.Time
	hit   map[hit]bool
}

// hit is a rule of an ignore that has, or would have had, something to hide.
type hit struct {
	ignore *config.Ignore
	rule   rule.ID
}

// IgnoresOf are the ignores of a stack. The time says which of them have expired.
func IgnoresOf(s *stack.Stack, now time.Time) *Ignores {
	return &Ignores{stack: s, now: now, hit: make(map[hit]bool)}
}

// Apply gives the findings that are not ignored.
func (g *Ignores) Apply(diags hcl.Diagnostics) hcl.Diagnostics {
	if len(g.stack.Ignores) == 0 {
		return diags
	}
	shown := make(hcl.Diagnostics, 0, len(diags))
	for _, d := range diags {
		if d = g.judge(d); d != nil {
			shown = append(shown, d)
		}
	}
	return shown
}

// judge gives what is left of a finding; nil if all of it is ignored.
func (g *Ignores) judge(d *hcl.Diagnostic) *hcl.Diagnostic {
	finding := schema.FindingOf(d)
	if row, known := rule.ByID(finding.Rule); !known || row.Fixed {
		return d
	}
	expired, left := "", d
	for _, ignore := range g.stack.Ignores {
		if !slices.Contains(ignore.Rules, finding.Rule) || !covers(ignore, d.Subject, finding) {
			continue
		}
		g.hit[hit{ignore, finding.Rule}] = true
		if ignore.Ended(g.now) {
			expired = fmt.Sprintf(" The ignore of %s has expired.", ignore.Until)
			left = schema.WithFinding(d, finding, expired)
			continue
		}
		kept, hidden := apart(finding.Addresses, ignore.Locale)
		g.suppress(d, finding, hidden, ignore)
		if len(kept) == 0 {
			return nil
		}
		finding.Addresses = kept
		left = schema.WithFinding(d, finding, expired)
	}
	return left
}

// apart parts the addresses of a locale from the others; "" is every locale.
func apart(addresses []schema.Address, locale schema.Locale) (others, of []schema.Address) {
	if locale == "" {
		return nil, addresses
	}
	for _, a := range addresses {
		if a == locale.AddressOf() {
			of = append(of, a)
		} else {
			others = append(others, a)
		}
	}
	return others, of
}

func (g *Ignores) suppress(d *hcl.Diagnostic, f schema.Finding, addresses []schema.Address, ignore *config.Ignore) {
	f.Addresses, f.Suppression = addresses, &schema.Suppression{By: schema.ByBlock, Reason: ignore.Reason}
	if ignore.Comment {
		f.Suppression.By = schema.ByComment
	}
	g.Suppressed = append(g.Suppressed, schema.WithFinding(d, f, ""))
}

// covers reports whether an ignore is about the place of a finding.
func covers(g *config.Ignore, at *hcl.Range, f schema.Finding) bool {
	if !g.Comment {
		_, of := apart(f.Addresses, g.Locale)
		within := g.Path == "" || f.Path == g.Path || strings.HasPrefix(f.Path, g.Path+".") || strings.HasPrefix(f.Path, g.Path+"[")
		return within && (g.Locale == "" || len(of) > 0)
	}
	switch {
	case at == nil || at.Filename != g.Range.Filename:
		return false
	case g.Whole:
		return true
	case g.Line > 0:
		return at.Start.Line == g.Line || at.End.Line == g.Line
	default:
		return g.Start <= at.Start.Byte && at.Start.Byte < g.End
	}
}

// Unused finds ignores that hide nothing, among those of rules that ran. It is asked when
// all findings were judged, of a stack without errors: what was not read might have had
// something to hide. Files that others share are left out: another stack may need them.
func (g *Ignores) Unused(ran func(rule.ID) bool) hcl.Diagnostics {
	own := make(map[string]bool)
	for _, d := range g.stack.Module.Sources.Own {
		own[d.File.Name] = true
	}
	var diags hcl.Diagnostics
	for _, ignore := range g.stack.Ignores {
		if !own[ignore.Range.Filename] && !ignore.Token {
			continue
		}
		var unused []string
		for _, id := range ignore.Rules {
			row, _ := rule.ByID(id)
			if !g.hit[hit{ignore, id}] && ran(id) && row.Phase != rule.Drawing {
				unused = append(unused, string(id))
			}
		}
		if len(unused) > 0 {
			diags = append(diags, unusedIgnore(ignore, unused))
		}
	}
	g.stack.Module.Locate(diags)
	return g.Apply(schema.ApplyLevels(diags, g.stack.Levels))
}

func unusedIgnore(ignore *config.Ignore, unused []string) *hcl.Diagnostic {
	d := schema.Diagnose(rule.UnusedIgnore, schema.Subject{Range: ignore.Range}, "Nothing to ignore",
		fmt.Sprintf("%s finds nothing where it is ignored; take it out, or it will hide the next fault of that kind.", strings.Join(unused, " or ")))
	if len(unused) == len(ignore.Rules) && !ignore.Token {
		schema.Amend(d, func(f *schema.Finding) {
			f.Fix, f.Edits = rule.SafeFix, []schema.Edit{{At: ignore.Range, With: ignore.With}}
		})
	}
	return d
}
