package previewserver

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

// quietPeriod is how long files must be left alone before they are read: editors and
// version control write several at once.
const quietPeriod = 20 * time.Millisecond

// Follow renders again whenever a file that the pages depend on changes, until ctx
// ends. Directories are watched rather than files, since editors put a new file in
// place of the old one.
func (s *Server) Follow(ctx context.Context) error {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watching files: %w", err)
	}
	defer watcher.Close()
	watched := make(map[string]bool)
	s.watchAll(watcher, watched)
	pending := time.NewTimer(time.Hour)
	pending.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case event, open := <-watcher.Events:
			if !open {
				return nil
			}
			if event.Op != fsnotify.Chmod {
				pending.Reset(quietPeriod)
			}
		case err, open := <-watcher.Errors:
			if !open {
				return nil
			}
			s.cfg.Log.Warn("a file could not be watched", "error", err.Error())
			pending.Reset(quietPeriod) // something may have been missed
		case <-pending.C:
			if err := s.Redraw(ctx); err != nil {
				s.cfg.Log.Warn("the preview could not be drawn", "error", err.Error())
			}
			s.watchAll(watcher, watched)
		}
	}
}

// watchAll watches the directories of everything that the picture depends on.
func (s *Server) watchAll(watcher *fsnotify.Watcher, watched map[string]bool) {
	s.mu.Lock()
	names := s.watch
	s.mu.Unlock()
	for _, name := range names {
		dir := nearestDirectory(name)
		if dir == "" || watched[dir] {
			continue
		}
		if err := watcher.Add(dir); err != nil {
			s.cfg.Log.Warn("a directory cannot be watched", "path", dir, "error", err.Error())
			continue
		}
		watched[dir] = true
	}
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
