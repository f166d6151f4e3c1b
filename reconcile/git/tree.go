package git

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// Tree is the files of a commit. It is an fs.FS that is rooted where absolute paths begin,
// as the repository's own files lie in Root, and safe for concurrent use. Close it.
type Tree struct {
	objects *objects
	root    string // of the work tree, as a path in an fs.FS
	commit  Commit
	lists   sync.Map // the entries of the trees that were read, by ID

	mu     sync.Mutex
	failed error
}

// Dir is the directory that was opened, as a path in a Tree.
func (r *Repository) Dir() string {
	return cmp.Or(path.Join(strings.Trim(filepath.ToSlash(r.Root), "/"), r.Prefix), ".")
}

// Tree gives the files of a commit.
func (r *Repository) Tree(ctx context.Context, c Commit) *Tree {
	return &Tree{objects: r.openObjects(ctx), root: strings.Trim(filepath.ToSlash(r.Root), "/"), commit: c}
}

// Close ends the reading.
func (t *Tree) Close() { t.objects.close() }

// Err is the first error but that of a name that the commit does not have: something that
// was asked for cannot be known.
func (t *Tree) Err() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.failed
}

// refuse is an error about a path.
func (t *Tree) refuse(op, name string, err error) error {
	if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrInvalid) {
		t.mu.Lock()
		t.failed = cmp.Or(t.failed, err)
		t.mu.Unlock()
	}
	return &fs.PathError{Op: op, Path: name, Err: err}
}

// entry is a file, a directory or a link of a tree.
type entry struct {
	name, mode, id string
}

const (
	modeTree      = "40000"
	modeLink      = "120000"
	modeSubmodule = "160000"
)

func (e entry) fileMode() fs.FileMode {
	switch e.mode {
	case modeTree:
		return fs.ModeDir | 0o755
	case modeSubmodule:
		return fs.ModeIrregular
	case modeLink:
		return fs.ModeSymlink | 0o777
	case "100755":
		return 0o755
	default:
		return 0o644
	}
}

// Open implements fs.FS. Links are followed, within the repository.
func (t *Tree) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	e, err := t.find(name)
	if err != nil {
		return nil, t.refuse("open", name, err)
	}
	f := &file{tree: t, info: info{name: path.Base(name), mode: e.fileMode()}, entry: e}
	if f.info.mode.IsRegular() {
		content, size, err := t.objects.read(e.id)
		if err != nil {
			return nil, t.refuse("open", name, t.explain(name, err))
		}
		f.info.size, f.content, f.unusable = size, bytes.NewReader(content), t.unusable(name, content, size)
	}
	return f, nil
}

// unusable says why the content of a file is not what people have in it. Git LFS keeps
// files elsewhere: what is in the commit is a note of the digest.
func (t *Tree) unusable(name string, content []byte, size int64) error {
	switch {
	case bytes.HasPrefix(content, []byte("version https://git-lfs.github.com/spec/")):
		return &Error{"A file is kept elsewhere", fmt.Sprintf("%s is kept by Git LFS, so %s holds a pointer and not the file.", t.relative(name), t.commit.Ref)}
	case int64(len(content)) != size:
		return fmt.Errorf("%s is larger than %d MB", t.relative(name), maxObject>>20)
	}
	return nil
}

func (t *Tree) explain(name string, err error) error {
	if errors.Is(err, errMissing) {
		return absentError{&Error{"A file was not fetched", fmt.Sprintf("%s of %s is not in this partial clone. Bring it: git fetch --refetch --no-filter origin", t.relative(name), t.commit.Ref)}}
	}
	return err
}

// relative names a path as seen from the top of the work tree.
func (t *Tree) relative(name string) string {
	if rest, ok := strings.CutPrefix(name, t.root+"/"); ok {
		return rest
	}
	return "/" + name
}

// maxLinks is how many links are followed for one name.
const maxLinks = 40

// find walks from the commit's tree to a path.
func (t *Tree) find(name string) (entry, error) {
	rest, within := "", name == t.root
	if t.root == "" {
		rest, within = name, true
	} else if !within {
		rest, within = strings.CutPrefix(name, t.root+"/")
	}
	if !within {
		if strings.HasPrefix(t.root+"/", name+"/") || name == "." { // a directory above the work tree
			return entry{mode: modeTree}, nil
		}
		return entry{}, &Error{"A path leads out of the repository", fmt.Sprintf("/%s is not in the repository, so its content at %s is not known.", name, t.commit.Ref)}
	}
	return t.walk(rest, 0)
}

func (t *Tree) walk(rest string, links int) (entry, error) {
	at := entry{mode: modeTree, id: t.commit.ID + "^{tree}"}
	if rest == "" || rest == "." {
		return at, nil
	}
	steps := strings.Split(rest, "/")
	for i, step := range steps {
		if at.mode == modeSubmodule {
			return entry{}, &Error{"A path leads into a submodule", fmt.Sprintf("%s is a repository of its own, and its files are not read.", strings.Join(steps[:i], "/"))}
		}
		if at.mode != modeTree {
			return entry{}, fs.ErrNotExist
		}
		list, err := t.list(at)
		if err != nil {
			return entry{}, t.explain(path.Join(t.root, rest), err)
		}
		next, ok := list[step]
		if !ok {
			return entry{}, fs.ErrNotExist
		}
		at = next
		if at.mode == modeLink {
			return t.follow(at, steps[:i], steps[i+1:], links)
		}
	}
	return at, nil
}

// follow walks on where a link leads.
func (t *Tree) follow(link entry, before, after []string, links int) (entry, error) {
	at := path.Join(append(slices.Clone(before), link.name)...)
	if links == maxLinks {
		return entry{}, &Error{"Links in a circle", fmt.Sprintf("The link %s leads to itself.", at)}
	}
	target, _, err := t.objects.read(link.id)
	if err != nil {
		return entry{}, t.explain(path.Join(t.root, at), err)
	}
	to := path.Join("/", path.Join(before...), string(target))
	climbs := path.Join(path.Join(before...), string(target))
	if path.IsAbs(string(target)) || climbs == ".." || strings.HasPrefix(climbs, "../") {
		return entry{}, &Error{"A link leads out of the repository", fmt.Sprintf("The link %s leads to %q, which is not in the repository.", at, target)}
	}
	return t.walk(strings.TrimPrefix(path.Join(append([]string{to}, after...)...), "/"), links+1)
}

// list gives the entries of a tree by name. Git keeps them as mode, name and ID in bytes.
func (t *Tree) list(dir entry) (map[string]entry, error) {
	if known, ok := t.lists.Load(dir.id); ok {
		return known.(map[string]entry), nil
	}
	data, _, err := t.objects.read(dir.id)
	if err != nil {
		return nil, err
	}
	width := len(t.commit.ID) / 2
	list := make(map[string]entry)
	for len(data) > 0 {
		head, rest, ok := bytes.Cut(data, []byte{0})
		mode, name, spaced := strings.Cut(string(head), " ")
		if !ok || !spaced || len(rest) < width {
			return nil, errors.New("git gave a tree that cannot be read")
		}
		list[name] = entry{name: name, mode: mode, id: fmt.Sprintf("%x", rest[:width])}
		data = rest[width:]
	}
	t.lists.Store(dir.id, list)
	return list, nil
}

// file is one open file or directory.
type file struct {
	tree     *Tree
	info     info
	entry    entry
	content  *bytes.Reader // nil unless it is a regular file
	unusable error         // why the content must not be used
	read     int           // entries of a directory that were given
}

func (f *file) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *file) Close() error               { return nil }

func (f *file) Read(p []byte) (int, error) {
	switch {
	case f.content == nil:
		return 0, &fs.PathError{Op: "read", Path: f.info.name, Err: errors.New("not a regular file")}
	case f.unusable != nil:
		return 0, f.tree.refuse("read", f.info.name, f.unusable)
	}
	return f.content.Read(p)
}

// ReadDir implements fs.ReadDirFile.
func (f *file) ReadDir(n int) ([]fs.DirEntry, error) {
	if f.entry.mode != modeTree || f.entry.id == "" {
		return nil, &fs.PathError{Op: "readdir", Path: f.info.name, Err: errors.New("not a directory of the repository")}
	}
	entries, err := f.tree.list(f.entry)
	if err != nil {
		return nil, f.tree.refuse("readdir", f.info.name, f.tree.explain(f.info.name, err))
	}
	var list []fs.DirEntry
	for _, name := range slices.Sorted(maps.Keys(entries))[f.read:] {
		if n > 0 && len(list) == n {
			break
		}
		list = append(list, dirEntry{entry: entries[name], tree: f.tree})
	}
	f.read += len(list)
	if n > 0 && len(list) == 0 {
		return nil, io.EOF
	}
	return list, nil
}

// dirEntry is an entry of a directory; how large it is, only its object tells.
type dirEntry struct {
	entry
	tree *Tree
}

func (e dirEntry) Name() string      { return e.name }
func (e dirEntry) IsDir() bool       { return e.Type().IsDir() }
func (e dirEntry) Type() fs.FileMode { return e.fileMode().Type() }

func (e dirEntry) Info() (fs.FileInfo, error) {
	i := info{name: e.name, mode: e.fileMode()}
	if e.mode == modeTree || e.mode == modeSubmodule {
		return i, nil
	}
	_, size, err := e.tree.objects.read(e.id)
	i.size = size
	return i, err
}

// info describes a file; commits keep no times.
type info struct {
	name string
	size int64
	mode fs.FileMode
}

func (i info) Name() string       { return i.name }
func (i info) Size() int64        { return i.size }
func (i info) Mode() fs.FileMode  { return i.mode }
func (i info) ModTime() time.Time { return time.Time{} }
func (i info) IsDir() bool        { return i.mode.IsDir() }
func (i info) Sys() any           { return nil }
