package lsp

import (
	"bytes"
	"context"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"

	"livery/reconcile/linting"
	"livery/reconcile/stacks"
	"livery/reconcile/workspace"
	"livery/schema"
	"livery/schema/config"
	"livery/schema/langserver"
	"livery/schema/stack"
	"livery/schema/syntax"
)

// desk is what is open: texts, and the stacks that they belong to.
type desk struct {
	base      workspace.Config // of the workspace of each stack
	log       *slog.Logger
	queue     *queue
	units     encoding
	settings  settings
	folders   []string             // of the editor's workspace, as paths
	documents map[string]*document // by URI
	projects  map[string]*project  // by directory
	known     found

	stale                  map[string]bool // paths that have changed since the last analysis
	changedAt, firstChange time.Time       // the last and the first of these changes; zero: nothing
}

// project is a stack that an open document belongs to, as it was last read.
type project struct {
	dir      string
	loaded   *stack.Stack
	diags    hcl.Diagnostics   // of reading and evaluating it
	judged   bool              // findings are those of loaded
	findings hcl.Diagnostics   // what is shown
	reads    map[string]string // every file that it reads, by path: the name in ranges
	caughtUp bool              // loaded is as new as the texts, before their analysis
	lists    []string          // directories whose listing it uses
	explored *stack.Evaluation // as it was when it last could be understood
}

// found is where the stacks of a folder are, and what they share.
type found struct {
	stacks   []string            // directories
	includes map[string][]string // by path of a shared file: the directories of the stacks that include it
	complete bool                // it was looked for
}

// workspaceOf is the stack at work, with the texts that are open in place of the disk's.
func (k *desk) workspaceOf(dir string) *workspace.Workspace {
	c := k.base
	c.Dir, c.Prefix, c.Unsaved = workspace.Directory(dir), "", make(map[string][]byte)
	for _, d := range k.documents {
		if name, err := filepath.Rel(dir, d.path); err == nil && d.path != "" {
			c.Unsaved[filepath.ToSlash(name)] = d.text
			if d.file != nil && d.file.Name == filepath.ToSlash(name) {
				c.Parsed = append(c.Parsed, d.file)
			}
		}
	}
	return workspace.New(c)
}

// read reads a project again.
func (k *desk) read(p *project) {
	w := k.workspaceOf(p.dir)
	defer w.Close()
	last := p.loaded
	if last == nil {
		last = new(stack.Stack)
	}
	e, diags, err := workspace.ExploreAgain(w, last, stack.NeedNothing)
	if err != nil { // the directory is gone
		p.loaded, p.diags, p.findings, p.reads = nil, nil, nil, nil
		return
	}
	p.explore(e)
	loaded := e.Stack
	p.loaded, p.diags, p.judged, p.reads = loaded, diags, false, make(map[string]string)
	p.lists = nil
	for _, d := range loaded.Dependencies {
		path := filepath.Join(p.dir, filepath.FromSlash(d.Path))
		if d.Kind == syntax.Listing {
			p.lists = append(p.lists, path)
		} else {
			p.reads[path] = d.Path
		}
	}
}

// judge finds what is wrong with a project as it was read.
func (k *desk) judge(p *project) {
	if p.judged || p.loaded == nil {
		return
	}
	p.judged, p.findings = true, schema.SortFindings(slices.Clone(p.diags))
	if !k.settings.Lint {
		return
	}
	w := k.workspaceOf(p.dir)
	defer w.Close()
	linted, err := linting.Judge(w, p.loaded, p.diags)
	if err != nil {
		k.log.Warn("lint cannot run", "stack", p.dir, "error", err.Error())
		return
	}
	p.findings = linted.Diagnostics
}

// view is what can be asked about a project.
func (k *desk) view(p *project) *langserver.View {
	return &langserver.View{
		Module: p.loaded.Module, Stack: p.loaded,
		Explored:    p.explored,
		LooseValues: func() []*syntax.File { return neighbours{k}.looseValues(p.dir) },
		Neighbours:  func(file string) []langserver.Neighbour { return neighbours{k}.of(p, file) },
	}
}

// explore takes what can be asked in the place of the last one, unless that was understood
// better: all files of configuration and of tokens, while one of them does not parse now.
func (p *project) explore(e *stack.Evaluation) {
	last := p.explored
	if last == nil || !e.Module.Broken && (!e.IsBroken() || len(e.Tokens) >= len(last.Tokens)) {
		p.explored = e
	}
}

// adopt opens the projects that a document belongs to.
func (k *desk) adopt(d *document) {
	switch {
	case d.path == "":
	case isSource(d.path):
		k.openProject(filepath.Dir(d.path))
		for _, dir := range k.known.includes[d.path] {
			k.openProject(dir)
		}
	default: // a texts or token file: of whatever stack reads it
		for _, dir := range k.readers(d.path) {
			k.openProject(dir)
		}
	}
}

// isSource reports whether a file of this name is part of a stack by itself.
func isSource(path string) bool {
	name := filepath.Base(path)
	return syntax.IsConfiguration(name) || syntax.IsVariables(name)
}

// openProject reads the stack of a directory, if there is one.
func (k *desk) openProject(dir string) *project {
	if p := k.projects[dir]; p != nil {
		return p
	}
	p := &project{dir: dir}
	if k.read(p); p.loaded == nil || p.loaded.Empty {
		return nil
	}
	k.projects[dir] = p
	return p
}

// readers are the directories of the stacks that read a file which is not part of any by
// itself: of those that are open or above it, else of those that mention its name.
func (k *desk) readers(path string) (dirs []string) {
	reads := func(dir string) bool {
		p := k.projects[dir]
		if p == nil {
			p = &project{dir: dir}
			k.read(p)
		}
		_, ok := p.reads[path]
		return ok
	}
	for dir := range k.projects {
		if reads(dir) {
			dirs = append(dirs, dir)
		}
	}
	for dir := filepath.Dir(path); len(dirs) == 0; dir = filepath.Dir(dir) {
		if slices.Contains(k.known.stacks, dir) || holdsStack(dir) {
			if reads(dir) {
				dirs = append(dirs, dir)
			}
			break
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	if len(dirs) > 0 {
		return dirs
	}
	for _, dir := range k.known.stacks {
		if mentions(dir, filepath.Base(path), filepath.Base(filepath.Dir(path))) && reads(dir) {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// holdsStack reports whether a directory holds configuration.
func holdsStack(dir string) bool {
	entries, err := os.ReadDir(dir)
	return err == nil && slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return syntax.IsConfiguration(e.Name()) })
}

// mentions reports whether the configuration in a directory holds one of some words.
func mentions(dir string, words ...string) bool {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return false
	}
	for _, e := range entries {
		if !syntax.IsConfiguration(e.Name()) {
			continue
		}
		src, err := workspace.Directory(dir).ReadFile(e.Name())
		if err == nil && slices.ContainsFunc(words, func(w string) bool { return bytes.Contains(src, []byte(w)) }) {
			return true
		}
	}
	return false
}

// abandon closes the projects that no open document belongs to.
func (k *desk) abandon() {
	maps.DeleteFunc(k.projects, func(dir string, p *project) bool {
		for _, d := range k.documents {
			if _, reads := p.reads[d.path]; reads || filepath.Dir(d.path) == dir {
				return false
			}
		}
		return true
	})
}

// touch notes that a file has changed, on disk or in the editor.
func (k *desk) touch(path string) {
	if path == "" {
		return
	}
	k.stale[path] = true
	for _, p := range k.projects {
		p.caughtUp = false
	}
	k.delay()
}

// touchAll has everything looked at again.
func (k *desk) touchAll() {
	for dir := range k.projects {
		k.stale[filepath.Join(dir, "*")] = true
	}
	k.delay()
}

// delay puts the analysis off until the editor is quiet.
func (k *desk) delay() {
	if k.changedAt = time.Now(); k.firstChange.IsZero() {
		k.firstChange = k.changedAt
	}
}

// untilAnalysis is how long to wait for the next analysis; false if there is none.
func (k *desk) untilAnalysis(now time.Time) (time.Duration, bool) {
	if k.changedAt.IsZero() {
		return 0, false
	}
	due := k.changedAt.Add(k.settings.Debounce)
	if last := k.firstChange.Add(maxDelay); last.Before(due) {
		due = last
	}
	return max(0, due.Sub(now)), true
}

// analyse reads what has changed, and finds what is wrong with it.
func (k *desk) analyse() {
	k.changedAt, k.firstChange = time.Time{}, time.Time{}
	stale := k.stale
	k.stale = make(map[string]bool)
	for _, d := range k.documents {
		k.adopt(d) // a file may have become part of a stack
	}
	for _, p := range k.projects {
		if p.isStale(stale) && !p.caughtUp {
			k.read(p)
		}
		p.caughtUp = false
		k.judge(p)
	}
	k.abandon()
}

// catchUp reads the projects whose files have changed, for a question that cannot wait for
// the next analysis.
func (k *desk) catchUp() {
	for _, p := range k.projects {
		if p.isStale(k.stale) && !p.caughtUp {
			k.read(p)
			p.caughtUp = true
		}
	}
}

// isStale reports whether one of the files that have changed may matter to a project.
func (p *project) isStale(changed map[string]bool) bool {
	for path := range changed {
		if _, reads := p.reads[path]; reads || filepath.Dir(path) == p.dir || slices.ContainsFunc(p.lists, func(dir string) bool { return isBelow(path, dir) }) {
			return true
		}
	}
	return false
}

// isBelow reports whether a file lies in a directory or below it.
func isBelow(path, dir string) bool {
	way, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(way)
}

// explore finds the stacks below the folders of the editor, beside the conversation.
func (k *desk) explore() {
	scan := scanning(k.base.Context, k.folders, k.log)
	go func() { k.queue.put(entry{found: scan()}) }()
}

// learn opens the projects of the open documents among the stacks that were found.
func (k *desk) learn(all *found) {
	k.known = *all
	for _, d := range k.documents {
		k.adopt(d)
	}
}

// scanning looks for the stacks below folders, as they are when this is called.
func scanning(ctx context.Context, folders []string, log *slog.Logger) func() *found {
	folders = slices.Clone(folders)
	return func() *found {
		all := &found{includes: make(map[string][]string), complete: true}
		for _, folder := range folders {
			dirs, err := stacks.Find(ctx, os.DirFS(folder))
			if err != nil {
				log.Warn("the stacks of a folder cannot be found", "folder", folder, "error", err.Error())
				continue
			}
			for _, way := range dirs {
				dir := filepath.Join(folder, filepath.FromSlash(way))
				all.stacks = append(all.stacks, dir)
				if !mentions(dir, "include") {
					continue
				}
				sources := config.Read(config.Options{FS: workspace.DiskRoot(dir), Dir: filepath.ToSlash(dir)}, nil)
				for _, d := range sources.Included {
					path := filepath.Join(dir, filepath.FromSlash(d.File.Name))
					all.includes[path] = append(all.includes[path], dir)
				}
			}
		}
		return all
	}
}
