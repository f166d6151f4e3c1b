package schema

import (
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"slices"
	"strings"
)

// Secret is a string that never shows itself: whatever prints, logs or encodes
// it gets a notice instead. Convert it to string only where it is used.
type Secret string

// Hidden stands wherever a value must not be shown.
const Hidden = "(sensitive value)"

// String implements fmt.Stringer.
func (Secret) String() string { return Hidden }

// GoString implements fmt.GoStringer.
func (Secret) GoString() string { return Hidden }

// Format implements fmt.Formatter: without it a verb that does not fit, such as
// %d, would print the text in its complaint.
func (Secret) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, Hidden) }

// MarshalText implements encoding.TextMarshaler, and with it JSON.
func (Secret) MarshalText() ([]byte, error) { return []byte(Hidden), nil }

// LogValue implements slog.LogValuer.
func (Secret) LogValue() slog.Value { return slog.StringValue(Hidden) }

// minSecret is how many bytes a secret has at least that is looked for in texts: a
// shorter one would be found everywhere.
const minSecret = 8

// Forms lists how the secret may stand in a text: as it is, escaped for a URL, and as a
// part of what was encoded in base64, where it looks different at each of three places.
func (s Secret) Forms() []string {
	plain := string(s)
	if len(plain) < minSecret {
		return nil
	}
	forms := []string{plain, url.QueryEscape(plain), url.PathEscape(plain)}
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for before := range 3 {
			text := encoding.EncodeToString([]byte(strings.Repeat("x", before) + plain))
			first, last := (before*8+5)/6, (before+len(plain))*8/6 // the others hold bits of what stands beside it
			forms = append(forms, text[first:last])
		}
	}
	slices.Sort(forms)
	return slices.Compact(forms)
}
