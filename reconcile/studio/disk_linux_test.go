package studio_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/studio"
	"livery/schema"
	"livery/testdata/engine"
)

// smallDisk is a file system of its own with room for a few files. Whoever may not mount one
// leaves the test out; LIVERY_E2E=1 on a machine where root runs the tests has it.
func smallDisk(t *testing.T) string {
	t.Helper()
	engine.Outside(t)
	dir := t.TempDir()
	err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64k,mode=700")
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EACCES) {
		t.Skip("only root can mount a small disk")
	}
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, syscall.Unmount(dir, 0)) })
	return dir
}

// fill takes all the room of a disk but for some bytes.
func fill(t *testing.T, dir string, leave int) (free func()) {
	t.Helper()
	name := filepath.Join(dir, "filler")
	f, err := os.Create(name)
	require.NoError(t, err)
	n := 0
	for ; ; n += 512 {
		if _, err := f.Write(make([]byte, 512)); err != nil {
			require.ErrorIs(t, err, syscall.ENOSPC)
			break
		}
	}
	require.NoError(t, f.Truncate(int64(n-leave)))
	require.NoError(t, f.Close())
	return func() { require.NoError(t, os.Remove(name)) }
}

// On a disk that is full nothing is lost and nothing is half written: of several files not
// one is another, and what was changed can be saved as soon as there is room.
func TestFullDisk(t *testing.T) {
	const page = 4096
	for about, leave := range map[string]int{"full": 0, "room for the first file": page} {
		t.Run(about, func(t *testing.T) {
			dir := smallDisk(t)
			s := openStudio(workspaceIn(t, dir, places))
			changes := []studio.Change{brand("#6b2fb3"), {Locale: "en_US", Field: "titleText", Value: raw("Hello"), Where: "origin:locale.en_US"}}
			review, err := s.Review(changes)
			require.NoError(t, err)
			require.Len(t, review.Files, 2)

			free := fill(t, dir, leave)
			was := filesIn(t, dir)
			_, err = s.Save(t.Context(), changes, review.Digest)
			refused := refusal(t, err)
			assert.Equal(t, studio.Failed, refused.Reason)
			assert.Equal(t, "Cannot write the files", refused.Summary)
			assert.Regexp(t, `^Nothing was written: .*no space left on device\.$`, refused.Detail)
			assert.Equal(t, was, filesIn(t, dir), "every file is as it was, and no other is left behind")
			assert.Equal(t, &studio.Saved{Files: []string{}}, s.Saves())

			free()
			save(t, s, changes...)
			assert.Equal(t, "#6b2fb3", element(t, s, schema.English, changes[0].Field).Value)
			free = fill(t, dir, leave)
			was = filesIn(t, dir)
			_, err = s.Undo()
			assert.Equal(t, studio.Failed, refusal(t, err).Reason)
			assert.Equal(t, was, filesIn(t, dir))
			free()
			_, err = s.Undo() // it is not forgotten
			require.NoError(t, err)
			assert.Equal(t, "#00483c", element(t, s, schema.English, changes[0].Field).Value)
		})
	}
}
