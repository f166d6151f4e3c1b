package tokens

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/cache"
	"livery/schema/jsontext"
	"livery/schema/rule"
	"livery/schema/syntax"
)

// Reader reads token files, each of them once however often it is asked for. It is safe
// for concurrent use; the sets that it gives are not to be changed.
type Reader struct {
	// MapGamut makes colours outside sRGB the nearest ones that are in it, which carry a
	// fault all the same.
	MapGamut bool

	files     *syntax.Files
	shown     func(name string) string
	documents syntax.Memo[*document]
	sets      syntax.Memo[*Set]

	mu      sync.Mutex
	sources []Source // in the order in which they were first asked for
}

// NewReader reads files by the names that expressions use; shown gives those in ranges.
func NewReader(files *syntax.Files, shown func(name string) string) *Reader {
	return &Reader{files: files, shown: shown}
}

// Source says what a set is made of: one file, several of which a later one counts, or a
// resolver document with its inputs.
type Source struct {
	Names  []string
	Inputs map[string]string
}

// ArgumentError says which argument of tokens() cannot be used.
type ArgumentError struct {
	Index   int
	Problem string
}

// Error implements error.
func (e *ArgumentError) Error() string { return e.Problem }

// SourceOf reads the arguments of tokens(): a path or a list of paths, and the inputs of a
// resolver document. The arguments are known and not sensitive.
func SourceOf(args []cty.Value) (Source, error) {
	var source Source
	if len(args) == 0 || len(args) > 2 {
		return source, &ArgumentError{0, "tokens() takes the path of a file, or a list of paths, and the inputs of a resolver document"}
	}
	paths := []cty.Value{args[0]}
	if t := args[0].Type(); !args[0].IsNull() && (t.IsTupleType() || t.IsListType() || t.IsSetType()) {
		paths = args[0].AsValueSlice()
	}
	for _, p := range paths {
		if p.IsNull() || p.Type() != cty.String {
			return source, &ArgumentError{0, "takes the path of a file, or a list of paths"}
		}
		source.Names = append(source.Names, p.AsString())
	}
	if len(source.Names) == 0 {
		return source, &ArgumentError{0, "the list of paths is empty"}
	}
	if len(args) < 2 {
		return source, nil
	}
	if args[1].IsNull() || !args[1].Type().IsObjectType() && !args[1].Type().IsMapType() {
		return source, &ArgumentError{1, `takes the inputs of a resolver document, such as { theme = "dark" }`}
	}
	source.Inputs = make(map[string]string)
	for name, v := range args[1].AsValueMap() {
		if v.IsNull() || v.Type() != cty.String {
			return source, &ArgumentError{1, fmt.Sprintf(`the input %q takes a context by its name, such as "dark"`, name)}
		}
		source.Inputs[name] = v.AsString()
	}
	return source, nil
}

// ReadError says which file cannot be read.
type ReadError struct {
	Name string
	Err  error
}

// Error implements error.
func (e *ReadError) Error() string { return fmt.Sprintf("%s: %v", e.Name, e.Err) }

// Unwrap gives the reason.
func (e *ReadError) Unwrap() error { return e.Err }

// Key tells sources apart.
func (s Source) Key() string {
	parts := slices.Clone(s.Names)
	for _, name := range slices.Sorted(maps.Keys(s.Inputs)) {
		parts = append(parts, "\x01"+name+"\x01"+s.Inputs[name])
	}
	return strings.Join(parts, "\x00")
}

// Read reads a set. The error is an *Error where a file was read and is at fault, and else a
// *ReadError. Whoever asks depends on the files.
func (r *Reader) Read(source Source) (*Set, error) {
	set, err := r.sets.Do(source.Key(), func() (*Set, error) {
		r.mu.Lock()
		r.sources = append(r.sources, source)
		r.mu.Unlock()
		return r.load(source)
	})
	if set != nil {
		for _, name := range set.names {
			_, _ = r.files.Read(name)
		}
	}
	return set, err
}

// Sources are those that were read, in the order of their keys.
func (r *Reader) Sources() []Source {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.SortedFunc(slices.Values(r.sources), func(a, b Source) int { return strings.Compare(a.Key(), b.Key()) })
}

// Set is the tokens of one or several files, put together.
type Set struct {
	names  []string // of the files that were looked at
	docs   []*document
	root   *node
	nodes  int
	unused []node // made many at a time
	studio bool   // the groups at the top are the sets of Tokens Studio

	deprecates bool // something in it is deprecated

	plain    cty.Value
	faults   []*Fault
	mapGamut bool

	guesses int
}

// Names are the files that the set was made of, by the names that expressions use.
func (s *Set) Names() []string { return s.names }

// Value is the set as objects of plain values.
func (s *Set) Value() cty.Value { return s.plain }

func (r *Reader) load(source Source) (*Set, error) {
	s := &Set{mapGamut: r.MapGamut, root: new(node)}
	var faults hcl.Diagnostics
	for _, name := range source.Names {
		doc, err := r.document(s, name)
		if err != nil {
			return s, &ReadError{name, err}
		}
		switch {
		case doc.root == nil:
		case doc.root.At("resolutionOrder") != nil:
			faults = append(faults, r.combine(s, doc, source.Inputs)...)
		case len(source.Inputs) > 0:
			faults = append(faults, schema.Diagnose(rule.Token, schema.Subject{Range: doc.rangeOf(doc.root.Start, doc.root.Start+1)}, "Inputs for a plain token file",
				"Only a resolver document, which has a resolutionOrder, takes inputs. Leave them out."))
		default:
			builder{s}.lay(doc, doc.root)
		}
	}
	lacks := len(faults) > 0 // tokens that others may refer to
	for _, doc := range s.docs {
		faults, lacks = append(faults, doc.faults...), lacks || doc.root == nil
	}
	if lacks {
		return s, &Error{schema.SortFindings(faults)}
	}
	if (builder{s}).inherit(s.root); s.nodes > maxTokens {
		return s, &Error{hcl.Diagnostics{schema.Diagnose(rule.Token, schema.Subject{Range: s.docs[0].rangeOf(0, 1)}, "Too many tokens",
			fmt.Sprintf("With what its groups extend, this file has more than %d tokens and groups.", maxTokens))}}
	}
	values := &resolver{Set: s, open: make(map[*jsontext.Value]int), parts: make(map[*jsontext.Value]resolved)}
	s.plain = values.objectOf(s.root)
	if len(faults) > 0 {
		return s, &Error{schema.SortFindings(append(faults, s.Faults()...))}
	}
	return s, nil
}

// document reads a file for a set.
func (r *Reader) document(s *Set, name string) (*document, error) {
	if !slices.Contains(s.names, name) {
		s.names = append(s.names, name)
	}
	doc, err := r.documents.Do(name, func() (*document, error) {
		src, err := r.files.Read(name)
		if err != nil {
			return nil, err
		}
		shown := r.shown(name)
		return cache.Get(r.files.Outside(name), "tokens\x00"+name+"\x00"+shown, src, 16*len(src), func() *document { return parse(name, shown, src) }), nil
	})
	if err == nil && !slices.Contains(s.docs, doc) {
		s.docs = append(s.docs, doc)
	}
	return doc, err
}

// lay lays an object of tokens over the set.
func (s builder) lay(doc *document, object *jsontext.Value) {
	s.studio = s.studio || object.At("$themes") != nil || object.At("$metadata").At("tokenSetOrder") != nil
	s.merge(s.root, doc, object)
	s.root.value, s.root.fault = nil, nil
}

// objectOf is a group as an object of its members.
func (s *resolver) objectOf(n *node) cty.Value {
	if n.fault != nil {
		return cty.DynamicVal.Mark(n.fault)
	}
	members := s.members() // which cty copies
	for _, c := range n.children {
		switch {
		case c.value == nil:
			members[c.name] = s.objectOf(c)
			continue
		case c.state != done:
			s.resolve(c)
		}
		members[c.name] = s.marked(c)
	}
	object := cty.ObjectVal(members)
	clear(members)
	s.spare = append(s.spare, members)
	return object
}

// members is an empty map, used before if there is one.
func (s *resolver) members() map[string]cty.Value {
	last := len(s.spare) - 1
	if last < 0 {
		return make(map[string]cty.Value)
	}
	m := s.spare[last]
	s.spare = s.spare[:last]
	return m
}

// isDeprecated reports whether a token is deprecated of which this is said.
func isDeprecated(said *jsontext.Value) bool {
	return said != nil && (said.Kind == jsontext.Bool && said.Text == "true" || said.Kind == jsontext.Text)
}

// marked is the value of a token for who uses it, who should know if it is deprecated, or
// what it is made of.
func (s *resolver) marked(n *node) cty.Value {
	v := n.result.value
	if !s.deprecates {
		return v
	}
	visited := make(map[*node]bool)
	reacher{s.Set, func(made *node) bool {
		again := visited[made]
		visited[made] = true
		if deprecated := made.inheritedDeprecation(); !again && isDeprecated(deprecated) {
			at := made.value
			v = v.Mark(&Fault{rule.DeprecatedToken, made.doc, at.Start, at.End, "Deprecated token", deprecationOf(made, deprecated, n)})
		}
		return !again
	}}.reach(n)
	return v
}

// deprecationOf says that a token is deprecated, and through which one it is reached.
func deprecationOf(n *node, said *jsontext.Value, from *node) string {
	detail := fmt.Sprintf("The token %q is deprecated.", n.dotted())
	if said.Kind == jsontext.Text && said.Text != "" {
		detail = fmt.Sprintf("The token %q is deprecated: %s", n.dotted(), said.Text)
		if !strings.HasSuffix(detail, ".") {
			detail += "."
		}
	}
	if n != from {
		detail += fmt.Sprintf(" It is reached through %q.", from.dotted())
	}
	return detail
}
