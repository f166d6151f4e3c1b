package backend

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"livery/reconcile/state"
)

// defaultName is the file name of a state of which nobody says otherwise. Only
// its archived states are called by their serial alone.
const defaultName = "livery.state.json"

// past is where the states lie that the one at path has superseded: beside it,
// under .livery/history.
type past struct{ directory, prefix string }

const pastEnding = ".json"

func pastOf(path string) past {
	p := past{directory: filepath.Join(filepath.Dir(path), ".livery", "history")}
	if base := filepath.Base(path); base != defaultName {
		p.prefix = base + "." // two states may share a directory
	}
	return p
}

func (p past) name(serial uint64) string {
	return filepath.Join(p.directory, p.prefix+strconv.FormatUint(serial, 10)+pastEnding)
}

// serials lists what is there, newest first. Files of other names are somebody
// else's.
func (p past) serials() ([]uint64, error) {
	entries, err := os.ReadDir(p.directory)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var list []uint64
	for _, e := range entries {
		digits, isOurs := strings.CutPrefix(strings.TrimSuffix(e.Name(), pastEnding), p.prefix)
		serial, err := strconv.ParseUint(digits, 10, 64)
		if isOurs && err == nil && filepath.Base(p.name(serial)) == e.Name() {
			list = append(list, serial)
		}
	}
	slices.Sort(list)
	slices.Reverse(list)
	return list, nil
}

// Archive implements state.Blob.
func (l *localBlob) Archive(ctx context.Context, serial uint64, data []byte) error {
	if len(data) > maxSize {
		return tooLargeError(l.name)
	}
	path, directory, err := l.pathToWrite(ctx)
	if err != nil {
		return err
	}
	defer directory.Close()
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.held.check(); err != nil {
		return err
	}
	there, _ := os.Stat(path) // who may read the state may read those before it; nil is as for a new one
	p := pastOf(path)
	if err := os.MkdirAll(p.directory, 0o777); err != nil {
		return err
	}
	if directory.Locked() {
		removeTemp(p.name(serial))
	}
	if err := replace(p.name(serial), data, there, ""); err != nil {
		return err
	}
	return p.prune(serial)
}

func (p past) prune(latest uint64) error {
	kept, err := p.serials()
	if err != nil {
		return err
	}
	for _, serial := range state.Outdated(kept, latest) {
		if err := os.Remove(p.name(serial)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// History implements state.Blob.
func (l *localBlob) History(ctx context.Context) ([]uint64, error) {
	path, err := l.pathToRead(ctx)
	if err != nil {
		return nil, err
	}
	return pastOf(path).serials()
}

// ReadArchive implements state.Blob.
func (l *localBlob) ReadArchive(ctx context.Context, serial uint64) ([]byte, error) {
	path, err := l.pathToRead(ctx)
	if err != nil {
		return nil, err
	}
	data, _, err := read(pastOf(path).name(serial))
	if err == nil && data == nil {
		err = state.ErrNotKept
	}
	return data, err
}
