package preview

import (
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"livery/schema"
)

// pageWriter writes the HTML of one screen. Each field that the screen shows gets an
// element of its own, nested in one another, so that each can be found by its path
// alone and its colour or text read from it.
type pageWriter struct {
	HTMLWriter
	page string // the catalogue's page that keys belong to
	doc  schema.Document
	was  *schema.Document // what to compare with; nil for nothing
	info schema.LocaleInfo
	how  Drawing
	on   []Contrast      // what texts stand on
	bare bool            // leaves out what only programs read
	seen []*schema.Field // that the screen shows, in order
}

func newPageWriter(s Screen, d schema.Document, was *schema.Document, how Drawing) *pageWriter {
	return &pageWriter{page: s.Page, doc: d, was: was, info: d.Locale.Info(), how: how}
}

// box is an element that no field drives.
func (p *pageWriter) box(tag, class string, body func()) {
	p.Raw("<" + tag)
	p.Attr("class", class)
	p.Raw(">")
	body()
	p.Raw("</" + tag + ">")
}

// rootTitle is the title of the whole document, which every screen shows; many
// pages have a titleText of their own beside it.
const rootTitle = "/titleText"

// field finds a field of the page, or of the document's root if the key begins
// with a slash.
func (p *pageWriter) field(key string) *schema.Field {
	name, root := strings.CutPrefix(key, "/")
	if !root {
		name = p.page + "." + key
	}
	f := schema.FieldByPath(name)
	if f == nil {
		panic("preview: no field " + name)
	}
	return f
}

// part is the element of a field.
type part struct {
	tag, class string
	style      string
	attrs      func()
}

// driven writes the element of a field around body.
func (p *pageWriter) driven(f *schema.Field, e part, body func()) {
	p.seen = append(p.seen, f)
	p.Raw("<" + e.tag)
	p.Attr("class", e.class)
	if !p.bare {
		p.Attr("data-field", f.Path())
	}
	p.Attr("style", e.style)
	if !p.bare {
		p.origin(f)
	}
	if e.attrs != nil {
		e.attrs()
	}
	p.Raw(">")
	body()
	p.Raw("</" + e.tag + ">")
}

// origin notes where a value was written, and what was there before if that was
// another: nothing for the API's default.
func (p *pageWriter) origin(f *schema.Field) {
	p.place(p.doc.At(f))
	if i := slices.IndexFunc(p.on, func(c Contrast) bool { return c.Text == f }); i >= 0 {
		p.Attr("data-contrast", strconv.FormatFloat(p.on[i].Ratio, 'f', 2, 64))
		p.Attr("data-on", p.on[i].Background.Path())
		p.Raw(string(flag(p.on[i].Low, " data-low")))
	}
	if p.was == nil || p.was.Effective(f).Equal(p.doc.Effective(f)) {
		return
	}
	p.Raw(" data-changed")
	if before := p.was.Effective(f); before.Declared() {
		p.Raw(`="`)
		p.Text(Shown(before))
		p.Raw(`"`)
	}
}

// place notes where a value was written, and the way from there to the words or digits,
// each step on a line: its name and its place.
func (p *pageWriter) place(v schema.Value) {
	p.Attr("data-at", schema.Place(v.Range()))
	o := v.Origin()
	if o == nil {
		return
	}
	steps := make([]string, 0, len(o.Chain))
	for _, step := range o.Chain {
		if step.Range.Filename != "" {
			steps = append(steps, step.Path+"\t"+schema.Place(step.Range))
		} else {
			steps = append(steps, step.Path)
		}
	}
	p.Attr("data-from", strings.Join(steps, "\n"))
	p.Raw(string(flag(o.Derived, " data-computed")))
}

// Shown is a declared value as people read it.
func Shown(v schema.Value) string {
	switch v.Kind() {
	case schema.Tips:
		texts := make([]string, 0, len(v.Tips()))
		for _, t := range v.Tips() {
			texts = append(texts, t.Text.Text())
		}
		return strings.Join(texts, " / ")
	case schema.Bool:
		return v.String()
	}
	return v.Text()
}

// coloured draws body in the colour of a field: its text, its background or its
// border, as property says.
func (p *pageWriter) coloured(tag, class, property, key string, body func()) {
	f := p.field(key)
	p.driven(f, part{tag: tag, class: class, style: p.style(property, f)}, body)
}

// style is a declaration with the colour of a field; "" for one that has none.
func (p *pageWriter) style(property string, f *schema.Field) string {
	if c := cssColour(p.doc.At(f)); c != "" {
		return property + ":" + c
	}
	return ""
}

// cssColour is a declared colour in the form that CSS takes.
func cssColour(v schema.Value) string {
	if v.Kind() != schema.Colour || !v.Declared() {
		return ""
	}
	return colourDigits(v.Text())
}

// colourDigits is a text that CSS takes for a colour; "" for any other. It is judged
// again: nothing else may reach a style.
func colourDigits(s string) string {
	if len(s) != 7 && len(s) != 9 || s[0] != '#' || strings.Trim(s[1:], "0123456789abcdef") != "" {
		return ""
	}
	return s
}

// words draws the text of a field: what is declared, else the documented default,
// else a word of ours that stands in, since no default is documented.
func (p *pageWriter) words(key, standIn string) {
	f := p.field(key)
	v := p.doc.At(f)
	e := part{tag: "span", class: "t"}
	text := v.Text()
	if !v.Declared() {
		text = f.Default
		e.class = "t dflt"
		if text == "" {
			text, e.class = standIn, "t standin"
		}
		e.attrs = p.english // both are
	}
	p.driven(f, e, func() { p.filled(text) })
}

// english marks an element as English where the screen is in another language.
func (p *pageWriter) english() {
	if p.info.Value != schema.English {
		p.Raw(` lang="en" dir="ltr"`)
	}
}

// standIn writes words of ours that belong to no field.
func (p *pageWriter) standIn(words string) {
	p.Raw(`<span class="t standin"`)
	p.english()
	p.Raw(">")
	p.Text(words)
	p.Raw("</span>")
}

// filled writes a text with its placeholder filled in.
func (p *pageWriter) filled(text string) {
	before, after, found := strings.Cut(text, "{second}")
	p.Text(before)
	if found {
		p.Raw(`<span data-second>5</span>`)
		p.filled(after)
	}
}

// label is a text in its colour.
func (p *pageWriter) label(class, textKey, colourKey, standIn string) {
	p.box("p", class, func() {
		p.tinted(colourKey, func() { p.words(textKey, standIn) })
	})
}

// tinted draws body in a text colour; without a key in that of what is around.
func (p *pageWriter) tinted(colourKey string, body func()) {
	if colourKey == "" {
		body()
		return
	}
	p.coloured("span", "", "color", colourKey, body)
}

// link is a declared picture's address if a browser may be sent there.
func link(v schema.Value) string {
	if v.Kind() != schema.ImageURL || !v.Declared() {
		return ""
	}
	u, err := url.Parse(v.Text())
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		return ""
	}
	return u.String()
}

// picture draws an icon or a background; glyph is what stands there when nothing
// is declared, "" for nothing.
func (p *pageWriter) picture(class, key, glyph string) {
	f := p.field(key)
	to := link(p.doc.At(f))
	switch {
	case to != "":
	case glyph != "":
		class += " g-" + glyph
	default:
		class += " none"
	}
	p.driven(f, part{tag: "span", class: class}, func() { p.image(to) })
}

func (p *pageWriter) image(to string) {
	switch {
	case to == "":
	case p.how.Images && strings.HasPrefix(to, "https:"):
		p.Raw("<img")
		p.Attr("src", to)
		p.Raw(` alt="" referrerpolicy="no-referrer" loading="lazy">`)
	default:
		p.Raw(`<span class="ph" dir="ltr"`)
		p.Attr("title", to)
		p.Raw(">")
		p.Text(pictureName(to))
		p.Raw("</span>")
	}
}

// pictureName is what tells one picture from another.
func pictureName(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.Path == "" || u.Path == "/" {
		return to
	}
	return path.Base(u.Path)
}

// button is a button; keys that the page does not have are "".
type button struct {
	text, colour, background, picture string
	standIn                           string
	do                                string // what pressing it does
}

func (p *pageWriter) button(b button) {
	tag := "span"
	if p.how.Pressable {
		tag = "button"
	}
	inside := func() {
		if b.picture != "" {
			p.picture("pic", b.picture, "")
		}
		p.tinted(b.colour, func() { p.words(b.text, b.standIn) })
	}
	f := p.field(b.background)
	p.driven(f, part{tag: tag, class: "btn " + b.do, style: p.style("background-color", f), attrs: func() {
		if p.how.Pressable {
			p.Raw(` type="button"`)
			p.Attr("data-do", b.do)
		}
	}}, inside)
}

// surface is a page's background, by colour and picture, with body on it. Where the
// catalogue has no field for it nobody knows what it looks like: it is hatched, and says
// so, for no colour to be judged by what stands behind it here.
func (p *pageWriter) surface(class, colourKey, pictureKey string, body func()) {
	inside := func() {
		if colourKey == "" && !p.how.Plain {
			p.Raw(`<span class="ours" lang="en" dir="ltr">background not documented</span>`)
		}
		if pictureKey != "" {
			p.picture("pic", pictureKey, "")
		}
		p.box("div", "body", body)
	}
	if colourKey == "" {
		p.box("div", "page unknown "+class, inside)
		return
	}
	p.coloured("div", "page "+class, "background-color", colourKey, inside)
}

// when draws what a switch decides about.
func (p *pageWriter) when(key string, body func(on bool)) {
	f := p.field(key)
	p.driven(f, part{tag: "div", class: "when"}, func() { body(p.doc.Effective(f).Flag()) })
}

// tips draws the list of tips; stand-ins where none is declared.
func (p *pageWriter) tips(key string, standIns ...string) {
	f := p.field(key)
	v := p.doc.At(f)
	p.driven(f, part{tag: "div", class: "tips"}, func() {
		if !v.Declared() {
			for _, word := range standIns {
				p.box("div", "tip", func() {
					p.box("span", "icon g-tip", func() {})
					p.standIn(word)
				})
			}
			return
		}
		for _, tip := range v.Tips() {
			p.box("div", "tip", func() { p.tip(f, tip) })
		}
	})
}

func (p *pageWriter) tip(f *schema.Field, tip schema.Tip) {
	for i := range f.Items {
		item := &f.Items[i]
		if item.Kind == schema.ImageURL {
			p.tipPart(item, tip.Icon, "icon", func(to string) { p.image(to) })
		} else {
			p.tipPart(item, tip.Text, "t", func(string) { p.Text(tip.Text.Text()) })
		}
	}
}

func (p *pageWriter) tipPart(item *schema.Field, v schema.Value, class string, body func(link string)) {
	to := link(v)
	if item.Kind == schema.ImageURL && to == "" {
		class += " g-tip"
	}
	p.Raw("<span")
	p.Attr("class", class)
	if !p.bare {
		p.Attr("data-field", item.Path())
		p.place(v)
	}
	p.Raw(">")
	body(to)
	p.Raw("</span>")
}
