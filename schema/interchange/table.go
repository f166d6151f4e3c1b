package interchange

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"livery/schema"
	"livery/schema/texts"
)

// firstColumns are those before the columns of the languages, where there is one translation.
var firstColumns = []string{"id", "page", "field", "limit", "state", "note"}

// before are the columns before those of the languages: a limit and a state for each of them.
func (s *Sheet) before() []string {
	if len(s.Languages) == 1 {
		return slices.Clone(firstColumns)
	}
	columns := slices.Clone(firstColumns[:3])
	for _, in := range s.Languages {
		columns = append(columns, "limit_"+string(in.Locale), "state_"+string(in.Locale))
	}
	return append(columns, "note")
}

// row is a text of a sheet with its translations, by the number of the language.
type row struct {
	path  string
	units []*texts.Unit // nil for a language that it is not sent to
}

// first is a unit of the row.
func (r *row) first() *texts.Unit {
	return r.units[slices.IndexFunc(r.units, func(u *texts.Unit) bool { return u != nil })]
}

// rows are the texts of all languages of a sheet, in the order of the catalogue.
func (s *Sheet) rows() []*row {
	byPath := make(map[string]*row)
	var rows []*row
	for i, in := range s.Languages {
		for _, u := range in.Units {
			r := byPath[u.Path]
			if r == nil {
				r = &row{u.Path, make([]*texts.Unit, len(s.Languages))}
				byPath[u.Path] = r
				rows = append(rows, r)
			}
			r.units[i] = u
		}
	}
	slices.SortFunc(rows, func(a, b *row) int { return texts.ComparePaths(a.path, b.path) })
	return rows
}

func (s *Sheet) header() []string {
	cells := append(s.before(), string(s.Source))
	for _, in := range s.Languages {
		cells = append(cells, string(in.Locale))
	}
	return cells
}

func (s *Sheet) cells(r *row) []string {
	u := r.first()
	page, field, ok := strings.Cut(r.path, ".")
	if !ok {
		page, field = "", r.path
	}
	cells := []string{r.path, page, field}
	for i, u := range r.units {
		if u == nil {
			cells = append(cells, "", "")
			continue
		}
		cells = append(cells, strconv.Itoa(u.Field.MaxLength(s.Languages[i].Locale)), string(u.State))
	}
	cells = append(cells, u.Hint, u.Source.Text())
	for _, u := range r.units {
		if u == nil {
			cells = append(cells, "")
			continue
		}
		cells = append(cells, words(u))
	}
	return cells
}

// tableReader makes translations of the rows of a table.
type tableReader struct {
	name  string
	id    int // columns
	from  int // -1 if there is none
	list  []Translation
	at    []int // the column of each of the list
	state []int // the column of what is said of each, -1 if there is none
	count int
}

// begin reads the header; it says what is wrong with it, as a sentence.
func (t *tableReader) begin(header []string, source schema.Locale) string {
	t.id, t.from = -1, -1
	var locales []schema.Locale
	for i, cell := range header {
		cell = strings.TrimSpace(cell)
		if strings.EqualFold(cell, "id") && t.id < 0 { // a second one is Indonesian
			t.id = i
			continue
		}
		if i != t.id && slices.Contains(firstColumns[1:], strings.ToLower(cell)) {
			continue
		}
		locale, ok := LocaleOf(cell)
		if !ok {
			continue // whatever it is, nobody here knows it
		}
		if slices.Contains(locales, locale) {
			return fmt.Sprintf("The column %s is there twice.", locale)
		}
		locales = append(locales, locale)
		if locale == source {
			t.from = i
			continue
		}
		t.list, t.at = append(t.list, Translation{Locale: locale}), append(t.at, i)
	}
	for _, in := range t.list {
		t.state = append(t.state, slices.IndexFunc(header, func(cell string) bool {
			name, of, several := strings.Cut(strings.ToLower(strings.TrimSpace(cell)), "_")
			locale, _ := LocaleOf(of)
			return name == "state" && (several && locale == in.Locale || !several && len(t.list) == 1)
		}))
	}
	if t.id < 0 {
		return "Its first row has no column id: it is to be like id,page,field,limit,state,note,en_US,th_TH."
	}
	return ""
}

// row reads a row; false if there are too many.
func (t *tableReader) row(cells []string, at hcl.Range) bool {
	cell := func(i int) string {
		if i < 0 || i >= len(cells) {
			return ""
		}
		return normal(cells[i])
	}
	id := strings.TrimSpace(cell(t.id))
	if id == "" {
		return true
	}
	for i := range t.list {
		t.count++
		t.list[i].Texts = append(t.list[i].Texts, Translated{
			ID: id, Source: cell(t.from), HasSource: t.from >= 0, Words: cell(t.at[i]), Said: saidBy(cell(t.state[i])), Range: at,
		})
	}
	return t.count <= maxUnits
}
