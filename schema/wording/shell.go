package wording

import (
	"path/filepath"
	"strings"
	"unicode"
)

// Command is a command line that people copy: livery in a directory, "." for the one that
// they are in, with these words behind it.
func Command(dir string, words ...string) string {
	line := "livery"
	if dir != "." && dir != "" {
		line += " -chdir=" + ShellWord(filepath.ToSlash(dir))
	}
	for _, w := range words {
		line += " " + ShellWord(w)
	}
	return line
}

// ShellWord is s as one word of a command line: in quotation marks where a shell would
// read more than letters in it.
func ShellWord(s string) string {
	plain := func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-_./:@%+=,", r)
	}
	if s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !plain(r) }) {
		return s
	}
	return QuotedWord(s)
}

// QuotedWord is s as one word of a command line, in quotation marks in any case.
func QuotedWord(s string) string {
	if strings.ContainsAny(s, "\"$`\\!") {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	return `"` + s + `"` // which every shell understands
}
