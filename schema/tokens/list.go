package tokens

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"livery/schema/jsontext"
)

// Token is a token of a set as it is listed.
type Token struct {
	Name        string // its path as aliases write it
	Path        []string
	Type        string // "" where the file does not say
	Value       cty.Value
	Alias       string // the name of the token that it refers to; "" for none
	Chain       []Step // from there to the words or digits; none where there is no alias
	Description string

	IsDeprecated bool
	Deprecated   string // what the file says of that; "" if it says no more

	File  string // the name in ranges
	Range hcl.Range
}

// tokens are the tokens in the order of the files, but for those that have no place of
// their own, since their group extends another one.
func (s *Set) tokens(yield func(*node) bool) {
	seen := make(map[*jsontext.Value]bool, s.nodes)
	s.root.walk(func(n *node) bool {
		if seen[n.value] {
			return true
		}
		seen[n.value] = true
		return yield(n)
	})
}

func (n *node) walk(yield func(*node) bool) bool {
	if n.value != nil {
		return yield(n)
	}
	for _, c := range n.children {
		if !c.walk(yield) {
			return false
		}
	}
	return true
}

// Tokens lists the tokens of the set. What a group takes over from one that it extends has
// the place that it has there.
func (s *Set) Tokens() []Token {
	var list []Token
	s.root.walk(func(n *node) bool {
		list = append(list, n.token(s))
		return true
	})
	return list
}

func (n *node) token(s *Set) Token {
	value, path := cty.DynamicVal, n.path()
	if n.state == done && n.fault == nil {
		value, _ = Split(n.result.value)
	}
	t := Token{
		Name: n.dotted(), Path: path, Type: n.result.kind, Value: value, Description: n.description,
		File: n.doc.shown, Range: n.doc.rangeOf(n.value.Start, n.value.End),
	}
	if at := n.inheritedDeprecation(); isDeprecated(at) {
		if t.IsDeprecated = true; at.Kind == jsontext.Text {
			t.Deprecated = at.Text
		}
	}
	if steps := s.Steps(path, maxAliases); len(steps) > 1 {
		t.Alias, t.Chain = strings.Join(steps[1].Path, "."), steps[1:]
	}
	return t
}

// Find is the token of that name, as aliases write it.
func (s *Set) Find(name string) (Token, bool) {
	n := s.root.find(strings.Split(name, "."))
	if n != nil && n.value == nil {
		n = n.child(Root)
	}
	if n == nil || n.value == nil {
		return Token{}, false
	}
	return n.token(s), true
}

// Group lists what lies below a group: the paths from there, and where the group stands;
// false if there is no such group.
func (s *Set) Group(name string) (names []string, at hcl.Range, ok bool) {
	group := s.root.find(strings.Split(name, "."))
	if group == nil || group.value != nil || group == s.root {
		return nil, hcl.Range{}, false
	}
	group.walk(func(n *node) bool {
		names = append(names, strings.Join(n.path()[len(group.path()):], "."))
		return true
	})
	return names, group.doc.rangeOf(group.at.Start, group.at.Start+1), true
}

// Reaches marks the places of the tokens that a value is made of, at any number of aliases.
func (s *Set) Reaches(at hcl.Range, reached map[hcl.Range]bool) {
	for n := range s.tokens {
		if n.doc.shown == at.Filename && n.value.Start <= at.Start.Byte && at.Start.Byte < n.value.End {
			reacher{s, func(n *node) bool {
				place := n.doc.rangeOf(n.value.Start, n.value.End)
				again := reached[place]
				reached[place] = true
				return !again
			}}.reach(n)
		}
	}
}

// reacher follows tokens to what they are made of.
type reacher struct {
	*Set
	visit func(*node) bool // false if the token was visited before
}

func (s reacher) reach(n *node) {
	if s.visit(n) {
		s.references(n, n.value)
	}
}

// references follows each token that a value names, wherever in it.
func (s reacher) references(n *node, v *jsontext.Value) {
	if v.Kind == jsontext.Text {
		for rest := v.Text; ; {
			_, after, open := strings.Cut(rest, "{")
			name, behind, closed := strings.Cut(after, "}")
			if !open || !closed {
				return
			}
			if target, _ := s.lookUp(strings.TrimSpace(name), n); target != nil {
				s.reach(target)
			}
			rest = behind
		}
	}
	if ref := v.At("$ref"); ref != nil {
		if steps, ok := pointerSteps(ref.Text); ok {
			if target, _ := s.pointed(steps); target != nil && target.value != nil {
				s.reach(target)
			}
		}
	}
	for _, m := range v.Members {
		s.references(n, m.Value)
	}
}
