// Package linting runs lint over stacks: what is wrong with them and their quality, without
// what is ignored or recorded in a baseline, which it writes.
//
// It knows neither flags nor how findings are written for people or machines.
package linting

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"path"
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
	Variables   map[string]cty.Value // that the stack declares
	Skipped     []rule.ID            // rules that need a source language, where nobody says which that is
	Awoken      []rule.ID            // rules that are off and ran since they were asked for
	Known       int                  // findings that were there at Options.Base
	BaseBroken  bool                 // the files had errors at Options.Base
	Unshared    hcl.Diagnostics      // what an include brings and this stack does not use; findings where no other does
	Broken      bool                 // what the stack declares is not all known
}

// run is one run of lint over stacks.
type run struct {
	Options
	Linted
	root      *workspace.Workspace
	names     []string // of Files, as findings name them
	baselines map[string]*workspace.Baseline
	looked    map[string]bool // files and directories that were looked at
}

// Lint checks what Validate checks and the quality of what is declared. With files it
// checks the stacks that they belong to, and parts the findings in those files from others.
func Lint(w *workspace.Workspace, opts Options) (*Linted, error) {
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
	return l.end()
}

func newRun(w *workspace.Workspace, opts Options) *run {
	l := &run{Options: opts, root: w.Below("."), baselines: make(map[string]*workspace.Baseline), looked: make(map[string]bool)}
	l.Sources, l.Linted.Files = make(map[string][]byte), opts.Files
	l.root.Wanted, l.Partial = opts.Rules, opts.Tokens || len(opts.Files) > 0
	return l
}

// end counts what is in the baselines, and orders what was found.
func (l *run) end() (*Linted, error) {
	if err := l.endBaselines(); err != nil {
		return nil, err
	}
	l.Suppressed = slices.DeleteFunc(l.Suppressed, func(d *hcl.Diagnostic) bool { return !l.isMeant(d) })
	l.Diagnostics, l.Elsewhere, l.Suppressed = schema.SortFindings(l.Diagnostics), schema.SortFindings(l.Elsewhere), schema.SortFindings(l.Suppressed)
	return &l.Linted, nil
}

// Judge is Lint of a stack that has been read already, and what was found in doing so.
func Judge(w *workspace.Workspace, loaded *stack.Stack, diags hcl.Diagnostics) (*Linted, error) {
	l := newRun(w, Options{})
	if err := l.loaded(w, loaded, diags); err != nil {
		return nil, err
	}
	return l.end()
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
	isShared := func(e schema.Edit) bool {
		name, err := filepath.Rel(filepath.FromSlash(prefix), filepath.FromSlash(e.At.Filename))
		return err != nil || !filepath.IsLocal(name)
	}
	if !slices.ContainsFunc(f.Edits, isShared) {
		return d
	}
	c := *d
	f.Edits = nil
	c.Extra = &f
	return &c
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
	switch {
	case !diags.HasErrors():
		if !l.Tokens {
			l.looked[path.Clean(filepath.ToSlash(w.Prefix))] = true
		}
		for name := range loaded.Sources {
			l.looked[name] = true
		}
	case l.Record != RecordNothing: // what was not read would be missing
		return &workspace.InvalidError{Diagnostics: schema.SortFindings(found), Sources: loaded.Sources}
	}
	baseline, err := l.baseline(w, loaded)
	if err != nil {
		return err
	}
	if baseline != nil {
		found = baseline.Apply(found, loaded.Sources, baseline.Name)
	}
	if found, err = l.onlyNew(w, loaded, found); err != nil {
		return err
	}
	l.Suppressed = append(l.Suppressed, suppressed...)
	maps.Copy(l.Sources, loaded.Sources)
	for _, d := range found {
		if !l.Shared {
			d = own(d, w.Prefix)
		}
		switch {
		case l.Shared && isIncluded(loaded, d):
			l.Unshared = append(l.Unshared, d)
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
	unused := []rule.ID{rule.UnusedTheme, rule.UnusedLocal, rule.UnusedVariable}
	return d.Subject != nil && slices.Contains(unused, schema.FindingOf(d).Rule) && slices.ContainsFunc(s.Module.Sources.Included, func(i *config.Declarations) bool {
		return slices.ContainsFunc(i.Blocks, func(b *config.Declaration) bool { return b.DefRange.Filename == d.Subject.Filename })
	})
}

// judge finds what is wrong with a stack and is not ignored.
func (l *run) judge(w *workspace.Workspace, s *stack.Stack, faults hcl.Diagnostics) (found, suppressed hcl.Diagnostics, err error) {
	ignores, err := w.Ignores(s)
	if err != nil {
		return nil, nil, err
	}
	rules := lint.Stack
	if l.Tokens {
		rules = func(s *stack.Stack) hcl.Diagnostics { return lint.Tokens(s, faults) }
	}
	all := slices.Concat(faults, rules(s))
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
func (l *run) asks(id rule.ID) bool {
	if len(l.Rules) > 0 || !l.Tokens {
		return len(l.Rules) == 0 || slices.Contains(l.Rules, id)
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
	l.Known += len(known.Suppressed)
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

// baseline opens the baseline of a stack, once for all that share it; nil for none.
func (l *run) baseline(w *workspace.Workspace, s *stack.Stack) (*workspace.Baseline, error) {
	at, name := w, s.Module.Settings.Baseline
	if l.Baseline != "" {
		at, name = l.root, l.Baseline
	}
	if name == "" {
		if l.Record != RecordNothing {
			return nil, workspace.Failf("Invalid flags", `-write-baseline writes the file that -baseline=FILE, or baseline = "FILE" in the lint block, names.`)
		}
		return nil, nil
	}
	file := at.Dir.Path(filepath.FromSlash(name))
	if b, ok := l.baselines[file]; ok {
		return b, nil
	}
	b, err := at.Config.Baseline(name)
	if l.Record == RecordAll && errors.Is(err, fs.ErrNotExist) {
		b, err = at.NewBaseline(name), nil
	}
	if err != nil {
		return nil, err
	}
	if l.Record == RecordAll {
		b.RecordAll()
	}
	l.baselines[file] = b
	return b, nil
}

// endBaselines counts what is in the baselines, and writes them if that was asked for.
func (l *run) endBaselines() error {
	for _, file := range slices.Sorted(maps.Keys(l.baselines)) {
		b := l.baselines[file]
		l.Baselined += len(b.Suppressed)
		l.Suppressed = append(l.Suppressed, b.Suppressed...)
		looked := func(id rule.ID, name string) bool {
			name = path.Join(path.Dir(b.Shown), name)
			return l.asks(id) && (l.looked[name] || l.looked[path.Dir(name)])
		}
		if l.Record == RecordNothing {
			l.Stale += b.Stale(looked)
			continue
		}
		if err := workspace.Directory(".").WriteFile(file, b.Write(looked), 0o644); err != nil {
			return workspace.Failf("Cannot write the baseline", "%v.", err)
		}
	}
	return nil
}
