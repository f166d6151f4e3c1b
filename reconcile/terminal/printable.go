package terminal

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Escape makes text safe for a terminal and for XML: control characters,
// bidirectional overrides and bytes that are no text become escapes that can be
// read, and that JSON knows where they can stand in it. The characters of keep stay as they are.
func Escape(text, keep string) string {
	i := firstHidden(text, keep)
	if i < 0 {
		return text
	}
	var b strings.Builder
	b.Grow(len(text) + 16)
	b.WriteString(text[:i])
	for i < len(text) {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, text[i])
		case !hidden(r) || strings.ContainsRune(keep, r):
			b.WriteString(text[i : i+size])
		default:
			b.WriteString(escapeRune(r))
		}
		i += size
	}
	return b.String()
}

func firstHidden(text, keep string) int {
	for i := 0; i < len(text); {
		if c := text[i]; c >= ' ' && c <= '~' { // most of all that is written
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && size == 1 || hidden(r) && !strings.ContainsRune(keep, r) {
			return i
		}
		i += size
	}
	return -1
}

func escapeRune(r rune) string {
	switch {
	case r == '\n':
		return `\n`
	case r == '\r':
		return `\r`
	case r == '\t':
		return `\t`
	case r < 0x7f:
		return fmt.Sprintf(`\x%02x`, r)
	default:
		return fmt.Sprintf(`\u%04x`, r)
	}
}

// hidden tells characters that would act on a terminal, reorder a line unseen
// or break XML. The joiners of emoji and of Indic and Arabic scripts are not
// among them: they belong to texts.
func hidden(r rune) bool {
	switch {
	case r < 0x20, r >= 0x7f && r <= 0x9f:
		return true
	case r >= 0x2028 && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
		return true
	case r == 0xfeff, r == 0xfffe, r == 0xffff:
		return true
	default:
		return false
	}
}

// Quote is a whole text in quotation marks on one line, in its own script.
func Quote(s string) string { return `"` + escapeQuoted(s) + `"` }

func escapeQuoted(s string) string {
	if strings.ContainsAny(s, "\\\"") {
		s = strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s)
	}
	return Escape(s, "")
}

// QuoteShort is s as a string literal that fits on a line, cut off where it is
// longer than a reader needs.
func QuoteShort(s string) string {
	const longest = 150 // columns
	tail := ""
	if cut := Cut(s, longest); len(cut) < len(s) {
		s, tail = cut, "…"
	}
	return `"` + escapeQuoted(s) + tail + `"`
}

// Shorten cuts the middle out of each word of a text that is longer than anybody reads,
// such as a wrong name, and the end off a text that is.
func Shorten(text string) string {
	const word, head, tail, longest = 300, 150, 20, 20_000 // bytes
	if len(text) <= word {
		return text
	}
	var b strings.Builder
	for len(text) > 0 && b.Len() < longest {
		end := strings.IndexAny(text, " \n\t") + 1
		if end == 0 {
			end = len(text)
		}
		if end <= word {
			b.WriteString(text[:end])
		} else {
			b.WriteString(text[:RuneStart(text, head)] + "…" + text[RuneStart(text, end-tail):end])
		}
		text = text[end:]
	}
	if len(text) > 0 {
		b.WriteString("…")
	}
	return b.String()
}

// Wrap breaks the lines of text at blanks so that each fits in width columns. A command
// in quotation marks, "livery plan", is one word: half of it would do something else.
// Lines that begin with a blank are set by their author and stay; width < 1
// wraps nothing.
func Wrap(text string, width int) []string {
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		if width < 1 || strings.HasPrefix(line, " ") || len(line) <= width {
			out = append(out, line)
			continue
		}
		out = append(out, wrapLine(line, width)...)
	}
	return out
}

func wrapLine(line string, width int) []string {
	var out []string
	start, end, columns := 0, 0, 0 // the line being built is line[start:end]
	for i := 0; i < len(line); {
		gap := i
		for i < len(line) && line[i] == ' ' {
			i++
		}
		word := i
		i += wordEnd(line[i:])
		wide := Width(line[word:i])
		if end > start && columns+word-gap+wide > width {
			out = append(out, line[start:end])
			start, columns = word, 0
			gap = word
		}
		columns += word - gap + wide
		end = i
	}
	return append(out, line[start:end])
}

// wordEnd is where the first word of a line ends.
func wordEnd(line string) int {
	const command = "\"livery "
	end := strings.IndexByte(line, ' ')
	at := strings.Index(line, command)
	if at < 0 || at > end {
		if end < 0 {
			return len(line)
		}
		return end
	}
	// Quotation marks that open within are those of an argument: they follow a blank or "=".
	open := false
	for i := at + len(command); i < len(line); i++ {
		switch {
		case line[i] != '"':
		case open:
			open = false
		case line[i-1] == ' ' || line[i-1] == '=':
			open = true
		default:
			return i + wordEnd(line[i:])
		}
	}
	return end
}
