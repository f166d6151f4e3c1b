package state

import (
	"bytes"
	"context"
	"fmt"
)

// Replace stores another snapshot in place of the whole state, under its own
// serial. As in Terraform, anything may replace an empty state; otherwise a
// snapshot of another lineage, an older one, and another one of the same serial
// are refused. The run that it names stays that of the file: who pushes a state
// has not made it. What the state says of locks that were broken stays.
func (l *Ledger) Replace(ctx context.Context, s *Snapshot) error {
	s = s.Clone()
	s.keepMarks(l.Snapshot())
	return l.store(ctx, s, func(was *Snapshot) (bool, error) {
		same := sameContent(s, was)
		return !same, replaceable(s, was, same)
	})
}

// store stores a snapshot as it is, with its own serial and run, if allowed says
// so of what is there.
func (l *Ledger) store(ctx context.Context, s *Snapshot, allowed func(was *Snapshot) (bool, error)) error {
	l.mu.Lock()
	if l.failed != nil {
		defer l.mu.Unlock()
		return l.failed
	}
	was, serialBumped := l.current, l.serialBumped
	if ok, err := allowed(was); err != nil || !ok {
		l.mu.Unlock()
		return err
	}
	l.current, l.serialBumped, l.stored = s.Clone(), true, false
	l.dirty++
	l.mu.Unlock()

	err := l.Flush(ctx)

	l.mu.Lock()
	defer l.mu.Unlock()
	l.serialBumped = false
	if err != nil {
		l.current, l.serialBumped = was, serialBumped
		l.dirty--
	}
	return err
}

func replaceable(s, was *Snapshot, same bool) error {
	switch {
	case was.Empty():
		return nil
	case s.Lineage != was.Lineage:
		return fmt.Errorf("cannot import state with lineage %q over unrelated state with lineage %q", s.Lineage, was.Lineage)
	case s.Serial < was.Serial:
		return fmt.Errorf("cannot import state with serial %d over newer state with serial %d", s.Serial, was.Serial)
	case s.Serial == was.Serial && !same:
		return fmt.Errorf("cannot overwrite existing state with serial %d with a different state that has the same serial", s.Serial)
	}
	return nil
}

// sameContent compares what two snapshots say, whoever wrote them.
func sameContent(a, b *Snapshot) bool {
	x, y := *a, *b
	x.LiveryVersion, y.LiveryVersion = "", ""
	x.Run, y.Run = Run{}, Run{}
	return bytes.Equal(x.Encode(), y.Encode())
}
