package findings

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"livery/reconcile/terminal"
	"livery/schema"
	"livery/schema/rule"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const golden = "../../testdata/report"

// requireGolden holds got against a file, or writes it with -update.
func requireGolden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join(golden, filepath.FromSlash(name))
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, got, 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got), rewrite with -update:\n%s", name, diff)
	}
}

// posAt counts as HCL does.
func posAt(src []byte, at int) hcl.Pos {
	p := hcl.Pos{Line: 1 + bytes.Count(src[:at], []byte("\n")), Column: 1, Byte: at}
	line := src[bytes.LastIndexByte(src[:at], '\n')+1 : at]
	for g := graphemes.FromBytes(line); g.Next(); {
		p.Column++
	}
	return p
}

// rangeOf is the range of the first text in a file; with a bar in it, of what
// stands behind the bar.
func rangeOf(src Sources, file, text string) hcl.Range {
	lead, rest, barred := strings.Cut(text, "|")
	if !barred {
		lead, rest = "", text
	}
	i := bytes.Index(src[file], []byte(lead+rest))
	if i < 0 {
		panic("no " + text + " in " + file)
	}
	i += len(lead)
	return hcl.Range{Filename: file, Start: posAt(src[file], i), End: posAt(src[file], i+len(rest))}
}

func emptyAt(src Sources, file string, at int) hcl.Range {
	p := posAt(src[file], at)
	return hcl.Range{Filename: file, Start: p, End: p}
}

// called is what HCL puts into Extra when a function fails, with the finding
// behind it.
type called struct {
	name string
	*schema.Finding
}

func (c called) CalledFunctionName() string { return c.name }
func (c called) FunctionCallError() error   { return nil }
func (c called) UnwrapDiagnosticExtra() any { return c.Finding }

func expression(text string) hcl.Expression {
	expr, diags := hclsyntax.ParseExpression([]byte(text), "x", hcl.InitialPos)
	if diags.HasErrors() {
		panic(diags)
	}
	return expr
}

func evalContext() *hcl.EvalContext {
	variables := cty.ObjectVal(map[string]cty.Value{
		"s": cty.StringVal("abc \x1b[31mred ไทย\n tab\t quote\""), "long": cty.StringVal(strings.Repeat("word ", 100)),
		"n": cty.NullVal(cty.Number), "b": cty.True, "f": cty.MustParseNumberVal("12345678901234567890.125"),
		"none": cty.EmptyObjectVal, "one": cty.ObjectVal(map[string]cty.Value{"only": cty.StringVal("x")}),
		"two":  cty.ObjectVal(map[string]cty.Value{"a": cty.True, "b": cty.StringVal("hush").Mark("sensitive")}),
		"list": cty.ListVal([]cty.Value{cty.StringVal("a")}), "map": cty.MapValEmpty(cty.Number),
		"tuple": cty.TupleVal([]cty.Value{cty.StringVal("hush").Mark("sensitive"), cty.True}), "unknown": cty.UnknownVal(cty.String),
		"dynamic": cty.DynamicVal, "secret": cty.StringVal("hush").Mark("sensitive"),
	})
	parent := &hcl.EvalContext{
		Variables: map[string]cty.Value{"var": variables},
		Functions: map[string]function.Function{"upper": stdlib.UpperFunc, "coalesce": stdlib.CoalesceFunc},
	}
	return parent.NewChild()
}

func place(rng hcl.Range, path string) schema.Subject {
	return schema.Subject{Address: schema.Locale("en_US").AddressOf(), Locale: "en_US", Path: path, Range: rng}
}

// faults is a stack with every kind of trouble for whoever prints it.
func faults() (hcl.Diagnostics, Sources) {
	src := Sources{
		"main.livery.hcl": []byte("local \"x\" {\n}\nlocale \"en\" {\n\tmobile_result_page {\n\t\tsuccess_desc\t= \"👨\u200d👩\u200d👧 ยินดี مرحبا 你好\"\n\t\tfailed_desc = upper([])\n\t\tbackground_color = \"\x1b[31mred\u202e\"\n\t}\n}\n\ntheme \"base\" {\n  title_text = <<-EOT\n    one\n    two\n\n    three\n  EOT\n}\nlast = 1"),
		"th.livery.hcl":   []byte("locale \"th\" {\r\n  title_text = \"ก้าวเข้ามา\" # ทดสอบ\r\n  mobile_tips_page {\r\n    tip {\r\n      text = \r\n    }\r\n  }\r\n}\r\n"),
		"ar <1>.livery.hcl": []byte("\ufefflocale \"ar_AE\" {\n  title_text = \"الكشف عن الحيوية\"\n  broken = \"" +
			"\xff\xfe" + "\"\n}\n"),
		"big.livery.json":   []byte("{\"locale\": {\"en\": {\"filler\": \"" + strings.Repeat("ข้อความ ", 400) + "\", \"title_text\": 12, \"more\": \"" + strings.Repeat("x", 4000) + "\"}}}"),
		"many.livery.hcl":   []byte("theme \"many\" {\n" + strings.Repeat("  title_text = \"x\"\n", 60) + "}\n"),
		"sub dir/ü%.livery": []byte("x = 1\n"),
	}
	ctx := evalContext()
	add := func(r rule.ID, at schema.Subject, summary, detail string) *hcl.Diagnostic {
		return schema.Diagnose(r, at, summary, detail)
	}
	call := add(rule.Expression, place(rangeOf(src, "main.livery.hcl", "failed_desc = upper(|["), "mobileResultPage.failedDesc"), "Invalid function argument", "Invalid value for \"str\" parameter: string required.")
	call.Expression, call.EvalContext = expression("[upper(var.list), var.s, var.n, var.b, var.f, var.none, var.one, var.two.b, var.two, var.map, var.tuple, var.unknown, var.dynamic, var.secret, var.long, var.s.nope, var.list[0], var[\"b\"], other]"), ctx
	call.Extra = called{"upper", call.Extra.(*schema.Finding)}
	wide := add(rule.WrongType, place(rangeOf(src, "main.livery.hcl", "<<-EOT\n    one\n    two\n\n    three\n  EOT\n"), "titleText"), "Several lines", "It ends behind a line end.")
	inContext := add(rule.Deprecated, place(rangeOf(src, "th.livery.hcl", "tip"), ""), "With context", "The context is wider than the subject.")
	around := rangeOf(src, "th.livery.hcl", "mobile_tips_page {\r\n    tip {\r\n")
	inContext.Context = &around
	return hcl.Diagnostics{
		add(rule.UnknownBlock, place(rangeOf(src, "main.livery.hcl", "local"), ""), "Unsupported block type", "Blocks of type \"local\" are not expected here. Did you mean \"locals\"? This sentence goes on so that it must be wrapped somewhere in the middle of it."),
		add(rule.TextLength, place(rangeOf(src, "main.livery.hcl", "\"👨\u200d👩\u200d👧 |ยินดี"), "mobileResultPage.successDesc"), "Text too long", "mobileResultPage.successDesc is too long, 100% of it: \"a, b\".\n\n  a line that its author has set and that is not wrapped however long it may be\nThe end."),
		call,
		add(rule.ColourFormat, place(rangeOf(src, "main.livery.hcl", "\"\x1b[31mred\u202e\""), "mobileResultPage.backgroundColor"), "Not a colour\x1b[2J", "It is \"\x1b[31mred\u202e\" <&>]]>."),
		wide,
		add(rule.Placeholder, place(rangeOf(src, "main.livery.hcl", "last = |1"), ""), "At the last character", "The file has no line end."),
		add(rule.Syntax, place(emptyAt(src, "main.livery.hcl", len(src["main.livery.hcl"])), ""), "Behind the last character", ""),
		add(rule.TextLength, place(rangeOf(src, "th.livery.hcl", "ก้าวเข้ามา|\" #"), "titleText"), "In a file with CRLF", "A closing quote behind Thai."),
		add(rule.Syntax, place(rangeOf(src, "th.livery.hcl", "text = |\r\n"), ""), "Invalid expression", "Expected the start of an expression."),
		inContext,
		add(rule.TextLength, place(rangeOf(src, "ar <1>.livery.hcl", "\"الكشف| عن"), "titleText"), "Behind a byte order mark", "Right to left."),
		add(rule.Syntax, place(rangeOf(src, "ar <1>.livery.hcl", "\xff\xfe"), ""), "Not UTF-8", "Bytes \xff\xfe that are no text."),
		add(rule.WrongType, place(rangeOf(src, "big.livery.json", "12"), "titleText"), "In a huge line", "It is cut to a window."),
		add(rule.Duplicate, place(rangeOf(src, "many.livery.hcl", string(src["many.livery.hcl"])), ""), "A whole file", "Only its first lines are shown."),
		add(rule.InsecureLink, place(rangeOf(src, "sub dir/ü%.livery", "1"), ""), "A name to be encoded", "Twice the same."),
		add(rule.InsecureLink, place(rangeOf(src, "sub dir/ü%.livery", "1"), ""), "A name to be encoded", "Twice the same."),
		add(rule.Unreadable, place(hcl.Range{Filename: "gone.livery.hcl", Start: hcl.Pos{Line: 7, Column: 3, Byte: 90}, End: hcl.Pos{Line: 7, Column: 5, Byte: 92}}, ""), "Source is not known", "The file is gone."),
		add(rule.NothingToApply, schema.Subject{}, "No subject", "The stack declares nothing."),
		{Severity: hcl.DiagError, Summary: "Neither rule nor subject", Detail: "Plain."},
		add("house-style", place(rangeOf(src, "main.livery.hcl", "theme \"base\" {"), ""), "A rule that nobody listed", "A block header stands in no block."),
	}, src
}

// shared is a line of a theme that several documents use, and a notice of its own.
func shared() (hcl.Diagnostics, Sources) {
	src := Sources{"main.livery.hcl": []byte("theme \"base\" {\n  title_text = \"Wait {seconds} s\"\n}\n")}
	at := rangeOf(src, "main.livery.hcl", "\"Wait {seconds} s\"")
	var diags hcl.Diagnostics
	for _, loc := range []schema.Locale{"vi_VN", "ar_AE", "th_TH"} {
		d := schema.Diagnose(rule.Placeholder, schema.Subject{Address: loc.AddressOf(), Path: "titleText", Range: at}, "Unknown placeholder", "It shows as it is.")
		schema.Amend(d, func(f *schema.Finding) { f.Fix, f.Data = rule.AnyFix, map[string]any{"found": "{seconds}"} })
		diags = append(diags, d)
	}
	notice := schema.Diagnose(rule.ColourAlpha, place(rangeOf(src, "main.livery.hcl", "title_text"), "titleText"), "Only a notice", "It weighs little.")
	schema.SetLevel(notice, rule.Notice)
	return schema.SortFindings(append(diags, notice)), src
}

// secrets is a stack that quotes a secret wherever it can.
func secrets() (hcl.Diagnostics, Sources) {
	src := Sources{
		"main.livery.hcl": []byte("account {\n  access_key = \"AK\" # not secret\n  secret_key = \"s3cr3t-${var.b}-tail\"\n  retries    = 5\n}\nlivery {\n  backend \"s3\" {\n    password = \"s3cr3t\"\n  }\n}\n"),
		"one.livery.json": []byte(`{"account":{"secret_key":"s3cr3t","retries":"many"}}`),
		"bad.livery.hcl":  []byte("account {\n  secret_key = \"s3cr3t\n  retries = 5\n}\n"),
		"doc.livery.hcl":  []byte("account {\n  secret_key = <<EOT\ns3cr3t\ns3cr3t\nEOT\n}\n"),
	}
	at := func(file, text string) schema.Subject { return schema.Subject{Range: rangeOf(src, file, text)} }
	literal := schema.Diagnose(rule.LiteralSecret, at("main.livery.hcl", "\"s3cr3t-${var.b}-tail\""), "Secret in a file", "Secrets do not belong in git.")
	literal.Expression, literal.EvalContext = expression(`"${var.two.a}"`), evalContext()
	near := schema.Diagnose(rule.Expression, at("main.livery.hcl", "var.b"), "On the same line", "Another fault.")
	near.Expression, near.EvalContext = expression("var.one.only"), evalContext()
	used := schema.Diagnose(rule.SensitiveValue, at("main.livery.hcl", "5"), "Sensitive value", "Documents are public.")
	used.Expression, used.EvalContext = expression("var.secret"), evalContext()
	return hcl.Diagnostics{
		literal, near, used,
		schema.Diagnose(rule.LiteralSecret, at("main.livery.hcl", "password"), "Secret in a file", "The subject is the name."),
		schema.Diagnose(rule.WrongType, at("one.livery.json", `"many"`), "On one line with a secret", "Not a number."),
		schema.Diagnose(rule.Syntax, at("bad.livery.hcl", "s3cr3t\n"), "Unterminated string", "No closing quote."),
		schema.Diagnose(rule.LiteralSecret, at("doc.livery.hcl", "<<EOT\ns3cr3t\ns3cr3t\nEOT\n"), "Secret in a file", "In a heredoc."),
	}, src
}

// header is a top-level block as messages name it.
type header struct {
	span
	text string
}

func headers(name string, raw []byte) []header {
	file, _ := hclsyntax.ParseConfig(raw, name, hcl.InitialPos)
	if file == nil {
		return nil
	}
	body, ok := file.Body.(*hclsyntax.Body)
	if !ok {
		return nil
	}
	out := make([]header, 0, len(body.Blocks))
	for _, block := range body.Blocks {
		text := block.Type
		for _, label := range block.Labels {
			text += " " + terminal.QuoteShort(label)
		}
		rng := block.Range()
		out = append(out, header{span{rng.Start.Byte, rng.End.Byte}, text})
	}
	slices.SortStableFunc(out, func(a, b header) int { return a.start - b.start })
	return out
}

// inBlocks notes in each finding the top-level block that it stands in, as
// package source does. A subject that is itself a block header stands in none.
func inBlocks(diags hcl.Diagnostics, src Sources) hcl.Diagnostics {
	for _, d := range diags {
		if d.Subject == nil || strings.HasSuffix(d.Subject.Filename, ".json") {
			continue
		}
		for _, h := range headers(d.Subject.Filename, src[d.Subject.Filename]) {
			if at := d.Subject.Start.Byte; at > h.start && at < h.end {
				schema.Amend(d, func(f *schema.Finding) { f.Block = h.text })
			}
		}
	}
	return diags
}
