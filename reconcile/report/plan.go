package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"livery/reconcile"
	"livery/reconcile/terminal"
	"livery/schema"
	"livery/schema/wording"
)

// separator is as wide as Terraform's, since programs look for it.
var separator = strings.Repeat("─", 77)

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
	{reconcile.Record, "=", "record in the state"},
}

// PlanText says how a plan is written for people.
type PlanText struct {
	Style    terminal.Style
	Now      time.Time
	Saved    string   // the file it was saved to, "" for none
	Dir      string   // that commands which are proposed work in, as people reach it
	Again    []string // the command that makes this plan
	Advice   bool     // say what to do next; not in automation
	Requests bool     // also show what will be sent
	Compared bool     // it is a comparison, and nobody carries it out
	Layout
}

// Layout is how much of a plan is written, and in whose words.
type Layout struct {
	ExpandAll bool             // every document in full, none together with others
	Expand    []schema.Address // these in full, beside the groups that they are counted in
	Summary   bool             // a line for each document, and no fields
	Terraform bool             // in Terraform's own words, which programs look for; expands all
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

// WriteChanges writes what happens to each document of a plan, without what it was made from.
func WriteChanges(w io.Writer, p *reconcile.Plan, t PlanText) error {
	out := &planPrinter{t: t, s: t.Style}
	printBody(out, p)
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
	back := fmt.Sprintf("The last applied documents are those of serial %d.", plan.Rollback)
	switch {
	case plan.Destroy && p.t.Terraform:
		words = "No changes. No objects need to be destroyed."
	case plan.Destroy:
		words = "No changes. No documents and no sessions need to be destroyed."
	case p.t.Terraform:
		words = "No changes. Your infrastructure matches the configuration."
	case plan.Rollback > 0:
		words = "No changes. " + back
	}
	head, rest, _ := strings.Cut(words, ". ")
	p.line("\n%s %s\n", p.s.Bold(p.s.Green(head+".")), p.s.Bold(rest))
	if p.t.Terraform && plan.Rollback > 0 {
		p.line("%s\n", back)
	}
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
	case plan.Destroy:
		p.line("%s", "Nothing was applied yet, or it was put back to the API's default look already.")
		return
	case len(plan.Changes) == 0:
		p.line("%s", "The configuration declares no locale and no session, and nothing was ever applied.")
		return
	}
	p.line("%s", "livery has compared your configuration with what the service last confirmed\nand found no differences, so nothing needs to be sent.")
	if oldest := oldestDocument(plan); oldest != nil {
		p.line("\nThe oldest confirmation is that of %s, %s ago (%s).", oldest.Address, Age(p.t.Now.Sub(oldest.AppliedAt)), oldest.AppliedAt.UTC().Format(time.RFC3339))
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

// Age is a duration as people say it.
func Age(d time.Duration) string {
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
	p.intro(plan)
	for _, s := range symbols {
		if slices.ContainsFunc(plan.Changes, func(c reconcile.Change) bool { return p.actionOf(&c) == s.action }) {
			p.line("  %s %s", p.paint(s.symbol), s.means)
		}
	}
	if plan.Errored {
		p.line("\nPlanning failed. livery encountered errors while making this plan, so it\ncannot be applied.\n")
	}
	p.line("\n%s will perform the following actions:\n", p.who())
	printBody(p, plan)
	sum := plan.Summary()
	if p.t.Terraform { // whose line ends with what is destroyed
		sum.Record = 0
	}
	p.line("%s", PlanSummary("Plan:", sum, p.s))
}

// printBody writes what happens to each document.
func printBody(p *planPrinter, plan *reconcile.Plan) {
	if p.t.Summary {
		p.summary(plan)
	} else {
		p.details(plan)
	}
}

// who acts, in the words of whoever reads.
func (p *planPrinter) who() string {
	if p.t.Terraform {
		return "Terraform"
	}
	return "livery"
}

// intro says what was compared.
func (p *planPrinter) intro(plan *reconcile.Plan) {
	switch {
	case p.t.Terraform:
		p.line("\nTerraform used the selected providers to generate the following execution\nplan. Resource actions are indicated with the following symbols:")
	case plan.Rollback > 0:
		p.line("\nlivery compared the last applied documents with those of serial %d to generate\nthe following execution plan.", plan.Rollback)
		p.line("Resource actions are indicated with the following symbols:")
	default:
		p.line("\nlivery used the last applied documents to generate the following execution\nplan. Resource actions are indicated with the following symbols:")
	}
}

// actionOf is the action that is shown: Terraform has no word for sending again.
func (p *planPrinter) actionOf(c *reconcile.Change) reconcile.Action {
	if p.t.Terraform && c.Action == reconcile.Reapply {
		return reconcile.Update
	}
	return c.Action
}

// details writes documents that have much in common together, and the others one by one.
func (p *planPrinter) details(plan *reconcile.Plan) {
	together := make(map[schema.Address]bool)
	for _, s := range symbols {
		if p.t.ExpandAll || p.t.Terraform {
			break
		}
		documents, groups := plan.Together(s.action)
		if documents == nil {
			continue
		}
		p.grouped(plan, documents, groups)
		for _, c := range documents {
			together[c.Address] = !slices.Contains(p.t.Expand, c.Address)
		}
	}
	for i := range plan.Changes {
		if c := &plan.Changes[i]; c.Action != reconcile.NoOp && !together[c.Address] {
			p.change(c)
		}
	}
}

// summary writes how much changes in each document.
func (p *planPrinter) summary(plan *reconcile.Plan) {
	width := 0
	for i := range plan.Changes {
		if c := &plan.Changes[i]; c.Action != reconcile.NoOp {
			width = max(width, len(c.Address.String()))
		}
	}
	for i := range plan.Changes {
		if c := &plan.Changes[i]; c.Action != reconcile.NoOp {
			p.line("  %s %-*s  %s", p.paint(symbolOf(p.actionOf(c))), width, c.Address, schema.Plural(len(c.Fields), "field"))
		}
	}
	p.line("")
}

// PlanSummary is the line that bots look for.
func PlanSummary(head string, sum reconcile.Summary, s terminal.Style) string {
	line := fmt.Sprintf("%s %d to add, %d to change, %d to destroy", s.Bold(head), sum.Add, sum.Change, sum.Destroy)
	if sum.Forget > 0 {
		line += fmt.Sprintf(", %d to forget", sum.Forget)
	}
	if sum.Record > 0 {
		line += fmt.Sprintf(", %d to record", sum.Record)
	}
	return line + "."
}

// Symbol is what stands for an action.
func Symbol(a reconcile.Action, s terminal.Style) string {
	return (&planPrinter{s: s}).paint(symbolOf(a))
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
	for i, line := range p.headline(c) {
		if i == 0 {
			line = p.s.Bold(line)
		}
		p.line("%s# %s", map[bool]string{true: " ", false: "  "}[c.Action == reconcile.Forget], line)
	}
	symbol := p.paint(symbolOf(p.actionOf(c)))
	if c.Action == reconcile.Forget {
		p.line(" %s %s %q {", symbol, c.Address.Kind, c.Address.Name)
	} else {
		p.line("  %s %s %q {", symbol, c.Address.Kind, c.Address.Name)
	}
	p.fields(c)
	p.line("    }\n")
}

// headline says in words what happens to an address, and why.
func (p *planPrinter) headline(c *reconcile.Change) []string {
	session := c.Address.Kind == schema.SessionAddress
	lines := []string{c.Address.String() + " " + p.fate(p.actionOf(c))}
	switch {
	case c.Action == reconcile.Reapply && c.Reason == reconcile.ReasonInDoubt:
		lines = append(lines, "(the last answer never arrived, so nobody knows which look is live)")
	case c.Action == reconcile.Reapply && c.Reason == reconcile.ReasonLockBroken:
		lines = append(lines, "(a run that lost its lock may have sent another look, which may be live)")
	case c.Action == reconcile.Reapply:
		lines = append(lines, "(as requested)")
	case c.Action == reconcile.Delete:
		lines = append(lines, reasonsToDestroy(c, c.Address.String()+" is", c.Address.String()+" was")...)
	}
	switch {
	case c.Action == reconcile.Forget, p.t.Compared:
	case c.Action == reconcile.Record:
		lines = append(lines, stateAlone)
	case session:
		lines = append(lines, "(kept in the state only: the service stores no sessions, so nothing is sent)")
	}
	return lines
}

// stateAlone says of what is recorded what else happens to it.
const stateAlone = "(nothing is sent: only what the state remembers changes)"

// fate is what becomes of something, in the words that programs look for.
func (p *planPrinter) fate(a reconcile.Action) string {
	will, whole := "will", " in-place"
	if p.t.Compared {
		will, whole = "would", ""
	}
	switch a {
	case reconcile.Create:
		return will + " be created"
	case reconcile.Update:
		return will + " be updated" + whole
	case reconcile.Reapply:
		return will + " be applied again"
	case reconcile.Delete:
		return will + " be destroyed"
	case reconcile.Record:
		return will + " be recorded in the state"
	default:
		return fmt.Sprintf("%s no longer be managed by %s, but %s not be destroyed", will, p.who(), will)
	}
}

// reasonsToDestroy says why something is destroyed, and what that is.
func reasonsToDestroy(c *reconcile.Change, is, was string) []string {
	var lines []string
	switch c.Reason {
	case reconcile.ReasonUndeclared:
		lines = append(lines, fmt.Sprintf("(because %s not in configuration)", is))
	case reconcile.ReasonNotThen:
		lines = append(lines, fmt.Sprintf("(because %s not there at that serial)", was))
	}
	if c.Address.Kind == schema.LocaleAddress {
		lines = append(lines, "(the page goes back to the API's default look; the service cannot delete)")
	}
	return lines
}

func (p *planPrinter) requests(plan *reconcile.Plan) {
	for i := range plan.Changes {
		if c := &plan.Changes[i]; c.Body != nil {
			p.line("\n# %s: POST %s/openapi/liveness/v1/h5/configureUI, %d bytes, SHA-256 %s", c.Address, terminal.Escape(plan.Account.BaseURL, ""), len(c.Body), c.Digest)
			p.line("%s", c.Body)
		}
	}
}

func (p *planPrinter) footer(plan *reconcile.Plan) {
	switch {
	case p.t.Saved != "":
		p.line("\n%s\n\nSaved the plan to: %s", p.s.Dim(separator), terminal.Escape(p.t.Saved, ""))
		if p.t.Advice && plan.Applyable() {
			p.line("\nTo perform exactly these actions, run the following command to apply:\n    %s %s", wording.Command(p.t.Dir, "apply"), wording.QuotedWord(p.t.Saved))
		}
	case p.t.Advice && !plan.Empty() && plan.Rollback > 0:
		p.line("\n%s\n\nNote: \"livery apply\" alone applies the configuration, not this plan. To go back,\nsave the plan and apply it:\n    %s\n    %s", p.s.Dim(separator),
			wording.Command(p.t.Dir, append(p.t.Again, "-out=back.plan")...), wording.Command(p.t.Dir, "apply", "back.plan"))
	case p.t.Advice && !plan.Empty():
		p.line("\n%s\n\nNote: You didn't use the -out option to save this plan, so livery can't\nguarantee to take exactly these actions if you run \"livery apply\" now.", p.s.Dim(separator))
	}
}
