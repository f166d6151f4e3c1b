package stack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"

	"livery/schema"
	"livery/schema/exchange"
	"livery/schema/syntax"
)

func TestWriteLocale(t *testing.T) {
	at := func(path string) *schema.Field { return schema.FieldByPath(path) }
	text := cty.StringVal
	body := exchange.Draft{
		Values: map[*schema.Field]cty.Value{
			at("titleText"):                                        text("${a} %{b} {second} 100% $5"),
			at("mobileResultPage.countdownText"):                   text("a\n\"b\"\\ {second}"),
			at("mobileResultPage.successDesc"):                     cty.NullVal(cty.String),
			at("mobileResultPage.isShow"):                          cty.False,
			at("mobileCameraPage.backgroundColor"):                 text("#0b5fff"),
			at("mobileTipsPage.titleText"):                         text("T"),
			at("mobileTipsPage.tips"):                              cty.TupleVal([]cty.Value{cty.ObjectVal(map[string]cty.Value{"iconLink": text("https://e.com/a.png"), "text": text("t")}), cty.ObjectVal(map[string]cty.Value{"text": text("u"), "iconLink": cty.NullVal(cty.String)})}),
			at("pcTipsPage.tips"):                                  cty.EmptyTupleVal,
			at("pcResultPage.successDesc"):                         cty.NumberIntVal(5),
			at("mobileMultiDeviceProcessPage.refreshPageBoldText"): cty.NullVal(cty.DynamicPseudoType),
		},
		Extra: map[schema.ExtraKey]cty.Value{
			{Page: "newPage", Key: "for"}:             text("x"),
			{Page: "newPage", Key: "new key"}:         cty.TupleVal([]cty.Value{cty.NumberFloatVal(1.5), cty.NullVal(cty.String), cty.EmptyObjectVal}),
			{Page: "mobileResultPage", Key: "newOne"}: cty.True,
			{Key: "gone"}: cty.NullVal(cty.String),
		},
	}
	var b bytes.Buffer
	require.NoError(t, exchange.WriteLocale(&b, "en_US", body))
	assert.Equal(t, `locale "en_US" {
  title_text = "$${a} %%{b} {second} 100% $5"

  mobile_camera_page {
    background_color = "#0b5fff"
  }

  mobile_result_page {
    is_show        = false
    countdown_text = "a\n\"b\"\\ {second}"
  }

  mobile_tips_page {
    title_text = "T"

    tip {
      icon_link = "https://e.com/a.png"
      text      = "t"
    }
    tip {
      text = "u"
    }
  }

  pc_tips_page {
    tips = []
  }

  pc_result_page {
    success_desc = 5
  }

  extra = {
    mobileResultPage = {
      newOne = true
    }
    newPage = {
      "for"     = "x"
      "new key" = [1.5, null, {}]
    }
  }
}
`, b.String())
}

// drawDocument makes a valid document of many kinds of values.
func drawDocument(t *rapid.T) schema.Document {
	locale := rapid.SampledFrom(schema.Locales()).Draw(t, "locale").Value
	d := schema.Document{Locale: locale}
	text := rapid.StringMatching(`[a-z${}%"\\ é字\n]{1,20}`)
	for _, f := range schema.Fields() {
		if !rapid.Bool().Draw(t, f.Path()) {
			continue
		}
		var raw cty.Value
		switch f.Kind {
		case schema.Text:
			raw = cty.StringVal(text.Draw(t, "text"))
		case schema.Colour:
			raw = cty.StringVal(fmt.Sprintf("#%06x", rapid.IntRange(0, 0xffffff).Draw(t, "colour")))
		case schema.ImageURL:
			raw = cty.StringVal("https://example.com/" + rapid.StringMatching(`[a-z]{0,9}`).Draw(t, "link"))
		case schema.Bool:
			raw = cty.BoolVal(rapid.Bool().Draw(t, "flag"))
		case schema.Tips:
			tip := map[string]cty.Value{"text": cty.StringVal(text.Draw(t, "tip"))}
			if rapid.Bool().Draw(t, "icon") {
				tip["iconLink"] = cty.StringVal("https://example.com/i.png")
			}
			raw = cty.TupleVal([]cty.Value{cty.ObjectVal(tip)})
		}
		v, diags := f.Parse(raw, schema.Subject{Locale: locale})
		require.False(t, diags.HasErrors())
		d.Set(f, v)
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "extras") {
		key := schema.ExtraKey{Page: rapid.SampledFrom([]string{"", "newPage", "pcTipsPage"}).Draw(t, "page"), Key: fmt.Sprint(text.Draw(t, "key"), i)}
		raw, err := json.Marshal(map[string]any{"a": text.Draw(t, "value"), "b": []any{1, true, nil}})
		require.NoError(t, err)
		if key.Page == "" {
			raw = []byte(`[1.5,"x"]`)
		}
		d.SetExtra(key, schema.Extra{JSON: raw})
	}
	return d
}

// Load(Write(d)) = d.
func TestWrittenDocumentsLoad(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawDocument(t)
		body := draftOf(t, want)
		var b bytes.Buffer
		require.NoError(t, exchange.WriteLocale(&b, string(want.Locale), body))
		formatted, diags := syntax.Format(b.Bytes(), "main.livery.hcl")
		require.Empty(t, diags)
		require.Equal(t, b.String(), string(formatted))
		stack, diags := Load(Options{FS: fstest.MapFS{"stack/main.livery.hcl": {Data: b.Bytes()}}, Dir: "/stack"})
		require.False(t, diags.HasErrors(), "%s\n%v", b.String(), diags)
		require.Len(t, stack.Documents, 1)
		require.Equal(t, want.Locale, stack.Documents[0].Locale)
		require.True(t, want.Equal(stack.Documents[0].Look), "%s", strings.TrimSpace(b.String()))
	})
}

// draftOf is the draft of a document.
func draftOf(t require.TestingT, d schema.Document) exchange.Draft {
	b := exchange.Draft{Locale: d.Locale, Values: make(map[*schema.Field]cty.Value), Extra: make(map[schema.ExtraKey]cty.Value)}
	for _, f := range schema.Fields() {
		if v := d.At(f); v.Declared() {
			b.Values[f] = v.Cty()
		}
	}
	for _, k := range d.ExtraKeys() {
		e, _ := d.ExtraAt(k)
		v, err := schema.JSONValue(e.JSON)
		require.NoError(t, err, k.Path())
		b.Extra[k] = v
	}
	return b
}
