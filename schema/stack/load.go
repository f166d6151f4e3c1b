package stack

import (
	ctyfunction "github.com/zclconf/go-cty/cty/function"

	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"golang.org/x/sync/errgroup"

	"livery/schema"
	"livery/schema/function"
	"livery/schema/syntax"
)

// loader carries what is known of a stack while it is being evaluated.
type loader struct {
	opts      Options
	files     *syntax.Files
	functions map[string]ctyfunction.Function
	stack     *Stack
	diags     hcl.Diagnostics
	sources   map[string][]byte

	parsed       []parsedFile
	variables    map[string]*variable
	locals       map[string]*local
	themes       map[string]*theme
	blocks       map[string][]*hcl.Block // locale, session, removed, account
	varValues    cty.Value
	global       *hcl.EvalContext // complete once locals and themes are resolved
	inKeys       bool             // what is being evaluated is one of the account's keys
	broken       bool             // a file could not be understood, so what seems to be missing may stand in it
	valuesBroken bool             // the same of a file of values
	circular     map[string]bool  // the locals and themes that refer to themselves
	visiting     []string         // the chain that is being resolved, for cycles
}

type parsedFile struct {
	name     string
	body     hcl.Body
	included bool
}

func newLoader(opts Options) *loader {
	if opts.Name == nil {
		opts.Name = func(file string) string { return file }
	}
	if opts.Env == nil {
		opts.Env = func(string) string { return "" }
	}
	files := syntax.NewFiles(opts.FS, opts.Dir)
	return &loader{
		opts: opts, files: files, functions: function.Table(files), stack: &Stack{headers: make(map[string][]header)}, sources: make(map[string][]byte),
		variables: make(map[string]*variable), locals: make(map[string]*local), themes: make(map[string]*theme),
		blocks: make(map[string][]*hcl.Block), circular: make(map[string]bool), varValues: cty.EmptyObjectVal,
	}
}

func (l *loader) fault(d ...*hcl.Diagnostic) { l.diags = append(l.diags, d...) }

// readFiles parses the stack's own files, then those that it includes.
func (l *loader) readFiles() {
	entries, err := l.files.List()
	if err != nil {
		l.fault(unreadable(hcl.Range{}, "Cannot read the directory", err))
		return
	}
	var names []string
	for _, e := range entries {
		if syntax.IsConfiguration(e.Name()) && !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	l.stack.Empty = len(names) == 0
	l.parse(names, false)
	l.parse(l.includes(), true) // included files may not include others
}

func unreadable(rng hcl.Range, summary string, err error) *hcl.Diagnostic {
	return schema.Diagnose(schema.Unreadable, schema.Subject{Range: rng}, summary, reason(err)+".")
}

// reason is an error without the path that the message names already.
func reason(err error) string {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return fmt.Sprintf("/%s: %v", strings.TrimPrefix(pathErr.Path, "/"), pathErr.Err)
	}
	return err.Error()
}

// parse reads files in parallel and keeps them in the given order.
func (l *loader) parse(names []string, included bool) {
	type result struct {
		src   []byte
		body  hcl.Body
		diags hcl.Diagnostics
	}
	results := make([]result, len(names))
	var group errgroup.Group
	group.SetLimit(8)
	for i, name := range names {
		group.Go(func() error {
			r := &results[i]
			r.src, r.body, r.diags = l.parseFile(name)
			return nil
		})
	}
	_ = group.Wait() // faults are diagnostics
	for i, r := range results {
		shown := l.opts.Name(names[i])
		if r.src != nil {
			l.sources[shown] = r.src
		}
		l.fault(r.diags...)
		l.broken = l.broken || r.diags.HasErrors()
		if r.body != nil {
			l.parsed = append(l.parsed, parsedFile{shown, r.body, included})
			l.stack.headers[shown] = headersOf(r.body)
		}
	}
}

// parseFile reads one file relative to the stack. A body is returned also for a
// file with faults, as far as it could be understood.
func (l *loader) parseFile(name string) ([]byte, hcl.Body, hcl.Diagnostics) {
	shown := l.opts.Name(name)
	src, err := l.files.Open(name)
	if err != nil {
		rng := hcl.Range{Filename: shown, Start: hcl.InitialPos, End: hcl.InitialPos}
		return nil, nil, hcl.Diagnostics{unreadable(rng, "Cannot read a file", err)}
	}
	if len(src) > syntax.MaxConfiguration {
		rng := hcl.Range{Filename: shown, Start: hcl.InitialPos, End: hcl.InitialPos}
		return nil, nil, hcl.Diagnostics{schema.Diagnose(schema.Unreadable, schema.Subject{Range: rng}, "File too large",
			fmt.Sprintf("%s is larger than %d MB. Split it: all files of a directory are one stack.", shown, syntax.MaxConfiguration>>20))}
	}
	body, diags := syntax.Parse(src, shown)
	return src, body, diags
}

// includes lists the files that the livery block's globs name, each once.
func (l *loader) includes() []string {
	var names []string
	for _, file := range l.parsed {
		for _, block := range l.content(file.body, liveryHeader).blocks {
			if block.Type != "livery" {
				continue
			}
			for _, attr := range l.content(block.Body, settingsHeaders).attrs {
				if attr.Name == "include" {
					names = append(names, l.expandInclude(attr)...)
				}
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (l *loader) expandInclude(attr *hcl.Attribute) []string {
	exprs, diags := hcl.ExprList(attr.Expr)
	if diags.HasErrors() {
		l.fault(schema.Diagnose(schema.WrongType, schema.Subject{Range: attr.Expr.Range()}, "Wrong type of value", "include takes a list of file globs, such as [\"../shared/*.livery.hcl\"]."))
		return nil
	}
	var names []string
	for _, expr := range exprs {
		at := schema.Subject{Range: expr.Range()}
		v, diags := expr.Value(nil)
		if diags.HasErrors() || v.IsNull() || v.Type() != cty.String {
			l.fault(schema.Diagnose(schema.WrongType, at, "Wrong type of value", "An include is a file glob in quotes; it cannot be computed, since it says what to read."))
			continue
		}
		pattern := v.AsString()
		if path.IsAbs(pattern) || strings.Contains(pattern, `\`) {
			l.fault(schema.Diagnose(schema.Unreadable, at, "Not a usable include", "An include is relative to the stack and uses forward slashes."))
			continue
		}
		matches, err := l.files.Glob(pattern)
		if err != nil || len(matches) == 0 {
			l.fault(schema.Diagnose(schema.Unreadable, at, "Include without files", fmt.Sprintf("%q matches no file.", pattern)))
			continue
		}
		for _, match := range matches {
			rel := l.files.Relative(match)
			switch {
			case !syntax.IsConfiguration(rel):
				l.fault(schema.Diagnose(schema.Unreadable, at, "Not a configuration file", fmt.Sprintf("%q matches %s, which is no *.livery.hcl or *.livery.json file.", pattern, rel)))
			case path.Dir(rel) != ".": // the stack's own files are loaded already
				names = append(names, rel)
			}
		}
	}
	return names
}
