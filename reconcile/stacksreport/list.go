// Package stacksreport writes what there is to say of many stacks: which there are, and why
// a change reaches them.
//
// It does not know what was done with the stacks, nor in which order it was done.
package stacksreport

import (
	"fmt"
	"io"
	"strings"

	"livery/reconcile/inspect"
	"livery/reconcile/stacks"
	"livery/reconcile/terminal"
	"livery/schema"
)

// WriteStacks lists stacks by their paths, one a line; with the reasons, a line for each.
func WriteStacks(w io.Writer, s *stacks.Selected, why bool) error {
	var b strings.Builder
	for _, p := range s.Paths {
		if !why || s.Changes.Unavailable != "" {
			b.WriteString(terminal.Escape(p, "") + "\n")
			continue
		}
		for _, reason := range s.Changes.Why[p] {
			fmt.Fprintf(&b, "%s: %s\n", terminal.Escape(p, ""), terminal.Escape(reason, ""))
		}
	}
	if s.Changes != nil && len(s.Paths) > 0 { // else it has been said with why there is nothing else
		writeGone(&b, s.Changes.Gone)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func writeGone(w io.Writer, list []stacks.Gone) {
	for _, gone := range list {
		fmt.Fprintf(w, "%s: %s\n", terminal.Escape(gone.Path, ""), GoneText(gone))
	}
}

// GoneText says that a stack is gone, and what it leaves behind.
func GoneText(gone stacks.Gone) string {
	if gone.State == "" {
		return "gone"
	}
	return "gone, leaves its state " + terminal.Escape(gone.State, "")
}

// WriteUnavailable says that it is not known what has changed, if that is so. It stands
// apart from the list, which programs read.
func WriteUnavailable(w io.Writer, s *stacks.Selected) {
	if c := s.Changes; c != nil && c.Unavailable != "" {
		fmt.Fprintf(w, "Every stack counts as affected: %s.\n", terminal.Escape(c.Unavailable, ""))
	}
}

// WriteNothingSelected says why a run is about no stack.
func WriteNothingSelected(w io.Writer, s *stacks.Selected) {
	if c := s.Changes; s.Of == 0 && c != nil {
		fmt.Fprintf(w, "No stack is affected by the changes since %s (%s).\n", terminal.Escape(c.Commit.Ref, ""), c.Commit.Short())
		if c.Outside {
			fmt.Fprintln(w, "Values of variables from outside are not compared.")
		}
		writeGone(w, c.Gone)
		return
	}
	if s.Shard.Of == 0 {
		fmt.Fprintf(w, "None of %s is left: -not-stack leaves all of them out.\n", schema.Plural(len(s.All), "stack"))
		return
	}
	fmt.Fprintf(w, "Nothing in shard %s (%s).\n", s.Shard, schema.Plural(s.Of, "stack"))
}

type stackJSON struct {
	Path      string   `json:"path"`
	Documents int      `json:"documents"`
	Sessions  int      `json:"sessions"`
	Backend   string   `json:"backend"`
	BaseURL   string   `json:"base_url"`
	Files     []string `json:"files"`
	Affected  bool     `json:"affected"`
	Why       []string `json:"why"`
	Valid     bool     `json:"valid"`
}

// sinceJSON is what stacks are compared with.
type sinceJSON struct {
	Ref         string  `json:"ref"`
	Commit      *string `json:"commit"` // where the checkout left it; null if this clone lacks it
	Unavailable string  `json:"unavailable,omitempty"`
	Outside     bool    `json:"variables_from_outside"` // which are not compared
}

// goneJSON is a stack that only the base has.
type goneJSON struct {
	Path     string  `json:"path"`
	Affected bool    `json:"affected"` // it is never applied
	Gone     bool    `json:"gone"`
	State    *string `json:"state"`
}

// WriteStacksJSON writes what there is to say of stacks as one object; root is the
// directory that their paths are relative to. Without a base, all stacks count as affected.
func WriteStacksJSON(w io.Writer, root string, s *stacks.Selected, list []*inspect.Description) error {
	out := struct {
		FormatVersion string     `json:"format_version"`
		Root          string     `json:"root"`
		Base          *sinceJSON `json:"base,omitempty"`
		Stacks        []any      `json:"stacks"`
	}{FormatVersion: "1.0", Root: root, Stacks: make([]any, 0, len(list))}
	c := s.Changes
	if c == nil {
		c = new(stacks.Changes)
	} else {
		out.Base = &sinceJSON{Ref: c.Commit.Ref, Unavailable: c.Unavailable, Outside: c.Outside}
		if c.Unavailable == "" {
			out.Base.Commit = &c.Commit.ID
		}
	}
	for _, d := range list {
		why := c.Why[d.Path]
		if why == nil {
			why = []string{}
		}
		out.Stacks = append(out.Stacks, stackJSON{d.Path, d.Documents, d.Sessions, d.Backend, d.BaseURL, d.Files, true, why, d.Valid})
	}
	for _, gone := range c.Gone {
		g := goneJSON{Path: gone.Path, Gone: true}
		if gone.State != "" {
			g.State = &gone.State
		}
		out.Stacks = append(out.Stacks, g)
	}
	return terminal.WriteJSONLine(w, out)
}
