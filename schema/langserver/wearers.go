package langserver

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"livery/schema/config"
)

// aboutTheme is who extends and wears a theme.
func (v teller) aboutTheme(m Mention) string {
	text := fmt.Sprintf("**theme** `%s`\n", m.Name.Name)
	theme := v.Module.Themes[m.Name.Name]
	if theme == nil {
		return text
	}
	extended, worn := wearers(v.View, m.Name.Name)
	if len(extended) > 0 {
		text += fmt.Sprintf("\nExtended by %s.\n", some(extended))
	}
	if len(worn) > 0 {
		text += fmt.Sprintf("\nWorn by %s.\n", some(worn))
	}
	return text + v.elsewhere(theme.DefRange.Filename, func(n Neighbour) bool {
		extended, worn := wearers(n.View, m.Name.Name)
		return len(extended)+len(worn) > 0
	})
}

// wearers are the themes that extend a theme, and the documents whose own blocks name it.
func wearers(v *View, theme string) (extended, worn []string) {
	names := func(b *config.Block, attribute string) bool {
		a := b.Attribute(attribute)
		return a != nil && slices.ContainsFunc(config.References(a), func(t hcl.Traversal) bool { return config.RootOf(t) == "theme."+theme })
	}
	for name, b := range v.Module.Themes {
		if names(b, "extends") {
			extended = append(extended, name)
		}
	}
	for _, b := range v.Module.Locales {
		if !names(b, "theme") {
			continue
		}
		for _, d := range v.Documents() {
			if d.Range == b.DefRange {
				worn = append(worn, string(d.Locale))
			}
		}
	}
	slices.Sort(extended)
	slices.Sort(worn)
	return extended, worn
}

// elsewhere are the other stacks that read a file and use what stands there.
func (v teller) elsewhere(file string, uses func(Neighbour) bool) string {
	if v.Neighbours == nil {
		return ""
	}
	var stacks []string
	for _, n := range v.Neighbours(file) {
		if uses(n) {
			stacks = append(stacks, "`"+n.Path+"`")
		}
	}
	if len(stacks) == 0 {
		return ""
	}
	return fmt.Sprintf("\nAlso in %s.\n", some(stacks))
}

// some are the first of a list, and how many follow.
func some(names []string) string {
	if len(names) > maxShown {
		names = append(slices.Clone(names[:maxShown]), fmt.Sprintf("and %d more", len(names)-maxShown))
	}
	return strings.Join(names, ", ")
}
