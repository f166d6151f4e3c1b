package lint

import (
	"math"

	"livery/schema"
	"livery/schema/colour"
)

// palette remembers what was worked out of colours, which many documents have in common.
type palette struct {
	colours   map[string]colour.Colour     // that were parsed, by their text
	better    map[[2]string]*colour.Colour // that texts would read well in, by their colour and what is behind; nil for none
	distances map[[2]string]float64        // of two colours
	lightness map[string]float64
}

// colour is the value of a colour field, which is canonical.
func (p palette) colour(v schema.Value) colour.Colour {
	c, ok := p.colours[v.Text()]
	if !ok {
		c, _ = colour.Parse(v.Text())
		p.colours[v.Text()] = c
	}
	return c
}

// readable is the colour that is near to a text's and reads well. One pair of colours is
// worn by many documents.
func (p palette) readable(text, behind schema.Value, least float64) (colour.Colour, bool) {
	pair := [2]string{text.Text(), behind.Text()}
	known, ok := p.better[pair]
	if !ok {
		if better, found := colour.Readable(p.colour(text), p.colour(behind), least); found {
			known = &better
		}
		p.better[pair] = known
	}
	if known == nil {
		return colour.Colour{}, false
	}
	return *known, true
}

// distance is that of two colours by CIEDE2000; an infinite one of colours whose lightness
// alone tells them apart, as that of most does.
func (p palette) distance(a, b string, delta float64) float64 {
	if math.Abs(p.light(a)-p.light(b)) > delta*colour.LightnessPerDistance {
		return math.Inf(1)
	}
	key := [2]string{min(a, b), max(a, b)}
	distance, known := p.distances[key]
	if !known {
		distance = colour.Distance(p.colours[a], p.colours[b])
		p.distances[key] = distance
	}
	return distance
}

func (p palette) light(text string) float64 {
	light, known := p.lightness[text]
	if !known {
		light = p.colours[text].Lightness()
		p.lightness[text] = light
	}
	return light
}
