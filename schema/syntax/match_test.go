package syntax

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The braces of a pattern multiply; each of the patterns that they stand for is a walk.
func TestBracesAreCounted(t *testing.T) {
	f := NewFiles(fstest.MapFS{"stack/a.txt": {}, "stack/b.txt": {}, "stack/{a,b}.txt": {}}, "stack")
	for _, pattern := range []string{
		strings.Repeat("{a,b}", 64), strings.Repeat("{a,b,c}", 8), strings.Repeat("{a,{b,", 40) + strings.Repeat("}}", 40),
		"{" + strings.Repeat("a,", 2000) + "}", strings.Repeat("x", 5000),
	} {
		_, err := f.Match(".", pattern)
		assert.ErrorContains(t, err, "its braces stand for more than 1000 patterns", pattern)
	}
	for pattern, want := range map[string][]string{
		"{a,b}.txt": {"a.txt", "b.txt"}, "{a,{b,c}}.{txt,md}": {"a.txt", "b.txt"}, `\{a,b\}.txt`: {"{a,b}.txt"},
		strings.Repeat(`\{`, 20): nil, "{a,b,a}.txt": {"a.txt", "b.txt"},
	} {
		names, err := f.Match(".", pattern)
		require.NoError(t, err, pattern)
		assert.ElementsMatch(t, want, names, pattern)
	}
}

// All patterns of a stack share one budget, and the same pattern is a walk only once.
func TestPatternsShareABudget(t *testing.T) {
	fsys := fstest.MapFS{}
	for _, letter := range "abcdefghijklmnopqrstuvwxyz" {
		for i := range 10 {
			fsys["stack/"+string(letter)+"/"+strings.Repeat("x", i+1)] = &fstest.MapFile{}
		}
	}
	f := NewFiles(fsys, "stack")
	_, err := f.Match(".", "**")
	require.NoError(t, err)
	once := f.looks.Load()
	_, err = f.Match(".", "**")
	require.NoError(t, err)
	assert.Equal(t, once, f.looks.Load())
	f.looks.Store(maxLooks)
	_, err = f.Match(".", "a/*")
	assert.ErrorContains(t, err, "name the directory more exactly")
}
