package translating

import (
	"bytes"
	"strings"

	"livery/reconcile/workspace"
	"livery/schema"
	"livery/schema/texts"
	"livery/schema/wording"
)

// Tally counts what became of the texts of a language.
type Tally struct {
	Locale schema.Locale
	Counts map[Outcome]int
}

// Outcome is what became of a text.
type Outcome string

// Outcomes of texts that are imported or accepted.
const (
	Accepted  Outcome = "accepted"
	Written   Outcome = "written"
	Unchanged Outcome = "unchanged"
	Skipped   Outcome = "skipped"
	Refused   Outcome = "refused"
	Held      Outcome = "held" // it would be written if nothing else were refused
)

// Accept records that translations are right for today's words: those of the paths, in either
// spelling, or all. It changes the lock alone, and nothing if one of them cannot be accepted.
func (s *Stack) Accept(paths []string) ([]Tally, error) {
	tallies := make([]Tally, len(s.Chosen))
	for i, in := range s.Chosen {
		units, err := s.acceptable(in, paths)
		if err != nil {
			return nil, err
		}
		for _, u := range units {
			s.Lock.Record(in.Locale, u.Path, u.Note)
		}
		tallies[i] = Tally{in.Locale, map[Outcome]int{Accepted: len(units)}}
	}
	return tallies, s.rewrite(nil, nil)
}

// acceptable are the units of these paths or, without any, those that are translated.
func (s *Stack) acceptable(in *texts.Language, paths []string) ([]*texts.Unit, error) {
	var units []*texts.Unit
	if len(paths) == 0 {
		for i := range in.Units {
			if u := &in.Units[i]; u.State == texts.Stale || u.State == texts.Unrecorded {
				units = append(units, u)
			}
		}
		return units, nil
	}
	for _, path := range paths {
		u := in.Unit(path)
		switch {
		case u == nil:
			return nil, workspace.Failf("No such text", "%s has no text %s.%s", in.Locale, path, wording.DidYouMean(path, s.paths(path)))
		case u.State == texts.Missing:
			return nil, workspace.Failf("Not translated", "%s has no text %s, so there is nothing to accept.", in.Locale, u.Path)
		case u.State == texts.Extra:
			return nil, workspace.Failf("Not a translation", "%s is a text of %s alone: the source %s has none.", u.Path, in.Locale, s.Source.Locale)
		}
		units = append(units, u)
	}
	return units, nil
}

// paths are those of the source, in the spelling of what somebody wrote.
func (s *Stack) paths(wrote string) []string {
	list := make([]string, len(s.Texts))
	for i, t := range s.Texts {
		if list[i] = t.Path; strings.Contains(wrote, "_") {
			list[i] = schema.Snake(t.Path)
		}
	}
	return list
}

// rewrite writes files, and the lock as it is now, all of them or none. Before is what the
// files held when they were read; nil for one that was not there.
func (s *Stack) rewrite(before, after map[string][]byte) error {
	before, after = withLock(s, before, after)
	if len(after) == 0 {
		return nil
	}
	if err := s.w.Dir.Rewrite(before, after); err != nil {
		return workspace.Failf("Cannot write the files", "%v.", err)
	}
	return nil
}

// withLock adds the lock to the files that are written, if it says anything new. Entries
// of texts that are gone are dropped.
func withLock(s *Stack, before, after map[string][]byte) (map[string][]byte, map[string][]byte) {
	saved, fault := texts.ParseLock(s.LockSaved, s.LockFile)
	if s.LockSaved != nil && fault == nil && bytes.Equal(saved.Bytes(), s.Lock.Bytes()) || s.LockSaved == nil && s.Lock.Empty() {
		return before, after
	}
	all := map[string][]byte{s.LockFile: s.Renewed()}
	were := map[string][]byte{s.LockFile: s.LockSaved}
	for name, src := range after {
		all[name], were[name] = src, before[name]
	}
	return were, all
}
