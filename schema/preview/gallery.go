package preview

import (
	"crypto/sha256"
	"encoding/base64"
	"html"
	"slices"
	"strconv"
	"strings"

	"livery/schema"
	"livery/schema/colour"
	"livery/schema/rule"
)

// Sheet is one language in a gallery.
type Sheet struct {
	Document schema.Document  // what it is to be
	Applied  *schema.Document // what there was before, such as what the service last confirmed; nil if nothing
	New      bool             // there was nothing before, for sure: it is compared with the API's default look
	Gone     bool             // it is not declared any more, and goes back to the default look
	Note     string           // a sentence about this language, "" for none

	Contrasts []Contrast // of its texts, as far as they are known
}

// Contrast is how well a text can be read on what it stands on.
type Contrast struct {
	Text, Background *schema.Field
	Ratio            float64 // from 1 to 21
	Low              bool    // less than the rule asks for
}

// Gallery is everything that is looked at together.
type Gallery struct {
	Title    string // whose look it is
	Subject  string // what is shown, such as "the files" or a plan's name
	Sheets   []Sheet
	Problems []Problem
	Unjudged bool       // what is wrong is not known yet: a page keeps saying what was wrong before
	Broken   string     // the files have errors: what the sheets show all the same; "" without errors
	Unread   string     // why nothing can be read any more: the sheets are the last that could be; "" if it can
	TooLong  rule.Level // of the rule that the browser measures; "" for the rule's own
	Images   bool       // pictures are fetched from their links
	Compare  bool       // what was applied is shown beside what is to be from the start

	Summary     *Summary // of a change that is looked at; nil for what is no change
	ChangedOnly bool     // only what differs is shown from the start, if something does
}

// Live is how a page that is served finds what it needs beside itself.
type Live struct {
	Styles, Script string // addresses
	Events         string // of the stream that tells when to look again
	Screens        string // of what has become another since a revision
	Editor         string // the address that opens a file, with {path} and {line}; "" for none
	Dir            string // the absolute path that names of files are relative to
	Revision       string // that the stream gives for this very page
}

// ContentPolicy is the Content-Security-Policy of a gallery that is served.
// Colours are written into style attributes, after they were judged; scripts are
// files alone.
func ContentPolicy(images bool) string {
	pictures := "img-src data:"
	if images {
		pictures += " https:"
	}
	return "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; connect-src 'self'; " +
		pictures + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}

// HTML is the gallery as one file that needs nothing beside it: the same gallery
// gives the same bytes.
func (g *Gallery) HTML() []byte {
	sum := sha256.Sum256([]byte(script()))
	policy := "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; img-src data:; base-uri 'none'; form-action 'none'"
	head := `<meta http-equiv="Content-Security-Policy" content="` + html.EscapeString(policy) + `">` + "\n<style>" + pageStyles + galleryStyles + "</style>\n"
	p := g.Parts(nil)
	return slices.Concat(p.opening(head, Live{}), p.closing("<script>"+script()+"</script>\n", p))
}

// Opening is the gallery as it is served, with its styles and its script in files, down to
// the last screen of the first language, which is more than fills a window. It is short, for
// a browser looks through all that it has got before it draws any of it.
func (p *Parts) Opening(l Live) []byte {
	return p.opening(`<link rel="stylesheet" href="`+html.EscapeString(l.Styles)+"\">\n", l)
}

// Closing is what comes after Opening, with what is wrong as another drawing says it, which
// may have been judged since.
func (p *Parts) Closing(l Live, judged *Parts) []byte {
	return p.closing(`<script src="`+html.EscapeString(l.Script)+"\"></script>\n", judged)
}

// Styles are what screens look like in their frames.
func Styles() string { return pageStyles }

// GalleryStyles are Styles and what stands around the screens.
func GalleryStyles() string { return pageStyles + galleryStyles }

// Script moves a gallery from screen to screen.
func Script() string { return script() }

func (p *Parts) opening(head string, l Live) []byte {
	g := p.gallery
	var c HTMLWriter
	c.Raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
	c.Raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n")
	c.Printf("<title>%s: preview</title>\n<link rel=\"icon\" href=\"data:,\">\n", g.Title)
	c.Raw(head)
	c.Raw("</head>\n<body")
	c.Attr("data-too-long", string(g.TooLong))
	if l.Events != "" {
		c.Printf(` data-events="%s" data-screens="%s" data-revision="%s"`, l.Events, l.Screens, l.Revision)
		c.Attr("data-editor", l.Editor)
		c.Attr("data-dir", l.Dir)
	}
	c.Raw(">\n")
	box, path := qrPath(SampleLink)
	c.Printf("<svg class=\"vh\" aria-hidden=\"true\"><symbol id=\"qr\" viewBox=\"%s\"><path d=\"%s\"/></symbol>", box, path)
	for _, kind := range colour.Deficiencies() {
		c.Printf(`<filter id="%s" color-interpolation-filters="linearRGB"><feColorMatrix values="%s"/></filter>`, string(kind), kind.FilterMatrix())
	}
	c.Raw("</svg>\n")
	p.header(&c)
	c.Raw("<div class=\"index\" id=\"index\">\n" + p.index.HTML + "</div>\n")
	c.Raw("<main id=\"sheets\" tabindex=\"-1\">\n<nav id=\"journey\" aria-label=\"Journey\" hidden><button type=\"button\">‹ Previous</button><span></span><button type=\"button\">Next ›</button></nav>\n")
	c.Raw("<section id=\"summary\" class=\"card\" aria-label=\"What changes\">" + p.summary.HTML + "</section>\n")
	c.sheets(p.sheets[:min(1, len(p.sheets))])
	return c.buf
}

func (p *Parts) closing(foot string, judged *Parts) []byte {
	var c HTMLWriter
	if len(p.sheets) == 0 {
		c.Raw(nothingDeclared)
	} else {
		c.sheets(p.sheets[1:])
	}
	c.Raw("</main>\n")
	judged.side(&c)
	c.Raw("<div id=\"room\" aria-hidden=\"true\"></div>\n" + foot)
	c.Raw("</body>\n</html>\n")
	return c.buf
}

// sheets writes sheets with their screens.
func (w *HTMLWriter) sheets(list []sheetParts) {
	for i := range list {
		before, after, _ := strings.Cut(list[i].frame.HTML, screensHere)
		w.Raw(before + screensHere)
		for _, screen := range list[i].screens {
			w.Raw(screen.HTML)
		}
		w.Raw(after)
	}
}

const (
	screensHere     = `<div class="screens">` // in the frame of a sheet
	nothingDeclared = "<p class=\"empty\">No language is declared here. A block such as <code>locale \"en\" {}</code> declares one; \"livery init\" writes a stack to begin with.</p>\n"
)

// draw draws a sheet: of an earlier one, which may be nil, it takes the screens that show no
// field that is another now.
func (s *Sheet) draw(how Drawing, earlier *sheetParts, other map[*schema.Field]bool) sheetParts {
	var c HTMLWriter
	info := s.Document.Locale.Info()
	loc := string(info.Value)
	_, isReal := schema.ParseLocale(loc)
	c.Printf("<article class=\"sheet\" data-locale=\"%s\" data-name=\"%s\"%s", loc, info.Name, flag(!isReal, " data-made"))
	c.Attr("data-short", info.Short)
	c.Printf(">\n<h2><a href=\"#locale=%s\">%s <small>%s</small></a>", loc, info.Name, loc)
	own(&c, info)
	c.Raw("</h2>\n")
	note := s.Note
	if s.New && note == "" {
		note = "New: nothing was here before."
	}
	c.Printf("<p class=\"about\">%s</p>\n", note)
	c.Raw(screensHere + "</div></article>\n")
	d := sheetParts{of: *s, frame: newPart(loc, c.String())}
	for i, screen := range Screens() {
		if earlier != nil && !slices.ContainsFunc(earlier.screens[i].seen, func(f *schema.Field) bool { return other[f] }) {
			d.screens = append(d.screens, earlier.screens[i])
		} else {
			d.screens = append(d.screens, s.screen(screen, how))
		}
		if d.screens[i].changed {
			d.changed = append(d.changed, screen.Name)
		}
	}
	return d
}

// screen is a section: a caption, the screen, and what it was before if that is
// another picture. The picture before lies in a template: it is no part of the
// page until somebody asks to see it.
func (s *Sheet) screen(screen Screen, how Drawing) screenPart {
	info := s.Document.Locale.Info()
	loc := string(info.Value)
	p := newPageWriter(screen, s.Document, s.Applied, how)
	p.on = s.Contrasts
	p.screen(screen)
	seen, before := p.seen, ""
	if s.Applied != nil {
		b := newPageWriter(screen, *s.Applied, nil, how)
		b.bare = true
		b.screen(screen)
		seen, before = slices.Concat(seen, b.seen), b.String()
	}
	changed := len(s.changes(screen, seen)) > 0
	if !changed {
		before = ""
	}
	var c HTMLWriter
	c.Printf(`<section class="screen" data-page="%s" data-screen="%s" data-locale="%s" data-device="%s" lang="%s" dir="%s"`,
		screen.Page, screen.Name, loc, string(screen.Device), info.BCP47, info.Direction())
	if changed {
		c.Raw(" data-changed")
	}
	c.Printf(`><h3 class="cap" lang="en" dir="ltr">%s</h3>`, screen.Title) // the script makes a link of it
	c.Raw(p.String())
	if before != "" {
		c.Raw("<template>" + before + "</template>")
	}
	c.Raw("</section>\n")
	return screenPart{newPart(loc+"."+screen.Name, c.String()), seen, changed}
}

// heading says whose look it is, and what is shown.
func (g *Gallery) heading() string {
	var c HTMLWriter
	c.Printf("<h1>%s <small>%s</small></h1>\n", g.Title, g.Subject)
	return c.String()
}

func (p *Parts) header(c *HTMLWriter) {
	c.Raw("<header class=\"top\">\n" + p.title.HTML)
	c.Raw(`<div class="find" role="search"><label class="vh" for="q">Find and filter: texts, fields, colours, files, languages</label><input type="search" id="q" placeholder="Find: text, field, file  /" autocomplete="off" spellcheck="false" role="combobox" aria-autocomplete="list" aria-controls="found" aria-expanded="false"><ul id="found" aria-label="Found" hidden></ul></div>
<fieldset class="seg" id="device"><legend class="vh">Device</legend><label><input type="radio" name="device" value="" checked><span>All</span></label><label><input type="radio" name="device" value="mobile"><span>Phone</span></label><label><input type="radio" name="device" value="pc"><span>Desktop</span></label></fieldset>
`)
	c.Printf("<label class=\"switch\"><input type=\"checkbox\" id=\"before\"%s><span>Before</span></label>\n", flag(p.gallery.Compare, " checked"))
	differs := slices.ContainsFunc(p.sheets, func(s sheetParts) bool { return len(s.changed) > 0 })
	c.Printf("<label class=\"switch\"><input type=\"checkbox\" id=\"only\"%s><span>Changed only</span></label>\n", flag(p.gallery.ChangedOnly && differs, " checked"))
	c.Raw(`<button type="button" aria-expanded="false" aria-controls="view">View</button>
<button type="button" id="keys" aria-expanded="false" aria-controls="help">Keys</button>
<button type="button" class="drawer" aria-expanded="false" aria-controls="index">Languages</button>
<button type="button" class="drawer" aria-expanded="false" aria-controls="side">Problems <span class="count"></span></button>
</header>
`)
	c.Raw(controls)
}

// controls are the panels that buttons at the top open.
const controls = `<section id="view" aria-label="View" hidden>
<label>Width <select id="width" autocomplete="off"><option value="320">320, desktop 1024</option><option value="360">360</option><option value="375" selected>375, desktop 1280</option><option value="390">390</option><option value="430">430, desktop 1440</option><option value="tablet">Tablet, 768 and 1024</option><option value="desktop">Desktop, 1920</option></select></label>
<label>Text at 200 % <input type="checkbox" id="large" autocomplete="off"></label>
<label>Before and after <select id="how" autocomplete="off"><option value="side" selected>side by side</option><option value="slider">with a slider</option><option value="blink">in turn</option></select></label>
<label>Colours as seen with <select id="vision" autocomplete="off"><option value="" selected>all cones</option><option value="protanopia">protanopia</option><option value="deuteranopia">deuteranopia</option><option value="tritanopia">tritanopia</option><option value="grey">no colours: grey</option></select></label>
<label>Contrast of texts <input type="checkbox" id="contrast" autocomplete="off"></label>
</section>
<section id="help" aria-label="Keys" hidden><dl><dt>← →</dt><dd>page before, page after</dd><dt>↑ ↓</dt><dd>language before, language after</dd><dt>Enter</dt><dd>the chosen screen alone</dd><dt>Esc</dt><dd>back, step by step, to everything</dd><dt>J</dt><dd>the journey: from the first page on, as people meet them</dd><dt>E</dt><dd>the elements of the chosen screen</dd><dt>L</dt><dd>this language, all pages</dd><dt>P</dt><dd>this page, all languages</dd><dt>B</dt><dd>before and after</dd><dt>V</dt><dd>turn over, where both are shown in turn</dd><dt>C</dt><dd>only what changes</dd><dt>K</dt><dd>contrast of texts</dd><dt>W</dt><dd>next width</dd><dt>N</dt><dd>next problem</dd><dt>/</dt><dd>find and filter</dd><dt>?</dt><dd>these keys</dd></dl><label><input type="checkbox" id="letters" checked autocomplete="off"> Single letters are shortcuts</label></section>
`

// navigation leads to languages and pages.
func (g *Gallery) navigation(list []sheetParts) string {
	var c HTMLWriter
	changed := make(map[string]bool)
	for _, d := range list {
		for _, name := range d.changed {
			changed[name] = true
		}
	}
	c.Raw("<nav aria-label=\"Languages\"><h2>Languages</h2><ul>\n<li><a href=\"#\" data-all>All languages</a></li>\n")
	for i := range g.Sheets {
		info := g.Sheets[i].Document.Locale.Info()
		c.Printf(`<li><a href="#locale=%s" data-locale="%s"%s>%s`, string(info.Value), string(info.Value), flag(len(list[i].changed) > 0, " data-changed"), info.Name)
		own(&c, info)
		c.Raw("</a></li>\n")
	}
	if len(g.Sheets) > 1 {
		c.Raw("<li><a href=\"#locale=longest\" data-locale=\"longest\">Longest texts</a></li>\n")
	}
	c.Raw("</ul></nav>\n<nav aria-label=\"Pages\"><h2>Pages</h2><ul>\n")
	for _, s := range Screens() {
		c.Printf(`<li><a href="#screen=%s" data-screen="%s"%s>%s</a></li>`+"\n", s.Name, s.Name, flag(changed[s.Name], " data-changed"), s.Label())
	}
	c.Raw("</ul></nav>\n")
	return c.String()
}

// own is a language's own name, for those who speak it.
func own(c *HTMLWriter, info schema.LocaleInfo) {
	if info.Own != "" {
		c.Printf(` <bdi lang="%s">%s</bdi>`, info.BCP47, info.Own)
	}
}

// attribute is written as it is.
type attribute []byte

func (a attribute) String() string { return string(a) }

func flag(on bool, text string) attribute {
	if on {
		return attribute(text)
	}
	return nil
}

func (p *Parts) side(c *HTMLWriter) {
	c.Raw("<aside class=\"side\" id=\"side\" aria-label=\"Details and problems\">\n")
	c.Raw("<div id=\"live\" role=\"status\" class=\"live\"></div>\n<section id=\"inspector\" class=\"card\"><h2>Element</h2><div id=\"detail\" aria-live=\"polite\"><p class=\"quiet\">Choose something in a screen: its field, value, file and line stand here.</p></div>\n<details hidden><summary></summary><ul id=\"elements\"></ul></details></section>\n")
	c.Raw("<div id=\"findings\">\n" + p.findings.HTML + "</div>\n")
	c.Raw("<p class=\"quiet reading\">This is livery's reading of the page: words and colours are those that are sent, sizes and places are not known. ")
	if p.gallery.Images {
		c.Raw("Pictures come from their links.")
	} else {
		c.Raw("Pictures are boxes with their names.")
	}
	c.Raw(" A dotted line is under words of the API's documented English default, a dashed one under words of ours where no default is documented.</p>\n</aside>\n")
}

// findings are what is wrong: with the files, and, one by one, with how they look.
func (g *Gallery) findings() (faults string, problems []Part) {
	var c HTMLWriter
	if g.Unread != "" {
		c.Printf("<section class=\"card broken\" role=\"alert\"><h2>Nothing can be read any more</h2><p>%s</p><p>What you see is the last picture; it is renewed when it can be.</p></section>\n", g.Unread)
	}
	if g.Broken != "" {
		c.Printf("<section class=\"card broken\" role=\"alert\"><h2>The files have errors</h2><p>%s</p>\n<ol class=\"problems\">\n", g.Broken)
	}
	for _, p := range g.Problems {
		if g.Broken != "" && p.Level == rule.Error && p.Fault {
			c.Raw(p.html())
		} else {
			problems = append(problems, newPart("", p.html()))
		}
	}
	if g.Broken != "" {
		c.Raw("</ol>\n</section>\n")
	}
	return c.String(), problems
}

// wrong is everything that is wrong.
func wrong(faults string, problems []Part) string {
	var c HTMLWriter
	c.Raw(faults)
	c.Printf("<section class=\"card\" id=\"problems\"><h2>Problems <span class=\"count\">%s</span></h2>\n<ol class=\"problems\">\n", strconv.Itoa(len(problems)))
	for i := range problems {
		c.Raw(problems[i].HTML)
	}
	c.Raw("</ol>\n<ol class=\"problems\" id=\"tight\"></ol>\n</section>\n")
	return c.String()
}
