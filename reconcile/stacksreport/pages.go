package stacksreport

import (
	"fmt"
	"html"
	"net/url"
	"strings"

	"livery/reconcile/terminal"
	"livery/schema"
)

// IndexPage leads to the galleries of stacks.
const IndexPage = "index.html"

// Page is the gallery of one of many stacks.
type Page struct {
	Path    string // of the stack
	File    string // relative to the index, with slashes; "" if there is none
	Subject string // what it shows
	Fault   string // why there is none
}

// NewPage names the file of a gallery. No two stacks have the same, nor has one that of the
// index.
func NewPage(path, subject string) Page {
	file := path + ".html"
	if path == "." || file == IndexPage {
		file = "=" + strings.TrimPrefix(file, ".")
	}
	return Page{Path: path, File: file, Subject: subject}
}

// Index is a page that needs nothing beside it but the galleries that it leads to.
func Index(pages []Page) []byte {
	var b strings.Builder
	b.WriteString(`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<title>livery preview</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 48rem; margin: 2rem auto; padding: 0 1rem; color: #14202b; background: #ffffff; }
li { margin: .5rem 0; overflow-wrap: anywhere; }
.fault { color: #b42318; }
</style>
</head>
<body>
`)
	fmt.Fprintf(&b, "<h1>%s</h1>\n<ul>\n", schema.Plural(len(pages), "stack"))
	for _, p := range pages {
		name := html.EscapeString(terminal.Escape(p.Path, ""))
		if p.File == "" {
			fmt.Fprintf(&b, "<li>%s: <span class=\"fault\">%s</span></li>\n", name, html.EscapeString(terminal.Escape(p.Fault, "")))
			continue
		}
		link := (&url.URL{Path: "./" + p.File}).EscapedPath()
		fmt.Fprintf(&b, "<li><a href=\"%s\">%s</a>: %s</li>\n", html.EscapeString(link), name, html.EscapeString(terminal.Escape(p.Subject, "")))
	}
	b.WriteString("</ul>\n</body>\n</html>\n")
	return []byte(b.String())
}
