package simulator

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
)

// The sentences that the documents give for the requests of sessions. They
// write some of them in two ways; these are those of the sample answers.
const (
	inputIllegal         = "Parameter error,please check you input."
	returnURLIllegal     = "Invalid returnUrl,please check your returnUrl"
	failReturnURLIllegal = "Invalid failedReturnUrl, please check your failedReturnUrl"
	triesIllegal         = "try count must > 0"
	levelIllegal         = "Product level is wrong"
)

// textKeptMax bounds ids and words that are kept, in UTF-16 code units. The
// documents give no bound.
const textKeptMax = 512

// form is the body of a request for a session, read member by member. It
// remembers whether a member was not of its documented type.
type form struct {
	members map[string]any
	wrong   bool
}

// readForm checks the syntax of a body. illegal is the endpoint's message for one
// that is no object.
func readForm(body []byte, illegal string) (*form, response) {
	if !utf8.Valid(body) || !json.Valid(body) {
		return nil, clientError(http.StatusBadRequest)
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var raw any
	err := dec.Decode(&raw)
	members, ok := raw.(map[string]any)
	if err != nil || !ok {
		return nil, refuse(illegal)
	}
	return &form{members: members}, response{}
}

// link is a text of any length; "" when it is absent, null or empty.
func (f *form) link(name string) string {
	switch v := f.members[name].(type) {
	case nil:
	case string:
		return v
	default:
		f.wrong = true
	}
	return ""
}

// text is a text that is kept.
func (f *form) text(name string) string {
	s := f.link(name)
	if utf16Length(s) > textKeptMax {
		f.wrong = true
	}
	return s
}

// optional is a text that may be absent.
func (f *form) optional(name string) *string {
	return present(f.text(name))
}

func present(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// word is a text that must be one of a list, or absent.
func (f *form) word(name string, words ...string) string {
	s := f.text(name)
	if s != "" && !slices.Contains(words, s) {
		f.wrong = true
	}
	return s
}

// flag is true, false or absent.
func (f *form) flag(name string) *bool {
	switch v := f.members[name].(type) {
	case nil:
	case bool:
		return &v
	default:
		f.wrong = true
	}
	return nil
}

// integer is a whole number, or otherwise when it is absent. Some numbers are
// documented as strings and printed as numbers; quoted says that both will do.
func (f *form) integer(name string, quoted bool, otherwise int) int {
	digits := f.verbatim(name)
	if _, isText := f.members[name].(string); isText && !quoted {
		f.wrong = true
	}
	if digits == "" {
		return otherwise
	}
	n, err := strconv.Atoi(digits)
	if err != nil {
		f.wrong = true
		return otherwise
	}
	return n
}

// verbatim is a text or a number as it was written. The documents call some numbers
// texts, and their samples do not.
func (f *form) verbatim(name string) string {
	if n, ok := f.members[name].(json.Number); ok {
		return n.String()
	}
	return f.link(name)
}

// isCountry reports whether a region is a country code of ISO 3166-1 alpha-3.
func isCountry(region string) bool {
	r, err := language.ParseRegion(region)
	return err == nil && r.IsCountry() && r.ISO3() == region
}

// isNavigable reports whether a browser may be sent to a URL: absolute, with a
// host, of the web or of an app, and nothing that runs as code. The documents
// state it for Generate URL; of Get Token they only say "Invalid returnUrl".
func isNavigable(s string) bool {
	u, ok := parseAbsolute(s)
	if !ok {
		return false
	}
	switch u.Scheme {
	case "javascript", "data", "file", "about", "blob", "intent", "vbscript":
		return false
	default:
		return true
	}
}

// isCallable reports whether the service can post to a URL.
func isCallable(s string) bool {
	u, ok := parseAbsolute(s)
	return ok && (u.Scheme == "http" || u.Scheme == "https")
}

const linkMax = 2048

func parseAbsolute(s string) (*url.URL, bool) {
	odd := func(r rune) bool {
		return r == '\\' || r == utf8.RuneError || unicode.IsSpace(r) || unicode.IsControl(r)
	}
	if utf16Length(s) > linkMax || strings.ContainsFunc(s, odd) {
		return nil, false
	}
	u, err := url.Parse(s)
	return u, err == nil && u.Scheme != "" && u.Hostname() != ""
}

// isAlphanumeric reports whether a text is of ASCII letters and digits. The
// documents print the class as a-zA-z0-9, which is taken for a slip.
func isAlphanumeric(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
}
