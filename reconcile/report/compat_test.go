package report_test

import (
	"regexp"
	"strings"
	"testing"

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

	plan.Changes = nil
	assert.Regexp(t, botNoChanges, text(report.Layout{Terraform: true}))
	assert.Regexp(t, botPass, text(report.Layout{}))
}

func change(locale schema.Locale, action reconcile.Action, reason string) reconcile.Change {
	return reconcile.Change{Address: locale.AddressOf(), Action: action, Reason: reason, Fields: []reconcile.FieldChange{
		{Path: "titleText", Kind: schema.Text, Before: []byte(`"A"`), After: []byte(`"B"`)},
	}}
}
