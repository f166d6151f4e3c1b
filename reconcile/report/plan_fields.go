package report

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"livery/reconcile"
	"livery/reconcile/terminal"
	"livery/schema"
)

// block is the fields of one page, or of one locale of a session.
type block struct {
	name   string // "" for what stands directly in the block
	title  string
	fields []reconcile.FieldChange
}

// fields writes the changed fields page by page and counts the rest.
func (p *planPrinter) fields(c *reconcile.Change) {
	blocks := blocksOf(c)
	for _, b := range blocks {
		indent := "      "
		if b.name != "" {
			p.line("%s%s %s {", indent, p.paint(blockSymbol(c, b)), b.title)
			indent += "    "
		}
		p.rows(indent, c, b.fields)
		if n := c.Unchanged[b.name]; n > 0 {
			p.line("%s  %s", indent, p.s.Dim(fmt.Sprintf("# (%s hidden)", schema.Plural(n, "unchanged field"))))
		}
		if b.name != "" {
			p.line("        }")
		}
	}
	p.hidden(c, blocks)
}

// hidden counts what is not shown at all.
func (p *planPrinter) hidden(c *reconcile.Change, blocks []block) {
	pages := 0
	for name := range c.Unchanged {
		if !slices.ContainsFunc(blocks, func(b block) bool { return b.name == name }) {
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

func blocksOf(c *reconcile.Change) []block {
	var blocks []block
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
		i := slices.IndexFunc(blocks, func(b block) bool { return b.name == name })
		if i < 0 {
			i = len(blocks)
			blocks = append(blocks, block{name: name, title: title})
		}
		blocks[i].fields = append(blocks[i].fields, f)
	}
	return blocks
}

// blockSymbol is the symbol of a page: like its fields where they agree.
func blockSymbol(c *reconcile.Change, b block) string {
	if c.Unchanged[b.name] > 0 {
		return "~"
	}
	first := fieldSymbol(b.fields[0])
	for _, f := range b.fields {
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
		if f.Kind == schema.Tips {
			p.tips(indent, name, f, p.remark(placeOf(f)))
			continue
		}
		p.row(indent, name, c, f, p.remark(placeOf(f)))
	}
}

// row writes one changed value and, under a changed text, what has become of its words.
func (p *planPrinter) row(indent, name string, c *reconcile.Change, f reconcile.FieldChange, comment string) {
	p.line("%s%s %s = %s%s", indent, p.paint(fieldSymbol(f)), name, p.transition(f, c), comment)
	var before, after string
	if f.Kind == schema.Text && !isNull(f.Before) && !isNull(f.After) && json.Unmarshal(f.Before, &before) == nil && json.Unmarshal(f.After, &after) == nil {
		p.words(indent+"    ", before, after)
	}
}

// words shows which words of a text change, if enough of them stay to tell.
func (p *planPrinter) words(indent, before, after string) {
	if line, ok := p.s.Words(before, after); ok {
		p.line("%s%s", indent, line)
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
	return fmt.Sprintf("%s -> %s", p.value(f.Before), p.value(f.After))
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
