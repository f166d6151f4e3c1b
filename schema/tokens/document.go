package tokens

import (
	"fmt"
	"iter"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"

	"livery/schema"
	"livery/schema/jsontext"
	"livery/schema/limit"
	"livery/schema/position"
	"livery/schema/rule"
	"livery/schema/syntax"
)

// document is a file as it was read.
type document struct {
	name   string // relative to the stack
	shown  string // in ranges
	src    []byte
	places *position.Index
	root   *jsontext.Value // nil if it cannot be read
	faults hcl.Diagnostics // why, or else why nothing of it is used
	legacy bool            // its tokens have a value and a type without the dollar sign
}

// parse reads the bytes of a file.
func parse(name, shown string, src []byte) *document {
	d := &document{name: name, shown: shown, src: src, places: position.NewIndex(src)}
	skip := 0
	if len(src) >= len(syntax.ByteOrderMark) && string(src[:len(syntax.ByteOrderMark)]) == syntax.ByteOrderMark {
		skip = len(syntax.ByteOrderMark)
	}
	if _, endless := limit.LongNumber(src); utf8.Valid(src) && endless == "" {
		// The mark is overlaid with blanks, so that offsets are those of the file.
		text := src
		if skip > 0 {
			text = append([]byte("   "), src[skip:]...)
		}
		if root, ok := jsontext.Parse(text, jsontext.MaxDepth); ok {
			d.check(root)
			return d
		}
	}
	d.faults = d.syntaxFaults()
	return d
}

// syntaxFaults tells in the words of configuration files what is wrong with the text.
func (d *document) syntaxFaults() hcl.Diagnostics {
	name := strings.TrimSuffix(d.shown, ".json") + ".json" // the official ending is .tokens
	_, faults := syntax.ParseJSON(d.src, name)
	if len(faults) == 0 {
		message := "it cannot be read"
		if err := jsontext.Check(d.src); err != nil {
			message = err.Error()
		}
		faults = hcl.Diagnostics{schema.Diagnose(rule.Token, schema.Subject{Range: d.rangeOf(0, 1)}, "Unreadable token file", "In this file "+message+".")}
	}
	for _, f := range faults {
		f.Subject.Filename, f.Detail = d.shown, strings.ReplaceAll(f.Detail, name, d.shown)
		schema.Amend(f, func(found *schema.Finding) { found.Rule = rule.Token })
	}
	return faults
}

func (d *document) check(root *jsontext.Value) {
	if root.Kind != jsontext.Object {
		d.refuse(root.Start, root.End, "Not a token file", "A design tokens file holds an object.")
		return
	}
	for object, names := range duplicates(root) {
		for name, places := range names {
			schema.FirstAt(d.refuse(places[1], places[1]+len(name)+2, "Name written twice",
				fmt.Sprintf("%q stands in line %d already, in the same object, and which of the two holds cannot be known. Remove one of them.", name, d.rangeOf(places[0], object.End).Start.Line)), d.rangeOf(places[0], places[0]+len(name)+2))
		}
	}
	d.faults = schema.SortFindings(d.faults)
	d.root = root
	d.legacy = !usesDollar(root) && holdsName(root, "value")
}

func (d *document) refuse(start, end int, summary, detail string) *hcl.Diagnostic {
	fault := schema.Diagnose(rule.Token, schema.Subject{Range: d.rangeOf(start, end)}, summary, detail)
	d.faults = append(d.faults, fault)
	return fault
}

// duplicates are the names that stand twice in an object, and where.
func duplicates(v *jsontext.Value) iter.Seq2[*jsontext.Value, map[string][2]int] {
	return func(yield func(*jsontext.Value, map[string][2]int) bool) {
		nameWalk{make(map[string]int), yield}.visit(v)
	}
}

// nameWalk looks through all objects of a file.
type nameWalk struct {
	seen  map[string]int // of the object in hand; kept, since a file has thousands
	yield func(*jsontext.Value, map[string][2]int) bool
}

func (w nameWalk) visit(v *jsontext.Value) bool {
	if v.Kind == jsontext.Object {
		if twice := w.twiceIn(v.Members); len(twice) > 0 && !w.yield(v, twice) {
			return false
		}
	}
	for _, m := range v.Members {
		if len(m.Value.Members) > 0 && !w.visit(m.Value) {
			return false
		}
	}
	return true
}

func (w nameWalk) twiceIn(members []jsontext.Member) map[string][2]int {
	var twice map[string][2]int
	note := func(name string, first, second int) {
		if twice == nil {
			twice = make(map[string][2]int)
		}
		twice[name] = [2]int{first, second}
	}
	if len(members) <= fewChildren {
		for i := range members {
			for j := range i {
				if members[i].Name == members[j].Name {
					note(members[i].Name, members[j].Start, members[i].Start)
				}
			}
		}
		return twice
	}
	clear(w.seen)
	for _, m := range members {
		if first, ok := w.seen[m.Name]; ok {
			note(m.Name, first, m.Start)
		}
		w.seen[m.Name] = m.Start
	}
	return twice
}

// usesDollar reports whether a file writes its tokens as the format does.
func usesDollar(v *jsontext.Value) bool {
	for _, m := range v.Members {
		switch {
		case m.Name == "$value", m.Name == "$ref", m.Name == "$extends":
			return true
		case m.Value.Kind == jsontext.Object && m.Name != "$extensions" && usesDollar(m.Value):
			return true
		}
	}
	return false
}

// holdsName reports whether something in an object, at any depth, has that name.
func holdsName(v *jsontext.Value, name string) bool {
	for _, m := range v.Members {
		if m.Name == name || m.Value.Kind == jsontext.Object && holdsName(m.Value, name) {
			return true
		}
	}
	return false
}

// valueName is the member that makes an object a token.
func (d *document) valueName() string {
	if d.legacy {
		return "value"
	}
	return "$value"
}

// rangeOf is the range between two offsets.
func (d *document) rangeOf(start, end int) hcl.Range {
	return hcl.Range{Filename: d.shown, Start: d.places.At(start), End: d.places.At(end)}
}
