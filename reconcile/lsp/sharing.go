package lsp

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"livery/reconcile/workspace"
	"livery/schema/langserver"
	"livery/schema/syntax"
)

// neighbours are the stacks of the workspace, also those that are not loaded.
type neighbours struct{ *desk }

// find looks for the stacks now, if that is not done yet: what is answered without them would
// be wrong.
func (k neighbours) find() {
	if !k.known.complete {
		k.learn(scanning(k.base.Context, k.folders, k.log)())
	}
}

// sharing are the stacks of the workspace in which a name is the same as where it is asked
// about: those that read a file in which it stands, open or not. The first is that of the
// file.
func (k neighbours) sharing(a *asked, name langserver.Name) []*asked {
	k.find()
	list := []*asked{a}
	seen := map[string]bool{a.dir: true}
	for i := 0; i < len(list); i++ {
		paths := []string{a.path}
		for _, m := range list[i].view.MentionsOf(name) {
			paths = append(paths, filepath.Join(list[i].dir, filepath.FromSlash(m.Range.Filename)))
		}
		slices.Sort(paths)
		for _, path := range slices.Compact(paths) {
			for _, dir := range k.stacksWith(path) {
				if seen[dir] {
					continue
				}
				seen[dir] = true
				if view := k.names(dir); view != nil {
					list = append(list, &asked{a.text, view, dir})
				}
			}
		}
	}
	return list
}

// of are the loaded stacks that read a file of another, each with its own name for it.
func (k neighbours) of(p *project, file string) (list []langserver.Neighbour) {
	k.find()
	path := filepath.Join(p.dir, filepath.FromSlash(file))
	for _, dir := range slices.Sorted(maps.Keys(k.projects)) {
		other := k.projects[dir]
		if name, reads := other.reads[path]; reads && dir != p.dir {
			list = append(list, langserver.Neighbour{Path: k.shown(dir), File: name, View: k.view(other)})
		}
	}
	return list
}

// shown is a directory as people see it: from their folder, if it is in one.
func (k neighbours) shown(dir string) string {
	for _, folder := range k.folders {
		if name, err := filepath.Rel(folder, dir); err == nil && filepath.IsLocal(name) {
			return filepath.ToSlash(name)
		}
	}
	return filepath.ToSlash(dir)
}

// reading are the loaded stacks that read the file, each with its own name for it. The first
// is that of the file.
func (k neighbours) reading(a *asked) []*asked {
	k.find()
	list := []*asked{a}
	for _, dir := range slices.Sorted(maps.Keys(k.projects)) {
		p := k.projects[dir]
		if name, reads := p.reads[a.path]; reads && dir != a.dir {
			named := *a.text
			named.file = syntax.NewFile(a.text.text, name)
			list = append(list, &asked{&named, k.view(p), dir})
		}
	}
	return list
}

// isTaken reports whether a stack that has the file uses a name.
func (k neighbours) isTaken(a *asked, name langserver.Name) bool {
	return slices.ContainsFunc(k.sharing(a, name), func(each *asked) bool { return len(each.view.MentionsOf(name)) > 0 })
}

// stacksWith are the directories of the stacks that have a file, loaded or not.
func (k neighbours) stacksWith(path string) []string {
	dirs := slices.Clone(k.known.includes[path])
	for dir, p := range k.projects {
		if _, reads := p.reads[path]; reads {
			dirs = append(dirs, dir)
		}
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}

// names is what can be asked about the names of a stack: as it is loaded or, if it is not, as
// its files declare it; nil if there is none.
func (k neighbours) names(dir string) *langserver.View {
	if p := k.projects[dir]; p != nil {
		return k.view(p)
	}
	module, err := workspace.Declared(k.workspaceOf(dir))
	if err != nil || module.Empty {
		return nil
	}
	return &langserver.View{Module: module, LooseValues: func() []*syntax.File { return k.looseValues(dir) }}
}

// looseValues are the files of values in the directory of a stack that are only loaded when
// they are asked for, as text that is open or as they are on disk.
func (k neighbours) looseValues(dir string) (files []*syntax.File) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	for _, e := range entries {
		name := e.Name()
		if !syntax.IsVariables(name) || syntax.IsAutoVariables(name) || strings.HasPrefix(name, ".") {
			continue
		}
		if t := k.textOf(k.uriOf(filepath.Join(dir, name))); t != nil {
			files = append(files, t.file)
		}
	}
	return files
}
