package wording

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestDidYouMean(t *testing.T) {
	pages := []string{"mobileResultPage", "mobile_result_page", "pcResultPage", "pc_result_page", "mobileTipsPage", "mobile_tips_page"}
	for _, tt := range []struct {
		what, name string
		candidates []string
		want       string
	}{
		{"a letter", "lcale", []string{"livery", "locale", "locals"}, ` Did you mean "locale"?`},
		{"two letters in the wrong order", "lcoale", []string{"livery", "locale", "locals"}, ` Did you mean "locale"?`},
		{"another spelling", "mobileResultPage", []string{"mobile_tips_page", "mobile_result_page"}, ` Did you mean "mobile_result_page"?`},
		{"capitals", "Title_Text", []string{"title_text"}, ` Did you mean "title_text"?`},
		{"hyphens", "title-text", []string{"title_text"}, ` Did you mean "title_text"?`},
		{"the spelling that is nearest", "mobile_result_page_", pages, ` Did you mean "mobile_result_page"?`},
		{"a part that several have", "result_page", []string{"mobile_result_page", "pc_result_page"}, ` Did you mean "mobile_result_page" or "pc_result_page"?`},
		{"a part that too many have", "page", []string{"a_page", "b_page", "c_page", "d_page"}, ""},
		{"a short name is near to everything", "ab", []string{"cd"}, ""},
		{"nothing like it", "resource", []string{"livery", "locale"}, ""},
		{"the same", "locale", []string{"locale"}, ` Did you mean "locale"?`},
		{"no name", "", []string{"locale"}, ""},
		{"no candidates", "locale", nil, ""},
	} {
		t.Run(tt.what, func(t *testing.T) { assert.Equal(t, tt.want, DidYouMean(tt.name, tt.candidates)) })
	}
}
