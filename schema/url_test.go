package schema_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"livery/schema"
)

func TestCheckURLOfTheService(t *testing.T) {
	for _, s := range []string{
		"https://api.advance.ai", "https://api.advance.ai/", "HTTPS://api.advance.ai:8443/proxy/advance", "https://[2001:db8::1]:8443",
		"http://localhost:8585", "http://LOCALHOST", "http://127.0.0.1:8585/x", "http://127.8.9.1", "http://[::1]:8585", "http://localhost:65535",
	} {
		assert.Empty(t, schema.CheckURL(s, schema.ServiceBase), s)
	}
	for s, want := range map[string]string{
		"":                              "absolute https URL",
		"api.advance.ai":                "absolute https URL",
		"ftp://api.advance.ai":          "absolute https URL",
		"http://api.advance.ai":         "this machine",
		"http://localhost.example.com":  "this machine",
		"http://0.0.0.0:80":             "this machine",
		"http://128.0.0.1":              "this machine",
		"https://":                      "absolute https URL",
		"https:///path":                 "absolute https URL",
		"https://:443":                  "absolute https URL",
		"https:api.advance.ai":          "absolute https URL",
		"https://ho<st":                 "absolute https URL",
		"https://me:hunter2@host":       "user name",
		"https://me@host":               "user name",
		"https://me:hunter2@host:port/": "absolute https URL",
		"https://host/?a=b":             "query",
		"https://host/?":                "query",
		"https://host/#a":               "fragment",
		"https://host/#":                "fragment",
		"http://localhost:99999":        "port",
		"https://host:65536":            "port",
		"https://host:0":                "port",
		"https://host:":                 "port",
		"https://ho st":                 "blank",
		"https://host\\path":            "backslash",
		"https://host/%zz":              "absolute https URL",
		"https://host/\x7f":             "control character",
		"https://" + strings.Repeat("x", schema.URLMax): "longer than",
	} {
		why := schema.CheckURL(s, schema.ServiceBase)
		assert.Contains(t, why, want, s)
		assert.NotContains(t, why, "hunter2")
	}
}

func TestCheckURLByUse(t *testing.T) {
	uses := []schema.URLUse{schema.ImageLink, schema.RedirectTarget, schema.CallbackTarget, schema.ServiceBase, schema.StateAddress}
	for s, want := range map[string]string{ // a letter for each use that takes it
		"https://example.com":                "IRCBS",
		"http://example.com":                 "IRC S",
		"https://example.com/?a=b":           "IRC S",
		"https://example.com/#a":             " RC  ",
		"https://me:secret@example.com":      " RC S",
		"myapp://done":                       " R   ",
		"javascript://example.com/%0aa()":    "     ",
		"data:text/html,x":                   "     ",
		"https://example.com:99999":          "     ",
		"https://example.com:":               "     ",
		"https://example.com:/a":             "     ",
		"http://[::1]:/a":                    "     ",
		"https://example.com/a@b":            "IRC  ",
		"https://example.com/?a=b@c":         "IRC  ",
		"https://me:12/secret@example.com/":  "IRC  ",
		"https://me:s@cret@example.com/":     " RC S",
		"https://exa~mple.com":               "     ",
		"https://ex_ample.com":               "IRCBS",
		"//example.com":                      "     ",
		"https://example.com/a b":            "     ",
		"https://example.com/\u00a0":         "     ",
		"https://b\u00fccher.example/\u00e9": "IRCBS",
	} {
		got := ""
		for i, use := range uses {
			if schema.CheckURL(s, use) == "" {
				got += string("IRCBS"[i])
			} else {
				got += " "
			}
		}
		assert.Equal(t, want, got, s)
	}
}
