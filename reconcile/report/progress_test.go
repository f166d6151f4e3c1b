package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile"
	"livery/reconcile/terminal"
	"livery/schema"
)

func localeChange(name string, action reconcile.Action) *reconcile.Change {
	return &reconcile.Change{Address: schema.Address{Kind: schema.LocaleAddress, Name: name}, Action: action}
}

func TestWriteOutcome(t *testing.T) {
	english, thai := localeChange("en_US", reconcile.Create), localeChange("th_TH", reconcile.Update)
	tests := map[string]struct {
		outcome reconcile.Outcome
		want    string
	}{
		"all done, nothing sent": {
			reconcile.Outcome{Summary: reconcile.Summary{Add: 1, Forget: 2}, Confirmed: []*reconcile.Change{english}},
			"\nApply complete! Resources: 1 added, 0 changed, 0 destroyed, 2 forgotten.\n",
		},
		"a part": {
			reconcile.Outcome{
				Summary: reconcile.Summary{Add: 1, Change: 2, Destroy: 3}, Failures: []reconcile.Failure{{Change: thai}},
				NotTried: []*reconcile.Change{thai, english}, Confirmed: []*reconcile.Change{english},
			},
			"\nApply incomplete. Resources: 1 added, 2 changed, 3 destroyed; 1 failed, 2 not tried.\n" +
				"  Applied:   locale.en_US\n  Failed:    locale.th_TH\n  Not tried: locale.th_TH, locale.en_US\n",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			require.NoError(t, writeOutcome(&b, &test.outcome, terminal.Style{}))
			assert.Equal(t, test.want, b.String())
		})
	}
	english.Body = reconcile.RequestBody("{}")
	var b bytes.Buffer
	require.NoError(t, writeOutcome(&b, &reconcile.Outcome{Confirmed: []*reconcile.Change{english}}, terminal.Style{}))
	assert.Contains(t, b.String(), "The service confirms that it took the documents, not what they look like")
}

func TestStream(t *testing.T) {
	var b bytes.Buffer
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	s := newStream(&b, "", "1.2.3", func() time.Time { return now })
	s.Event(reconcile.Event{Step: reconcile.Finished, Change: localeChange("th_TH", reconcile.Reapply), Elapsed: 2 * time.Second, TransactionID: "t1"})
	s.Event(reconcile.Event{Step: reconcile.Failed, Change: localeChange("th_TH", reconcile.Delete)})
	s.Outcome(&reconcile.Outcome{Summary: reconcile.Summary{Change: 1}})
	require.NoError(t, s.Err())
	var got []map[string]any
	for line := range strings.Lines(b.String()) {
		var members map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &members))
		assert.Equal(t, "2026-01-02T03:04:05Z", members["@timestamp"])
		got = append(got, members)
	}
	require.Len(t, got, 4)
	assert.Equal(t, "livery 1.2.3", got[0]["@message"])
	assert.Equal(t, "locale.th_TH: Modifications complete after 2s [transaction t1]", got[1]["@message"])
	assert.Equal(t, "apply_complete", got[1]["type"])
	assert.Equal(t, "error", got[2]["@level"])
	assert.Equal(t, "locale.th_TH: Destruction errored after 0s", got[2]["@message"])
	assert.Equal(t, "Apply complete! Resources: 0 added, 1 changed, 0 destroyed.", got[3]["@message"])
}
