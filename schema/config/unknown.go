package config

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"

	"livery/schema/explain"
)

// UnknownName says why nothing has the name that a reference begins with, and what may be
// meant; the reference may stand in a text.
func (m *Module) UnknownName(ref hcl.Traversal, inText bool) string {
	root := ref.RootName()
	switch root {
	case "each":
		return "each.key and each.value exist only in a locale with for_each, and in a check with it."
	case "self":
		return "self.code exists only inside a locale."
	case DocumentsName, SessionsName:
		return root + " exists only in a check block: nothing that is sent can depend on what is sent elsewhere. Put what is shared into a theme or locals."
	case "locale", "session":
		return fmt.Sprintf("Values of a %s cannot be referred to; put what is shared into a theme or locals.", root)
	}
	detail := fmt.Sprintf("There is nothing named %q.", root)
	switch {
	case m.Variables[root] != nil:
		return detail + fmt.Sprintf(" Did you mean var.%s?", root)
	case m.Locals[root] != nil:
		return detail + fmt.Sprintf(" Did you mean local.%s?", root)
	case m.Themes[root] != nil:
		return detail + fmt.Sprintf(" Did you mean theme.%s?", root)
	}
	return detail + explain.UnknownName(ref, inText)
}
