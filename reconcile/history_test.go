package reconcile_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile"
	"livery/reconcile/state"
	"livery/schema"
	"livery/schema/jsontext"
)

// snapshotOf is a state in which everything that a stack declares is confirmed.
func snapshotOf(t testing.TB, serial uint64, src string) *state.Snapshot {
	t.Helper()
	s := &state.Snapshot{Serial: serial, Lineage: "lineage", Locales: map[schema.Locale]*state.LocaleRecord{}, Sessions: map[string]*state.SessionRecord{}}
	desired := desiredBy(t, src)
	for i := range desired.Documents {
		d := &desired.Documents[i]
		s.Locales[d.Locale] = state.Confirmed(d, noon, fmt.Sprint("tx-", serial))
	}
	for _, session := range desired.Sessions {
		s.Sessions[session.Name] = &state.SessionRecord{Definition: session, RecordedAt: noon}
	}
	return s
}

func historyOf(list ...*state.Snapshot) *state.History {
	h := &state.History{Lineage: "lineage"}
	for i, s := range list {
		h.Entries = append(h.Entries, state.Entry{Serial: s.Serial, Current: i == 0, Snapshot: s})
	}
	return h
}

const oneSession = `
session "login" {
  api        = "h5_token"
  region     = "THA"
  return_url = "https://www.example.com/done"
}`

func TestTrace(t *testing.T) {
	en := `locale "en" { title_text = "A" }`
	thai := `locale "th" { title_text = "B" }`
	first := snapshotOf(t, 1, en+oneSession)
	second := snapshotOf(t, 2, `locale "en" { title_text = "C" }`+"\n"+thai)
	third := snapshotOf(t, 3, `locale "en" { title_text = "C" }`+"\n"+thai)
	third.Locales["th_TH"] = second.Locales["th_TH"]
	third.Locales["vi_VN"] = &state.LocaleRecord{InDoubt: json.RawMessage(`{}`)}
	fourth := third.Clone()
	fourth.Serial = 4
	fourth.Locales["en_US"].InDoubt = json.RawMessage(`{}`)

	runs := reconcile.DiffHistory(historyOf(fourth, third, second, first))
	said := make([]string, len(runs))
	for i, run := range runs {
		require.NotNil(t, run.Since)
		assert.Equal(t, run.Serial-1, *run.Since)
		for _, c := range run.Changes {
			said[i] += fmt.Sprintf("%s %s %s\n", c.Action, c.Address, c.TransactionID)
		}
	}
	assert.Equal(t, []string{
		"in-doubt locale.en_US \n",
		"reapply locale.en_US tx-3\nin-doubt locale.vi_VN \n",
		"update locale.en_US tx-2\ncreate locale.th_TH tx-2\ndelete session.login \n",
		"create locale.en_US tx-1\ncreate session.login \n",
	}, said)
}

func TestTraceOfSessions(t *testing.T) {
	first, again, other := snapshotOf(t, 1, oneSession), snapshotOf(t, 2, oneSession), snapshotOf(t, 3, oneSession)
	again.Sessions["login"].RecordedAt = noon.Add(time.Hour)
	other.Sessions["login"].RecordedAt = noon.Add(time.Hour)
	other.Sessions["login"].Definition.API = schema.H5URL
	runs := reconcile.DiffHistory(historyOf(other, again, first))
	assert.Equal(t, reconcile.Update, runs[0].Changes[0].Action)
	assert.Equal(t, reconcile.Reapply, runs[1].Changes[0].Action)
	same := again.Clone()
	same.Serial = 3
	assert.Empty(t, reconcile.DiffHistory(historyOf(same, again))[0].Changes)
}

func TestTraceOverGaps(t *testing.T) {
	h := historyOf(snapshotOf(t, 9, oneSession), snapshotOf(t, 8, ""), snapshotOf(t, 6, ""))
	h.Entries[1].Snapshot, h.Entries[1].Err = nil, state.ErrNotKept
	runs := reconcile.DiffHistory(h)
	assert.EqualValues(t, 6, *runs[0].Since, "the newest that can be read")
	assert.Len(t, runs[0].Changes, 1)
	assert.Nil(t, runs[1].Since)
	assert.Nil(t, runs[2].Since, "what was before serial 6 is not kept")
	assert.Empty(t, reconcile.DiffHistory(new(state.History)))
}

func TestRollback(t *testing.T) {
	then := snapshotOf(t, 2, `locale "en" { title_text = "A" }
locale "th" { title_text = "B" }`+oneSession)
	then.Locales["th_TH"].InDoubt = json.RawMessage(`{"locale":"th_TH"}`)
	then.Locales["vi_VN"] = &state.LocaleRecord{InDoubt: json.RawMessage(`{"locale":"vi_VN"}`)}
	now := snapshotOf(t, 5, `locale "en" { title_text = "C" }
locale "vi" { title_text = "D" }
locale "hi" { title_text = "E" }`)

	desired, confirmed, unconfirmed := reconcile.DesiredAt(then)
	assert.Equal(t, []schema.Address{address(t, "locale.th")}, confirmed)
	assert.Equal(t, []schema.Address{address(t, "locale.vi")}, unconfirmed)
	plan, err := reconcile.NewPlan(desired, now, options(func(o *reconcile.Options) { o.Rollback, o.Leave = 2, unconfirmed }))
	require.NoError(t, err)
	want := map[string]reconcile.Action{
		"locale.en_US": reconcile.Update, "locale.th_TH": reconcile.Create, "locale.vi_VN": reconcile.NoOp,
		"locale.hi_IN": reconcile.Delete, "session.login": reconcile.Create,
	}
	got := map[string]reconcile.Action{}
	for _, c := range plan.Changes {
		got[c.Address.String()] = c.Action
	}
	assert.Equal(t, want, got)
	assert.Equal(t, reconcile.ReasonNotThen, changeOf(t, plan, "locale.hi").Reason)
	assert.Equal(t, reconcile.ReasonDoubtThen, changeOf(t, plan, "locale.vi").Reason)
	assert.True(t, plan.Targeted, "something is left out")
	saved, err := reconcile.DecodePlan(plan.Encode())
	require.NoError(t, err)
	assert.EqualValues(t, 2, saved.Rollback)
}

// A value that the catalogue refuses today was confirmed all the same: it goes
// out as it was, under a name that the request has once.
func TestRollbackToARefusedValue(t *testing.T) {
	var old schema.Document
	require.NoError(t, json.Unmarshal([]byte(`{"locale": "en_US", "titleText": [7], "mobileLoadingPage": {"progressColor": "chartreuse"}}`), &old))
	then := &state.Snapshot{Serial: 1, Locales: map[schema.Locale]*state.LocaleRecord{"en_US": state.Confirmed(&old, noon, "")}}
	now := snapshotOf(t, 2, `locale "en" {
  title_text = "C"
  mobile_loading_page { progress_color = "#000000" }
}`)
	desired, _, _ := reconcile.DesiredAt(then)
	plan, err := reconcile.NewPlan(desired, now, options(func(o *reconcile.Options) { o.Rollback = 1 }))
	require.NoError(t, err)
	c := changeOf(t, plan, "locale.en")
	require.Len(t, c.Fields, 2)
	for i, want := range []string{`titleText "C" [7]`, `mobileLoadingPage.progressColor "#000000" "chartreuse"`} {
		assert.Equal(t, want, fmt.Sprintf("%s %s %s", c.Fields[i].Path, c.Fields[i].Before, c.Fields[i].After))
	}
	members := map[string]int{}
	count := func(name string, raw json.RawMessage) error { members[name+string(raw)]++; members[name]++; return nil }
	require.NoError(t, jsontext.Members(c.Body, func(name string, raw json.RawMessage) error {
		if name == "mobileLoadingPage" {
			return jsontext.Members(raw, count)
		}
		return count(name, raw)
	}))
	assert.Equal(t, []int{1, 1, 1, 1}, []int{members["titleText"], members["titleText[7]"], members["progressColor"], members[`progressColor"chartreuse"`]})
	// The way forward again shows one change for each as well.
	back, err := reconcile.NewPlan(desiredBy(t, `locale "en" { title_text = "C" }`), then, options())
	require.NoError(t, err)
	assert.Len(t, changeOf(t, back, "locale.en").Fields, 2)
}
