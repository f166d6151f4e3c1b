package command

import (
	"io"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"livery/reconcile/report"
	"livery/reconcile/workspace"
	"livery/schema/cache"
)

// Transcript is what a run has written, kept in the order in which it was written.
type Transcript struct {
	mu    sync.Mutex
	parts []part
}

// part is what was written to one of the two streams before something was to the other.
type part struct {
	to   io.Writer
	text []byte
}

// keptStream is one of the streams of a transcript.
type keptStream struct {
	in *Transcript
	to io.Writer // where it will be written
}

// Write implements io.Writer.
func (s *keptStream) Write(p []byte) (int, error) {
	s.in.mu.Lock()
	defer s.in.mu.Unlock()
	if last := len(s.in.parts) - 1; last < 0 || s.in.parts[last].to != s.to {
		s.in.parts = append(s.in.parts, part{to: s.to})
	}
	last := &s.in.parts[len(s.in.parts)-1]
	last.text = append(last.text, p...)
	return len(p), nil
}

// Empty reports whether nothing was written.
func (t *Transcript) Empty() bool { return len(t.parts) == 0 }

// Tell writes everything to the streams for which it was meant.
func (t *Transcript) Tell() error {
	for _, p := range t.parts {
		if _, err := p.to.Write(p.text); err != nil {
			return err
		}
	}
	return nil
}

// Below is a run in a directory below, which is named with slashes. It shows names of files
// as seen from here and keeps what it writes, its faults among the rest, so that they stand
// with what they are about; beside JSON they stay on stderr. Nobody is asked for anything.
// Whoever makes it ends it with Finish.
func (r *Run) Below(dir string) (*Run, *Transcript) {
	kept := new(Transcript)
	b := &Run{
		Env: r.Env, Dir: workspace.Directory(r.Dir.Path(filepath.FromSlash(dir))), Reads: r.Reads, Log: r.Log,
		noColor: r.noColor, shared: r.sharedBelow(), below: dir, ctx: r.ctx, atOnce: r.atOnce,
	}
	b.Stdin, b.Stdout = strings.NewReader(""), &keptStream{kept, r.Stdout}
	if b.Stderr = b.Stdout; r.View.JSON {
		b.Stderr = &keptStream{kept, r.Stderr}
	}
	b.Raw = b.Stdout
	b.View = &report.View{Stdout: b.Stdout, Stderr: b.Stderr, Style: b.Style, Now: r.Now, JSON: r.View.JSON, Stack: dir}
	return b, kept
}

// sharedBelow is what runs below share of the files that they read.
func (r *Run) sharedBelow() *cache.Cache {
	r.sharing.Do(func() {
		if r.shared == nil {
			r.shared = new(cache.Cache)
		}
	})
	return r.shared
}

// Finish closes what the run has opened, says what came of it and gives the exit code.
func (r *Run) Finish(err error) Exit { return Exit(r.finish(err)) }

// inputsBelow are the inputs of a run in a directory below: files are named from above, and
// not every stack need declare a variable that is set for all.
func (r *Run) inputsBelow(in Inputs) Inputs {
	up := "."
	if r.below != "." {
		up = strings.Repeat("../", strings.Count(r.below, "/")+1)
	}
	list := slices.Clone(in.Assignments)
	for i := range list {
		a := &list[i]
		a.Shared = true
		if a.File != "" && !filepath.IsAbs(a.File) {
			a.File = path.Join(up, filepath.ToSlash(a.File))
		}
	}
	return Inputs{Assignments: list}
}
