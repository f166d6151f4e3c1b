package markdown

import (
	"fmt"
	"strings"

	"livery/reconcile"
	"livery/schema"
)

// mostNamed is how many values a sentence names.
const mostNamed = 5

// NotCompared says in a sentence what could not be compared, and why.
func NotCompared(list []reconcile.NotComparable) string {
	names := make([]string, 0, mostNamed)
	for _, n := range list[:min(len(list), mostNamed)] {
		what := strings.TrimSuffix(strings.TrimSpace(n.Address.String()), ".")
		names = append(names, Text(shorten(strings.TrimSpace(what+" "+n.Path), 200)+" ("+shorten(n.Reason, 200)+")"))
	}
	more := ""
	if len(list) > mostNamed {
		more = fmt.Sprintf(" and %d more", len(list)-mostNamed)
	}
	return fmt.Sprintf("**%s cannot be compared:** %s%s.", schema.Plural(len(list), "value"), strings.Join(names, "; "), more)
}

// Short is Markdown that shows a text which may be of any length, as the name of a branch.
func Short(s string) string { return Text(shorten(s, 200)) }
