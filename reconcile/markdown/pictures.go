package markdown

import (
	"fmt"
	"net/url"
	"strings"

	"livery/schema"
	"livery/schema/preview"
)

// Pair is a screen before and after, in one language for all that differ alike.
type Pair struct {
	Screen        string   // as people call it
	Documents     []string // names of those that differ alike
	Fields        []string // paths
	Before, After string   // names of files
}

// Pairs are what a report shows of screens that differ.
type Pairs struct {
	List    []Pair
	LeftOut int    // that differ and have no pictures
	Against string // what they are compared with
	URL     string // where the files are, "" where nobody can fetch them
}

// sentence says how many screens differ.
func (p *Pairs) sentence() string {
	return fmt.Sprintf("**%s** from %s.", preview.CountDiffering(len(p.List)+p.LeftOut), Text(p.Against))
}

// pictures is a report of screens: as many rows, from the first on, as the limit allows.
func (r *Report) pictures(limit int) string {
	for shown := len(r.Pairs.List); shown >= 0; shown-- {
		if text := r.withPairs(shown); fits(text, limit) {
			return text
		}
	}
	return r.head("", "")
}

func (r *Report) withPairs(shown int) string {
	p := r.Pairs
	var left []string
	if n := len(p.List) - shown; n > 0 {
		left = append(left, fmt.Sprintf("Shortened to fit: %s not shown.%s", schema.Plural(n, "screen"), r.full()))
	}
	if p.LeftOut > 0 {
		left = append(left, fmt.Sprintf("Without pictures: %s more.", schema.Plural(p.LeftOut, "screen")))
	}
	blocks := []string{r.head(strings.Join(left, " "), "")}
	if shown > 0 {
		var b strings.Builder
		b.WriteString("| screen | language | before | after | fields |\n|---|---|---|---|---|\n")
		for i := range p.List[:shown] {
			p.row(&b, &p.List[i])
		}
		blocks = append(blocks, b.String())
	}
	return strings.Join(append(blocks, r.footer()), "\n")
}

func (p *Pairs) row(b *strings.Builder, pair *Pair) {
	fmt.Fprintf(b, "| %s | %s | %s | %s | %s |\n", Text(pair.Screen), some(pair.Documents, ", ", 12),
		p.image(pair.Screen+", before", pair.Before), p.image(pair.Screen+", after", pair.After), some(pair.Fields, "<br>", 6))
}

// some names the first of many, and how many there are.
func some(names []string, between string, most int) string {
	var shown []string
	for _, name := range names[:min(len(names), most)] {
		shown = append(shown, Text(name))
	}
	if len(names) > most {
		shown = append(shown, fmt.Sprintf("… %d in all", len(names)))
	}
	return strings.Join(shown, between)
}

// image shows a picture where it can be fetched, and names its file elsewhere.
func (p *Pairs) image(words, name string) string {
	if p.URL == "" {
		return Code(name)
	}
	return fmt.Sprintf("![%s](<%s>)", Text(words), linkTarget(strings.TrimSuffix(p.URL, "/")+"/"+url.PathEscape(name)))
}
