package reconcile_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"livery/reconcile"
	"livery/schema/stack"
)

// side is what files declare, without a value for any variable.
func side(files map[string]string) reconcile.Side {
	fsys := make(fstest.MapFS)
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	s, _ := stack.Load(stack.Options{FS: fsys})
	return reconcile.Side{Desired: reconcile.Desired{Documents: s.Documents, Sessions: s.Sessions}, Open: s.Open, Broken: s.Module.Broken}
}

// comparison says in lines what differs.
func comparison(t interface {
	require.TestingT
	Helper()
}, before, after map[string]string) []string {
	t.Helper()
	c, err := reconcile.Compare(side(before), side(after), reconcile.Options{})
	require.NoError(t, err)
	var lines []string
	for _, change := range c.Plan.Changes {
		assert.Nil(t, change.Body)
		if change.Action == reconcile.NoOp {
			continue
		}
		lines = append(lines, fmt.Sprintf("%s %s", change.Action, change.Address))
		for _, f := range change.Fields {
			lines = append(lines, fmt.Sprintf("  %s %s -> %s", f.Path, f.Before, f.After))
		}
	}
	for _, n := range c.NotComparable {
		lines = append(lines, fmt.Sprintf("? %s %s (%s) %s -> %s", n.Address, n.Path, n.Reason, n.Before, n.After))
	}
	assert.Equal(t, len(lines) > 0, c.Different())
	return lines
}

func TestCompare(t *testing.T) {
	one := func(text string) map[string]string { return map[string]string{"a.livery.hcl": text} }
	const variable = "variable \"a\" {}\n"
	for name, c := range map[string]struct {
		before, after map[string]string
		want          string
	}{
		"a refactor": {
			one(`
locals { old = "#112233" }
locale "en" {
  mobile_result_page {
    success_desc        = "Done"
    next_step_button_background_color = local.old
  }
}`),
			map[string]string{
				"themes.livery.hcl":    "theme \"base\" {\n  mobile_result_page { success_desc = \"Done\" }\n}\ntheme \"colours\" {\n  mobile_result_page { next_step_button_background_color = tokens(\"t.json\").brand }\n}",
				"documents.livery.hcl": "locale \"en_US\" {\n  theme = [theme.base, theme.colours]\n}",
				"t.json":               `{"brand": {"$type": "color", "$value": "#112233"}}`,
			}, "",
		},
		"a change": {
			one("locale \"en\" {\n  mobile_result_page { success_desc = \"Done\" }\n}"), one("locale \"en\" {\n  mobile_result_page { success_desc = \"Ready\" }\n}"),
			`update locale.en_US
  mobileResultPage.successDesc "Done" -> "Ready"`,
		},
		"one more, one less": {
			one("locale \"en\" {}\nsession \"web\" {\n  api = \"h5_token\"\n  region = \"PHL\"\n}"), one("locale \"th\" {}"),
			`delete locale.en_US
create locale.th_TH
delete session.web
  api "h5_token" -> null
  region "PHL" -> null`,
		},
		"the same of what is not known": {
			one(variable + "locale \"en\" {\n  mobile_result_page { success_desc = var.a }\n}"), one(variable + "locals { b = var.a }\nlocale \"en\" {\n  mobile_result_page { success_desc = local.b }\n}"), "",
		},
		"something else of what is not known": {
			one(variable + "locale \"en\" {\n  mobile_result_page { success_desc = var.a }\n}"), one(variable + "locale \"en\" {\n  mobile_result_page { success_desc = \"${var.a}!\" }\n}"),
			`? locale.en_US mobileResultPage.successDesc (var.a has no value) var.a -> "${var.a}!"`,
		},
		"known before": {
			one(variable + "locale \"en\" {\n  mobile_result_page { success_desc = \"Done\" }\n}"), one(variable + "locale \"en\" {\n  texts = jsondecode(file(\"${var.a}.json\"))\n}"),
			`? locale.en_US texts (var.a has no value)  -> jsondecode(file("${var.a}.json"))`,
		},
		"unknown documents": {
			one(variable + "locale \"en\" {}"), one(variable + "locale \"all\" {\n  for_each = var.a\n  code     = each.key\n}"),
			`? locale. for_each (var.a has no value)  -> var.a
? locale.en_US  (which documents are declared now is not known)  -> `,
		},
		"the same unknown documents": {
			one(variable + "locale \"all\" {\n  for_each = var.a\n  code     = each.key\n}"), one(variable + "locale \"en\" {}\nlocale \"all\" {\n  for_each = var.a\n  code     = each.key\n}"),
			`create locale.en_US`,
		},
		"other unknown documents": {
			one(variable + "locale \"all\" {\n  for_each = var.a\n  code     = each.key\n}"), one(variable + "locale \"all\" {\n  for_each = var.a\n  code     = each.key\n  title_text = \"Hello\"\n}"),
			`? locale. for_each (var.a has no value) var.a -> 
? locale. for_each (var.a has no value)  -> var.a`,
		},
		"a session": {
			one(variable + "session \"web\" {\n  api = \"h5_token\"\n  region = var.a\n  locale \"th\" {\n    product_level = var.a\n  }\n}"),
			one(variable + "session \"web\" {\n  api = \"h5_token\"\n  region = \"PHL\"\n  product_level = \"PRO\"\n  locale \"th\" {\n    product_level = var.a\n  }\n}"),
			`update session.web
  product_level null -> "PRO"
? session.web region (var.a has no value) var.a -> `,
		},
		"a session of something": {
			one(variable + "session \"web\" {\n  api = var.a\n}"), one("session \"web\" {\n  api = \"h5_token\"\n  region = \"PHL\"\n}"),
			`? session.web api (var.a has no value) var.a -> `,
		},
		"a fault before": {
			one("locale \"en\" {\n  theme = theme.gone\n  mobile_result_page {\n    success_desc = \"Done\"\n    next_step_button_background_color = \"blu\"\n  }\n}"), one("locale \"en\" {\n  mobile_result_page {\n    success_desc = \"Ready\"\n    next_step_button_background_color = \"#0000ff\"\n  }\n}"),
			`update locale.en_US
  mobileResultPage.successDesc "Done" -> "Ready"
? locale.en_US theme (it could not be evaluated) theme.gone -> 
? locale.en_US mobileResultPage.nextStepButtonBackgroundColor (it could not be evaluated) "blu" -> `,
		},
		"a broken file before": {
			map[string]string{"a.livery.hcl": "locale \"en\" {\n  mobile_result_page { success_desc = \"Done\" }\n}", "b.livery.hcl": "locale \"th\" {"},
			map[string]string{"a.livery.hcl": "locale \"en\" {\n  title_text = \"Hello\"\n  mobile_result_page { success_desc = \"Ready\" }\n}", "b.livery.hcl": "locale \"th\" {}"},
			`update locale.en_US
  mobileResultPage.successDesc "Done" -> "Ready"
? locale.en_US  (a file of the base could not be understood)  -> 
? locale.th_TH  (a file of the base could not be understood)  -> `,
		},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, strings.Join(comparison(t, c.before, c.after), "\n"))
			assert.Empty(t, comparison(t, c.after, c.after), "the same is the same")
		})
	}
}

// A comparison and the one the other way round are each other's mirror.
func TestCompareMirrors(t *testing.T) {
	text := rapid.SampledFrom([]string{`"Done"`, `"Ready"`, `var.a`, `"${var.a}!"`, `local.b`, `null`})
	stackOf := rapid.Custom(func(t *rapid.T) map[string]string {
		var b strings.Builder
		fmt.Fprintf(&b, "variable \"a\" {}\nlocals {\n  b = %s\n}\n", rapid.SampledFrom([]string{`"Done"`, `var.a`}).Draw(t, "b"))
		for _, l := range []string{"en", "th", "vi"} {
			if rapid.Bool().Draw(t, l) {
				fmt.Fprintf(&b, "locale %q {\n  mobile_result_page {\n    success_desc = %s\n  }\n  title_text = %s\n}\n", l, text.Draw(t, "x"), text.Draw(t, "y"))
			}
		}
		return map[string]string{"a.livery.hcl": b.String()}
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := stackOf.Draw(t, "a"), stackOf.Draw(t, "b")
		there, back := comparison(t, a, b), comparison(t, b, a)
		for i, line := range back {
			line = strings.NewReplacer("create ", "delete ", "delete ", "create ").Replace(line)
			if head, values, ok := strings.Cut(line, " -> "); ok {
				at := strings.LastIndexAny(head, " ")
				line = head[:at+1] + values + " -> " + head[at+1:]
			}
			back[i] = line
		}
		// Of what is only there afterwards, the values that are not known are said.
		unsaid := func(line string) bool { return strings.HasPrefix(line, "?") }
		there, back = slices.DeleteFunc(there, unsaid), slices.DeleteFunc(back, unsaid)
		slices.Sort(there)
		slices.Sort(back)
		assert.Equal(t, there, back)
	})
}
