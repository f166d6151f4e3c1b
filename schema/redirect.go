package schema

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"golang.org/x/text/language"

	"livery/schema/rule"
	"livery/schema/wording"
)

// judgeRedirect checks a URL that a browser, or the service, is sent to.
func judgeRedirect(s string, use URLUse, at Subject) hcl.Diagnostics {
	if why := CheckURL(s, use); why != "" {
		return hcl.Diagnostics{Diagnose(rule.RedirectURLFormat, at, "Not a usable URL",
			fmt.Sprintf("%s %s. Write an absolute URL such as \"https://www.example.com/done\".", at.Path, why))}
	}
	return nil
}

// judgeRegion checks a country code against ISO 3166-1.
func judgeRegion(s string, at Subject) hcl.Diagnostics {
	region, err := language.ParseRegion(s)
	if err == nil && region.IsCountry() && region.ISO3() == s {
		return nil
	}
	hint := ""
	if region, err := language.ParseRegion(strings.TrimSpace(s)); err == nil && region.IsCountry() {
		hint = wording.Suggest(region.ISO3())
	}
	return hcl.Diagnostics{Diagnose(rule.Enum, at, "Not a country code",
		fmt.Sprintf("%s is %q; it takes an ISO 3166-1 alpha-3 code in capitals, such as \"PHL\".%s", at.Path, s, hint))}
}

// parseLanguage reads a display language: one of the locale values for Get
// Token, a language tag for Generate URL. The two vocabularies are not mixed.
func parseLanguage(s string, api SessionAPI, at Subject) (string, hcl.Diagnostics) {
	if api == H5URL {
		if _, err := language.Parse(s); err == nil && !strings.Contains(s, "_") {
			return s, nil
		}
		return "", hcl.Diagnostics{Diagnose(rule.Enum, at, "Not a language of this API",
			fmt.Sprintf("%s is %q; sessions of h5_url take a language such as \"en\", \"th\", \"fil\" or \"en-US\".", at.Path, s))}
	}
	if loc, ok := ParseLocale(s); ok {
		return string(loc), nil
	}
	return "", hcl.Diagnostics{Diagnose(rule.Enum, at, "Not a language of this API",
		fmt.Sprintf("%s is %q; sessions of h5_token take one of the locale values, such as \"en_US\".%s", at.Path, s, SuggestLocale(s)))}
}
