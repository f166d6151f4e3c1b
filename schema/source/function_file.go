package source

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// fileFunctions are those that read what lies beside the stack.
func fileFunctions(fs *files) map[string]function.Function {
	all := map[string]function.Function{
		"basename":   transformPath("The last part of a path.", path.Base),
		"dirname":    transformPath("A path without its last part.", path.Dir),
		"file":       discreet(readFunction("Reads a file as UTF-8 text.", func(name string) (string, error) { return readText(fs, name) })),
		"filebase64": discreet(readFunction("Reads a file and encodes its bytes as Base64.", digestFile(fs, base64.StdEncoding.EncodeToString))),
		"fileexists": discreet(existsFunction(fs)),
		"fileset":    discreet(filesetFunction(fs)),
		"tokens":     discreet(tokensFunction(fs)),
	}
	for name, d := range digests() {
		name = "file" + name
		all[name] = discreet(readFunction("Of a file: "+d.description, digestFile(fs, d.of)))
	}
	return all
}

func transformPath(description string, apply func(string) string) function.Function {
	return function.New(&function.Spec{
		Description:  description,
		Params:       []function.Parameter{{Name: "path", Type: cty.String, Description: "A path; it need not exist."}},
		Type:         function.StaticReturnType(cty.String),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			return cty.StringVal(apply(args[0].AsString())), nil
		},
	})
}

func pathParameter() function.Parameter {
	return function.Parameter{Name: "path", Type: cty.String, Description: "A path relative to the stack; .. is allowed."}
}

func readFunction(description string, read func(name string) (string, error)) function.Function {
	return function.New(&function.Spec{
		Description:  description,
		Params:       []function.Parameter{pathParameter()},
		Type:         function.StaticReturnType(cty.String),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			s, err := read(args[0].AsString())
			return cty.StringVal(s), err
		},
	})
}

func digestFile(fs *files, of func([]byte) string) func(string) (string, error) {
	return func(name string) (string, error) {
		src, err := fs.read(name)
		if err != nil {
			return "", explainRead(name, err)
		}
		return of(src), nil
	}
}

func readText(fs *files, name string) (string, error) {
	s, err := fs.text(name)
	if errors.Is(err, errNotText) {
		return "", fmt.Errorf("contents of %q are not valid UTF-8; use the filebase64 function to obtain the Base64 encoded contents or the other file functions (e.g. filemd5, filesha256) to obtain file hashing results instead", name)
	}
	if _, detail := longNumber([]byte(s)); err == nil && detail != "" {
		return "", fmt.Errorf("%q cannot be read: more than %d digits follow each other in it", name, maxDigits) // it would take minutes as a number
	}
	return s, explainRead(name, err)
}

// explainRead says which path is at fault, in the words that people know.
func explainRead(name string, err error) error {
	var fault *fs.PathError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return function.NewArgErrorf(0, "no file exists at %q; files are named relative to the stack", name)
	case errors.As(err, &fault):
		return function.NewArgErrorf(0, "failed to read file: %s %s: %s", fault.Op, name, fault.Err)
	default:
		return function.NewArgErrorf(0, "failed to read file: %s", err)
	}
}

func existsFunction(fs *files) function.Function {
	return function.New(&function.Spec{
		Description:  "Returns true if there is a regular file at the path.",
		Params:       []function.Parameter{pathParameter()},
		Type:         function.StaticReturnType(cty.Bool),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			there, err := fs.exists(args[0].AsString())
			return cty.BoolVal(there), err
		},
	})
}

func filesetFunction(fs *files) function.Function {
	return function.New(&function.Spec{
		Description: "The regular files below a path whose names match a pattern with *, **, ?, [a-z] and {a,b}, as paths relative to it.",
		Params: []function.Parameter{
			pathParameter(),
			{Name: "pattern", Type: cty.String, Description: "The pattern."},
		},
		Type:         function.StaticReturnType(cty.Set(cty.String)),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			names, err := fs.match(args[0].AsString(), args[1].AsString())
			if err != nil {
				return cty.NilVal, err
			}
			if len(names) == 0 {
				return cty.SetValEmpty(cty.String), nil
			}
			values := make([]cty.Value, len(names))
			for i, name := range names {
				values[i] = cty.StringVal(name)
			}
			return cty.SetVal(values), nil
		},
	})
}

// maxLooks is how many directories and files one pattern may look at.
const maxLooks = 100_000

// match lists the regular files below a directory that a pattern names,
// relative to the directory.
func (f *files) match(dir, pattern string) ([]string, error) {
	base, err := f.resolve(dir)
	if err != nil {
		return nil, function.NewArgError(0, err)
	}
	if path.IsAbs(pattern) {
		return nil, function.NewArgErrorf(1, "the pattern is absolute; it is relative to the path before it")
	}
	if !doublestar.ValidatePattern(pattern) {
		return nil, fmt.Errorf("failed to glob pattern %q: %w", path.Join(dir, pattern), doublestar.ErrBadPattern)
	}
	start := base
	pattern = path.Clean(pattern)
	for strings.HasPrefix(pattern, "../") { // an fs.FS cannot climb
		start, pattern = rooted(start, ".."), pattern[len("../"):]
	}
	f.depend(start + "/")
	walk := &patientFS{dir: start, files: f}
	matches, err := doublestar.Glob(walk, pattern, doublestar.WithNoFollow())
	if err != nil {
		return nil, fmt.Errorf("failed to glob pattern %q: %w", path.Join(dir, pattern), err)
	}
	if walk.looks > maxLooks {
		return nil, fmt.Errorf("the pattern %q looks at more than %d files", pattern, maxLooks)
	}
	var names []string
	for _, match := range matches {
		if info, err := fs.Stat(f.fsys, rooted(start, match)); err == nil && info.Mode().IsRegular() {
			names = append(names, from(base, rooted(start, match)))
		}
	}
	return names, nil
}

// from names a path as seen from a directory; both are paths of an fs.FS.
func from(dir, p string) string { return (&files{dir: dir}).relative(p) }

// patientFS is the file system below a directory, for as long as not too much
// of it is asked for: a pattern may climb to the root of the machine.
type patientFS struct {
	files *files
	dir   string
	looks int
}

func (p *patientFS) look(name string, weight int) (string, error) {
	if p.looks += weight; p.looks > maxLooks {
		return "", fs.ErrPermission
	}
	return rooted(p.dir, name), nil
}

func (p *patientFS) Open(name string) (fs.File, error) {
	full, err := p.look(name, 1)
	if err != nil {
		return nil, err
	}
	return p.files.fsys.Open(full)
}

func (p *patientFS) Stat(name string) (fs.FileInfo, error) {
	full, err := p.look(name, 1)
	if err != nil {
		return nil, err
	}
	return fs.Stat(p.files.fsys, full)
}

func (p *patientFS) ReadDir(name string) ([]fs.DirEntry, error) {
	full, err := p.look(name, 1)
	if err != nil {
		return nil, err
	}
	entries, err := fs.ReadDir(p.files.fsys, full)
	if err == nil {
		_, err = p.look(name, len(entries))
	}
	return entries, err
}
