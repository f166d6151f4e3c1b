package git

import (
	"context"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
)

// Differences tell which files of the work tree are not as a commit has them. Paths are
// relative to Root, in slash form. What is not in git differs, ignored or not: no commit
// has it.
type Differences struct {
	root    string
	changed map[string]byte // the status of git diff
	tracked map[string]bool // files and submodules
	deleted []string
}

// Differences compares the files as they are with a commit.
func (r *Repository) Differences(ctx context.Context, base Commit) (*Differences, error) {
	d := &Differences{root: r.Root, changed: make(map[string]byte), tracked: make(map[string]bool)}
	work, ctx := errgroup.WithContext(ctx)
	work.Go(func() error {
		out, err := r.run(ctx, append(diffArguments("--name-status"), base.ID, "--")...)
		for fields := strings.Split(out, "\x00"); len(fields) > 1; fields = fields[2:] {
			d.changed[fields[1]] = fields[0][0]
			if fields[0] == "D" {
				d.deleted = append(d.deleted, fields[1])
			}
		}
		return err
	})
	work.Go(func() error {
		out, err := r.run(ctx, "ls-files", "-z", "--full-name")
		for name := range strings.SplitSeq(out, "\x00") {
			d.tracked[name] = true
		}
		return err
	})
	err := work.Wait()
	slices.Sort(d.deleted)
	return d, err
}

func diffArguments(what string) []string {
	return []string{"diff", what, "-z", "--no-renames", "--no-relative", "--no-ext-diff", "--ignore-submodules=dirty"}
}

// Differs reports whether what a file holds is not what it held, also because it is there
// on one side alone.
func (d *Differences) Differs(name string) bool { return d.changed[name] != 0 || d.isNew(name) }

// ComesOrGoes reports whether a file is there on one side alone, or is a file on one alone.
func (d *Differences) ComesOrGoes(name string) bool {
	status := d.changed[name]
	return status != 0 && status != 'M' || d.isNew(name)
}

// Deleted lists the files that only the commit has, in order.
func (d *Differences) Deleted() []string { return d.deleted }

// Changed lists the files that git knows and that differ, in order.
func (d *Differences) Changed() []string {
	names := make([]string, 0, len(d.changed))
	for name := range d.changed {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// isNew reports whether no commit can have a file that is there. What is in a submodule
// differs if the submodule does.
func (d *Differences) isNew(name string) bool {
	if d.tracked[name] {
		return false
	}
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if d.tracked[dir] {
			return d.changed[dir] != 0
		}
	}
	info, err := os.Lstat(filepath.Join(d.root, filepath.FromSlash(name)))
	return err == nil && !info.IsDir()
}
