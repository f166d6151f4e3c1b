package report

import (
	"fmt"
	"io"
	"strings"

	"livery/reconcile/inspect"
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

// WriteNothingInShard says that a part of so many stacks is empty.
func WriteNothingInShard(w io.Writer, shard string, all int) {
	fmt.Fprintf(w, "Nothing in shard %s (%s).\n", shard, schema.Plural(all, "stack"))
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
