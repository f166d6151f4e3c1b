package git_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/git"
	"livery/testdata/gittest"
)

// repo is a repository of a test, with what this package makes of it.
type repo struct{ gittest.Repository }

func newRepo(t *testing.T, args ...string) repo {
	t.Helper()
	return repo{gittest.New(t, args...)}
}

func (r repo) link(target, name string) {
	r.T.Helper()
	require.NoError(r.T, os.Symlink(target, filepath.Join(r.Dir, name)))
}

func (r repo) open(dir string) *git.Repository {
	r.T.Helper()
	opened, err := git.Open(r.T.Context(), filepath.Join(r.Dir, dir))
	require.NoError(r.T, err)
	return opened
}

// tree is a commit's files below the top of the work tree.
func (r repo) tree(opened *git.Repository, ref string) fs.FS {
	r.T.Helper()
	c, err := opened.Commit(r.T.Context(), ref)
	require.NoError(r.T, err)
	tree := opened.Tree(r.T.Context(), c)
	r.T.Cleanup(tree.Close)
	return inside{tree, strings.TrimPrefix(filepath.ToSlash(opened.Root), "/")}
}

// inside is what lies below a directory; fs.Sub would hide what errors say.
type inside struct {
	fs.FS
	dir string
}

func (i inside) Open(name string) (fs.File, error) {
	if name == "." {
		return i.FS.Open(i.dir)
	}
	return i.FS.Open(i.dir + "/" + name)
}

func TestTree(t *testing.T) {
	for _, format := range []string{"sha1", "sha256"} {
		t.Run(format, func(t *testing.T) {
			r := newRepo(t, "--object-format="+format)
			r.Write("a.txt", "one")
			r.Write("brands/acme/main.livery.hcl", "acme")
			r.Write("brands/sun and moon/ü.json", "{}")
			r.Write("shared/empty", "")
			r.link("shared", "also")
			r.link("../a.txt", "brands/up")
			r.link("brands/up", "twice")
			r.Commit("files")
			r.Write("a.txt", "changed since")
			require.NoError(t, os.RemoveAll(filepath.Join(r.Dir, "brands")))

			tree := r.tree(r.open(""), "HEAD")
			require.NoError(t, fstest.TestFS(linkless{tree}, "a.txt", "brands/acme/main.livery.hcl", "brands/sun and moon/ü.json", "shared/empty"))
			for name, want := range map[string]string{"a.txt": "one", "brands/up": "one", "twice": "one", "also/empty": "", "brands/acme/main.livery.hcl": "acme"} {
				got, err := fs.ReadFile(tree, name)
				require.NoError(t, err, name)
				assert.Equal(t, want, string(got), name)
			}
			for _, name := range []string{"b.txt", "a.txt/b", "brands/none/x", "also/none"} {
				_, err := tree.Open(name)
				assert.ErrorIs(t, err, fs.ErrNotExist, name)
			}
		})
	}
}

// linkless hides links, of which the standard suite demands times and more.
type linkless struct{ fs.FS }

func (l linkless) ReadDir(name string) ([]fs.DirEntry, error) {
	list, err := fs.ReadDir(l.FS, name)
	kept := list[:0]
	for _, e := range list {
		if e.Type()&fs.ModeSymlink == 0 {
			kept = append(kept, e)
		}
	}
	return kept, err
}

func (l linkless) Open(name string) (fs.File, error) {
	f, err := l.FS.Open(name)
	if dir, ok := f.(fs.ReadDirFile); ok && err == nil {
		if i, _ := f.Stat(); i.IsDir() {
			return linklessDir{dir}, nil
		}
	}
	return f, err
}

type linklessDir struct{ fs.ReadDirFile }

func (d linklessDir) ReadDir(n int) ([]fs.DirEntry, error) {
	for {
		list, err := d.ReadDirFile.ReadDir(n)
		kept := list[:0]
		for _, e := range list {
			if e.Type()&fs.ModeSymlink == 0 {
				kept = append(kept, e)
			}
		}
		if len(kept) > 0 || err != nil || n <= 0 {
			return kept, err
		}
	}
}

// What a commit does not hold is said with its path, each kind in its own words.
func TestTreeLeaksNothing(t *testing.T) {
	r := newRepo(t)
	r.Write("large.json", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n")
	r.link("/etc/passwd", "absolute")
	r.link("../../outside", "climbs")
	r.link("circle", "circle")
	r.Commit("links")
	r.Git("update-index", "--add", "--cacheinfo", "160000,"+r.Git("rev-parse", "HEAD")+",module")
	r.Git("commit", "--quiet", "-m", "a submodule")
	tree := r.tree(r.open(""), "main")
	for name, want := range map[string]string{
		"large.json": "kept by Git LFS", "absolute": "leads to \"/etc/passwd\"", "climbs": "The link climbs leads to", "circle": "leads to itself",
		"module/main.livery.hcl": "module is a repository of its own",
	} {
		_, err := fs.ReadFile(tree, name)
		assert.ErrorContains(t, err, want, name)
	}
	_, err := tree.(inside).FS.Open("etc/passwd")
	assert.ErrorContains(t, err, "/etc/passwd is not in the repository")
	_, err = fs.Stat(tree, "large.json")
	assert.NoError(t, err, "that it is there is known")
}

func TestOpen(t *testing.T) {
	r := newRepo(t)
	r.Write("brands/acme/x", "")
	first := r.Commit("first")
	opened := r.open("brands/acme")
	assert.Equal(t, r.Dir, opened.Root)
	assert.Equal(t, "brands/acme", opened.Prefix)
	r.Git("checkout", "--quiet", "-b", "other")
	second := r.Commit("second")
	r.Git("checkout", "--quiet", "main")
	r.Commit("third")

	main, err := opened.Commit(t.Context(), "main")
	require.NoError(t, err)
	other, err := opened.Commit(t.Context(), "other")
	require.NoError(t, err)
	assert.Equal(t, second, other.ID)
	base, err := opened.MergeBase(t.Context(), main, other)
	require.NoError(t, err)
	assert.Equal(t, first, base.ID)
	n, err := opened.Distance(t.Context(), base, main)
	require.NoError(t, err)
	assert.Equal(t, 1, n)

	r.Git("worktree", "add", "--quiet", filepath.Join(r.Dir, "elsewhere"), "other")
	beside := r.open("elsewhere")
	assert.Equal(t, filepath.Join(r.Dir, "elsewhere"), beside.Root)
	assert.Empty(t, beside.Prefix)

	_, err = opened.Commit(t.Context(), "nowhere")
	assert.ErrorContains(t, err, `git knows no commit called nowhere`)
	_, err = opened.Commit(t.Context(), "--all")
	assert.ErrorContains(t, err, "is not the name of a commit")
	elsewhere := t.TempDir()
	t.Chdir(elsewhere)
	_, err = git.Open(t.Context(), ".")
	assert.ErrorContains(t, err, elsewhere+" is in no git repository")
	_, err = git.Open(t.Context(), filepath.Join(r.Dir, ".git"))
	assert.ErrorContains(t, err, "Run livery in the work tree")
	bare := newRepo(t, "--bare")
	_, err = git.Open(t.Context(), bare.Dir)
	assert.ErrorContains(t, err, "The repository is bare")
	t.Setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
	_, err = git.Open(t.Context(), filepath.Join(r.Dir, "brands/acme"))
	assert.ErrorContains(t, err, "--add safe.directory "+r.Dir)
	assert.NotContains(t, err.Error(), "acme", "the repository is to be trusted, not a directory in it")
	t.Setenv("PATH", t.TempDir())
	_, err = git.Open(t.Context(), r.Dir)
	assert.ErrorContains(t, err, "not on the PATH")
}

// Files count as changed against a commit, staged or not, tracked or not.
func TestChanged(t *testing.T) {
	r := newRepo(t)
	r.Write("a", "1")
	r.Write("dir/b", "1")
	r.Write(".gitignore", "ignored\n")
	r.Commit("first")
	opened := r.open("dir")
	base, err := opened.Commit(t.Context(), "HEAD")
	require.NoError(t, err)
	changed := func(head git.Commit) int {
		n, err := opened.Changed(t.Context(), base, head)
		require.NoError(t, err)
		return n
	}
	now := func() (int, bool) {
		n, dirty, err := opened.ChangedFiles(t.Context(), base)
		require.NoError(t, err)
		return n, dirty
	}
	n, dirty := now()
	assert.Zero(t, n)
	assert.False(t, dirty)
	r.Write("a", "2")
	r.Write("new", "2")
	r.Write("ignored", "2")
	r.Git("mv", "dir/b", "dir/c")
	n, dirty = now()
	assert.Equal(t, 4, n, "a, new, and b as two")
	assert.True(t, dirty)
	assert.Zero(t, changed(base))
	r.Commit("second")
	n, dirty = now()
	assert.Equal(t, 4, n)
	assert.False(t, dirty, "they differ from the base and not from HEAD")
	head, err := opened.Commit(t.Context(), "HEAD")
	require.NoError(t, err)
	assert.Equal(t, 4, changed(head))
}

// What files are made from is their commit, and what is not in it. What the run itself
// writes is no such thing.
func TestHeadOf(t *testing.T) {
	r := newRepo(t)
	headOf := func(dir string, but ...string) (string, bool) {
		id, dirty, err := git.HeadOf(t.Context(), filepath.Join(r.Dir, dir), but...)
		require.NoError(t, err)
		return id, dirty
	}
	id, _ := headOf("")
	assert.Empty(t, id, "there is no commit yet")
	r.Write("dir/a", "1")
	r.Write("b", "1")
	r.Write(".gitignore", "ignored\n")
	r.Commit("first")
	head, err := r.open("dir").Commit(t.Context(), "HEAD")
	require.NoError(t, err)
	for name, tt := range map[string]struct {
		files []string // that are written
		but   []string
		dirty bool
	}{
		"as committed":   {nil, nil, false},
		"ignored":        {[]string{"dir/ignored"}, nil, false},
		"the run's own":  {[]string{"dir/r.md", "dir/out/r[1].json"}, []string{"./r.md", "out/r[1].json", "../elsewhere", "/tmp/x"}, false},
		"new":            {[]string{"dir/r.md", "dir/new"}, []string{"r.md"}, true},
		"changed":        {[]string{"dir/a"}, nil, true},
		"beside the dir": {[]string{"b"}, []string{"b"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			for _, file := range tt.files {
				r.Write(file, "2")
			}
			id, dirty := headOf("dir", tt.but...)
			assert.Equal(t, head.ID, id)
			assert.Equal(t, tt.dirty, dirty)
			r.Git("checkout", "--quiet", ".")
			r.Git("clean", "--quiet", "--force", "-d", "-x")
		})
	}
	_, _, err = git.HeadOf(t.Context(), t.TempDir())
	assert.Error(t, err)
}

// A clone that was cut short says what helps, and never takes what it lacks for new.
func TestCutShort(t *testing.T) {
	origin := newRepo(t)
	origin.Write("a", "1")
	origin.Commit("first")
	origin.Git("checkout", "--quiet", "-b", "work")
	origin.Write("a", "2")
	origin.Commit("second")
	origin.Git("checkout", "--quiet", "main")
	origin.Commit("third")
	origin.Git("config", "uploadpack.allowFilter", "true")

	shallow := repo{gittest.Repository{T: t, Dir: filepath.Join(t.TempDir(), "shallow")}}
	origin.Git("clone", "--quiet", "--depth=1", "--branch=work", "file://"+origin.Dir, shallow.Dir)
	_, err := shallow.open("").Commit(t.Context(), "origin/main")
	assert.ErrorContains(t, err, "origin/main is not in this clone")
	assert.ErrorContains(t, err, "fetch-depth: 0")
	shallow.advised(err)
	shallow.Git("fetch", "--quiet", "--depth=1", "origin", "main", "work") // cut it short again
	opened := shallow.open("")
	head, err := opened.Commit(t.Context(), "HEAD")
	require.NoError(t, err)
	main, err := opened.Commit(t.Context(), "origin/main")
	require.NoError(t, err, "the command that was advised has brought it")
	_, err = opened.MergeBase(t.Context(), main, head)
	assert.ErrorContains(t, err, "Where the branch left origin/main is not in this clone")
	shallow.advised(err)
	base, err := shallow.open("").MergeBase(t.Context(), main, head)
	require.NoError(t, err, "so has this one")
	assert.Equal(t, origin.Git("rev-parse", "main~1"), base.ID)

	origin.Git("tag", "v1", "work~1")
	tagged := repo{gittest.Repository{T: t, Dir: filepath.Join(t.TempDir(), "tagged")}}
	origin.Git("clone", "--quiet", "--depth=1", "--branch=work", "--no-tags", "--origin=upstream", "file://"+origin.Dir, tagged.Dir)
	for _, ref := range []string{"upstream/main", "refs/remotes/upstream/main"} {
		_, err = tagged.open("").Commit(t.Context(), ref)
		tagged.advised(err)
		_, err = tagged.open("").Commit(t.Context(), ref)
		assert.NoError(t, err, ref)
		tagged.Git("update-ref", "-d", "refs/remotes/upstream/main")
	}
	tagged.Git("remote", "add", "origin", "file://"+origin.Dir)
	_, err = tagged.open("").Commit(t.Context(), "v1")
	tagged.advised(err)
	_, err = tagged.open("").Commit(t.Context(), "v1")
	assert.NoError(t, err, "a tag")

	cut := repo{gittest.Repository{T: t, Dir: filepath.Join(t.TempDir(), "cut")}}
	origin.Git("clone", "--quiet", "--depth=1", "--branch=work", "file://"+origin.Dir, cut.Dir)
	_, err = cut.open("").Commit(t.Context(), "HEAD~1")
	assert.ErrorContains(t, err, "HEAD~1 is not in this clone")
	cut.advised(err)
	_, err = cut.open("").Commit(t.Context(), "HEAD~1")
	assert.NoError(t, err, "which no remote knows by that name")

	treeless := repo{gittest.Repository{T: t, Dir: filepath.Join(t.TempDir(), "treeless")}}
	origin.Git("clone", "--quiet", "--filter=tree:0", "--branch=work", "file://"+origin.Dir, treeless.Dir)
	_, err = fs.ReadFile(treeless.tree(treeless.open(""), "origin/main"), "a")
	assert.ErrorContains(t, err, "is not in this partial clone")

	partial := repo{gittest.Repository{T: t, Dir: filepath.Join(t.TempDir(), "partial")}}
	origin.Git("clone", "--quiet", "--filter=blob:none", "--branch=work", "file://"+origin.Dir, partial.Dir)
	tree := partial.tree(partial.open(""), "origin/main")
	_, err = fs.ReadFile(tree, "a")
	assert.ErrorContains(t, err, "a of origin/main is not in this partial clone")
	assert.ErrorContains(t, err, "git fetch --refetch")
	partial.advised(err)
	_, err = fs.ReadFile(partial.tree(partial.open(""), "origin/main"), "a")
	assert.NoError(t, err)
}

// advised runs the git command that an error names.
func (r repo) advised(err error) {
	r.T.Helper()
	_, rest, _ := strings.Cut(err.Error(), ": git ")
	command, _, _ := strings.Cut(rest+". ", ". ")
	r.Git(strings.Fields(strings.TrimSuffix(command, "."))...)
}

// Reading leaves no trace: not in the index, not in the objects.
func TestReadingWritesNothing(t *testing.T) {
	r := newRepo(t)
	r.Write("a", "1")
	r.Commit("first")
	r.Write("a", "2")
	state := func() map[string]string {
		files := make(map[string]string)
		err := filepath.WalkDir(filepath.Join(r.Dir, ".git"), func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				var data []byte
				data, err = os.ReadFile(path)
				files[path] = string(data)
			}
			return err
		})
		require.NoError(t, err)
		return files
	}
	before := state()
	opened := r.open("")
	base, err := opened.Commit(t.Context(), "HEAD")
	require.NoError(t, err)
	_, _, err = opened.ChangedFiles(t.Context(), base)
	require.NoError(t, err)
	_, err = fs.ReadFile(r.tree(opened, "HEAD"), "a")
	require.NoError(t, err)
	assert.Equal(t, before, state())
}

// git tells the hooks of a linked work tree which repository is theirs, and in doing so that
// whatever directory it is run in is the top of the tree.
func TestHooksOfLinkedWorkTrees(t *testing.T) {
	r := newRepo(t)
	r.Write("brands/acme/a", "1")
	r.Commit("first")
	linked := filepath.Join(t.TempDir(), "linked")
	r.Git("worktree", "add", "--quiet", linked)
	dir := strings.TrimSpace(r.Git("-C", linked, "rev-parse", "--absolute-git-dir"))
	t.Setenv("GIT_DIR", dir)
	t.Setenv("GIT_INDEX_FILE", filepath.Join(dir, "index"))
	opened, err := git.Open(t.Context(), filepath.Join(linked, "brands/acme"))
	require.NoError(t, err)
	assert.Equal(t, "brands/acme", opened.Prefix)
	t.Setenv("GIT_DIR", ".git")
	_, err = git.Open(t.Context(), filepath.Join(linked, "brands/acme"))
	assert.NoError(t, err)
}
