package config

import (
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/rule"
)

func TestParseOption(t *testing.T) {
	whole := hcl.Range{Filename: "main.livery.hcl"}
	element := func(i int) hcl.Range { return hcl.Range{Filename: "main.livery.hcl", Start: hcl.Pos{Line: i + 1}} }
	list := func(words ...string) cty.Value {
		values := make([]cty.Value, len(words))
		for i, word := range words {
			values[i] = cty.StringVal(word)
		}
		return cty.TupleVal(values)
	}
	ratio := rule.Option{Name: "ratio", Type: rule.NumberOption, Min: 1, Max: 21, Noun: "a contrast ratio"}
	count := rule.Option{Name: "count", Type: rule.NumberOption, Min: 2, Max: 99, Whole: true, Noun: "a whole number"}
	style := rule.Option{Name: "style", Type: rule.WordOption, Words: []string{"consistent", "dots"}}
	words := rule.Option{Name: "words", Type: rule.WordsOption}
	locales := rule.Option{Name: "locales", Type: rule.LocalesOption}
	file := rule.Option{Name: "file", Type: rule.FileOption}
	tests := []struct {
		option rule.Option
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
		v, fault := parseOption(test.option, test.in, schema.Subject{Range: whole}, element)
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
