package studio

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"livery/reconcile/translating"
	"livery/schema"
	"livery/schema/colour"
	"livery/schema/jsontext"
	"livery/schema/langserver"
	"livery/schema/syntax"
)

// Change is what somebody wants an element to be.
type Change struct {
	Locale    schema.Locale
	Field     string
	Value     json.RawMessage // a text, true or false; null is the API's default
	Reference string          // a name of the palette instead of a value
	Where     string          // the id of a way, or the kind of one
	SHA256    string          // of the file with the value, or of the one that is written, in hexadecimal digits; "" for no condition
}

// MaxChanges is how many changes are made together.
const MaxChanges = 1000

// value is what is written, if that is no name.
func (c Change) value(leaf *schema.Field) (cty.Value, error) {
	wrong := func(takes string) (cty.Value, error) {
		return cty.NilVal, impossible("Wrong type of value", "%s takes %s, or null for the API's default.", c.Field, takes)
	}
	if c.Value == nil {
		return wrong("a value")
	}
	if string(bytes.TrimSpace(c.Value)) == "null" {
		return cty.NullVal(cty.String), nil
	}
	if leaf.Kind == schema.Tips {
		return wrong("each tip by itself")
	}
	if leaf.Kind == schema.Bool {
		var on bool
		if json.Unmarshal(c.Value, &on) != nil {
			return wrong("true or false")
		}
		return cty.BoolVal(on), nil
	}
	var text string
	if json.Unmarshal(c.Value, &text) != nil {
		return wrong("a text")
	}
	return cty.StringVal(strings.ReplaceAll(text, "\r\n", "\n")), nil // what a browser's field makes of line ends
}

// editor makes the edits of changes in memory.
type editor struct {
	*base
	studio  *Studio
	patches map[string]*patch // by the name of the file
	order   []string
}

// patch is the edits of a file.
type patch struct {
	before []byte
	edits  []edit
	lists  []*translating.List
	tips   []*tipEdit
	names  []named // that take the places of marks
}

// edit is one, and what it is about: of two for one place the later one counts.
type edit struct {
	syntax.Edit
	about string
}

// named is an expression that takes the place of a mark, since only values can be added.
type named struct{ mark, expression string }

// edited are the files that the changes are written in, before and after.
func (s *Studio) edited(b *base, changes []Change) (before, after map[string][]byte, err error) {
	if len(changes) > MaxChanges {
		return nil, nil, impossible("Too many changes", "At most %d changes are made together: save some of them first.", MaxChanges)
	}
	r := &editor{base: b, studio: s, patches: make(map[string]*patch)}
	for _, c := range changes {
		if err := r.take(c); err != nil {
			return nil, nil, err
		}
	}
	before, after = make(map[string][]byte), make(map[string][]byte)
	for _, name := range r.order {
		p := r.patches[name]
		done, err := p.apply(name)
		if err != nil {
			return nil, nil, notWritten(err)
		}
		if !bytes.Equal(done, p.before) {
			before[name], after[name] = p.before, done
		}
	}
	return before, after, nil
}

func notWritten(err error) error {
	reason := Impossible
	if errors.Is(err, syntax.ErrChanged) {
		reason = Conflict
	}
	return &Refusal{reason, "This cannot be written", err.Error() + "."}
}

// take plans one change.
func (r *editor) take(c Change) error {
	f, err := r.studio.find(r.base, c.Locale, c.Field)
	if err != nil {
		return err
	}
	ways := f.ways()
	i := slices.IndexFunc(ways, func(w Way) bool { return w.ID == c.Where || w.Kind == c.Where })
	switch {
	case i < 0 && f.isDerived():
		return impossible("A computed value", "%s of %s is computed, so it is not overwritten: change what it is computed from.", f.name(), c.Locale)
	case i < 0:
		return impossible("Nowhere to write it", "%s of %s cannot be written in %q any more. Choose the element again.", f.name(), c.Locale, c.Where)
	case ways[i].Stops != "":
		return impossible("This file is not written", "%s", ways[i].Stops)
	}
	t := ways[i].target
	if c.SHA256 != "" && !r.holds(c.SHA256, append(filesOf(f.value()), t.file())) {
		return &Refusal{Conflict, "A file has changed", fmt.Sprintf("%s has changed since it was read, so nothing was done.", t.file())}
	}
	if c.Reference != "" {
		return r.takeReference(f, t, c.Reference)
	}
	v, err := c.value(f.leaf())
	if err != nil {
		return err
	}
	if t.token && v.IsNull() {
		return impossible("A token has a value", "A design token cannot be the API's default: choose another place.")
	}
	p := r.patchOf(t.file())
	switch t.action {
	case replaceLiteral:
		p.add(t.at, syntax.Replace(t.at, p.fitted(t.at, v)))
	case replaceToken:
		text, err := tokenText(v)
		if err != nil {
			return err
		}
		p.add(t.at, syntax.Rewrite(t.at, text))
	case replaceExpression:
		p.add(t.at, syntax.Rewrite(t.at, syntax.Literal(t.at.Filename, v)))
	case addField:
		p.addField(t.holder, f.field, v)
	case addList, editTips:
		return r.takeTips(p, f, t, v)
	}
	return nil
}

// holds reports whether one of the files has this digest.
func (r *editor) holds(digest string, files []string) bool {
	return slices.ContainsFunc(files, func(name string) bool {
		sum := sha256.Sum256(translating.SourceOf(r.Evaluation, name))
		return strings.EqualFold(digest, hex.EncodeToString(sum[:]))
	})
}

// takeReference plans a name in the place of a value.
func (r *editor) takeReference(f *finder, t target, reference string) error {
	known := slices.ContainsFunc(f.palette(), func(h Hue) bool { return h.Reference == reference })
	switch {
	case f.leaf().Kind != schema.Colour || !known:
		return impossible("No such colour", "No variable, local or token %s holds a colour.", reference)
	case !t.names:
		return impossible("No name can stand there", "%s holds values, and no names: choose another place, or write the colour itself.", t.file())
	}
	p := r.patchOf(t.file())
	written := reference
	if strings.HasSuffix(t.file(), ".json") {
		written = jsontext.Quote("${" + reference + "}")
	}
	if t.action != addField {
		p.add(t.at, syntax.Rewrite(t.at, written))
		return nil
	}
	mark := fmt.Sprintf("livery: %s in %s", f.path(), t.holder.Block)
	p.addField(t.holder, f.field, cty.StringVal(mark))
	p.names = append(slices.DeleteFunc(p.names, func(n named) bool { return n.mark == mark }), named{mark, written})
	return nil
}

// tokenText is a colour as a token file has it.
func tokenText(v cty.Value) (string, error) {
	c, ok := colour.Parse(v.AsString())
	if !ok {
		return "", impossible("Invalid colour", "%q is no colour: # and 3, 4, 6 or 8 hexadecimal digits.", v.AsString())
	}
	text, _ := langserver.TokenColour("srgb", c)
	return text, nil
}

func (r *editor) patchOf(name string) *patch {
	p := r.patches[name]
	if p == nil {
		p = &patch{before: translating.SourceOf(r.Evaluation, name)}
		r.patches[name], r.order = p, append(r.order, name)
	}
	return p
}

// add adds an edit of a place.
func (p *patch) add(at hcl.Range, e syntax.Edit) {
	p.addAbout(fmt.Sprint(at.Start.Byte), e)
}

// addField adds an edit that declares a field. One of a later change takes the place of
// that of an earlier one, as it does in what is drawn.
func (p *patch) addField(h translating.Holder, f *schema.Field, v cty.Value) {
	p.addAbout(fmt.Sprint(h.Block.Start.Byte, f.Path()), h.Add(f, v))
}

func (p *patch) addAbout(about string, e syntax.Edit) {
	p.edits = append(slices.DeleteFunc(p.edits, func(other edit) bool { return other.about == about }), edit{e, about})
}

// fitted is a value as the literal that it takes the place of has it: a colour in the case of
// its digits, the text of a heredoc with the line feed that ends it.
func (p *patch) fitted(at hcl.Range, v cty.Value) cty.Value {
	if v.IsNull() || v.Type() != cty.String {
		return v
	}
	raw, text := string(at.SliceBytes(p.before)), v.AsString()
	switch {
	case strings.HasPrefix(raw, "<<") && text != "" && !strings.HasSuffix(text, "\n"):
		return cty.StringVal(text + "\n")
	case strings.HasPrefix(text, "#") && raw == strings.ToUpper(raw) && raw != strings.ToLower(raw):
		return cty.StringVal(strings.ToUpper(text))
	}
	return v
}

// apply makes the edits.
func (p *patch) apply(name string) ([]byte, error) {
	edits := make([]syntax.Edit, len(p.edits))
	for i, e := range p.edits {
		edits[i] = e.Edit
	}
	for _, t := range p.tips {
		edits = append(edits, t.edits(p)...)
	}
	done, err := syntax.NewPatch(name, p.before, edits...).Apply(p.before)
	for i := 0; i < len(p.lists) && err == nil; i++ {
		l := p.lists[i]
		said := slices.DeleteFunc(slices.Clone(l.Items), func(tip translating.ListItem) bool { return tip == translating.ListItem{} })
		if len(said) > 0 {
			l.Items = said // a tip that has nothing is none
		}
		done, err = l.Write(name, done)
	}
	for i := 0; i < len(p.names) && err == nil; i++ {
		mark := jsontext.Quote(p.names[i].mark)
		from := bytes.Index(done, []byte(mark))
		if from < 0 {
			continue // a later change gave it a value
		}
		at := hcl.Range{Filename: name, Start: hcl.Pos{Byte: from}, End: hcl.Pos{Byte: from + len(mark)}}
		done, err = syntax.NewPatch(name, done, syntax.Rewrite(at, p.names[i].expression)).Apply(done)
	}
	return done, err
}
