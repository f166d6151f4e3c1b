package report

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"livery/reconcile"
	"livery/reconcile/terminal"
	"livery/schema"
)

// rule is as wide as Terraform's, since programs look for it.
var rule = strings.Repeat("─", 77)

// symbols of the actions, in the order of the legend.
var symbols = []struct {
	action reconcile.Action
	symbol string
	means  string
}{
	{reconcile.Create, "+", "create"},
	{reconcile.Update, "~", "update in-place"},
	{reconcile.Delete, "-", "destroy"},
	{reconcile.Reapply, "!", "apply again"},
	{reconcile.Forget, ".", "forget"},
}

// PlanText says how a plan is written for people.
type PlanText struct {
	Style    terminal.Style
	Now      time.Time
	Saved    string // the file it was saved to, "" for none
	Advice   bool   // say what to do next; not in automation
	Atlantis bool   // Terraform's own words for "no changes", which one bot needs
	Requests bool   // also show what will be sent
}

// WritePlan writes a plan in Terraform's words and symbols.
func WritePlan(w io.Writer, p *reconcile.Plan, t PlanText) error {
	out := &planPrinter{t: t, s: t.Style}
	switch {
	case p.Empty() && p.Errored:
		out.line("\n%s livery encountered errors while making this plan, so it\ncannot be applied.", out.s.Bold("Planning failed."))
	case p.Empty():
		out.noChanges(p)
	default:
		out.changes(p)
	}
	if t.Requests {
		out.requests(p)
	}
	_, err := io.WriteString(w, out.b.String())
	return err
}

// writeFooter writes where the plan was saved, or what to do about it that it
// was not. Warnings stand between the plan and this.
func writeFooter(w io.Writer, p *reconcile.Plan, t PlanText) error {
	out := &planPrinter{t: t, s: t.Style}
	out.footer(p)
	_, err := io.WriteString(w, out.b.String())
	return err
}

type planPrinter struct {
	t PlanText
	s terminal.Style
	b strings.Builder
}

func (p *planPrinter) line(format string, args ...any) {
	fmt.Fprintf(&p.b, format+"\n", args...)
}

func (p *planPrinter) noChanges(plan *reconcile.Plan) {
	words := "No changes. Your configuration matches the last applied documents."
	if p.t.Atlantis {
		words = "No changes. Your infrastructure matches the configuration."
	}
	if plan.Rollback > 0 {
		words = fmt.Sprintf("No changes. The last applied documents are those of serial %d.", plan.Rollback)
	}
	head, rest, _ := strings.Cut(words, ". ")
	p.line("\n%s %s\n", p.s.Bold(p.s.Green(head+".")), p.s.Bold(rest))
	switch {
	case plan.Rollback > 0 && plan.Targeted:
		p.line("%s", "That is, of what is not left out: everything else was not looked at.")
		return
	case plan.Rollback > 0:
		p.line("%s", "livery has compared the two and found no differences, so nothing needs to be\nsent.")
		return
	case plan.Targeted:
		p.line("%s", "That is, of what -target and -exclude leave: everything else was not looked at.")
		return
	case len(plan.Changes) == 0:
		p.line("%s", "The configuration declares no locale and no session, and nothing was ever applied.")
		return
	}
	p.line("%s", "livery has compared your configuration with what the service last confirmed\nand found no differences, so nothing needs to be sent.")
	if oldest := oldestDocument(plan); oldest != nil {
		p.line("\nThe oldest confirmation is that of %s, %s ago (%s).", oldest.Address, age(p.t.Now.Sub(oldest.AppliedAt)), oldest.AppliedAt.UTC().Format(time.RFC3339))
		p.line("The live page cannot be read: what somebody changed elsewhere since then does\nnot show here. \"livery apply -reapply\" sends every document again.")
	}
}

func oldestDocument(plan *reconcile.Plan) *reconcile.Change {
	var oldest *reconcile.Change
	for i := range plan.Changes {
		c := &plan.Changes[i]
		if c.Address.Kind == schema.LocaleAddress && !c.AppliedAt.IsZero() && (oldest == nil || c.AppliedAt.Before(oldest.AppliedAt)) {
			oldest = c
		}
	}
	return oldest
}

// age is a duration as people say it.
func age(d time.Duration) string {
	switch {
	case d < time.Minute:
		return schema.Plural(int(max(d, 0).Seconds()), "second")
	case d < time.Hour:
		return schema.Plural(int(d.Minutes()), "minute")
	case d < 48*time.Hour:
		return schema.Plural(int(d.Hours()), "hour")
	default:
		return schema.Plural(int(d.Hours()/24), "day")
	}
}

func (p *planPrinter) changes(plan *reconcile.Plan) {
	if plan.Rollback > 0 {
		p.line("\nlivery compared the last applied documents with those of serial %d to generate\nthe following execution plan.", plan.Rollback)
		p.line("Resource actions are indicated with the following symbols:")
	} else {
		p.line("\nlivery used the last applied documents to generate the following execution\nplan. Resource actions are indicated with the following symbols:")
	}
	for _, s := range symbols {
		if slices.ContainsFunc(plan.Changes, func(c reconcile.Change) bool { return c.Action == s.action }) {
			p.line("  %s %s", p.paint(s.symbol), s.means)
		}
	}
	if plan.Errored {
		p.line("\nPlanning failed. livery encountered errors while making this plan, so it\ncannot be applied.\n")
	}
	p.line("\nlivery will perform the following actions:\n")
	for i := range plan.Changes {
		if c := &plan.Changes[i]; c.Action != reconcile.NoOp {
			p.change(c)
		}
	}
	p.line("%s", planSummary(plan.Summary(), p.s))
}

// planSummary is the line that bots look for.
func planSummary(sum reconcile.Summary, s terminal.Style) string {
	line := fmt.Sprintf("%s %d to add, %d to change, %d to destroy", s.Bold("Plan:"), sum.Add, sum.Change, sum.Destroy)
	if sum.Forget > 0 {
		line += fmt.Sprintf(", %d to forget", sum.Forget)
	}
	return line + "."
}

// paint colours a symbol by what it means.
func (p *planPrinter) paint(symbol string) string {
	switch symbol {
	case "+":
		return p.s.Green(symbol)
	case "~":
		return p.s.Yellow(symbol)
	case "-":
		return p.s.Red(symbol)
	case "!":
		return p.s.Cyan(symbol)
	default:
		return symbol
	}
}

func symbolOf(a reconcile.Action) string {
	for _, s := range symbols {
		if s.action == a {
			return s.symbol
		}
	}
	return " "
}

// change writes one address: what happens to it and why, then its fields.
func (p *planPrinter) change(c *reconcile.Change) {
	for i, line := range headline(c) {
		if i == 0 {
			line = p.s.Bold(line)
		}
		p.line("%s# %s", map[bool]string{true: " ", false: "  "}[c.Action == reconcile.Forget], line)
	}
	symbol := p.paint(symbolOf(c.Action))
	if c.Action == reconcile.Forget {
		p.line(" %s %s %q {", symbol, c.Address.Kind, c.Address.Name)
	} else {
		p.line("  %s %s %q {", symbol, c.Address.Kind, c.Address.Name)
	}
	p.fields(c)
	p.line("    }\n")
}

// headline says in words what happens to an address.
func headline(c *reconcile.Change) []string {
	session := c.Address.Kind == schema.SessionAddress
	var lines []string
	switch c.Action {
	case reconcile.Create:
		lines = []string{c.Address.String() + " will be created"}
	case reconcile.Update:
		lines = []string{c.Address.String() + " will be updated in-place"}
	case reconcile.Reapply:
		lines = []string{c.Address.String() + " will be applied again"}
		if c.Reason == reconcile.ReasonInDoubt {
			lines = append(lines, "(the last answer never arrived, so nobody knows which look is live)")
		} else {
			lines = append(lines, "(as requested)")
		}
	case reconcile.Delete:
		lines = []string{c.Address.String() + " will be destroyed"}
		switch c.Reason {
		case reconcile.ReasonUndeclared:
			lines = append(lines, fmt.Sprintf("(because %s is not in configuration)", c.Address))
		case reconcile.ReasonNotThen:
			lines = append(lines, fmt.Sprintf("(because %s was not there at that serial)", c.Address))
		}
		if !session {
			lines = append(lines, "(the page goes back to the API's default look; the service cannot delete)")
		}
	case reconcile.Forget:
		lines = []string{c.Address.String() + " will no longer be managed by livery, but will not be destroyed"}
	}
	if session && c.Action != reconcile.Forget {
		lines = append(lines, "(kept in the state only: the service stores no sessions, so nothing is sent)")
	}
	return lines
}

// group is the fields of one page, or of one locale of a session.
type group struct {
	name   string // "" for what stands directly in the block
	title  string
	fields []reconcile.FieldChange
}

// fields writes the changed fields page by page and counts the rest.
func (p *planPrinter) fields(c *reconcile.Change) {
	groups := grouped(c)
	for _, g := range groups {
		indent := "      "
		if g.name != "" {
			p.line("%s%s %s {", indent, p.paint(groupSymbol(c, g)), g.title)
			indent += "    "
		}
		p.rows(indent, c, g.fields)
		if n := c.Unchanged[g.name]; n > 0 {
			p.line("%s  %s", indent, p.s.Dim(fmt.Sprintf("# (%s hidden)", schema.Plural(n, "unchanged field"))))
		}
		if g.name != "" {
			p.line("        }")
		}
	}
	p.hidden(c, groups)
}

// hidden counts what is not shown at all.
func (p *planPrinter) hidden(c *reconcile.Change, groups []group) {
	pages := 0
	for name := range c.Unchanged {
		if !slices.ContainsFunc(groups, func(g group) bool { return g.name == name }) {
			if name == "" {
				p.line("        %s", p.s.Dim(fmt.Sprintf("# (%s hidden)", schema.Plural(c.Unchanged[""], "unchanged field"))))
				continue
			}
			pages++
		}
	}
	if pages > 0 {
		p.line("        %s", p.s.Dim(fmt.Sprintf("# (%s hidden)", schema.Plural(pages, "unchanged page"))))
	}
}

func grouped(c *reconcile.Change) []group {
	var groups []group
	for _, f := range c.Fields {
		name, title := "", ""
		if c.Address.Kind == schema.SessionAddress {
			if rest, ok := strings.CutPrefix(f.Path, "locale."); ok {
				loc, key, _ := strings.Cut(rest, ".")
				name, title = "locale."+loc, fmt.Sprintf("locale %q", loc)
				f.Path = key
			}
		} else if page, key, ok := strings.Cut(f.Path, "."); ok {
			name, title, f.Path = page, page, key
		}
		i := slices.IndexFunc(groups, func(g group) bool { return g.name == name })
		if i < 0 {
			i = len(groups)
			groups = append(groups, group{name: name, title: title})
		}
		groups[i].fields = append(groups[i].fields, f)
	}
	return groups
}

// groupSymbol is the symbol of a page: like its fields where they agree.
func groupSymbol(c *reconcile.Change, g group) string {
	if c.Unchanged[g.name] > 0 {
		return "~"
	}
	first := fieldSymbol(g.fields[0])
	for _, f := range g.fields {
		if fieldSymbol(f) != first {
			return "~"
		}
	}
	return first
}

func fieldSymbol(f reconcile.FieldChange) string {
	switch {
	case isNull(f.Before):
		return "+"
	case isNull(f.After):
		return "-"
	default:
		return "~"
	}
}

func isNull(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

func (p *planPrinter) rows(indent string, c *reconcile.Change, fields []reconcile.FieldChange) {
	width := 0
	for _, f := range fields {
		width = max(width, terminal.Width(f.Path))
	}
	for _, f := range fields {
		name := f.Path + strings.Repeat(" ", width-terminal.Width(f.Path))
		symbol := p.paint(fieldSymbol(f))
		if f.Kind == schema.Tips {
			p.tips(indent, symbol, name, f)
			continue
		}
		p.line("%s%s %s = %s%s", indent, symbol, name, p.transition(f, c), p.comment(f))
	}
}

func (p *planPrinter) transition(f reconcile.FieldChange, c *reconcile.Change) string {
	switch {
	case isNull(f.Before):
		return p.value(f.After)
	case isNull(f.After):
		gone := "(API default)"
		if c.Address.Kind == schema.SessionAddress {
			gone = "null" // sessions have no default look
		}
		return fmt.Sprintf("%s -> %s", p.value(f.Before), p.s.Dim(gone))
	}
	if before, after, ok := longTexts(f); ok {
		return p.s.Change(before, after)
	}
	return fmt.Sprintf("%s -> %s", p.value(f.Before), p.value(f.After))
}

// longTexts gives both sides of a change that is shown word by word: two texts side
// by side that are longer than this are more than a reader can compare.
func longTexts(f reconcile.FieldChange) (before, after string, ok bool) {
	const long = 40 // columns
	if f.Kind != schema.Text && f.Kind != schema.TipText || json.Unmarshal(f.Before, &before) != nil || json.Unmarshal(f.After, &after) != nil {
		return "", "", false
	}
	return before, after, terminal.Width(before) > long && terminal.Width(after) > long
}

// value writes JSON as people read it: scripts as they are, colours behind a
// swatch of themselves.
func (p *planPrinter) value(raw json.RawMessage) string {
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return terminal.Escape(string(raw), "")
	}
	text, ok := v.(string)
	if !ok {
		return terminal.Escape(string(raw), "")
	}
	return p.s.Swatch(text) + terminal.Quote(text)
}

func (p *planPrinter) requests(plan *reconcile.Plan) {
	for i := range plan.Changes {
		if c := &plan.Changes[i]; c.Body != nil {
			p.line("\n# %s: POST %s/openapi/liveness/v1/h5/configureUI, %d bytes, SHA-256 %s", c.Address, plan.Account.BaseURL, len(c.Body), c.Digest)
			p.line("%s", c.Body)
		}
	}
}

func (p *planPrinter) footer(plan *reconcile.Plan) {
	switch {
	case p.t.Saved != "":
		p.line("\n%s\n\nSaved the plan to: %s", p.s.Dim(rule), p.t.Saved)
		if p.t.Advice && plan.Applyable() {
			p.line("\nTo perform exactly these actions, run the following command to apply:\n    livery apply %q", p.t.Saved)
		}
	case p.t.Advice && !plan.Empty() && plan.Rollback > 0:
		p.line("\n%s\n\nNote: \"livery apply\" alone applies the configuration, not this plan. To go back,\nsave the plan and apply it:\n    livery rollback %d -out=back.plan\n    livery apply back.plan", p.s.Dim(rule), plan.Rollback)
	case p.t.Advice && !plan.Empty():
		p.line("\n%s\n\nNote: You didn't use the -out option to save this plan, so livery can't\nguarantee to take exactly these actions if you run \"livery apply\" now.", p.s.Dim(rule))
	}
}
