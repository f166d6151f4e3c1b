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
	"livery/schema/rule"
	"livery/schema/stack"
	"livery/schema/suppress"
)

// ofPhase are the findings of the command that a rule belongs to.
func ofPhase(s *stack.Stack, row rule.Rule) hcl.Diagnostics {
	if row.Phase == rule.Checking {
		return lint.Tokens(s, nil)
	}
	return lint.Stack(s)
}

// TestExamples loads the examples of the table: the bad one gives its rule and nothing
// else, the good one gives nothing. What is drawn is measured by a browser, so of such
// rules only the good faith of both examples can be held: they load without a finding.
func TestExamples(t *testing.T) {
	found := func(t *testing.T, row rule.Rule, src string) []rule.ID {
		t.Helper()
		fsys := fstest.MapFS{"stack/readme.txt": {}}
		for name, text := range row.Files {
			fsys["stack/"+name] = &fstest.MapFile{Data: []byte(text)}
		}
		if src != "" {
			fsys["stack/main.livery.hcl"] = &fstest.MapFile{Data: []byte(src)}
		}
		s, diags := stack.Load(stack.Options{FS: fsys, Dir: "stack", Version: "0.1.0"})
		diags = append(diags, ofPhase(s, row)...)
		diags = append(diags, suppress.IgnoresOf(s, time.Time{}).Unused(func(rule.ID) bool { return true })...)
		var ids []rule.ID
		for _, d := range schema.SortFindings(diags) {
			if row.Level != rule.Off { // such an example turns its rule on
				assert.Equal(t, row.Level, schema.LevelOf(d), d)
			}
			ids = append(ids, schema.FindingOf(d).Rule)
		}
		if s.Empty {
			ids = append(ids, rule.NothingToApply) // said by the commands, not by the loader
		}
		return ids
	}
	for _, row := range rule.All() {
		t.Run(string(row.ID), func(t *testing.T) {
			require.NotEmpty(t, row.Good)
			want := []rule.ID{row.ID}
			if row.Phase == rule.Drawing {
				want = nil
			}
			assert.Equal(t, want, found(t, row, row.Bad), row.Bad)
			assert.Empty(t, found(t, row, row.Good), row.Good)
		})
	}
}
