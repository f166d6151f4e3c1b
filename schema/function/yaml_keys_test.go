package function

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A key that stands twice is found at any depth, in either spelling, and nothing else is.
func TestYAMLKeysTwice(t *testing.T) {
	for src, want := range map[string]string{
		"a: 1\nb: 2\na: 3\n":                            "a stands on line 1 already, and here on line 3",
		"a:\n  - titleText: x\n    title_text: y\n":     "titleText stands on line 2 already, and here on line 3",
		"a: {b: 1, b: 2}":                               "b stands on line 1 already, and here on line 1",
		"a: 1\nb: {a: 1}\nc: [a, a]\nA: 2\n":            "",
		"x: &x {k: 1}\ny: {<<: *x, k: 2}\nz: *x\nw: *x": "",
		"a: 1\na: [": "", // is no YAML, which the decoder says
		"":           "",
	} {
		keys := keysTwiceIn(src)
		if want == "" {
			assert.Nil(t, keys, src)
			continue
		}
		require.NotNil(t, keys, src)
		assert.Contains(t, keys.Error(), want)
		assert.Equal(t, keys.second.Line, keys.in("t.yaml")[0].Subject.Start.Line)
	}
}
