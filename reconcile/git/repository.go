package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Repository is a repository with a work tree.
type Repository struct {
	dir     string // where git is run
	shallow bool   // its history was cut short

	Root   string // the top of the work tree, absolute, without symbolic links
	Prefix string // from Root to the directory that was opened, in slash form; "" for Root itself
}

// Commit is one commit.
type Commit struct {
	Ref string // how it was asked for
	ID  string // in full
}

// Short is the beginning of the ID as people read it.
func (c Commit) Short() string { return c.ID[:min(len(c.ID), 7)] }

// Error says in a sentence why something cannot be read, and what helps.
type Error struct{ Summary, Detail string }

// Error implements error.
func (e *Error) Error() string { return e.Summary + "\n\n" + e.Detail }

// absentError is an Error about what another clone may have.
type absentError struct{ said *Error }

// Error implements error.
func (e absentError) Error() string { return e.said.Error() }

// Unwrap gives the Error.
func (e absentError) Unwrap() error { return e.said }

// IsAbsent reports whether an error says that a commit or a file is not in this clone, or
// that two commits have no history in common here.
func IsAbsent(err error) bool {
	_, absent := errors.AsType[absentError](err)
	return absent
}

// Open finds the repository that a directory belongs to, or did before it was deleted.
// Errors are *Error.
func Open(ctx context.Context, dir string) (*Repository, error) {
	if abs, err := filepath.Abs(dir); err == nil { // messages name it, and "." says nothing
		dir = abs
	}
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) && filepath.Dir(dir) != dir {
		r, err := Open(ctx, filepath.Dir(dir))
		if err == nil {
			r.Prefix = path.Join(r.Prefix, filepath.Base(dir))
		}
		return r, err
	}
	r := &Repository{dir: dir}
	out, err := r.run(ctx, "rev-parse", "--is-bare-repository", "--show-prefix", "--is-shallow-repository", "--show-toplevel")
	said := strings.SplitN(out, "\n", 4)
	switch {
	case said[0] == "true":
		return nil, &Error{"No work tree", "The repository is bare: it has commits and no files beside them. Run livery in a clone of it."}
	case err != nil:
		return nil, openError(dir, err)
	case len(said) < 4:
		return nil, fmt.Errorf("git rev-parse: unexpected answer %q", out)
	}
	r.Prefix, r.shallow, r.Root = strings.TrimSuffix(said[1], "/"), said[2] == "true", filepath.FromSlash(said[3])
	r.dir = r.Root
	return r, nil
}

func openError(dir string, err error) error {
	var failed *runError
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return &Error{"git is not here", "Commits are read through the program git, which is not on the PATH. Install it."}
	case !errors.As(err, &failed):
		return err
	case strings.Contains(failed.message, "dubious ownership"):
		if _, quoted, found := strings.Cut(failed.message, "repository at '"); found { // its top, which is what must be named
			dir, _, _ = strings.Cut(quoted, "'")
		}
		return &Error{"git does not trust the repository", fmt.Sprintf("The files of %s belong to another user, so git refuses to read its repository. If that is right, trust it: git config --global --add safe.directory %s", dir, dir)}
	case strings.Contains(failed.message, "not a git repository"):
		return &Error{"Not in a git repository", fmt.Sprintf("%s is in no git repository, so there is no commit to compare with.", dir)}
	case strings.Contains(failed.message, "must be run in a work tree"):
		return &Error{"No work tree", "This is the inside of a repository and not its files. Run livery in the work tree."}
	}
	return err
}

// Commit finds a commit by a name that git knows: a branch, a tag, an ID, HEAD~2.
func (r *Repository) Commit(ctx context.Context, ref string) (Commit, error) {
	if ref == "" || strings.HasPrefix(ref, "-") {
		return Commit{}, &Error{"Not a commit", fmt.Sprintf("%q is not the name of a commit.", ref)}
	}
	id, err := r.run(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", ref+"^{commit}")
	if err != nil {
		if ctx.Err() != nil {
			return Commit{}, ctx.Err()
		}
		return Commit{}, r.unknown(ctx, ref)
	}
	return Commit{Ref: ref, ID: id}, nil
}

// cutShort says how a clone gets the history that it lacks.
// HeadOf is the commit that the files around a directory are from, "" before the first one.
// dirty reports whether any of them differs from it, or is not in git and not ignored, but
// for some below the directory.
func HeadOf(ctx context.Context, dir string, but ...string) (id string, dirty bool, err error) {
	args := []string{"status", "--porcelain=v2", "--branch", "-z", "--no-renames", "--untracked-files=all", "--ignore-submodules=dirty", "--", ":/"}
	for _, name := range but {
		if filepath.IsLocal(name) {
			args = append(args, ":(exclude,literal)"+filepath.ToSlash(filepath.Clean(name)))
		}
	}
	out, err := (&Repository{dir: dir}).run(ctx, args...)
	for line := range strings.SplitSeq(out, "\x00") {
		said, isID := strings.CutPrefix(line, "# branch.oid ")
		switch {
		case isID && said != "(initial)":
			id = said
		case line != "" && !strings.HasPrefix(line, "# "):
			dirty = true
		}
	}
	return id, dirty, err
}

const cutShort = "The clone was cut short. Fetch all of it: git fetch --no-tags --unshallow origin. In GitHub's actions/checkout, set fetch-depth: 0."

// unknown says why a commit is not there. In a clone that was cut short it may be
// elsewhere.
func (r *Repository) unknown(ctx context.Context, ref string) error {
	if r.shallow && strings.ContainsAny(ref, "~^@") { // a way through the history, which no remote knows
		return absentError{&Error{fmt.Sprintf("%s is not in this clone", ref),
			cutShort}}
	}
	remote, branch, tracking := strings.Cut(strings.TrimPrefix(ref, "refs/remotes/"), "/")
	if known, _ := r.run(ctx, "remote"); !tracking || !slices.Contains(strings.Split(known, "\n"), remote) {
		remote, branch, tracking = "origin", ref, false
	}
	if tracking && !r.shallow { // it may have been cloned for one branch alone
		refs, _ := r.run(ctx, "for-each-ref", "--count=1", "--format=%(refname)", "refs/remotes/"+remote)
		tracking = refs != ""
	}
	more := ""
	switch id := isID(ref); {
	case tracking:
		branch += ":refs/remotes/" + remote + "/" + branch
	case !r.shallow:
		return absentError{&Error{"Unknown commit", fmt.Sprintf("git knows no commit called %s in %s.", ref, r.Root)}}
	case strings.HasPrefix(ref, "refs/"):
		branch = ref + ":" + ref
	case !id:
		branch = fmt.Sprintf("refs/tags/%s:refs/tags/%s", ref, ref)
		more = fmt.Sprintf(" That is for a tag; a branch is called origin/%s.", ref)
	}
	return absentError{&Error{fmt.Sprintf("%s is not in this clone", ref),
		fmt.Sprintf("Fetch it: git fetch --no-tags --depth=1000 %s %s.%s In GitHub's actions/checkout, set fetch-depth: 0.", remote, branch, more)}}
}

// isID reports whether a name may be the ID of a commit.
func isID(ref string) bool {
	return len(ref) >= 4 && strings.Trim(ref, "0123456789abcdef") == ""
}

// MergeBase is the newest commit that both descend from.
func (r *Repository) MergeBase(ctx context.Context, a, b Commit) (Commit, error) {
	id, err := r.run(ctx, "merge-base", a.ID, b.ID)
	switch {
	case err == nil:
		return Commit{Ref: a.Ref, ID: id}, nil
	case ctx.Err() != nil:
		return Commit{}, ctx.Err()
	case r.shallow:
		return Commit{}, absentError{&Error{fmt.Sprintf("Where the branch left %s is not in this clone", a.Ref),
			cutShort}}
	}
	return Commit{}, absentError{&Error{"No common history", fmt.Sprintf("%s and %s have no commit in common.", a.Ref, b.Ref)}}
}

// Left is the newest commit that both HEAD and another one descend from: where the
// checkout left it.
func (r *Repository) Left(ctx context.Context, ref string) (Commit, error) {
	other, err := r.Commit(ctx, ref)
	if err != nil {
		return Commit{}, err
	}
	head, err := r.Commit(ctx, "HEAD")
	if err != nil {
		return Commit{}, err
	}
	return r.MergeBase(ctx, other, head)
}

// Distance counts the commits from one to a descendant of it.
func (r *Repository) Distance(ctx context.Context, from, to Commit) (int, error) {
	out, err := r.run(ctx, "rev-list", "--count", from.ID+".."+to.ID)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(out)
}

// Changed counts the files that differ between two commits.
func (r *Repository) Changed(ctx context.Context, base, head Commit) (int, error) {
	return r.differing(ctx, base.ID, head.ID)
}

// ChangedFiles counts the files that differ from a commit as they are now, those that are
// not in git too unless they are ignored. dirty reports whether they differ from HEAD.
func (r *Repository) ChangedFiles(ctx context.Context, base Commit) (n int, dirty bool, err error) {
	n, err = r.differing(ctx, base.ID)
	if err != nil {
		return 0, false, err
	}
	status, err := r.run(ctx, "status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--ignore-submodules=dirty")
	for _, line := range strings.Split(status, "\x00") {
		if strings.HasPrefix(line, "?? ") {
			n++
		}
	}
	return n, status != "", err
}

func (r *Repository) differing(ctx context.Context, commits ...string) (int, error) {
	args := append(diffArguments("--name-only"), commits...)
	out, err := r.run(ctx, append(args, "--")...)
	return strings.Count(out, "\x00"), err
}

// runError is what git said when it failed.
type runError struct {
	command, message string
}

func (e *runError) Error() string { return fmt.Sprintf("git %s: %s", e.command, e.message) }

// command is git, kept from writing, from hooks and from the network.
func (r *Repository) command(ctx context.Context, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, "git", append([]string{"--no-pager", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"}, args...)...)
	c.Dir = r.dir
	c.Env = append(environment(), "GIT_NO_LAZY_FETCH=1", "GIT_ALLOW_PROTOCOL=none", "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0", "LC_ALL=C")
	return c
}

// environment is that of livery without what git tells the hooks of a work tree: it would
// have the directory of a stack for the top of that tree. Who names a tree of his own means it.
func environment() []string {
	all := os.Environ()
	named := slices.ContainsFunc(all, func(v string) bool { return strings.HasPrefix(v, "GIT_WORK_TREE=") })
	return slices.DeleteFunc(all, func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		switch name {
		case "GIT_DIR", "GIT_COMMON_DIR":
			return !named
		case "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_IMPLICIT_WORK_TREE", "GIT_INTERNAL_SUPER_PREFIX":
			return true
		}
		return false
	})
}

// run gives what a git command prints, without the last line feed.
func (r *Repository) run(ctx context.Context, args ...string) (string, error) {
	var out, message bytes.Buffer
	c := r.command(ctx, args...)
	c.Stdout, c.Stderr = &out, &message
	err := c.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); exited && ctx.Err() == nil {
		err = &runError{command: args[0], message: strings.TrimPrefix(strings.TrimSpace(message.String()), "fatal: ")}
	}
	return strings.TrimSuffix(out.String(), "\n"), err
}
