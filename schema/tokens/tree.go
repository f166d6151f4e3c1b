package tokens

import (
	"fmt"
	"slices"
	"strings"

	"livery/schema/jsontext"
	"livery/schema/wording"
)

// node is a group or a token. A token is one that has a value or refers to another.
type node struct {
	name     string
	parent   *node
	children []*node
	byName   map[string]*node // of many children; made when one of them is first looked for

	doc   *document
	at    *jsontext.Value // the object
	value *jsontext.Value // of a token: its $value, or the object itself where $ref stands beside no $value

	kind        string // its own $type
	description string
	extends     *jsontext.Value
	deprecated  *jsontext.Value
	fault       *Fault // it cannot be used, with all that it holds

	state  progress
	result resolved
}

type progress uint8

const (
	untouched progress = iota
	visiting
	done
)

// fewChildren are so many that looking through them is faster than a map.
const fewChildren = 8

func (n *node) child(name string) *node {
	if len(n.children) <= fewChildren {
		for _, c := range n.children {
			if c.name == name {
				return c
			}
		}
		return nil
	}
	if n.byName == nil {
		n.byName = make(map[string]*node, len(n.children))
		for _, c := range n.children {
			n.byName[c.name] = c
		}
	}
	return n.byName[name]
}

// path names the token or group from the root of the set.
func (n *node) path() []string {
	var path []string
	for ; n.parent != nil; n = n.parent {
		path = append(path, n.name)
	}
	slices.Reverse(path)
	return path
}

// dotted is a path as aliases name it.
func (n *node) dotted() string { return strings.Join(n.path(), ".") }

// inheritedKind is the $type of the nearest group that has one, or the own one.
func (n *node) inheritedKind() string {
	for ; n != nil; n = n.parent {
		if n.kind != "" {
			return n.kind
		}
	}
	return ""
}

// inheritedDeprecation is what $deprecated says of the token, or of the nearest group; nil
// for nothing.
func (n *node) inheritedDeprecation() *jsontext.Value {
	for ; n != nil; n = n.parent {
		if n.deprecated != nil {
			return n.deprecated
		}
	}
	return nil
}

// builder puts a set together.
type builder struct{ *Set }

func (s builder) add(parent *node, name string) *node {
	if len(s.unused) == 0 {
		s.unused = make([]node, 64)
	}
	n := &s.unused[0]
	s.unused = s.unused[1:]
	n.name, n.parent = name, parent
	if parent.children == nil && parent.at != nil {
		parent.children = make([]*node, 0, len(parent.at.Members))
	}
	parent.children = append(parent.children, n)
	if parent.byName != nil {
		parent.byName[name] = n
	}
	s.nodes++
	return n
}

// merge lays an object of a file over a group: groups are put together, and a token takes
// the place of what was there.
func (s builder) merge(n *node, doc *document, at *jsontext.Value) {
	n.doc, n.at = doc, at
	isToken := at.At(doc.valueName()) != nil || at.At("$ref") != nil
	if older := at.At("value"); older != nil && !isToken && older.Kind != jsontext.Object {
		n.value = older
		n.fault = s.fault(n, older, "Two ways to write a token",
			fmt.Sprintf("%q has a value without the dollar sign, while other tokens of this file have a $value. Write $value here too.", n.dotted()))
		return
	}
	known := n.child // of an empty group nothing needs to be looked up, unless a name stands twice
	if len(n.children) == 0 && len(doc.faults) == 0 {
		known = func(string) *node { return nil }
	}
	for _, m := range at.Members {
		if s.nodes > maxTokens {
			return
		}
		s.member(n, m, isToken, known)
	}
	s.judge(n)
}

// member reads one member of a group or a token.
func (s builder) member(n *node, m jsontext.Member, ofToken bool, known func(string) *node) {
	isText, valueName := m.Value.Kind == jsontext.Text, n.doc.valueName()
	name := m.Name
	if n.doc.legacy && (name == "type" || name == "description") && isText {
		name = "$" + name
	}
	switch {
	case name == valueName && (name != "value" || m.Value.Kind != jsontext.Object || !holdsName(m.Value, "value")):
		n.value = m.Value
	case name == "$ref" && n.value == nil:
		n.value = n.at
	case name == "$type" && isText:
		n.kind = m.Value.Text
	case name == "$description" && isText:
		n.description = m.Value.Text
	case name == "$extends":
		n.extends = m.Value
	case name == "$deprecated":
		n.deprecated, s.deprecates = m.Value, true
	case strings.HasPrefix(name, "$") && name != Root && m.Value.At(valueName) == nil:
		// a property that means nothing here, such as $extensions
	case ofToken && !holdsName(m.Value, valueName):
		// a remark that some tool keeps beside the value
	case m.Value.Kind == jsontext.Object:
		s.child(n, m, known(m.Name))
	case !n.doc.legacy:
		s.stray(n, m, known(m.Name))
	}
}

func (s builder) child(n *node, m jsontext.Member, child *node) {
	switch {
	case child == nil:
		child = s.add(n, m.Name)
	case child.value != nil || child.fault != nil || m.Value.At("$ref") != nil || m.Value.At(n.doc.valueName()) != nil:
		*child = node{name: m.Name, parent: n}
	}
	s.merge(child, n.doc, m.Value)
	switch {
	case strings.HasPrefix(m.Name, "$") && m.Name != Root:
		child.fault = s.fault(child, m.Value, "Bad name of a token",
			fmt.Sprintf("%q begins with a dollar sign, as only properties of the format do. Name the token without it.", m.Name))
	case strings.ContainsAny(m.Name, "{}."):
		child.fault = s.fault(child, m.Value, "Bad name of a token",
			fmt.Sprintf("%q holds a brace or a full stop, so that no alias can name it. Write it without.", m.Name))
	}
}

// stray is a member that is neither a token nor a group.
func (s builder) stray(n *node, m jsontext.Member, child *node) {
	if child == nil {
		child = s.add(n, m.Name)
	}
	*child = node{name: m.Name, parent: n, doc: n.doc, at: m.Value}
	child.fault = s.fault(child, m.Value, "Neither a token nor a group",
		fmt.Sprintf("%q is neither a token nor a group: it is no object.", child.dotted()))
}

// judge finds what keeps an object from being a token.
func (s builder) judge(n *node) {
	if n.value == nil || n.fault != nil {
		return
	}
	if n.doc.legacy {
		n.drop()
		s.judgeExtension(n)
		return
	}
	for _, c := range n.children {
		if c.holdsTokens() {
			if n.value == n.at { // a group that takes over another one
				n.extends, n.value = n.at.At("$ref"), nil
				return
			}
			n.fault = s.fault(n, c.at, "Token and group at once",
				fmt.Sprintf("%q is a token and a group at once: it has a $value in line %d and holds %q here. Name the token $root within the group.",
					n.dotted(), n.doc.rangeOf(n.value.Start, n.value.End).Start.Line, c.name))
			return
		}
	}
	n.drop()
	if alpha := n.at.At("alpha"); alpha != nil {
		n.fault = s.fault(n, alpha, "Alpha beside a colour",
			fmt.Sprintf("%q has an alpha beside its $value, which the format does not know. Write it into the $value: { \"colorSpace\": …, \"components\": …, \"alpha\": %s }.", n.dotted(), alpha.Text))
		return
	}
	s.judgeExtension(n)
}

// drop leaves out what a token holds that is no token.
func (n *node) drop() { n.children, n.byName = nil, nil }

func (n *node) holdsTokens() bool {
	return n.value != nil || slices.ContainsFunc(n.children, (*node).holdsTokens)
}

// judgeExtension refuses what Tokens Studio computes after it has resolved the value.
func (s builder) judgeExtension(n *node) {
	for _, name := range []string{"$extensions", "extensions"} {
		if modify := n.at.At(name).At("studio.tokens").At("modify"); modify != nil {
			how := "it"
			if kind := modify.At("type"); kind != nil {
				how = "by " + kind.Text
			}
			n.fault = s.fault(n, modify, "Computed by Tokens Studio",
				fmt.Sprintf("Tokens Studio changes the colour of %q %s, which is not computed here. Export the tokens with their values resolved.", n.dotted(), how))
		}
	}
}

// inherit gives every group the tokens of the one that it extends.
func (s builder) inherit(n *node) {
	if n.state != untouched {
		return
	}
	n.state = visiting
	if n.value != nil && n.value == n.at { // it stands for a token or for a group
		if steps, ok := pointerSteps(n.at.At("$ref").Text); ok {
			if target := s.root.find(steps); target != nil && target.value == nil && target.fault == nil && target != n {
				n.extends, n.value = n.at.At("$ref"), nil
			}
		}
	}
	if n.extends != nil && n.fault == nil {
		s.extend(n)
	}
	for _, c := range n.children {
		s.inherit(c)
	}
	n.state = untouched
	if n.parent != nil && n.value == nil {
		n.state = done
	}
}

func (s builder) extend(n *node) {
	text := n.extends.Text
	refuse := func(detail string) {
		n.fault = s.fault(n, n.extends, "Cannot extend this group", fmt.Sprintf("%q extends %s, %s", n.dotted(), text, detail))
	}
	var base *node
	if name, ok := aliasName(text); ok && n.extends.Kind == jsontext.Text {
		base = s.root.find(strings.Split(name, "."))
	} else if steps, ok := pointerSteps(text); ok {
		base = s.root.find(steps)
	} else {
		refuse("which is no reference to a group of this set. Write {group} or #/group.")
		return
	}
	switch {
	case base == nil:
		refuse("which does not exist." + s.guess(strings.Split(strings.Trim(text, "{}#/"), ".")))
		return
	case base.value != nil:
		refuse("which is a token. Only a group can be extended.")
		return
	case base.state == visiting:
		refuse(fmt.Sprintf("which leads back to %s.", n.dotted()))
		return
	}
	s.inherit(base)
	switch {
	case base.fault != nil:
		n.fault = base.fault
	default:
		s.takeOver(n, base)
	}
}

// takeOver copies what a group does not have itself.
func (s builder) takeOver(n, base *node) {
	if n.kind == "" {
		n.kind = base.inheritedKind()
	}
	if n.deprecated == nil {
		n.deprecated = base.inheritedDeprecation()
	}
	for _, c := range slices.Clone(base.children) {
		if s.nodes > maxTokens {
			return
		}
		own := n.child(c.name)
		switch {
		case own == nil:
			own = s.add(n, c.name)
			own.doc, own.at, own.value, own.kind, own.description, own.fault = c.doc, c.at, c.value, c.kind, c.description, c.fault
			own.deprecated = c.deprecated
			s.takeOver(own, c)
			own.kind = c.kind
		case own.value == nil && c.value == nil:
			s.takeOver(own, c)
		}
	}
}

// find is the group or token that a path leads to from here; nil if there is none.
func (n *node) find(path []string) *node {
	for _, name := range path {
		if n = n.child(name); n == nil {
			return nil
		}
	}
	return n
}

// named is what a path written as aliases do leads to.
func (n *node) named(dotted string) *node {
	for more := true; more && n != nil; {
		var name string
		name, dotted, more = strings.Cut(dotted, ".")
		n = n.child(name)
	}
	return n
}

// lookUp is the token that an alias names: by its path from the root, in the older form
// with "value" at the end, or, in a file of sets, within one of the sets.
func (s *Set) lookUp(name string, from *node) (*node, string) {
	if n := s.root.named(name); n != nil && n.value != nil {
		return n, ""
	}
	path := strings.Split(name, ".")
	if last := len(path) - 1; last > 0 && path[last] == "value" && s.root.find(path) == nil {
		path = path[:last]
		if n := s.root.find(path); n != nil && n.value != nil {
			return n, ""
		}
	}
	if n, problem := s.lookUpInSets(path, from); n != nil || problem != "" {
		return n, problem
	}
	if n := s.root.find(path); n != nil && n.child(Root) == nil {
		return nil, "which is a group." + s.guess(append(path, ""))
	}
	if root := s.root.find(append(path, Root)); root != nil {
		return nil, fmt.Sprintf("which is a group. Its own value is {%s.$root}.", name)
	}
	return nil, "which does not exist." + s.guess(path)
}

// lookUpInSets looks into the set of the token itself, then into the others. Where these
// hold different tokens of the name, which one counts is up to the theme that somebody
// chooses in Tokens Studio.
func (s *Set) lookUpInSets(path []string, from *node) (*node, string) {
	if !s.studio {
		return nil, ""
	}
	own := from
	for own.parent != nil && own.parent.parent != nil {
		own = own.parent
	}
	inSet := func(set *node) *node {
		if n := set.find(path); n != nil && n.value != nil && n != from {
			return n
		}
		return nil
	}
	if n := inSet(own); n != nil {
		return n, ""
	}
	var found *node
	for _, set := range s.root.children {
		n := inSet(set)
		if n == nil {
			continue
		}
		if found != nil && string(found.doc.src[found.value.Start:found.value.End]) != string(n.doc.src[n.value.Start:n.value.End]) {
			return nil, fmt.Sprintf("which stands in the sets %q and %q with different values. Name the set: {%s}.",
				found.path()[0], set.name, strings.Join(append([]string{set.name}, path...), "."))
		}
		if found == nil {
			found = n
		}
	}
	return found, ""
}

// guess says what a path that leads nowhere may have meant, and where it stops leading.
func (s *Set) guess(path []string) string {
	n := s.root
	for i, name := range path {
		next := n.child(name)
		if next != nil {
			n = next
			continue
		}
		if s.guesses += len(n.children); s.guesses > maxGuesses {
			return ""
		}
		names := make([]string, len(n.children))
		for j, c := range n.children {
			names[j] = c.name
		}
		if near := wording.Nearest(name, names); near != "" {
			return fmt.Sprintf(" Did you mean {%s}?", strings.Join(append(slices.Clone(path[:i]), append([]string{near}, path[i+1:]...)...), "."))
		}
		if n.parent != nil && len(names) > 0 {
			return fmt.Sprintf(" %s holds %s.", n.dotted(), strings.Join(names[:min(len(names), 5)], ", "))
		}
		return ""
	}
	return ""
}
