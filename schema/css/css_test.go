package css

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestNamed(t *testing.T) {
	words := strings.Fields(namedColours)
	assert.Len(t, words, 2*148, "CSS has 148 names")
	for i := 0; i < len(words); i += 2 {
		assert.Regexp(t, regexp.MustCompile("^#[0-9a-f]{6}$"), words[i+1])
		assert.Equal(t, words[i+1], Named(words[i]))
	}
	for _, s := range []string{"", "d", "dark", "brandgreen", "green dark", "#006400"} {
		assert.Empty(t, Named(s), s)
	}
}
