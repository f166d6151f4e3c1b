package markdown

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"livery/reconcile"
	"livery/reconcile/terminal"
	"livery/schema"
)

// folded is how many changes a group may have before it is folded.
const folded = 10

// parts are what a report consists of, each in full or in short.
type parts struct {
	documents, documentsShort string
	groups                    []part // in the order in which they are shown
	short                     bool   // the documents too
	footer                    string
}

type part struct {
	full, line string // a table, or one line in its place
	changes    int
	shortened  bool
}

// shorten shortens the n smallest groups; one more than there are, and it is the table of
// documents too.
func (p *parts) shorten(n int) { shortenAll([]*parts{p}, n) }

// shortenAll shortens the n smallest groups of several reports; one more than there are, and
// it is their tables of documents too.
func shortenAll(all []*parts, n int) {
	var order []*part
	for _, p := range all {
		for i := range p.groups {
			order = append(order, &p.groups[i])
		}
	}
	slices.SortStableFunc(order, func(a, b *part) int { return a.changes - b.changes })
	for i, g := range order {
		g.shortened = i < n
	}
	for _, p := range all {
		p.short = n > len(order)
	}
}

// assemble puts the parts together. What is shortened is said first.
func (r *Report) assemble(p *parts) string {
	blocks := append([]string{r.head(r.shortened(&leftOut{changes: p.left()}), "") + r.warnings(p.short)}, p.blocks()...)
	return join(append(blocks, p.footer))
}

// left counts the changes that are not shown.
func (p *parts) left() int {
	n := 0
	for _, g := range p.groups {
		if g.shortened {
			n += g.changes
		}
	}
	return n
}

// blocks are what stands between head and footer.
func (p *parts) blocks() []string {
	if p.short {
		return []string{p.documentsShort}
	}
	var lines []string
	blocks := []string{p.documents}
	for _, g := range p.groups {
		if g.shortened {
			lines = append(lines, g.line)
		} else {
			blocks = append(blocks, g.full)
		}
	}
	if len(lines) > 0 {
		blocks = append(blocks, "- "+strings.Join(lines, "\n- ")+"\n")
	}
	return blocks
}

// join puts blocks below each other, with an empty line between them.
func join(blocks []string) string {
	return strings.Join(slices.DeleteFunc(blocks, func(s string) bool { return s == "" }), "\n")
}

func (r *Report) parts() *parts {
	p := &parts{footer: r.footer()}
	var shown []*reconcile.Change
	for i := range r.Plan.Changes {
		if c := &r.Plan.Changes[i]; c.Action != reconcile.NoOp {
			shown = append(shown, c)
		}
	}
	if len(shown) == 0 {
		return p
	}
	p.documents = r.documents(shown)
	p.documentsShort = fmt.Sprintf("%s: %s.\n", schema.Plural(len(shown), "document"), counts(r.Plan.Summary()))
	for _, action := range []reconcile.Action{reconcile.Create, reconcile.Update, reconcile.Delete, reconcile.Reapply, reconcile.Forget, reconcile.Record} {
		var documents, others []*reconcile.Change
		for _, c := range shown {
			switch {
			case c.Action != action:
			case c.Address.Kind == schema.LocaleAddress:
				documents = append(documents, c)
			default:
				others = append(others, c)
			}
		}
		p.add(r, documents, documents)
		for _, c := range others {
			p.add(r, []*reconcile.Change{c}, others)
		}
	}
	return p
}

// add makes parts of the groups of some documents; all are those of the same action.
func (p *parts) add(r *Report, documents, all []*reconcile.Change) {
	for _, g := range reconcile.GroupChanges(documents) {
		p.groups = append(p.groups, part{
			full: r.group(documents[0], g, len(all)), changes: len(g.Changes),
			line: fmt.Sprintf("%s %s", schema.Plural(len(g.Changes), "field"), where(g, len(all))),
		})
	}
}

// where names the documents of a group.
func where(g reconcile.Group, all int) string {
	if len(g.Documents) == all && all > 1 {
		return fmt.Sprintf("in all %d", all)
	}
	names := make([]string, len(g.Documents))
	for i, a := range g.Documents {
		names[i] = Text(a.Name)
		if a.Kind != schema.LocaleAddress {
			names[i] = Text(a.String())
		}
	}
	if len(names) > 12 {
		return fmt.Sprintf("in %d, %s …", len(names), strings.Join(names[:12], ", "))
	}
	return "in " + strings.Join(names, ", ")
}

// documents is the table of what happens to each.
func (r *Report) documents(shown []*reconcile.Change) string {
	var b strings.Builder
	b.WriteString("| document | language | action | fields | problems |\n|---|---|---|---|---|\n")
	for _, c := range shown {
		language := ""
		if c.Address.Kind == schema.LocaleAddress {
			language = schema.Locale(c.Address.Name).Info().Name
		}
		problems := ""
		if n := r.Problems[c.Address]; n > 0 {
			problems = fmt.Sprint(n)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %d | %s |\n", Text(c.Address.String()), Text(language), r.Kind.action(c), len(c.Fields), problems)
	}
	return b.String()
}

// action names what happens to a document or a session.
func (k Kind) action(c *reconcile.Change) string {
	if c.Action == reconcile.Reapply && c.InDoubt() {
		return "apply again, in doubt"
	}
	words := map[reconcile.Action]string{
		reconcile.Create: "create", reconcile.Update: "update", reconcile.Delete: "back to the default", reconcile.Reapply: "apply again", reconcile.Forget: "forget",
		reconcile.Record: "record in the state",
	}[c.Action]
	if c.Address.Kind == schema.LocaleAddress {
		return words
	}
	if c.Action == reconcile.Delete { // there is no page that has a look
		words = "destroy"
	}
	if k == Diff || c.Action == reconcile.Forget || c.Action == reconcile.Record {
		return words
	}
	return words + ", in the state only"
}

// group is the table of the changes that the same documents have.
func (r *Report) group(first *reconcile.Change, g reconcile.Group, all int) string {
	title := fmt.Sprintf("%s %s", r.Kind.action(first), where(g, all))
	if first.Address.Kind != schema.LocaleAddress {
		title = fmt.Sprintf("%s: %s", Text(first.Address.String()), r.Kind.action(first))
	}
	var b strings.Builder
	if len(g.Changes) > folded {
		fmt.Fprintf(&b, "<details><summary>%s: %s</summary>\n\n", summaryText(title), schema.Plural(len(g.Changes), "change"))
	} else {
		fmt.Fprintf(&b, "**%s**\n\n", title)
	}
	b.WriteString("| field | before | after | from |\n|---|---|---|---|\n")
	for _, shared := range g.Changes {
		f := shared[0]
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", Text(f.Path), value(f.Before, f.Kind), after(f), r.from(shared))
	}
	if len(g.Changes) > folded {
		b.WriteString("\n</details>\n")
	}
	return b.String()
}

// summaryText is Markdown where only HTML is read.
func summaryText(s string) string { return strings.ReplaceAll(s, "\\", "") }

// after is the new value, with what has become of the words of a text below.
func after(f *reconcile.FieldChange) string {
	shown := value(f.After, f.Kind)
	var was, is []map[string]string // of tips
	var before, after string
	switch {
	case f.Kind == schema.Text && json.Unmarshal(f.Before, &before) == nil && json.Unmarshal(f.After, &after) == nil:
		return shown + changedWords(before, after)
	case f.Kind == schema.Tips && json.Unmarshal(f.Before, &was) == nil && json.Unmarshal(f.After, &is) == nil:
		for i := range min(len(was), len(is)) {
			shown += changedWords(was[i]["text"], is[i]["text"])
		}
	}
	return shown
}

// changedWords is what has become of the words of a text, on a line of its own; "" where that
// tells nothing.
func changedWords(before, after string) string {
	runs, worth := terminal.DiffWords(before, after)
	if !worth {
		return ""
	}
	return "<br>" + words(runs)
}

// words marks what is gone and what has come.
func words(runs []terminal.WordRun) string {
	var b strings.Builder
	for _, run := range runs {
		switch text := Text(run.Text); run.Side {
		case terminal.Gone:
			b.WriteString("<del>" + text + "</del>")
		case terminal.Added:
			b.WriteString("<ins>" + text + "</ins>")
		default:
			b.WriteString(text)
		}
	}
	return b.String()
}

// value is one side of a change.
func value(raw json.RawMessage, kind schema.Kind) string {
	if len(raw) == 0 || string(raw) == "null" {
		if kind >= schema.RedirectURL { // sessions have no default look
			return "_(none)_"
		}
		return "_(API default)_"
	}
	var text string
	var tips []map[string]string
	switch {
	case kind == schema.Tips && json.Unmarshal(raw, &tips) == nil:
		lines := make([]string, len(tips))
		for i, tip := range tips {
			lines[i] = Text(tip["text"])
			if icon := tip["iconLink"]; icon != "" {
				lines[i] += " " + Code(icon)
			}
		}
		return strings.Join(lines, "<br>")
	case json.Unmarshal(raw, &text) != nil:
		return Code(string(raw))
	case kind == schema.Colour || kind == schema.ImageURL || kind == schema.RedirectURL || kind == schema.CallbackURL:
		return Code(text)
	case text == "":
		return "_(empty)_"
	}
	return Text(text)
}

// from is the place of a change, if that is one.
func (r *Report) from(shared reconcile.SharedChange) string {
	first := shared[0]
	for _, f := range shared {
		if f.Range.Filename != first.Range.Filename || f.Range.Start.Line != first.Range.Start.Line {
			return fmt.Sprintf("%d places", len(shared))
		}
	}
	if first.Range.Filename == "" {
		return ""
	}
	text := r.place(first.Range.Filename, first.Range.Start.Line)
	if o := first.Origin; o != nil && o.Path != "" && o.Range.Filename != "" && o.Range != first.Range {
		text += fmt.Sprintf(", %s (%s)", Code(o.Path), r.place(o.Range.Filename, o.Range.Start.Line))
	}
	return text
}

func (r *Report) footer() string {
	text := r.Footer
	if text != "" {
		text += " "
	}
	return "_" + text + "livery " + Text(r.Version) + "_\n"
}
