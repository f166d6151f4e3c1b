package preview

import (
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"livery/schema"
)

// Summary is what a change does, in the groups of a plan.
type Summary struct {
	New, Gone []schema.Locale // languages that come and go
	Changed   int             // languages that become others
	Same      int             // languages that stay as they are
	Groups    []Group
}

// Group is what changes alike in exactly these languages.
type Group struct {
	Locales []schema.Locale
	Changes []Change
}

// Change is a value that becomes another.
type Change struct {
	Path          string    // in the API's spelling
	Before, After string    // as people read it; "" for the API's default
	At            hcl.Range // where the value comes from; none where nothing is written
}

// html is the summary as the first thing in a gallery; it is empty without one.
func (s *Summary) html() string {
	var c HTMLWriter
	if s == nil {
		return ""
	}
	c.Raw("<h2>What changes</h2>\n")
	var parts []string
	count := func(n int, words string) {
		if n > 0 {
			parts = append(parts, schema.Plural(n, "language")+" "+words)
		}
	}
	count(s.Changed, "changed")
	count(len(s.New), "new")
	count(len(s.Gone), "gone")
	count(s.Same, "as before")
	c.Printf("<p>%s.</p>\n", strings.Join(parts, ", "))
	s.list(&c, "New", s.New)
	s.list(&c, "Gone", s.Gone)
	for i := range s.Groups {
		s.group(&c, &s.Groups[i])
	}
	return c.String()
}

// list names languages.
func (s *Summary) list(c *HTMLWriter, heading string, locales []schema.Locale) {
	if len(locales) == 0 {
		return
	}
	c.Printf("<h3>%s: ", heading)
	for i, l := range locales {
		if i > 0 {
			c.Raw(", ")
		}
		c.Printf(`<a href="#locale=%s">%s</a>`, string(l), l.Info().Name)
	}
	c.Raw("</h3>\n")
}

func (s *Summary) group(c *HTMLWriter, g *Group) {
	if n := len(g.Locales); n == s.Changed && n > 1 {
		c.Printf("<h3>In all %s</h3>\n", strconv.Itoa(n))
	} else {
		s.list(c, "In "+schema.Plural(n, "language"), g.Locales)
	}
	c.Raw("<ul>\n")
	for i := range g.Changes {
		change := &g.Changes[i]
		field := drawable(change.Path)
		if field == "" {
			c.Printf("<li>%s ", change.Path)
		} else {
			c.Printf(`<li><a href="#locale=%s&amp;screen=%s&amp;field=%s">%s</a> `, string(g.Locales[0]), ScreenOf(field), field, change.Path)
		}
		side(c, "del", change.Before)
		c.Raw(" → ")
		side(c, "ins", change.After)
		if at := schema.Place(change.At); at != "" {
			c.Printf(" <small>%s</small>", at)
		}
		c.Raw("</li>\n")
	}
	c.Raw("</ul>\n")
}

// side is a value before or after.
func side(c *HTMLWriter, tag, text string) {
	if digits := colourDigits(text); digits != "" {
		c.Printf(`<span class="swatch" style="background-color:%s"></span>`, digits)
	}
	if text == "" {
		text = "the API's default"
	}
	c.Raw("<" + tag + "><bdi>")
	c.Text(text)
	c.Raw("</bdi></" + tag + ">")
}
