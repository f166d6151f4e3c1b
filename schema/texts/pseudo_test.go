package texts_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/texts"
)

func TestPseudo(t *testing.T) {
	keep := []string{"Acme Pay", "Acme"}
	for _, c := range []struct {
		name, text, want string
		pseudo           texts.Pseudo
		limit            int
		short            bool // of room
	}{
		{name: "longer by a third", text: "Continue here", limit: 100, want: "⟦Çöñţîñûé ĥéŕé öñ⟧", pseudo: texts.Pseudo{Longer: 35}},
		{name: "the frame alone", text: "OK", limit: 100, want: "⟦ÖĶ⟧", pseudo: texts.Pseudo{Longer: 35}},
		{name: "no longer", text: "Continue", limit: 100, want: "⟦Çöñţîñûé⟧"},
		{name: "what stays", text: "Acme Pay:\n{second} s {second", limit: 100, want: "⟦Acme Pay:\n{second} š {šéçöñð⟧", pseudo: texts.Pseudo{Keep: keep}},
		{name: "right to left", text: "Pay {second}", limit: 100, want: "⟦حاى {second}⟧", pseudo: texts.Pseudo{RTL: true}},
		{name: "up to the limit", text: "Continue here", limit: 16, want: "⟦Çöñţîñûé ĥéŕé~⟧", pseudo: texts.Pseudo{Longer: 35}, short: true},
		{name: "no room for the frame", text: "Continue", limit: 9, want: "Çöñţîñûé", pseudo: texts.Pseudo{}, short: true},
		{name: "an emoji counts two", text: "Smile 😀", limit: 10, want: "⟦Šɱîļé 😀⟧", pseudo: texts.Pseudo{}},
		{name: "other scripts", text: "ตรวจใบหน้า", limit: 100, want: "⟦ตรวจใบหน้า öñ⟧", pseudo: texts.Pseudo{Longer: 50}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, fits := c.pseudo.Translate(c.text, c.limit)
			assert.Equal(t, c.want, got)
			assert.Equal(t, !c.short, fits)
		})
	}
}

// Whatever a text holds: braces, names and line feeds stay, the limit holds, and what is not
// marked is as much longer as was asked for.
func FuzzPseudo(f *testing.F) {
	f.Add("Acme Pay closes in {second} s\n😀 {x} Acme", 35, 40, false)
	f.Add("Welcome to Acme", 300, 1000, true)
	f.Add("{a{b}c}", 0, 3, true)
	f.Fuzz(func(t *testing.T, text string, longer, limit int, rtl bool) {
		longer, limit = max(0, longer%301), max(1, limit%1001)
		p := texts.Pseudo{Longer: longer, RTL: rtl, Keep: []string{"Acme Pay", "Acme"}}
		got, fits := p.Translate(text, limit)
		n, was := schema.Length(got), schema.Length(text)
		require.LessOrEqual(t, n, max(limit, was))
		if fits {
			require.LessOrEqual(t, n, limit)
			require.GreaterOrEqual(t, n*100, was*(100+longer))
			require.LessOrEqual(t, n, was+max(2, (was*longer+99)/100))
			require.True(t, strings.HasPrefix(got, "⟦") && strings.HasSuffix(got, "⟧"))
		}
		require.Equal(t, strings.Count(text, "\n"), strings.Count(got, "\n"))
		require.Equal(t, schema.Braces(text), schema.Braces(got))
		require.Equal(t, kept(text, p.Keep), kept(got, p.Keep))
		again, _ := p.Translate(text, limit)
		require.Equal(t, got, again)
	})
}

// kept are the parts of a text that no translation changes; the parts are the whole text.
func kept(text string, keep []string) []texts.Part {
	var list []texts.Part
	whole := ""
	for part := range texts.Parts(text, keep) {
		whole += part.Text
		if part.Kind != texts.Words {
			list = append(list, part)
		}
	}
	if whole != text {
		return []texts.Part{{Text: "lost"}}
	}
	return list
}

// A document keeps its colours and pictures, and the one it was made of stays as it is.
func TestPseudoDocument(t *testing.T) {
	d := schema.Document{Locale: "en_US"}
	set := func(path string, v cty.Value) {
		value, diags := schema.FieldByPath(path).Parse(v, schema.Subject{Locale: "en_US"})
		require.False(t, diags.HasErrors())
		d.Set(schema.FieldByPath(path), value)
	}
	set("titleText", cty.StringVal("Identity check"))
	set("mobileLoadingPage.progressColor", cty.StringVal("#0055ff"))
	set("mobileTipsPage.tips", cty.TupleVal([]cty.Value{
		cty.ObjectVal(map[string]cty.Value{"iconLink": cty.StringVal("https://cdn.example/lamp.png"), "text": cty.StringVal("Light")}),
		cty.ObjectVal(map[string]cty.Value{"text": cty.StringVal(strings.Repeat("long ", 10))}),
	}))
	got, tooLong := texts.Pseudo{Longer: 35, RTL: true}.Document(d)
	assert.Equal(t, schema.PseudoRTL, got.Locale)
	assert.Equal(t, []texts.Text{slices.Collect(texts.Of(got))[2]}, tooLong)
	assert.Equal(t, "mobileTipsPage.tips[1].text", tooLong[0].Path)
	tips := got.At(schema.FieldByPath("mobileTipsPage.tips")).Tips()
	assert.Equal(t, "https://cdn.example/lamp.png", tips[0].Icon.Text())
	assert.Equal(t, "⟦ليغهت⟧", tips[0].Text.Text())
	assert.Equal(t, "#0055ff", got.At(schema.FieldByPath("mobileLoadingPage.progressColor")).Text())
	assert.Equal(t, "Identity check", d.At(schema.FieldByPath("titleText")).Text())
	assert.Equal(t, "Light", d.At(schema.FieldByPath("mobileTipsPage.tips")).Tips()[0].Text.Text())
}
