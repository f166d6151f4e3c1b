package jsontext

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Explain says in plain words what is wrong with a text that is no JSON, as the end of a
// sentence. The error is that of package encoding/json, the offset that of the byte where
// it stopped.
func Explain(src []byte, offset int, err error) string {
	if len(bytes.TrimSpace(src)) == 0 {
		return "the file is empty"
	}
	if strings.HasPrefix(err.Error(), "unexpected end") || offset >= len(src) {
		return "the file ends too early, before something that was opened is closed"
	}
	here, _ := utf8.DecodeRune(src[max(0, offset):])
	before := bytes.TrimRight(src[:max(0, offset)], " \t\r\n")
	switch {
	case strings.ContainsRune("“”„«»‘’", here):
		return fmt.Sprintf("%c is a curly quote, as word processors set it; write the straight one, \"", here)
	case here == '\'':
		return `names and texts stand in double quotes, "`
	case here == '/' || here == '#':
		return "there are no comments in JSON; take this one out"
	case (here == '}' || here == ']') && bytes.HasSuffix(before, []byte(",")):
		return fmt.Sprintf("a comma stands before this %c; take it out", here)
	case strings.Contains(err.Error(), "after object key:value pair"), strings.Contains(err.Error(), "after array element"):
		return "a comma is missing before this"
	case strings.Contains(err.Error(), "after object key"):
		return "a colon is missing before this"
	case strings.Contains(err.Error(), "after top-level value"):
		return "this stands behind the end of the JSON value; take it out"
	case here == '\n' || here == '\r' || here == '\t':
		return `a line end or a tab stands within a text; write \n or \t`
	case strings.Contains(err.Error(), "object key string"):
		return "a name in double quotes is expected here"
	}
	return err.Error()
}

// Encoding names what a text most likely is that is not UTF-8.
func Encoding(src []byte) string {
	if bytes.HasPrefix(src, []byte("\xff\xfe")) || bytes.HasPrefix(src, []byte("\xfe\xff")) || isEverySecond(src) {
		return "UTF-16"
	}
	return "most likely Latin-1 or a relative of it"
}

// isEverySecond reports whether there are about as many NULs as between Latin letters in
// UTF-16, which takes two bytes for each.
func isEverySecond(src []byte) bool {
	nuls, size := bytes.Count(src, []byte{0}), len(src)
	return size%2 == 0 && nuls > size/4 && nuls < size*3/4
}
