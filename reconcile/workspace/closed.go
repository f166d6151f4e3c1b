package workspace

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Closed says why a file of the stack, by its name relative to the directory, is not changed
// on behalf of a page in a browser; "" if it may be. It may if it lies in the repository of
// the stack, or in its directory where there is none, and no link leads to it.
func (d Directory) Closed(name string) string {
	dir, err := filepath.Abs(d.Path("."))
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	if err != nil {
		return fmt.Sprintf("%s cannot be written: %v.", name, err)
	}
	top, _ := Directory(dir).Repository()
	path := Directory(dir).Path(filepath.FromSlash(name))
	way, err := filepath.Rel(filepath.FromSlash(top), path)
	if err != nil || !filepath.IsLocal(way) {
		return fmt.Sprintf("%s lies outside of the stack's repository, so it is not written from here.", name)
	}
	at := filepath.FromSlash(top)
	for part := range strings.SplitSeq(way, string(filepath.Separator)) {
		at = filepath.Join(at, part)
		info, err := os.Lstat(at)
		if err != nil {
			continue // a file that is not there yet
		}
		if info.Mode()&fs.ModeSymlink != 0 {
			return fmt.Sprintf("%s is reached through a link, so it is not written from here: open what it leads to.", name)
		}
		if _, err := os.Stat(filepath.Join(at, ".git")); err == nil {
			return fmt.Sprintf("%s lies in another repository, so it is not written from here.", name)
		}
	}
	judged, err := os.Stat(path)
	if err != nil {
		return ""
	}
	written, err := os.Stat(d.Path(filepath.FromSlash(name)))
	switch {
	case err != nil || !os.SameFile(judged, written):
		return fmt.Sprintf("%s is reached through a link, so it is not written from here: open what it leads to.", name)
	case !judged.Mode().IsRegular() || judged.Mode().Perm()&0o222 == 0:
		return fmt.Sprintf("Nobody may write %s: whoever owns it can allow that.", name)
	}
	return ""
}
