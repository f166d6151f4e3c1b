package schema

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"livery/schema/css"
	"livery/schema/rule"
	"livery/schema/wording"
)

// Length counts UTF-16 code units, which is how the service counts.
func Length(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}

// Parse judges raw as a value of the field and normalises it. The value must be
// known and unmarked. Where the diagnostics hold an error the returned Value is
// not declared; a value that is only cut off or unwise comes with its warning.
func (f *Field) Parse(raw cty.Value, at Subject) (Value, hcl.Diagnostics) {
	if at.Path == "" {
		at.Path = f.path
	}
	null := Value{kind: f.Kind, null: true, rng: at.Range}
	if raw.IsNull() {
		return null, nil
	}
	if f.Kind == Tips {
		return f.parseTips(raw, at)
	}
	v, diags := parseScalar(f.Kind, raw, at)
	if diags.HasErrors() {
		return Value{}, diags
	}
	switch f.Kind {
	case Text, TipText:
		diags = f.judgeText(v.text, at)
	case Colour:
		v.text, diags = judgeColour(v.text, at)
	case ImageURL:
		diags = judgeLink(v.text, at)
	}
	if f.Provenance == FieldUse {
		diags = append(diags, Diagnose(rule.UndocumentedField, at, "Undocumented field",
			fmt.Sprintf("No document of the API names %s; it was seen in use only. The service may ignore it.", f.path)))
	}
	if diags.HasErrors() && !onlyTipLength(diags) {
		return Value{}, diags
	}
	return v, diags
}

// onlyTipLength tells a tip that is merely too long for the page, which a lint
// block may allow, from a value that cannot be sent.
func onlyTipLength(diags hcl.Diagnostics) bool {
	for _, d := range diags {
		if d.Severity == hcl.DiagError && FindingOf(d).Rule != rule.TipLength {
			return false
		}
	}
	return true
}

// parseScalar converts raw to the kind's Go form and refuses the empty string.
func parseScalar(kind Kind, raw cty.Value, at Subject) (Value, hcl.Diagnostics) {
	v := Value{kind: kind, rng: at.Range}
	want := cty.String
	switch kind {
	case Bool:
		want = cty.Bool
	case Count:
		want = cty.Number
	}
	conv, err := convert.Convert(raw, want)
	if err != nil || !conv.IsKnown() {
		return v, hcl.Diagnostics{Diagnose(rule.WrongType, at, "Wrong type of value",
			fmt.Sprintf("%s takes %s, not %s.", at.Path, describe(kind), TypeName(raw.Type())))}
	}
	switch kind {
	case Bool:
		v.flag = conv.True()
	case Count:
		whole, accuracy := conv.AsBigFloat().Int64()
		if accuracy != 0 {
			return v, hcl.Diagnostics{Diagnose(rule.WrongType, at, "Wrong type of value", at.Path+" takes a whole number.")}
		}
		v.number = int(whole)
	default:
		v.text = conv.AsString()
		if v.text == "" {
			return v, hcl.Diagnostics{Diagnose(rule.EmptyValue, at, "Empty value",
				at.Path+" is an empty string. What the service does with one is not documented; write null for the API's default.")}
		}
		if !utf8.ValidString(v.text) { // JSON cannot carry it: what is sent would not be what was judged
			return v, hcl.Diagnostics{Diagnose(rule.WrongType, at, "Not UTF-8 text", at.Path+" is not valid UTF-8.")}
		}
	}
	return v, nil
}

// TypeName is a type as people know it.
func TypeName(t cty.Type) string {
	switch {
	case t.IsTupleType(), t.IsListType(), t.IsSetType():
		return "a list"
	case t.IsObjectType(), t.IsMapType():
		return "an object"
	case t == cty.Bool:
		return "true or false"
	}
	return "a " + t.FriendlyName()
}

func describe(kind Kind) string {
	switch kind {
	case Bool:
		return "true or false"
	case Count:
		return "a whole number"
	case Names:
		return "a list of strings"
	case Tips:
		return "a list of tips, each an object with icon_link and text"
	case Colour:
		return `a colour such as "#0b5fff"`
	case ImageURL, RedirectURL, CallbackURL:
		return "a URL in quotes"
	default:
		return "a string"
	}
}

// judgeText checks a free text or a tip. Limits are of the value as it is sent.
func (f *Field) judgeText(s string, at Subject) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, r := range s {
		if unicode.IsControl(r) && r != '\n' {
			diags = append(diags, Diagnose(rule.ControlCharacter, at, "Control character in a text",
				fmt.Sprintf("%s contains %s. Only line feeds (\\n) are allowed; remove it.", at.Path, characterName(r))))
			break
		}
	}
	n := Length(s)
	if n > TextMax {
		diags = append(diags, Diagnose(rule.TextLength, at, "Text too long",
			fmt.Sprintf("%s is %d UTF-16 code units long; the service takes at most %d. Shorten it by %d.%s", at.Path, n, TextMax, n-TextMax, countHint(s))))
	}
	if f.Kind == TipText {
		diags = append(diags, judgeTip(n, at)...)
	}
	return append(diags, judgePlaceholder(f, s, at)...)
}

// countHint says why a text is longer than it looks.
func countHint(s string) string {
	letters := 0
	for _, r := range s {
		if !unicode.Is(unicode.M, r) {
			letters++
		}
	}
	if letters > TextMax {
		return ""
	}
	return fmt.Sprintf(" It has %d letters; the marks that belong to them count too, and most emoji count twice.", letters)
}

// characterName is a control character as people know it.
func characterName(r rune) string {
	switch r {
	case '\t':
		return "a tab"
	case '\n':
		return "a line feed"
	case '\r':
		return "a carriage return (\\r), half of a Windows line end"
	case 0:
		return "a NUL character"
	case 0x1b:
		return "an escape character"
	}
	return fmt.Sprintf("the control character U+%04X", r)
}

func judgeTip(n int, at Subject) hcl.Diagnostics {
	limit, where := TipMax, ""
	if at.Locale.Chinese() {
		limit, where = TipMaxChinese, " in a Chinese locale"
	}
	if n <= limit {
		return nil
	}
	return hcl.Diagnostics{Diagnose(rule.TipLength, at, "Tip too long",
		fmt.Sprintf("%s is %d UTF-16 code units long; a tip must be less than %d%s, or the page cuts it off. Shorten it by %d.", at.Path, n, limit+1, where, n-limit))}
}

const (
	// SecondsPlaceholder is filled in by the page, in one field.
	SecondsPlaceholder = "{second}"
	countdownPath      = "mobileResultPage.countdownText"
)

func judgePlaceholder(f *Field, s string, at Subject) hcl.Diagnostics {
	unknown, missing := Braces(s), f.path == countdownPath
	if i := slices.Index(unknown, SecondsPlaceholder); i >= 0 && missing {
		unknown, missing = slices.Delete(unknown, i, i+1), false
	}
	brace := ""
	if len(unknown) > 0 {
		brace = unknown[0]
	}
	switch {
	case missing && brace != "":
		d := Diagnose(rule.Placeholder, at, "Placeholder missing",
			fmt.Sprintf("%s contains %q where {second} should stand. The page fills in {second} in every language; people will read the braces.", at.Path, brace))
		Amend(d, func(f *Finding) {
			f.Data = map[string]any{"missing": SecondsPlaceholder, "unknown": brace}
		})
		return hcl.Diagnostics{d}
	case missing:
		return hcl.Diagnostics{Diagnose(rule.Placeholder, at, "Placeholder missing",
			at.Path+" does not contain {second}: the page will not show how many seconds are left.")}
	case brace != "":
		return hcl.Diagnostics{Diagnose(rule.Placeholder, at, "Braces will show as they are",
			fmt.Sprintf("%s contains %q. The page fills in {second} in %s and nothing else; people will read the braces.", at.Path, brace, countdownPath))}
	}
	return nil
}

// Braces are the parts of a text that stand in braces, with these, each once.
func Braces(s string) []string {
	var found []string
	for {
		open := strings.IndexByte(s, '{')
		if open < 0 {
			return found
		}
		length := strings.IndexByte(s[open:], '}')
		if length < 0 {
			return found
		}
		if brace := s[open : open+length+1]; !slices.Contains(found, brace) {
			found = append(found, brace)
		}
		s = s[open+length+1:]
	}
}

// ParseColour reads # and 3, 4, 6 or 8 hex digits, and gives the canonical form:
// # and 6 or, with an alpha channel, 8 lower-case digits.
func ParseColour(s string) (canonical string, ok bool) {
	digits, hash := strings.CutPrefix(strings.ToLower(s), "#")
	if !hash || strings.Trim(digits, "0123456789abcdef") != "" {
		return "", false
	}
	switch len(digits) {
	case 6, 8:
		return "#" + digits, true
	case 3, 4:
		var b strings.Builder
		b.WriteByte('#')
		for i := range len(digits) {
			b.WriteString(strings.Repeat(digits[i:i+1], 2))
		}
		return b.String(), true
	default:
		return "", false
	}
}

// judgeColour gives the canonical form of a colour.
func judgeColour(s string, at Subject) (string, hcl.Diagnostics) {
	c, ok := ParseColour(s)
	switch {
	case !ok:
		return "", hcl.Diagnostics{Diagnose(rule.ColourFormat, at, "Not a colour",
			fmt.Sprintf("%s is %q. A colour is # and 3, 4, 6 or 8 hex digits, such as \"#0b5fff\".%s", at.Path, s, colourHint(s)))}
	case len(c) == len("#rrggbbaa"):
		return c, alphaWarning(s, at)
	}
	return c, nil
}

// ColourMeant is the colour, as # and hex digits, that people mean by another way of
// writing one: a name of CSS, rgb() or hsl(), or digits without the #. It is "" for
// anything else, and for a colour with an alpha channel, which the service may refuse.
func ColourMeant(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	digits := "#" + strings.TrimPrefix(strings.TrimPrefix(s, "0x"), "#")
	if hex, ok := ParseColour(digits); ok && len(hex) == len("#rrggbb") {
		return digits
	}
	return cmp.Or(css.Named(s), css.Function(s))
}

// colourHint is the colour that was meant, as a sentence; "" for none.
func colourHint(s string) string {
	name := strings.ToLower(strings.TrimSpace(s))
	if hex := css.Named(name); hex != "" {
		return fmt.Sprintf(" The name %s is %q.", name, hex)
	}
	return wording.Suggest(ColourMeant(s))
}

func alphaWarning(s string, at Subject) hcl.Diagnostics {
	return hcl.Diagnostics{Diagnose(rule.ColourAlpha, at, "Colour with an alpha channel",
		fmt.Sprintf("%s is %q. The documents promise colours like \"#0b5fff\" only; the service may refuse one with alpha.", at.Path, s))}
}

// judgeLink checks an image link.
func judgeLink(s string, at Subject) hcl.Diagnostics {
	if why := CheckURL(s, ImageLink); why != "" {
		return hcl.Diagnostics{Diagnose(rule.URLFormat, at, "Not a usable image link",
			fmt.Sprintf("%s %s. Write an absolute https URL such as \"https://cdn.example.com/icon.png\".", at.Path, why))}
	}
	if scheme, _, _ := strings.Cut(s, ":"); strings.EqualFold(scheme, "http") {
		return hcl.Diagnostics{Diagnose(rule.InsecureLink, at, "Insecure image link",
			at.Path+" is an http link. The page is https, so browsers block the image; use https.")}
	}
	return nil
}

// parseTips judges a list given as one value, as texts files and JSON have it.
func (f *Field) parseTips(raw cty.Value, at Subject) (Value, hcl.Diagnostics) {
	t := raw.Type()
	if !t.IsTupleType() && !t.IsListType() && !t.IsSetType() {
		return Value{}, hcl.Diagnostics{Diagnose(rule.WrongType, at, "Wrong type of value",
			fmt.Sprintf("%s takes %s, not %s.", at.Path, describe(Tips), TypeName(t)))}
	}
	var diags hcl.Diagnostics
	var tips []Tip
	for it := raw.ElementIterator(); it.Next(); {
		_, element := it.Element()
		tip, more := f.ParseTip(element, len(tips), at)
		diags = append(diags, more...)
		tips = append(tips, tip)
	}
	v, more := f.ParseTips(tips, at)
	if diags = append(diags, more...); diags.HasErrors() && !onlyTipLength(diags) {
		return Value{}, diags
	}
	return v, diags
}

// ParseTip judges one element of a list that is given as an object with keys in
// either spelling.
func (f *Field) ParseTip(element cty.Value, i int, at Subject) (Tip, hcl.Diagnostics) {
	of := at
	at = of.within(strconv.Itoa(i))
	at.Path = fmt.Sprintf("%s[%d]", f.path, i)
	if element.IsNull() || !element.Type().IsObjectType() && !element.Type().IsMapType() {
		return Tip{}, hcl.Diagnostics{Diagnose(rule.WrongType, at, "Wrong type of value",
			at.Path+" takes an object with icon_link and text.")}
	}
	var diags hcl.Diagnostics
	var tip Tip
	for it := element.ElementIterator(); it.Next(); {
		k, raw := it.Element()
		v, more := f.parseItem(k.AsString(), raw, i, of.within(strconv.Itoa(i), k.AsString()))
		diags = append(diags, more...)
		tip.Set(v)
	}
	if !diags.HasErrors() {
		diags = append(diags, tip.Judge(at)...)
	}
	return tip, diags
}

// Set puts a value that an item field has parsed into its member.
func (t *Tip) Set(v Value) {
	if v.kind != 0 {
		*t.member(v.kind) = v
	}
}

// member is where the value of an item field belongs.
func (t *Tip) member(kind Kind) *Value {
	if kind == ImageURL {
		return &t.Icon
	}
	return &t.Text
}

// Judge refuses a tip that has nothing to show.
func (t Tip) Judge(at Subject) hcl.Diagnostics {
	if t.Icon.Declared() || t.Text.Declared() {
		return nil
	}
	return hcl.Diagnostics{Diagnose(rule.EmptyValue, at, "Empty tip", at.Path+" has neither an icon_link nor a text. Give it one, or leave the tip out.")}
}

// Item finds a member of the list's elements by its key or its name in
// configuration; nil if there is none.
func (f *Field) Item(name string) *Field {
	for i := range f.Items {
		if f.Items[i].Key == name || f.Items[i].hclName == name {
			return &f.Items[i]
		}
	}
	return nil
}

func (f *Field) parseItem(name string, raw cty.Value, i int, at Subject) (Value, hcl.Diagnostics) {
	item := f.Item(name)
	if item == nil {
		return Value{}, hcl.Diagnostics{Diagnose(rule.UnknownField, at, "Unknown field",
			fmt.Sprintf("A tip has icon_link and text, not %s.", name))}
	}
	at.Path = fmt.Sprintf("%s[%d].%s", f.path, i, item.Key)
	return item.Parse(raw, at)
}

// ParseTips makes the value of a list whose elements are already judged.
func (f *Field) ParseTips(tips []Tip, at Subject) (Value, hcl.Diagnostics) {
	at.Path = f.path
	switch {
	case len(tips) == 0:
		return Value{}, hcl.Diagnostics{Diagnose(rule.EmptyValue, at, "Empty list of tips",
			f.path+" is an empty list. What the service does with one is not documented; leave it out for the API's default.")}
	case len(tips) > TipsMax:
		return Value{}, hcl.Diagnostics{Diagnose(rule.TipCount, at, "Too many tips",
			fmt.Sprintf("%s has %d tips; the service takes at most %d.", f.path, len(tips), TipsMax))}
	}
	return Value{kind: Tips, list: &list{tips: tips}, rng: at.Range}, nil
}

// JudgeTips checks the tips of a theme once more in the document that uses it,
// since Chinese documents have a shorter limit than the theme was judged by.
func (f *Field) JudgeTips(v Value, at Subject) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for i, tip := range v.Tips() {
		if n := Length(tip.Text.text); n > TipMaxChinese && n <= TipMax && at.Locale.Chinese() {
			at.Path, at.Range = fmt.Sprintf("%s[%d].text", f.path, i), tip.Text.rng
			diags = append(diags, judgeTip(n, at)...)
		}
	}
	return diags
}
