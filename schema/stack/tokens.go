package stack

import (
	"path"
	"slices"

	"livery/schema/syntax"
)

// readTokens gives a stack the sets of design tokens that it was made of. A document that
// was not evaluated again asked for its own the last time.
func readTokens(s *scope, stack *Stack, last *memory) {
	if s.last != nil || s.recalled {
		read := s.files.Dependencies()
		for _, source := range last.tokens {
			if !slices.ContainsFunc(source.Names, func(name string) bool { return !reads(read, path.Clean(name)) }) {
				_, _ = s.tokens.Read(source) // what is wrong with it was reported
			}
		}
	}
	sources := s.tokens.Sources()
	s.memory.tokens = sources
	for _, source := range sources {
		set, err := s.tokens.Read(source)
		for _, name := range set.Names() { // also of one that is at fault, whose lines are shown
			s.json.Show(name)
		}
		if err == nil {
			stack.Tokens = append(stack.Tokens, set)
		}
	}
	stack.Ignores = slices.Concat(s.module.Ignores, s.TokenIgnores(stack.Tokens))
}

func reads(list []syntax.Dependency, name string) bool {
	return slices.ContainsFunc(list, func(d syntax.Dependency) bool { return d.Kind == syntax.Content && d.Path == name })
}
