package findings

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/terminal"
	"livery/schema"
	"livery/schema/rule"
)

// forms are the golden files of one set of findings.
var forms = []struct {
	file   string
	format Format
	style  terminal.Style
	prefix string
}{
	{"text.txt", TextFormat, terminal.Style{Width: 78}, ""},
	{"colour.txt", TextFormat, terminal.Style{Colour: true, TrueColour: true, Width: 60}, ""},
	{"validate.json", JSONFormat, terminal.Style{}, ""},
	{"lint.sarif", SARIFFormat, terminal.Style{}, "stacks/my app"},
	{"github.txt", GitHubFormat, terminal.Style{}, "stacks/my app"},
	{"gitlab.json", GitLabFormat, terminal.Style{}, "stacks/my app"},
	{"junit.xml", JUnitFormat, terminal.Style{}, ""},
	{"checkstyle.xml", CheckstyleFormat, terminal.Style{}, ""},
}

func scenarios() map[string]func() (hcl.Diagnostics, Sources) {
	return map[string]func() (hcl.Diagnostics, Sources){
		"clean":   func() (hcl.Diagnostics, Sources) { return nil, nil },
		"faults":  faults,
		"secrets": secrets,
		"shared":  shared,
	}
}

func render(t testing.TB, i int, diags hcl.Diagnostics, src Sources) []byte {
	t.Helper()
	form := forms[i]
	rules := []rule.Rule{ // not rule.All: a new rule must not touch the golden files
		{ID: rule.TextLength, Level: rule.Error, Help: "A text over 100 UTF-16 code units."},
		{ID: rule.Placeholder, Level: rule.Warning, Help: "A placeholder that is missing."},
		{ID: "off-by-choice", Level: rule.Off, Help: "A rule that is off.", Why: "Nobody asked for it."},
	}
	var out bytes.Buffer
	require.NoError(t, Write(&out, form.format, inBlocks(diags, src), src, form.style, Meta{Version: "0.1.0", FullName: "livery 0.1.0", Rules: rules, Prefix: form.prefix}))
	return out.Bytes()
}

func TestForms(t *testing.T) {
	sarif, err := jsonschema.NewCompiler().Compile(filepath.Join(golden, "schema", "sarif-2.1.0.json"))
	require.NoError(t, err)
	gitlab, err := jsonschema.NewCompiler().Compile(filepath.Join(golden, "schema", "gitlab-code-quality.json"))
	require.NoError(t, err)
	for name, scenario := range scenarios() {
		for i, form := range forms {
			t.Run(name+"/"+form.file, func(t *testing.T) {
				diags, src := scenario()
				got := render(t, i, diags, src)
				requireGolden(t, name+"/"+form.file, got)
				assert.Equal(t, string(got), string(render(t, i, diags, src)), "twice the same")
				assert.True(t, utf8.Valid(got))
				assert.NotContains(t, string(got), "s3cr3t")
				assert.NotContains(t, string(got), "hush")
				switch filepath.Ext(form.file) {
				case ".txt":
					requireTame(t, string(got), form.style.Colour)
				case ".xml":
					requireXML(t, got, strings.TrimSuffix(form.file, ".xml"))
				case ".sarif":
					requireFits(t, sarif, got)
				}
				if form.format == GitLabFormat {
					requireFits(t, gitlab, got)
					requireOwnFingerprints(t, got)
				}
			})
		}
	}
}

func requireFits(t testing.TB, form *jsonschema.Schema, doc []byte) {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(doc))
	require.NoError(t, err)
	require.NoError(t, form.Validate(value))
}

// requireOwnFingerprints holds what no schema can say: GitLab drops the second of two issues
// with the same fingerprint.
func requireOwnFingerprints(t testing.TB, doc []byte) {
	t.Helper()
	var issues []gitlabIssue
	require.NoError(t, json.Unmarshal(doc, &issues))
	seen := make(map[string]bool)
	for _, issue := range issues {
		require.False(t, seen[issue.Fingerprint], "%s", issue.Fingerprint)
		seen[issue.Fingerprint] = true
	}
}

// requireTame holds text against what may act on a terminal.
func requireTame(t testing.TB, text string, colour bool) {
	t.Helper()
	if colour {
		for _, known := range []string{terminal.Reset, terminal.Bold, terminal.Underline, terminal.Red, terminal.Green, terminal.Yellow, terminal.Cyan, terminal.Dim} {
			text = strings.ReplaceAll(text, known, "")
		}
	}
	for _, r := range text {
		if terminal.Escape(string(r), "") != string(r) && r != '\n' && r != '\t' {
			require.Failf(t, "control character", "%U in %q", r, text)
		}
	}
}

// requireXML reads a document strictly, and asks xmllint where there is one.
func requireXML(t testing.TB, doc []byte, form string) {
	t.Helper()
	requireWellFormed(t, doc)
	lint, err := exec.LookPath("xmllint")
	if err != nil {
		return
	}
	check := exec.Command(lint, "--noout", "--schema", filepath.Join(golden, "schema", form+".xsd"), "-")
	check.Stdin = bytes.NewReader(doc)
	said, err := check.CombinedOutput()
	require.NoError(t, err, string(said))
}

func requireWellFormed(t testing.TB, doc []byte) {
	t.Helper()
	decoder := xml.NewDecoder(bytes.NewReader(doc))
	for {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			require.NoError(t, err, "%q", doc)
		}
	}
}

func TestLintFormats(t *testing.T) {
	assert.Equal(t, []string{"text", "json", "sarif", "github", "gitlab", "junit", "checkstyle"}, Formats())
	for _, format := range Formats() {
		assert.NoError(t, Write(io.Discard, Format(format), nil, nil, terminal.Style{}, Meta{}), format)
	}
	assert.ErrorContains(t, Write(io.Discard, "yaml", nil, nil, terminal.Style{}, Meta{}), `no lint format "yaml"`)
}

func TestWritersReportTheirFaults(t *testing.T) {
	diags, src := faults()
	for _, format := range Formats()[1:] {
		assert.ErrorIs(t, Write(broken{}, Format(format), diags, src, terminal.Style{}, Meta{}), io.ErrShortWrite, format)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestJUnitCounts(t *testing.T) {
	diags, src := faults()
	var suite junitSuite
	require.NoError(t, xml.Unmarshal(render(t, 6, diags, src), &suite))
	failures := 0
	for _, c := range suite.Cases {
		failures += len(c.Failures)
	}
	assert.Equal(t, len(diags), failures, "every finding is there")
	assert.Equal(t, len(suite.Cases), suite.Tests)
	assert.Equal(t, suite.Tests, suite.Failures)
	assert.Equal(t, len(diags)-1, suite.Tests, "two findings share a place")
}

// TestSARIFRegions cuts every region out of the source as an editor would, by
// UTF-16 columns, and finds what the range meant.
// A reader takes what has no failure for what has passed: what a stack suffers from stands in
// its suite, whoever else has it, what fails the run in one at least, and what nobody looked at
// is skipped.
func TestJUnitOfStacks(t *testing.T) {
	found := func(level rule.Level, stacks ...string) *hcl.Diagnostic {
		d := &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Found", Detail: strings.Join(stacks, " ")}
		if level != rule.Error {
			d.Severity = hcl.DiagWarning
		}
		schema.Amend(d, func(f *schema.Finding) { f.Level, f.Stacks = level, stacks })
		return d
	}
	stacks := []StackTally{{Path: "a"}, {Path: "b"}, {Path: "c", Valid: true}, {Path: "d", NotRun: true}}
	for _, c := range []struct {
		name  string
		found hcl.Diagnostics
		meta  Meta
		want  []string // name, tests, failures and skipped of each suite
	}{
		{"shared", hcl.Diagnostics{found(rule.Error, "a", "b")}, Meta{Stacks: stacks}, []string{"a 1 1 0", "b 1 1 0", "c 1 0 0", "d 1 0 1"}},
		{"of no stack", hcl.Diagnostics{found(rule.Error)}, Meta{Stacks: stacks[:1]}, []string{"a 1 0 0", "files of no stack 1 1 0"}},
		{"of no stack that is left", hcl.Diagnostics{found(rule.Error)}, Meta{Stacks: stacks[:0]}, []string{"files of no stack 1 1 0"}},
		{"no stack", nil, Meta{Stacks: stacks[:0]}, []string{"livery 1 0 1"}},
		{"notices that pass", hcl.Diagnostics{found(rule.Notice, "a")}, Meta{Stacks: stacks[:1], FailOn: rule.Warning}, []string{"a 1 0 0"}},
		{"notices that fail", hcl.Diagnostics{found(rule.Notice, "a")}, Meta{Stacks: stacks[:1], FailOn: rule.Notice}, []string{"a 1 1 0"}},
		{"elsewhere", nil, Meta{Beside: Beside{Elsewhere: &Tally{Errors: 1}}}, []string{"livery 1 1 0"}},
		{"a warning elsewhere", nil, Meta{Beside: Beside{Elsewhere: &Tally{Warnings: 1}}}, []string{"livery 1 0 0"}},
	} {
		var out bytes.Buffer
		require.NoError(t, Write(&out, JUnitFormat, c.found, nil, terminal.Style{}, c.meta))
		requireXML(t, out.Bytes(), "junit")
		var got []string
		for _, m := range regexp.MustCompile(`<testsuite name="([^"]*)" tests="(\d+)" failures="(\d+)" errors="0" skipped="(\d+)"`).FindAllStringSubmatch(out.String(), -1) {
			got = append(got, strings.Join(m[1:], " "))
		}
		assert.Equal(t, c.want, got, c.name)
	}
}

func TestSARIFRegions(t *testing.T) {
	diags, src := faults()
	var log sarifLog
	require.NoError(t, json.Unmarshal(render(t, 3, diags, src), &log))
	require.Len(t, log.Runs[0].Results, len(diags))
	for i, result := range log.Runs[0].Results {
		assert.Equal(t, result.RuleID, log.Runs[0].Tool.Driver.Rules[result.RuleIndex].ID)
		region := result.Locations[0].Physical.Region
		if diags[i].Subject == nil {
			assert.Equal(t, sarifRegion{StartLine: 1, EndLine: 1}, region)
			assert.Equal(t, "stacks/my%20app/", result.Locations[0].Physical.Artifact.URI)
			continue
		}
		raw, known := src[diags[i].Subject.Filename]
		if !known {
			assert.Equal(t, sarifRegion{StartLine: 7, EndLine: 7}, region)
			continue
		}
		want := string(raw[diags[i].Subject.Start.Byte:diags[i].Subject.End.Byte])
		want = strings.TrimSuffix(strings.TrimSuffix(strings.ToValidUTF8(want, "??"), "\n"), "\r")
		assert.Equal(t, strings.ReplaceAll(want, "\r\n", "\n"), cutUTF16(raw, region), diags[i].Summary)
	}
}

func cutUTF16(raw []byte, r sarifRegion) string {
	text := strings.TrimPrefix(strings.ReplaceAll(string(raw), "\xff\xfe", "??"), "\ufeff")
	lines := strings.Split(text, "\n")[r.StartLine-1 : r.EndLine]
	units := utf16.Encode([]rune(lines[len(lines)-1]))
	lines[len(lines)-1] = string(utf16.Decode(units[:r.EndColumn-1]))
	units = utf16.Encode([]rune(lines[0]))
	lines[0] = string(utf16.Decode(units[r.StartColumn-1:]))
	return strings.Join(lines, "\n")
}

func TestFingerprintsOutliveMovedLines(t *testing.T) {
	prints := func(lead string) []string {
		diags, src := faults()
		file := "main.livery.hcl"
		src[file] = append([]byte(lead), src[file]...)
		for _, d := range diags {
			if d.Subject != nil && d.Subject.Filename == file {
				d.Subject.Start, d.Subject.End = posAt(src[file], d.Subject.Start.Byte+len(lead)), posAt(src[file], d.Subject.End.Byte+len(lead))
			}
		}
		var out []string
		for _, f := range entries(diags, src, "") {
			out = append(out, f.fingerprint)
		}
		return out
	}
	before := prints("")
	assert.Equal(t, before, prints("# one more line\n# and another\n"))
	seen := map[string]bool{}
	for _, print := range before {
		assert.False(t, seen[print], "a fingerprint stands for one finding: %s", print)
		seen[print] = true
	}
}

func TestValidateJSONCounts(t *testing.T) {
	var out bytes.Buffer
	diags := hcl.Diagnostics{{Severity: hcl.DiagWarning, Summary: "w"}}
	require.NoError(t, WriteJSON(&out, diags, nil))
	assert.JSONEq(t, `{"format_version":"1.0","valid":true,"error_count":0,"warning_count":1,"diagnostics":[{"severity":"warning","summary":"w","detail":"","rule":"","address":"","path":"","range":null,"snippet":null}]}`, out.String())
}

// TestHighlightsAreBytesOfCode cuts every highlight out of the code.
func TestHighlightsAreBytesOfCode(t *testing.T) {
	diags, src := faults()
	for i, j := range JSON(inBlocks(diags, src), src) {
		if j.Snippet == nil {
			continue
		}
		require.True(t, utf8.ValidString(j.Snippet.Code))
		want := string(src[diags[i].Subject.Filename][diags[i].Subject.Start.Byte:diags[i].Subject.End.Byte])
		want = strings.ReplaceAll(strings.ToValidUTF8(want, "\ufffd"), "\r\n", "\n")
		got := j.Snippet.Code[j.Snippet.HighlightStartOffset:j.Snippet.HighlightEndOffset]
		if j.Summary == "A whole file" {
			assert.True(t, strings.HasPrefix(want, got))
			continue
		}
		assert.Equal(t, want, got, j.Summary)
	}
}

func TestGoldenFilesAreAllUsed(t *testing.T) {
	for name := range scenarios() {
		entries, err := os.ReadDir(filepath.Join(golden, name))
		require.NoError(t, err)
		assert.Len(t, entries, len(forms), name)
	}
}

// GitHub shows ten annotations of a level of one step: the others are lines of the log.
func TestGitHubLimits(t *testing.T) {
	many := func(n int, level rule.Level) hcl.Diagnostics {
		var diags hcl.Diagnostics
		for range n {
			d := &hcl.Diagnostic{Summary: "Look\n::error::not a command ##[error]"}
			schema.Attach(d, schema.Finding{Rule: rule.Contrast})
			schema.SetLevel(d, level)
			diags = append(diags, d)
		}
		return diags
	}
	for _, test := range []struct{ errors, warnings, notices, lines int }{
		{0, 30, 0, 20}, {0, 10, 0, 0}, {0, 0, 10, 0}, {0, 0, 11, 2}, {0, 11, 10, 2}, {12, 0, 1, 2},
	} {
		var out bytes.Buffer
		diags := append(append(many(test.notices, rule.Notice), many(test.warnings, rule.Warning)...), many(test.errors, rule.Error)...)
		require.NoError(t, Write(&out, GitHubFormat, diags, nil, terminal.Style{}, Meta{}))
		before, group, found := strings.Cut(out.String(), "::group::")
		require.True(t, found)
		notices := min(test.notices, 10)
		if test.lines > 0 {
			notices = min(test.notices, 9) + 1
		}
		assert.Equal(t, min(test.errors, 10), strings.Count("\n"+before, "\n::error "))
		assert.Equal(t, min(test.warnings, 10), strings.Count("\n"+before, "\n::warning "))
		assert.Equal(t, notices, strings.Count("\n"+before, "\n::notice "))
		assert.Equal(t, test.lines, strings.Count("\n"+before, "\nerror: ")+strings.Count("\n"+before, "\nwarning: ")+strings.Count("\n"+before, "\nnotice: "))
		assert.Equal(t, len(diags), strings.Count(group, "(contrast)"))
		if test.errors > 0 {
			assert.True(t, strings.HasPrefix(before, "::error "), "the heaviest first")
		}
	}
}

// What is suppressed is listed where that is asked for, and nowhere else.
func TestSuppressed(t *testing.T) {
	d := &hcl.Diagnostic{Severity: hcl.DiagWarning, Summary: "Hidden"}
	schema.Attach(d, schema.Finding{Rule: rule.Contrast, Suppression: &schema.Suppression{By: schema.ByComment, Reason: "soon"}})
	for _, format := range Formats() {
		var out bytes.Buffer
		require.NoError(t, Write(&out, Format(format), nil, nil, terminal.Style{}, Meta{Suppressed: hcl.Diagnostics{d}}))
		assert.NotContains(t, out.String(), "Hidden", format)
		out.Reset()
		require.NoError(t, Write(&out, Format(format), nil, nil, terminal.Style{}, Meta{Suppressed: hcl.Diagnostics{d}, ShowSuppressed: true}))
		switch Format(format) {
		case TextFormat, JSONFormat, SARIFFormat:
			assert.Contains(t, out.String(), "Hidden", format)
			assert.Contains(t, out.String(), "soon", format)
		default:
			assert.NotContains(t, out.String(), "Hidden", format)
		}
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(func() []byte {
		var out bytes.Buffer
		require.NoError(t, Write(&out, SARIFFormat, nil, nil, terminal.Style{}, Meta{Suppressed: hcl.Diagnostics{d}, ShowSuppressed: true}))
		return out.Bytes()
	}()))
	require.NoError(t, err)
	sarif, err := jsonschema.NewCompiler().Compile(filepath.Join(golden, "schema", "sarif-2.1.0.json"))
	require.NoError(t, err)
	assert.NoError(t, sarif.Validate(value))
}
