package tokens

import (
	"slices"

	"github.com/hashicorp/hcl/v2"

	"livery/schema/jsontext"
)

// Step is a token, or a part of one, on the way from an alias to the words or digits.
type Step struct {
	Path  []string
	Range hcl.Range // of its value
}

// Steps lead from what a path names to what that refers to, and so on, at most as many as
// limit. A path that leads nowhere has the place where it stops leading.
func (s *Set) Steps(path []string, limit int) []Step {
	var steps []Step
	for len(path) > 0 && len(steps) < limit {
		n, v, rest := s.descend(path)
		if n == s.root {
			break
		}
		steps = append(steps, Step{path, n.doc.rangeOf(v.Start, v.End)})
		path = nil
		if next := s.target(n, v); next != nil {
			path = slices.Concat(next, rest)
		}
	}
	return steps
}

// descend follows a path as far as it leads: through groups to a token, and into its value.
func (s *Set) descend(path []string) (*node, *jsontext.Value, []string) {
	n := s.root
	for len(path) > 0 && n.value == nil {
		next := n.child(path[0])
		if next == nil {
			break
		}
		n, path = next, path[1:]
	}
	v := n.at
	if n.value != nil {
		v = n.value
	}
	for len(path) > 0 {
		next := within(v, path[0])
		if next == nil {
			break
		}
		v, path = next, path[1:]
	}
	return n, v, path
}

// target is the path of what a value refers to; nil if it is a value of its own.
func (s *Set) target(n *node, v *jsontext.Value) []string {
	if name, ok := aliasName(v.Text); ok && v.Kind == jsontext.Text {
		if found, _ := s.lookUp(name, n); found != nil {
			return found.path()
		}
		return nil
	}
	ref := v.At("$ref")
	if ref == nil {
		return nil
	}
	steps, ok := pointerSteps(ref.Text)
	if !ok {
		return nil
	}
	return slices.DeleteFunc(steps, func(step string) bool { return step == "$value" })
}
