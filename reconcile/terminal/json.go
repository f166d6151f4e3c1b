package terminal

import (
	"encoding/json"
	"fmt"
	"io"
)

// WriteJSON writes a value indented, with a line end, and with characters such
// as < as they are.
func WriteJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return nil
}

// WriteJSONLine writes a value as one line of JSON and in one write, so that lines of
// several writers never mix.
func WriteJSONLine(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
