package schema

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// URLUse is what a URL is for, and with it what it may hold.
type URLUse uint8

const (
	ImageLink      URLUse = iota // of a field: http gets a warning of its own
	RedirectTarget               // where a finished session goes: an app's own scheme too
	CallbackTarget               // where the service posts
	ServiceBase                  // the address of the service: with http on this machine only
	StateAddress                 // of a backend; its user name, if any, is ContainsSecret's to judge
)

// urlProfile is what a use asks of a URL beyond what is true for all.
type urlProfile struct {
	form                  string // said of one that is no URL of this kind at all; "" to say what is missing
	anyScheme, localHTTP  bool
	user, query, fragment bool // allowed
	// shown says that people are shown the URL without user and query, so it must be
	// plain where these are: an @ after the host may be that of a password with a slash.
	shown bool
}

func (u URLUse) profile() urlProfile {
	switch u {
	case ImageLink:
		return urlProfile{query: true}
	case RedirectTarget:
		return urlProfile{anyScheme: true, user: true, query: true, fragment: true}
	case CallbackTarget:
		return urlProfile{user: true, query: true, fragment: true}
	case ServiceBase:
		return urlProfile{form: `takes an absolute https URL, such as "https://api.advance.ai", or "simulator"`, localHTTP: true, shown: true}
	case StateAddress:
		return urlProfile{form: `takes an absolute URL with https or http, such as "https://state.example.com/brand"`, user: true, query: true, shown: true}
	default:
		panic(fmt.Sprintf("schema: no use of a URL: %d", u))
	}
}

// schemesRefused can run code or reach into the device; neither the service nor
// a reviewer wants them.
var schemesRefused = []string{"javascript", "data", "file", "about", "blob", "intent", "vbscript"}

// CheckURL says what is wrong with a URL, as the end of a sentence that begins
// with its name and has no full stop; "" if nothing is. It never repeats the URL,
// which may hold a secret.
func CheckURL(s string, use URLUse) string {
	if why := checkCharacters(s); why != "" {
		return why
	}
	p := use.profile()
	u, err := url.Parse(s)
	if err != nil {
		return orForm(p, "does not parse as a URL")
	}
	if why := checkScheme(u.Scheme, use, p); why != "" {
		return orForm(p, why)
	}
	switch {
	case !IsHost(u.Hostname()):
		return orForm(p, "has no host")
	case p.shown && strings.Contains(u.EscapedPath()+u.RawQuery, "@"):
		return "holds an @ after the host: write it as %40, and so every special character of a user name or password in %-encoding"
	case !validPort(u):
		return "has no valid port: one is a number from 1 to 65535"
	case u.User != nil && !p.user:
		return "carries a user name"
	case (u.RawQuery != "" || u.ForceQuery) && !p.query:
		return "carries a query (?...)"
	case strings.Contains(s, "#") && !p.fragment:
		return "carries a fragment (#...)"
	case p.localHTTP && u.Scheme == "http" && !IsLoopback(u.Hostname()):
		return "takes an https URL: with http anybody on the way could read the keys. Plain http is for this machine only"
	}
	return ""
}

func orForm(p urlProfile, why string) string {
	if p.form != "" {
		return p.form
	}
	return why
}

func checkScheme(scheme string, use URLUse, p urlProfile) string {
	web := scheme == "https" || scheme == "http"
	switch {
	case web:
		return ""
	case use == ImageLink:
		return "is not an absolute https URL"
	case scheme == "":
		return "has no scheme"
	case slices.Contains(schemesRefused, scheme):
		return "has the scheme " + scheme + ", which is never allowed"
	case !p.anyScheme:
		return "must be an http or https URL, since the service posts to it"
	}
	return ""
}

func validPort(u *url.URL) bool {
	if strings.HasSuffix(u.Host, ":") {
		return false
	}
	n, err := strconv.Atoi(u.Port())
	return u.Port() == "" || err == nil && n >= 1 && n <= 65535
}

// checkCharacters is what is wrong with the characters of a URL, or "".
func checkCharacters(s string) string {
	if Length(s) > URLMax {
		return fmt.Sprintf("is longer than %d characters", URLMax)
	}
	for _, r := range s {
		switch {
		case unicode.IsControl(r):
			return "contains " + characterName(r)
		case unicode.IsSpace(r):
			return "contains a blank"
		case r == '\\':
			return "contains a backslash"
		}
	}
	return ""
}

// IsHost reports whether a text is the name of a host or an IP address.
func IsHost(s string) bool {
	if _, err := netip.ParseAddr(s); err == nil {
		return true
	}
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.In(r, unicode.L, unicode.M, unicode.N) && !strings.ContainsRune("-._", r)
	})
}

// IsLoopback reports whether a host is this machine.
func IsLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}
