package wording_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"livery/schema/wording"
)

func TestCommand(t *testing.T) {
	tests := map[string]struct {
		dir   string
		words []string
		want  string
	}{
		"here":    {".", []string{"plan"}, `livery plan`},
		"nothing": {"", nil, `livery`},
		"there":   {"brands/acme", []string{"apply", "-target=locale.en_US"}, `livery -chdir=brands/acme apply -target=locale.en_US`},
		"blanks":  {"my brand", []string{"lint", "-baseline=my base"}, `livery -chdir="my brand" lint "-baseline=my base"`},
		"dollar":  {".", []string{"show", "it's $5"}, `livery show 'it'\''s $5'`},
		"no word": {".", []string{""}, `livery ""`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { assert.Equal(t, test.want, wording.Command(test.dir, test.words...)) })
	}
	assert.Equal(t, `"a.plan"`, wording.QuotedWord("a.plan"))
}
