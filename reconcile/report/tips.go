package report

import (
	"encoding/json"
	"maps"
	"strings"

	"livery/reconcile"
	"livery/reconcile/terminal"
)

// tips writes a list of tips element by element.
func (p *planPrinter) tips(indent, symbol, name string, f reconcile.FieldChange) {
	var before, after []map[string]string
	_ = json.Unmarshal(f.Before, &before) // null leaves the list empty
	_ = json.Unmarshal(f.After, &after)
	p.line("%s%s %s = [", indent, symbol, name)
	for i := range max(len(before), len(after)) {
		var was, will map[string]string
		if i < len(before) {
			was = before[i]
		}
		if i < len(after) {
			will = after[i]
		}
		switch {
		case maps.Equal(was, will):
			p.line("%s      %s", indent, p.tip(was))
		case was == nil:
			p.line("%s    %s %s", indent, p.s.Green("+"), p.tip(will))
		case will == nil:
			p.line("%s    %s %s", indent, p.s.Red("-"), p.tip(was))
		default:
			p.line("%s    %s %s", indent, p.s.Red("-"), p.tip(was))
			p.line("%s    %s %s", indent, p.s.Green("+"), p.tip(will))
		}
	}
	end := "  ]"
	if isNull(f.After) {
		end += " -> " + p.s.Dim("(API default)")
	}
	p.line("%s%s%s", indent, end, p.comment(f))
}

func (p *planPrinter) tip(t map[string]string) string {
	var parts []string
	for _, key := range []string{"text", "iconLink"} {
		if v, ok := t[key]; ok {
			parts = append(parts, key+" = "+terminal.Quote(v))
		}
	}
	return "{ " + strings.Join(parts, ", ") + " }"
}
