// Package plandir keeps the plans of many stacks in one directory: a file each, and an index
// of them by which what was changed since is found.
package plandir

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"livery/reconcile"
	"livery/reconcile/workspace"
	"livery/schema/jsontext"
)

// indexFile lists the plans of a directory.
const indexFile = "index.json"

// planEnding ends the names of the plans in a directory.
const planEnding = ".plan"

// Index lists the plans of many stacks in one directory. The digest is that of the list,
// and the list has those of the files: what was changed since is found.
type Index struct {
	FormatVersion string    `json:"format_version"`
	LiveryVersion string    `json:"livery_version"`
	Timestamp     time.Time `json:"timestamp"`
	Stacks        []Entry   `json:"stacks"` // in the order of their paths
	SHA256        string    `json:"sha256"`
}

// Entry is one of them, or says why a stack that was meant has none.
type Entry struct {
	Path    string            `json:"path"`              // of the stack
	Failed  string            `json:"failed,omitempty"`  // why no plan could be made
	NotRun  bool              `json:"not_run,omitempty"` // it was not tried
	File    string            `json:"plan,omitempty"`    // relative to the directory, with slashes; "" for none
	SHA256  string            `json:"sha256,omitempty"`
	Errored bool              `json:"errored"` // there is no plan that can be applied
	Changes reconcile.Summary `json:"changes"`
}

func (x *Index) digest() string {
	list, err := json.Marshal(x.Stacks)
	if err != nil {
		panic("plandir: " + err.Error()) // it has nothing that cannot be encoded
	}
	return digest(list)
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Directory is a directory of plans, each with the path of its stack.
type Directory struct {
	dir  workspace.Directory
	name string // as people know it
}

// In is the directory of that name, which need not exist; where is the directory that names
// are relative to.
func In(where workspace.Directory, name string) Directory {
	return Directory{workspace.Directory(where.Path(name)), name}
}

// Clear takes out the plans that the directory has an index of, and the index first: what is
// half written must not be taken for plans that belong together.
func (p Directory) Clear() error {
	var old Index
	if data, err := p.dir.ReadFile(indexFile); err == nil {
		if err := json.Unmarshal(data, &old); err != nil || old.SHA256 == "" || old.Stacks == nil {
			return workspace.Failf("Cannot save the plans", "%s is not an index of plans. Name another directory, or take the file away.", filepath.Join(p.name, indexFile))
		}
	}
	if err := os.Remove(p.dir.Path(indexFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return workspace.Failf("Cannot save the plans", "%v.", err)
	}
	for _, s := range old.Stacks {
		if name := filepath.FromSlash(s.File); filepath.IsLocal(name) && strings.HasSuffix(name, planEnding) {
			_ = os.Remove(p.dir.Path(name)) // it will be found to be in no index
		}
	}
	return nil
}

// Save writes the plan of a stack.
func (p Directory) Save(stack string, plan *reconcile.Plan) (Entry, error) {
	file := planFile(stack)
	data, at := plan.Encode(), p.dir.Path(filepath.FromSlash(file))
	err := os.MkdirAll(filepath.Dir(at), 0o755)
	if err == nil {
		err = p.dir.WriteFile(filepath.FromSlash(file), data, 0o600)
	}
	if err != nil {
		return Entry{}, workspace.Failf("Cannot save the plan", "%v.", err)
	}
	return Entry{Path: stack, File: file, SHA256: digest(data), Errored: plan.Errored, Changes: plan.Summary()}, nil
}

// planFile is the file of the plan of a stack. A directory whose name is like that of a plan
// gets a mark, since the plan of another stack may have that name.
func planFile(stack string) string {
	if stack == "." { // names that begin with a dot are not of stacks, and some leave them out
		return "=" + planEnding
	}
	dir, name := path.Split(stack)
	parts := strings.Split(dir, "/")
	for i, part := range parts {
		if strings.HasSuffix(strings.TrimRight(part, "="), planEnding) {
			parts[i] += "="
		}
	}
	return strings.Join(parts, "/") + name + planEnding
}

// Finish writes the index.
func (p Directory) Finish(x Index) error {
	x.FormatVersion, x.SHA256 = "1.0", x.digest()
	data, err := json.MarshalIndent(x, "", "  ")
	if err == nil {
		err = os.MkdirAll(p.dir.Path("."), 0o755)
	}
	if err == nil {
		err = p.dir.WriteFile(indexFile, append(data, '\n'), 0o600)
	}
	if err != nil {
		return workspace.Failf("Cannot save the plans", "%v.", err)
	}
	return nil
}

// ReadIndex reads the index. The plans must be those that were written, all of them and no
// others.
func (p Directory) ReadIndex() (*Index, error) {
	const summary = "Failed to load plans"
	data, err := p.dir.ReadFile(indexFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, workspace.Failf(summary, "%s holds no %s: \"livery plan -recursive -out=DIR\" writes it, once all stacks are planned.", p.name, indexFile)
	}
	var x Index
	if err == nil {
		err = jsontext.CheckRecord(data)
	}
	if err == nil {
		err = json.Unmarshal(data, &x)
	}
	switch {
	case err != nil:
		return nil, workspace.Failf(summary, "%s: %v. Plan again.", filepath.Join(p.name, indexFile), err)
	case x.FormatVersion != "1.0" || x.digest() != x.SHA256:
		return nil, p.changed(indexFile, "is not as it was written")
	}
	files := make(map[string]bool)
	for _, s := range x.Stacks {
		if !filepath.IsLocal(filepath.FromSlash(s.Path)) {
			return nil, p.changed(indexFile, "names a stack outside")
		}
		if s.File == "" {
			continue
		}
		files[s.File] = true
		if _, err := p.read(s); err != nil {
			return nil, err
		}
	}
	return &x, p.others(files)
}

// others refuses plans that are not in the index.
func (p Directory) others(known map[string]bool) error {
	return filepath.WalkDir(p.dir.Path("."), func(at string, e fs.DirEntry, err error) error {
		if err != nil {
			return workspace.Failf("Failed to load plans", "%v.", err)
		}
		name, _ := filepath.Rel(p.dir.Path("."), at) // it is below it
		if name = filepath.ToSlash(name); !e.IsDir() && strings.HasSuffix(name, planEnding) && !known[name] {
			return p.changed(name, "is not in the index")
		}
		return nil
	})
}

func (p Directory) changed(file, how string) error {
	return workspace.Failf("Saved plans have changed", "%s %s, so this is not what was planned. Plan again.", filepath.Join(p.name, file), how)
}

// read reads the bytes of a plan.
func (p Directory) read(s Entry) ([]byte, error) {
	if !filepath.IsLocal(filepath.FromSlash(s.File)) {
		return nil, p.changed(indexFile, "names a file outside")
	}
	info, err := os.Stat(p.dir.Path(filepath.FromSlash(s.File)))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, p.changed(s.File, "is gone")
	case err == nil && (!info.Mode().IsRegular() || info.Size() > workspace.MaxPlan):
		return nil, p.changed(s.File, "is no plan")
	}
	data, err := os.ReadFile(p.dir.Path(filepath.FromSlash(s.File)))
	switch {
	case err != nil:
		return nil, workspace.Failf("Failed to load plan", "%v.", err)
	case digest(data) != s.SHA256:
		return nil, p.changed(s.File, "is not as it was written")
	}
	return data, nil
}

// Load reads the plan of a stack.
func (p Directory) Load(s Entry) (*reconcile.Plan, error) {
	data, err := p.read(s)
	if err != nil {
		return nil, err
	}
	plan, err := reconcile.DecodePlan(bytes.TrimSpace(data))
	if err != nil {
		return nil, workspace.Failf("Failed to load plan", "%s: %v. Make the plan again.", filepath.Join(p.name, s.File), err)
	}
	return plan, nil
}

// Name is the file of a plan, as people know it.
func (p Directory) Name(s Entry) string { return filepath.Join(p.name, s.File) }

// Of is the entry of a stack; false if there is none.
func (x *Index) Of(stack string) (Entry, bool) {
	i := slices.IndexFunc(x.Stacks, func(s Entry) bool { return s.Path == stack })
	if i < 0 {
		return Entry{}, false
	}
	return x.Stacks[i], true
}
