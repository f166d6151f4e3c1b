package lint_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"livery/schema"
	"livery/schema/lint"
	"livery/schema/rule"
	"livery/schema/stack"
	"livery/schema/suppress"
)

var update = flag.Bool("update", false, "rewrite the findings in testdata")

// want is the section of an archive that holds the findings.
const want = "want"

// TestFixtures judges the stacks of testdata, an archive a rule: each holds something bad
// and a good neighbour. Only the rule that an archive is named after may have findings.
func TestFixtures(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	require.NoError(t, err)
	named := make(map[rule.ID]bool)
	for _, file := range files {
		id := rule.ID(strings.TrimSuffix(filepath.Base(file), ".txtar"))
		named[id] = true
		t.Run(string(id), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			require.NoError(t, err)
			fsys, before, at := make(fstest.MapFS), "", -1
			for i, f := range archive.Files {
				if f.Name == want {
					before, at = string(f.Data), i
					continue
				}
				fsys["stack/"+f.Name] = &fstest.MapFile{Data: f.Data}
			}
			known, _ := rule.ByID(id)
			s, diags := stack.Load(stack.Options{FS: fsys, Dir: "stack"})
			require.False(t, diags.HasErrors(), "%s", diags)
			after := lines(lint.Mendable(s, schema.SortFindings(append(diags, shown(s, known)...))))
			for line := range strings.Lines(after) {
				assert.Equal(t, string(id), strings.Fields(line)[1], line)
			}
			if *update {
				archive.Files[at].Data = []byte(after)
				require.NoError(t, os.WriteFile(file, txtar.Format(archive), 0o600))
				return
			}
			assert.Equal(t, before, after)
		})
	}
	for _, row := range rule.All() {
		if row.Phase == rule.Linting || row.Phase == rule.Checking {
			assert.True(t, named[row.ID], "no archive in testdata is named after %s", row.ID)
		}
	}
}

// lines shows findings, one a line.
func lines(diags hcl.Diagnostics) string {
	var b strings.Builder
	for _, d := range diags {
		f := schema.FindingOf(d)
		place := "-"
		if d.Subject != nil {
			place = d.Subject.String()
		}
		var addresses []string
		for _, a := range f.Addresses {
			addresses = append(addresses, a.String())
		}
		fix := ""
		if f.Fix != rule.NoFix {
			fix = " fix=" + string(f.Fix)
		}
		fmt.Fprintf(&b, "%s %s %s %s %s%s | %s: %s\n", schema.LevelOf(d), f.Rule, place, strings.Join(addresses, ","), f.Path, fix, d.Summary, d.Detail)
	}
	return b.String()
}

// shown are the findings of a stack that it does not ignore, and its useless ignores.
func shown(s *stack.Stack, row rule.Rule) hcl.Diagnostics {
	ignores := suppress.IgnoresOf(s, time.Time{})
	found := ignores.Apply(ofPhase(s, row))
	return schema.SortFindings(append(found, ignores.Unused(func(rule.ID) bool { return true })...))
}
