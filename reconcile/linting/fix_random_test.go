package linting_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/linting"
	"livery/reconcile/workspace"
	"livery/schema"
	"livery/schema/rule"
	"livery/schema/stack"
)

// mendable are the rules with a fix, by what the fix does: it changes a literal, or more.
var mendable = map[bool][]rule.ID{
	true: {rule.Whitespace, rule.InvisibleCharacter, rule.WidthForms, rule.Ellipsis, rule.Contrast, rule.Placeholder},
	false: {rule.TokenBypass, rule.Redundant, rule.Unreachable, rule.UnusedTheme, rule.UnusedLocal, rule.UnusedVariable,
		rule.UnusedIgnore},
}

// leaves are the rules whose fix leaves the plan empty.
var leaves = []rule.ID{rule.TokenBypass, rule.Redundant, rule.UnusedTheme, rule.UnusedLocal, rule.UnusedVariable, rule.Unreachable, rule.UnusedIgnore}

// faultyStack is a stack with many faults that can be mended, some of them chosen by chance,
// beside what must stay as it is.
func faultyStack(r *rand.Rand) map[string]string {
	var b strings.Builder
	maybe := func(format string, args ...any) {
		if r.IntN(3) > 0 {
			fmt.Fprintf(&b, format, args...)
		}
	}
	colour := func() string {
		return []string{`"#0B5FFF"`, `"#fff"`, `"#eeeeee"`, "local.used", "local.design.ink", "null"}[r.IntN(6)]
	}
	words := func() string {
		return []string{`"Identity  check "`, "\"a\u200bb\"", `"Wait..."`, `"Wait…"`, "<<-EOT\n    two lines\n    of words\n    EOT", `"plain $${x}"`, "null"}[r.IntN(7)]
	}
	page := func() {
		b.WriteString("  mobile_result_page {\n")
		maybe("    # about the words\n    success_desc = %s\n", words())
		maybe("    background_color = %s // white?\n", colour())
		maybe("    liveness_result_text_color = %s\n", colour())
		maybe("\n    countdown_text = \"{sec} left\" # livery:ignore markup reason=\"none\"\n")
		b.WriteString("  }\n")
	}
	b.WriteString("# The head of the file.\n\nlocals {\n  design = tokens(\"brand.json\")\n")
	maybe("  # nobody\n  ghost = 1\n")
	b.WriteString("  used = \"#14202b\"\n}\n\n")
	maybe("/* gone */\nlocals {\n  a = 1\n  b = \"x  y\"\n}\n\n")
	maybe("variable \"unused\" {\n  default = 1 # one\n}\n\n")
	maybe("# Dark.\ntheme \"dark\" {\n  title_text = \"x \"\n}\n\n")
	b.WriteString("theme \"base\" {\n  extends = theme.deep\n")
	maybe("  title_text = %s\n", words())
	page()
	b.WriteString("}\n\ntheme \"deep\" {\n")
	maybe("  title_text = %s\n", words())
	page()
	b.WriteString("}\n")
	for _, locale := range []string{"en", "vi"} {
		fmt.Fprintf(&b, "\nlocale %q {\n  theme = theme.base\n", locale)
		maybe("  title_text = %s\n", words())
		page()
		b.WriteString("}\n")
	}
	b.WriteString("\nlocale \"ja_JP\" {\n  texts = jsondecode(file(\"texts/ja.json\"))\n}\n")
	files := map[string]string{
		"main.livery.hcl":           b.String(),
		"texts/ja.json":             "{\n  \"titleText\" : \"確認,  です \",\n  \"mobileLoadingPage\": {\"loadingText\": \"待\\u2060つ\"}\n}\n",
		"brand.json":                `{"blue": {"$type": "color", "$value": "#0b5fff"}, "ink": {"$type": "color", "$value": "#14202b"}}`,
		"all.auto.liveryvars.hcl":   "",
		"unchanged.auto.livery.txt": "x",
	}
	if strings.Contains(b.String(), `variable "unused"`) {
		files["all.auto.liveryvars.hcl"] = "unused = 2\n"
	}
	for name := range files {
		if r.IntN(2) == 0 {
			files[name] = strings.ReplaceAll(files[name], "\n", "\r\n")
		}
		if r.IntN(2) == 0 && strings.HasSuffix(name, ".hcl") {
			files[name] = "\ufeff" + files[name]
		}
	}
	return files
}

// literal is a text as it is written, with its quotation marks or its heredoc.
var literal = regexp.MustCompile(`<<-EOT(?s:.*?)\n *EOT|"(?:[^"\\\r\n]|\\.)*"`)

func documents(t *testing.T, w *workspace.Workspace) []schema.Document {
	t.Helper()
	loaded, diags, err := w.Load(stack.NeedNothing)
	require.NoError(t, err)
	for _, d := range diags {
		require.NotEqual(t, rule.Error, schema.LevelOf(d), "%s", d)
	}
	return loaded.Documents
}

// Whatever rules are chosen: what was mended stays mended, literals alone change where the
// rule is about one, line ends and the byte order mark stay, and nobody sees a difference
// where the rule says so.
func TestFixHoldsForAnyChoice(t *testing.T) {
	all := slices.Concat(mendable[true], mendable[false])
	mended := make(map[rule.ID]bool)
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 7))
		files := faultyStack(r)
		w := open(t, files, ".")
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		rules := slices.Clone(all[:1+r.IntN(len(all)-1)])
		opts := linting.Options{Rules: rules}
		name := fmt.Sprintf("seed %d, %v", seed, rules)
		before := documents(t, w)
		linted, err := linting.Lint(w, opts)
		require.NoError(t, err)
		for _, d := range linted.Diagnostics {
			if f := schema.FindingOf(d); len(f.Edits) > 0 {
				mended[f.Rule] = true
			}
		}
		fixed, err := linting.Fix(w, opts, rule.SafeFix)
		require.NoError(t, err, name)
		require.NoError(t, fixed.Write(w.Dir), name)
		isAbout := func(list []rule.ID) bool {
			return !slices.ContainsFunc(rules, func(id rule.ID) bool { return !slices.Contains(list, id) })
		}
		for file, was := range files {
			now, err := w.Dir.ReadFile(file)
			require.NoError(t, err)
			text := string(now)
			assert.Equal(t, strings.HasPrefix(was, "\ufeff"), bytes.HasPrefix(now, []byte("\ufeff")), name)
			if strings.Contains(was, "\r\n") {
				assert.Equal(t, strings.Count(text, "\n"), strings.Count(text, "\r\n"), "%s: %s", name, file)
			} else {
				assert.NotContains(t, text, "\r", "%s: %s", name, file)
			}
			if isAbout(mendable[true]) {
				assert.Equal(t, literal.ReplaceAllString(was, "_"), literal.ReplaceAllString(text, "_"), "%s: %s", name, file)
			}
		}
		after := documents(t, w)
		if isAbout(leaves) {
			require.Len(t, after, len(before))
			for i := range after {
				for _, f := range schema.Fields() {
					assert.True(t, after[i].At(f).Equal(before[i].At(f)) || before[i].At(f).IsNull() && !after[i].At(f).Declared(), "%s: %s", name, f.Path())
				}
			}
		}
		again, err := linting.Fix(w, opts, rule.SafeFix)
		require.NoError(t, err, name)
		assert.Zero(t, again.Findings, name)
		assert.Empty(t, again.After, name)
	}
	for _, id := range all {
		assert.True(t, mended[id], "no stack has a finding of %s that can be mended", id)
	}
}
