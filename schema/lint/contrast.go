package lint

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"livery/schema"
	"livery/schema/colour"
	"livery/schema/rule"
)

// pairs judges texts on their backgrounds, where both are declared: what the API's
// defaults look like is not documented.
func pairs(l *linter, in *language) {
	if !l.wants(rule.Contrast, rule.ContrastUnknown, rule.HalfPair, rule.ColourVision) {
		return
	}
	d := in.Document
	var halves []half
	for _, p := range allPairs() {
		if !p.isShown(d) {
			continue
		}
		text, back := firstDeclared(d, p.text), firstDeclared(d, p.back)
		switch image := p.hasImage(d); {
		case text == nil && back == nil:
		case image && text != nil:
			l.unknownPair(d, text, "the image of "+p.image.Key+" lies behind it")
		case image:
		case text == nil:
			halves = addHalf(halves, back, p.text[len(p.text)-1])
		case back == nil:
			halves = addHalf(halves, text, p.back[len(p.back)-1])
		case !l.colour(d.At(back)).IsOpaque():
			l.unknownPair(d, text, fmt.Sprintf("its background %s %s is translucent", back.Key, d.At(back).Text()))
		default:
			l.contrast(d, text, back)
			l.colourVision(d, text, back)
		}
	}
	l.halfPairs(d, halves)
}

// countdownIsOff reports whether the text of a pair is that of a countdown that is not shown.
func countdownIsOff(d schema.Document, p pair) bool {
	return p.text[0].Key == "countdownTextColor" && d.At(schema.FieldByPath("mobileResultPage.closeCountdownLogic")).Flag()
}

func (l *linter) contrast(d schema.Document, f, back *schema.Field) {
	text, behind := d.At(f), d.At(back)
	least := option[float64](l, rule.Contrast, "ratio")
	ratio := colour.Contrast(l.colour(text), l.colour(behind))
	if !l.wants(rule.Contrast) || ratio >= least {
		return
	}
	detail := fmt.Sprintf("%s %s stands on %s %s with a contrast of %.2f; %s is the least for most eyes.",
		f.Path(), text.Text(), back.Key, behind.Text(), colour.Cut(ratio), number(least))
	data := map[string]any{
		"text": text.Text(), "background": behind.Text(), "background_path": back.Path(), "ratio": colour.Cut(ratio), "least": least,
	}
	if better, ok := l.readable(text, behind, least); ok {
		detail += fmt.Sprintf(" The nearest that reads well is %s.", better)
		data["proposal"] = better.String()
		fixable(l.reportOn(behind, rule.Contrast, subject(d, f), "Text hard to read", detail, data), text, better.String())
		return
	}
	l.reportOn(behind, rule.Contrast, subject(d, f), "Text hard to read", detail+" No shade of it reads well there: change the background.", data)
}

// reportOn is report of a colour that stands on another one.
func (l *linter) reportOn(behind schema.Value, id rule.ID, at schema.Subject, summary, detail string, data map[string]any) *hcl.Diagnostic {
	return schema.RelatedTo(l.report(id, at, summary, detail, data), behind.Range(), "It stands on "+behind.Text()+".")
}

// number is a number as people write it.
func number(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

func (l *linter) unknownPair(d schema.Document, text *schema.Field, why string) {
	l.report(rule.ContrastUnknown, subject(d, text), "Contrast not known",
		fmt.Sprintf("Whether %s %s can be read is not known: %s. Look at it in the preview.", text.Path(), d.At(text).Text(), why), nil)
}

// half is a field that is declared and those that would be needed to judge it.
type half struct {
	declared *schema.Field
	missing  []*schema.Field
}

// addHalf notes a field that is missing beside one that is declared. What is not
// documented cannot be asked for.
func addHalf(halves []half, declared, missing *schema.Field) []half {
	if declared.Provenance == schema.FieldUse || missing.Provenance == schema.FieldUse {
		return halves
	}
	i := slices.IndexFunc(halves, func(h half) bool { return h.declared == declared })
	if i < 0 {
		return append(halves, half{declared, []*schema.Field{missing}})
	}
	if !slices.Contains(halves[i].missing, missing) {
		halves[i].missing = append(halves[i].missing, missing)
	}
	return halves
}

func (l *linter) halfPairs(d schema.Document, halves []half) {
	for _, h := range halves {
		keys := make([]string, len(h.missing))
		for i, f := range h.missing {
			keys[i] = f.Key
		}
		l.report(rule.HalfPair, subject(d, h.declared), "Half of a pair of colours",
			fmt.Sprintf("%s is declared and %s left to the API's default, which nobody documents: together they may be unreadable. Declare both.",
				h.declared.Path(), isOrAre(keys)), map[string]any{"missing": keys})
	}
}

// isOrAre lists names with their verb.
func isOrAre(names []string) string {
	last := len(names) - 1
	if last == 0 {
		return names[0] + " is"
	}
	return strings.Join(names[:last], ", ") + " and " + names[last] + " are"
}

// colourVision judges a pair as people see it who lack one kind of cones.
func (l *linter) colourVision(d schema.Document, f, back *schema.Field) {
	if !l.wants(rule.ColourVision) {
		return
	}
	least := option[float64](l, rule.ColourVision, "ratio")
	behind := l.colour(d.At(back))
	text := l.colour(d.At(f)).Over(behind)
	var seen []string
	data := make(map[string]any)
	for _, deficiency := range colour.Deficiencies() {
		ratio := colour.Contrast(text.SeenWith(deficiency), behind.SeenWith(deficiency))
		if ratio < least {
			seen = append(seen, fmt.Sprintf("%.2f with %s", colour.Cut(ratio), deficiency))
			data[string(deficiency)] = colour.Cut(ratio)
		}
	}
	if len(seen) > 0 {
		l.reportOn(d.At(back), rule.ColourVision, subject(d, f), "Text hard to read for some",
			fmt.Sprintf("%s %s stands on %s %s with a contrast of %s; %s is asked for.",
				f.Path(), d.At(f).Text(), back.Key, d.At(back).Text(), strings.Join(seen, " and "), number(least)), data)
	}
}

// components judges buttons and borders on what they lie on.
func components(l *linter, in *language) {
	if !l.wants(rule.ComponentContrast) {
		return
	}
	d, least := in.Document, option[float64](l, rule.ComponentContrast, "ratio")
	for _, c := range allComponents() {
		front, back := d.At(c.front), d.At(c.back)
		if !front.Declared() || !back.Declared() || isUndecided(d, c.front, c.back) || !isShown(d, c.page) || firstDeclared(d, c.images) != nil || !l.colour(back).IsOpaque() {
			continue
		}
		ratio := colour.Contrast(l.colour(front), l.colour(back))
		if ratio >= least {
			continue
		}
		l.reportOn(back, rule.ComponentContrast, subject(d, c.front), "Hard to tell from what it lies on",
			fmt.Sprintf("%s %s lies on %s %s with a contrast of %.2f; %s is the least at which its shape is seen.",
				c.front.Path(), front.Text(), c.back.Key, back.Text(), colour.Cut(ratio), number(least)),
			map[string]any{"colour": front.Text(), "background": back.Text(), "background_path": c.back.Path(), "ratio": colour.Cut(ratio), "least": least})
	}
}
