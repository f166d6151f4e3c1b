package cli

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"livery/reconcile"
	"livery/reconcile/previewserver"
	"livery/reconcile/report"
	"livery/reconcile/state"
	"livery/schema"
	"livery/schema/lint"
	"livery/schema/preview"
	"livery/schema/stack"
)

// picture is a gallery of the stack or of a plan, and what is wrong with it.
type picture struct {
	previewserver.Snapshot
	diags   hcl.Diagnostics
	sources report.Sources
}

func (a *app) picture(ctx context.Context, p *previewing, args []string) (picture, error) {
	if len(args) == 1 {
		return a.pictureOfPlan(p, args[0])
	}
	stack, diags, err := a.load(".", p.inputs, stack.NeedDocuments)
	if err != nil {
		return picture{}, err
	}
	if stack.Empty {
		return picture{}, fail("No configuration files", "This directory holds no *.livery.hcl or *.livery.json file. \"livery init\" writes a small stack to begin with.")
	}
	pic := picture{diags: diags, sources: stack.Sources}
	pic.Faulty = diags.HasErrors()
	pic.Watch = watched(stack)
	applied, err := a.lastApplied(ctx, p, stack.Backend)
	if err != nil {
		diags = append(diags, &hcl.Diagnostic{
			Severity: hcl.DiagWarning, Summary: "The state cannot be read",
			Detail: fmt.Sprintf("%v. The pictures show what is declared, and nothing to compare it with.", err),
		})
	}
	g := &pic.Gallery
	g.Sheets = sheets(stack, applied, p.locales)
	g.Problems = preview.Problems(slices.Concat(diags, lint.Stack(stack), missing(g.Sheets, stack.Levels)))
	a.entitle(g, p)
	return pic, p.nothing(g)
}

// missing compares the languages that are shown: a text that one has, all should have.
func missing(sheets []preview.Sheet, levels map[schema.RuleID]schema.Level) hcl.Diagnostics {
	documents := make([]schema.Document, len(sheets))
	for i, s := range sheets {
		documents[i] = s.Document
	}
	return schema.ApplyLevels(lint.Missing(documents, lint.Others(documents)), levels)
}

// A state elsewhere is asked for at most so often, and so long: a picture must not
// wait for a network whenever somebody saves a file.
const (
	statePatience  = 5 * time.Second
	stateFreshness = time.Minute
)

// lastApplied is the state, as fresh as it can be had at once; an empty one with
// an error.
func (a *app) lastApplied(ctx context.Context, p *previewing, b stack.Backend) (*state.Snapshot, error) {
	local := b.Type == "" || b.Type == "local"
	if !local && p.applied != nil && a.Now().Sub(p.appliedAt) < stateFreshness {
		return p.applied, p.appliedErr
	}
	blob, err := a.blob(b)
	if err != nil {
		return new(state.Snapshot), err
	}
	defer blob.Close()
	ctx, cancel := context.WithTimeout(ctx, statePatience)
	defer cancel()
	s, err := state.Read(ctx, blob)
	switch {
	case err == nil:
		p.applied = s
	case local || p.applied == nil:
		p.applied = new(state.Snapshot)
	}
	p.appliedAt, p.appliedErr = a.Now(), err
	return p.applied, err
}

// entitle says what is shown.
func (a *app) entitle(g *preview.Gallery, p *previewing) {
	g.Title, g.Images = "Liveness pages", p.images
	g.Subject = fmt.Sprintf("%s, %d screens each", counted(len(g.Sheets), "language", "languages"), len(preview.Screens()))
	if len(p.locales) > 0 { // what is wrong elsewhere is not looked at
		g.Problems = slices.DeleteFunc(g.Problems, func(q preview.Problem) bool {
			return q.Locale != "" && !slices.Contains(p.locales, string(q.Locale))
		})
	}
}

// nothing refuses to show an empty gallery to somebody who named what to show.
func (p *previewing) nothing(g *preview.Gallery) error {
	if len(g.Sheets) > 0 || len(p.locales) == 0 {
		return nil
	}
	return fail("Nothing to show", "Neither the configuration nor the state has a document for %s.", strings.Join(p.locales, ", "))
}

// watched are the places whose change may change the picture.
func watched(stack *stack.Stack) []string {
	names := []string{"."}
	for name := range stack.Sources {
		names = append(names, name)
	}
	names = append(names, stack.Read...)
	if path, ok := stack.Backend.Attributes["path"]; ok {
		names = append(names, path)
	}
	for i, name := range names {
		if abs, err := filepath.Abs(filepath.FromSlash(name)); err == nil {
			names[i] = abs
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// sheets puts what is declared beside what was confirmed, and adds what would go
// back to the default look.
func sheets(loaded *stack.Stack, applied *state.Snapshot, only []string) []preview.Sheet {
	var list []preview.Sheet
	for _, d := range loaded.Documents {
		s := preview.Sheet{Document: d}
		if record := applied.Locales[d.Locale]; record != nil {
			s.Applied = record.Document
			if record.InDoubt != nil {
				s.Note = "The answer to the last request never arrived: nobody knows which look is live."
			}
		}
		list = append(list, s)
	}
	for loc, record := range applied.Locales {
		declared := slices.ContainsFunc(list, func(s preview.Sheet) bool { return s.Document.Locale == loc })
		forgotten := slices.ContainsFunc(loaded.Removed, func(r stack.Removed) bool { return r.Address == loc.AddressOf() })
		if !declared && !forgotten {
			list = append(list, preview.Sheet{Document: schema.Document{Locale: loc}, Applied: record.Document, Note: goesBack})
		}
	}
	return selected(list, only)
}

const goesBack = "Not declared any more: applying puts this language back to the API's default look."

// selected sorts the sheets and leaves out those that were not asked for.
func selected(list []preview.Sheet, only []string) []preview.Sheet {
	list = slices.DeleteFunc(list, func(s preview.Sheet) bool {
		return len(only) > 0 && !slices.Contains(only, string(s.Document.Locale))
	})
	slices.SortFunc(list, func(x, y preview.Sheet) int { return cmp.Compare(x.Document.Locale, y.Document.Locale) })
	return list
}

// pictureOfPlan shows what a saved plan would send beside what was there before.
func (a *app) pictureOfPlan(p *previewing, path string) (picture, error) {
	plan, err := loadPlan(path)
	if err != nil {
		return picture{}, err
	}
	if plan.Errored {
		return picture{}, fail("Nothing to show", "%s was made from an invalid configuration. Mend the configuration and plan again.", path)
	}
	pic := picture{}
	abs, err := filepath.Abs(path)
	if err != nil {
		return picture{}, err
	}
	pic.Watch = []string{abs}
	g := &pic.Gallery
	for i := range plan.Changes {
		c := &plan.Changes[i]
		if c.Address.Kind != schema.LocaleAddress || c.Action == reconcile.Forget {
			continue
		}
		sheet, err := sheetOf(c)
		if err != nil {
			return picture{}, fail("Failed to load plan", "%s: %s: %v. Make the plan again.", path, c.Address, err)
		}
		g.Sheets = append(g.Sheets, sheet)
	}
	g.Sheets = selected(g.Sheets, p.locales)
	g.Problems = preview.Problems(missing(g.Sheets, nil))
	a.entitle(g, p)
	g.Compare = slices.ContainsFunc(g.Sheets, func(s preview.Sheet) bool { return s.Applied != nil })
	g.Subject += ", as planned"
	return pic, p.nothing(g)
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
		s.Note = goesBack
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
	return s, nil
}
