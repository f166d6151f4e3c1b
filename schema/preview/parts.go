package preview

import (
	"encoding/hex"
	"hash/fnv"
	"maps"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"livery/schema"
)

// Parts are a gallery as it is drawn, piece by piece: a page is put together of them, and
// a page that is open takes those that have become others.
type Parts struct {
	gallery                *Gallery
	title, index, findings Part
	summary                Part
	sheets                 []sheetParts

	faults   Part   // what is wrong with the files, of the findings
	problems []Part // the others of the findings
}

// Part is a piece of HTML.
type Part struct {
	// ID is the language and the screen, such as th_TH.phone-tips; the language alone for
	// a sheet without its screens.
	ID   string `json:"id"`
	HTML string `json:"html"`
	Hash string `json:"hash"` // tells it from what it was before
}

func newPart(id, html string) Part { return Part{ID: id, HTML: html, Hash: fingerprint(html)} }

// sheetParts is a sheet as HTML.
type sheetParts struct {
	of      Sheet
	frame   Part // the sheet without its screens
	screens []screenPart
	changed []string // names of the screens that differ from what was applied
}

// screenPart is a screen as HTML.
type screenPart struct {
	Part
	seen    []*schema.Field // that it shows, or has shown
	changed bool            // it differs from what was applied
}

// Hashes tell what a page shows: the hash of each part by its name.
type Hashes map[string]string

// Update is what has become another since a page was drawn, as it is sent to that page.
type Update struct {
	Revision string `json:"revision"` // that the page shows then
	Title    string `json:"title,omitempty"`
	Index    string `json:"index,omitempty"`
	Findings string `json:"findings,omitempty"`
	// Problems is instead of long findings the list of problems as pieces of the one that
	// the page shows, each its first place there and its length, and of new HTML.
	Problems []any  `json:"problems,omitempty"`
	Summary  string `json:"summary,omitempty"`
	TooLong  string `json:"tooLong,omitempty"` // the level of the rule
	// Order holds the frames of all sheets in their order, where one is new, gone,
	// elsewhere or has another heading.
	Order   []Part `json:"order,omitempty"`
	Screens []Part `json:"screens"`
}

// Parts draws a gallery. Screens whose fields are the same in an earlier drawing, which may
// be nil, are taken from there; sheets are drawn side by side, since each knows of no other.
func (g *Gallery) Parts(earlier *Parts) *Parts {
	p := &Parts{gallery: g, sheets: make([]sheetParts, len(g.Sheets))}
	drawn := make(map[schema.Locale]*sheetParts)
	if earlier != nil && earlier.gallery.Images == g.Images {
		for i := range earlier.sheets {
			drawn[earlier.sheets[i].of.Document.Locale] = &earlier.sheets[i]
		}
	}
	compared := slices.ContainsFunc(g.Sheets, func(s Sheet) bool { return s.Applied != nil })
	var all errgroup.Group
	all.SetLimit(4)
	for i := range p.sheets {
		s := g.Sheets[i]
		s.New = s.New && compared // where all are new, none is newer than the others
		before, other := drawn[s.Document.Locale], map[*schema.Field]bool(nil)
		if before != nil && before.of.isAlike(&s) {
			other = before.of.differing(&s)
			if len(other) == 0 && before.of.Note == s.Note {
				p.sheets[i] = *before
				continue
			}
		} else {
			before = nil
		}
		all.Go(func() error {
			p.sheets[i] = s.draw(Drawing{Images: g.Images}, before, other)
			return nil
		})
	}
	_ = all.Wait() // drawing does not fail
	p.title = newPart("title", g.heading())
	p.index = newPart("index", g.navigation(p.sheets))
	p.summary = newPart("summary", g.Summary.html())
	if g.Unjudged && earlier != nil {
		p.findings, p.faults, p.problems = earlier.findings, earlier.faults, earlier.problems
		return p
	}
	return p.Judged(g)
}

// Judged are the same pictures beside the problems of a gallery that draws no others.
func (p *Parts) Judged(g *Gallery) *Parts {
	q := *p
	faults, problems := g.findings()
	q.gallery, q.findings, q.faults, q.problems = g, newPart("findings", wrong(faults, problems)), newPart(FaultsID, faults), problems
	return &q
}

// IsFaulty reports whether the pictures are not those of the files as they are, which the
// page says.
func (p *Parts) IsFaulty() bool { return p.gallery.Broken != "" || p.gallery.Unread != "" }

// Hashes are those of all parts.
func (p *Parts) Hashes() Hashes {
	h := Hashes{"tooLong": string(p.gallery.TooLong)}
	for _, one := range []Part{p.title, p.index, p.findings, p.faults, p.summary} {
		h[one.ID] = one.Hash
	}
	var list strings.Builder
	for i := range p.problems {
		list.WriteString(p.problems[i].Hash)
	}
	h[problemsID] = list.String()
	order := ""
	for i := range p.sheets {
		order += p.sheets[i].frame.Hash
		for _, screen := range p.sheets[i].screens {
			h[screen.ID] = screen.Hash
		}
	}
	h["order"] = order
	return h
}

// Same reports whether both show the same.
func (h Hashes) Same(o Hashes) bool { return maps.Equal(h, o) }

// Since is what a page takes that shows what the hashes say; everything for nil.
func (p *Parts) Since(earlier Hashes) *Update {
	now, u := p.Hashes(), &Update{Screens: []Part{}}
	other := func(id string) bool { return earlier == nil || now[id] != earlier[id] }
	for to, part := range map[*string]Part{&u.Title: p.title, &u.Index: p.index, &u.Findings: p.findings, &u.Summary: p.summary} {
		if other(part.ID) {
			*to = part.HTML
		}
	}
	if len(u.Findings) > longFindings && !other(FaultsID) {
		u.Findings, u.Problems = "", pieces(earlier[problemsID], p.problems)
	}
	if other("tooLong") {
		u.TooLong = string(p.gallery.TooLong)
	}
	for i := range p.sheets {
		s := &p.sheets[i]
		if other("order") {
			u.Order = append(u.Order, s.frame)
		}
		for _, screen := range s.screens {
			if other(screen.ID) {
				u.Screens = append(u.Screens, screen.Part)
			}
		}
	}
	if len(p.sheets) == 0 && other("order") {
		u.Order = []Part{newPart("", nothingDeclared)}
	}
	return u
}

// FaultsID names the hash of what is wrong with the files: for a page of which it is not
// known, findings are sent whole.
const FaultsID = "faults"

const problemsID = "problems"

// longFindings is the number of bytes from which on findings are not sent whole.
const longFindings = 16 << 10

// pieces put a list together from one of which the hashes are known.
func pieces(earlier string, now []Part) []any {
	places := make(map[string][]int)
	for i := range len(earlier) / hashLength {
		hash := earlier[i*hashLength : (i+1)*hashLength]
		places[hash] = append(places[hash], i)
	}
	list := []any{}
	var run *[2]int // the last piece, if it is an earlier one
	for i := range now {
		at := places[now[i].Hash]
		switch {
		case len(at) == 0:
			run, list = nil, append(list, now[i].HTML)
			continue
		case run != nil && run[0]+run[1] == at[0]:
			run[1]++
		default:
			run = &[2]int{at[0], 1}
			list = append(list, run)
		}
		places[now[i].Hash] = at[1:]
	}
	return list
}

// fingerprint tells a part that was drawn anew from one that stayed as it was.
func fingerprint(s string) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(s)) // never fails
	return hex.EncodeToString(h.Sum(nil))
}

// hashLength is that of a fingerprint.
const hashLength = 16

// isAlike reports whether two sheets are compared with the same kind of thing, so that they
// look otherwise only where a field does.
func (s *Sheet) isAlike(o *Sheet) bool {
	return s.New == o.New && (s.Applied == nil) == (o.Applied == nil)
}

// differing are the fields that would be drawn otherwise: their values are not equal, were
// written elsewhere, or are read on something else.
func (s *Sheet) differing(o *Sheet) map[*schema.Field]bool {
	other := make(map[*schema.Field]bool)
	for _, f := range schema.Fields() {
		if !sameValue(s.Document.At(f), o.Document.At(f)) || s.Applied != nil && !s.Applied.At(f).Equal(o.Applied.At(f)) {
			other[f] = true
		}
	}
	for _, pair := range [][2][]Contrast{{s.Contrasts, o.Contrasts}, {o.Contrasts, s.Contrasts}} {
		for _, c := range pair[0] {
			if !slices.Contains(pair[1], c) {
				other[c.Text] = true
			}
		}
	}
	return other
}

func sameValue(a, b schema.Value) bool {
	return a.Equal(b) && samePlace(a, b) && slices.EqualFunc(a.Tips(), b.Tips(), func(x, y schema.Tip) bool {
		return samePlace(x.Icon, y.Icon) && samePlace(x.Text, y.Text)
	})
}

// samePlace reports whether two values were written at the same places.
func samePlace(a, b schema.Value) bool {
	x, y := a.Origin(), b.Origin()
	return schema.Place(a.Range()) == schema.Place(b.Range()) && (x == y || x != nil && y != nil && x.Derived == y.Derived && slices.Equal(x.Chain, y.Chain))
}
