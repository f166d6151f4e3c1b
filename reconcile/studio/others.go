package studio

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"livery/reconcile/stacks"
	"livery/reconcile/workspace"
	"livery/schema"
	"livery/schema/lint"
	"livery/schema/rule"
	"livery/schema/stack"
	"livery/schema/syntax"
)

// other is another stack of the repository.
type other struct {
	path  string // as all paths here, from the top of the repository
	files *workspace.Workspace
	reads map[string]bool
}

// others are the other stacks of the repository, and the way from its top to this one. They
// are looked for once a visit: to read a hundred takes seconds.
func (s *Studio) others() (list []other, way string) {
	top, way := s.files.Dir.Repository()
	if s.around != nil {
		return *s.around, way
	}
	config := s.files.Config
	config.Dir, config.Prefix, config.Assignments = workspace.Directory(top), "", nil // what is given here is given to this stack
	all := workspace.New(config)
	paths, _ := stacks.Find(cmp.Or(s.files.Context, context.Background()), all.Dir.FS()) // those that were found by then
	stacks.Each(paths, runtime.GOMAXPROCS(0), func(dir string) other {
		o := other{dir, all.Below(dir), make(map[string]bool)}
		if loaded, _, err := workspace.Reload(o.files, new(stack.Stack), stack.NeedNothing); err == nil {
			for _, d := range loaded.Dependencies {
				if d.Kind == syntax.Content {
					o.reads[path.Join(dir, d.Path)] = true
				}
			}
		}
		return o
	}, func(dir string, o other) {
		if dir != path.Clean(way) {
			list = append(list, o)
		}
	})
	s.around = &list
	return list, way
}

// sharing are the other stacks that read a file. Those that reach into the directory of this
// one are not looked for.
func (s *Studio) sharing(file string) (list []other) {
	if !strings.HasPrefix(file, "../") {
		return nil
	}
	others, way := s.others()
	for _, o := range others {
		if o.reads[path.Join(way, file)] {
			list = append(list, o)
		}
	}
	return list
}

// alsoIn names the other stacks that read a file, as the end of a sentence; "" for none.
func (s *Studio) alsoIn(file string) string {
	var names []string
	for _, o := range s.sharing(file) {
		names = append(names, o.path)
	}
	const shown = 3
	switch n := len(names); {
	case n == 0:
		return ""
	case n > shown:
		names = append(names[:shown], fmt.Sprintf("%d more", n-shown))
	}
	return ", and in other stacks: " + strings.Join(names, ", ")
}

// stopsOthers says what an edit would stop in other stacks that read these files; "" if it
// stops none that was not stopped before.
func (s *Studio) stopsOthers(after map[string][]byte) string {
	concerned := make(map[string]other)
	_, way := s.files.Dir.Repository()
	for name := range after {
		for _, o := range s.sharing(name) {
			concerned[o.path] = o
		}
	}
	paths, first := make([]string, 0, len(concerned)), ""
	for name := range concerned {
		paths = append(paths, name)
	}
	slices.Sort(paths)
	stacks.Each(paths, runtime.GOMAXPROCS(0), func(dir string) string {
		now := concerned[dir].files
		then := workspace.New(now.Config)
		then.Unsaved = make(map[string][]byte, len(after))
		for name, src := range after {
			if rel, err := filepath.Rel(filepath.FromSlash(dir), filepath.FromSlash(path.Join(way, name))); err == nil {
				then.Unsaved[filepath.ToSlash(rel)] = src
			}
		}
		if why := fault(then); why != "" && fault(now) == "" {
			return why
		}
		return ""
	}, func(dir, why string) {
		if first == "" && why != "" {
			first = dir + ", which reads the same file: " + why
		}
	})
	return first
}

// fault is the first error of a stack, of its files or of its rules; "" for none.
func fault(w *workspace.Workspace) string {
	loaded, diags, err := workspace.Reload(w, new(stack.Stack), stack.NeedDocuments)
	if err != nil {
		return err.Error()
	}
	diags, err = w.Suppress(loaded, slices.Concat(diags, lint.Stack(loaded)))
	if err != nil {
		return err.Error()
	}
	for _, d := range diags {
		if schema.LevelOf(d) == rule.Error {
			return sentence(d)
		}
	}
	return ""
}
