package syntax

import (
	"cmp"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// addition is something to be added to a body or an object: a value, or with members
// a block or an object.
type addition struct {
	edit    Edit
	name    string
	value   cty.Value
	members []*addition
	after   []string // what may stand before it, the nearest last
	order   int      // among those that are added
}

func (a *addition) isBlock() bool { return a.members != nil }

// plan adds what an edit wants to those that its siblings want. depth is how much of
// its path is there already; fold is what two spellings of one name have in common.
func plan(siblings []*addition, e Edit, depth int, fold func(string) string) ([]*addition, error) {
	name, leaf := e.path[depth], depth == len(e.path)-1
	after := predecessors(e, depth, fold)
	for _, s := range siblings {
		switch {
		case fold(s.name) != fold(name):
			continue
		case leaf || !s.isBlock():
			return nil, &EditError{Range: e.at, Err: ErrOverlap, Detail: strings.Join(e.path, ".") + " is added twice"}
		}
		if len(after) > len(s.after) {
			s.after = after
		}
		s.order = min(s.order, len(e.after))
		members, err := plan(s.members, e, depth+1, fold)
		s.members = members
		return siblings, err
	}
	a := &addition{edit: e, name: name, after: after, order: len(e.after), value: e.value}
	if !leaf {
		members, err := plan(nil, e, depth+1, fold)
		if err != nil {
			return nil, err
		}
		a.members = members
	}
	return append(siblings, a), nil
}

// predecessors are the names at one step of the path that may stand before it.
func predecessors(e Edit, depth int, fold func(string) string) []string {
	var names []string
	for _, path := range e.after {
		if len(path) <= depth || fold(path[depth]) == fold(e.path[depth]) {
			continue
		}
		beside := slices.EqualFunc(path[:depth], e.path[:depth], func(a, b string) bool { return fold(a) == fold(b) })
		if name := fold(path[depth]); beside && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// inOrder sorts additions as they shall stand behind each other: what has more
// predecessors comes later.
func inOrder(list []*addition) []*addition {
	return slices.SortedStableFunc(slices.Values(list), func(a, b *addition) int {
		return cmp.Or(cmp.Compare(a.order, b.order), cmp.Compare(a.name, b.name))
	})
}

// insertion is the text of what is added, and where its values begin.
type insertion struct {
	strings.Builder
	eol    string
	values []written
}

func (in *insertion) writeValue(text string, v cty.Value) {
	in.values = append(in.values, written{in.Len(), v})
	in.WriteString(text)
}
