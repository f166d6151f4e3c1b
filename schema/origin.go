package schema

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
)

// OriginKind says what holds the words or digits of a value.
type OriginKind string

// Kinds of origins.
const (
	FromLiteral  OriginKind = "literal"  // the document's or session's own block, or an element of for_each
	FromTheme    OriginKind = "theme"    // a theme
	FromLocal    OriginKind = "local"    // a named value
	FromVariable OriginKind = "variable" // a value given to a variable
	FromDefault  OriginKind = "default"  // the default of a variable
	FromTexts    OriginKind = "texts"    // a file of texts
	FromToken    OriginKind = "token"    // a design token
)

// Origin says where the words or digits stand that people would edit to change a value,
// and the way there. It never holds a value itself, so that none is shown that is
// sensitive. Values that come from the same place share one Origin; it must not be changed.
type Origin struct {
	Kind OriginKind `json:"kind"`
	// Path names what holds the value, as expressions or files name it: var.brand,
	// theme.base, color.primary, mobileResultPage.successDesc. It is "" for a literal.
	Path string `json:"path,omitempty"`
	// Range is where it stands; the zero Range for a variable that no file sets.
	Range hcl.Range `json:"range,omitzero"`
	// Derived says that a function or an operator computed the value: the origin is then
	// the first of what it was computed from.
	Derived bool `json:"derived,omitempty"`
	// Chain is the whole way from the value's own expression to the words or digits. The
	// origin is one of its steps: the last, unless that is a token's alias, which leads on
	// to another token, or a variable that no file sets, whose last step names the flag or
	// environment variable. It is empty for a literal.
	Chain []Step `json:"chain,omitempty"`
	// Also are the other tokens that a derived value was computed from.
	Also []Step `json:"-"`
}

func (o *Origin) isSame(p *Origin) bool {
	return o == p || o != nil && p != nil && o.Kind == p.Kind && o.Path == p.Path && o.Range == p.Range && o.Derived == p.Derived &&
		slices.Equal(o.Chain, p.Chain) && slices.Equal(o.Also, p.Also)
}

// Step is one name that an expression refers to.
type Step struct {
	Kind  OriginKind `json:"kind"`
	Path  string     `json:"path"`
	Range hcl.Range  `json:"range,omitzero"` // where the name is given its value; zero outside of files
}
