// Package jsontext walks JSON text as it is written: the members of an object in their
// order, twice the same name included, which encoding/json would not show. It writes
// strings as encoding/json does, for those who put a text together themselves, and says
// of a text, before any of it is decoded, whether it stays within the limits of all that
// livery reads.
package jsontext

import (
	"bytes"
	"encoding/json"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"
)

// Members visits the members of a JSON object in their order. The object must be
// valid JSON, which one pass of encoding/json over the whole has shown: checking
// each level again would make reading a state three times as slow. Anything but
// an object has no members. A visit's error ends the walk.
func Members(object []byte, visit func(name string, value json.RawMessage) error) error {
	i := SkipBlanks(object, 0)
	if i >= len(object) || object[i] != '{' {
		return nil
	}
	for i++; ; i++ {
		if i = SkipBlanks(object, i); i >= len(object) || object[i] == '}' {
			return nil
		}
		end := endOfValue(object, i)
		name, err := String(object[i:end])
		if err != nil {
			return err
		}
		start := min(SkipBlanks(object, SkipBlanks(object, end)+1), len(object)) // behind the colon
		end = endOfValue(object, start)
		if err := visit(name, object[start:end:end]); err != nil {
			return err
		}
		if i = SkipBlanks(object, end); i >= len(object) || object[i] != ',' {
			return nil
		}
	}
}

// Compact is a copy of valid JSON without its blanks.
func Compact(src []byte) []byte {
	out := make([]byte, 0, len(src))
	for word := range words(src) {
		out = append(out, word...)
	}
	return out
}

// IsCompact reports whether compact is what Compact gives of src, without making it.
func IsCompact(compact, src []byte) bool {
	for word := range words(src) {
		var same bool
		if compact, same = bytes.CutPrefix(compact, word); !same {
			return false
		}
	}
	return len(compact) == 0
}

// words visits the strings of a JSON text and each other byte that is no blank.
func words(src []byte) iter.Seq[[]byte] {
	return func(visit func([]byte) bool) {
		for i := SkipBlanks(src, 0); i < len(src); i = SkipBlanks(src, i) {
			end := i + 1
			if src[i] == '"' {
				end = min(StringEnd(src, i)+1, len(src))
			}
			if !visit(src[i:end]) {
				return
			}
			i = end
		}
	}
}

// SkipBlanks is the offset of the first byte from i on that is no white space.
func SkipBlanks(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}

// endOfValue is the offset behind the value that begins at i.
func endOfValue(b []byte, i int) int {
	depth := 0
	for ; i < len(b); i++ {
		switch b[i] {
		case '"':
			i = StringEnd(b, i)
		case '{', '[':
			depth++
			continue
		case '}', ']':
			depth--
		case ',', ' ', '\n', '\t', '\r', ':':
			continue
		default:
			for i+1 < len(b) && bytes.IndexByte([]byte(",}] \n\t\r"), b[i+1]) < 0 {
				i++
			}
		}
		if depth == 0 {
			return min(i+1, len(b))
		}
	}
	return len(b)
}

// StringEnd is where the string that begins at i ends: at its quotation mark, or behind
// the text if it has none.
func StringEnd(src []byte, i int) int {
	for start := i + 1; ; {
		n := bytes.IndexByte(src[i+1:], '"')
		if n < 0 {
			return len(src)
		}
		i += n + 1
		slashes := 0
		for i-slashes > start && src[i-slashes-1] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			return i
		}
	}
}

// String reads a JSON string.
func String(raw []byte) (string, error) {
	if len(raw) >= 2 && raw[0] == '"' && bytes.IndexByte(raw, '\\') < 0 && utf8.Valid(raw) {
		return string(raw[1 : len(raw)-1]), nil
	}
	var s string
	err := json.Unmarshal(raw, &s)
	return s, err
}

// AppendString appends a text as a JSON string, as encoding/json writes it without the
// escapes of HTML.
func AppendString(dst []byte, s string) []byte {
	if isPlain(s) {
		dst = append(slices.Grow(dst, len(s)+2), '"')
		dst = append(dst, s...)
		return append(dst, '"')
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string always is JSON
	return append(dst, bytes.TrimSuffix(b.Bytes(), []byte("\n"))...)
}

// Quote is a text as a JSON string, as [AppendString] writes it.
func Quote(s string) string { return string(AppendString(nil, s)) }

// isPlain reports whether nothing in a text needs an escape, as in almost all of them.
func isPlain(s string) bool {
	var all byte
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c == '"' || c == '\\' {
			return false
		}
		all |= c
	}
	return all < utf8.RuneSelf || utf8.ValidString(s) && !strings.Contains(s, "\u2028") && !strings.Contains(s, "\u2029")
}
