package langserver

import "strings"

// plain is Markdown that shows a text letter for letter. Editors draw what a hover holds,
// with its stars and its pictures, and a translator wants to see what stands there.
func plain(text string) string {
	var b strings.Builder
	for _, r := range text {
		if strings.ContainsRune("\\`*_[]<&~", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// code is Markdown for words of a language, whatever quotes they hold.
func code(text string) string {
	fence, room := "`", ""
	for strings.Contains(text, fence) {
		fence, room = fence+"`", " "
	}
	return fence + room + text + room + fence
}
