package markdown

import (
	"fmt"
	"strings"

	"livery/schema"
)

// Stack is one of many stacks, and what it has come to.
type Stack struct{ Path, Text string }

// stacks is a report of many stacks: a row for each, as many as the limit lets in. What is
// left out is said first.
func (r *Report) stacks(limit int) string {
	for shown := len(r.Stacks); ; shown-- {
		left := ""
		if n := len(r.Stacks) - shown; n > 0 {
			left = fmt.Sprintf("Shortened to fit: %s not shown.%s", schema.Plural(n, "stack"), r.full())
		}
		var b strings.Builder
		b.WriteString(r.head(left, r.Verdict))
		if shown > 0 {
			b.WriteString("\n| stack | result |\n|---|---|\n")
		}
		for _, s := range r.Stacks[:shown] {
			fmt.Fprintf(&b, "| %s | %s |\n", Text(shorten(s.Path, 200)), Text(shorten(s.Text, 200)))
		}
		if text := b.String(); shown == 0 || fits(text, limit) {
			return text
		}
	}
}
