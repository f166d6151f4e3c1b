package function

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTokens(t *testing.T) {
	for _, test := range []struct{ name, src, want string }{
		{"empty", `{}`, `{}`},
		{"byte order mark", "\xef\xbb\xbf{}", `{}`},
		{"colour, inherited type", `{"c": {"$type": "color", "$description": "d", "a": {"$value": "#0B5FFF"}, "b": {"x": {"$value": "#ABCD"}}}}`,
			`{ "c" = { "a" = "#0b5fff" "b" = { "x" = "#aabbccdd" } } }`},
		{"own type wins", `{"$type": "color", "a": {"$type": "string", "$value": "#ABC"}}`, `{ "a" = "#ABC" }`},
		{"colour of another form", `{"a": {"$type": "color", "$value": "rgb(1,2,3)"}}`, `{ "a" = "rgb(1,2,3)" }`},
		{"colour object", `{"a": {"$type": "color", "$value": {"colorSpace": "srgb", "components": [1, 0.5, 0], "alpha": 0.5, "hex": "#123456"}}}`, `{ "a" = "#ff800080" }`},
		{"colour object without alpha", `{"a": {"$value": {"colorSpace": "srgb", "components": [0.04313725490196078, "none", 1]}}}`, `{ "a" = "#0b00ff" }`},
		{"colour object in hsl", `{"a": {"$value": {"colorSpace": "hsl", "components": [120, 100, 25]}}}`, `{ "a" = "#008000" }`},
		{"colour object by its hex", `{"a": {"$value": {"colorSpace": "display-p3", "components": [1, 0, 0], "alpha": 1, "hex": "#FF0F0E"}}}`, `{ "a" = "#ff0f0eff" }`},
		{"dimension and duration", `{"d": {"$type": "dimension", "$value": {"value": 16, "unit": "px"}}, "t": {"$value": {"value": 0.25, "unit": "s"}}}`, `{ "d" = "16px" "t" = "0.25s" }`},
		{"alias", `{"a": {"$value": "{b.c}"}, "b": {"$type": "color", "c": {"$value": "{d}"}}, "d": {"$type": "color", "$value": "#FFF"}}`,
			`{ "a" = "#ffffff" "b" = { "c" = "#ffffff" } "d" = "#ffffff" }`},
		{"alias within a composite", `{"s": {"$type": "shadow", "$value": {"color": "{c}", "blur": {"value": 2, "unit": "px"}, "stops": [{"color": "{c}"}]}}, "c": {"$value": "#000"}}`,
			`{ "c" = "#000000" "s" = { "blur" = "2px" "color" = "#000000" "stops" = [ { "color" = "#000000" }, ] } }`},
		{"pointer to a token", `{"a": {"$ref": "#/b/c"}, "b": {"c": {"$value": "#000"}}}`, `{ "a" = "#000000" "b" = { "c" = "#000000" } }`},
		{"pointer to a value", `{"a": {"$value": {"$ref": "#/b/$value"}}, "b": {"$value": "x"}}`, `{ "a" = "x" "b" = "x" }`},
		{"pointer into a value", `{"a": {"$value": [{"$ref": "#/b~1b/$value/1"}]}, "b/b": {"$value": [1, 2]}}`, `{ "a" = [ 2, ] "b/b" = [ 1, 2, ] }`},
		{"root token", `{"a": {"$root": {"$value": 1}, "b": {"$value": "{a.$root}"}}}`, `{ "a" = { "$root" = 1 "b" = 1 } }`},
		{"null and other values", `{"a": {"$value": null}, "b": {"$value": true}, "c": {"$value": 1.5}, "d": {"$value": {"x": "y", "$note": 1}}}`, `{ "a" = null "b" = true "c" = 1.5 "d" = { "x" = "y" } }`},
		{"names with a full stop", `{"a.b": {"$value": 1}, "a": {"b": {"$value": 2}, "c": {"$value": "{a.b}"}}}`, `{ "a" = { "b" = 2 "c" = 2 } "a.b" = 1 }`},
	} {
		t.Run(test.name, func(t *testing.T) {
			v, err := parseTokens([]byte(test.src))
			require.NoError(t, err)
			assert.Equal(t, test.want, show(v))
		})
	}
}

func TestTokensRefuse(t *testing.T) {
	chain, doubling := []string{}, []string{`"t0": {"$value": ["xxxxxxxxxxxxxxxx"]}`}
	for i := range 150 {
		chain = append(chain, fmt.Sprintf(`"t%d": {"$value": "{t%d}"}`, i, i+1))
	}
	for i := range 40 {
		doubling = append(doubling, fmt.Sprintf(`"t%d": {"$value": ["{t%d}", "{t%d}"]}`, i+1, i, i))
	}
	for _, test := range []struct{ name, src, want string }{
		{"broken", `{`, "not valid JSON"},
		{"more than one", `{} {}`, "something follows"},
		{"list", `[]`, "holds an object"},
		{"missing", `{"a": {"b": {"$value": "{c.d}"}}}`, `token "a.b" refers to {c.d}, which does not exist`},
		{"group", `{"a": {"$value": "{c}"}, "c": {"d": {"$value": 1}}}`, `token "a" refers to {c}, which does not exist`},
		{"itself", `{"a": {"$value": "{a}"}}`, `aliases go round in a circle: {a} -> {a}`},
		{"circle", `{"a": {"$value": "{b.c}"}, "b": {"c": {"$value": [{"x": "{a}"}]}}}`, `aliases go round in a circle: {a} -> {b.c} -> {a}`},
		{"circle of pointers", `{"a": {"$value": {"x": {"$ref": "#/a/$value/x"}}}}`, `aliases go round in a circle: #/a/$value/x -> #/a/$value/x`},
		{"token and group", `{"a": {"$value": 1, "b": {"$value": 2}}}`, `"a" is a token and a group at once: it has a $value and holds "b"`},
		{"neither", `{"a": {"b": 1}}`, `"a.b" is neither a token nor a group`},
		{"pointer elsewhere", `{"a": {"$ref": "other.json#/b"}}`, `only references into the same file`},
		{"pointer to nothing", `{"a": {"$ref": "#/b"}}`, `token "a" refers to #/b, which does not exist`},
		{"pointer to a group", `{"a": {"$ref": "#/b"}, "b": {"c": {"$value": 1}}}`, `token "a" refers to #/b, which is no token`},
		{"pointer to no string", `{"a": {"$ref": 1}}`, `only references into the same file`},
		{"extends", `{"a": {"$extends": "{b}"}, "b": {}}`, `$extends, which is not supported`},
		{"unknown colour space", `{"a": {"$value": {"colorSpace": "oklch", "components": [0.5, 0.1, 20]}}}`, `token "a": the colour space "oklch" cannot be converted`},
		{"colour without components", `{"a": {"$value": {"colorSpace": "srgb"}}}`, `cannot be converted`},
		{"colour of strings", `{"a": {"$value": {"colorSpace": "srgb", "components": ["1", 0, 0]}}}`, `three numbers`},
		{"colour with odd alpha", `{"a": {"$value": {"colorSpace": "srgb", "components": [1, 0, 0], "alpha": 2}}}`, `from 0 to 1`},
		{"deep", strings.Repeat(`{"a":`, 200) + "1" + strings.Repeat("}", 200), "nested more than 100 deep"},
		{"long chain", "{" + strings.Join(chain, ",") + `, "t150": {"$value": 1}}`, "more than 100 aliases"},
		{"doubling", "{" + strings.Join(doubling, ",") + "}", "longer than 10 MB"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := parseTokens([]byte(test.src))
			assert.ErrorContains(t, err, test.want)
		})
	}
}

func FuzzTokens(f *testing.F) {
	f.Add([]byte(`{"a": {"$type": "color", "b": {"$value": "{c}"}}, "c": {"$value": {"colorSpace": "srgb", "components": [1, 0.5, 0]}}}`))
	f.Add([]byte(`{"a": {"$ref": "#/b/$value/0"}, "b": {"$value": [{"value": 1e9, "unit": "px"}, "{a}"]}}`))
	f.Fuzz(func(t *testing.T, src []byte) {
		v, err := parseTokens(src)
		if err != nil {
			return
		}
		require.True(t, v.Type().IsObjectType())
		require.True(t, v.IsWhollyKnown())
		again, err := parseTokens(src)
		require.NoError(t, err)
		require.True(t, v.RawEquals(again))
	})
}
