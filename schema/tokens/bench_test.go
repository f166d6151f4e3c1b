package tokens

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkRead reads 5,000 tokens: colours as objects, and as many aliases.
func BenchmarkRead(b *testing.B) {
	var src strings.Builder
	src.WriteString(`{"color": {"$type": "color"`)
	for i := range 2500 {
		fmt.Fprintf(&src, `, "c%d": {"$value": {"colorSpace": "srgb", "components": [%g, 0.5, 0.25], "alpha": 1, "hex": "#%02x8040"}, "$description": "A colour"}`, i, float64(i%256)/255, i%256)
		fmt.Fprintf(&src, `, "a%d": {"$value": "{color.c%d}"}`, i, i)
	}
	src.WriteString("}}")
	for b.Loop() {
		_, err := read(src.String())
		require.NoError(b, err)
	}
}
