package schema_test

import (
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
)

func findingAt(id schema.RuleID, loc schema.Locale, at int) *hcl.Diagnostic {
	rng := hcl.Range{Filename: "a.hcl", Start: hcl.Pos{Line: 1, Byte: at}, End: hcl.Pos{Line: 1, Byte: at + 1}}
	return schema.Diagnose(id, schema.Subject{Address: loc.AddressOf(), Range: rng}, "Summary", "Detail.")
}

// What says the same of the same place is one finding with all addresses.
func TestSortFindings(t *testing.T) {
	diags := schema.SortFindings(hcl.Diagnostics{
		findingAt(schema.Contrast, "vi_VN", 9), findingAt(schema.Contrast, "th_TH", 4), findingAt(schema.Contrast, "ar_AE", 9),
		findingAt(schema.Contrast, "vi_VN", 9),
	})
	require.Len(t, diags, 2)
	assert.Equal(t, []schema.Address{{Kind: "locale", Name: "th_TH"}}, schema.FindingOf(diags[0]).Addresses)
	shared := schema.FindingOf(diags[1])
	assert.Equal(t, []schema.Address{{Kind: "locale", Name: "ar_AE"}, {Kind: "locale", Name: "vi_VN"}}, shared.Addresses)
	assert.Equal(t, "locale.ar_AE", shared.Address().String())
}

func TestApplyLevels(t *testing.T) {
	diags := schema.ApplyLevels(hcl.Diagnostics{
		findingAt(schema.Contrast, "th_TH", 1), findingAt(schema.Placeholder, "th_TH", 2), findingAt(schema.ColourFormat, "th_TH", 3),
	}, map[schema.RuleID]schema.Level{schema.Contrast: schema.Notice, schema.Placeholder: schema.Off, schema.ColourFormat: schema.Off})
	require.Len(t, diags, 2)
	assert.Equal(t, schema.Notice, schema.LevelOf(diags[0]))
	assert.Equal(t, hcl.DiagWarning, diags[0].Severity, "HCL knows no notices")
	assert.Equal(t, schema.Error, schema.LevelOf(diags[1]), "a fixed rule keeps its level")
	heavy, light := schema.Apart(diags, schema.Warning)
	assert.Equal(t, diags[1:], heavy)
	assert.Equal(t, diags[:1], light)
}

func TestOptionParse(t *testing.T) {
	whole := hcl.Range{Filename: "main.livery.hcl"}
	element := func(i int) hcl.Range { return hcl.Range{Filename: "main.livery.hcl", Start: hcl.Pos{Line: i + 1}} }
	list := func(words ...string) cty.Value {
		values := make([]cty.Value, len(words))
		for i, word := range words {
			values[i] = cty.StringVal(word)
		}
		return cty.TupleVal(values)
	}
	ratio := schema.Option{Name: "ratio", Type: schema.NumberOption, Min: 1, Max: 21, Noun: "a contrast ratio"}
	count := schema.Option{Name: "count", Type: schema.NumberOption, Min: 2, Max: 99, Whole: true, Noun: "a whole number"}
	style := schema.Option{Name: "style", Type: schema.WordOption, Words: []string{"consistent", "dots"}}
	words := schema.Option{Name: "words", Type: schema.WordsOption}
	locales := schema.Option{Name: "locales", Type: schema.LocalesOption}
	file := schema.Option{Name: "file", Type: schema.FileOption}
	tests := []struct {
		option schema.Option
		in     cty.Value
		want   any    // the value
		fault  string // or what is wrong
		line   int    // where
	}{
		{ratio, cty.StringVal("7"), 7.0, "", 0},
		{ratio, cty.NumberIntVal(0), nil, "ratio is a contrast ratio, from 1 to 21.", 0},
		{ratio, cty.NumberIntVal(22), nil, "ratio is a contrast ratio, from 1 to 21.", 0},
		{ratio, cty.StringVal("high"), nil, "ratio takes a number.", 0},
		{ratio, cty.NullVal(cty.Number), nil, "ratio takes a number.", 0},
		{count, cty.NumberIntVal(3), 3.0, "", 0},
		{count, cty.NumberFloatVal(2.5), nil, "count is a whole number, from 2 to 99.", 0},
		{style, cty.StringVal("dots"), "dots", "", 0},
		{style, cty.StringVal("dot"), nil, `style is one of "consistent", "dots". Did you mean "dots"?`, 0},
		{style, cty.NumberIntVal(1), nil, "style takes a string in quotes.", 0},
		{words, list("selfie", "scan"), []string{"selfie", "scan"}, "", 0},
		{words, list(), []string{}, "", 0},
		{words, list("selfie", " "), nil, "words takes strings that are not empty.", 2},
		{words, cty.StringVal("selfie"), nil, `words takes a list of strings, such as ["Acme"].`, 0},
		{words, cty.NullVal(cty.List(cty.String)), nil, `words takes a list of strings, such as ["Acme"].`, 0},
		{locales, list("th", "vi_VN"), []schema.Locale{"th_TH", "vi_VN"}, "", 0},
		{locales, list("vi", "th-TH"), nil, `"th-TH" is not one of the 32 locale values of the service. Did you mean "th_TH"?`, 2},
		{file, cty.StringVal("../terms.csv"), "../terms.csv", "", 0},
		{file, cty.StringVal("/terms.csv"), nil, "file is relative to the stack and uses forward slashes.", 0},
		{file, cty.StringVal(""), nil, "file takes a string in quotes.", 0},
	}
	for _, test := range tests {
		v, fault := test.option.Parse(test.in, schema.Subject{Range: whole}, element)
		if test.fault == "" {
			assert.Nil(t, fault)
			assert.Equal(t, test.want, v)
			continue
		}
		require.NotNil(t, fault, test.fault)
		assert.Equal(t, test.fault, fault.Detail)
		assert.Equal(t, test.line, fault.Subject.Start.Line)
	}
}

func TestPlural(t *testing.T) {
	assert.Equal(t, "1 address", schema.Plural(1, "address"))
	assert.Equal(t, "2 addresses", schema.Plural(2, "address"))
	assert.Equal(t, "0 documents", schema.Plural(0, "document"))
}
