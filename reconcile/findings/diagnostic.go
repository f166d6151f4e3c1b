package findings

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"livery/reconcile/terminal"
	"livery/schema"
	"livery/schema/rule"
)

// WriteText writes diagnostics as text in Terraform's layout, each with
// the source that it is about and its rule in parentheses at the end. With
// colour each stands in a box and what it is about is underlined. Errors of the
// writer are not reported: there is nobody left to tell.
func WriteText(w io.Writer, diags hcl.Diagnostics, src Sources, s terminal.Style) {
	writeText(w, entries(diags, src, ""), s)
}

func writeText(w io.Writer, found []entry, s terminal.Style) {
	p := printer{style: s}
	for _, e := range found {
		p.diagnostic(e)
		if _, err := w.Write(p.out.Bytes()); err != nil {
			return
		}
		p.out.Reset()
	}
}

// printer lays out one diagnostic at a time.
type printer struct {
	style   terminal.Style
	out     bytes.Buffer
	lines   []string
	pending string // the reset that Terraform puts before the next line
}

func (p *printer) add(line string) {
	p.lines = append(p.lines, p.pending+line)
	p.pending = ""
}

func (p *printer) diagnostic(e entry) {
	sgr := p.style.SGR
	colour, word := sgr(terminal.Red), "Error: "
	switch e.Level {
	case rule.Warning:
		colour, word = sgr(terminal.Yellow), "Warning: "
	case rule.Notice:
		colour, word = sgr(terminal.Cyan), "Notice: "
	}
	if e.Suppression != nil {
		colour, word = sgr(terminal.Cyan), "Suppressed: "
	}
	reset, bold := sgr(terminal.Reset), sgr(terminal.Bold)
	p.lines = p.lines[:0]
	p.add(bold + colour + word + reset + reset + bold + terminal.Escape(e.Summary, "\t") + reset)
	p.add("")
	if e.located {
		p.place(e)
		p.add("")
	}
	p.detail(e)
	for len(p.lines) > 1 && p.lines[len(p.lines)-1] == "" {
		p.lines = p.lines[:len(p.lines)-1]
	}
	p.frame(colour)
}

// frame writes the lines: in a box where there is colour, else behind a blank
// line. The doubled resets are Terraform's; tools that compare see no change.
func (p *printer) frame(colour string) {
	if !p.style.Colour {
		p.out.WriteString("\n" + strings.Join(p.lines, "\n") + "\n")
		return
	}
	p.out.WriteString(colour + "╷" + terminal.Reset + terminal.Reset + "\n")
	for _, line := range p.lines {
		p.out.WriteString(colour + "│" + terminal.Reset + " " + terminal.Reset + line + "\n")
	}
	p.out.WriteString(colour + "╵" + terminal.Reset + terminal.Reset + "\n")
}

// place writes where the diagnostic is, the source, and what its references
// stood for.
func (p *printer) place(e entry) {
	at := e.at
	reset, name := p.style.SGR(terminal.Reset), terminal.Shorten(terminal.Escape(at.rng.Filename, ""))
	if at.file == nil {
		p.add(fmt.Sprintf("%s  on %s line %d:", reset, name, at.rng.Start.Line))
		p.add("  (source code not available)")
		return
	}
	in := ""
	if at.block != "" {
		in = ", in " + at.block
	}
	quote := at.excerpt(max(p.style.Width-8, textColumns))
	p.add(fmt.Sprintf("%s  on %s line %d%s:", reset, name, quote.first, in))
	p.code(quote)
	p.explain(callOf(e.Diagnostic), valuesOf(e.Diagnostic, at))
}

func (p *printer) code(quote excerpt) {
	underline, reset := p.style.SGR(terminal.Underline), p.style.SGR(terminal.Reset)
	for i, line := range quote.lines {
		var b strings.Builder
		fmt.Fprintf(&b, "%4d: ", quote.first+i)
		if line.CutLeft {
			b.WriteString("…")
		}
		b.WriteString(terminal.Escape(line.Before, "\t"))
		if line.Marked != "" {
			b.WriteString(underline + terminal.Escape(line.Marked, "\t") + reset)
		}
		b.WriteString(terminal.Escape(line.After, "\t"))
		if line.CutRight {
			b.WriteString("…")
		}
		if i == len(quote.lines)-1 {
			b.WriteString(reset)
		}
		p.add(b.String())
	}
	if quote.omitted > 0 {
		p.add(fmt.Sprintf("      (%s)", schema.Plural(quote.omitted, "more line")))
	}
}

func (p *printer) explain(call *CallJSON, values []ValueJSON) {
	if call == nil && len(values) == 0 {
		return
	}
	dim, bold, reset := p.style.SGR(terminal.Dim), p.style.SGR(terminal.Bold), p.style.SGR(terminal.Reset)
	p.add("    " + dim + "├────────────────" + reset)
	p.pending = reset
	if call != nil {
		p.add("    " + dim + "│" + reset + " while calling " + bold + terminal.Escape(call.CalledAs, "") + reset + "(" + reset + call.parameters() + ")")
	}
	for _, v := range values {
		p.add("    " + dim + "│" + reset + " " + bold + v.Traversal + reset + " " + v.Statement)
		p.pending = reset
	}
}

// parameters lists the parameters of the called function by name.
func (c *CallJSON) parameters() string {
	if c.Signature == nil {
		return "..."
	}
	names := make([]string, 0, len(c.Signature.Params)+1)
	for _, p := range c.Signature.Params {
		names = append(names, p.Name)
	}
	if v := c.Signature.VariadicParam; v != nil {
		names = append(names, v.Name+"...")
	}
	return strings.Join(names, ", ")
}

// detail writes the sentences and the rule. One column stays free at the right
// edge, and the box takes two.
func (p *printer) detail(e entry) {
	width := p.style.Width - 1
	if p.style.Colour {
		width -= 2
	}
	if text := strings.TrimRight(e.Detail, "\n"); text != "" {
		for _, line := range terminal.Wrap(terminal.Escape(text, "\n\t"), width) {
			p.add(line)
		}
	}
	if e.Suppression != nil {
		for _, line := range terminal.Wrap(terminal.Escape("Reason: "+e.Suppression.Reason, ""), width) {
			p.add(line)
		}
	}
	source := e.shared()
	if e.Rule != "" {
		source = strings.TrimSpace("(" + e.rule() + ") " + source)
	}
	if source != "" {
		p.add(p.style.Dim(source))
	}
}
