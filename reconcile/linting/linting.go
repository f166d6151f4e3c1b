// Package linting runs lint over stacks: what is wrong with them and their quality, without
// what is ignored or recorded in a baseline, which it writes.
//
// It knows neither flags nor how findings are written for people or machines.
package linting

import (
	"context"
	"maps"
	"path/filepath"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"livery/reconcile/comparison"
	"livery/reconcile/workspace"
	"livery/schema"
	"livery/schema/config"
	"livery/schema/lint"
	"livery/schema/rule"
	"livery/schema/stack"
	"livery/schema/suppress"
	"livery/schema/texts"
)

// Options says what to look at, and what not to show.
type Options struct {
	Files    []string  // findings in these alone, in the stacks that they belong to; none for the stack
	Tokens   bool      // the design tokens alone, used or not: those of Files, without a stack, or of the stack
	Rules    []rule.ID // findings of these alone, and faults; none for all. One that is off runs
	Base     string    // a commit: findings that were there where the checkout left it are not shown; "" for none
	Baseline string    // "" for that of the lint block
	Record   Record
	Shared   bool // this is one of all stacks that there are: files outside of its directory are mended too, and Unshared is looked for
}

// Record says what becomes of the baseline.
type Record string

const (
	RecordNothing Record = ""
	RecordAll     Record = "all"   // it holds what is found now
	RecordPrune   Record = "prune" // it loses what no longer occurs
)

// Linted is what lint has found.
type Linted struct {
	Files       []string // that were asked for; none for the whole stack
	Partial     bool     // not all of a stack was looked at
	Diagnostics hcl.Diagnostics
	Elsewhere   hcl.Diagnostics // in other files of the stacks
	Suppressed  hcl.Diagnostics // what is not to be shown, each with the reason
	Sources     map[string][]byte
	Baselined   int                  // findings that are in the baseline
	Stale       int                  // entries of the baseline that no longer occur
	Faulty      int                  // stacks with errors: what they would have besides is not all known
	Unpruned    int                  // of these, those whose findings were recorded while others, no longer found, had to stay
	Unrecorded  int                  // of these, those that it was not written of, since a file does not parse
	Variables   map[string]cty.Value // that the stack declares
	Skipped     []rule.ID            // rules that need a source language, where nobody says which that is
	Awoken      []rule.ID            // rules that are off and ran since they were asked for
	Known       int                  // findings that were there at Options.Base
	BaseBroken  bool                 // the files had errors at Options.Base
	Unshared    hcl.Diagnostics      // what an include brings and this stack does not use; findings where no other does
	Broken      bool                 // what the stack declares is not all known

	baselines map[string]*baseline // of the stacks, by their files
	known     *suppress.Baseline   // what was there at Options.Base
}

// run is one run of lint over stacks.
type run struct {
	Options
	Linted
	root  *workspace.Workspace
	names []string // of Files, as findings name them
}

// Lint checks what Validate checks and the quality of what is declared. With files it
// checks the stacks that they belong to, and parts the findings in those files from others.
func Lint(w *workspace.Workspace, opts Options) (*Linted, error) {
	linted, err := Look(w, opts)
	if err != nil {
		return nil, err
	}
	return linted, linted.EndBaselines(w.Prefix, opts, len(opts.Files) == 0 || opts.Tokens)
}

// Look is Lint of one of many stacks, whose baselines are not ended yet.
func Look(w *workspace.Workspace, opts Options) (*Linted, error) {
	l := newRun(w, opts)
	dirs, err := l.directories()
	if err != nil {
		return nil, err
	}
	for _, dir := range dirs {
		if err := l.stack(l.root.Below(dir)); err != nil {
			return nil, err
		}
	}
	return l.end(), nil
}

func newRun(w *workspace.Workspace, opts Options) *run {
	l := &run{Options: opts, root: w.Below(".")}
	l.Sources, l.Linted.Files, l.known = make(map[string][]byte), opts.Files, new(suppress.Baseline)
	l.root.Wanted, l.Partial = opts.Rules, opts.Tokens || len(opts.Files) > 0
	return l
}

// end orders what was found.
func (l *run) end() *Linted {
	l.Suppressed = slices.DeleteFunc(l.Suppressed, func(d *hcl.Diagnostic) bool { return !l.isMeant(d) })
	l.Diagnostics, l.Elsewhere, l.Suppressed = schema.SortFindings(l.Diagnostics), schema.SortFindings(l.Elsewhere), schema.SortFindings(l.Suppressed)
	return &l.Linted
}

// Judge is Lint of a stack that has been read already, and what was found in doing so.
func Judge(w *workspace.Workspace, loaded *stack.Stack, diags hcl.Diagnostics) (*Linted, error) {
	l := newRun(w, Options{})
	if err := l.loaded(w, loaded, diags); err != nil {
		return nil, err
	}
	return l.end(), nil
}

// directories are those of the stacks to look at.
func (l *run) directories() ([]string, error) {
	if len(l.Linted.Files) == 0 {
		return []string{"."}, nil
	}
	if l.Record != RecordNothing && !l.Tokens {
		return nil, workspace.Failf("Invalid flags", "-write-baseline is about whole stacks: leave out the names of files.")
	}
	var dirs []string
	if l.Tokens {
		return []string{"."}, nil
	}
	for _, file := range l.Linted.Files {
		if _, err := l.root.Dir.ReadFile(file); err != nil {
			return nil, workspace.Failf("Cannot read a file", "%v.", err)
		}
		if abs, err := filepath.Abs(l.root.Dir.Path(".")); err == nil && filepath.IsAbs(file) {
			if way, err := filepath.Rel(abs, file); err == nil {
				file = way
			}
		}
		l.names = append(l.names, filepath.ToSlash(filepath.Join(l.root.Prefix, file)))
		dir, found := l.root.Dir.StackOf(file)
		if !found {
			return nil, workspace.Failf("No stack to check", "%s is in no stack: neither its directory nor one above it holds a *.livery.hcl or *.livery.json file.", file)
		}
		dirs = append(dirs, dir)
	}
	slices.Sort(dirs)
	return slices.Compact(dirs), nil
}

// isMeant reports whether a finding is in one of the files that were asked for.
func (l *run) isMeant(d *hcl.Diagnostic) bool {
	switch {
	case len(l.names) == 0:
		return true
	case d.Subject == nil: // those of a directory that others include declare no documents
		return schema.FindingOf(d).Rule != rule.NothingToApply
	default:
		return slices.Contains(l.names, d.Subject.Filename)
	}
}

// own is a finding without edits of files outside of the directory of its stack: other
// stacks may share them.
func own(d *hcl.Diagnostic, prefix string) *hcl.Diagnostic {
	f := schema.FindingOf(d)
	isShared := func(e schema.Edit) bool { return !isBelow(prefix, e.At.Filename) }
	if !slices.ContainsFunc(f.Edits, isShared) {
		return d
	}
	c := *d
	f.Edits = nil
	c.Extra = &f
	return &c
}

// isBelow reports whether a file is in a directory or below.
func isBelow(dir, name string) bool {
	way, err := filepath.Rel(filepath.FromSlash(dir), filepath.FromSlash(name))
	return err == nil && filepath.IsLocal(way)
}

// stack checks one stack.
func (l *run) stack(w *workspace.Workspace) error {
	loaded, diags, err := l.load(w)
	if err != nil {
		return err
	}
	return l.loaded(w, loaded, diags)
}

// loaded checks a stack that has been read already.
func (l *run) loaded(w *workspace.Workspace, loaded *stack.Stack, diags hcl.Diagnostics) error {
	found, suppressed, err := l.judge(w, loaded, diags)
	if err != nil {
		return err
	}
	l.note(loaded)
	l.Variables, l.Broken = loaded.Variables, l.Broken || loaded.Module.Broken
	if diags.HasErrors() {
		l.Faulty++
	}
	var unshared hcl.Diagnostics
	if l.Shared {
		included := func(d *hcl.Diagnostic) bool { return isIncluded(loaded, d) }
		unshared = slices.DeleteFunc(slices.Clone(found), func(d *hcl.Diagnostic) bool { return !included(d) })
		found = slices.DeleteFunc(found, included)
	}
	b, err := l.baseline(w, loaded)
	if err != nil {
		return err
	}
	if b != nil {
		found = b.Apply(found, loaded.Sources, b.Name)
		if l.Record != RecordAll { // it is not known yet whether another stack uses it
			unshared = b.Apply(unshared, loaded.Sources, b.Name)
		}
		l.Suppressed = append(l.Suppressed, b.Suppressed...)
		l.takeBaseline(b, w, loaded, diags.HasErrors())
	}
	if found, err = l.onlyNew(w, loaded, found); err != nil {
		return err
	}
	l.Suppressed, l.Unshared = append(l.Suppressed, suppressed...), append(l.Unshared, unshared...)
	maps.Copy(l.Sources, loaded.Sources)
	for _, d := range found {
		if !l.Shared {
			d = own(d, w.Prefix)
		}
		switch {
		case l.isMeant(d):
			l.Diagnostics = append(l.Diagnostics, d)
		case d.Subject != nil:
			l.Elsewhere = append(l.Elsewhere, d)
		}
	}
	return nil
}

// isIncluded reports whether a finding is about something unused that an include brings.
func isIncluded(s *stack.Stack, d *hcl.Diagnostic) bool {
	return d.Subject != nil && isAboutUse(schema.FindingOf(d).Rule) && slices.ContainsFunc(s.Module.Sources.Included, func(i *config.Declarations) bool {
		return slices.ContainsFunc(i.Blocks, func(b *config.Declaration) bool { return b.DefRange.Filename == d.Subject.Filename })
	})
}

// isAboutUse reports whether a rule finds what nothing uses.
func isAboutUse(id rule.ID) bool {
	return slices.Contains([]rule.ID{rule.UnusedTheme, rule.UnusedLocal, rule.UnusedVariable}, id)
}

// judge finds what is wrong with a stack and is not ignored.
func (l *run) judge(w *workspace.Workspace, s *stack.Stack, faults hcl.Diagnostics) (found, suppressed hcl.Diagnostics, err error) {
	ignores, err := w.Ignores(s)
	if err != nil {
		return nil, nil, err
	}
	rules := lint.Beside
	if l.Tokens {
		rules = lint.Tokens
	}
	all := slices.Concat(faults, rules(s, faults))
	if l.Shared {
		all = append(all, lint.Shared(s)...)
	}
	found = ignores.Apply(lint.Mendable(s, all))
	if !faults.HasErrors() {
		_, compared := texts.Source(s)
		found = append(found, ignores.Unused(func(id rule.ID) bool {
			row, _ := rule.ByID(id)
			return l.runs(row) && (compared || !row.Source)
		})...)
	}
	return slices.DeleteFunc(found, l.isUnasked), slices.DeleteFunc(ignores.Suppressed, l.isUnasked), nil
}

// isUnasked reports whether a finding is of a rule that was not asked for.
func (l *run) isUnasked(d *hcl.Diagnostic) bool {
	f := schema.FindingOf(d)
	return !suppress.IsFault(f) && !l.asks(f.Rule)
}

// asks reports whether findings of a rule are wanted.
func (o *Options) asks(id rule.ID) bool {
	if len(o.Rules) > 0 || !o.Tokens {
		return len(o.Rules) == 0 || slices.Contains(o.Rules, id)
	}
	row, _ := rule.ByID(id)
	return row.Group == rule.TokenGroup || id == rule.UnusedIgnore
}

// note notes which rules did not run as they are set.
func (l *run) note(s *stack.Stack) {
	skipped := slices.DeleteFunc(lint.WithoutSource(s), func(id rule.ID) bool { return !l.asks(id) })
	if len(skipped) > len(l.Skipped) {
		l.Skipped = skipped
	}
	for _, id := range l.Rules {
		if row, _ := rule.ByID(id); row.In(s.Module.Settings.Levels) == rule.Off && !slices.Contains(l.Awoken, id) {
			l.Awoken = append(l.Awoken, id)
		}
	}
}

// onlyNew gives the findings that were not there at the base.
func (l *run) onlyNew(w *workspace.Workspace, s *stack.Stack, found hcl.Diagnostics) (hcl.Diagnostics, error) {
	if l.Base == "" {
		return found, nil
	}
	ctx := w.Context
	if ctx == nil {
		ctx = context.Background()
	}
	before, err := comparison.StackAt(ctx, w, l.Base)
	if err != nil {
		return nil, err
	}
	var old hcl.Diagnostics
	if before.Module != nil {
		if old, _, err = l.judge(w, before.Stack, before.Faults); err != nil {
			return nil, err
		}
	}
	name := func(file string) string { return file }
	known := suppress.Earlier(schema.SortFindings(old), before.Sources, name, "it was there at "+l.Base)
	fresh := known.Apply(schema.SortFindings(found), s.Sources, name)
	l.known.Join(known)
	l.Known = l.known.Count()
	l.Suppressed = append(l.Suppressed, known.Suppressed...)
	l.BaseBroken = l.BaseBroken || before.Faults.HasErrors()
	return fresh, nil
}

// load reads a stack, or the token files that were asked for.
func (l *run) load(w *workspace.Workspace) (*stack.Stack, hcl.Diagnostics, error) {
	if l.Tokens && len(l.Options.Files) > 0 {
		return workspace.TokenFiles(w, l.Options.Files)
	}
	return workspace.Found(w)
}

// runs reports whether a rule is one of those that run.
func (l *run) runs(row rule.Rule) bool {
	if l.Tokens {
		return row.Group == rule.TokenGroup
	}
	return row.Phase != rule.Checking
}
