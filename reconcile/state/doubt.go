package state

import (
	"encoding/json"
	"time"

	"livery/schema"
	"livery/schema/jsontext"
)

// priorDoubt is what was in doubt before another body was about to be sent, nil for nothing.
type priorDoubt map[schema.Locale]json.RawMessage

// replace puts body in doubt.
func (p priorDoubt) replace(s *Snapshot, loc schema.Locale, body []byte) {
	record := s.Locales[loc]
	if record == nil {
		record = new(LocaleRecord)
		s.Locales[loc] = record
	}
	p[loc] = record.InDoubt
	record.InDoubt = jsontext.Compact(body)
}

// settle gives what is left to record, but for the look itself, once a request that was
// sent at that time is confirmed: prevent_destroy, and the doubt about what may arrive after it.
func (p priorDoubt) settle(r *LocaleRecord, loc schema.Locale, sent time.Time) *LocaleRecord {
	before := p[loc]
	delete(p, loc)
	if r == nil {
		return new(LocaleRecord)
	}
	left := &LocaleRecord{PreventDestroy: r.PreventDestroy}
	if sent.Before(r.InFlightUntil) {
		left.InDoubt, left.InFlightUntil = before, r.InFlightUntil
		if before == nil {
			left.InDoubt = r.InDoubt
		}
	}
	return left
}

// restore undoes replace.
func (p priorDoubt) restore(s *Snapshot, loc schema.Locale) {
	record := s.Locales[loc]
	if record == nil {
		return
	}
	record.InDoubt = p[loc]
	delete(p, loc)
	if record.isEmpty() {
		delete(s.Locales, loc)
	}
}
