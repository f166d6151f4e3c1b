package historyreport_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/clipperhouse/displaywidth"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/historyreport"
	"livery/reconcile/state"
	"livery/schema"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func pastState(serial uint64, run state.Run, doubts ...schema.Locale) *state.Snapshot {
	s := &state.Snapshot{Serial: serial, Lineage: "l", Run: run, Locales: map[schema.Locale]*state.LocaleRecord{}}
	for _, loc := range doubts {
		s.Locales[loc] = &state.LocaleRecord{InDoubt: []byte("{}")}
	}
	return s
}

func history() *state.History {
	entry := func(s *state.Snapshot) state.Entry { return state.Entry{Serial: s.Serial, Snapshot: s} }
	h := &state.History{Lineage: "l", OtherLineage: []uint64{40, 41, 42}, Entries: []state.Entry{
		entry(pastState(9, state.Run{Operation: "apply", Who: "ana\x1b[31m@studio", At: noon.Add(-90 * time.Minute)}, "en_US")),
		entry(pastState(8, state.Run{Operation: "state rm"})),
		{Serial: 7, Err: &state.HistoryError{Serial: 7, Err: &state.DamagedError{Err: errors.New("line 3: " + strings.Repeat("something is wrong there ", 6) + "\x07")}}},
		entry(pastState(6, state.Run{Who: "ben@train"}, "th_TH")),
		entry(pastState(5, state.Run{}, "th_TH", "vi_VN")),
	}}
	h.Entries[0].Current = true
	return h
}

func TestWrite(t *testing.T) {
	var b strings.Builder
	require.NoError(t, historyreport.Write(&b, history(), historyreport.Text{Now: noon, Advice: true}))
	assert.Equal(t, `Serial 9 (current)  2026-03-01T10:30:00Z, 1 hour ago
  apply by ana\x1b[31m@studio
  ! locale.en_US  (in doubt: no answer was recorded)

Serial 8
  state rm
  (compared with serial 6; what lies between is not kept)
  - locale.th_TH

Serial 7  cannot be read
  It is damaged: line 3: something is wrong there something is wrong there
  something is wrong there something is wrong there something is wrong there
  something is wrong there \x07.

Serial 6
  by ben@train
  - locale.vi_VN

Serial 5
  (who made it, and how, is not recorded)
  holds 2 addresses; what changed is not known, since the state
  before it is not kept

Left out, because another lineage left them here before this state was begun:
serials 40, 41 and 42.

"livery rollback SERIAL" plans to go back to one of them.
`, b.String())
	for line := range strings.Lines(b.String()) {
		assert.LessOrEqual(t, displaywidth.String(strings.TrimSuffix(line, "\n")), 80)
	}
}

func TestWriteJSON(t *testing.T) {
	var b strings.Builder
	require.NoError(t, historyreport.WriteJSON(&b, history()))
	assert.Equal(t, 1, strings.Count(b.String(), "\n"), "one object on one line")
	assert.Contains(t, b.String(), `{"serial":8,"current":false,"at":null,"who":null,"operation":"state rm","compared_with":6,"changes":[{"address":"locale.th_TH","action":"delete","transaction_id":null}],"damaged":null}`)
	assert.Contains(t, b.String(), `"damaged":"It is damaged: line 3`)
	assert.Contains(t, b.String(), `"compared_with":null,"changes":[]`)
	assert.Contains(t, b.String(), `"other_lineage":[40,41,42]`)
}
