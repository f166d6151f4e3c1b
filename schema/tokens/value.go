package tokens

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"livery/schema/jsontext"
)

// resolved is what a token, or a part of one, comes to.
type resolved struct {
	value cty.Value // plain; what has a fault is unknown and marked
	size  int       // about how many bytes it takes, written out
	kind  string    // "" where the file does not say
	depth int       // how many aliases lead to the words or digits
}

// resolver resolves the tokens of a set.
type resolver struct {
	*Set
	trail []step
	open  map[*jsontext.Value]int // where each value of the trail stands
	parts map[*jsontext.Value]resolved
	spare []map[string]cty.Value

	inColour bool // numbers are read as its components are computed with, which is far cheaper
}

// step is a token or a value that is being resolved.
type step struct {
	what any    // *node or *jsontext.Value
	name string // of a value
}

// String names the step as files do.
func (s step) String() string {
	if n, ok := s.what.(*node); ok {
		return "{" + n.dotted() + "}"
	}
	return s.name
}

// enter notes that a value is being resolved; false, with the members of the circle, if
// it already is.
func (s *resolver) enter(v *jsontext.Value, name string) ([]string, bool) {
	if at, open := s.open[v]; open {
		return append(s.since(at), name), false
	}
	s.open[v] = len(s.trail)
	s.trail = append(s.trail, step{v, name})
	return nil, true
}

// since names the members of the trail from one on.
func (s *resolver) since(at int) []string {
	var members []string
	for _, member := range s.trail[at:] {
		members = append(members, member.String())
	}
	return members
}

func (s *resolver) leave() { s.trail = s.trail[:len(s.trail)-1] }

// resolve resolves a token, once.
func (s *resolver) resolve(n *node) resolved {
	switch {
	case n.state == done:
		return n.result
	case n.fault != nil:
		n.result = unusable(n.fault)
	default:
		s.trail = append(s.trail, step{what: n})
		defer func(before bool) { s.inColour = before }(s.inColour)
		s.inColour = false
		n.state = visiting
		kind := n.kind
		if kind == "" && !refers(n.value) {
			kind = n.parent.inheritedKind()
		}
		n.result = s.value(n, n.value, kind)
		if n.kind != "" {
			n.result.kind = n.kind
		} else if n.result.kind == "" {
			n.result.kind = n.parent.inheritedKind()
		}
		s.leave()
	}
	n.state = done
	return n.result
}

// refers reports whether a value is only a reference to another one.
func refers(v *jsontext.Value) bool {
	_, alias := aliasName(v.Text)
	return alias && v.Kind == jsontext.Text || v.At("$ref") != nil
}

// value turns a value of the node, or a part of one, into a plain value.
func (s *resolver) value(n *node, v *jsontext.Value, kind string) resolved {
	if kind == "color" && (v.Kind == jsontext.Bool || v.Kind == jsontext.Number || v.Kind == jsontext.List) {
		return unusable(s.fault(n, v, "Not a colour", fmt.Sprintf("The colour %q is neither a text nor an object. %s", n.dotted(), objectForm(""))))
	}
	switch v.Kind {
	case jsontext.Null:
		return resolved{value: cty.NullVal(cty.DynamicPseudoType), size: 4, kind: kind}
	case jsontext.Bool:
		return resolved{value: cty.BoolVal(v.Text == "true"), size: 5, kind: kind}
	case jsontext.Number:
		if f, err := strconv.ParseFloat(v.Text, 64); s.inColour && err == nil {
			return resolved{value: cty.NumberFloatVal(f), size: len(v.Text), kind: kind}
		}
		number, err := cty.ParseNumberVal(v.Text)
		if err != nil {
			return unusable(s.fault(n, v, "Not a number", fmt.Sprintf("%s is too large a number.", v.Text)))
		}
		return resolved{value: number, size: len(v.Text), kind: kind}
	case jsontext.Text:
		return s.text(n, v, kind)
	case jsontext.List:
		return s.list(n, v, kind)
	default:
		return s.object(n, v, kind)
	}
}

func (s *resolver) list(n *node, v *jsontext.Value, kind string) resolved {
	elements, whole := make([]cty.Value, len(v.Members)), resolved{size: 2, kind: kind}
	for i, item := range v.Items() {
		part := s.value(n, item.Value, "")
		if elements[i] = part.value; !whole.add(part) {
			return s.tooLarge(n, v)
		}
	}
	whole.value = cty.TupleVal(elements)
	return whole
}

// add counts a part; false if the whole is too large. Values that hold others twice, which
// hold others twice, would otherwise fill every memory.
func (r *resolved) add(part resolved) bool {
	r.size += part.size + 2
	r.depth = max(r.depth, part.depth)
	return r.size <= maxValue
}

func (s *resolver) tooLarge(n *node, v *jsontext.Value) resolved {
	return unusable(s.fault(n, v, "Value too large", fmt.Sprintf("Written out, the value of %q would be longer than %d MB.", n.dotted(), maxValue>>20)))
}

func (s *resolver) object(n *node, v *jsontext.Value, kind string) resolved {
	if ref := v.At("$ref"); ref != nil {
		return s.pointer(n, ref)
	}
	if hex, ok := plainColour(v); ok {
		return resolved{value: cty.StringVal(hex), size: len(hex), kind: "color"}
	}
	defer func(before bool) { s.inColour = before }(s.inColour)
	s.inColour = v.At("colorSpace") != nil
	members, whole := make(map[string]cty.Value, len(v.Members)), resolved{size: 2, kind: kind}
	for _, m := range v.Members {
		if strings.HasPrefix(m.Name, "$") {
			continue
		}
		whole.size += len(m.Name)
		part := s.value(n, m.Value, "")
		if members[m.Name] = part.value; !whole.add(part) {
			return s.tooLarge(n, v)
		}
	}
	if text, ok := measure(members); ok {
		whole.value, whole.size = text, whole.size+2
		return whole
	}
	if isColour(members, kind) {
		c := s.colour(n, v, members)
		c.depth = whole.depth
		return c
	}
	whole.value = cty.ObjectVal(members)
	return whole
}

// measure reads a dimension or a duration, such as {value = 16, unit = "px"}.
func measure(members map[string]cty.Value) (cty.Value, bool) {
	value, unit := members["value"], members["unit"]
	switch {
	case len(members) != 2 || value == cty.NilVal || unit == cty.NilVal:
		return cty.NilVal, false
	case value.ContainsMarked():
		return value, true
	case unit.ContainsMarked():
		return unit, true
	case unit.Type() != cty.String || value.Type() != cty.Number || unit.IsNull() || value.IsNull():
		return cty.NilVal, false
	}
	return cty.StringVal(value.AsBigFloat().Text('f', -1) + unit.AsString()), true
}

// text follows an alias or keeps the text; a colour gets its canonical form.
func (s *resolver) text(n *node, v *jsontext.Value, kind string) resolved {
	if name, ok := aliasName(v.Text); ok {
		return s.alias(n, v, name, kind)
	}
	text := v.Text
	if (s.studio || n.doc.legacy) && strings.Contains(text, "{") {
		composed, fault := s.compose(n, v)
		if fault != nil {
			return unusable(fault)
		}
		text = composed
	}
	return s.plainText(n, v, text, kind)
}

func (s *resolver) plainText(n *node, v *jsontext.Value, text, kind string) resolved {
	if kind == "" || kind == "color" {
		hex, problem := readColour(text)
		switch {
		case hex != "":
			text = hex
		case problem != "" || kind == "color":
			return unusable(s.fault(n, v, "Not a colour", fmt.Sprintf("The colour %q is %q, %s %s", n.dotted(), text, cmp.Or(problem, "which is none that can be read."), objectForm(text))))
		}
	}
	return resolved{value: cty.StringVal(text), size: len(text) + 2, kind: kind}
}

// aliasName is the path in an alias such as {color.blue}.
func aliasName(text string) (string, bool) {
	inner, ok := strings.CutPrefix(text, "{")
	inner, closed := strings.CutSuffix(inner, "}")
	return strings.TrimSpace(inner), ok && closed && !strings.ContainsAny(inner, "{}")
}

// alias resolves {group.token}.
func (s *resolver) alias(n *node, v *jsontext.Value, name, kind string) resolved {
	target, problem := s.lookUp(name, n)
	if target == nil {
		return unusable(s.fault(n, v, "Alias to nowhere", fmt.Sprintf("The token %q refers to {%s}, %s", n.dotted(), name, problem)))
	}
	return s.follow(n, v, target, kind)
}

// follow gives the value of another token.
func (s *resolver) follow(n *node, v *jsontext.Value, target *node, kind string) resolved {
	if target.state == visiting {
		at := slices.IndexFunc(s.trail, func(member step) bool { return member.what == target })
		return s.circle(n, v, append(s.since(at), "{"+target.dotted()+"}"))
	}
	r := s.resolve(target)
	if r.depth++; r.depth > maxAliases {
		return unusable(s.fault(n, v, "Too many aliases", fmt.Sprintf("More than %d aliases lead from one to the next, beginning with {%s}.", maxAliases, n.dotted())))
	}
	if kind == "color" && r.kind != "color" && r.value.Type() == cty.String && !r.value.IsMarked() && !r.value.IsNull() {
		again := s.plainText(n, v, r.value.AsString(), kind)
		again.depth = r.depth
		return again
	}
	return r
}

func (s *resolver) circle(n *node, v *jsontext.Value, members []string) resolved {
	return unusable(s.fault(n, v, "Aliases in a circle", fmt.Sprintf("These refer to each other in a circle: %s. One of them needs a value of its own.", strings.Join(members, " -> "))))
}

// compose puts the values of tokens into a text that names them, as Tokens Studio does.
func (s *resolver) compose(n *node, v *jsontext.Value) (string, *Fault) {
	var b strings.Builder
	rest := v.Text
	for {
		before, after, ok := strings.Cut(rest, "{")
		b.WriteString(before)
		name, behind, closed := strings.Cut(after, "}")
		if !ok || !closed {
			b.WriteString(after)
			break
		}
		r := s.alias(n, v, strings.TrimSpace(name), "")
		if _, faults := Split(r.value); len(faults) > 0 {
			return "", faults[0]
		}
		switch {
		case r.value.IsNull():
		case r.value.Type() == cty.String:
			b.WriteString(r.value.AsString())
		case r.value.Type() == cty.Number:
			b.WriteString(r.value.AsBigFloat().Text('f', -1))
		}
		if rest = behind; b.Len() > maxValue {
			return "", s.fault(n, v, "Value too large", fmt.Sprintf("Written out, the value of %q would be longer than %d MB.", n.dotted(), maxValue>>20))
		}
	}
	text := b.String()
	if c, _ := readColour(text); c == "" && strings.ContainsAny(text, "*/+") {
		return "", s.fault(n, v, "Computed by Tokens Studio",
			fmt.Sprintf("The value of %q is a calculation, %s, which is not done here. Export the tokens with their values resolved.", n.dotted(), v.Text))
	}
	return text, nil
}

// pointerSteps are the names in a JSON pointer such as #/a/b/$value/0; false for a
// reference to anything but this file.
func pointerSteps(ref string) ([]string, bool) {
	rest, ok := strings.CutPrefix(ref, "#/")
	if !ok {
		return nil, false
	}
	steps := strings.Split(rest, "/")
	for i, step := range steps {
		if decoded, err := url.PathUnescape(step); err == nil {
			step = decoded
		}
		steps[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(step)
	}
	return steps, true
}

// pointed is what a JSON pointer leads to: a token, or a value within one.
func (s *Set) pointed(steps []string) (*node, *jsontext.Value) {
	n := s.root
	for i, name := range steps {
		if n.value == nil {
			if n = n.child(name); n == nil {
				return nil, nil
			}
			continue
		}
		if name != "$value" && !(n.doc.legacy && name == "value") {
			return nil, nil
		}
		v := n.value
		for _, name := range steps[i+1:] {
			if v = within(v, name); v == nil {
				return nil, nil
			}
		}
		return n, v
	}
	return n, n.value
}

// within is a member of an object or an element of a list; nil if there is none.
func within(v *jsontext.Value, name string) *jsontext.Value {
	if v.Kind != jsontext.List {
		return v.At(name)
	}
	i, err := strconv.Atoi(name)
	if err != nil || i < 0 || i >= len(v.Items()) || strconv.Itoa(i) != name {
		return nil
	}
	return v.Members[i].Value
}

// pointer resolves a reference to a token or into the value of one.
func (s *resolver) pointer(n *node, ref *jsontext.Value) resolved {
	broken := func(why string) resolved {
		return unusable(s.fault(n, ref, "Reference to nowhere", fmt.Sprintf("The token %q refers to %s, %s", n.dotted(), ref.Text, why)))
	}
	steps, ok := pointerSteps(ref.Text)
	if !ok || ref.Kind != jsontext.Text {
		if ref.Kind == jsontext.Text {
			return broken("but only references into the same file, such as #/color/blue, are followed. Put several files together with a resolver document, or name them all: tokens([\"a.json\", \"b.json\"]).")
		}
		return unusable(s.fault(n, ref, "Reference to nowhere", fmt.Sprintf("The $ref of %q is no text, such as #/color/blue.", n.dotted())))
	}
	target, v := s.pointed(steps)
	switch {
	case target == nil:
		return broken("which does not exist." + s.guess(steps))
	case v == nil:
		return broken("which is no token.")
	case v == target.value:
		return s.follow(n, ref, target, n.kind)
	}
	if circle, ok := s.enter(v, ref.Text); !ok {
		return s.circle(n, ref, circle)
	}
	defer func() {
		delete(s.open, v)
		s.leave()
	}()
	if r, ok := s.parts[v]; ok {
		return r
	}
	defer func(before bool) { s.inColour = before }(s.inColour)
	s.inColour = false
	r := s.value(target, v, "")
	s.parts[v] = r
	return r
}
