package lint

import (
	"slices"
	"strings"
	"sync"

	"livery/schema"
	"livery/schema/colour"
	"livery/schema/rule"
	"livery/schema/stack"
)

// pair is a text and what it stands on.
type pair struct {
	page  *schema.Page
	text  []*schema.Field // what gives the colour of the text: the first one that is declared
	back  []*schema.Field // the same of its background
	image *schema.Field   // an image that may lie behind it; nil for none
}

// pairRows are the texts of which the API says what is behind them. Several texts of a
// row are apart by blanks, a field that stands in for another by |.
var pairRows = [...]struct{ page, texts, back, image string }{
	{"mobileCameraPage", "*", "backgroundColor", "backgroundLink"},
	{"mobileResultPage", "livenessResultTextColor countdownTextColor", "backgroundColor", "backgroundLink"},
	{"mobileResultPage", "nextStepButtonTextColor", "nextStepButtonBackgroundColor", "nextStepButtonBackgroundLink"},
	{"mobileResultPage", "tryAgainButtonTextColor", "tryAgainButtonBackgroundColor", "tryAgainButtonBackgroundLink"},
	{"mobileMultiDeviceProcessPage", "refreshPageBtnTextColor", "refreshPageBtnBackgroundColor", "refreshPageBtnBackgroundLink"},
	{"mobileMultiDeviceProcessPage", "qrCodePageCopyLinkBtnTextColor", "qrCodePageCopyLinkBtnBackgroundColor", "qrCodePageCopyLinkBtnBackgroundLink"},
	{"mobileMultiDeviceProcessPage", "qrCodePageLivenessLinkTextColor", "qrCodePageLivenessLinkBackgroundColor", "qrCodePageLivenessLinkBackgroundLink"},
	{"mobileTimeoutPage", "boldTextColor tipTextColor", "backgroundColor", "backgroundLink"},
	{"mobileTimeoutPage", "tryAgainButtonTextColor", "tryAgainButtonBackgroundColor", "tryAgainButtonBackgroundLink"},
	{"mobileTipsPage", "titleTextColor", "backgroundColor", ""},
	{"mobileTipsPage", "tipsTextColor", "tipsAreaBackgroundColor|backgroundColor", ""},
	{"mobileTipsPage", "startButtonTextColor", "startButtonBackgroundColor", ""},
	{"mobileErrorDialog", "messageTextColor", "backgroundColor", ""},
	{"mobileErrorDialog", "confirmButtonTextColor", "confirmButtonBackgroundColor", ""},
	{"pcTipsPage", "titleTextColor titleDescTextColor tipsTextColor", "backgroundColor", ""},
	{"pcTipsPage", "startButtonTextColor", "startButtonBackgroundColor", ""},
	{"pcResultPage", "nextStepButtonTextColor", "nextStepButtonBackgroundColor", ""},
	{"pcResultPage", "tryAgainButtonTextColor", "tryAgainButtonBackgroundColor", ""},
}

// component is something that must stand out from what it lies on without any text.
type component struct {
	page        *schema.Page
	front, back *schema.Field
	images      []*schema.Field // that may lie behind it or take its place
}

// componentRows are the buttons and the border of which the API says what is behind them.
var componentRows = [...]struct{ page, fronts, back, image string }{
	{"mobileResultPage", "nextStepButtonBackgroundColor tryAgainButtonBackgroundColor", "backgroundColor", "backgroundLink"},
	{"mobileTimeoutPage", "tryAgainButtonBackgroundColor", "backgroundColor", "backgroundLink"},
	{"mobileTipsPage", "startButtonBackgroundColor", "backgroundColor", ""},
	{"mobileErrorDialog", "confirmButtonBackgroundColor", "backgroundColor", ""},
	{"pcTipsPage", "startButtonBackgroundColor", "backgroundColor", ""},
	{"mobileMultiDeviceProcessPage", "qrCodePageCopyLinkBtnBackgroundColor qrCodePageLivenessLinkBorderColor", "qrCodePageLivenessLinkBackgroundColor", "qrCodePageLivenessLinkBackgroundLink"},
}

// fieldsOf are the fields of a page that stand in for each other, apart by |.
func fieldsOf(page *schema.Page, keys string) []*schema.Field {
	var fields []*schema.Field
	for key := range strings.SplitSeq(keys, "|") {
		f := schema.FieldByPath(page.Key + "." + key)
		if f == nil {
			panic("lint: the catalogue has no " + page.Key + "." + key)
		}
		fields = append(fields, f)
	}
	return fields
}

// allPairs reads pairRows.
var allPairs = sync.OnceValue(func() []pair {
	var pairs []pair
	for _, row := range pairRows {
		page := schema.PageByKey(row.page)
		p := pair{page: page, back: fieldsOf(page, row.back)}
		if row.image != "" {
			p.image = fieldsOf(page, row.image)[0]
		}
		texts := strings.Fields(row.texts)
		if row.texts == "*" {
			texts = hintColours(page)
		}
		for _, text := range texts {
			p.text = fieldsOf(page, text)
			pairs = append(pairs, p)
		}
	}
	return pairs
})

// hintColours are the keys of the colours of the camera page's hints, each with the
// general one that stands in for it.
func hintColours(page *schema.Page) []string {
	var keys []string
	for i := range page.Fields {
		if key := page.Fields[i].Key; strings.HasSuffix(key, "TipTextColor") {
			keys = append(keys, key+"|tipsTextColor")
		}
	}
	return keys
}

// allComponents reads componentRows.
var allComponents = sync.OnceValue(func() []component {
	var components []component
	for _, row := range componentRows {
		page := schema.PageByKey(row.page)
		for front := range strings.FieldsSeq(row.fronts) {
			c := component{page: page, front: fieldsOf(page, front)[0], back: fieldsOf(page, row.back)[0]}
			images := []string{row.image, strings.TrimSuffix(front, "Color") + "Link"}
			for _, key := range images {
				if f := schema.FieldByPath(page.Key + "." + key); f != nil && key != "" {
					c.images = append(c.images, f)
				}
			}
			components = append(components, c)
		}
	}
	return components
})

// isShown reports whether people see the pair, as far as its values are known.
func (p pair) isShown(d schema.Document) bool {
	return isShown(d, p.page) && !countdownIsOff(d, p) && !isUndecided(d, p.text...) && !isUndecided(d, p.back...)
}

// hasImage reports whether an image lies behind the pair: nobody knows its colours.
func (p pair) hasImage(d schema.Document) bool { return p.image != nil && d.At(p.image).Declared() }

// isShown reports whether a page is shown at all.
func isShown(d schema.Document, page *schema.Page) bool {
	f := schema.FieldByPath(page.Key + ".isShow")
	return f == nil || !d.At(f).Declared() || d.At(f).Flag()
}

// isUndecided reports whether the value of one of the fields depends on a variable without
// a value: what a document seems to have, or not to have, is then not what it will have.
func isUndecided(d schema.Document, fields ...*schema.Field) bool {
	open := d.Undecided()
	return len(open) > 0 && slices.ContainsFunc(fields, func(f *schema.Field) bool {
		_, field := open[f.Path()]
		_, texts := open["texts"]
		return field || texts
	})
}

// firstDeclared is the first of the fields that a document declares; nil for none.
func firstDeclared(d schema.Document, fields []*schema.Field) *schema.Field {
	if i := slices.IndexFunc(fields, func(f *schema.Field) bool { return d.At(f).Declared() }); i >= 0 {
		return fields[i]
	}
	return nil
}

// Pair is a text and what it stands on.
type Pair struct {
	Text, Background *schema.Field
	Contrast         float64 // from 1 to 21
}

// LeastContrast is the contrast that the stack's rule asks of a text.
func LeastContrast(s *stack.Stack) float64 {
	return option[float64](&linter{Stack: s}, rule.Contrast, "ratio")
}

// Pairs are the texts that a document shows whose contrast is known.
func Pairs(d schema.Document) []Pair {
	var list []Pair
	for _, p := range allPairs() {
		if !p.isShown(d) || p.hasImage(d) {
			continue
		}
		text, back := firstDeclared(d, p.text), firstDeclared(d, p.back)
		if text == nil || back == nil || slices.ContainsFunc(list, func(o Pair) bool { return o.Text == text && o.Background == back }) {
			continue
		}
		front, _ := colour.Parse(d.At(text).Text())
		if behind, _ := colour.Parse(d.At(back).Text()); behind.IsOpaque() {
			list = append(list, Pair{text, back, colour.Contrast(front, behind)})
		}
	}
	return list
}
