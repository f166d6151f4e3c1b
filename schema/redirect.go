package schema

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"golang.org/x/text/language"
)

// schemesRefused can run code or reach into the device; neither the service nor
// a reviewer wants them.
var schemesRefused = []string{"javascript", "data", "file", "about", "blob", "intent", "vbscript"}

// judgeRedirect checks a URL that a browser, or the service, is sent to.
func judgeRedirect(s string, callback bool, at Subject) hcl.Diagnostics {
	refuse := func(why string) hcl.Diagnostics {
		return hcl.Diagnostics{Diagnose(RedirectURLFormat, at, "Not a usable URL",
			fmt.Sprintf("%s %s. Write an absolute URL such as \"https://www.example.com/done\".", at.Path, why))}
	}
	if why := faultOfURL(s); why != "" {
		return refuse(why)
	}
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return refuse("does not parse as a URL")
	case u.Scheme == "":
		return refuse("has no scheme")
	case slices.Contains(schemesRefused, u.Scheme):
		return refuse("has the scheme " + u.Scheme + ", which is never allowed")
	case u.Host == "" || u.Hostname() == "":
		return refuse("has no host")
	case callback && u.Scheme != "https" && u.Scheme != "http":
		return refuse("must be an http or https URL, since the service posts to it")
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
		hint = fmt.Sprintf(" Did you mean %q?", region.ISO3())
	}
	return hcl.Diagnostics{Diagnose(Enum, at, "Not a country code",
		fmt.Sprintf("%s is %q; it takes an ISO 3166-1 alpha-3 code in capitals, such as \"PHL\".%s", at.Path, s, hint))}
}

// parseLanguage reads a display language: one of the locale values for Get
// Token, a language tag for Generate URL. The two vocabularies are not mixed.
func parseLanguage(s string, api SessionAPI, at Subject) (string, hcl.Diagnostics) {
	if api == H5URL {
		if _, err := language.Parse(s); err == nil && !strings.Contains(s, "_") {
			return s, nil
		}
		return "", hcl.Diagnostics{Diagnose(Enum, at, "Not a language of this API",
			fmt.Sprintf("%s is %q; sessions of h5_url take a language such as \"en\", \"th\", \"fil\" or \"en-US\".", at.Path, s))}
	}
	if loc, ok := ParseLocale(s); ok {
		return string(loc), nil
	}
	return "", hcl.Diagnostics{Diagnose(Enum, at, "Not a language of this API",
		fmt.Sprintf("%s is %q; sessions of h5_token take one of the locale values, such as \"en_US\".%s", at.Path, s, SuggestLocale(s)))}
}
