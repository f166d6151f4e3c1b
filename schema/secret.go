package schema

import (
	"fmt"
	"io"
	"log/slog"
)

// Secret is a string that never shows itself: whatever prints, logs or encodes
// it gets a notice instead. Convert it to string only where it is used.
type Secret string

const hidden = "(sensitive value)"

// String implements fmt.Stringer.
func (Secret) String() string { return hidden }

// GoString implements fmt.GoStringer.
func (Secret) GoString() string { return hidden }

// Format implements fmt.Formatter: without it a verb that does not fit, such as
// %d, would print the text in its complaint.
func (Secret) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, hidden) }

// MarshalText implements encoding.TextMarshaler, and with it JSON.
func (Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// LogValue implements slog.LogValuer.
func (Secret) LogValue() slog.Value { return slog.StringValue(hidden) }
