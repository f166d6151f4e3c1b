package schema_test

import (
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/schema"
	"livery/schema/rule"
)

func findingAt(id rule.ID, loc schema.Locale, at int) *hcl.Diagnostic {
	rng := hcl.Range{Filename: "a.hcl", Start: hcl.Pos{Line: 1, Byte: at}, End: hcl.Pos{Line: 1, Byte: at + 1}}
	return schema.Diagnose(id, schema.Subject{Address: loc.AddressOf(), Range: rng}, "Summary", "Detail.")
}

// What says the same of the same place is one finding with all addresses.
func TestSortFindings(t *testing.T) {
	diags := schema.SortFindings(hcl.Diagnostics{
		findingAt(rule.Contrast, "vi_VN", 9), findingAt(rule.Contrast, "th_TH", 4), findingAt(rule.Contrast, "ar_AE", 9),
		findingAt(rule.Contrast, "vi_VN", 9),
	})
	require.Len(t, diags, 2)
	assert.Equal(t, []schema.Address{{Kind: "locale", Name: "th_TH"}}, schema.FindingOf(diags[0]).Addresses)
	shared := schema.FindingOf(diags[1])
	assert.Equal(t, []schema.Address{{Kind: "locale", Name: "ar_AE"}, {Kind: "locale", Name: "vi_VN"}}, shared.Addresses)
	assert.Equal(t, "locale.ar_AE", shared.Address().String())
}

func TestApplyLevels(t *testing.T) {
	diags := schema.ApplyLevels(hcl.Diagnostics{
		findingAt(rule.Contrast, "th_TH", 1), findingAt(rule.Placeholder, "th_TH", 2), findingAt(rule.ColourFormat, "th_TH", 3),
	}, map[rule.ID]rule.Level{rule.Contrast: rule.Notice, rule.Placeholder: rule.Off, rule.ColourFormat: rule.Off})
	require.Len(t, diags, 2)
	assert.Equal(t, rule.Notice, schema.LevelOf(diags[0]))
	assert.Equal(t, hcl.DiagWarning, diags[0].Severity, "HCL knows no notices")
	assert.Equal(t, rule.Error, schema.LevelOf(diags[1]), "a fixed rule keeps its level")
	heavy, light := schema.Apart(diags, rule.Warning)
	assert.Equal(t, diags[1:], heavy)
	assert.Equal(t, diags[:1], light)
}

func TestPlural(t *testing.T) {
	assert.Equal(t, "1 address", schema.Plural(1, "address"))
	assert.Equal(t, "2 addresses", schema.Plural(2, "address"))
	assert.Equal(t, "0 documents", schema.Plural(0, "document"))
}
