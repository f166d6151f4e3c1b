package langserver

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/structure"
	"livery/schema/syntax"
	"livery/schema/texts"
)

// Definitions are the places that a byte of a file leads to: of a name where it is
// declared, of a path into a theme the field there, of a value where its words or digits
// stand, of a field what it overrides.
func (v *View) Definitions(file *syntax.File, offset int) []hcl.Range {
	return leader{v}.from(file, offset)
}

// leader leads from one place to others.
type leader struct{ *View }

func (v leader) from(file *syntax.File, offset int) []hcl.Range {
	if at, ok := v.fieldReference(file, offset); ok {
		return at
	}
	if at := v.tokenPlaces(file, offset); at != nil {
		return at
	}
	if m, ok := v.MentionAt(file.Name, offset); ok && !m.Declares {
		var found []hcl.Range
		for _, other := range v.MentionsOf(m.Name) {
			if other.Declares {
				found = append(found, other.Range)
			}
		}
		return found
	}
	if m, ok := v.MentionAt(file.Name, offset); ok && m.Kind == "locale" {
		return v.missing(localesOf(v.View, m.Name))
	}
	if at, ok := v.iteration(file, offset); ok {
		return at
	}
	w, ok := v.FieldAt(file, offset)
	if !ok {
		return nil
	}
	found := v.overridden(w)
	if structure.Holds(w.ValueAt, offset) {
		found = v.origins(w)
	}
	for _, at := range v.sources(w, found == nil) {
		if !slices.Contains(found, at) {
			found = append(found, at)
		}
	}
	return found
}

// sources are the texts that a translation was made from: always, or if it is stale.
func (v leader) sources(w Written, always bool) (found []hcl.Range) {
	table := sourceTexts(v.View)
	if table == nil {
		return nil
	}
	path := textPath(v.View, w)
	leads := func(d ofDocument) bool {
		if d.Locale == table.Source.Locale {
			return false
		}
		u, _ := table.UnitAt(document(v.View, d.Locale), path)
		return always || u.State == texts.Stale
	}
	if text := texts.At(slices.Values(table.Texts), path); text.Value.Declared() && slices.ContainsFunc(v.worn(w), leads) {
		found = append(found, texts.PlaceOf(text.Value))
	}
	return found
}

// translations are the texts that are made from one of the source, and the labels of the
// languages that miss it.
func (v leader) translations(w Written, add func(hcl.Range)) {
	table := sourceTexts(v.View)
	if table == nil || !slices.ContainsFunc(v.worn(w), func(d ofDocument) bool { return d.Locale == table.Source.Locale }) {
		return
	}
	path := textPath(v.View, w)
	for _, d := range v.Documents() {
		u, ok := table.UnitAt(d, path)
		switch {
		case d.Locale == table.Source.Locale || !ok:
		case u.State == texts.Missing:
			add(v.labelOf(d))
		case u.Target.Range() != u.Source.Range(): // else both have it from a theme
			add(u.Target.Range())
		}
	}
}

// labelOf is the label of the block that declares a document.
func (v leader) labelOf(d schema.Document) hcl.Range {
	for _, m := range v.Mentions() {
		if m.Kind == "locale" && m.Declares && declares(m, d) {
			return m.Range
		}
	}
	return hcl.Range{}
}

// declares reports whether a document is of the block in which a label stands.
func declares(m Mention, d schema.Document) bool {
	return m.Whole.Filename == d.Range.Filename && structure.Holds(m.Whole, d.Range.Start.Byte)
}

// localesOf are the languages that a label of a locale stands for: one, or those of its
// for_each.
func localesOf(v *View, name Name) (list []schema.Locale) {
	for _, m := range v.MentionsOf(name) {
		for _, d := range v.Documents() {
			if m.Declares && declares(m, d) {
				list = append(list, d.Locale)
			}
		}
	}
	if locale, known := schema.ParseLocale(name.Name); known && len(list) == 0 {
		list = append(list, locale)
	}
	return list
}

// missing are the source's texts that languages have not.
func (v leader) missing(locales []schema.Locale) (found []hcl.Range) {
	table := sourceTexts(v.View)
	for _, d := range v.Documents() {
		if table == nil || !slices.Contains(locales, d.Locale) || d.Locale == table.Source.Locale {
			continue
		}
		for _, u := range table.Compare(d).Units {
			if at := texts.PlaceOf(u.Source); u.State == texts.Missing && !slices.Contains(found, at) {
				found = append(found, at)
			}
		}
	}
	return found
}

// sourceTexts are the texts that the others are translated from; nil if there are none.
func sourceTexts(v *View) *texts.Table {
	if v.Stack == nil {
		return nil
	}
	if _, has := texts.Source(v.Stack); !has {
		return nil
	}
	table, _ := texts.Open(v.Stack)
	return table
}

// fieldReference is where theme.x.page.field leads to.
func (v leader) fieldReference(file *syntax.File, offset int) ([]hcl.Range, bool) {
	body, ok := file.Body.(*hclsyntax.Body)
	if !ok {
		return nil, false
	}
	return v.themeField(stepsTo(traversalAt(body, offset), offset))
}

// themeField is where a field of a theme is written, by the names that lead to it.
func (v leader) themeField(steps []string) ([]hcl.Range, bool) {
	if len(steps) < 3 || steps[0] != "theme" {
		return nil, false
	}
	for _, f := range v.Module.Files {
		root, native := f.Body.(*hclsyntax.Body)
		if !native {
			continue
		}
		for _, b := range root.Blocks {
			if b.Type != "theme" || firstLabel(b) != steps[1] {
				continue
			}
			if at, found := member(b.Body, steps[2:]); found {
				return []hcl.Range{at}, true
			}
		}
	}
	return nil, false
}

// stepsTo are the names of a reference up to the one at a byte.
func stepsTo(t hcl.Traversal, offset int) (steps []string) {
	for _, step := range t {
		switch step := step.(type) {
		case hcl.TraverseRoot:
			steps = append(steps, step.Name)
		case hcl.TraverseAttr:
			if steps = append(steps, step.Name); structure.Holds(step.SrcRange, offset) {
				return steps
			}
		case hcl.TraverseIndex:
			if step.Key.Type() != cty.String {
				return steps
			}
			if steps = append(steps, step.Key.AsString()); structure.Holds(step.SrcRange, offset) {
				return steps
			}
		default:
			return steps
		}
	}
	return steps
}

// member is the attribute or block that a path of names leads to.
func member(body *hclsyntax.Body, path []string) (hcl.Range, bool) {
	if a := body.Attributes[path[0]]; a != nil && len(path) == 1 {
		return a.NameRange, true
	}
	for _, b := range body.Blocks {
		switch {
		case b.Type != path[0]:
		case len(path) == 1:
			return b.TypeRange, true
		default:
			return member(b.Body, path[1:])
		}
	}
	return hcl.Range{}, false
}

// traversalAt is the reference around a byte; nil if there is none.
func traversalAt(body *hclsyntax.Body, offset int) (found hcl.Traversal) {
	structure.VisitAttributes(body, "", func(_ string, a *hclsyntax.Attribute) {
		if !structure.Holds(a.Expr.Range(), offset) {
			return
		}
		for _, t := range a.Expr.Variables() {
			if structure.Holds(t.SourceRange(), offset) {
				found = t
			}
		}
	})
	return found
}

// iteration leads each to its for_each, and self to the label of the block.
func (v leader) iteration(file *syntax.File, offset int) ([]hcl.Range, bool) {
	body, ok := file.Body.(*hclsyntax.Body)
	if !ok {
		return nil, false
	}
	t := traversalAt(body, offset)
	if t == nil || t.RootName() != "each" && t.RootName() != "self" {
		return nil, false
	}
	for _, b := range body.Blocks {
		if !structure.Holds(b.Range(), offset) {
			continue
		}
		if a := b.Body.Attributes["for_each"]; a != nil && t.RootName() == "each" {
			return []hcl.Range{a.NameRange}, true
		}
		if len(b.LabelRanges) > 0 && t.RootName() == "self" {
			return []hcl.Range{label(b.LabelRanges[0], file.Bytes)}, true
		}
	}
	return nil, false
}

// origins are where the words or digits of a value stand, when that is not here.
func (v leader) origins(w Written) (found []hcl.Range) {
	for _, d := range v.worn(w) {
		if o := d.Value.Origin(); o != nil && o.Range.Filename != "" && o.Range != w.ValueAt && !slices.Contains(found, o.Range) {
			found = append(found, o.Range)
		}
	}
	return found
}

// overridden are the values that a field takes the place of.
func (v leader) overridden(w Written) (found []hcl.Range) {
	f := schema.FieldByPath(w.Field.Path())
	e := v.Explored
	if f == nil || e == nil {
		return nil
	}
	for _, d := range v.worn(w) {
		var below hcl.Range
		for _, layer := range e.Layers(d.Locale) {
			value := layer.At(f)
			if value.Range().Filename == w.ValueAt.Filename && value.Range().Start.Byte == w.ValueAt.Start.Byte {
				break
			}
			if value.Declared() {
				below = value.Range()
			}
		}
		if below.Filename != "" && !slices.Contains(found, below) {
			found = append(found, below)
		}
	}
	return found
}

// References are the places that lead to a name.
func (v *View) References(name Name, declaration bool) (found []hcl.Range) {
	for _, other := range v.MentionsOf(name) {
		if declaration || !other.Declares {
			found = append(found, other.Range)
		}
	}
	return found
}

// ReferencesAt are the places that lead to what stands at a byte: those of its name, or of a
// field the values that take its place.
func (v *View) ReferencesAt(file *syntax.File, offset int, declaration bool) []hcl.Range {
	if m, ok := v.MentionAt(file.Name, offset); ok {
		return v.References(m.Name, declaration)
	}
	return leader{v}.back(file, offset, declaration)
}

// back are the places that lead to a token or a field at a byte: the values that come from
// the token, those that take the field's place, and the expressions that name it.
func (v leader) back(file *syntax.File, offset int, declaration bool) []hcl.Range {
	var found []hcl.Range
	add := func(at hcl.Range) {
		if at.Filename != "" && !slices.Contains(found, at) {
			found = append(found, at)
		}
	}
	token, _, ok := tokenFinder(v).at(file, offset)
	if t, is := v.tokensIn(file); is && !ok {
		token, ok = t.at(offset)
	}
	if ok {
		if declaration {
			add(token.Range)
		}
		v.wearers(token.Range, add)
		return found
	}
	w, ok := v.FieldAt(file, offset)
	if !ok {
		return nil
	}
	if declaration {
		add(w.ValueAt)
	}
	v.overriding(w, add)
	v.translations(w, add)
	if w.Block != nil && w.Block.Type == "theme" {
		v.namers([]string{"theme", firstLabel(w.Block), pageName(w.Field), w.Field.HCLName()}, add)
	}
	return found
}

// wearers are the values that come from the token at a place.
func (v leader) wearers(token hcl.Range, add func(hcl.Range)) {
	isFrom := func(s schema.Step) bool { return s.Range == token }
	for _, d := range v.Documents() {
		for _, f := range schema.Fields() {
			if o := d.At(f).Origin(); o != nil && (slices.ContainsFunc(o.Chain, isFrom) || slices.ContainsFunc(o.Also, isFrom)) {
				add(d.At(f).Range())
			}
		}
	}
}

// overriding are the values that take the place of a field's.
func (v leader) overriding(w Written, add func(hcl.Range)) {
	f, e := schema.FieldByPath(w.Field.Path()), v.Explored
	if f == nil || e == nil {
		return
	}
	for _, d := range v.Documents() {
		reached := false
		for _, layer := range e.Layers(d.Locale) {
			at := layer.At(f).Range()
			if reached && layer.At(f).Declared() {
				add(at)
			}
			reached = reached || at.Filename == w.ValueAt.Filename && at.Start.Byte == w.ValueAt.Start.Byte
		}
	}
}

// namers are the expressions that name a field of a theme.
func (v leader) namers(path []string, add func(hcl.Range)) {
	path = slices.DeleteFunc(path, func(step string) bool { return step == "" })
	for _, f := range v.renamed(Name{}) {
		body, native := f.Body.(*hclsyntax.Body)
		if !native {
			continue
		}
		structure.VisitAttributes(body, "", func(_ string, a *hclsyntax.Attribute) {
			for _, t := range a.Expr.Variables() {
				if slices.Equal(stepsTo(t, -1), path) {
					add(t.SourceRange())
				}
			}
		})
	}
}

func pageName(f *schema.Field) string {
	if page := schema.PageByKey(f.Page); page != nil && f.Page != "" {
		return page.HCLName()
	}
	return ""
}

// kindWords are what people call the kinds of names.
var kindWords = map[string]string{"theme": "theme", "local": "local", "var": "variable", "session": "session", "locale": "locale"}

// Renameable is the name at a byte, if it can be renamed; else why not, as a sentence.
func (v *View) Renameable(file *syntax.File, offset int) (Mention, string) {
	m, ok := v.MentionAt(file.Name, offset)
	switch {
	case !ok:
		return m, leader{v}.whyNot(file, offset)
	case m.Kind == "locale":
		return m, "A locale has the code that the service gives it."
	case !slices.ContainsFunc(v.MentionsOf(m.Name), func(o Mention) bool { return o.Declares }):
		return m, "It is declared nowhere."
	}
	return m, ""
}

// whyNot says why what stands at a byte has no name that can be changed.
func (v leader) whyNot(file *syntax.File, offset int) string {
	if w, ok := v.FieldAt(file, offset); ok && structure.Holds(w.NameAt, offset) {
		return w.Field.HCLName() + " is a name of the service's catalogue, which nobody can change."
	}
	body, native := file.Body.(*hclsyntax.Body)
	start, end := structure.WordAt(file.Bytes, offset)
	switch {
	case PageCalled(string(file.Bytes[start:end])) != nil:
		return string(file.Bytes[start:end]) + " is a name of the service's catalogue, which nobody can change."
	case native && len(traversalAt(body, offset)) > 2, !native && !syntax.IsConfiguration(file.Name) && !syntax.IsVariables(file.Name):
		return "Token names are not changed here: the design tool owns them."
	}
	return "Only themes, locals, variables and sessions can be renamed."
}

// renamed are the files in which a name may stand.
func (v leader) renamed(name Name) []*syntax.File {
	files := slices.SortedFunc(maps.Values(v.Module.Files), func(a, b *syntax.File) int { return strings.Compare(a.Name, b.Name) })
	if name.Kind != "var" {
		return files
	}
	for _, values := range v.Module.Sources.Values {
		if values.File != nil {
			files = append(files, values.File)
		}
	}
	if v.LooseValues != nil {
		files = append(files, v.LooseValues()...)
	}
	return files
}

// Rename lists the places where a name becomes another one; else why it cannot, as a
// sentence.
func (v *View) Rename(m Mention, to string) ([]Change, string) {
	if !syntax.IsName(to) {
		return nil, fmt.Sprintf("%q is no valid name: it begins with a letter and holds letters, digits, _ and - alone.", to)
	}
	for _, f := range (leader{v}).renamed(m.Name) {
		if f.Faults.HasErrors() {
			return nil, f.Name + " does not parse, so what it refers to is not known."
		}
	}
	if to != m.Name.Name && len(v.MentionsOf(Name{m.Kind, to})) > 0 {
		return nil, fmt.Sprintf("There is a %s %q already.", kindWords[m.Kind], to)
	}
	var changes []Change
	for _, other := range v.MentionsOf(m.Name) {
		changes = append(changes, Change{other.Range, to})
	}
	return changes, ""
}
