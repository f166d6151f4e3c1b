package config

import (
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"livery/schema/syntax"
)

// Pipe is what somebody writes while livery reads, as in -var-file=<(sops -d prod.hcl): it
// can be read once, however often the stack is loaded. The zero Pipe is ready.
type Pipe struct{ once syntax.Memo[[]byte] }

// leadsTo reports whether a file, relative to a directory, is one to read through the pipe: one
// of the system's names for files that are open. A pipe with a name of its own would be waited
// for until somebody writes to it.
func (p *Pipe) leadsTo(fsys fs.FS, dir, name string) bool {
	if p == nil || name == "" {
		return false
	}
	at := within(dir, name)
	info, err := fs.Stat(fsys, at)
	return err == nil && !info.IsDir() && (strings.HasPrefix(at, "dev/") || strings.HasPrefix(at, "proc/"))
}

func (p *Pipe) read(fsys fs.FS, dir, name string) ([]byte, error) {
	return p.once.Do("", func() ([]byte, error) {
		file, err := fsys.Open(within(dir, name))
		if err != nil {
			return nil, err
		}
		defer file.Close()
		src, err := io.ReadAll(io.LimitReader(file, syntax.MaxFile+1))
		if len(src) > syntax.MaxFile {
			return nil, fmt.Errorf("%s is larger than %d MB", name, syntax.MaxFile>>20)
		}
		return src, err
	})
}

// within is the path in a file system of a name that is relative to a directory of it.
func within(dir, name string) string { return strings.TrimPrefix(path.Join("/", dir, name), "/") }
