package findings

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"livery/reconcile/terminal"
	"livery/schema"
	"livery/schema/rule"
)

// ruleJSON is a rule as machines read it.
type ruleJSON struct {
	ID      rule.ID      `json:"id"`
	Group   rule.Group   `json:"group"`
	Level   rule.Level   `json:"level"`
	Fixed   bool         `json:"fixed"` // no lint block lowers it
	Fix     *rule.Fix    `json:"fix"`   // null for none
	Options []optionJSON `json:"options"`
	Help    string       `json:"help"`
	Why     string       `json:"why"`
	Bad     string       `json:"bad"`
	Good    string       `json:"good"`

	Files map[string]string `json:"files,omitempty"` // that the examples read
}

type optionJSON struct {
	Name    string          `json:"name"`
	Type    rule.OptionType `json:"type"`
	Default any             `json:"default"` // null for none
	Help    string          `json:"help"`
}

func newRuleJSON(r rule.Rule, level rule.Level) ruleJSON {
	j := ruleJSON{ID: r.ID, Group: r.Group, Level: level, Fixed: r.Fixed, Options: []optionJSON{}, Help: r.Help, Why: r.Why, Bad: r.Bad, Good: r.Good, Files: r.Files}
	if r.Fix != rule.NoFix {
		j.Fix = &r.Fix
	}
	for _, o := range r.Options {
		j.Options = append(j.Options, optionJSON{o.Name, o.Type, o.Default, o.Help})
	}
	return j
}

// WriteRulesJSON lists all rules with what they weigh where lint blocks say this.
func WriteRulesJSON(w io.Writer, levels map[rule.ID]rule.Level) error {
	list := []ruleJSON{}
	for _, r := range rule.All() {
		list = append(list, newRuleJSON(r, r.In(levels)))
	}
	return terminal.WriteJSON(w, list)
}

// WriteRules lists all rules, one a line: the name, what it weighs, how it is mended, what
// it finds.
func WriteRules(w io.Writer, levels map[rule.ID]rule.Level) {
	width := 0
	for _, r := range rule.All() {
		width = max(width, len(r.ID))
	}
	for _, r := range rule.All() {
		fmt.Fprintf(w, "%-*s  %-7s  %-4s  %s\n", width, r.ID, r.In(levels), cmp.Or(string(r.Fix), "-"), r.Help)
	}
}

// WriteRuleJSON is WriteRule for machines.
func WriteRuleJSON(w io.Writer, r rule.Rule) error {
	return terminal.WriteJSON(w, newRuleJSON(r, r.Level))
}

// WriteRule explains a rule.
func WriteRule(w io.Writer, s terminal.Style, r rule.Rule) {
	paragraph := func(text string) {
		fmt.Fprintf(w, "%s\n\n", strings.Join(terminal.Wrap(text, s.Width-1), "\n"))
	}
	fmt.Fprintf(w, "%s (%s, %s)\n\n", s.Bold(string(r.ID)), r.Group, r.Level)
	paragraph(r.Help)
	paragraph(r.Why)
	if r.Source {
		paragraph("It compares with the source language, and does not run where there is none: livery { texts { source = \"en\" } }.")
	}
	for _, o := range r.Options {
		standard := ""
		if o.Default != nil {
			standard = fmt.Sprintf(" Default: %v.", o.Default)
		}
		if o.Needed {
			standard = " Without it the rule finds nothing, and says so."
		}
		paragraph(fmt.Sprintf("Option %s (%s): %s%s", o.Name, o.Type, o.Help, standard))
	}
	paragraph(fixSentence(r.Fix))
	example := func(title, text string) {
		if text != "" {
			fmt.Fprintf(w, "%s:\n\n  %s\n\n", title, strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n  "))
		}
	}
	example("Bad", r.Bad)
	example("Good", r.Good)
	for _, name := range slices.Sorted(maps.Keys(r.Files)) {
		example("Where "+name+" is", r.Files[name])
	}
	if r.Fixed {
		paragraph(fmt.Sprintf("It cannot be switched off: %s.", r.WhyFixed()))
		return
	}
	fmt.Fprintf(w, "Switch it off:\n\n  livery {\n    lint {\n      rule %q { level = \"off\" }\n    }\n  }\n", r.ID)
}

func fixSentence(fix rule.Fix) string {
	switch fix {
	case rule.SafeFix:
		return "It can be mended without a person: what people see stays as it is."
	case rule.AnyFix:
		return "It can be mended without a person, but what people see may change."
	default:
		return "Nothing mends it but a person."
	}
}

// statistics count findings by rule, the most first.
type statistics struct {
	Rules    []*ruleCount `json:"rules"`
	Findings int          `json:"findings"`
	Fixable  int          `json:"fixable"`     // with -fix
	More     int          `json:"fixable_all"` // with -fix=all alone
}

// ruleCount counts the findings of a rule, and those that can be mended.
type ruleCount struct {
	Rule     rule.ID `json:"rule"`
	Findings int     `json:"findings"`
	Fixable  int     `json:"fixable"`
	More     int     `json:"fixable_all"`
}

func newStatistics(diags hcl.Diagnostics) statistics {
	s := statistics{Rules: []*ruleCount{}, Findings: len(diags)}
	counts := make(map[rule.ID]*ruleCount)
	for _, d := range diags {
		f := schema.FindingOf(d)
		c := counts[f.Rule]
		if c == nil {
			c = &ruleCount{Rule: cmp.Or(f.Rule, tool)}
			counts[f.Rule], s.Rules = c, append(s.Rules, c)
		}
		c.Findings++
		switch {
		case len(f.Edits) == 0:
		case f.Fix == rule.SafeFix:
			c.Fixable++
			s.Fixable++
		default:
			c.More++
			s.More++
		}
	}
	slices.SortFunc(s.Rules, func(a, b *ruleCount) int {
		return cmp.Or(cmp.Compare(b.Findings, a.Findings), cmp.Compare(a.Rule, b.Rule))
	})
	return s
}

// WriteStatisticsJSON is WriteStatistics for machines.
func WriteStatisticsJSON(w io.Writer, diags hcl.Diagnostics, meta Meta) error {
	return terminal.WriteJSON(w, struct {
		FormatVersion string `json:"format_version"`
		statistics
		Beside
		Stacks []StackTally `json:"stacks,omitzero"`
	}{"1.0", newStatistics(diags), meta.Beside, meta.Stacks})
}

// WriteStatistics counts findings by rule, the most first.
func WriteStatistics(w io.Writer, diags hcl.Diagnostics) {
	s := newStatistics(diags)
	for _, c := range s.Rules {
		line := fmt.Sprintf("%6d %s", c.Findings, terminal.Escape(string(c.Rule), ""))
		if n := c.Fixable + c.More; n > 0 {
			line = fmt.Sprintf("%-24s [fixable %d]", line, n)
		}
		fmt.Fprintf(w, "%s\n", line)
	}
	fmt.Fprintf(w, "%s of %s (%d fixable with -fix, %d more with -fix=all).\n", schema.Plural(s.Findings, "finding"), schema.Plural(len(s.Rules), "rule"), s.Fixable, s.More)
}
