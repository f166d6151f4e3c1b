package inspect

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"livery/reconcile"
	"livery/reconcile/comparison"
	"livery/reconcile/state"
	"livery/reconcile/workspace"
	"livery/schema"
	"livery/schema/colour"
	"livery/schema/config"
	"livery/schema/lint"
	"livery/schema/preview"
	"livery/schema/rule"
	"livery/schema/stack"
	"livery/schema/texts"
)

// Preview draws one stack again and again, while its files change.
type Preview struct {
	PreviewOptions
	workspace *workspace.Workspace
	loaded    *stack.Stack // as it was loaded last
	atBase    *earlier     // nil before it is known; a commit stays as it is
	compares  comparisons

	applied     *state.Snapshot // as it was read last; nil before
	appliedFrom config.Backend  // where that was
	appliedAt   time.Time       // when that was
	appliedErr  error           // what came of it
}

// PreviewData is a gallery of the stack or of a plan, and what is wrong with it.
type PreviewData struct {
	Gallery     preview.Gallery
	Against     string   // what the gallery compares with
	NotCompared error    // why there is nothing to compare with; nil if there is
	Watch       []string // absolute paths of the files that it depends on, and of directories where others may appear
	Diagnostics hcl.Diagnostics
	Sources     map[string][]byte
	Variables   map[string]cty.Value // that the files declare
	Stops       []preview.Problem    // errors of any language, shown or not, that would stop an apply; known once it is judged

	judge func() ([]preview.Problem, error) // what is wrong with an unjudged gallery
}

// PreviewOptions say what is drawn, and what it is compared with.
type PreviewOptions struct {
	Locales []schema.Locale // these alone; none for all
	Pseudo  []texts.Pseudo  // languages that are drawn besides, of the words of the source
	Images  bool            // pictures are fetched from their links
	Base    string          // compare with what was declared where the checkout left this commit; "" for what was last confirmed
}

// NewPreview makes a preview.
func NewPreview(w *workspace.Workspace, o PreviewOptions) *Preview {
	return &Preview{PreviewOptions: o, workspace: w, loaded: new(stack.Stack), compares: make(comparisons)}
}

// Data gathers what the files say now, beside what the service last confirmed, and judges it.
func (p *Preview) Data(ctx context.Context) (*PreviewData, error) {
	data, err := p.Pictures(ctx)
	if err != nil {
		return nil, err
	}
	return data, data.Judge()
}

// Pictures is Data without what is wrong, which takes longer to know and is left to Judge.
func (p *Preview) Pictures(ctx context.Context) (*PreviewData, error) {
	loaded, diags, err := workspace.Reload(p.workspace, p.loaded, stack.NeedDocuments)
	if err != nil {
		return nil, err
	}
	p.loaded = loaded
	if loaded.Empty {
		return nil, workspace.Failf("No configuration files", "This directory holds no *.livery.hcl or *.livery.json file. \"livery init\" writes a small stack to begin with.")
	}
	if diags, err = p.workspace.Suppress(loaded, diags); err != nil {
		return nil, err
	}
	before, err := p.compared(ctx, loaded)
	if err != nil {
		return nil, err
	}
	data := &PreviewData{Diagnostics: diags, Sources: loaded.Sources, Variables: loaded.Variables, Watch: p.watched(loaded), Against: before.against, NotCompared: before.err}
	g := &data.Gallery
	source, sourced := texts.Source(loaded)
	g.Sheets = p.selected(sheets(loaded.Documents, before), source)
	if p.Base != "" {
		if g.Summary, err = p.compares.summarise(g.Sheets); err != nil {
			return nil, err
		}
	}
	judge(g.Sheets, lint.LeastContrast(loaded))
	g.TooLong = loaded.Levels[rule.TooLong]
	if err := p.requireLocale(g); err != nil {
		return nil, err
	}
	declared := g.Sheets
	tooLong, err := p.addPseudo(g, loaded)
	if err != nil {
		return nil, err
	}
	p.setTitle(g)
	g.Unjudged = true
	data.judge = func() ([]preview.Problem, error) {
		found := slices.Concat(diags, before.warnings, lint.Beside(loaded, diags))
		if !sourced { // else lint has compared with it
			found = append(found, missing(declared, loaded.Levels)...)
		}
		kept, err := p.workspace.Suppress(loaded, found)
		problems := preview.Problems(kept)
		for _, q := range problems {
			if q.Level == rule.Error {
				data.Stops = append(data.Stops, q)
			}
		}
		return append(p.lookedAt(problems), tooLong...), err
	}
	return data, nil
}

// Judge adds what is wrong to a gallery that was not judged yet.
func (d *PreviewData) Judge() error {
	if !d.Gallery.Unjudged {
		return nil
	}
	var err error
	d.Gallery.Problems, err = d.judge()
	d.Gallery.Unjudged = false
	return err
}

// addPseudo draws the pseudo-languages, in which words that nobody can translate stay as they
// are, and others take as much room as translations will. It gives the texts that have none.
func (p *Preview) addPseudo(g *preview.Gallery, loaded *stack.Stack) ([]preview.Problem, error) {
	if len(p.Pseudo) == 0 {
		return nil, nil
	}
	source, ok := texts.Source(loaded)
	if !ok {
		summary, detail := texts.NoSource(source)
		return nil, workspace.Failf(summary, "%s", detail)
	}
	i := slices.IndexFunc(loaded.Documents, func(d schema.Document) bool { return d.Locale == source })
	var problems []preview.Problem
	for _, language := range p.Pseudo {
		language.Keep = texts.KeptNames(loaded)
		d, tooLong := language.Document(loaded.Documents[i])
		var found hcl.Diagnostics
		for _, t := range tooLong {
			found = append(found, schema.Diagnose(rule.TooLong, schema.Subject{Address: d.Locale.AddressOf(), Path: t.Path, Range: texts.PlaceOf(t.Value)}, "No room",
				fmt.Sprintf("%s takes at most %d UTF-16 units: a translation that is %d %% longer than the source %s has no room.", t.Path, t.Field.MaxLength(source), language.Longer, source)))
		}
		problems = append(problems, preview.Problems(schema.ApplyLevels(found, loaded.Levels))...)
		g.Sheets = append(g.Sheets, preview.Sheet{Document: d, Note: fmt.Sprintf("Made of the words of %s for this preview. It is no locale: nothing plans or sends it.", source)})
	}
	return problems, nil
}

// missing compares the languages that are shown: a text that one has, all should have.
func missing(sheets []preview.Sheet, levels map[rule.ID]rule.Level) hcl.Diagnostics {
	documents := make([]schema.Document, len(sheets))
	for i, s := range sheets {
		documents[i] = s.Document
	}
	return schema.ApplyLevels(lint.Missing(documents), levels)
}

// A state elsewhere is asked for at most so often, and so long: a picture must not
// wait for a network whenever somebody saves a file.
const (
	statePatience  = 5 * time.Second
	stateFreshness = time.Minute
)

// lastApplied is the state, as fresh as it can be had at once; an empty one with
// an error.
func (p *Preview) lastApplied(ctx context.Context, b config.Backend) (*state.Snapshot, error) {
	local := b.Type == "" || b.Type == "local"
	same := b.Type == p.appliedFrom.Type && maps.Equal(b.Attributes, p.appliedFrom.Attributes)
	if !local && same && p.applied != nil && p.workspace.Now().Sub(p.appliedAt) < stateFreshness {
		return p.applied, p.appliedErr
	}
	ctx, cancel := context.WithTimeout(ctx, statePatience)
	defer cancel()
	s, err := p.workspace.State().SnapshotAt(ctx, b)
	switch {
	case err == nil:
		p.applied = s
	case local || !same || p.applied == nil:
		p.applied = new(state.Snapshot)
	}
	p.appliedFrom, p.appliedAt, p.appliedErr = b, p.workspace.Now(), err
	return p.applied, err
}

// setTitle says what is shown.
func (p *Preview) setTitle(g *preview.Gallery) {
	g.Title, g.Images, g.ChangedOnly = "Liveness pages", p.Images, p.Base != ""
	g.Subject = fmt.Sprintf("%s, %d screens each", schema.Plural(len(g.Sheets), "language"), len(preview.Screens()))
}

// lookedAt are the problems without those of languages that are not looked at.
func (p *Preview) lookedAt(problems []preview.Problem) []preview.Problem {
	return slices.DeleteFunc(problems, func(q preview.Problem) bool {
		return len(p.Locales) > 0 && q.Locale != "" && !slices.Contains(p.Locales, q.Locale)
	})
}

// requireLocale refuses to show an empty gallery to somebody who named what to show.
func (p *Preview) requireLocale(g *preview.Gallery) error {
	if len(g.Sheets) > 0 || len(p.Locales) == 0 {
		return nil
	}
	return workspace.Failf("Nothing to show", "Neither the configuration nor the state has a document for %s.", schema.ListLocales(p.Locales))
}

// watched are the files and directories whose change may change the picture.
func (p *Preview) watched(loaded *stack.Stack) []string {
	var names []string
	for _, d := range loaded.Dependencies {
		names = append(names, d.Path)
	}
	if path, ok := loaded.Backend.Attributes["path"]; ok {
		names = append(names, path)
	}
	for i, name := range names {
		if abs, err := filepath.Abs(p.workspace.Dir.Path(filepath.FromSlash(name))); err == nil {
			names[i] = abs
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// earlier is what there was before.
type earlier struct {
	against   string
	documents map[schema.Locale]*schema.Document
	known     bool                     // what is not in documents was not there
	notes     map[schema.Locale]string // what is to be said of a language
	gone      string                   // the note on a language that is not declared any more
	err       error                    // why there is nothing to compare with
	warnings  hcl.Diagnostics
}

// compared is what the pictures are compared with.
func (p *Preview) compared(ctx context.Context, loaded *stack.Stack) (earlier, error) {
	if p.Base == "" {
		return p.confirmed(ctx, loaded), nil
	}
	if p.atBase == nil {
		at, err := comparison.StackAt(ctx, p.workspace, p.Base)
		if err != nil {
			return earlier{}, err
		}
		p.atBase = &earlier{against: p.Base, known: true, documents: make(map[schema.Locale]*schema.Document), gone: "Not declared any more."}
		if warning := at.Warning(); warning != nil {
			p.atBase.warnings = hcl.Diagnostics{warning}
		}
		for i := range at.Documents {
			p.atBase.documents[at.Documents[i].Locale] = &at.Documents[i]
		}
	}
	return *p.atBase, nil
}

const lastConfirmed = "what was last confirmed"

// confirmed is what the service last confirmed, without what the stack has given up.
func (p *Preview) confirmed(ctx context.Context, loaded *stack.Stack) earlier {
	applied, err := p.lastApplied(ctx, loaded.Backend)
	c := earlier{
		against: lastConfirmed, err: err, known: err == nil, documents: make(map[schema.Locale]*schema.Document), notes: make(map[schema.Locale]string),
		gone: goesBack,
	}
	for loc, record := range applied.Locales {
		if slices.ContainsFunc(loaded.Removed, func(r stack.Removed) bool { return r.Address == loc.AddressOf() }) {
			continue
		}
		c.documents[loc] = record.Document()
		switch {
		case record.InDoubt == nil:
		case record.InFlightUntil.IsZero():
			c.notes[loc] = "The answer to the last request never arrived: nobody knows which look is live."
		default:
			c.notes[loc] = "A run that lost its lock may have sent another look: nobody knows which is live."
		}
	}
	if err != nil {
		c.warnings = hcl.Diagnostics{{
			Severity: hcl.DiagWarning, Summary: "The state cannot be read",
			Detail: fmt.Sprintf("%v. The pictures show what is declared, and nothing to compare it with.", err),
		}}
	}
	return c
}

const goesBack = "Not declared any more: applying puts this language back to the API's default look."

// sheets puts what is declared beside what there was before, and adds what is not
// declared any more, which goes back to the default look.
func sheets(documents []schema.Document, before earlier) []preview.Sheet {
	var list []preview.Sheet
	for _, d := range documents {
		was := before.documents[d.Locale]
		list = append(list, preview.Sheet{Document: d, Applied: was, New: was == nil && before.known, Note: before.notes[d.Locale]})
	}
	for loc, was := range before.documents {
		if !slices.ContainsFunc(documents, func(d schema.Document) bool { return d.Locale == loc }) {
			list = append(list, preview.Sheet{Document: schema.Document{Locale: loc}, Applied: was, Gone: true, Note: before.gone})
		}
	}
	return list
}

// judge adds what contrast the texts have; low is what is less than the rule asks for.
func judge(sheets []preview.Sheet, least float64) {
	for i := range sheets {
		s := &sheets[i]
		for _, pair := range lint.Pairs(s.Document) {
			s.Contrasts = append(s.Contrasts, preview.Contrast{Text: pair.Text, Background: pair.Background, Ratio: colour.Cut(pair.Contrast), Low: pair.Contrast < least})
		}
	}
}

// selected sorts the sheets, the language that the others are translated from first and
// the others by their names, and leaves out those that were not asked for.
func (p *Preview) selected(list []preview.Sheet, source schema.Locale) []preview.Sheet {
	list = slices.DeleteFunc(list, func(s preview.Sheet) bool {
		return len(p.Locales) > 0 && !slices.Contains(p.Locales, s.Document.Locale)
	})
	key := func(s preview.Sheet) string {
		if s.Document.Locale == source {
			return ""
		}
		return s.Document.Locale.Info().Name
	}
	slices.SortFunc(list, func(x, y preview.Sheet) int { return cmp.Compare(key(x), key(y)) })
	return list
}

// DataOfPlan gathers what a saved plan would send beside what was there before.
func (p *Preview) DataOfPlan(path string) (*PreviewData, error) {
	plan, err := p.workspace.LoadPlan(path)
	if err != nil {
		return nil, err
	}
	if plan.Errored {
		return nil, workspace.Failf("Nothing to show", "%s was made from an invalid configuration. Mend the configuration and plan again.", path)
	}
	abs, err := filepath.Abs(p.workspace.Dir.Path(path))
	if err != nil {
		return nil, err
	}
	data := &PreviewData{Watch: []string{abs}, Against: lastConfirmed}
	g := &data.Gallery
	for i := range plan.Changes {
		c := &plan.Changes[i]
		if c.Address.Kind != schema.LocaleAddress || c.Action == reconcile.Forget {
			continue
		}
		sheet, err := sheetOf(c)
		if err != nil {
			return nil, workspace.Failf("Failed to load plan", "%s: %s: %v. Make the plan again.", path, c.Address, err)
		}
		g.Sheets = append(g.Sheets, sheet)
	}
	g.Sheets = p.selected(g.Sheets, schema.English) // a plan does not know its source
	if g.Summary, err = p.compares.summarise(g.Sheets); err != nil {
		return nil, err
	}
	judge(g.Sheets, lint.LeastContrast(new(stack.Stack)))
	g.Problems = preview.Problems(missing(g.Sheets, nil))
	p.setTitle(g)
	g.Compare = slices.ContainsFunc(g.Sheets, func(s preview.Sheet) bool { return s.Applied != nil })
	g.Subject += ", as planned"
	g.ChangedOnly = true
	return data, p.requireLocale(g)
}

// sheetOf reads the documents of a change. The plan knows where a value was
// written only for those that change.
func sheetOf(c *reconcile.Change) (preview.Sheet, error) {
	loc := schema.Locale(c.Address.Name)
	s := preview.Sheet{Document: schema.Document{Locale: loc}}
	if c.After != nil {
		if err := s.Document.UnmarshalJSON(c.After); err != nil {
			return s, err
		}
		s.Document.Locale = loc
	} else if c.Action == reconcile.Delete {
		s.Gone, s.Note = true, goesBack
	}
	for _, change := range c.Fields {
		f := schema.FieldByPath(change.Path)
		if f == nil || change.Range.Filename == "" {
			continue
		}
		raw, err := schema.JSONValue(change.After)
		if err != nil {
			return s, err
		}
		if v, diags := f.Parse(raw, schema.Subject{Range: change.Range}); v.Declared() && !diags.HasErrors() {
			s.Document.Set(f, v)
		}
	}
	if c.Before != nil {
		s.Applied = &schema.Document{Locale: loc}
		if err := s.Applied.UnmarshalJSON(c.Before); err != nil {
			return s, err
		}
	}
	s.New = s.Applied == nil
	return s, nil
}
