package report

import (
	"fmt"
	"io"
	"strings"

	"livery/reconcile/inspect"
	"livery/reconcile/stacks"
	"livery/reconcile/terminal"
	"livery/schema"
)

// WriteStacks lists stacks by their paths, one a line.
func WriteStacks(w io.Writer, paths []string) error {
	var b strings.Builder
	for _, p := range paths {
		b.WriteString(terminal.Escape(p, "") + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteNothingSelected says why a run is about no stack.
func WriteNothingSelected(w io.Writer, s *stacks.Selected) {
	fmt.Fprintf(w, "Nothing in shard %s (%s).\n", s.Shard, schema.Plural(s.Of, "stack"))
}

type stackJSON struct {
	Path      string   `json:"path"`
	Documents int      `json:"documents"`
	Sessions  int      `json:"sessions"`
	Backend   string   `json:"backend"`
	BaseURL   string   `json:"base_url"`
	Files     []string `json:"files"`
	Valid     bool     `json:"valid"`
}

// WriteStacksJSON writes what there is to say of stacks as one object; root is the
// directory that their paths are relative to.
func WriteStacksJSON(w io.Writer, root string, list []*inspect.Description) error {
	out := struct {
		FormatVersion string      `json:"format_version"`
		Root          string      `json:"root"`
		Stacks        []stackJSON `json:"stacks"`
	}{"1.0", root, make([]stackJSON, 0, len(list))}
	for _, d := range list {
		out.Stacks = append(out.Stacks, stackJSON(*d))
	}
	return terminal.WriteJSONLine(w, out)
}
