package preview

import (
	"strings"

	"livery/schema"
)

// ContactSheet is a document with all pairs of before and after on one page, in a
// section of its own, for a picture to be taken of it. The subject says what differs
// from what.
func ContactSheet(subject string, list []Difference) string {
	var c HTMLWriter
	c.Raw("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>livery</title>" +
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">" +
		"<style>" + pageStyles + contactStyles + StillStyles + "</style></head><body>\n<section class=\"contact\">")
	c.Printf("<h1>What changed <small>%s</small></h1>\n<div class=\"rows\">\n", subject)
	for i := range list {
		list[i].row(&c)
	}
	c.Raw("</div></section></body></html>\n")
	return c.String()
}

// StillStyles hold what moves, for a picture to be the same each time.
const StillStyles = "*,::before,::after{animation:none!important;transition:none!important;caret-color:#0000!important}"

// row is one difference with its label.
func (d *Difference) row(c *HTMLWriter) {
	device := "Phone"
	if d.Screen.Device == schema.PC {
		device = "Desktop"
	}
	c.Printf(`<figure class="row %s"><figcaption><b>%s</b> <span class="who">%s · %s</span><ul>`, string(d.Screen.Device), d.Screen.Title, device, d.languages())
	const most = 5 // fields; a label is no list
	for i, f := range d.Fields {
		if i == most && len(d.Fields) > most+1 {
			c.Printf("<li><i>and %d more</i></li>", len(d.Fields)-most)
			break
		}
		c.Printf("<li><i>%s</i> ", f.Path())
		valueOf(c, d.Before.Effective(f))
		c.Raw(" → ")
		valueOf(c, d.After.Effective(f))
		c.Raw("</li>")
	}
	c.Raw(`</ul></figcaption><div class="sides">`)
	for _, side := range []struct {
		label    string
		document schema.Document
	}{{"Before", d.Before}, {"After", d.After}} {
		info := d.Locale().Info()
		c.Printf(`<div><span>%s</span><div lang="%s" dir="%s">%s</div></div>`, side.label, info.BCP47, info.Direction(),
			attribute(d.Screen.HTML(side.document, Drawing{Link: SampleLink})))
	}
	c.Raw("</div></figure>\n")
}

// languages names those that share a difference; the one that is drawn comes first.
func (d *Difference) languages() string {
	name := d.Locale().Info().Name
	if len(d.Locales) == 1 {
		return name
	}
	var others []string
	for _, l := range d.Locales {
		if l != d.Locale() {
			others = append(others, string(l))
		}
	}
	return name + ", and alike in " + strings.Join(others, ", ")
}

// valueOf is a value in a label, cut where it is long.
func valueOf(c *HTMLWriter, v schema.Value) {
	if !v.Declared() {
		c.Raw("<i>API default</i>")
		return
	}
	if colour := cssColour(v); colour != "" {
		c.Printf(`<span class="value"><span class="swatch" style="background-color:%s"></span>%s</span>`, colour, colour)
		return
	}
	const most = 60 // characters
	text := []rune(Shown(v))
	if len(text) > most {
		text = append(text[:most], '…')
	}
	c.Printf("<bdi>%s</bdi>", string(text))
}
