package syntax

import (
	"io/fs"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"

	"livery/schema/cache"
)

// countingFS counts how often files are opened.
type countingFS struct {
	fstest.MapFS
	opened atomic.Int64
}

func (c *countingFS) Open(name string) (fs.File, error) {
	c.opened.Add(1)
	return c.MapFS.Open(name)
}

func TestFilesAreReadOnce(t *testing.T) {
	fsys := &countingFS{MapFS: fstest.MapFS{"stack/tpl.txt": {Data: []byte("héllo ${name}\n")}}}
	f := NewFiles(fsys, "/stack")
	var group sync.WaitGroup
	for _, name := range []string{"tpl.txt", "./tpl.txt", "../stack/tpl.txt", "d/../tpl.txt"} {
		group.Go(func() {
			text, err := f.Text(name)
			assert.NoError(t, err)
			assert.Equal(t, "héllo ${name}\n", text)
		})
	}
	group.Wait()
	assert.EqualValues(t, 1, fsys.opened.Load())

	_, first := f.Read("nope")
	_, second := f.Read("nope")
	assert.ErrorIs(t, first, fs.ErrNotExist)
	assert.Same(t, first, second, "faults are remembered too")
}

func TestFilesAreNamedRelativeToTheStack(t *testing.T) {
	for _, dir := range []string{"/a/b", "a/b", "/a/b/", "/", ""} {
		f := NewFiles(fstest.MapFS{"a/b/x": {}, "a/y": {}, "x": {}, "y": {}}, dir)
		_, err := f.Read("x")
		assert.NoError(t, err, dir)
		_, err = f.Read("../y")
		assert.NoError(t, err, dir)
		for _, name := range []string{"", "/a/b/x", "x\x00"} {
			_, err := f.Read(name)
			assert.Error(t, err, "%q in %q", name, dir)
		}
	}
	f := NewFiles(fstest.MapFS{}, "/a/b")
	for p, want := range map[string]string{"a/b/c": "c", "a/x": "../x", "a/b": ".", "z": "../../z"} {
		assert.Equal(t, want, f.Relative(p))
	}
}

func TestFilesetStopsSomewhere(t *testing.T) {
	fsys := fstest.MapFS{}
	for i := range 60 {
		for j := range 2000 {
			fsys["a/"+strings.Repeat("x", i+1)+"/"+strings.Repeat("y", j%200+1)+string(rune('a'+j/200))] = &fstest.MapFile{}
		}
	}
	_, err := NewFiles(fsys, "/a").Match("..", "../../../**")
	assert.ErrorContains(t, err, "looks at more than")
}

func TestOutside(t *testing.T) {
	for _, dir := range []string{"/a/b", "/"} {
		f := NewFiles(nil, dir)
		f.Shared = new(cache.Cache)
		assert.Nil(t, f.Outside("x"))
		assert.Nil(t, f.Outside("c/../x"))
	}
	f := NewFiles(nil, "/a/b")
	f.Shared = new(cache.Cache)
	assert.Same(t, f.Shared, f.Outside("../x"))
	assert.Same(t, f.Shared, f.Outside("../bc/x"))
	assert.Nil(t, f.Outside("../b/x"))
}
