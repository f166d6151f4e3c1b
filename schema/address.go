package schema

import (
	"fmt"
	"strings"

	"livery/schema/wording"
)

// AddressKind is what an address names.
type AddressKind string

const (
	LocaleAddress  AddressKind = "locale"
	SessionAddress AddressKind = "session"
	ThemeAddress   AddressKind = "theme" // only in diagnostics: a theme alone pushes nothing
)

// Address names something declared, such as locale.en_US.
type Address struct {
	Kind AddressKind `json:"kind"`
	Name string      `json:"name"`
}

// AddressOf is the address of a document.
func (l Locale) AddressOf() Address { return Address{LocaleAddress, string(l)} }

// String is the address as people write it; "" for the zero address.
func (a Address) String() string {
	if a.Kind == "" {
		return ""
	}
	return string(a.Kind) + "." + a.Name
}

// ParseAddress reads locale.en_US or session.onboarding; a short locale name
// means the long one.
func ParseAddress(s string) (Address, error) {
	kind, name, ok := strings.Cut(s, ".")
	switch {
	case !ok || name == "":
		return Address{}, fmt.Errorf("%q is not an address: write locale.en_US or session.NAME", s)
	case kind == string(LocaleAddress):
		loc, known := ParseLocale(name)
		if !known {
			return Address{}, fmt.Errorf("%q: %q is not a locale of the service%s", s, name, wording.OrMeant(NearestLocale(name)))
		}
		return loc.AddressOf(), nil
	case kind == string(SessionAddress):
		return Address{SessionAddress, name}, nil
	default:
		return Address{}, fmt.Errorf("%q is not an address: only locale.CODE and session.NAME can be addressed", s)
	}
}

// Compare orders addresses: locales first, then by name.
func (a Address) Compare(b Address) int {
	if a.Kind != b.Kind {
		return strings.Compare(string(a.Kind), string(b.Kind))
	}
	return strings.Compare(a.Name, b.Name)
}
