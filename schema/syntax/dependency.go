package syntax

import (
	"cmp"
	"path"
	"slices"
)

// Dependency is something beside a stack that loading it looked at: with another answer
// there may be another stack.
type Dependency struct {
	Path    string // relative to the stack, in slash form
	Kind    DependencyKind
	Pattern string   // of a Listing: the names that count, relative to Path
	Names   []string // of a Listing: the files that fit, relative to the stack
	AskedBy string   // the file that makes it one, relative to the stack; "" for the stack itself
}

// DependencyKind says what was looked at.
type DependencyKind uint8

const (
	Content  DependencyKind = iota // what a file holds, or that there is none
	Presence                       // whether there is a file
	Listing                        // which files below a directory fit a pattern
)

// Name is the path, with a "/" behind that of a directory.
func (d Dependency) Name() string {
	if d.Kind == Listing {
		return path.Clean(d.Path) + "/"
	}
	return d.Path
}

// IsOwnDirectory reports whether it is the listing that says which files a stack has.
func (d Dependency) IsOwnDirectory() bool {
	return d.Kind == Listing && d.Pattern == ownFiles && d.Path == "."
}

// lookKey tells looks apart.
type lookKey struct {
	path    string // in the file system
	kind    DependencyKind
	pattern string
}

type look struct {
	askedBy string
	names   []string // as paths in the file system
}

// AskedBy says which file asks from now on, and gives the one that asked before. It must
// not be called while others ask.
func (f *Files) AskedBy(name string) (before string) {
	before, f.asking = f.asking, name
	return before
}

func (f *Files) see(key lookKey, names []string) {
	f.used.LoadOrStore(key, look{f.asking, names})
	if f.Seen != nil {
		f.Seen(key.path, f.asking, key.kind == Content)
	}
}

// Depend makes the content of the file at a path a dependency.
func (f *Files) Depend(p, askedBy string) {
	f.used.LoadOrStore(lookKey{path: p}, look{askedBy: askedBy})
}

// Dependencies lists what was looked at, in order. Where a path leads through links, these
// and what they lead to are listed as well.
func (f *Files) Dependencies() []Dependency {
	list := []Dependency{}
	for key, value := range f.used.Range {
		k, l := key.(lookKey), value.(look)
		d := Dependency{Path: f.Relative(k.path), Kind: k.kind, Pattern: k.pattern, AskedBy: l.askedBy}
		for _, name := range l.names {
			d.Names = append(d.Names, f.Relative(name))
		}
		list = append(list, d)
		if way, linked := f.links.Load(k.path); linked {
			links := way.([]string)
			for _, link := range links[:len(links)-1] {
				list = append(list, Dependency{Path: f.Relative(link), AskedBy: l.askedBy})
			}
			d.Path = f.Relative(links[len(links)-1])
			list = append(list, d)
		}
	}
	return SortDependencies(list)
}

// SortDependencies puts dependencies in order, each once.
func SortDependencies(list []Dependency) []Dependency {
	slices.SortFunc(list, func(a, b Dependency) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Pattern, b.Pattern), cmp.Compare(a.AskedBy, b.AskedBy))
	})
	return slices.CompactFunc(list, func(a, b Dependency) bool {
		return a.Path == b.Path && a.Kind == b.Kind && a.Pattern == b.Pattern
	})
}
