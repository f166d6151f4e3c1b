package simulator

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"livery/schema"
	"livery/schema/preview"
)

// What the page of a session needs beside itself.
var (
	//go:embed assets/session.js
	sessionScript string
	//go:embed assets/session.css
	sessionLayout string
)

// sessionStyles are the looks of the screens, and how one of them fills a window.
func sessionStyles() string { return preview.Styles() + sessionLayout }

// handOverMark is what the address has that people open on another device.
const handOverMark = "handover"

// sessionView is what the page of a session shows.
type sessionView struct {
	ID         string
	Language   schema.LocaleInfo
	Body       map[string]any // the document as it was taken; nil for the default
	Plain      string         // why the page has the default look; "" where it has its own
	Scheme     string         // light or dark
	Tries      int            // how often a user may fail; 0 where nobody has said
	Ending     ending
	Link       string // the same page, for another device
	HandedOver bool   // this is that other device
}

// html is the page: every screen that its user may come to, of which the script
// shows one, and the strip in which is chosen what a camera would see.
func (v sessionView) html() []byte {
	row, look := v.Language, v.document()
	field := schema.FieldByPath("titleText")
	title := cmp.Or(look.At(field).Text(), field.Default)
	var m preview.HTMLWriter
	m.Printf("<!doctype html>\n<html lang=\"%s\"", row.BCP47)
	if row.RTL {
		m.Attr("dir", "rtl")
	}
	m.Printf(">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"%s\">\n", v.Scheme)
	m.Printf("<title>%s</title>\n<link rel=\"icon\" href=\"data:,\">\n<link rel=\"stylesheet\" href=\"session.css\">\n</head>\n", title)
	m.Printf(`<body data-tries="%d"`, cmp.Or(max(v.Tries, 0), triesOffered))
	m.Attr("data-link", v.Link)
	m.Attr("data-outcome", string(v.Ending.Outcome))
	m.Attr("data-next", v.Ending.Next)
	m.Attr("data-info", v.Ending.Info)
	if v.HandedOver {
		m.Printf(" data-handover")
	}
	m.Printf(">\n<main>\n<h1>%s</h1>\n", title)
	v.screens(&m, look)
	m.Printf("</main>\n")
	v.controls(&m)
	m.Printf("<script src=\"session.js\"></script>\n</body>\n</html>\n")
	return []byte(m.String())
}

// document is the document as it is drawn. Of what was taken, or edited into the data
// file, only values that schema holds to be right become part of it.
func (v sessionView) document() schema.Document {
	body := maps.Clone(v.Body)
	delete(body, "locale")
	var d schema.Document
	if json.Unmarshal(must(json.Marshal(body)), &d) != nil {
		d = schema.Document{} // it cannot be read, so it says nothing
	}
	d.Locale = v.Language.Value
	return d
}

// screens draws all that can be reached. What the tips are where no document has
// any is not known; such a page begins with loading.
func (v sessionView) screens(m *preview.HTMLWriter, look schema.Document) {
	how := preview.Drawing{Pressable: true, Plain: true, Link: v.Link}
	for _, s := range preview.Screens() {
		if strings.HasSuffix(s.Name, "-tips") && !declares(look, s.Page) {
			continue
		}
		m.Printf(`<section class="screen" id="%s" data-page="%s" data-device="%s" tabindex="-1" hidden>`, s.Name, s.Page, string(s.Device))
		m.Raw(s.HTML(look, how))
		m.Printf("</section>\n")
	}
}

// declares reports whether a document says anything of a page that is shown.
func declares(d schema.Document, page string) bool {
	p := schema.PageByKey(page)
	return slices.ContainsFunc(p.Fields, func(f schema.Field) bool { return d.At(&f).Declared() })
}

// controls draws the simulator's own part. Without a script its form is all that works.
func (v sessionView) controls(m *preview.HTMLWriter) {
	m.Printf("<aside id=\"simulator\" lang=\"en\" dir=\"ltr\" aria-label=\"Simulator\">\n<p><b>Simulator</b><span id=\"said\" role=\"status\">")
	switch e := v.Ending; {
	case e.Outcome == "":
		m.Printf("No camera is used here. How does the check end?</span></p>\n")
		m.Raw(outcomeForm)
		m.Printf("<div class=\"choices\" data-in=\"handover\" hidden><a href=\"%s\" target=\"_blank\" rel=\"noopener noreferrer\">Open the link here</a><button type=\"button\" data-do=\"here\">Back to this device</button></div>\n", v.Link)
		m.Raw(continueButton)
	case e.Next != "":
		m.Printf("This session has ended: %s.</span></p>\n<p><a href=\"%s\" rel=\"noreferrer\">Continue</a></p>\n", string(e.Outcome), e.Next)
	default:
		m.Printf("This session has ended: %s.</span></p>\n", string(e.Outcome))
		m.Raw(continueButton)
	}
	writeHints(m)
	m.Raw(deviceChoice)
	m.Printf("<p class=\"about\">Session %s, language %s</p></div>\n", v.ID, v.Language.BCP47)
	if v.Plain != "" {
		m.Printf("<p class=\"about\">%s</p>\n", v.Plain)
	}
	m.Raw("</aside>\n")
}

// writeHints chooses what the camera sees.
func writeHints(m *preview.HTMLWriter) {
	m.Printf("<label id=\"hints\" data-in=\"camera\" hidden>Hint <select>")
	for _, s := range preview.Screens() {
		if hint, found := strings.CutPrefix(s.Name, "phone-camera-"); found {
			m.Printf(`<option value="%s">%s</option>`, hint, strings.TrimPrefix(s.Title, "Camera, "))
		}
	}
	m.Printf("</select></label>\n")
}

const (
	// outcomeForm are what can be decided while a session is open.
	outcomeForm = `<form method="post" class="choices" data-in="camera judging">
<button name="outcome" value="pass">Pass</button>
<button name="outcome" value="fail">Fail</button>
<button name="outcome" value="attack">Attack</button>
<button name="outcome" value="timeout">Time out</button>
</form>
<div class="choices" data-in="camera judging" hidden><button type="button" data-do="error">Failure dialog</button></div>
<div class="choices" data-in="asking" hidden><button type="button" data-do="allow">Allow</button><button type="button" data-do="deny">Deny</button><button type="button" data-do="broken">Camera is broken</button>
<label><input type="checkbox" id="activated" checked>Hand-over is activated</label></div>
<div class="choices" data-in="timeout" hidden><button type="button" data-do="give-up">Give up</button></div>
`
	// continueButton leaves a time-out, which has no button for that, where there is no link.
	continueButton = `<div class="choices" data-in="over" hidden><button type="button" data-do="go">Continue</button></div>
`
	// deviceChoice choose whose pages a wide window shows.
	deviceChoice = `<div class="end"><fieldset><label><input type="radio" name="device" id="as-desktop" checked>Desktop</label><label><input type="radio" name="device" id="as-phone">Phone</label></fieldset>
`
)
