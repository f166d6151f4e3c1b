package stack

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
)

// layered is a stack in which values come from everywhere.
const layered = `
variable "brand" { default = "#0b5fff" }
variable "password" {
  default   = "hunter22"
  sensitive = true
}
locals {
  brand = var.brand
  sizes = { small = 1, large = 2 }
}
theme "plain" {
  mobile_result_page {
    background_color              = "#ffffff"
    next_step_button_background_color = "#222222"
  }
}
theme "base" {
  extends = theme.plain
  mobile_result_page {
    next_step_button_background_color = local.brand
    success_desc                  = "Done"
  }
}
theme "night" {
  extends = [theme.plain]
  mobile_result_page { background_color = "#000000" }
}
locale "th" {
  theme = theme.base
  texts = { mobileResultPage = { successDesc = "เสร็จ", failedDesc = "ไม่ผ่าน" } }
  mobile_result_page {
    failed_desc = null
    is_show     = false
  }
}
locale "each" {
  for_each = { vi = theme.plain.mobile_result_page.background_color, ja_JP = "#123456" }
  code     = each.key
  theme    = [theme.base, theme.night]
  mobile_result_page { liveness_result_text_color = each.value }
}
`

func explore(t *testing.T, src string, more map[string]string, secrets ...schema.Secret) *Evaluation {
	t.Helper()
	files := fstest.MapFS{"main.livery.hcl": {Data: []byte(src)}}
	for name, text := range more {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	e, diags := new(Stack).Explore(Options{FS: files, Dir: ".", Secrets: secrets})
	require.False(t, diags.HasErrors(), "%s", diags)
	return e
}

func TestLayers(t *testing.T) {
	e := explore(t, layered, nil)
	tests := []struct {
		locale schema.Locale
		path   string
		want   []string // layers that say something of the field, the lowest first
	}{
		{"th_TH", "mobileResultPage.nextStepButtonBackgroundColor", []string{`theme.plain "#222222" :14`, `theme.base "#0b5fff" :20 local.brand var.brand`}},
		{"th_TH", "mobileResultPage.successDesc", []string{`theme.base "Done" :21`, `texts "เสร็จ" :30`}},
		{"th_TH", "mobileResultPage.failedDesc", []string{`texts "ไม่ผ่าน" :30`, `locale.th_TH null :32`}},
		{"th_TH", "mobileResultPage.isShow", []string{`locale.th_TH false :33`}},
		{"th_TH", "titleText", nil},
		{"vi_VN", "mobileResultPage.backgroundColor", []string{`theme.plain "#ffffff" :13`, `theme.plain "#ffffff" :13`, `theme.night "#000000" :26`}},
		{"ja_JP", "mobileResultPage.livenessResultTextColor", []string{`locale.ja_JP "#123456" :40 each.value`}},
		{"en_US", "mobileResultPage.isShow", nil},
	}
	for _, test := range tests {
		t.Run(string(test.locale)+" "+test.path, func(t *testing.T) {
			var got []string
			f := schema.FieldByPath(test.path)
			for _, l := range e.Layers(test.locale) {
				v := l.At(f)
				if !v.Declared() && !v.IsNull() {
					continue
				}
				line := fmt.Sprintf("%s %s :%d", l.Name, v, v.Range().Start.Line)
				if o := v.Origin(); o != nil {
					for _, s := range o.Chain {
						if s.Path != l.Name {
							line += " " + s.Path
						}
					}
				}
				got = append(got, line)
			}
			assert.Equal(t, test.want, got)
		})
	}
}

// Laid over each other, the layers are the document.
func TestLayersMakeTheDocument(t *testing.T) {
	for name, src := range map[string]string{
		"themes and texts": layered,
		"extra":            "theme \"t\" { extra = { new = { colour = \"#fff\" } } }\nlocale \"en\" {\n  theme = theme.t\n  extra = { other = 1 }\n}\n",
		"chosen":           "variable \"dark\" { default = true }\ntheme \"a\" { title_text = \"a\" }\ntheme \"b\" { title_text = \"b\" }\nlocale \"en\" { theme = var.dark ? theme.a : theme.b }\n",
	} {
		t.Run(name, func(t *testing.T) {
			e := explore(t, src, nil)
			require.NotEmpty(t, e.Documents)
			said := len(e.scope.Diagnostics)
			for _, d := range e.Documents {
				var laid schema.Look
				for _, l := range e.Layers(d.Locale) {
					laid.Overlay(l.Look)
				}
				assert.True(t, laid.Equal(d.Look), d.Locale)
			}
			assert.Empty(t, diagLines(e.scope.Diagnostics[said:]), "what layers find was said already")
		})
	}
}

func TestValue(t *testing.T) {
	e := explore(t, layered, map[string]string{"key.txt": "0123456789-secret"}, "0123456789-secret")
	tests := []struct{ src, want, fault string }{
		{"1 + 1", "cty.NumberIntVal(2)", ""},
		{"upper(local.brand)", `cty.StringVal("#0B5FFF")`, ""},
		{"[\nvar.brand\n][0]", `cty.StringVal("#0b5fff")`, ""},
		{"theme.base.mobile_result_page.success_desc", `cty.StringVal("Done")`, ""},
		{`documents["th_TH"].mobile_result_page.success_desc`, `cty.StringVal("เสร็จ")`, ""},
		{`documents.th_TH.mobile_result_page.is_show`, "cty.False", ""},
		{`documents["th_TH"].mobile_result_page.failed_desc`, "cty.NullVal(cty.DynamicPseudoType)", ""},
		{`documents["vi_VN"].pc_result_page.is_show`, "cty.True", ""}, // sent although nothing is declared
		{`length(documents)`, "cty.NumberIntVal(3)", ""},
		{`var.password`, `cty.StringVal("hunter22").Mark(`, ""},
		{`file("key.txt")`, ".Mark(", ""},
		{`{ (file("key.txt")) = 1 }`, ".Mark(", ""},
		{"local.brnad", "", "Did you mean local.brand?"},
		{"local.sizes.smal", "", "Did you mean \"small\"?"},
		{`documents["th"].title_text`, "", "th_TH"},
		{"each.key", "", "only in a locale with for_each"},
		{"1 +", "", "the end of the line"},
		{"1 1", "", "input:1"},
		{`lighten(file("key.txt"), 0.1)`, "", "secret key"},
		{strings.Repeat("[", 5000), "", "input:1"},
		{"[for a in range(1000) : [for b in range(1000) : [for c in range(1000) : c]]]", "", "Too much to evaluate"},
		{"2 + 2", "cty.NumberIntVal(4)", ""}, // what was too much is past
	}
	for _, test := range tests {
		t.Run(test.src[:min(len(test.src), 60)], func(t *testing.T) {
			v, diags := e.Value([]byte(test.src), "input")
			if test.fault == "" {
				require.Empty(t, diagLines(diags))
				assert.Contains(t, v.GoString(), test.want)
				return
			}
			require.NotEmpty(t, diags)
			said := fmt.Sprintf("%s %s %s:%d", diags[0].Summary, diags[0].Detail, diags[0].Subject.Filename, diags[0].Subject.Start.Line)
			assert.Contains(t, said, test.fault)
			assert.NotContains(t, said, "0123456789-secret")
			assert.Equal(t, cty.DynamicVal, v)
		})
	}
	assert.Contains(t, e.Names(), "lighten(")
	assert.Contains(t, e.Names(), `documents["th_TH"]`)
	assert.Contains(t, e.Names(), "local.brand")
}
