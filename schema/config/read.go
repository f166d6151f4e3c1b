package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"golang.org/x/sync/errgroup"

	"livery/schema"
	"livery/schema/cache"
	"livery/schema/rule"
	"livery/schema/syntax"
	"livery/schema/tokens"
)

// Sources are the files of a stack as they were read, each with what it declares.
// They are never changed.
type Sources struct {
	Own      []*Declarations // of the stack's directory, by name
	Included []*Declarations // of the files that the livery block names
	Values   []Values        // what sets variables, lowest precedence first

	empty  bool            // the directory holds no configuration at all
	faults hcl.Diagnostics // of the directory and of the include patterns
	known  map[string]*Declarations
	names  map[string]string // relative to the stack, by the name in ranges
	files  *syntax.Files
	shown  func(string) string
}

// Shown is the name that ranges have for a file, by its path from the stack.
func (s *Sources) Shown(name string) string { return s.shown(name) }

// NameOf is a file relative to the stack, by its name in ranges.
func (s *Sources) NameOf(shown string) string { return s.names[shown] }

// TokenReader reads token files as they were when the stack was read.
func (s *Sources) TokenReader() *tokens.Reader { return tokens.NewReader(s.files, s.shown) }

// Dependencies are what reading the files looked at.
func (s *Sources) Dependencies() []syntax.Dependency { return s.files.Dependencies() }

// ReadFile reads another file, by its path from the stack; at is what names it, the zero
// Range where nothing does: then it need not be there.
func (s *Sources) ReadFile(name string, at schema.Subject) ([]byte, *hcl.Diagnostic) {
	src, err := s.files.Read(name)
	if errors.Is(err, fs.ErrNotExist) && at.Range == (hcl.Range{}) {
		return nil, nil
	}
	if err != nil {
		return nil, unreadable(at.Range, "Cannot read a file", name, err)
	}
	return src, nil
}

// Values sets variables: one of them by text, or all that stand in a file.
type Values struct {
	Name, Text string       // of -var
	File       *syntax.File // of -var-file, or one that is loaded on its own
	Shared     bool         // as in Assignment
}

// Options says which files to read.
type Options struct {
	FS          fs.FS                    // rooted at the file system's root
	Dir         string                   // the stack's directory within FS, in slash form
	Name        func(file string) string // the name in ranges; nil: as it is
	Assignments []Assignment
	Shared      *cache.Cache   // with other stacks of the run; may be nil
	Parsed      []*syntax.File // that need not be parsed again where the bytes are these
}

// Assignment is one -var or -var-file argument; their order decides.
type Assignment struct {
	Name, Value string // of -var
	File        string // of -var-file, relative to the stack
	Piped       *Pipe  // what File holds, if that can be read only once; nil: it must be a regular file
	Shared      bool   // it is said to several stacks, of which not all need declare the variable
}

// Read reads the files of a stack. Of the previous sources, which may be nil, it
// keeps the files whose bytes are the same: only the others are parsed.
func Read(opts Options, previous *Sources) *Sources {
	r := newReader(opts, previous)
	own, values, err := r.list()
	if err != nil {
		r.report(unreadable(hcl.Range{}, "Cannot read the directory", "/"+opts.Dir, err))
	}
	r.sources.empty = err == nil && len(own) == 0
	r.sources.Own = r.readAll(own)
	r.sources.Included = r.readAll(r.includes())
	r.files.AskedBy("")
	for _, name := range values {
		r.values(name, r.files.Open, false)
	}
	for _, a := range opts.Assignments {
		name, open := a.File, r.files.Open
		if path.IsAbs(name) { // what is said on the command line may be absolute
			name = r.files.Relative(name)
		}
		if a.Piped.leadsTo(opts.FS, opts.Dir, name) {
			open = func(name string) ([]byte, error) { return a.Piped.read(opts.FS, opts.Dir, name) }
		}
		if a.File != "" {
			r.values(name, open, a.Shared)
			continue
		}
		r.sources.Values = append(r.sources.Values, Values{Name: a.Name, Text: a.Value, Shared: a.Shared})
	}
	return r.sources
}

// reader reads the files of one stack.
type reader struct {
	files    *syntax.Files
	shown    func(string) string
	previous map[string]*Declarations
	parsed   []*syntax.File
	sources  *Sources
}

func newReader(opts Options, previous *Sources) *reader {
	r := &reader{files: syntax.NewFiles(opts.FS, opts.Dir), shown: opts.Name, parsed: opts.Parsed, sources: &Sources{known: make(map[string]*Declarations), names: make(map[string]string)}}
	r.files.Shared, r.sources.files = opts.Shared, r.files
	if r.shown == nil {
		r.shown = func(file string) string { return file }
	}
	r.sources.shown = r.shown
	if previous != nil {
		r.previous = previous.known
	}
	return r
}

func (r *reader) report(d ...*hcl.Diagnostic) { r.sources.faults = append(r.sources.faults, d...) }

// list names the files of configuration in the stack's directory, and those of
// values that are loaded on their own.
func (r *reader) list() (configuration, values []string, err error) {
	entries, err := r.files.List()
	if err != nil {
		return nil, nil, err
	}
	for _, e := range entries {
		switch name := e.Name(); {
		case syntax.IsConfiguration(name) && !strings.HasPrefix(name, ".") && !e.IsDir():
			configuration = append(configuration, name)
		case syntax.IsAutoVariables(name):
			values = append(values, name)
		}
	}
	slices.Sort(values)
	return configuration, values, nil
}

// readAll reads files in parallel, in the given order.
func (r *reader) readAll(names []string) []*Declarations {
	read := make([]*Declarations, len(names))
	var group errgroup.Group // what is parsed beside each other takes memory, and more CPUs do not come of it
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, name := range names {
		group.Go(func() error {
			read[i] = r.read(name)
			return nil
		})
	}
	_ = group.Wait() // faults are diagnostics
	for i, d := range read {
		r.keep(names[i], d)
	}
	return read
}

func (r *reader) keep(name string, d *Declarations) {
	r.sources.known[d.File.Name], r.sources.names[d.File.Name] = d, name
}

// values reads a file of values. What it would declare is of no interest.
func (r *reader) values(name string, open func(string) ([]byte, error), shared bool) {
	d := r.readWith(name, open)
	r.keep(name, d)
	r.sources.Values = append(r.sources.Values, Values{File: d.File, Shared: shared})
}

// read reads one file relative to the stack, or keeps what was made of the same
// bytes before.
func (r *reader) read(name string) *Declarations { return r.readWith(name, r.files.Open) }

func (r *reader) readWith(name string, open func(string) ([]byte, error)) *Declarations {
	shown := r.shown(name)
	refuse := func(d *hcl.Diagnostic) *Declarations {
		return &Declarations{File: &syntax.File{Name: shown, Faults: hcl.Diagnostics{d}}}
	}
	at := hcl.Range{Filename: shown, Start: hcl.InitialPos, End: hcl.InitialPos}
	src, err := open(name)
	if err != nil {
		return refuse(unreadable(at, "Cannot read a file", shown, err))
	}
	if len(src) > syntax.MaxConfiguration {
		return refuse(schema.Diagnose(rule.Unreadable, schema.Subject{Range: at}, "File too large",
			fmt.Sprintf("%s is larger than %d MB. Split it: all files of a directory are one stack.", shown, syntax.MaxConfiguration>>20)))
	}
	if before := r.previous[shown]; before != nil && before.File.Bytes != nil && bytes.Equal(before.File.Bytes, src) {
		return before
	}
	if i := slices.IndexFunc(r.parsed, func(f *syntax.File) bool { return f.Name == shown && bytes.Equal(f.Bytes, src) }); i >= 0 {
		return DeclarationsOf(r.parsed[i])
	}
	return cache.Get(r.files.Outside(name), "declarations\x00"+shown, src, 16*len(src), func() *Declarations {
		return DeclarationsOf(syntax.NewFile(src, shown))
	})
}

// unreadable says why something cannot be read, by the name that people know it by.
func unreadable(rng hcl.Range, summary, name string, err error) *hcl.Diagnostic {
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		err = fmt.Errorf("%s: %w", name, pathErr.Err)
	}
	return schema.Diagnose(rule.Unreadable, schema.Subject{Range: rng}, summary, err.Error()+".")
}

// includes lists the files that the livery block's globs name, each once. Files
// that are included cannot include others.
func (r *reader) includes() []string {
	var names []string
	for _, declared := range r.sources.Own {
		for _, b := range declared.Blocks {
			if b.Type != "livery" {
				continue
			}
			if a := b.Attribute("include"); a != nil {
				r.files.AskedBy(r.sources.NameOf(declared.File.Name))
				names = append(names, r.expandInclude(a)...)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (r *reader) expandInclude(a *Attribute) []string {
	exprs, diags := hcl.ExprList(a.Expr)
	if diags.HasErrors() {
		r.report(schema.Diagnose(rule.WrongType, schema.Subject{Range: a.Expr.Range()}, "Wrong type of value",
			"include takes a list of file globs, such as [\"../shared/*.livery.hcl\"]."))
		return nil
	}
	var names []string
	for _, expr := range exprs {
		at := schema.Subject{Range: expr.Range()}
		v, diags := expr.Value(nil)
		if diags.HasErrors() || v.IsNull() || v.Type() != cty.String {
			r.report(schema.Diagnose(rule.WrongType, at, "Wrong type of value",
				"An include is a file glob in quotes; it cannot be computed, since it says what to read."))
			continue
		}
		names = append(names, r.expandPattern(v.AsString(), at)...)
	}
	return names
}

// expandPattern lists the files that a glob names, as seen from the stack.
func (r *reader) expandPattern(pattern string, at schema.Subject) []string {
	if path.IsAbs(pattern) || strings.Contains(pattern, `\`) {
		r.report(schema.Diagnose(rule.Unreadable, at, "Not a usable include", "An include is relative to the stack and uses forward slashes."))
		return nil
	}
	matches, err := r.files.Match(".", pattern)
	matches = slices.DeleteFunc(slices.Clone(matches), func(name string) bool { // as in the stack's own directory
		return strings.HasPrefix(path.Base(name), ".") && !strings.HasPrefix(path.Base(pattern), ".")
	})
	switch {
	case err != nil:
		r.report(schema.Diagnose(rule.Unreadable, at, "Not a usable include", fmt.Sprintf("%q cannot be read: %v.", pattern, err)))
	case len(matches) == 0:
		r.report(schema.Diagnose(rule.Unreadable, at, "Include without files", fmt.Sprintf("%q matches no file.", pattern)))
	}
	var names []string
	for _, rel := range matches {
		switch {
		case !syntax.IsConfiguration(rel):
			r.report(schema.Diagnose(rule.Unreadable, at, "Not a configuration file",
				fmt.Sprintf("%q matches %s, which is no *.livery.hcl or *.livery.json file.", pattern, rel)))
		case path.Dir(rel) != ".": // the stack's own files are read already
			names = append(names, rel)
		}
	}
	return names
}
