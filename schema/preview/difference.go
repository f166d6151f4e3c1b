package preview

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"livery/schema"
)

// Difference is a screen that looks different than before, in one language or in
// several that differ alike: the same fields change from the same to the same values,
// and what else the screen shows is the same but for texts that stay as they are. One
// brand colour in twelve languages is one difference for each screen that shows it.
type Difference struct {
	Screen        Screen
	Locales       []schema.Locale // that share it, by name
	Before, After schema.Document // of the language that is drawn
	Fields        []*schema.Field // that differ, in the order of the catalogue
}

// Locale is the language that is drawn for all: English, which most of those who review
// can read, or else the first by name.
func (d *Difference) Locale() schema.Locale { return d.After.Locale }

// Differences finds the screens that differ: those of most languages first, then in the
// order of a check. Sheets that have nothing to be compared with have none.
func Differences(sheets []Sheet) []Difference {
	places := make(map[string]int) // of a difference in the list, by what it is alike
	order := make(map[string]int)
	var list []Difference
	for i, screen := range Screens() {
		order[screen.Name] = i
		for j := range sheets {
			s := &sheets[j]
			before := s.before()
			if before == nil {
				continue
			}
			seen := slices.Concat(fieldsOf(screen, s.Document), fieldsOf(screen, *before))
			fields := s.changes(screen, seen)
			if len(fields) == 0 {
				continue
			}
			key := screen.Name + appearance(seen, *before, s.Document)
			place, known := places[key]
			if !known {
				place = len(list)
				places[key] = place
				list = append(list, Difference{Screen: screen, Before: *before, After: s.Document, Fields: fields})
			}
			d := &list[place]
			d.Locales = append(d.Locales, s.Document.Locale)
			if l := s.Document.Locale; l == schema.English || d.Locale() != schema.English && l < d.Locale() {
				d.Before, d.After = *before, s.Document
			}
		}
	}
	for i := range list {
		slices.Sort(list[i].Locales)
	}
	slices.SortStableFunc(list, func(x, y Difference) int {
		return cmp.Or(len(y.Locales)-len(x.Locales), order[x.Screen.Name]-order[y.Screen.Name], cmp.Compare(x.Locale(), y.Locale()))
	})
	return list
}

// CountDiffering says how many screens differ.
func CountDiffering(n int) string {
	switch n {
	case 0:
		return "No screen differs"
	case 1:
		return "1 screen differs"
	}
	return schema.Plural(n, "screen") + " differ"
}

// appearance tells two differences of a screen apart: what each of its fields was and
// is, without the texts that stay.
func appearance(seen []*schema.Field, before, after schema.Document) string {
	var b strings.Builder
	for _, f := range seen {
		was, is := before.Effective(f), after.Effective(f)
		if !f.HasWords() || !was.Equal(is) {
			fmt.Fprintf(&b, "\n%s %s %s", f.Path(), was.AppendJSON(nil), is.AppendJSON(nil))
		}
	}
	return b.String()
}

// before is what the document is compared with; nil for nothing.
func (s *Sheet) before() *schema.Document {
	if s.New {
		return &schema.Document{Locale: s.Document.Locale}
	}
	return s.Applied
}

// changes are the fields that are other than before, of those that a screen shows or has
// shown. The title, which is on all of them, counts on the first screen of a device
// only: else it would drown everything.
func (s *Sheet) changes(screen Screen, seen []*schema.Field) []*schema.Field {
	before := s.before()
	if before == nil {
		return nil
	}
	var list []*schema.Field
	for _, f := range seen {
		if (f.Page != "" || screen.first) && !before.Effective(f).Equal(s.Document.Effective(f)) {
			list = append(list, f)
		}
	}
	slices.SortFunc(list, func(x, y *schema.Field) int { return x.Number() - y.Number() })
	return slices.Compact(list)
}
