package stack

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/schema"
	"livery/schema/rule"
)

// What costs too much ends in one finding that names the expression, wherever it stands.
func TestEvaluationIsBounded(t *testing.T) {
	thousand := "[" + strings.Repeat("1,", 1000) + "]"
	loops := "[for a in " + thousand + " : [for b in " + thousand + " : [for c in " + thousand + " : 1]]]"
	files := map[string]string{
		"a local":    "locals {\n  a = " + loops + "\n  b = local.a\n}\n",
		"a field":    "locale \"en\" {\n  title_text = length(" + loops + ")\n}\n",
		"a for_each": "locale \"x\" {\n  for_each = " + loops + "\n  code = each.key\n}\n",
		"a default":  "variable \"v\" {\n  default = " + loops + "\n}\n",
		"a template": "locals {\n  a = templatefile(\"f\", {})\n}\n",
	}
	for name, text := range files {
		t.Run(name, func(t *testing.T) {
			_, diags := Load(Options{Dir: "stack", FS: fstest.MapFS{
				"stack/main.livery.hcl": {Data: []byte(text)},
				"stack/f":               {Data: []byte(strings.Repeat("%{for a in range(1000)}", 3) + strings.Repeat("%{endfor}", 3))},
			}})
			require.Len(t, diags, 1)
			assert.Equal(t, "Too much to evaluate", diags[0].Summary)
			assert.Equal(t, rule.Expression, schema.FindingOf(diags[0]).Rule)
			assert.Equal(t, "main.livery.hcl:2", diags[0].Subject.Filename+":"+string(rune('0'+diags[0].Subject.Start.Line)))
		})
	}
}

func TestEvaluationEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, diags := Load(Options{Context: ctx, Dir: "stack", FS: fstest.MapFS{
		"stack/main.livery.hcl": {Data: []byte("locals {\n  a = [for a in [1, 2] : a]\n  b = [for a in [1, 2] : a]\n}\n")},
	}})
	require.Len(t, diags, 1)
	assert.Equal(t, "Interrupted", diags[0].Summary)
}
