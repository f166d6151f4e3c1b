package linting

import (
	"errors"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"livery/reconcile/workspace"
	"livery/schema"
	"livery/schema/rule"
	"livery/schema/stack"
	"livery/schema/suppress"
)

// baseline is the baseline of one stack or of several.
type baseline struct {
	*workspace.Baseline
	stacks []string // that have it, by their paths, where several are looked at

	// looked are the files and directories of these stacks, as findings name them, and whether
	// they are in the directory of one: what lies elsewhere may be read by other stacks too.
	looked map[string]bool

	included map[string]bool // files that a stack includes, which others may too
}

// baseline opens the baseline of a stack; nil for none. Each stack has it for itself: what
// two of them find in a file that both read is one entry.
func (l *run) baseline(w *workspace.Workspace, s *stack.Stack) (*baseline, error) {
	at, name := w, s.Module.Settings.Baseline
	if l.Options.Baseline != "" {
		at, name = l.root, l.Options.Baseline
	}
	switch {
	case name != "":
	case l.Record == RecordNothing:
		return nil, nil
	case s.Module.Broken: // what does not parse may name it
		l.Unrecorded++
		return nil, nil
	default:
		return nil, workspace.Failf("Invalid flags", `-write-baseline writes the file that -baseline=FILE, or baseline = "FILE" in the lint block, names.`)
	}
	b, err := at.Config.Baseline(name)
	if l.Record == RecordAll && errors.Is(err, fs.ErrNotExist) {
		b, err = at.NewBaseline(name), nil
	}
	if err != nil {
		return nil, err
	}
	switch {
	case l.Record != RecordNothing && s.Module.Broken:
		l.Unrecorded++
	case l.Record == RecordAll:
		b.RecordAll()
	}
	return &baseline{Baseline: b, looked: make(map[string]bool), included: make(map[string]bool)}, nil
}

// takeBaseline takes the baseline of a stack to those of the others. What a stack with errors
// does not have may come back when they are mended; nothing at all is known of one that does
// not parse.
func (l *run) takeBaseline(b *baseline, w *workspace.Workspace, s *stack.Stack, hasErrors bool) {
	if !hasErrors {
		for name := range s.Sources {
			isOwn := l.Tokens && len(l.Options.Files) > 0 || isBelow(w.Prefix, name)
			b.looked[name] = isOwn
			if dir := path.Dir(name); !l.Tokens {
				b.looked[dir] = b.looked[dir] || isOwn
			}
		}
	}
	for _, d := range s.Module.Sources.Included {
		if d.File != nil {
			b.included[d.File.Name] = true
		}
	}
	if l.Record == RecordNothing || !s.Module.Broken {
		l.joinBaseline(b)
	}
}

func (l *Linted) joinBaseline(b *baseline) {
	file := filepath.Clean(b.Path)
	before := l.baselines[file]
	if before == nil {
		if l.baselines == nil {
			l.baselines = make(map[string]*baseline)
		}
		l.baselines[file] = b
		return
	}
	before.Join(b.Baseline.Baseline)
	before.stacks = append(before.stacks, b.stacks...)
	maps.Copy(before.included, b.included)
	for name, isOwn := range b.looked {
		before.looked[name] = before.looked[name] || isOwn
	}
}

// HasBaseline reports whether a stack has a baseline.
func (l *Linted) HasBaseline() bool { return len(l.baselines) > 0 || l.Unrecorded > 0 }

// Add adds what is counted of one of many stacks, its baselines, and what it does not use.
func (l *Linted) Add(name string, one *Linted) {
	for _, b := range one.baselines {
		b.stacks, b.Suppressed = []string{name}, nil
		l.joinBaseline(b)
	}
	if l.known == nil {
		l.known = new(suppress.Baseline)
	}
	l.known.Join(one.known)
	l.Known = l.known.Count()
	for _, d := range one.Unshared {
		schema.Amend(d, func(f *schema.Finding) { f.Stacks = []string{name} })
	}
	l.Unshared = append(l.Unshared, one.Unshared...)
	l.Faulty, l.Unrecorded = l.Faulty+one.Faulty, l.Unrecorded+one.Unrecorded
	l.Broken, l.BaseBroken = l.Broken || one.Broken, l.BaseBroken || one.BaseBroken
	if len(one.Awoken) > len(l.Awoken) {
		l.Awoken = one.Awoken
	}
	if len(one.Skipped) > len(l.Skipped) {
		l.Skipped = one.Skipped
	}
}

// RecordUnused records findings that only many stacks together can have, in the baselines of those
// that have them.
func (l *Linted) RecordUnused(diags hcl.Diagnostics) {
	for _, b := range l.baselines {
		isIts := func(stack string) bool { return slices.Contains(b.stacks, stack) }
		its := slices.DeleteFunc(slices.Clone(diags), func(d *hcl.Diagnostic) bool { return !slices.ContainsFunc(schema.FindingOf(d).Stacks, isIts) })
		_ = b.Apply(its, l.Sources, b.Name) // all are taken up
	}
}

// EndBaselines counts what is in the baselines, and writes them if that was asked for. Whole
// says that all stacks from a directory down were looked at, or the stack that is there:
// the files outside of it may be read by others, which have their baseline elsewhere too.
func (l *Linted) EndBaselines(dir string, opts Options, whole bool) error {
	for _, file := range slices.Sorted(maps.Keys(l.baselines)) {
		b := l.baselines[file]
		l.Baselined += b.Count()
		looked := func(id rule.ID, name string) bool {
			name = b.InFindings(name)
			isOwn, ok := b.looked[name]
			if !ok {
				isOwn, ok = b.looked[path.Dir(name)]
			}
			isAll := whole && l.Faulty == 0 && (isBelow(dir, b.Shown) || isBelow(dir, name)) && (opts.Shared || !isAboutUse(id))
			isOwn = isOwn && !(isAboutUse(id) && b.included[name]) // another stack may use it
			return ok && opts.asks(id) && (isOwn || isAll)
		}
		if opts.Record == RecordNothing {
			l.Stale += b.Stale(looked)
			continue
		}
		if b.Stale(func(rule.ID, string) bool { return true }) > 0 {
			l.Unpruned = l.Faulty - l.Unrecorded
		}
		if err := workspace.Directory(".").WriteFile(file, b.Write(looked), 0o644); err != nil {
			return workspace.Failf("Cannot write the baseline", "%v.", err)
		}
	}
	return nil
}
