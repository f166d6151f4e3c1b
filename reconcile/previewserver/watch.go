package previewserver

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/fsnotify/fsnotify"

	"livery/schema/preview"
)

// quietPeriod is how long files must be left alone before they are read: editors and
// version control write several at once.
const quietPeriod = 5 * time.Millisecond

// faultyPeriod is how long they must be left alone before it is said that they have errors,
// or a language is taken away: mostly a file is half written then.
const faultyPeriod = 150 * time.Millisecond

// replacedPeriod is how often it is looked whether a directory is still the one that is
// watched.
const replacedPeriod = time.Second

// Follow renders again whenever a file that the pages depend on changes, until ctx
// ends. Directories are watched rather than files, since editors put a new file in
// place of the old one.
func (s *Server) Follow(ctx context.Context) error {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watching files: %w", err)
	}
	defer watcher.Close()
	watched := make(map[string]os.FileInfo)
	s.watchAll(watcher, watched)
	// What was written between the first picture and now told nobody: it is looked once more,
	// later, since it rarely happens and the browsers are busy with the first picture.
	waited := faultyPeriod
	pending, judgement := time.NewTimer(waited), time.NewTimer(0)
	again := func(period time.Duration) {
		waited = period
		judgement.Stop() // pictures come first
		pending.Reset(period)
	}
	check := time.NewTicker(replacedPeriod)
	defer check.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case event, open := <-watcher.Events:
			if !open {
				return nil
			}
			if event.Op != fsnotify.Chmod {
				again(quietPeriod)
			}
		case err, open := <-watcher.Errors:
			if !open {
				return nil
			}
			s.cfg.Log.Warn("a file could not be watched", "error", err.Error())
			again(quietPeriod) // something may have been missed
		case <-check.C:
			if len(replaced(watcher, watched)) > 0 {
				again(quietPeriod)
			}
		case <-pending.C:
			shown, added := s.look(ctx, watcher, watched, waited == faultyPeriod)
			switch {
			case added:
				again(quietPeriod)
			case !shown:
				again(faultyPeriod)
			default:
				judgement.Reset(quietPeriod)
			}
		case <-judgement.C:
			s.judgeNewest()
		}
	}
}

// look renders, and watches what the pages depend on now. It reports whether the picture is
// shown, which a faulty one is only where faults are wanted, and whether to look again: what
// is watched for the first time may have changed before it was.
func (s *Server) look(ctx context.Context, watcher *fsnotify.Watcher, watched map[string]os.FileInfo, faults bool) (shown, again bool) {
	shown, err := s.redraw(ctx, func(snapshot Snapshot, err error) bool {
		return faults || err == nil && !snapshot.HasErrors && (s.lastValid == nil || languages(&snapshot.Gallery) >= languages(s.lastValid))
	})
	if err != nil && shown {
		s.cfg.Log.Warn("the preview could not be drawn", "error", err.Error())
	}
	return shown, s.watchAll(watcher, watched)
}

// languages is how many are declared.
func languages(g *preview.Gallery) int {
	n := 0
	for i := range g.Sheets {
		if !g.Sheets[i].Gone {
			n++
		}
	}
	return n
}

// replaced lists the watched directories that are not there any more or are others: version
// control and downloads put directories in place of others, and what watches the old one
// hears nothing of the new. A new one may have the number of the old, whose watch has ended.
func replaced(watcher *fsnotify.Watcher, watched map[string]os.FileInfo) []string {
	var list []string
	alive := watcher.WatchList()
	for dir, was := range watched {
		if info, err := os.Stat(dir); err != nil || !os.SameFile(was, info) || !slices.Contains(alive, dir) {
			list = append(list, dir)
		}
	}
	return list
}

// watchAll watches the directories of everything that the picture depends on, and reports
// whether one is watched that was not.
func (s *Server) watchAll(watcher *fsnotify.Watcher, watched map[string]os.FileInfo) (added bool) {
	s.mu.Lock()
	names := s.watch
	s.mu.Unlock()
	for _, dir := range replaced(watcher, watched) {
		_ = watcher.Remove(dir) // it may have gone by itself
		delete(watched, dir)
	}
	for _, name := range names {
		dir := nearestDirectory(name)
		if dir == "" || watched[dir] != nil {
			continue
		}
		info, err := os.Stat(dir)
		if err == nil {
			err = watcher.Add(dir)
		}
		if err != nil {
			s.cfg.Log.Warn("a directory cannot be watched", "path", dir, "error", err.Error())
			continue
		}
		watched[dir], added = info, true
	}
	return added
}

// nearestDirectory is the nearest directory that exists at or above a path; "" for none,
// and for a relative path, which would depend on the directory of the process.
func nearestDirectory(name string) string {
	if !filepath.IsAbs(name) {
		return ""
	}
	for dir := filepath.Clean(name); ; dir = filepath.Dir(dir) {
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			return dir
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
	}
}
