// Package comparison compares a stack with what it was at a commit: what a change does to
// the documents, whatever it does to the files.
//
// It reads no state and asks no network. It does not know how anything is written for
// people.
package comparison

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"golang.org/x/sync/errgroup"

	"livery/reconcile"
	"livery/reconcile/git"
	"livery/reconcile/workspace"
	"livery/schema"
	"livery/schema/config"
	"livery/schema/lint"
	"livery/schema/rule"
	"livery/schema/stack"
	"livery/schema/suppress"
	"livery/schema/wording"
)

// Options say what is compared.
type Options struct {
	Base    string // a commit
	Head    string // another one; "" for the files as they are
	TwoDots bool   // compare with Base itself, and not with the commit where the head left it
	Locales []schema.Locale
}

// Difference is what a change does to the documents, whatever it does to the files.
type Difference struct {
	*reconcile.Comparison
	Diagnostics hcl.Diagnostics // warnings about the base
	Sources     map[string][]byte

	Title        string      // the directory, from the top of its repository
	Base         git.Commit  // as it was asked for
	MergeBase    *git.Commit // what is compared with; nil for Base itself
	Distance     int         // how many commits the head is ahead of that
	Head         git.Commit
	WorkTree     bool // the head is the files as they are, beside that commit
	Dirty        bool // they differ from it
	FilesChanged int
	New          hcl.Diagnostics // findings that the base does not have
	Gone         int             // how many the base alone has

	Variables map[string]cty.Value // that one of the two declares
}

// Run compares what is declared with what a commit declares. It reads no state, needs no
// keys and no network, and writes nothing.
func Run(ctx context.Context, w *workspace.Workspace, o Options) (*Difference, error) {
	repo, err := git.Open(ctx, w.Dir.Path("."))
	if err != nil {
		return nil, GitFailure(err)
	}
	d := &Difference{Title: cmp.Or(repo.Prefix, path.Base(filepath.ToSlash(repo.Root))), WorkTree: o.Head == ""}
	from, err := d.find(ctx, repo, o)
	if err != nil {
		return nil, GitFailure(err)
	}
	given := w.Assignments
	w.Assignments = slices.Clone(given)
	for i := range w.Assignments { // one of the two need not declare what the other does
		w.Assignments[i].Shared = true
	}
	var base, head *side
	var work errgroup.Group
	work.Go(func() (err error) {
		base, err = sideAt(ctx, w, repo, from)
		return err
	})
	work.Go(func() (err error) {
		if d.WorkTree {
			head, err = sideNow(w)
		} else {
			head, err = sideAt(ctx, w, repo, d.Head)
		}
		return err
	})
	work.Go(func() (err error) {
		if d.WorkTree {
			d.FilesChanged, d.Dirty, err = repo.ChangedFiles(ctx, from)
		} else {
			d.FilesChanged, err = repo.Changed(ctx, from, d.Head)
		}
		return err
	})
	if err := work.Wait(); err != nil {
		return nil, GitFailure(err)
	}
	return d, cmp.Or(d.compare(w, base, head, o.Locales), d.declare(given))
}

// declare refuses values of variables that neither side declares, but for those that are said
// to other stacks too.
func (d *Difference) declare(given []config.Assignment) error {
	for _, a := range given {
		if _, declared := d.Variables[a.Name]; a.File == "" && !a.Shared && !declared {
			return workspace.Failf("Value for an undeclared variable", "-var sets %q, but neither side declares such a variable.%s",
				a.Name, wording.DidYouMean(a.Name, slices.Sorted(maps.Keys(d.Variables))))
		}
	}
	return nil
}

// find finds the commits, and gives the one that is compared with.
func (d *Difference) find(ctx context.Context, repo *git.Repository, o Options) (from git.Commit, err error) {
	if d.Base, err = repo.Commit(ctx, o.Base); err != nil {
		return from, err
	}
	if d.Head, err = repo.Commit(ctx, cmp.Or(o.Head, "HEAD")); err != nil {
		return from, err
	}
	from = d.Base
	if !o.TwoDots {
		if from, err = repo.MergeBase(ctx, d.Base, d.Head); err != nil {
			if said, ok := errors.AsType[*git.Error](err); ok {
				err = &git.Error{Summary: said.Summary, Detail: fmt.Sprintf("%s -two-dots compares with %s itself.", said.Detail, d.Base.Ref)}
			}
			return from, err
		}
		d.MergeBase = &from
	}
	d.Distance, err = repo.Distance(ctx, from, d.Head)
	return from, err
}

// Before is a stack as it was at a commit.
type Before struct {
	*stack.Stack
	Faults hcl.Diagnostics // of its files
	Commit git.Commit
}

// Warning says that the files had errors; nil if they had none. What could be understood of
// them is there.
func (b *Before) Warning() *hcl.Diagnostic {
	if !b.Faults.HasErrors() {
		return nil
	}
	return (&side{stack: b.Stack, faults: b.Faults}).warning(b.Commit.Ref)
}

// StackAt reads a stack as it was where the checkout left a commit; one that declares
// nothing if it was not there.
func StackAt(ctx context.Context, w *workspace.Workspace, ref string) (*Before, error) {
	repo, err := git.Open(ctx, w.Dir.Path("."))
	if err != nil {
		return nil, GitFailure(err)
	}
	from, err := repo.Left(ctx, ref)
	if err != nil {
		return nil, GitFailure(err)
	}
	base, err := sideAt(ctx, w, repo, from)
	if err != nil {
		return nil, GitFailure(err)
	}
	return &Before{base.stack, base.faults, from}, nil
}

// compare compares two sides that were loaded.
func (d *Difference) compare(w *workspace.Workspace, base, head *side, locales []schema.Locale) (err error) {
	switch {
	case head.faults.HasErrors():
		return &workspace.InvalidError{Diagnostics: head.faults, Sources: head.stack.Sources}
	case head.stack.Empty && base.stack.Empty:
		return workspace.Failf("No configuration files", "Neither %s nor what it is compared with holds a *.livery.hcl or *.livery.json file here.", d.nameOfHead())
	}
	if base.faults.HasErrors() {
		d.Diagnostics = hcl.Diagnostics{base.warning(d.Base.Ref)}
	}
	before, after := base.declared(locales), head.declared(locales)
	if len(locales) > 0 && len(before.Documents)+len(after.Documents) == 0 {
		return workspace.Failf("Nothing to compare", "Neither side declares a document for %s.", schema.ListLocales(locales))
	}
	d.Comparison, err = reconcile.Compare(before, after, reconcile.Options{Version: w.Version, Now: w.Now()})
	if err != nil {
		return err
	}
	d.Plan.Variables, d.Sources = workspace.Variables(head.stack), head.stack.Sources
	d.Plan.Earlier = workspace.Variables(base.stack)
	for name, now := range d.Plan.Variables {
		if was, declared := d.Plan.Earlier[name]; !declared || bytes.Equal(was, now) {
			d.Plan.Steady = append(d.Plan.Steady, "var."+name)
		}
	}
	d.Variables = make(map[string]cty.Value)
	maps.Copy(d.Variables, base.stack.Variables)
	maps.Copy(d.Variables, head.stack.Variables)
	d.New, d.Gone, err = newFindings(w, base, head)
	return err
}

// nameOfHead is how people know the head.
func (d *Difference) nameOfHead() string {
	if d.WorkTree {
		return "this directory"
	}
	return d.Head.Ref
}

// side is one of the stacks that are compared.
type side struct {
	stack  *stack.Stack
	faults hcl.Diagnostics // of the files
}

// sideNow is the stack as its files are; one that declares nothing if its directory is gone.
func sideNow(w *workspace.Workspace) (*side, error) {
	if !w.Dir.IsDirectory(".") {
		return &side{stack: &stack.Stack{Empty: true}}, nil
	}
	loaded, diags, err := w.Load(stack.NeedNothing)
	if err != nil {
		return nil, err
	}
	return &side{loaded, diags}, nil
}

// sideAt is the stack as a commit has it; one that declares nothing if it has none.
func sideAt(ctx context.Context, w *workspace.Workspace, repo *git.Repository, c git.Commit) (*side, error) {
	tree := repo.Tree(ctx, c)
	defer tree.Close()
	if _, err := fs.Stat(tree, repo.Dir()); errors.Is(err, fs.ErrNotExist) {
		return &side{stack: &stack.Stack{Empty: true}}, nil
	}
	files := commitFiles{tree: tree, disk: workspace.DiskRoot(repo.Root), given: make(map[string]bool)}
	for _, a := range w.Assignments {
		if name := a.File; name != "" {
			if !path.IsAbs(name) {
				name = path.Join("/", repo.Dir(), name)
			}
			files.given[strings.TrimPrefix(path.Clean(name), "/")] = true
		}
	}
	loaded, diags := stack.Load(workspace.LoadOptions(w, files, repo.Dir(), stack.NeedNothing))
	if err := tree.Err(); err != nil {
		return nil, err
	}
	return &side{loaded, diags}, nil
}

// commitFiles are the files of a commit, but those that the command line names: they say
// the same on both sides.
type commitFiles struct {
	tree, disk fs.FS
	given      map[string]bool
}

// Open implements fs.FS.
func (f commitFiles) Open(name string) (fs.File, error) {
	if f.given[name] {
		return f.disk.Open(name)
	}
	return f.tree.Open(name)
}

// declared is what the side declares; of some locales alone if there are any.
func (s *side) declared(locales []schema.Locale) reconcile.Side {
	d := reconcile.Side{Open: s.stack.Open}
	if m := s.stack.Module; m != nil {
		d.Broken, d.Unknown = m.Broken, m.Unknown
	}
	for _, r := range s.stack.Removed {
		d.Removed = append(d.Removed, r.Address)
	}
	d.Documents, d.Sessions = s.stack.Documents, s.stack.Sessions
	if len(locales) > 0 {
		d.Sessions = nil
		d.Documents = slices.DeleteFunc(slices.Clone(d.Documents), func(doc schema.Document) bool { return !slices.Contains(locales, doc.Locale) })
	}
	return d
}

// warning says that the side has errors, and the first of them.
func (s *side) warning(name string) *hcl.Diagnostic {
	n := 0
	var first *hcl.Diagnostic
	for _, d := range s.faults {
		if d.Severity == hcl.DiagError {
			if n++; first == nil {
				first = d
			}
		}
	}
	place := ""
	if first.Subject != nil {
		place = fmt.Sprintf(" (%s:%d)", first.Subject.Filename, first.Subject.Start.Line)
	}
	return &hcl.Diagnostic{Severity: hcl.DiagWarning, Summary: "The base has errors",
		Detail: fmt.Sprintf("What could be understood of %s is compared. It has %s, the first of which is: %s%s. %s", name, schema.Plural(n, "error"), first.Summary, place, first.Detail)}
}

// newFindings gives the findings that the head alone has, and how many only the base has.
// Where a finding stands within its file makes no difference.
func newFindings(w *workspace.Workspace, base, head *side) (fresh hcl.Diagnostics, gone int, err error) {
	var found [2]hcl.Diagnostics
	for i, s := range []*side{base, head} {
		if s.stack.Module == nil {
			continue
		}
		if found[i], err = w.Ignored(s.stack, schema.SortFindings(slices.Concat(s.faults, lint.Beside(s.stack, s.faults)))); err != nil {
			return nil, 0, err
		}
	}
	name := func(file string) string { return file }
	known := suppress.Earlier(found[0], base.stack.Sources, name, "the base has it")
	fresh = known.Apply(found[1], head.stack.Sources, name)
	return fresh, known.Stale(func(rule.ID, string) bool { return true }), nil
}

// GitFailure gives what git says the headline that it has.
func GitFailure(err error) error {
	if said, ok := errors.AsType[*git.Error](err); ok {
		return &workspace.Failure{Summary: said.Summary, Detail: said.Detail, Err: err}
	}
	if _, ok := errors.AsType[*workspace.Failure](err); ok || errors.Is(err, context.Canceled) {
		return err
	}
	return workspace.Failf("Cannot read the repository", "%v.", err)
}
