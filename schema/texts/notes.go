package texts

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/config"
	"livery/schema/rule"
	"livery/schema/syntax"
	"livery/schema/wording"
)

// notes are what translators are told of texts.
type notes struct {
	module   *config.Module
	written  map[string]string // by path
	comments map[string]config.Comments
}

// of is what the file of notes says of a text; "" for nothing. A note on a list is for each
// of its elements.
func (n *notes) of(path string) string {
	if note := n.written[path]; note != "" {
		return note
	}
	list, _, _ := strings.Cut(path, "[")
	return n.written[list]
}

// beside is the comment beside the literal that a value comes from; "" for none.
func (n *notes) beside(v schema.Value) string {
	at := PlaceOf(v)
	comments, read := n.comments[at.Filename]
	if !read {
		comments = n.module.Comments(at.Filename)
		n.comments[at.Filename] = comments
	}
	return comments.At(at)
}

// PlaceOf is where the words of a value stand.
func PlaceOf(v schema.Value) hcl.Range {
	if o := v.Origin(); o != nil && o.Range.Filename != "" {
		return o.Range
	}
	return v.Range()
}

func (t *Table) readNotes(set config.Texts) hcl.Diagnostics {
	if set.Notes == "" {
		return nil
	}
	files := t.notes.module.Sources
	src, fault := files.ReadFile(set.Notes, schema.Subject{Range: set.NotesAt})
	if fault != nil {
		return hcl.Diagnostics{fault}
	}
	name := files.Shown(set.Notes)
	t.Sources[name] = src
	list, diags := ReadJSON(src, name)
	t.notes.written = make(map[string]string)
	for _, entry := range list {
		t.notes.written[entry.Path] = entry.Words
	}
	return diags
}

// Entry is a text in a file of texts: page => field => text.
type Entry struct {
	Path  string
	Words string
	Range hcl.Range
}

// ReadJSON reads a file of texts. Keys may be in either spelling; null says nothing, and so
// does what is no text of the catalogue, such as the icon of a tip.
func ReadJSON(src []byte, filename string) ([]Entry, hcl.Diagnostics) {
	root, diags := syntax.ParseJSON(src, filename)
	if diags.HasErrors() {
		return nil, diags
	}
	r := jsonReader{found: make(map[string]hcl.Range)}
	if !root.IsObject() {
		r.report(rule.WrongType, root.Range, "Not a file of texts", "It holds an object of pages, each an object of field => text.")
		return nil, r.diags
	}
	for _, member := range root.Members {
		page := schema.PageByKey(member.Name)
		if page == nil {
			page = schema.PageByHCL(member.Name)
		}
		switch field := schema.PageByKey("").Field(member.Name); {
		case field != nil:
			r.field(field, member)
		case page == nil || page.Key == "":
			r.unknown(member, "There is no page or field "+member.Name+" in the catalogue.", pageNames())
		case !member.IsObject():
			r.report(rule.WrongType, member.Range, "Wrong type of value", member.Name+" takes an object of field => text.")
		default:
			for _, inner := range member.Members {
				if field := page.Field(inner.Name); field != nil {
					r.field(field, inner)
				} else {
					r.unknown(inner, fmt.Sprintf("The page %s has no field %s.", page.Key, inner.Name), fieldNames(page))
				}
			}
		}
	}
	return r.list, r.diags
}

type jsonReader struct {
	list  []Entry
	found map[string]hcl.Range
	diags hcl.Diagnostics
}

func (r *jsonReader) report(id rule.ID, at hcl.Range, summary, detail string) *hcl.Diagnostic {
	d := schema.Diagnose(id, schema.Subject{Range: at}, summary, detail)
	r.diags = append(r.diags, d)
	return d
}

func (r *jsonReader) unknown(at *syntax.JSON, detail string, names []string) {
	r.report(rule.UnknownField, at.NameRange, "Unknown field in texts", detail+wording.DidYouMean(at.Name, names))
}

func (r *jsonReader) field(f *schema.Field, v *syntax.JSON) {
	switch {
	case f.Kind == schema.Tips && v.IsArray():
		for i, tip := range v.Members {
			for _, member := range tip.Members {
				if item := f.Item(member.Name); item != nil && item.Kind == schema.TipText {
					r.add(TipPath(f, i), member)
				}
			}
		}
	case f.HasWords():
		r.add(f.Path(), v)
	}
}

func (r *jsonReader) add(path string, v *syntax.JSON) {
	value := v.Value()
	switch first, twice := r.found[path]; {
	case twice:
		schema.FirstAt(r.report(rule.Duplicate, v.NameRange, "Declared twice", fmt.Sprintf("%s stands on line %d already.", path, first.Start.Line)), first)
	case value == cty.NilVal || !value.IsNull() && value.Type() != cty.String:
		r.report(rule.WrongType, v.Range, "Wrong type of value", path+" takes a text.")
	case value.IsNull():
	default:
		r.found[path] = v.NameRange
		r.list = append(r.list, Entry{path, value.AsString(), v.Range})
	}
}

func pageNames() []string {
	var names []string
	for _, p := range schema.Pages() {
		if p.Key != "" {
			names = append(names, p.Key, p.HCLName())
		}
	}
	return names
}

func fieldNames(p *schema.Page) []string {
	var names []string
	for i := range p.Fields {
		names = append(names, p.Fields[i].Key, schema.Snake(p.Fields[i].Key))
	}
	return names
}
