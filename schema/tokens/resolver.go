package tokens

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"livery/schema"
	"livery/schema/jsontext"
	"livery/schema/rule"
	"livery/schema/wording"
)

// resolverFile is a resolver document while it puts a set together.
type resolverFile struct {
	*Reader
	set    *Set
	doc    *document
	inputs map[string]string
	used   map[string]bool
	faults hcl.Diagnostics
	depth  int
}

// combine puts together what a resolver document names, in its order.
func (r *Reader) combine(s *Set, doc *document, inputs map[string]string) hcl.Diagnostics {
	f := &resolverFile{Reader: r, set: s, doc: doc, inputs: inputs, used: make(map[string]bool)}
	defer r.files.AskedBy(r.files.AskedBy(doc.name))
	if version := doc.root.At("version"); version == nil || version.Text != "2025.10" {
		f.refuse(doc.root.At("version"), `A resolver document says the version of its format: "version": "2025.10".`)
	}
	for _, item := range doc.root.At("resolutionOrder").Items() {
		f.item(item.Value)
	}
	for _, name := range slices.Sorted(maps.Keys(inputs)) {
		if !f.used[name] {
			f.refuse(nil, fmt.Sprintf("There is no modifier %q to give an input to.%s", name, wording.DidYouMean(name, memberNames(doc.root.At("modifiers")))))
		}
	}
	return f.faults
}

func memberNames(v *jsontext.Value) []string {
	var names []string
	if v != nil && v.Kind == jsontext.Object {
		for _, m := range v.Members {
			names = append(names, m.Name)
		}
	}
	return names
}

func (f *resolverFile) refuse(at *jsontext.Value, detail string) {
	start, end := f.doc.root.Start, f.doc.root.Start+1
	if at != nil {
		start, end = at.Start, at.End
	}
	f.faults = append(f.faults, schema.Diagnose(rule.Token, schema.Subject{Range: f.doc.rangeOf(start, end)}, "Resolver document not usable", detail))
}

// item lays a set or the chosen context of a modifier over what is there.
func (f *resolverFile) item(item *jsontext.Value) {
	var name, kind string
	object := item
	if ref := item.At("$ref"); ref != nil {
		steps, ok := pointerSteps(ref.Text)
		if !ok || len(steps) != 2 || steps[0] != "sets" && steps[0] != "modifiers" {
			f.refuse(ref, fmt.Sprintf("%q names neither a set nor a modifier of this document, as #/sets/… and #/modifiers/… do.", ref.Text))
			return
		}
		name, kind = steps[1], steps[0]
		if object = f.doc.root.At(kind).At(name); object == nil {
			f.refuse(ref, fmt.Sprintf("%q does not exist.%s", ref.Text, wording.DidYouMean(name, memberNames(f.doc.root.At(kind)))))
			return
		}
	} else if n, k := item.At("name"), item.At("type"); n != nil && k != nil && (k.Text == "set" || k.Text == "modifier") {
		name, kind = n.Text, k.Text+"s"
	} else {
		f.refuse(item, `What stands in the order is a $ref, or has a name and the type "set" or "modifier".`)
		return
	}
	if kind == "sets" {
		f.sources(object.At("sources"), object)
		return
	}
	if sources := f.context(name, object); sources != nil {
		f.sources(sources, object)
	}
}

// context is what a modifier adds for its input.
func (f *resolverFile) context(name string, modifier *jsontext.Value) *jsontext.Value {
	f.used[name] = true
	contexts := modifier.At("contexts")
	chosen, given := f.inputs[name]
	if !given {
		fallback := modifier.At("default")
		if fallback == nil {
			f.refuse(modifier, fmt.Sprintf("The modifier %q has no default, so it needs an input: one of %s.", name, strings.Join(memberNames(contexts), ", ")))
			return nil
		}
		chosen = fallback.Text
	}
	sources := contexts.At(chosen)
	if sources == nil {
		f.refuse(modifier, fmt.Sprintf("The modifier %q has no context %q, but %s.%s", name, chosen, strings.Join(memberNames(contexts), ", "), wording.DidYouMean(chosen, memberNames(contexts))))
	}
	return sources
}

// sources lays files and tokens of the document itself over what is there.
func (f *resolverFile) sources(list, owner *jsontext.Value) {
	if list == nil || list.Kind != jsontext.List {
		f.refuse(owner, "This needs a list of sources, such as [{ \"$ref\": \"base.json\" }].")
		return
	}
	if f.depth++; f.depth > maxAliases {
		f.refuse(list, "The sets of this document refer to each other in a circle.")
		return
	}
	defer func() { f.depth-- }()
	for _, m := range list.Items() {
		source := m.Value
		ref := source.At("$ref")
		switch {
		case len(f.faults) > 0:
			return
		case source.Kind != jsontext.Object:
			f.refuse(source, "A source is a $ref or an object of tokens.")
		case ref == nil:
			builder{f.set}.lay(f.doc, source)
		case strings.HasPrefix(ref.Text, "#"):
			steps, _ := pointerSteps(ref.Text)
			if len(steps) == 2 && steps[0] == "sets" && f.doc.root.At("sets").At(steps[1]) != nil {
				f.sources(f.doc.root.At("sets").At(steps[1]).At("sources"), ref)
				continue
			}
			f.refuse(ref, fmt.Sprintf("%q is no set of this document.", ref.Text))
		default:
			f.file(ref)
		}
	}
}

// file lays a file over what is there, or a part of one.
func (f *resolverFile) file(ref *jsontext.Value) {
	file, part, _ := strings.Cut(ref.Text, "#")
	if strings.Contains(file, "://") || strings.HasPrefix(file, "npm:") || strings.HasPrefix(file, "/") {
		f.refuse(ref, fmt.Sprintf("%q is no file beside this document; only those are read.", ref.Text))
		return
	}
	name := path.Join(path.Dir(f.doc.name), file)
	doc, err := f.document(f.set, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f.refuse(ref, fmt.Sprintf("There is no file %s.", name))
	case err != nil:
		f.refuse(ref, fmt.Sprintf("The file %s cannot be read: %v.", name, err))
	case doc.root == nil: // its own faults are reported
	default:
		object := doc.root
		if part != "" {
			steps, _ := pointerSteps("#/" + strings.TrimPrefix(part, "/"))
			for _, step := range steps {
				object = object.At(step)
			}
		}
		if object == nil || object.Kind != jsontext.Object {
			f.refuse(ref, fmt.Sprintf("%q is no group of %s.", part, name))
			return
		}
		builder{f.set}.lay(doc, object)
	}
}

// Alone are the sources that show all of a file: the file, or a resolver document in each of
// its contexts.
func (r *Reader) Alone(name string) []Source {
	whole := Source{Names: []string{name}}
	doc, err := r.document(new(Set), name)
	if err != nil || doc.root == nil || doc.root.At("resolutionOrder") == nil || doc.root.At("modifiers") == nil {
		return []Source{whole}
	}
	first := make(map[string]string)
	modifiers := doc.root.At("modifiers").Members
	for _, m := range modifiers {
		if contexts := memberNames(m.Value.At("contexts")); len(contexts) > 0 {
			first[m.Name] = contexts[0]
		}
	}
	var sources []Source
	for i, m := range modifiers {
		for j, context := range memberNames(m.Value.At("contexts")) {
			if i > 0 && j == 0 {
				continue // the first of each are one source
			}
			inputs := maps.Clone(first)
			inputs[m.Name] = context
			sources = append(sources, Source{whole.Names, inputs})
		}
	}
	if len(sources) == 0 {
		return []Source{whole}
	}
	return sources
}
