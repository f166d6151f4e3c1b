package report_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"time"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile"
	"livery/reconcile/report"
	"livery/schema"
)

// What the programs that read Terraform's plans look for: tfcmt line by line, Atlantis in
// the whole text.
var (
	botPass      = regexp.MustCompile(`(?m)^(Plan: \d|No changes.)`)
	botActions   = regexp.MustCompile(`(?m)^(?:Terraform|OpenTofu) will perform the following actions:$`)
	botSummary   = regexp.MustCompile(`(?m)^Plan: (?:(\d+) to import, )?(\d+) to add, (\d+) to change, (\d+) to destroy\.$`)
	botNoChanges = regexp.MustCompile(`No changes. (Infrastructure is up-to-date|Your infrastructure matches the configuration).`)
	botLists     = map[string]*regexp.Regexp{
		"created":   regexp.MustCompile(`(?m)^ *# (.*) will be created$`),
		"updated":   regexp.MustCompile(`(?m)^ *# (.*) will be updated in-place$`),
		"destroyed": regexp.MustCompile(`(?m)^ *# (.*) will be destroyed$`),
	}
)

// Bots that read Terraform's plans read all of ours in its words, and in our own words at
// least what it comes to.
func TestPlanForBots(t *testing.T) {
	plan := &reconcile.Plan{Changes: []reconcile.Change{
		change("en_US", reconcile.Update, ""), change("in_ID", reconcile.Reapply, reconcile.ReasonInDoubt), change("ja_JP", reconcile.Create, ""),
		change("th_TH", reconcile.Update, ""), change("vi_VN", reconcile.Update, ""), change("zh_CN", reconcile.Delete, reconcile.ReasonUndeclared),
	}}
	recorded := change("zh_TW", reconcile.Record, "")

	text := func(layout report.Layout) string {
		var b strings.Builder
		require.NoError(t, report.WritePlan(&b, plan, report.PlanText{Layout: layout}))
		return b.String()
	}
	compat := text(report.Layout{Terraform: true})
	assert.Regexp(t, botActions, compat)
	for what, want := range map[string][]string{
		"created": {"locale.ja_JP"}, "destroyed": {"locale.zh_CN"},
		"updated": {"locale.en_US", "locale.in_ID", "locale.th_TH", "locale.vi_VN"}, // what is sent again is no news that a bot may miss
	} {
		var got []string
		for _, found := range botLists[what].FindAllStringSubmatch(compat, -1) {
			got = append(got, found[1])
		}
		assert.Equal(t, want, got, what)
	}
	for _, layout := range []report.Layout{{}, {ExpandAll: true}, {Summary: true}, {Terraform: true}} {
		shown := text(layout)
		assert.Regexp(t, botPass, shown)
		assert.Equal(t, []string{"1", "4", "1"}, botSummary.FindStringSubmatch(shown)[2:], "%+v", layout)
	}
	assert.Equal(t, "3 documents", botLists["updated"].FindStringSubmatch(text(report.Layout{}))[1])

	plan.Changes = append(plan.Changes, recorded)
	assert.Regexp(t, botSummary, text(report.Layout{Terraform: true}), "what the state alone remembers hides nothing else")

	plan.Changes = nil
	assert.Regexp(t, botNoChanges, text(report.Layout{Terraform: true}))
	assert.Regexp(t, botPass, text(report.Layout{}))
	plan.Rollback = 7
	assert.Regexp(t, botNoChanges, text(report.Layout{Terraform: true}))
	assert.Contains(t, text(report.Layout{Terraform: true}), "those of serial 7")
}

// Programs and policies that read a plan through terraform-json, as tf-summarize does, see
// every change in it.
func TestPlanForReadersOfJSON(t *testing.T) {
	plan := &reconcile.Plan{Timestamp: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), LiveryVersion: "0.1.0", Changes: []reconcile.Change{
		change("en_US", reconcile.Update, ""), change("in_ID", reconcile.Reapply, reconcile.ReasonInDoubt), change("ja_JP", reconcile.Create, ""),
		change("th_TH", reconcile.NoOp, ""), change("vi_VN", reconcile.Forget, ""), change("zh_CN", reconcile.Delete, reconcile.ReasonUndeclared),
		change("zh_TW", reconcile.Record, ""),
	}}
	var b bytes.Buffer
	require.NoError(t, (&report.Told{Plan: plan}).WriteJSON(&b, "", time.Time{}))
	var read tfjson.Plan
	require.NoError(t, read.UnmarshalJSON(b.Bytes()))
	got := make(map[string][]string)
	for _, c := range read.ResourceChanges {
		assert.Equal(t, "livery_locale", c.Type)
		assert.Equal(t, tfjson.ManagedResourceMode, c.Mode)
		for _, action := range []struct {
			name string
			is   bool
		}{
			{"create", c.Change.Actions.Create()}, {"update", c.Change.Actions.Update()}, {"delete", c.Change.Actions.Delete()},
			{"forget", c.Change.Actions.Forget()}, {"no-op", c.Change.Actions.NoOp()},
		} {
			if action.is {
				got[action.name] = append(got[action.name], c.Name)
			}
		}
	}
	assert.Equal(t, map[string][]string{
		"create": {"ja_JP"}, "update": {"en_US", "in_ID"}, "delete": {"zh_CN"}, "forget": {"vi_VN"}, "no-op": {"th_TH", "zh_TW"},
	}, got)
}

func change(locale schema.Locale, action reconcile.Action, reason string) reconcile.Change {
	return reconcile.Change{Address: locale.AddressOf(), Action: action, Reason: reason, Fields: []reconcile.FieldChange{
		{Path: "titleText", Kind: schema.Text, Before: []byte(`"A"`), After: []byte(`"B"`)},
	}}
}
