package report

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"livery/reconcile"
	"livery/reconcile/terminal"
)

// tips writes a list of tips element by element.
func (p *planPrinter) tips(indent, name string, f reconcile.FieldChange, comment string) {
	p.line("%s%s %s = [", indent, p.paint(fieldSymbol(f)), name)
	for _, e := range tipChanges(f) {
		switch {
		case maps.Equal(e.was, e.will):
			p.line("%s      %s", indent, tipText(e.was))
			continue
		case e.will != nil && e.was != nil:
			p.line("%s    %s %s", indent, p.s.Red("-"), tipText(e.was))
			p.line("%s    %s %s", indent, p.s.Green("+"), tipText(e.will))
			p.words(indent+"        ", e.was["text"], e.will["text"])
		case e.was != nil:
			p.line("%s    %s %s", indent, p.s.Red("-"), tipText(e.was))
		default:
			p.line("%s    %s %s", indent, p.s.Green("+"), tipText(e.will))
		}
	}
	end := "  ]"
	if isNull(f.After) {
		end += " -> " + p.s.Dim("(API default)")
	}
	p.line("%s%s%s", indent, end, comment)
}

// tipLines writes the tips of a list that change, each on a line of its own.
func (p *planPrinter) tipLines(indent, name string, f reconcile.FieldChange, comment string) {
	for i, e := range tipChanges(f) {
		at := fmt.Sprintf("%s[%d]", name, i)
		switch {
		case maps.Equal(e.was, e.will):
			continue
		case e.was == nil:
			p.line("%s%s %s = %s%s", indent, p.paint("+"), at, tipText(e.will), comment)
		case e.will == nil && isNull(f.After):
			p.line("%s%s %s = %s -> %s%s", indent, p.paint("-"), at, tipText(e.was), p.s.Dim("(API default)"), comment)
		case e.will == nil:
			p.line("%s%s %s = %s%s", indent, p.paint("-"), at, tipText(e.was), comment)
		default:
			p.line("%s%s %s = %s -> %s%s", indent, p.paint("~"), at, tipText(e.was), tipText(e.will), comment)
			p.words(indent+"    ", e.was["text"], e.will["text"])
		}
	}
}

// tipChange is one element of a list of tips before and after; nil where there is none.
type tipChange struct{ was, will map[string]string }

func tipChanges(f reconcile.FieldChange) []tipChange {
	var before, after []map[string]string
	_ = json.Unmarshal(f.Before, &before) // null leaves the list empty
	_ = json.Unmarshal(f.After, &after)
	list := make([]tipChange, max(len(before), len(after)))
	for i := range list {
		if i < len(before) {
			list[i].was = before[i]
		}
		if i < len(after) {
			list[i].will = after[i]
		}
	}
	return list
}

func tipText(t map[string]string) string {
	var parts []string
	for _, key := range []string{"text", "iconLink"} {
		if v, ok := t[key]; ok {
			parts = append(parts, key+" = "+terminal.Quote(v))
		}
	}
	return "{ " + strings.Join(parts, ", ") + " }"
}
