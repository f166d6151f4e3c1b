package findings

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/hashicorp/hcl/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"livery/reconcile/terminal"
	"livery/schema"
)

func text(diags hcl.Diagnostics, src Sources, s terminal.Style) string {
	var out bytes.Buffer
	WriteText(&out, inBlocks(diags, src), src, s)
	return out.String()
}

// TestTheLayoutOfValues holds against what Terraform 1.11.4 prints for this
// source, byte for byte, escapes included.
func TestTheLayoutOfValues(t *testing.T) {
	src := Sources{"main.tf": []byte("locals {\n  a5 = upper(var.l)\n}\n")}
	subject := rangeOf(src, "main.tf", "var.l")
	ctx := evalContext().NewChild()
	ctx.Variables = map[string]cty.Value{"var": cty.ObjectVal(map[string]cty.Value{"l": cty.UnknownVal(cty.List(cty.String))})}
	diags := hcl.Diagnostics{{
		Severity: hcl.DiagError, Summary: "Invalid function argument",
		Detail:  "Invalid value for \"str\" parameter: string required. One two.",
		Subject: &subject, Expression: expression("var.l"), EvalContext: ctx, Extra: called{"upper", new(schema.Finding)},
	}}
	assert.Equal(t, `
Error: Invalid function argument

  on main.tf line 2, in locals:
   2:   a5 = upper(var.l)
    ├────────────────
    │ while calling upper(str)
    │ var.l is a list of string

Invalid value for "str" parameter: string required. One two.
`, text(diags, src, terminal.Style{}))
	assert.Equal(t, strings.Join([]string{
		"\x1b[31m╷\x1b[0m\x1b[0m",
		"\x1b[31m│\x1b[0m \x1b[0m\x1b[1m\x1b[31mError: \x1b[0m\x1b[0m\x1b[1mInvalid function argument\x1b[0m",
		"\x1b[31m│\x1b[0m \x1b[0m",
		"\x1b[31m│\x1b[0m \x1b[0m\x1b[0m  on main.tf line 2, in locals:",
		"\x1b[31m│\x1b[0m \x1b[0m   2:   a5 = upper(\x1b[4mvar.l\x1b[0m)\x1b[0m",
		"\x1b[31m│\x1b[0m \x1b[0m    \x1b[90m├────────────────\x1b[0m",
		"\x1b[31m│\x1b[0m \x1b[0m\x1b[0m    \x1b[90m│\x1b[0m while calling \x1b[1mupper\x1b[0m(\x1b[0mstr)",
		"\x1b[31m│\x1b[0m \x1b[0m    \x1b[90m│\x1b[0m \x1b[1mvar.l\x1b[0m is a list of string",
		"\x1b[31m│\x1b[0m \x1b[0m\x1b[0m",
		"\x1b[31m│\x1b[0m \x1b[0mInvalid value for \"str\" parameter: string required. One",
		"\x1b[31m│\x1b[0m \x1b[0mtwo.",
		"\x1b[31m╵\x1b[0m\x1b[0m",
		"",
	}, "\n"), text(diags, src, terminal.Style{Colour: true, Width: 60}))
}

// TestTheLayoutIsTerraforms runs Terraform on faulty files and gives its own
// findings to both writers.
func TestTheLayoutIsTerraforms(t *testing.T) {
	terraform, err := exec.LookPath("terraform")
	if err != nil {
		t.Skip("terraform is not on the PATH")
	}
	for name, config := range map[string]string{
		"argument":      "resource \"terraform_data\" \"y\" {\n  foo = 1\n}\n",
		"unclosed":      "locals {\n  a = 1",
		"header":        "variable \"a\" {}\nvariable \"a\" {\n}\n",
		"missing":       "output \"x\" {\n}\n",
		"at a line end": "locals {\n  a = \n}\n",
		"thai":          "locals {\n  \"ไทย👨\u200d👩\u200d👧\" = 1\n}\nfoo \"ก\" {\n}\n",
		"tabs":          "locals {\n\ta\t=\tupper(\t[])\n}\n", // one fault each: Terraform's order varies
		"reference":     "locals {\n\tb = zzz\n}\n",
		"crlf":          "output \"a\" {\r\n  value = 1\r\n  other = 2\r\n}\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(dir, "main.tf"), []byte(config), 0o600))
			require.NoError(t, os.WriteFile(filepath.Join(dir, "rc"), nil, 0o600))
			run := func(flag string) string {
				cmd := exec.Command(terraform, "validate", flag)
				cmd.Dir = dir
				cmd.Env = append(os.Environ(), "TF_CLI_CONFIG_FILE="+filepath.Join(dir, "rc"), "CHECKPOINT_DISABLE=1", "TF_CLI_ARGS=")
				said, _ := cmd.CombinedOutput() // exit code 1 is what a faulty file asks for
				return string(said)
			}
			var want struct{ Diagnostics []DiagnosticJSON }
			require.NoError(t, json.Unmarshal([]byte(run("-json")), &want))
			require.NotEmpty(t, want.Diagnostics)
			src := Sources{"main.tf": []byte(config)}
			var diags hcl.Diagnostics
			for _, d := range want.Diagnostics {
				diags = append(diags, &hcl.Diagnostic{
					Severity: hcl.DiagError, Summary: d.Summary, Detail: d.Detail,
					Subject: &hcl.Range{Filename: d.Range.Filename, Start: hcl.Pos(d.Range.Start), End: hcl.Pos(d.Range.End)},
				})
				if d.Snippet.FunctionCall != nil {
					diags[len(diags)-1].Extra = called{d.Snippet.FunctionCall.CalledAs, new(schema.Finding)}
					diags[len(diags)-1].EvalContext = evalContext()
				}
			}
			assert.Equal(t, run("-no-color"), text(diags, src, terminal.Style{Width: 78}))
			if diff := cmp.Diff(want.Diagnostics, JSON(inBlocks(diags, src), src), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("-terraform +livery:\n%s", diff)
			}
		})
	}
}

func TestRangesThatDoNotFit(t *testing.T) {
	src := Sources{"a.hcl": []byte("one = 1\ntwo = \"ไทย\"\n")}
	at := func(line, column, start, endLine, endColumn, end int) hcl.Range {
		return hcl.Range{Filename: "a.hcl", Start: hcl.Pos{Line: line, Column: column, Byte: start}, End: hcl.Pos{Line: endLine, Column: endColumn, Byte: end}}
	}
	tests := map[string]struct {
		rng  hcl.Range
		line int
		want string // the code with the highlight in angle brackets; "" for none
	}{
		"as it should be":      {at(2, 7, 14, 2, 12, 25), 2, `two = <"ไทย">`},
		"lines only":           {at(2, 8, 0, 2, 10, 0), 2, `two = "<ไท>ย"`},
		"a line and no column": {at(2, 0, 0, 0, 0, 0), 2, `<t>wo = "ไทย"`},
		"no end":               {hcl.Range{Filename: "a.hcl", Start: hcl.Pos{Line: 1, Column: 7, Byte: 6}}, 1, "one = <1>"},
		"end before start":     {at(1, 7, 6, 1, 1, 0), 1, "one = <1>"},
		"end outside":          {at(2, 7, 14, 9, 1, 900), 2, `two = <"ไทย">`},
		"inside a character":   {at(2, 8, 16, 2, 9, 17), 2, `two = "<ไ>ทย"`},
		"all outside":          {at(70, 1, 700, 70, 2, 701), 70, ""},
		"negative":             {at(-1, -1, -1, -1, -1, -5), -1, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			diags := hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "S", Detail: "D", Subject: &test.rng}}
			shown := text(diags, src, terminal.Style{})
			assert.Contains(t, shown, fmt.Sprintf("  on a.hcl line %d:\n", test.line))
			j := JSON(inBlocks(diags, src), src)[0]
			if test.want == "" {
				assert.Contains(t, shown, "(source code not available)")
				assert.Nil(t, j.Snippet)
				return
			}
			s := j.Snippet
			assert.Equal(t, test.want, s.Code[:s.HighlightStartOffset]+"<"+s.Code[s.HighlightStartOffset:s.HighlightEndOffset]+">"+s.Code[s.HighlightEndOffset:])
			assert.LessOrEqual(t, j.Range.Start.Byte, j.Range.End.Byte)
		})
	}
}

// FuzzReport gives arbitrary bytes, ranges and texts to every form: nothing
// panics, and what comes out is tame.
func FuzzReport(f *testing.F) {
	_, src := faults()
	for _, raw := range src {
		f.Add(raw, "summary", "detail\n  set", 1, 1, 0, 2, 3, 20, 5, 9, false)
	}
	f.Add([]byte("account {\n  secret_key = \"abc\"\n}"), "s", "d", 2, 3, 12, 2, 20, 30, -4, 99, true)
	f.Add([]byte("\xef\xbb\xbf\xff\r\n\r"), "\x1b", "\u202e", 1, 1, 3, 1, 2, 4, 0, 0, false)
	f.Fuzz(func(t *testing.T, raw []byte, summary, detail string, line, column, start, endLine, endColumn, end, from, to int, json bool) {
		name := "fuzz.livery.hcl"
		if json {
			name = "fuzz.livery.json"
		}
		d := &hcl.Diagnostic{
			Severity: hcl.DiagError, Summary: summary, Detail: detail,
			Subject: &hcl.Range{Filename: name, Start: hcl.Pos{Line: line, Column: column, Byte: start}, End: hcl.Pos{Line: endLine, Column: endColumn, Byte: end}},
			Context: &hcl.Range{Filename: name, Start: hcl.Pos{Line: from, Byte: from}, End: hcl.Pos{Line: to, Byte: to}},
		}
		sources := Sources{name: raw}
		for i, form := range forms {
			got := render(t, i, hcl.Diagnostics{d}, sources)
			switch form.format {
			case TextFormat, GitHubFormat:
				requireTame(t, string(got), form.style.Colour)
			case JUnitFormat, CheckstyleFormat:
				requireWellFormed(t, got)
			}
		}
		if s := JSON(hcl.Diagnostics{d}, sources)[0].Snippet; s != nil {
			require.LessOrEqual(t, 0, s.HighlightStartOffset)
			require.LessOrEqual(t, s.HighlightStartOffset, s.HighlightEndOffset)
			require.LessOrEqual(t, s.HighlightEndOffset, len(s.Code))
		}
	})
}

// BenchmarkManyDiagnostics is a stack in which every line is at fault.
func BenchmarkManyDiagnostics(b *testing.B) {
	raw := []byte(strings.Repeat("theme \"many\" {\n  title_text = \"x\"\n}\n", 10000))
	src := Sources{"many.livery.hcl": raw}
	var diags hcl.Diagnostics
	for i := range 10000 {
		start := 36*i + 17
		diags = append(diags, &hcl.Diagnostic{
			Severity: hcl.DiagError, Summary: "S", Detail: "D",
			Subject: &hcl.Range{Filename: "many.livery.hcl", Start: hcl.Pos{Line: 3*i + 2, Column: 3, Byte: start}, End: hcl.Pos{Line: 3*i + 2, Column: 13, Byte: start + 10}},
		})
	}
	for b.Loop() {
		var out bytes.Buffer
		WriteText(&out, inBlocks(diags, src), src, terminal.Style{Colour: true, Width: 100})
	}
}
