package schema_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/schema"
)

type localesFile struct {
	NearMisses map[string]string `json:"near_misses"`
	Locales    []struct {
		Value, Canonical, BCP47, Name, Direction string
		IsAlias                                  bool `json:"is_alias"`
		IsChinese                                bool `json:"is_chinese"`
		TipMaxLength                             int  `json:"tip_max_length"`
		Aliases                                  []string
	} `json:"locales"`
}

func TestLocalesAreTheDescription(t *testing.T) {
	file := fixture[localesFile](t, "locales.json")
	require.Len(t, file.Locales, 32)
	tip := schema.FieldByPath("mobileTipsPage.tips").Item("text")
	var documents []schema.Locale
	for _, want := range file.Locales {
		loc, ok := schema.ParseLocale(want.Value)
		require.True(t, ok, want.Value)
		assert.Equal(t, schema.Locale(want.Canonical), loc)
		info := loc.Info()
		assert.Equal(t, want.BCP47, info.BCP47, want.Value)
		assert.Equal(t, want.Name, info.Name, want.Value)
		assert.Equal(t, want.Direction == "rtl", info.RTL, want.Value)
		assert.Equal(t, want.IsChinese, loc.Chinese(), want.Value)
		assert.Equal(t, want.TipMaxLength, tip.MaxLength(loc), want.Value)
		if want.IsAlias {
			assert.Equal(t, want.Value, info.Short)
			assert.Equal(t, []string{want.Canonical}, want.Aliases)
		}
		if !slices.Contains(documents, loc) {
			documents = append(documents, loc)
		}
	}
	var have []schema.Locale
	for _, info := range schema.Locales() {
		have = append(have, info.Value)
	}
	assert.Equal(t, documents, have, "one document each, in the order of the list")
}

func TestNearMissesAreTheDescription(t *testing.T) {
	for wrote, meant := range fixture[localesFile](t, "locales.json").NearMisses {
		_, ok := schema.ParseLocale(wrote)
		assert.False(t, ok, "%s is a locale, and no near miss", wrote)
		assert.Equal(t, meant, schema.NearestLocale(wrote), wrote)
	}
}

func TestNearestLocale(t *testing.T) {
	for wrote, want := range map[string]string{
		"th-th": "th_TH", "TH_th": "th_TH", "fil-PH": "fil_PH", "zh-HK": "zh_HK", "ZH": "zh", "en_UX": "en_US",
		"": "", "xx": "", "tlh": "", "klingon": "", "locale": "",
	} {
		assert.Equal(t, want, schema.NearestLocale(wrote), wrote)
	}
}

func TestParseLocaleTakesNothingElse(t *testing.T) {
	for _, s := range []string{"", " en", "en ", "EN", "en-US", "en_us", "id_ID", "in", "tl", "en_US\n"} {
		loc, ok := schema.ParseLocale(s)
		assert.False(t, ok, "%q", s)
		assert.Empty(t, loc)
	}
	assert.Equal(t, schema.LocaleInfo{}, schema.Locale("xx").Info())
	assert.False(t, schema.Locale("zh").Chinese(), "short spellings are never kept")
}

func TestParseAddress(t *testing.T) {
	for s, want := range map[string]schema.Address{
		"locale.en":          {Kind: schema.LocaleAddress, Name: "en_US"},
		"locale.in_ID":       {Kind: schema.LocaleAddress, Name: "in_ID"},
		"session.onboarding": {Kind: schema.SessionAddress, Name: "onboarding"},
		"session.a.b":        {Kind: schema.SessionAddress, Name: "a.b"},
	} {
		got, err := schema.ParseAddress(s)
		require.NoError(t, err)
		assert.Equal(t, want, got)
		again, err := schema.ParseAddress(got.String())
		require.NoError(t, err)
		assert.Equal(t, got, again)
	}
	for s, says := range map[string]string{
		"": "not an address", "en_US": "not an address", "locale.": "not an address", "locale": "not an address",
		"locale.en-US": "did you mean en_US", "locale.xx": "not a locale of the service",
		"theme.base": "only locale.CODE and session.NAME", "LOCALE.en": "only locale.CODE",
	} {
		_, err := schema.ParseAddress(s)
		assert.ErrorContains(t, err, says, "%q", s)
	}
	assert.Empty(t, schema.Address{}.String())
}

func TestAddressesSort(t *testing.T) {
	list := []schema.Address{
		{Kind: schema.SessionAddress, Name: "a"}, {Kind: schema.LocaleAddress, Name: "th_TH"},
		{Kind: schema.LocaleAddress, Name: "en_US"}, {Kind: schema.SessionAddress, Name: "B"},
	}
	slices.SortFunc(list, schema.Address.Compare)
	var names []string
	for _, a := range list {
		names = append(names, a.String())
	}
	assert.Equal(t, []string{"locale.en_US", "locale.th_TH", "session.B", "session.a"}, names)
}

func TestNearestLocaleByLanguage(t *testing.T) {
	for wrote, want := range map[string]string{
		"english": "en_US", "English": "en_US", "en-us": "en_US", "en_AU": "en_US", "EN": "en", "German": "de_DE", "Deutsch": "de_DE", "de_CH": "de_DE",
		"français": "fr_FR", "Español": "es_ES", "indonesian": "in_ID", "Bahasa Indonesia": "in_ID", "melayu": "ms_MY", "Tagalog": "fil_PH", "tl": "fil_PH",
		"日本語": "ja_JP", "中文": "zh_CN", "chinese": "zh_CN", "繁體中文": "zh_TW", "zh-Hans": "zh_CN", "pt-br": "pt_PT", "Swedish": "", "xx": "", "": "", " ": "",
	} {
		assert.Equal(t, want, schema.NearestLocale(wrote), wrote)
	}
}
