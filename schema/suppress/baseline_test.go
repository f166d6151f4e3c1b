package suppress_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/hashicorp/hcl/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/schema"
	"livery/schema/lint"
	"livery/schema/rule"
	"livery/schema/stack"
	"livery/schema/suppress"
)

func same(name string) string         { return name }
func everything(rule.ID, string) bool { return true }
func nothing(rule.ID, string) bool    { return false }
func foundIn(t *testing.T, src string) (hcl.Diagnostics, map[string][]byte) {
	t.Helper()
	s, diags := stack.Load(stack.Options{FS: fstest.MapFS{"stack/main.livery.hcl": {Data: []byte(src)}}, Dir: "stack"})
	require.False(t, diags.HasErrors(), "%s", diags)
	return append(diags, lint.Stack(s)...), s.Sources
}

// icons declares a theme with an insecure link for each of the names.
func icons(names ...string) string {
	var b strings.Builder
	for i, name := range names {
		fmt.Fprintf(&b, "theme \"t%d\" {\n  mobile_result_page {\n    success_icon_link = \"http://cdn.example.com/%s.png\"\n  }\n}\n", i, name)
	}
	return b.String()
}

func TestBaseline(t *testing.T) {
	var old []string
	for i := range 20 {
		old = append(old, fmt.Sprintf("old%d", i))
	}
	links := func(diags hcl.Diagnostics) hcl.Diagnostics {
		var list hcl.Diagnostics
		for _, d := range diags {
			if schema.FindingOf(d).Rule == rule.InsecureLink {
				list = append(list, d)
			}
		}
		return list
	}
	diags, sources := foundIn(t, icons(old...))
	diags = links(diags)
	require.Len(t, diags, 20)
	b := suppress.NewBaseline()
	assert.Empty(t, b.Apply(diags, sources, same), "what is recorded is silent at once")
	written := b.Write(everything)
	assert.Equal(t, 20, strings.Count(string(written), "insecure-link main.livery.hcl mobileResultPage.successIconLink\n"))
	assert.Equal(t, 19, strings.Count(string(written), "\n\n"), "a blank line between two lines")

	b, err := suppress.ParseBaseline(written)
	require.NoError(t, err)
	assert.Empty(t, b.Apply(diags, sources, same))
	assert.Len(t, b.Suppressed, 20)
	assert.Zero(t, b.Stale(everything))
	assert.Equal(t, string(written), string(b.Write(everything)), "written again it is the same")

	// One is mended and another of the same rule and file added, and lines move.
	names := append([]string{"new"}, old[1:]...)
	diags, sources = foundIn(t, "# a line more\r\n"+icons(names...))
	diags = links(diags)
	b, err = suppress.ParseBaseline(written)
	require.NoError(t, err)
	shown := b.Apply(diags, sources, same)
	require.Len(t, shown, 1)
	assert.Equal(t, 4, shown[0].Subject.Start.Line)
	assert.Equal(t, 1, b.Stale(everything))
	assert.Zero(t, b.Stale(nothing), "what was not looked at may be there")
	assert.Equal(t, string(written), string(b.Write(nothing)))
	assert.Equal(t, 19, strings.Count(string(b.Write(everything)), "insecure-link"), "pruned")

	b, err = suppress.ParseBaseline(written)
	require.NoError(t, err)
	b.RecordAll()
	assert.Empty(t, b.Apply(diags, sources, same))
	assert.Equal(t, 20, strings.Count(string(b.Write(everything)), "insecure-link"))
	assert.NotEqual(t, string(written), string(b.Write(everything)))
}

// Twice the same is recorded twice: a third is new.
func TestBaselineCounts(t *testing.T) {
	diags, sources := foundIn(t, icons("a"))
	b := suppress.NewBaseline()
	b.Apply(diags[:1], sources, same)
	b, err := suppress.ParseBaseline(b.Write(everything))
	require.NoError(t, err)
	assert.Len(t, b.Apply(hcl.Diagnostics{diags[0], diags[0]}, sources, same), 1)
}

// What two stacks have in a file that both read is one entry; what one has twice is two.
func TestBaselineOfStacks(t *testing.T) {
	diags, sources := foundIn(t, icons("a", "b"))
	of := func(src []byte, found ...*hcl.Diagnostic) *suppress.Baseline {
		b, err := suppress.ParseBaseline(src)
		require.NoError(t, err)
		if src == nil {
			b.RecordAll()
		}
		b.Apply(found, sources, same)
		return b
	}
	a, b := diags[0], diags[1]
	joined := of(nil, a, a)
	joined.Join(of(nil, a, b))
	assert.Equal(t, 3, joined.Count())
	written := joined.Write(everything)
	assert.Equal(t, 3, strings.Count(string(written), "\n\n")+1)

	joined = of(written, a)
	assert.Equal(t, 2, joined.Stale(everything))
	joined.Join(of(written, a, b))
	assert.Equal(t, 1, joined.Stale(everything))
	assert.Equal(t, 2, joined.Count())
}

// Faults are never recorded, nor what cannot be lowered.
func TestBaselineHoldsNoFaults(t *testing.T) {
	s, diags := stack.Load(stack.Options{FS: fstest.MapFS{"stack/main.livery.hcl": {Data: []byte("locale \"en\" {\n  titel_text = \"x\"\n  mobile_tips_page {\n    tip {\n      text = \"Find a place that is bright, but with no light behind you\"\n    }\n  }\n}\n")}}, Dir: "stack"})
	require.Len(t, diags, 2)
	b := suppress.NewBaseline()
	assert.Len(t, b.Apply(diags, s.Sources, same), 2)
	assert.Empty(t, b.Write(everything))
}

func TestParseBaseline(t *testing.T) {
	_, err := suppress.ParseBaseline([]byte("\n<<<<<<< HEAD\n"))
	assert.EqualError(t, err, "line 2 does not begin with a fingerprint")
	b, err := suppress.ParseBaseline([]byte("0123456789abcdef0123456789abcdef contrast a%20b.livery.hcl mobileResultPage\r\n"))
	require.NoError(t, err)
	assert.Equal(t, 1, b.Stale(func(_ rule.ID, file string) bool { return file == "a b.livery.hcl" }))
	assert.Equal(t, "0123456789abcdef0123456789abcdef contrast a%20b.livery.hcl mobileResultPage\n", string(b.Write(nothing)))
}
