package translating_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"livery/reconcile/translating"
	"livery/reconcile/workspace"
	"livery/schema"
	"livery/schema/interchange"
	"livery/schema/rule"
	"livery/schema/texts"
)

// stackOf writes files into a new directory.
func stackOf(t *testing.T, archive string) *workspace.Workspace {
	t.Helper()
	root := t.TempDir()
	for _, f := range txtar.Parse([]byte(archive)).Files {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(root, f.Name)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(root, f.Name), f.Data, 0o600))
	}
	return workspace.New(workspace.Config{
		Dir: workspace.Directory(root), Version: "0.0.0", Now: time.Now, Getenv: func(string) string { return "" },
	})
}

func open(t *testing.T, w *workspace.Workspace, locales ...string) *translating.Stack {
	t.Helper()
	s, err := translating.Open(w, locales)
	require.NoError(t, err)
	return s
}

// sheet is a file of translators with these texts of one language.
func sheet(locale string, rows ...string) translating.File {
	text := "id," + locale + "\n"
	for i := 0; i+1 < len(rows); i += 2 {
		text += fmt.Sprintf("%s,\"%s\"\n", rows[i], strings.ReplaceAll(rows[i+1], `"`, `""`))
	}
	return translating.File{Name: "in.csv", Data: []byte(text)}
}

func messages(diags hcl.Diagnostics) string {
	var b strings.Builder
	for _, d := range diags {
		fmt.Fprintf(&b, "%s | %s\n", d.Summary, d.Detail)
	}
	return b.String()
}

// source has a text in every kind of place of the languages below.
const source = `
-- source.livery.hcl --
theme "base" {
  mobile_error_dialog {
    confirm_button_text = "Go on"
  }
}
locals {
  shared = "ร่วม"
}
locale "en" {
  theme      = theme.base
  title_text = "Face check"
  mobile_loading_page {
    loading_text = "One moment"
  }
  mobile_result_page {
    success_desc          = "You are in"
    failed_desc           = "Not you"
    next_step_button_text = "Next"
    try_again_button_text = "Once more"
    countdown_text        = "In {second} s"
  }
  mobile_tips_page {
    tip {
      icon_link = "https://a.example/1.png"
      text      = "Find light"
    }
    tip {
      text = "Hold still"
    }
  }
}
`

// Each text is written where its words stand; the rest of the files stays byte for byte.
func TestImportWritesInPlace(t *testing.T) {
	tests := map[string]struct {
		files string
		rows  []string
		lines string // that are taken out and added, the lock aside
	}{
		"a string": {
			"-- th.livery.hcl --\nlocale \"th\" {\n  title_text   =   \"ก\" # why\n}\n",
			[]string{"titleText", `ข "x" \ ${ %{` + "\nค"},
			"-  title_text   =   \"ก\" # why\n+  title_text   =   \"ข \\\"x\\\" \\\\ $${ %%{\\nค\" # why\n",
		},
		"a heredoc": {
			"-- th.livery.hcl --\nlocale \"th\" {\n  title_text = <<-E\n    ก\n    ข\n  E\n}\n",
			[]string{"titleText", "ก\nค"},
			"-    ข\n+    ค\n",
		},
		"null": {
			"-- th.livery.hcl --\nlocale \"th\" {\n  title_text = null\n}\n",
			[]string{"titleText", "ก"},
			"-  title_text = null\n+  title_text = \"ก\"\n",
		},
		"JSON, escaped": {
			"-- th.livery.hcl --\nlocale \"th\" {\n  texts = jsondecode(file(\"th.json\"))\n}\n-- th.json --\n{ \"titleText\" : \"\\u0e01\" }",
			[]string{"titleText", "ข"},
			"-{ \"titleText\" : \"\\u0e01\" }\n+{ \"titleText\" : \"\\u0e02\" }\n",
		},
		"for_each": {
			"-- th.livery.hcl --\nlocale \"asia\" {\n  for_each = toset([\"th\", \"vi\"])\n  code = each.key\n  texts = jsondecode(file(\"t/${each.key}.json\"))\n}\n" +
				"-- t/th.json --\n{\n  \"mobileResultPage\": {\n    \"successDesc\": \"ก\",\n    \"failedDesc\": \"ข\"\n  }\n}\n-- t/vi.json --\n{}\n",
			[]string{"mobileResultPage.successDesc", "ค"},
			"-    \"successDesc\": \"ก\",\n+    \"successDesc\": \"ค\",\n",
		},
		"an element of for_each": {
			"-- th.livery.hcl --\nlocale \"asia\" {\n  for_each = {\n    th = \"ก\"\n    vi = \"ă\"\n  }\n  code = each.key\n  title_text = each.value\n}\n",
			[]string{"titleText", "ค"},
			"-    th = \"ก\"\n+    th = \"ค\"\n",
		},
		"configuration in JSON": {
			"-- th.livery.json --\n{\"locale\": {\"th\": {\"title_text\": \"ก\"}}}\n",
			[]string{"titleText", "${ข"},
			"-{\"locale\": {\"th\": {\"title_text\": \"ก\"}}}\n+{\"locale\": {\"th\": {\"title_text\": \"$${ข\"}}}\n",
		},
		"missing in a block": {
			"-- th.livery.hcl --\nlocale \"th\" {\n  title_text = \"ก\"\n\n  mobile_result_page {\n    success_desc   = \"ข\"\n    countdown_text = \"{second}\"\n  }\n}\n",
			[]string{"mobileResultPage.failedDesc", "ค", "mobileErrorDialog.confirmButtonText", "ง"},
			"+    failed_desc    = \"ค\"\n+\n+  mobile_error_dialog {\n+    confirm_button_text = \"ง\"\n+  }\n",
		},
		"missing in a file": {
			"-- th.livery.hcl --\nlocale \"th\" {\n  texts = jsondecode(file(\"th.json\"))\n}\n-- th.json --\n{\n\t\"title_text\": \"ก\",\n\t\"mobile_result_page\": {\n\t\t\"success_desc\": \"ข\"\n\t}\n}\n",
			[]string{"mobileResultPage.failedDesc", "ค", "mobileLoadingPage.loadingText", "ง"},
			"+\t\"mobile_loading_page\": {\n+\t\t\"loading_text\": \"ง\"\n+\t},\n-\t\t\"success_desc\": \"ข\"\n+\t\t\"success_desc\": \"ข\",\n+\t\t\"failed_desc\": \"ค\"\n",
		},
		"tips in a block": {
			"-- th.livery.hcl --\nlocale \"th\" {\n  mobile_tips_page {\n    tip { text = \"ก\" }\n    tip { text = \"ข\" }\n  }\n}\n",
			[]string{"mobileTipsPage.tips[1].text", "ค"},
			"-    tip { text = \"ข\" }\n+    tip { text = \"ค\" }\n",
		},
		"no tips in a block": {
			"-- th.livery.hcl --\nlocale \"th\" {\n  title_text = \"ก\"\n}\n",
			[]string{"mobileTipsPage.tips[1].text", "ค", "mobileTipsPage.tips[0].text", "ข"},
			"+\n+  mobile_tips_page {\n+    tip {\n+      icon_link = \"https://a.example/1.png\"\n+      text      = \"ข\"\n+    }\n+\n+    tip {\n+      text = \"ค\"\n+    }\n+  }\n",
		},
		"no tips, tabs and the line ends of Windows": {
			"-- th.livery.hcl --\nlocale \"th\" {\r\n\ttitle_text = \"ก\"\r\n}\r\n",
			[]string{"mobileTipsPage.tips[1].text", "ค", "mobileTipsPage.tips[0].text", "ข"},
			"+\r\n+\tmobile_tips_page {\r\n+\t\ttip {\r\n+\t\t\ticon_link = \"https://a.example/1.png\"\r\n+\t\t\ttext      = \"ข\"\r\n+\t\t}\r\n+\r\n+\t\ttip {\r\n+\t\t\ttext = \"ค\"\r\n+\t\t}\r\n+\t}\r\n",
		},
		"no tips in such a file": {
			"-- th.livery.hcl --\nlocale \"th\" {\n  texts = jsondecode(file(\"th.json\"))\n}\n-- th.json --\n{\r\n\t\"title_text\": \"ก\"\r\n}\r\n",
			[]string{"mobileTipsPage.tips[0].text", "ข", "mobileTipsPage.tips[1].text", "ค"},
			"-\t\"title_text\": \"ก\"\r\n+\t\"title_text\": \"ก\",\r\n+\t\"mobile_tips_page\": {\r\n+\t\t\"tips\": [\r\n+\t\t\t{ \"text\": \"ข\", \"icon_link\": \"https://a.example/1.png\" },\r\n+\t\t\t{ \"text\": \"ค\" }\r\n+\t\t]\r\n+\t}\r\n",
		},
		"a file that is not there": {
			"-- th.livery.hcl --\nlocale \"th\" {\n  texts = jsondecode(file(\"new/th.json\"))\n}\n",
			[]string{"mobileTipsPage.tips[1].text", "ค", "mobileTipsPage.tips[0].text", "ข", "titleText", "ก"},
			"+{\n+  \"titleText\": \"ก\",\n+  \"mobileTipsPage\": {\n+    \"tips\": [\n+      { \"text\": \"ข\", \"iconLink\": \"https://a.example/1.png\" },\n+      { \"text\": \"ค\" }\n+    ]\n+  }\n+}\n",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := stackOf(t, source+test.files)
			imported, err := open(t, w, "th").Import([]translating.File{sheet("th", test.rows...)}, translating.ImportOptions{})
			require.NoError(t, err)
			require.Zero(t, imported.Refused, messages(imported.Findings))
			assert.Equal(t, test.lines, changedLines(imported))
			require.NoError(t, imported.Write())
			again, err := open(t, w, "th").Import([]translating.File{sheet("th", test.rows...)}, translating.ImportOptions{})
			require.NoError(t, err)
			assert.Empty(t, again.After, "a second time")
			for _, u := range open(t, w, "th").Chosen[0].Units {
				if strings.Contains(strings.Join(test.rows, " "), u.Path) {
					assert.Equal(t, texts.Current, u.State, u.Path)
				}
			}
		})
	}
}

// changedLines are the lines that an import takes out and adds, but for those of the lock.
func changedLines(i *translating.Imported) string {
	var b strings.Builder
	for name, after := range i.After {
		if name == "livery.texts.lock" {
			continue
		}
		old, now := strings.SplitAfter(string(i.Before[name]), "\n"), strings.SplitAfter(string(after), "\n")
		for len(old) > 0 && len(now) > 0 {
			switch at := indexOf(now, old[0]); {
			case at == 0:
				old, now = old[1:], now[1:]
			case at > 0:
				for _, line := range now[:at] {
					b.WriteString("+" + line)
				}
				now = now[at:]
			default:
				b.WriteString("-" + strings.TrimSuffix(old[0], "\n") + "\n")
				old = old[1:]
				if len(old) == 0 || indexOf(now, old[0]) > 0 || indexOf(now, old[0]) < 0 {
					b.WriteString("+" + strings.TrimSuffix(now[0], "\n") + "\n")
					now = now[1:]
				}
			}
		}
		for _, line := range now {
			if line != "" {
				b.WriteString("+" + line)
			}
		}
	}
	return b.String()
}

func indexOf(lines []string, line string) int {
	for i, l := range lines {
		if l == line {
			return i
		}
	}
	return -1
}

// What cannot be written, or must not, is said with a reason, and no file changes.
func TestImportRefuses(t *testing.T) {
	tests := map[string]struct {
		files string
		rows  []string
		want  string
	}{
		"a function":                {"-- th.livery.hcl --\nlocale \"th\" {\n  title_text = upper(\"x\")\n}\n", []string{"titleText", "ก"}, "titleText: not written here | th.livery.hcl:2: A function or a template"},
		"a reference":               {"-- th.livery.hcl --\nlocale \"th\" {\n  title_text = local.shared\n}\n", []string{"titleText", "ก"}, "not written here | th.livery.hcl:2: These words come from local.shared"},
		"two elements":              {"-- th.livery.hcl --\nlocale \"x\" {\n  for_each = toset([\"th\", \"vi\"])\n  code = each.key\n  title_text = \"ก\"\n}\n", []string{"titleText", "ข"}, "not written here | th.livery.hcl:4: These words are written once for several texts: also for vi_VN titleText"},
		"for_each, no file":         {"-- th.livery.hcl --\nlocale \"x\" {\n  for_each = toset([\"th\", \"vi\"])\n  code = each.key\n}\n", []string{"titleText", "ข"}, "not written here | th.livery.hcl:1: This block is for several languages and has no file of texts in JSON"},
		"one file for two":          {"-- th.livery.hcl --\nlocale \"x\" {\n  for_each = toset([\"th\", \"vi\"])\n  code = each.key\n  texts = jsondecode(file(\"t.json\"))\n}\n-- t.json --\n{}\n", []string{"titleText", "ข"}, "not written here | t.json:1: This file is also that of vi_VN"},
		"too long":                  {"-- th.livery.hcl --\nlocale \"th\" {}\n", []string{"titleText", strings.Repeat("ก", 101)}, "titleText: text too long | titleText is 101 UTF-16 code units long"},
		"an emoji too much":         {"-- th.livery.hcl --\nlocale \"th\" {}\n", []string{"titleText", strings.Repeat("ก", 99) + "😀"}, "titleText: text too long"},
		"a control character":       {"-- th.livery.hcl --\nlocale \"th\" {}\n", []string{"titleText", "ก\x07"}, "control character"},
		"a placeholder lost":        {"-- th.livery.hcl --\nlocale \"th\" {}\n", []string{"mobileResultPage.countdownText", "ก"}, "placeholder lost | mobileResultPage.countdownText lacks {second}"},
		"another placeholder":       {"-- th.livery.hcl --\nlocale \"th\" {}\n", []string{"titleText", "{วินาที}"}, "placeholder added | titleText has {วินาที}"},
		"two targets, one as it is": {"-- th.livery.hcl --\nlocale \"th\" {\n  title_text = \"ก\"\n}\n", []string{"titleText", "ก", "title_text", "ข"}, "two targets for one id"},
		"two targets":               {"-- th.livery.hcl --\nlocale \"th\" {}\n", []string{"titleText", "ก", "title_text", "ข"}, "two targets for one id"},
		"half a list":               {"-- th.livery.hcl --\nlocale \"th\" {}\n", []string{"mobileTipsPage.tips[0].text", "ก"}, "translate all 2 texts of it together"},
		"a list of its own":         {"-- th.livery.hcl --\nlocale \"th\" {\n  mobile_tips_page {\n    tip { text = \"ก\" }\n  }\n}\n", []string{"mobileTipsPage.tips[1].text", "ก"}, "has a list of its own"},
		"a name in the middle":      {"-- th.livery.hcl --\nlocale \"th\" {\n  title_text = \"ก ${local.shared}\"\n}\n", []string{"titleText", "ข"}, "not written here"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := open(t, stackOf(t, source+test.files), "th")
			imported, err := s.Import([]translating.File{sheet("th", append(test.rows, "mobileErrorDialog.confirmButtonText", "ต่อไป")...)}, translating.ImportOptions{})
			require.NoError(t, err)
			assert.NotZero(t, imported.Refused)
			assert.Contains(t, messages(imported.Findings), test.want)
			assert.Empty(t, imported.After)
			for _, d := range imported.Findings {
				assert.Equal(t, rule.Error, schema.LevelOf(d))
			}
		})
	}
}

// A table of several languages has a limit and a state of each, and what begins as a
// formula does, or with a quotation mark, has one more before it.
func TestTablesOfSeveralLanguages(t *testing.T) {
	w := stackOf(t, `
-- main.livery.hcl --
locale "en" {
  title_text = "'Face' check"
  mobile_result_page {
    success_desc = "-5"
  }
}
locale "th" {
  title_text = "ก"
}
locale "ar_AE" {
  title_text = "''ا"
  mobile_result_page {
    success_desc = "=ب"
  }
}
`)
	s := open(t, w)
	out := s.Export(texts.States()[:5]).Write(interchange.CSV, false)
	assert.Equal(t, "id,page,field,limit_ar_AE,state_ar_AE,limit_th_TH,state_th_TH,note,en_US,ar_AE,th_TH\r\n"+
		"titleText,,titleText,100,unrecorded,100,unrecorded,,''Face' check,'''ا,ก\r\n"+
		"mobileResultPage.successDesc,mobileResultPage,successDesc,100,unrecorded,100,missing,,'-5,'=ب,\r\n", string(out))
	older := "id,page,field,limit,state,note,en_US,ar_AE,th_TH\ntitleText,,titleText,100,\"ar_AE current, th_TH stale\",,'Face' check,'''ا,ก\n"
	for _, data := range [][]byte{out, s.Export(texts.States()[:5]).Write(interchange.XLSX, false), []byte(older)} {
		imported, err := open(t, w).Import([]translating.File{{Name: "all", Data: data}}, translating.ImportOptions{})
		require.NoError(t, err)
		assert.Empty(t, imported.Findings)
		for _, tally := range imported.Tallies {
			assert.Zero(t, tally.Counts[translating.Written])
			assert.Positive(t, tally.Counts[translating.Unchanged])
		}
	}
}

// What is good in a file of which something is refused is counted apart.
func TestHeldBack(t *testing.T) {
	s := open(t, stackOf(t, source+"-- th.livery.hcl --\nlocale \"th\" {}\n"), "th")
	imported, err := s.Import([]translating.File{sheet("th", "titleText", strings.Repeat("ก", 101), "mobileLoadingPage.loadingText", "รอ", "mobileResultPage.failedDesc", "")}, translating.ImportOptions{})
	require.NoError(t, err)
	assert.Equal(t, map[translating.Outcome]int{translating.Held: 1, translating.Refused: 1, translating.Skipped: 1}, imported.Tallies[0].Counts)
}

// Whatever form texts go out in, taking them back changes no byte; one that is changed on
// the way is one text that changes.
func TestRoundTrip(t *testing.T) {
	w := stackOf(t, source+`
-- th.livery.hcl --
livery {
  texts {
    keep = ["light"]
  }
}
locale "th" {
  texts = jsondecode(file("th.json"))
  mobile_loading_page {
    loading_text = <<-E
      รอ <b> & "x" 'y'
        สักครู่
    E
  }
}
-- th.json --
{"titleText": "=1+1", "mobile_result_page": {"success_desc": "'=ก", "failed_desc": "_x000D_ ข", "next_step_button_text": "ถัดไป\nสอง", "countdownText": "ใน {second} วิ"}}
`)
	_, err := open(t, w).Accept([]string{"titleText", "mobileResultPage.successDesc", "mobileResultPage.failedDesc", "mobileResultPage.nextStepButtonText", "mobileResultPage.countdownText", "mobileLoadingPage.loadingText"})
	require.NoError(t, err)
	for _, form := range interchange.Forms() {
		for _, states := range [][]texts.State{translating.ToTranslate(), texts.States()[:5]} {
			s := open(t, w)
			out := s.Export(states).Write(form, true)
			assert.Equal(t, out, s.Export(states).Write(form, true), "the same bytes")
			imported, err := s.Import([]translating.File{{Name: "th_TH" + form.Ending(), Data: out}}, translating.ImportOptions{})
			require.NoError(t, err, form)
			assert.Empty(t, imported.Findings, form)
			assert.Empty(t, imported.After, "%s %s", form, states)
		}
	}
}

// Two translators get the same file, and each does a half: neither undoes what the other did.
func TestHalvesOfAFile(t *testing.T) {
	stack := func(title, loading string) *workspace.Workspace {
		return stackOf(t, source+fmt.Sprintf("-- th.livery.hcl --\nlocale \"th\" {\n  title_text = %q\n  mobile_loading_page {\n    loading_text = %q\n  }\n}\n", title, loading))
	}
	for _, form := range interchange.Forms() {
		half := func(title, loading string) []translating.File {
			return []translating.File{{Name: "th_TH" + form.Ending(), Data: open(t, stack(title, loading)).Export(texts.States()).Write(form, true)}}
		}
		one, two := half("ก 1", "ข"), half("ก", "ข 2")
		for name, imports := range map[string][][]translating.File{
			"one after the other":       {one, two},
			"and again":                 {one, two, one, two},
			"with another one between":  {one, half("ก 1 1", "ข"), two},
			"together":                  {append(two, one...)},
			"together, the other way":   {append(one, two...)},
			"together after one of two": {two, append(one, two...)},
		} {
			w := stack("ก", "ข")
			for _, files := range imports {
				imported, err := open(t, w).Import(files, translating.ImportOptions{})
				require.NoError(t, err)
				require.Zero(t, imported.Refused, "%s %s: %s", form, name, messages(imported.Findings))
				require.NoError(t, imported.Write())
			}
			th := open(t, w).Language("th_TH")
			assert.Equal(t, "ข 2", th.Unit("mobileLoadingPage.loadingText").Target.Text(), "%s %s", form, name)
			assert.Regexp(t, "^ก 1", th.Unit("titleText").Target.Text(), "%s %s", form, name)
		}
	}
}
