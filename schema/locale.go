package schema

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"livery/schema/rule"
	"livery/schema/wording"
)

// Locale names a document in the long form, such as en_US. The six short
// spellings of the service are read by ParseLocale and never kept.
type Locale string

// LocaleInfo is a row of the locale table.
type LocaleInfo struct {
	Value   Locale // the long form: identity, state key and wire value
	Short   string // the service's abbreviation of the same document, if any
	BCP47   string // for the lang attribute of a page
	Name    string // in English, the language first
	Own     string // what those who speak the language call it, where Name does not say so
	RTL     bool
	Chinese bool // the six zh values, which have a shorter tip limit
}

// English is the language that others are translated from unless something else is said,
// and that most people who review can read.
const English Locale = "en_US"

var locales = [...]LocaleInfo{
	{Value: "zh_CN", Short: "zh", BCP47: "zh-Hans-CN", Name: "Chinese (Simplified, China)", Own: "中文", Chinese: true},
	{Value: "en_US", Short: "en", BCP47: "en-US", Name: "English (United States)"},
	{Value: "vi_VN", Short: "vi", BCP47: "vi-VN", Name: "Vietnamese (Vietnam)", Own: "Tiếng Việt"},
	{Value: "in_ID", Short: "id", BCP47: "id-ID", Name: "Indonesian (Indonesia)", Own: "Bahasa Indonesia"},
	{Value: "hi_IN", Short: "hi", BCP47: "hi-IN", Name: "Hindi (India)", Own: "हिन्दी"},
	{Value: "th_TH", Short: "th", BCP47: "th-TH", Name: "Thai (Thailand)", Own: "ไทย"},
	{Value: "ar_AE", BCP47: "ar-AE", Name: "Arabic (United Arab Emirates)", Own: "العربية", RTL: true},
	{Value: "bn_BD", BCP47: "bn-BD", Name: "Bengali (Bangladesh)", Own: "বাংলা"},
	{Value: "zh_HK", BCP47: "zh-Hant-HK", Name: "Chinese (Traditional, Hong Kong)", Own: "繁體中文（香港）", Chinese: true},
	{Value: "zh_TW", BCP47: "zh-Hant-TW", Name: "Chinese (Traditional, Taiwan)", Own: "繁體中文", Chinese: true},
	{Value: "zh_SG", BCP47: "zh-Hans-SG", Name: "Chinese (Simplified, Singapore)", Chinese: true},
	{Value: "zh_MO", BCP47: "zh-Hant-MO", Name: "Chinese (Traditional, Macao)", Chinese: true},
	{Value: "nl_NL", BCP47: "nl-NL", Name: "Dutch (Netherlands)", Own: "Nederlands"},
	{Value: "fil_PH", BCP47: "fil-PH", Name: "Filipino (Philippines)", Own: "Tagalog"},
	{Value: "fr_FR", BCP47: "fr-FR", Name: "French (France)", Own: "Français"},
	{Value: "de_DE", BCP47: "de-DE", Name: "German (Germany)", Own: "Deutsch"},
	{Value: "it_IT", BCP47: "it-IT", Name: "Italian (Italy)", Own: "Italiano"},
	{Value: "ja_JP", BCP47: "ja-JP", Name: "Japanese (Japan)", Own: "日本語"},
	{Value: "ko_KR", BCP47: "ko-KR", Name: "Korean (Korea)", Own: "한국어"},
	{Value: "ms_MY", BCP47: "ms-MY", Name: "Malay (Malaysia)", Own: "Bahasa Melayu"},
	{Value: "pl_PL", BCP47: "pl-PL", Name: "Polish (Poland)", Own: "Polski"},
	{Value: "pt_PT", BCP47: "pt-PT", Name: "Portuguese (Portugal)", Own: "Português"},
	{Value: "ru_RU", BCP47: "ru-RU", Name: "Russian (Russia)", Own: "Русский"},
	{Value: "es_ES", BCP47: "es-ES", Name: "Spanish (Spain)", Own: "Español"},
	{Value: "tr_TR", BCP47: "tr-TR", Name: "Turkish (Türkiye)", Own: "Türkçe"},
	{Value: "ur_PK", BCP47: "ur-PK", Name: "Urdu (Pakistan)", Own: "اردو", RTL: true},
}

// Direction is the value of a page's dir attribute.
func (i LocaleInfo) Direction() string {
	if i.RTL {
		return "rtl"
	}
	return "ltr"
}

// nearMisses maps what people write to what they most likely mean, where neither the
// spelling nor the language says so.
var nearMisses = [...]struct {
	wrote string
	meant Locale
}{
	{"id_id", "in_ID"},
	{"in", "id"},
	{"zh_hans", "zh_CN"},
	{"zh_hant", "zh_TW"},
	{"tl_ph", "fil_PH"},
	{"tl", "fil_PH"},
}

// Locales is every document the service keeps, in the order of its list.
func Locales() []LocaleInfo { return locales[:] }

// Pseudo-languages stand in for languages that a stack does not have yet: nobody speaks
// them, no file can name them and ParseLocale does not know them, so that nothing can
// plan them. BCP47 has the names that browsers and phones give theirs.
const (
	Pseudo    Locale = "pseudo"
	PseudoRTL Locale = "pseudo-rtl"
)

var pseudoLocales = [...]LocaleInfo{
	{Value: Pseudo, BCP47: "en-XA", Name: "Pseudo-language"},
	{Value: PseudoRTL, BCP47: "ar-XB", Name: "Pseudo-language, right to left", RTL: true},
}

// Info is the row of a locale or of a pseudo-language; the zero row for what is neither.
func (l Locale) Info() LocaleInfo {
	for _, rows := range [][]LocaleInfo{locales[:], pseudoLocales[:]} {
		if i := slices.IndexFunc(rows, func(row LocaleInfo) bool { return row.Value == l }); i >= 0 {
			return rows[i]
		}
	}
	return LocaleInfo{}
}

// Chinese reports whether the shorter tip limit holds.
func (l Locale) Chinese() bool { return l.Info().Chinese }

// ParseLocale reads one of the 32 values; false if the service does not take it.
func ParseLocale(s string) (Locale, bool) {
	for i := range locales {
		if row := &locales[i]; s == string(row.Value) || (s == row.Short && s != "") {
			return row.Value, true
		}
	}
	return "", false
}

// SuggestLocale is the value most likely meant, as a sentence; "" for none.
func SuggestLocale(s string) string { return wording.Suggest(NearestLocale(s)) }

// JudgeLocale is ParseLocale with what is wrong.
func JudgeLocale(name string, at Subject) (Locale, *hcl.Diagnostic) {
	locale, ok := ParseLocale(name)
	if !ok {
		return "", Diagnose(rule.UnknownLocale, at, "Unknown locale", fmt.Sprintf("%q is not one of the 32 locale values of the service.", name)+
			cmp.Or(SuggestLocale(name), " `livery schema locale` lists them."))
	}
	return locale, nil
}

// NearestLocale is the value most likely meant by a spelling that the service does not
// take, or by the name of a language; "" for none.
func NearestLocale(s string) string {
	folded := strings.ToLower(strings.NewReplacer("-", "_", " ", "_").Replace(strings.TrimSpace(s)))
	for _, miss := range nearMisses {
		if miss.wrote == folded {
			return string(miss.meant)
		}
	}
	names := make([]string, 0, 32)
	for _, row := range locales {
		for _, name := range []string{string(row.Value), row.Short} {
			if name != "" && strings.ToLower(name) == folded {
				return name
			}
			names = append(names, name)
		}
	}
	language, _, _ := strings.Cut(folded, "_")
	for _, row := range locales {
		if row.isCalled(s) || strings.HasPrefix(string(row.Value), language+"_") && language != "zh" {
			return string(row.Value)
		}
	}
	if len(s) < 4 {
		return "" // every short word is near to some abbreviation
	}
	return wording.Nearest(s, slices.DeleteFunc(names, func(name string) bool { return name == "" }))
}

// isCalled reports whether a row's language has that name.
func (i LocaleInfo) isCalled(s string) bool {
	language, _, _ := strings.Cut(i.Name, " (")
	s = strings.TrimSpace(s)
	return s != "" && (strings.EqualFold(s, language) || strings.EqualFold(s, i.Own) || strings.EqualFold(s, strings.TrimPrefix(i.Own, "Bahasa ")))
}

// ListLocales writes locales as a part of a sentence.
func ListLocales(list []Locale) string {
	words := make([]string, len(list))
	for i, l := range list {
		words[i] = string(l)
	}
	return strings.Join(words, ", ")
}
