package workspace

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"

	"livery/schema"
	"livery/schema/lint"
	"livery/schema/stack"
)

// Linted is what lint has found.
type Linted struct {
	Findings   hcl.Diagnostics
	Suppressed hcl.Diagnostics // what is not to be shown, each with the reason
	Sources    map[string][]byte
	Skipped    []schema.RuleID // rules that need a source language, where nobody says which that is
}

// Lint checks what Validate checks and the quality of what is declared. With files
// it checks the stacks that they belong to, and gives the findings in those files.
func (w *Workspace) Lint(files []string) (*Linted, error) {
	dirs := []string{"."}
	if len(files) > 0 {
		dirs = dirs[:0]
	}
	names := make([]string, len(files))
	for i, file := range files {
		if _, err := os.Stat(w.Dir.Path(file)); err != nil {
			return nil, Failf("No such file", "%v.", named(file, err))
		}
		names[i] = filepath.ToSlash(filepath.Clean(file))
		dirs = append(dirs, filepath.Dir(names[i]))
	}
	slices.Sort(dirs)
	isMeant := func(d *hcl.Diagnostic) bool {
		return len(names) == 0 || d.Subject == nil || slices.Contains(names, d.Subject.Filename)
	}
	all := &Linted{Sources: make(map[string][]byte)}
	for _, dir := range slices.Compact(dirs) {
		one, err := lintStack(w.Below(dir))
		if err != nil {
			return nil, err
		}
		maps.Copy(all.Sources, one.Sources)
		if len(one.Skipped) > len(all.Skipped) {
			all.Skipped = one.Skipped
		}
		for _, d := range one.Findings {
			if isMeant(d) {
				all.Findings = append(all.Findings, d)
			}
		}
		for _, d := range one.Suppressed {
			if isMeant(d) {
				all.Suppressed = append(all.Suppressed, d)
			}
		}
	}
	all.Findings, all.Suppressed = schema.SortFindings(all.Findings), schema.SortFindings(all.Suppressed)
	return all, nil
}

// lintStack checks one stack.
func lintStack(w *Workspace) (*Linted, error) {
	loaded, diags, err := reload(w, new(stack.Stack), stack.NeedNothing)
	if err != nil {
		return nil, err
	}
	found, ignores, err := w.withoutIgnored(loaded, slices.Concat(diags, lint.Stack(loaded), emptyStack(loaded)))
	if err != nil {
		return nil, err
	}
	if _, compared := lint.Source(loaded); !diags.HasErrors() {
		found = append(found, ignores.Unused(func(id schema.RuleID) bool {
			rule, _ := schema.RuleByID(id)
			return compared || !rule.Source
		})...)
	}
	return &Linted{Findings: found, Suppressed: ignores.Suppressed, Sources: loaded.Sources, Skipped: lint.WithoutSource(loaded)}, nil
}

// withoutIgnored leaves out findings that the files of the stack ignore.
func (c *Config) withoutIgnored(s *stack.Stack, diags hcl.Diagnostics) (hcl.Diagnostics, *lint.Ignores, error) {
	now := c.Now()
	if text := c.Getenv("LIVERY_NOW"); text != "" {
		set, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return nil, nil, Failf("Invalid LIVERY_NOW", "%q is no time such as 2027-01-31T00:00:00Z.", text)
		}
		now = set
	}
	ignores := lint.IgnoresOf(s, now)
	return ignores.Apply(diags), ignores, nil
}
