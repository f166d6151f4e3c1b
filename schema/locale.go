package schema

import (
	"slices"
	"strings"
)

// Locale names a document in the long form, such as en_US. The six short
// spellings of the service are read by ParseLocale and never kept.
type Locale string

// LocaleInfo is a row of the locale table.
type LocaleInfo struct {
	Value   Locale // the long form: identity, state key and wire value
	Short   string // the service's abbreviation of the same document, if any
	BCP47   string // for the lang attribute of a page
	Name    string
	RTL     bool
	Chinese bool // the six zh values, which have a shorter tip limit
}

var locales = [...]LocaleInfo{
	{Value: "zh_CN", Short: "zh", BCP47: "zh-Hans-CN", Name: "Chinese (Simplified, China)", Chinese: true},
	{Value: "en_US", Short: "en", BCP47: "en-US", Name: "English (United States)"},
	{Value: "vi_VN", Short: "vi", BCP47: "vi-VN", Name: "Vietnamese (Vietnam)"},
	{Value: "in_ID", Short: "id", BCP47: "id-ID", Name: "Indonesian (Indonesia)"},
	{Value: "hi_IN", Short: "hi", BCP47: "hi-IN", Name: "Hindi (India)"},
	{Value: "th_TH", Short: "th", BCP47: "th-TH", Name: "Thai (Thailand)"},
	{Value: "ar_AE", BCP47: "ar-AE", Name: "Arabic (United Arab Emirates)", RTL: true},
	{Value: "bn_BD", BCP47: "bn-BD", Name: "Bengali (Bangladesh)"},
	{Value: "zh_HK", BCP47: "zh-Hant-HK", Name: "Chinese (Traditional, Hong Kong)", Chinese: true},
	{Value: "zh_TW", BCP47: "zh-Hant-TW", Name: "Chinese (Traditional, Taiwan)", Chinese: true},
	{Value: "zh_SG", BCP47: "zh-Hans-SG", Name: "Chinese (Simplified, Singapore)", Chinese: true},
	{Value: "zh_MO", BCP47: "zh-Hant-MO", Name: "Chinese (Traditional, Macao)", Chinese: true},
	{Value: "nl_NL", BCP47: "nl-NL", Name: "Dutch (Netherlands)"},
	{Value: "fil_PH", BCP47: "fil-PH", Name: "Filipino (Philippines)"},
	{Value: "fr_FR", BCP47: "fr-FR", Name: "French (France)"},
	{Value: "de_DE", BCP47: "de-DE", Name: "German (Germany)"},
	{Value: "it_IT", BCP47: "it-IT", Name: "Italian (Italy)"},
	{Value: "ja_JP", BCP47: "ja-JP", Name: "Japanese (Japan)"},
	{Value: "ko_KR", BCP47: "ko-KR", Name: "Korean (Korea)"},
	{Value: "ms_MY", BCP47: "ms-MY", Name: "Malay (Malaysia)"},
	{Value: "pl_PL", BCP47: "pl-PL", Name: "Polish (Poland)"},
	{Value: "pt_PT", BCP47: "pt-PT", Name: "Portuguese (Portugal)"},
	{Value: "ru_RU", BCP47: "ru-RU", Name: "Russian (Russia)"},
	{Value: "es_ES", BCP47: "es-ES", Name: "Spanish (Spain)"},
	{Value: "tr_TR", BCP47: "tr-TR", Name: "Turkish (Türkiye)"},
	{Value: "ur_PK", BCP47: "ur-PK", Name: "Urdu (Pakistan)", RTL: true},
}

// Direction is the value of a page's dir attribute.
func (i LocaleInfo) Direction() string {
	if i.RTL {
		return "rtl"
	}
	return "ltr"
}

// nearMisses maps what people write to what they most likely mean, where the
// nearest spelling would be another place or nothing.
var nearMisses = [...]struct {
	wrote string
	meant Locale
}{
	{"id_ID", "in_ID"},
	{"in", "id"},
	{"en-US", "en_US"},
	{"zh-CN", "zh_CN"},
	{"zh_Hans", "zh_CN"},
	{"zh_Hant", "zh_TW"},
	{"ar", "ar_AE"},
	{"bn", "bn_BD"},
	{"ms", "ms_MY"},
	{"fil", "fil_PH"},
	{"tl_PH", "fil_PH"},
	{"pt_BR", "pt_PT"},
	{"ja", "ja_JP"},
	{"ko", "ko_KR"},
	{"ur", "ur_PK"},
	{"EN", "en"},
	{"en_us", "en_US"},
	{"en_GB", "en_US"},
	{"fr", "fr_FR"},
	{"de", "de_DE"},
	{"es", "es_ES"},
	{"it", "it_IT"},
	{"nl", "nl_NL"},
	{"pl", "pl_PL"},
	{"pt", "pt_PT"},
	{"ru", "ru_RU"},
	{"tr", "tr_TR"},
}

// Locales is every document the service keeps, in the order of its list.
func Locales() []LocaleInfo { return locales[:] }

// Info is the locale's row; the zero row for a locale that does not exist.
func (l Locale) Info() LocaleInfo {
	if i := slices.IndexFunc(locales[:], func(row LocaleInfo) bool { return row.Value == l }); i >= 0 {
		return locales[i]
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
func SuggestLocale(s string) string {
	return suggest(NearestLocale(s))
}

// NearestLocale is the value most likely meant by a spelling that the service
// does not take, or "".
func NearestLocale(s string) string {
	for _, miss := range nearMisses {
		if miss.wrote == s {
			return string(miss.meant)
		}
	}
	folded := strings.ToLower(strings.ReplaceAll(s, "-", "_"))
	names := make([]string, 0, 32)
	for _, row := range locales {
		for _, name := range []string{string(row.Value), row.Short} {
			if name == "" {
				continue
			}
			if strings.ToLower(name) == folded {
				return name
			}
			names = append(names, name)
		}
	}
	if len(s) < 4 {
		return "" // every short word is near to some abbreviation
	}
	return Nearest(s, names)
}
