package lint

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"

	"livery/schema"
	"livery/schema/rule"
	"livery/schema/texts"
)

// textRule judges each text. What it gives finishes a sentence that begins with the path of
// the text; "" says that nothing is wrong.
type textRule struct {
	id      rule.ID
	summary string
	judge   func(l *linter, in *language, t text) string
}

// textRules judge each text by itself.
var textRules = [...]textRule{
	{rule.Whitespace, "Blanks where none belong", whitespace},
	{rule.InvisibleCharacter, "Invisible character", invisibleCharacter},
	{rule.BidiControl, "Direction of the text is changed", bidiControl},
	{rule.Markup, "Markup in a text", markup},
	{rule.WidthForms, "Character of another width", widthForms},
	{rule.TipWidth, "Tip too wide", tipWidth},
	{rule.ForbiddenWords, "Word that is not wanted", forbiddenWords},
	{rule.Script, "Letters of another script", script},
}

// textFamily judges texts one by one.
type textFamily func(l *linter, in *language, t text)

// ofTexts are the families that judge texts, as far as they are wanted.
func ofTexts(l *linter) (families []textFamily) {
	for _, row := range textRules {
		if l.wants(row.id) {
			families = append(families, row.apply)
		}
	}
	for _, row := range sourceRules {
		if l.wants(row.id) {
			families = append(families, row.apply)
		}
	}
	return append(families, glossary)
}

func (row textRule) apply(l *linter, in *language, t text) {
	if what := row.judge(l, in, t); what != "" {
		fixable(l.report(row.id, in.subject(t), row.summary, t.path+" "+what, nil), t.value, mended(row.id, in, t.words()))
	}
}

// isBlank reports whether a character shows as an empty place in a line.
func isBlank(r rune) bool { return r == ' ' || r == '\u00a0' || r == '\u202f' || r == '\u3000' }

func whitespace(_ *linter, _ *language, t text) string {
	var faults []string
	words := t.words()
	first, _ := utf8.DecodeRuneInString(words)
	last, _ := utf8.DecodeLastRuneInString(words)
	switch {
	case isBlank(first):
		faults = append(faults, "begins with a blank")
	case first == '\n':
		faults = append(faults, "begins with a line feed")
	}
	switch {
	case isBlank(last):
		faults = append(faults, "ends with a blank")
	case last == '\n':
		faults = append(faults, "ends with a line feed, as every heredoc does")
	}
	if strings.Contains(words, "  ") {
		faults = append(faults, "has two blanks in a row")
	}
	if len(faults) == 0 {
		return ""
	}
	return strings.Join(faults, " and ") + "."
}

func invisibleCharacter(_ *linter, in *language, t text) string {
	if isASCII(t.words()) {
		return ""
	}
	words := []rune(t.words())
	if i, name := firstInvisible(in, words); name != "" {
		return fmt.Sprintf("holds %s (U+%04X) after %q: nobody sees it, but it breaks searching and line breaks. Take it out.", name, words[i], lastWord(words[:i]))
	}
	return ""
}

// firstInvisible finds the first character that nobody sees; the name is "" if there is none.
func firstInvisible(in *language, words []rune) (at int, name string) {
	var before rune
	for i, r := range words {
		name := ""
		switch r {
		case '\u00ad':
			name = "a soft hyphen"
		case '\u200b':
			if in.base() != "th" { // where a line may break
				name = "a zero-width blank"
			}
		case '\u2060':
			name = "a word joiner"
		case '\ufeff':
			name = "a byte order mark"
		case '\u200c', '\u200d':
			if !joins(before, words[i+1:]) {
				name = "a zero-width joiner"
			}
		case '\u200e', '\u200f':
			if !in.info.RTL {
				name = "a direction mark"
			}
		}
		if name != "" {
			return i, name
		}
		before = r
	}
	return 0, ""
}

// lastWord is what a text ends with, so that people find the place.
func lastWord(words []rune) string {
	const enough = 16
	words = words[max(0, len(words)-enough):]
	return string(words[slices.Index(words, ' ')+1:])
}

// joins reports whether a zero-width joiner, or its opposite, has a meaning: in scripts
// whose letters change beside each other, and in emoji.
func joins(before rune, after []rune) bool {
	if unicode.In(before, unicode.Arabic, unicode.Devanagari, unicode.Bengali) {
		return true
	}
	isEmoji := func(r rune) bool { return r == '\ufe0f' || unicode.In(r, unicode.So, unicode.Sk) }
	isShown := len(after) > 1 && after[1] == '\ufe0f' // a sign, such as an arrow, that is shown as one
	return isEmoji(before) && len(after) > 0 && (isEmoji(after[0]) || isShown)
}

func bidiControl(_ *linter, in *language, t text) string {
	depth := 0
	for _, r := range t.words() {
		switch {
		case r >= '\u202a' && r <= '\u202e':
			return fmt.Sprintf("holds U+%04X, which turns round what follows: a text can then read otherwise than it is written. Take it out.", r)
		case r < '\u2066' || r > '\u2069':
		case !in.info.RTL:
			return fmt.Sprintf("holds U+%04X, which isolates the direction of a text; it has a meaning in ar_AE and ur_PK only. Take it out.", r)
		case r == '\u2069':
			if depth--; depth < 0 {
				return "ends an isolated text (U+2069) that nothing begins."
			}
		default:
			depth++
		}
	}
	if depth > 0 {
		return "begins an isolated text that U+2069 does not end."
	}
	return ""
}

func markup(_ *linter, _ *language, t text) string {
	words := t.words()
	for i := range len(words) {
		rest := words[i:]
		switch words[i] {
		case '<':
			if inner := strings.TrimPrefix(rest[1:], "/"); inner != "" && isASCIILetter(inner[0]) {
				return fmt.Sprintf("holds %q: the page shows it as it is, or worse. Leave markup out.", shortTo(rest, '>'))
			}
		case '&':
			if name, _, ok := strings.Cut(rest[1:], ";"); ok && isEntity(name) {
				return fmt.Sprintf("holds %q: the page shows it as it is. Write the character itself.", "&"+name+";")
			}
		}
	}
	return ""
}

// shortTo is the beginning of a text up to a character, and not much of it.
func shortTo(words string, end byte) string {
	if i := strings.IndexByte(words, end); i >= 0 && i < 24 {
		return words[:i+1]
	}
	return string([]rune(words)[:2])
}

// isEntity reports whether HTML has a character by that kind of name.
func isEntity(name string) bool {
	if digits, ok := strings.CutPrefix(name, "#"); ok {
		if hex, ok := strings.CutPrefix(strings.ToLower(digits), "x"); ok {
			return hex != "" && strings.Trim(hex, "0123456789abcdef") == ""
		}
		return digits != "" && strings.Trim(digits, "0123456789") == ""
	}
	for i := range len(name) {
		if !isASCIILetter(name[i]) && (i == 0 || name[i] < '0' || name[i] > '9') {
			return false
		}
	}
	return len(name) > 1
}

func isASCIILetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func isASCII(words string) bool {
	for i := range len(words) {
		if words[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func widthForms(_ *linter, in *language, t text) string {
	if isASCII(t.words()) {
		return ""
	}
	words := []rune(t.words())
	switch at, better := firstOfAnotherWidth(in, words); {
	case better == 0:
		return ""
	case better < words[at]:
		return fmt.Sprintf("holds the full-width %q; Latin letters and digits are written %q.", words[at], better)
	default:
		return fmt.Sprintf("has the half-width %q right after %q; there it is written %q.", words[at], words[at-1], better)
	}
}

// firstOfAnotherWidth finds the first character that has another width in a language; better
// is 0 if there is none.
func firstOfAnotherWidth(in *language, words []rune) (at int, better rune) {
	if !in.is("zh", "ja", "ko") {
		return 0, 0
	}
	var before rune
	for i, r := range words {
		switch {
		case r >= '０' && r <= '９', r >= 'Ａ' && r <= 'Ｚ', r >= 'ａ' && r <= 'ｚ':
			return i, r - 0xfee0
		case in.is("ko") || !strings.ContainsRune(",.!?:;", r) || before != 'ー' && !unicode.In(before, unicode.Han, unicode.Hiragana, unicode.Katakana):
		case r == '.' && strings.HasPrefix(string(words[i:]), dots): // that is for the rule of ellipses
		default:
			return i, fullWidth(r)
		}
		before = r
	}
	return 0, 0
}

func fullWidth(r rune) rune {
	if r == '.' {
		return '。'
	}
	return r + 0xfee0
}

func tipWidth(_ *linter, _ *language, t text) string {
	if t.field.Kind != schema.TipText || schema.Length(t.words()) > schema.TipMax {
		return ""
	}
	width := displaywidth.String(t.words())
	if width <= schema.TipMax {
		return ""
	}
	return fmt.Sprintf("is %d columns wide, since its letters take two each; a tip has room for %d. Shorten it.", width, schema.TipMax)
}

func forbiddenWords(l *linter, in *language, t text) string {
	if !l.concerns(rule.ForbiddenWords, in.Locale) {
		return ""
	}
	words := texts.Fold(t.words())
	for _, word := range option[[]string](l, rule.ForbiddenWords, "words") {
		if texts.HasWord(words, texts.Fold(word)) {
			return fmt.Sprintf("holds %q, which the lint block forbids.", word)
		}
	}
	return ""
}

// concerns reports whether a rule judges a locale: its option locales names it, or none.
func (l *linter) concerns(id rule.ID, locale schema.Locale) bool {
	locales := option[[]schema.Locale](l, id, "locales")
	return len(locales) == 0 || slices.Contains(locales, locale)
}

const (
	dots     = "..."
	ellipsis = "…"
)

// textsWith are the texts that hold some words.
func (in *language) textsWith(words string) (list []text) {
	for t := range in.texts {
		if strings.Contains(t.words(), words) {
			list = append(list, t)
		}
	}
	return list
}

// ellipses finds texts of one language that write an ellipsis in another way than the
// others do.
func ellipses(l *linter, in *language) {
	if !l.wants(rule.Ellipsis) {
		return
	}
	style := option[string](l, rule.Ellipsis, "style")
	withDots, withCharacter := in.textsWith(dots), in.textsWith(ellipsis)
	if style == "consistent" && (len(withDots) == 0 || len(withCharacter) == 0) {
		return
	}
	wrong, written, right := withDots, dots, ellipsis
	if style == "dots" || style == "consistent" && len(withCharacter) < len(withDots) {
		wrong, written, right = withCharacter, ellipsis, dots
	}
	for _, t := range wrong {
		detail := fmt.Sprintf("%s has %q; the lint block asks for %q.", t.path, written, right)
		if style == "consistent" {
			detail = fmt.Sprintf("%s has %q, and other texts of the language have %q.", t.path, written, right)
		}
		fixable(l.report(rule.Ellipsis, in.subject(t), "Two ways to write an ellipsis", detail, nil), t.value, strings.ReplaceAll(t.words(), written, right))
	}
}
