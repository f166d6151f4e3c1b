package tokens

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/schema/syntax"
)

// read reads one file, which may hold anything.
func read(src string) (*Set, error) {
	files := syntax.NewFiles(fstest.MapFS{"stack/a.tokens": {Data: []byte(src)}}, "stack")
	return NewReader(files, func(name string) string { return name }).Read(Source{Names: []string{"a.tokens"}})
}

// tokensOf is a file with as many tokens as there are values.
func tokensOf(values ...string) string {
	var b strings.Builder
	b.WriteString("{")
	for i, v := range values {
		fmt.Fprintf(&b, "%s\"t%d\": {\"$value\": %s}", map[bool]string{true: ",\n"}[i > 0], i, v)
	}
	return b.String() + "}"
}

// TestBombs: what is small and becomes endless is refused, as a file or where it is used.
func TestBombs(t *testing.T) {
	chain, doubling, broken, circle := make([]string, 30_000), []string{`["xxxxxxxxxxxxxxxx"]`}, make([]string, 20_000), make([]string, 30_000)
	for i := range chain {
		chain[i] = fmt.Sprintf(`"{t%d}"`, i+1)
		circle[i] = fmt.Sprintf(`"{t%d}"`, (i+1)%len(circle))
	}
	for i := range 40 {
		doubling = append(doubling, fmt.Sprintf(`["{t%d}", "{t%d}"]`, i, i))
	}
	for i := range broken {
		broken[i] = fmt.Sprintf(`"{u%d}"`, i)
	}
	var extending strings.Builder
	extending.WriteString(`{"g0": {"a": {"$value": 1}, "b": {"$value": 2}}`)
	for i := range 40 {
		fmt.Fprintf(&extending, `,"g%d": {"x": {"$extends": "{g%d}"}, "y": {"$extends": "{g%d}"}}`, i+1, i, i)
	}
	for _, test := range []struct{ name, src, want string }{
		{"deep", strings.Repeat(`{"a":`, 200) + "1" + strings.Repeat("}", 200), "nested more than 100 deep"},
		{"deep list", `{"a": {"$value": ` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + "}}", "nested more than 100 deep"},
		{"names of names", strings.Repeat(`{"value":`, 99) + "{}" + strings.Repeat("}", 99), ""},
		{"long number", `{"a": {"$value": 1` + strings.Repeat("0", 200_000) + "}}", "digits"},
		{"chain", tokensOf(append(chain, "1")...), "More than 100 aliases"},
		{"circle", tokensOf(circle...), "in a circle"},
		{"doubling", tokensOf(doubling...), "longer than 10 MB"},
		{"nowhere", tokensOf(broken...), "does not exist"},
		{"extending", extending.String() + "}", "more than"},
		{"not text", "{\"a\": {\"$value\": \"\xff\"}}", "not valid UTF-8"},
		{"UTF-16", "\xff\xfe{\x00}\x00", "not valid UTF-8"},
		{"NUL", "{\x00}", "NUL"},
	} {
		t.Run(test.name, func(t *testing.T) {
			set, err := read(test.src)
			switch {
			case test.want == "":
				require.NoError(t, err)
			case err != nil:
				assert.ErrorContains(t, err, test.want)
			default:
				require.NotEmpty(t, set.faults)
				assert.Contains(t, set.faults[0].detail, test.want)
			}
		})
	}
}

// TestChainsEndWhereTheyAreTooLong: the end of a long chain can be used.
func TestChainsEndWhereTheyAreTooLong(t *testing.T) {
	chain := make([]string, 150)
	for i := range chain {
		chain[i] = fmt.Sprintf(`"{t%d}"`, i+1)
	}
	set, err := read(tokensOf(append(chain, "1")...))
	require.NoError(t, err)
	for i := range 151 {
		_, faults := Split(set.Value().GetAttr(fmt.Sprint("t", i)))
		assert.Equal(t, i < 50, len(faults) > 0, i)
	}
}

func TestByteOrderMark(t *testing.T) {
	set, err := read("\xef\xbb\xbf{\"é\": {\"$value\": \"{gone}\"}}")
	require.NoError(t, err)
	require.Len(t, set.faults, 1)
	assert.Equal(t, 18, set.faults[0].doc.rangeOf(set.faults[0].start, set.faults[0].end).Start.Column)
}

// FuzzRead: a file is refused at places in it, or read the same each time; every value
// without a fault is known, and every step of a way lies in the file.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"a": {"$type": "color", "b": {"$value": "{c}"}}, "c": {"$value": {"colorSpace": "srgb", "components": [1, 0.5, 0]}}}`))
	f.Add([]byte(`{"a": {"$ref": "#/b/$value/0"}, "b": {"$value": [{"value": 1e9, "unit": "px"}, "{a}"]}}`))
	f.Add([]byte(`{"a": {"$extends": "{b}", "$root": {"$value": "{b.c}"}}, "b": {"c": {"$value": "rgb(1 2 3)", "$deprecated": true}}}`))
	f.Add([]byte(`{"$metadata": {"tokenSetOrder": ["a"]}, "a": {"x": {"value": "{y} * 2", "type": "spacing"}, "y": {"value": 2}}}`))
	f.Fuzz(func(t *testing.T, src []byte) {
		set, err := read(string(src))
		if failed, ok := err.(*Error); ok {
			for _, d := range failed.Faults {
				require.LessOrEqual(t, d.Subject.Start.Byte, len(src))
				require.NotEmpty(t, d.Detail)
			}
			return
		}
		require.NoError(t, err)
		for _, fault := range set.faults {
			require.LessOrEqual(t, fault.end, len(src))
			require.LessOrEqual(t, fault.start, fault.end)
		}
		for _, n := range set.root.children {
			for _, step := range set.Steps(n.path(), 200) {
				require.LessOrEqual(t, step.Range.End.Byte, len(src))
			}
			if bare, faults := Split(set.Value().GetAttr(n.name)); len(faults) == 0 {
				require.True(t, bare.IsWhollyKnown())
			}
		}
		again, err := read(string(src))
		require.NoError(t, err)
		bare, _ := set.Value().UnmarkDeep()
		bareAgain, _ := again.Value().UnmarkDeep()
		require.True(t, bare.RawEquals(bareAgain))
	})
}
