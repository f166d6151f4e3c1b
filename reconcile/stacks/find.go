package stacks

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"livery/schema/config"
	"livery/schema/syntax"
)

// ignoreFile names directories that are not entered, in gitignore's syntax.
const ignoreFile = ".liveryignore"

// Find lists the stacks of a tree by their paths from its root, "." for the root itself,
// in the order of their bytes. What a name that begins with a dot, node_modules, a link or
// a .liveryignore file leads to is left out. A directory that cannot be read is an error: a
// hole in the list would not be seen.
func Find(ctx context.Context, tree fs.FS) ([]string, error) {
	return (&finder{ctx: ctx, tree: tree}).stacks()
}

func (f *finder) stacks() ([]string, error) {
	var found []string
	err := f.directory(".", nil, func(dir string, entries []fs.DirEntry) error {
		if f.isStack(dir, entries) {
			found = append(found, dir)
		}
		return nil
	})
	slices.Sort(found)
	return found, err
}

// Directories lists the directories in which Find looks for stacks, in the order of their
// bytes.
func Directories(ctx context.Context, tree fs.FS) ([]string, error) {
	f := finder{ctx: ctx, tree: tree}
	var all []string
	err := f.directory(".", nil, func(dir string, _ []fs.DirEntry) error {
		all = append(all, dir)
		return nil
	})
	slices.Sort(all)
	return all, err
}

type finder struct {
	ctx    context.Context
	tree   fs.FS
	only   map[string]bool // the directories that are entered; nil for all
	broken []string        // files of libraries that do not parse, as found
	ignore []string        // the .liveryignore files that were read, as found
}

// directory visits a directory and those below it.
func (f *finder) directory(dir string, ignored ignores, visit func(dir string, entries []fs.DirEntry) error) error {
	if err := f.ctx.Err(); err != nil {
		return err
	}
	entries, err := fs.ReadDir(f.tree, dir)
	if err != nil {
		return err
	}
	if err := visit(dir, entries); err != nil {
		return err
	}
	more, err := f.ignores(dir, entries)
	if err != nil {
		return err
	}
	ignored = slices.Concat(ignored, more)
	for _, e := range entries {
		below := path.Join(dir, e.Name())
		if !e.IsDir() || strings.HasPrefix(e.Name(), ".") || e.Name() == "node_modules" || f.only != nil && !f.only[below] || ignored.match(below) {
			continue
		}
		if err := f.directory(below, ignored, visit); err != nil {
			return err
		}
	}
	return nil
}

// isStack reports whether one of the files of a directory makes it a stack.
func (f *finder) isStack(dir string, entries []fs.DirEntry) bool {
	others := len(f.broken)
	for _, e := range entries {
		if !syntax.IsConfiguration(e.Name()) || strings.HasPrefix(e.Name(), ".") || e.IsDir() {
			continue
		}
		if f.declares(path.Join(dir, e.Name())) {
			f.broken = f.broken[:others] // the stack says so itself
			return true
		}
	}
	return false
}

// ignores reads what a directory says of those below it.
func (f *finder) ignores(dir string, entries []fs.DirEntry) (ignores, error) {
	if !slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == ignoreFile }) {
		return nil, nil
	}
	name := path.Join(dir, ignoreFile)
	f.ignore = append(f.ignore, name)
	src, err := f.read(name)
	if err != nil {
		return nil, err
	}
	list, err := parseIgnores(src, dir)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return list, nil
}

// declares reports whether a file declares something that makes its directory a stack.
// One that cannot be read or does not parse may have been meant to, and is not to go unseen:
// the stack says what is wrong with it. It is a library's if all that it begins is what a
// library has.
func (f *finder) declares(name string) bool {
	src, err := f.read(name)
	if err != nil || beginsStack(src, name) {
		return true
	}
	file := syntax.NewFile(src, name)
	if file.Faults.HasErrors() || file.Body == nil {
		if !beginsOnlyLibrary(src, name) {
			return true
		}
		f.broken = append(f.broken, name)
		return false
	}
	return slices.ContainsFunc(config.DeclarationsOf(file).Blocks, func(b *config.Declaration) bool {
		return slices.Contains(blocksOfStacks(), b.Type)
	})
}

// beginsOnlyLibrary reports whether a file that does not parse has blocks of a library and
// none of a stack, as far as its lines, or the keys of JSON, tell.
func beginsOnlyLibrary(src []byte, name string) bool {
	begins := func(kinds []string) bool {
		if strings.HasSuffix(name, ".json") {
			return slices.ContainsFunc(kinds, func(kind string) bool { return bytes.Contains(src, []byte(`"`+kind+`"`)) })
		}
		for line := range bytes.Lines(bytes.TrimPrefix(src, []byte(syntax.ByteOrderMark))) {
			if opensBlock(bytes.TrimLeft(line, " \t"), kinds) {
				return true
			}
		}
		return false
	}
	return begins([]string{"variable", "locals", "theme", "session", "check"}) && !begins(blocksOfStacks())
}

// blocksOfStacks are those that only a stack has.
func blocksOfStacks() []string { return []string{"livery", "account", "locale", "removed"} }

// beginsStack reports whether a file certainly has a block of a stack, or does not parse,
// without looking at what stands behind the beginning of that block: where what is before it
// is whole, it stands at the top level. false says nothing.
func beginsStack(src []byte, name string) bool {
	if strings.HasSuffix(name, ".json") {
		return false
	}
	for at := 0; at >= 0; at = nextLine(src, at) {
		if !opensBlock(src[at:], blocksOfStacks()) {
			continue
		}
		before := syntax.NewFile(src[:at:at], name)
		return before.Body != nil && len(before.Faults) == 0
	}
	return false
}

// nextLine is where the line behind a byte begins; -1 for none.
func nextLine(src []byte, at int) int {
	if i := bytes.IndexByte(src[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return -1
}

// opensBlock reports whether a line begins like a block of one of these kinds. A label needs
// no quotes.
func opensBlock(line []byte, kinds []string) bool {
	for _, kind := range kinds {
		if after, ok := bytes.CutPrefix(line, []byte(kind)); ok {
			rest := bytes.TrimLeft(after, " \t")
			if len(rest) == 0 || rest[0] == '"' || rest[0] == '{' {
				return len(rest) > 0
			}
			first, _ := utf8.DecodeRune(rest)
			return len(rest) < len(after) && unicode.IsLetter(first)
		}
	}
	return false
}

// read reads a file, but not without end: behind the limit of a file of configuration it
// is one with a fault in any case. What is no regular file may have no end, or no beginning.
func (f *finder) read(name string) ([]byte, error) {
	if info, err := fs.Stat(f.tree, name); err != nil || !info.Mode().IsRegular() {
		return nil, cmp.Or(err, error(&fs.PathError{Op: "read", Path: name, Err: errors.New("not a regular file")}))
	}
	file, err := f.tree.Open(name)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	_, err = io.Copy(&b, io.LimitReader(file, syntax.MaxConfiguration+1))
	return b.Bytes(), errors.Join(err, file.Close())
}
