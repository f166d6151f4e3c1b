package markdown

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// joiner keeps two characters together and has no width: behind @ and # it keeps hosts from
// seeing a name or an issue.
const joiner = "\u2060"

// address is what hosts turn into links by themselves.
var address = regexp.MustCompile("(?i)(?:(?:https?|ftp)://|www\\.)[^\\s<>`|\\\\\"]+")

// Text makes Markdown that shows a text as it is, on one line.
func Text(s string) string {
	var b strings.Builder
	last := 0
	for _, at := range address.FindAllStringIndex(s, -1) {
		escape(&b, s[last:at[0]])
		b.WriteString(Code(s[at[0]:at[1]]))
		last = at[1]
	}
	escape(&b, s[last:])
	return b.String()
}

func escape(b *strings.Builder, s string) {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	for _, r := range s {
		switch {
		case r == '\n':
			b.WriteString("<br>")
		case r == '@' || r == '#':
			b.WriteRune(r)
			b.WriteString(joiner)
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '&':
			b.WriteString("&amp;")
		case strings.ContainsRune("|\\`*_~[]!", r):
			b.WriteByte('\\')
			b.WriteRune(r)
		case hidden(r):
			fmt.Fprintf(b, "U+%04X", r)
		default:
			b.WriteRune(r)
		}
	}
}

// hidden reports whether a character changes what stands around it and is not seen itself.
func hidden(r rune) bool {
	return unicode.IsControl(r) || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 || r == 0x200E || r == 0x200F || r == 0x061C
}

// Code is a text in a code span that may stand in a table; hosts draw a swatch beside a
// colour in one.
func Code(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '|':
			b.WriteString("\\|") // a table ends its cell here, code or not
		case hidden(r):
			fmt.Fprintf(&b, "U+%04X", r)
		default:
			b.WriteRune(r)
		}
	}
	text := b.String()
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if len(fence) > 1 {
		return fence + " " + text + " " + fence
	}
	return fence + text + fence
}
