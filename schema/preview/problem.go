package preview

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"livery/schema"
	"livery/schema/rule"
)

// Problem is something that somebody should look at.
type Problem struct {
	Level  rule.Level
	Rule   rule.ID
	Locale schema.Locale // "" where it belongs to no language, or to several
	Shared int           // the number of languages, where there are several
	Block  string        // that it stands in and that is no language's, such as theme "base"; "" for none
	Path   string        // the field; "" where there is none
	At     string        // file and line; "" where nothing is written
	Text   string
	Fault  bool // a fault of the files, rather than of how they look
}

func (p Problem) where() string {
	languages := string(p.Locale)
	if p.Shared > 0 {
		languages = schema.Plural(p.Shared, "language")
	}
	return strings.Join(slices.DeleteFunc([]string{p.Block, languages, p.At}, func(s string) bool { return s == "" }), " · ")
}

// html is the problem in a list, with the way to where it is seen.
func (p Problem) html() string {
	var target []string
	if p.Locale != "" {
		target = append(target, "locale="+string(p.Locale))
	}
	if p.Path != "" {
		target = append(target, "screen="+ScreenOf(p.Path), "field="+p.Path)
	}
	var c HTMLWriter
	c.Printf(`<li class="%s"><a href="#%s"><b>%s</b> <span>%s</span> <i>%s</i></a></li>`+"\n", string(p.Level), strings.Join(target, "&"), string(p.Rule), p.Text, p.where())
	return c.String()
}

// Problems turns findings into problems in a gallery. Notices are left to lint.
func Problems(diags hcl.Diagnostics) []Problem {
	list := make([]Problem, 0, len(diags))
	for _, d := range diags {
		level := schema.LevelOf(d)
		if level == rule.Notice {
			continue
		}
		finding := schema.FindingOf(d)
		row, _ := rule.ByID(finding.Rule)
		p := Problem{Level: level, Rule: finding.Rule, Path: drawable(finding.Path), Text: d.Summary + ": " + d.Detail, Fault: row.Phase == rule.Loading}
		if !strings.HasPrefix(finding.Block, string(schema.LocaleAddress)+" ") {
			p.Block = finding.Block
		}
		if a := finding.Address(); len(finding.Addresses) > 1 {
			p.Shared = len(finding.Addresses)
		} else if a.Kind == schema.LocaleAddress {
			p.Locale = schema.Locale(a.Name)
		}
		if finding.Rule == rule.Missing {
			p.Text = d.Detail // the rule's name beside it is summary enough
		}
		if d.Subject != nil {
			p.At = schema.Place(*d.Subject)
		}
		list = append(list, p)
	}
	return list
}

// drawable is the path of the catalogue's field that a finding is about: one about
// a single tip names its place in the list.
func drawable(path string) string {
	path, _, _ = strings.Cut(path, "[")
	if schema.FieldByPath(path) == nil {
		return ""
	}
	return path
}
