package preview

import (
	"fmt"
	"html"
)

// HTMLWriter is a piece of HTML being written. Only Raw takes markup; whatever else is
// given may come from anybody and is escaped.
type HTMLWriter struct{ buf []byte }

// Raw writes markup as it is.
func (w *HTMLWriter) Raw(markup string) { w.buf = append(w.buf, markup...) }

// Text writes words.
func (w *HTMLWriter) Text(s string) { w.Raw(html.EscapeString(s)) }

// Attr writes an attribute; none for the empty value.
func (w *HTMLWriter) Attr(name, value string) {
	if value == "" {
		return
	}
	w.Raw(" " + name + `="`)
	w.Text(value)
	w.Raw(`"`)
}

// Printf writes markup with values in it: strings are escaped.
func (w *HTMLWriter) Printf(format string, args ...any) {
	for i, a := range args {
		if s, ok := a.(string); ok {
			args[i] = html.EscapeString(s)
		}
	}
	w.buf = fmt.Appendf(w.buf, format, args...)
}

// String is what has been written.
func (w *HTMLWriter) String() string { return string(w.buf) }
