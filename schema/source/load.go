package source

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	hcljson "github.com/hashicorp/hcl/v2/json"
	"github.com/zclconf/go-cty/cty"
	"golang.org/x/sync/errgroup"

	"livery/schema"
)

// The names of configuration and of variable values.
const (
	hclSuffix      = ".livery.hcl"
	jsonSuffix     = ".livery.json"
	varsHCLSuffix  = ".liveryvars.hcl"
	varsJSONSuffix = ".liveryvars.json"
	autoHCLSuffix  = ".auto.liveryvars.hcl"
	autoJSONSuffix = ".auto.liveryvars.json"
)

// IsConfiguration reports whether a file of this name is part of a stack.
func IsConfiguration(name string) bool {
	return strings.HasSuffix(name, hclSuffix) || strings.HasSuffix(name, jsonSuffix)
}

// IsVariables reports whether a file of this name holds values of variables.
func IsVariables(name string) bool {
	return strings.HasSuffix(name, varsHCLSuffix) || strings.HasSuffix(name, varsJSONSuffix)
}

// loader carries what is known of a stack while it is being evaluated.
type loader struct {
	opts    Options
	files   *files
	stack   *Stack
	diags   hcl.Diagnostics
	sources map[string][]byte

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
	return &loader{
		opts: opts, files: newFiles(opts.FS, opts.Dir), stack: &Stack{headers: make(map[string][]header)}, sources: make(map[string][]byte),
		variables: make(map[string]*variable), locals: make(map[string]*local), themes: make(map[string]*theme),
		blocks: make(map[string][]*hcl.Block), circular: make(map[string]bool), varValues: cty.EmptyObjectVal,
	}
}

func (l *loader) fault(d ...*hcl.Diagnostic) { l.diags = append(l.diags, d...) }

// readFiles parses the stack's own files, then those that it includes.
func (l *loader) readFiles() {
	entries, err := fs.ReadDir(l.opts.FS, cleanDir(l.opts.Dir))
	if err != nil {
		l.fault(unreadable(hcl.Range{}, "Cannot read the directory", err))
		return
	}
	var names []string
	for _, e := range entries {
		if IsConfiguration(e.Name()) && !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	l.stack.Empty = len(names) == 0
	l.parse(names, false)
	l.parse(l.includes(), true) // included files may not include others
}

func cleanDir(dir string) string {
	dir = strings.Trim(path.Clean(dir), "/")
	if dir == "" {
		return "."
	}
	return dir
}

func unreadable(rng hcl.Range, summary string, err error) *hcl.Diagnostic {
	return schema.Diagnose(schema.Unreadable, schema.Place{Range: rng}, summary, reason(err)+".")
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
	src, err := l.files.open(name)
	if err != nil {
		rng := hcl.Range{Filename: shown, Start: hcl.InitialPos, End: hcl.InitialPos}
		return nil, nil, hcl.Diagnostics{unreadable(rng, "Cannot read a file", err)}
	}
	if len(src) > maxConfiguration {
		rng := hcl.Range{Filename: shown, Start: hcl.InitialPos, End: hcl.InitialPos}
		return nil, nil, hcl.Diagnostics{schema.Diagnose(schema.Unreadable, schema.Place{Range: rng}, "File too large",
			fmt.Sprintf("%s is larger than %d MB. Split it: all files of a directory are one stack.", shown, maxConfiguration>>20))}
	}
	return parseSource(src, shown)
}

// The parser takes a second for a few megabytes, and says so much of each fault
// that a broken file of that size would drown everything else.
const (
	maxConfiguration = 4 << 20 // bytes in a file
	maxSyntaxFaults  = 100     // reported of a file
)

func parseSource(src []byte, shown string) ([]byte, hcl.Body, hcl.Diagnostics) {
	if d := guard(src, shown); d != nil {
		return src, nil, hcl.Diagnostics{d}
	}
	var file *hcl.File
	var diags hcl.Diagnostics
	if strings.HasSuffix(shown, ".json") {
		text := bytes.TrimPrefix(src, []byte(byteOrderMark))
		start := hcl.InitialPos
		start.Byte = len(src) - len(text)
		file, diags = hcljson.ParseWithStartPos(text, shown, start)
	} else {
		file, diags = hclsyntax.ParseConfig(src, shown, hcl.InitialPos)
	}
	if more := len(diags) - maxSyntaxFaults; more > 0 {
		diags = diags[:maxSyntaxFaults]
		diags[maxSyntaxFaults-1].Detail += fmt.Sprintf(" %d more faults like these are not shown.", more)
	}
	for _, d := range diags {
		explainSyntax(d)
		d.Subject, d.Context = clamped(d.Subject, len(src)), clamped(d.Context, len(src))
	}
	if _, native := file.Body.(*hclsyntax.Body); !native && diags.HasErrors() {
		return src, nil, diags // what is there of it would only be misunderstood
	}
	return src, file.Body, diags
}

// clamped keeps a place within a file of that size: the JSON parser sometimes
// points behind the end.
func clamped(rng *hcl.Range, size int) *hcl.Range {
	if rng == nil || rng.End.Byte <= size {
		return rng
	}
	kept := *rng
	if kept.Start.Byte > size {
		kept.Start.Column -= kept.Start.Byte - size
		kept.Start.Byte = size
	}
	kept.End.Column, kept.End.Byte = kept.End.Column-(kept.End.Byte-size), size
	return &kept
}

// explainSyntax marks a parse error and adds the way out where texts in other
// languages trip over template sequences.
func explainSyntax(d *hcl.Diagnostic) {
	d.Extra = schema.Finding{Rule: schema.Syntax}
	explainTemplate(d)
}

// explainTemplate adds the way out to a fault of a template sequence that was
// most likely not meant as one.
func explainTemplate(d *hcl.Diagnostic) {
	switch d.Summary {
	case "Invalid template directive", "Invalid template control keyword", "Unclosed template interpolation sequence",
		"Extra characters after interpolation expression", "Unexpected end of template":
		d.Detail += ` To show braces on the page write them alone, as in "{second}"; "${" and "%{" begin HCL expressions, and "$${" or "%%{" write the two characters themselves.`
	}
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
		l.fault(schema.Diagnose(schema.WrongType, schema.Place{Range: attr.Expr.Range()}, "Wrong type of value", "include takes a list of file globs, such as [\"../shared/*.livery.hcl\"]."))
		return nil
	}
	var names []string
	for _, expr := range exprs {
		at := schema.Place{Range: expr.Range()}
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
		matches, err := l.glob(pattern)
		if err != nil || len(matches) == 0 {
			l.fault(schema.Diagnose(schema.Unreadable, at, "Include without files", fmt.Sprintf("%q matches no file.", pattern)))
			continue
		}
		for _, match := range matches {
			rel := l.files.relative(match)
			switch {
			case !IsConfiguration(rel):
				l.fault(schema.Diagnose(schema.Unreadable, at, "Not a configuration file", fmt.Sprintf("%q matches %s, which is no *.livery.hcl or *.livery.json file.", pattern, rel)))
			case path.Dir(rel) != ".": // the stack's own files are loaded already
				names = append(names, rel)
			}
		}
	}
	return names
}

// glob lists the files that a pattern relative to the stack names. Only the
// pattern is one: the directory of the stack may hold any character.
func (l *loader) glob(pattern string) ([]string, error) {
	base, pattern := doublestar.SplitPattern(pattern)
	base = rooted(l.files.dir, base)
	dir, err := fs.Sub(l.opts.FS, base)
	if err != nil {
		return nil, err
	}
	names, err := doublestar.Glob(dir, pattern, doublestar.WithFilesOnly(), doublestar.WithNoFollow())
	for i, name := range names {
		names[i] = path.Join(base, name)
	}
	return names, err
}

// validText refuses bytes that are no text before a parser sees them.
func validText(src []byte) string {
	switch {
	case !utf8.Valid(src):
		return "is not valid UTF-8; save it as UTF-8"
	case slices.Contains(src, 0):
		return "contains a NUL character; it is not a text file"
	default:
		return ""
	}
}
