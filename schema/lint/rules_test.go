package lint_test

import (
	"testing"
	"testing/fstest"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/schema"
	"livery/schema/lint"
	"livery/schema/stack"
	"livery/schema/suppress"
)

// ofPhase are the findings of the command that a rule belongs to.
func ofPhase(s *stack.Stack, rule schema.Rule) hcl.Diagnostics {
	if rule.Phase == schema.Checking {
		return lint.Tokens(s, nil)
	}
	return lint.Stack(s)
}

// TestExamples loads the examples of the table: the bad one gives its rule and nothing
// else, the good one gives nothing. What is drawn is measured by a browser, so of such
// rules only the good faith of both examples can be held: they load without a finding.
func TestExamples(t *testing.T) {
	found := func(t *testing.T, rule schema.Rule, src string) []schema.RuleID {
		t.Helper()
		fsys := fstest.MapFS{"stack/readme.txt": {}}
		for name, text := range rule.Files {
			fsys["stack/"+name] = &fstest.MapFile{Data: []byte(text)}
		}
		if src != "" {
			fsys["stack/main.livery.hcl"] = &fstest.MapFile{Data: []byte(src)}
		}
		s, diags := stack.Load(stack.Options{FS: fsys, Dir: "stack", Version: "0.1.0"})
		diags = append(diags, ofPhase(s, rule)...)
		diags = append(diags, suppress.IgnoresOf(s, time.Time{}).Unused(func(schema.RuleID) bool { return true })...)
		var ids []schema.RuleID
		for _, d := range schema.SortFindings(diags) {
			if rule.Level != schema.Off { // such an example turns its rule on
				assert.Equal(t, rule.Level, schema.LevelOf(d), d)
			}
			ids = append(ids, schema.FindingOf(d).Rule)
		}
		if s.Empty {
			ids = append(ids, schema.NothingToApply) // said by the commands, not by the loader
		}
		return ids
	}
	for _, rule := range schema.Rules() {
		t.Run(string(rule.ID), func(t *testing.T) {
			require.NotEmpty(t, rule.Good)
			want := []schema.RuleID{rule.ID}
			if rule.Phase == schema.Drawing {
				want = nil
			}
			assert.Equal(t, want, found(t, rule, rule.Bad), rule.Bad)
			assert.Empty(t, found(t, rule, rule.Good), rule.Good)
		})
	}
}
