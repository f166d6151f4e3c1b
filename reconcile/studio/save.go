package studio

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"livery/reconcile/terminal"
	"livery/reconcile/workspace"
	"livery/schema"
	"livery/schema/preview"
	"livery/schema/redact"
	"livery/schema/rule"
)

// Drawn is the stack with changes in memory.
type Drawn struct {
	Gallery  preview.Gallery
	IsBroken bool // the files have errors, so that not all pages are as they would be
	Problems []Problem
	Stops    string // why this cannot be saved; "" if it can
}

// Problem is something that validate or lint finds.
type Problem struct {
	Level  rule.Level    `json:"level"`
	Rule   rule.ID       `json:"rule"`
	Text   string        `json:"text"`
	At     string        `json:"at"`
	Field  string        `json:"field"`
	Locale schema.Locale `json:"locale"`
}

// Review is what would be written.
type Review struct {
	Files  []FileDiff `json:"files"`
	Digest string     `json:"digest"` // of every file that was read
}

// FileDiff is what becomes of a file, as a unified diff.
type FileDiff struct {
	Name string `json:"name"`
	Diff string `json:"diff"`
}

// Saved is what was written, and how many saves of this visit can be undone and redone.
type Saved struct {
	Files []string `json:"files"`
	Undo  int      `json:"undo"`
	Redo  int      `json:"redo"`
}

// step is a save: what files held before and after.
type step struct{ before, after map[string][]byte }

// Draw draws the stack as the changes would make it, and judges it.
func (s *Studio) Draw(ctx context.Context, changes []Change) (*Drawn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.loaded()
	if err != nil {
		return nil, err
	}
	_, after, err := s.edited(b, changes)
	if err != nil {
		return nil, err
	}
	return s.draw(ctx, after)
}

func (s *Studio) draw(ctx context.Context, unsaved map[string][]byte) (*Drawn, error) {
	s.changed.Unsaved = unsaved
	data, err := s.preview.Data(ctx)
	if err != nil {
		return nil, err
	}
	d := &Drawn{Gallery: data.Gallery, IsBroken: data.Diagnostics.HasErrors(), Problems: []Problem{}}
	for _, p := range data.Gallery.Problems {
		d.Problems = append(d.Problems, Problem{p.Level, p.Rule, p.Text, p.At, p.Path, p.Locale})
	}
	if len(data.Stops) > 0 {
		p := data.Stops[0]
		d.Stops = strings.TrimPrefix(p.At+": ", ": ") + p.Text
	}
	return d, nil
}

// Review gives what the changes would write.
func (s *Studio) Review(changes []Change) (*Review, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.load()
	if err != nil {
		return nil, err
	}
	before, after, err := s.edited(b, changes)
	if err != nil {
		return nil, err
	}
	r := &Review{Files: []FileDiff{}, Digest: b.digest}
	for _, name := range slices.Sorted(maps.Keys(after)) {
		var text strings.Builder
		_ = terminal.WriteFileDiffs(&text, redact.Texts(map[string][]byte{name: before[name]}), redact.Texts(map[string][]byte{name: after[name]})) // a builder takes all
		r.Files = append(r.Files, FileDiff{name, text.String()})
	}
	return r, nil
}

// Save writes the changes, all or nothing, if the files are still those of the digest, where
// there is one.
func (s *Studio) Save(ctx context.Context, changes []Change, digest string) (*Saved, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.load()
	if err != nil {
		return nil, err
	}
	if digest != "" && b.digest != digest {
		return nil, &Refusal{Conflict, "A file has changed", "A file of the stack has changed since you looked at the differences, so nothing was written. Look at them again; your changes are still here."}
	}
	before, after, err := s.edited(b, changes)
	if err != nil {
		return nil, err
	}
	if len(after) == 0 {
		return s.saved(nil), nil
	}
	d, err := s.draw(ctx, after)
	if err != nil {
		return nil, err
	}
	if d.Stops != "" {
		return nil, impossible("Not saved", "This would stop the next apply: %s", d.Stops)
	}
	if why := s.stopsOthers(after); why != "" {
		return nil, impossible("Not saved", "This would stop the next apply of %s", why)
	}
	if err := s.rewrite(before, after); err != nil {
		return nil, err
	}
	s.done, s.undone = append(s.done, step{before, after}), nil
	return s.saved(after), nil
}

// Saves says how many saves of this visit can be undone and redone.
func (s *Studio) Saves() *Saved {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.saved(nil)
}

// Undo takes back the last save of this visit that was not taken back yet.
func (s *Studio) Undo() (*Saved, error) {
	return s.again(&s.done, &s.undone, "undo", func(t step) (from, to map[string][]byte) { return t.after, t.before })
}

// Redo does again what was taken back last.
func (s *Studio) Redo() (*Saved, error) {
	return s.again(&s.undone, &s.done, "redo", func(t step) (from, to map[string][]byte) { return t.before, t.after })
}

func (s *Studio) again(take, give *[]step, what string, way func(step) (from, to map[string][]byte)) (*Saved, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(*take)
	if n == 0 {
		return nil, impossible("Nothing to "+what, "No save of this visit is left to %s.", what)
	}
	last := (*take)[n-1]
	from, to := way(last)
	if err := s.rewrite(from, to); err != nil {
		if refused, ok := errors.AsType[*Refusal](err); ok && refused.Reason == Conflict {
			refused.Detail = fmt.Sprintf("Nothing was written: %s was changed since by somebody else. As long as it is not as this visit left it, %s would take their work away: change it by hand.", strings.Join(slices.Sorted(maps.Keys(to)), " or "), what)
		}
		return nil, err
	}
	*take, *give = (*take)[:n-1], append(*give, last)
	return s.saved(to), nil
}

func (s *Studio) saved(files map[string][]byte) *Saved {
	names := slices.AppendSeq([]string{}, maps.Keys(files))
	slices.Sort(names)
	return &Saved{Files: names, Undo: len(s.done), Redo: len(s.undone)}
}

// rewrite writes files that may be written and hold what they are taken to hold.
func (s *Studio) rewrite(before, after map[string][]byte) error {
	for name := range after {
		if why := s.files.Dir.Closed(name); why != "" {
			return impossible("This file is not written", "%s", why)
		}
	}
	err := s.write(before, after)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, workspace.ErrChanged), errors.Is(err, fs.ErrNotExist):
		return &Refusal{Conflict, "A file has changed", fmt.Sprintf("Nothing was written: %v. Look at the differences again.", err)}
	case errors.Is(err, fs.ErrPermission):
		return &Refusal{Failed, "Cannot write the files", fmt.Sprintf("Nothing was written: %v. Whoever owns the file or its directory can allow it.", err)}
	default:
		return &Refusal{Failed, "Cannot write the files", fmt.Sprintf("Nothing was written: %v.", err)}
	}
}
