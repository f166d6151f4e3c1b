package translating

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/rule"
	"livery/schema/syntax"
	"livery/schema/texts"
)

// layers are those of a document that belong to it alone.
type layers struct{ texts, own schema.Look }

// write makes the edits of all changes in memory, and reads the stack again: what does not
// come out as it is wanted is refused, and the others are made without it.
func (r *importer) write() error {
	r.layers, r.shared = make(map[schema.Locale]layers), make(map[hcl.Range][]key)
	for _, d := range r.asked.Documents {
		for t := range texts.Of(d) {
			at := texts.PlaceOf(t.Value)
			r.shared[at] = append(r.shared[at], key{d.Locale, t.Path})
		}
	}
	for {
		changes := len(r.changes)
		before, after, err := r.edited()
		if err != nil {
			return err
		}
		if len(r.changes) < changes {
			continue
		}
		if len(after) == 0 {
			return nil
		}
		if err := r.compare(after); err != nil {
			return err
		}
		if len(r.changes) == changes {
			r.out.Before, r.out.After = before, after
			return nil
		}
	}
}

// compare reads the stack with the files as they would be.
func (r *importer) compare(after map[string][]byte) error {
	unsaved := make(map[string][]byte)
	for name := range r.fresh {
		unsaved[name] = []byte(emptyTexts)
	}
	maps.Copy(unsaved, r.w.Unsaved)
	maps.Copy(unsaved, after)
	now, diags, err := r.with(unsaved)
	if err != nil {
		return err
	}
	errs, _ := schema.Apart(diags, rule.Error)
	changes := len(r.changes)
	for _, d := range errs {
		f := schema.FindingOf(d)
		for _, k := range r.order {
			if c := r.changes[k]; c != nil && f.Path == k.path && slices.Contains(f.Addresses, k.locale.AddressOf()) {
				r.refuse(k, c.at, f.Rule, lowerFirst(d.Summary), d.Detail)
			}
		}
	}
	if len(errs) > 0 {
		if len(r.changes) == changes {
			return r.invalid(errs)
		}
		return nil
	}
	for _, d := range now.Documents {
		r.compareDocument(d)
	}
	return nil
}

// compareDocument refuses what did not become what was wanted, and what changed something
// else as well.
func (r *importer) compareDocument(d schema.Document) {
	was := make(map[string]string)
	for i := slices.IndexFunc(r.asked.Documents, func(o schema.Document) bool { return o.Locale == d.Locale }); i >= 0; i = -1 {
		for t := range texts.Of(r.asked.Documents[i]) {
			was[t.Path] = t.Words()
		}
	}
	is := make(map[string]string)
	for t := range texts.Of(d) {
		is[t.Path] = t.Words()
		c := r.changes[key{d.Locale, t.Path}]
		if c != nil || t.Words() == was[t.Path] {
			continue
		}
		for _, k := range r.order { // it was written in a place that this one has its words from, too
			if other := r.changes[k]; other != nil && other.words == t.Words() {
				r.refuseSeveral(other, []key{{d.Locale, t.Path}})
			}
		}
	}
	for _, k := range r.order {
		if c := r.changes[k]; c != nil && k.locale == d.Locale && is[k.path] != c.words {
			r.notHere(c, texts.PlaceOf(c.unit.Target), "What is written in the place that it comes from does not reach the page.")
		}
	}
}

// notHere refuses a text that cannot be written.
func (r *importer) notHere(c *change, at hcl.Range, help string) {
	where := ""
	if at.Filename != "" {
		where = fmt.Sprintf("%s:%d: ", at.Filename, at.Start.Line)
	}
	r.refuse(c.key(), c.at, "", "not written here", where+help)
}

func (r *importer) refuseSeveral(c *change, others []key) {
	names := make([]string, len(others))
	for i, k := range others {
		names[i] = fmt.Sprintf("%s %s", k.locale, k.path)
	}
	r.notHere(c, texts.PlaceOf(c.unit.Target), fmt.Sprintf("These words are written once for several texts: also for %s. Give each language its own, best in a file: texts = jsondecode(file(\"texts/${each.key}.json\")).", strings.Join(names, ", ")))
}

// patch is the edits of a file.
type patch struct {
	edits  []syntax.Edit
	wants  []*change // whose the edits are
	lists  []List
	before []byte
}

// edited makes the edits of all changes. Those that cannot be made are refused.
func (r *importer) edited() (before, after map[string][]byte, err error) {
	patches := make(map[string]*patch)
	lists := make(map[string]bool)
	for _, k := range r.order {
		if c := r.changes[k]; c != nil {
			r.plan(c, patches, lists)
		}
	}
	before, after = make(map[string][]byte), make(map[string][]byte)
	for _, name := range slices.Sorted(maps.Keys(patches)) {
		p := patches[name]
		done, err := syntax.NewPatch(name, p.before, p.edits...).Apply(p.before)
		if err != nil {
			r.refuseEdits(name, p, err)
			continue
		}
		for _, l := range p.lists {
			if done, err = l.Write(name, done); err != nil {
				return nil, nil, err
			}
		}
		after[name], before[name] = done, p.before
		if r.fresh[name] {
			before[name] = nil
		}
	}
	return before, after, nil
}

// refuseEdits refuses the edits of a file that cannot be made, each tried alone.
func (r *importer) refuseEdits(name string, p *patch, failed error) {
	refused := 0
	for i, e := range p.edits {
		_, err := syntax.NewPatch(name, p.before, e).Apply(p.before)
		if err == nil {
			continue
		}
		refused++
		r.notHere(p.wants[i], hcl.Range{}, reason(err))
	}
	if refused == 0 {
		r.notHere(p.wants[0], hcl.Range{}, reason(failed))
	}
}

func reason(err error) string {
	text := err.Error()
	if refused := (*syntax.EditError)(nil); errors.As(err, &refused) && errors.Is(refused.Err, syntax.ErrNotLiteral) {
		text = fmt.Sprintf("%s:%d: what stands there is no text in quotes", refused.Range.Filename, refused.Range.Start.Line)
	}
	return text + ". Write the words in the file of texts of the language."
}

// patchOf is the patch of a file, which holds what was read.
func (r *importer) patchOf(patches map[string]*patch, name string) *patch {
	p := patches[name]
	if p == nil {
		p = &patch{before: SourceOf(r.asked, name)}
		if r.fresh[name] {
			p.before = []byte(emptyTexts)
		}
		patches[name] = p
	}
	return p
}

// plan finds the place of a change: the literal that its value comes from, else the file of
// texts, else the block.
func (r *importer) plan(c *change, patches map[string]*patch, lists map[string]bool) {
	value, found, refusal := r.ownValue(c)
	switch {
	case refusal != "":
		r.notHere(c, c.in.Range, refusal)
	case found:
		r.replace(c, value, patches)
	default:
		r.add(c, patches, lists)
	}
}

func (r *importer) layersOf(locale schema.Locale) layers {
	l, ok := r.layers[locale]
	if !ok {
		all := r.asked.Layers(locale)
		if n := len(all); n > 0 {
			l.own = all[n-1].Look
			if n > 1 && all[n-2].Name == "texts" {
				l.texts = all[n-2].Look
			}
		}
		r.layers[locale] = l
	}
	return l
}

// ownValue is what the document itself says of a text, or null; false where it inherits it
// or says nothing.
func (r *importer) ownValue(c *change) (v schema.Value, found bool, refusal string) {
	l := r.layersOf(c.in.Locale)
	field, i := texts.FieldOf(c.unit.Path)
	for _, look := range []schema.Look{l.own, l.texts} {
		v := look.At(field)
		switch {
		case v.Kind() == 0:
			continue
		case field.Kind == schema.Text:
			return v, true, ""
		}
		tips := v.Tips()
		if i < len(tips) && tips[i].Text.Declared() {
			return tips[i].Text, true, ""
		}
		return v, false, fmt.Sprintf("%s of %s has a list of its own, without this text. Add it there.", field.Path(), c.in.Locale)
	}
	return v, false, ""
}

// replace plans another text in the place of a literal.
func (r *importer) replace(c *change, v schema.Value, patches map[string]*patch) {
	at := texts.PlaceOf(v)
	if help := notLiteral(v); help != "" {
		r.notHere(c, v.Range(), help)
		return
	}
	if others := slices.DeleteFunc(slices.Clone(r.shared[at]), func(k key) bool { return k == c.key() }); len(others) > 0 {
		r.refuseSeveral(c, others)
		return
	}
	p := r.patchOf(patches, at.Filename)
	p.edits, p.wants = append(p.edits, syntax.Replace(at, cty.StringVal(c.words))), append(p.wants, c)
}

// notLiteral says why the words of a value cannot be written, and what would help; "" if
// they can.
func notLiteral(v schema.Value) string {
	const own = " Write the words of this language out, in its block or in its file of texts."
	o := v.Origin()
	switch {
	case o == nil:
		return ""
	case o.Derived:
		return "A function or a template makes these words." + own
	case o.Kind == schema.FromTexts && o.Path != "" && strings.HasSuffix(o.Range.Filename, ".json"), o.Kind == schema.FromLiteral:
		return ""
	case o.Kind == schema.FromTexts && o.Path != "":
		return "These words stand in a table or in YAML, which is not written." + own
	case o.Kind == schema.FromTexts:
		return "These words are a whole file." + own
	default:
		return fmt.Sprintf("These words come from %s.", cmp.Or(o.Path, string(o.Kind))) + own
	}
}

// add plans a text that the document does not have yet.
func (r *importer) add(c *change, patches map[string]*patch, lists map[string]bool) {
	field, _ := texts.FieldOf(c.unit.Path)
	h, at, why := HolderOf(r.asked, c.in.Document)
	if why != "" {
		r.notHere(c, at, why)
		return
	}
	p := r.patchOf(patches, h.File)
	if h.IsTexts() {
		h = TextsHolder(h.File, p.before) // it may not be there yet
	}
	value := cty.StringVal(c.words)
	if field.Kind == schema.Tips {
		id := h.File + " " + string(c.in.Locale) + " " + field.Path()
		l, ok := r.listOf(c, field)
		if !ok || lists[id] {
			return
		}
		lists[id] = true
		l.Page = h.naming(field)(field)[0]
		p.lists = append(p.lists, l)
		value = cty.StringVal(l.Mark())
	}
	p.edits, p.wants = append(p.edits, h.Add(field, value)), append(p.wants, c)
}
