package inspect

import (
	"encoding/json"
	"slices"

	"livery/reconcile"
	"livery/schema"
	"livery/schema/preview"
)

// comparisons are what the sheets change, by their languages. A language is compared again
// when it is another document, or was one before.
type comparisons map[schema.Locale]comparedSheet

type comparedSheet struct {
	sheet  preview.Sheet
	change *reconcile.Change
}

// of is what a sheet changes; nil where it is not known what was there before.
func (c comparisons) of(s preview.Sheet) (*reconcile.Change, error) {
	last, known := c[s.Document.Locale]
	if known && last.sheet.Document.IsSame(s.Document) && last.sheet.Applied == s.Applied && last.sheet.New == s.New {
		return last.change, nil
	}
	var before, after reconcile.Side
	if s.Applied != nil {
		before.Documents = append(before.Documents, *s.Applied)
	}
	if !s.Gone && (s.Applied != nil || s.New) {
		after.Documents = append(after.Documents, s.Document)
	}
	compared, err := reconcile.Compare(before, after, reconcile.Options{})
	if err != nil {
		return nil, err
	}
	now := comparedSheet{sheet: s}
	if len(compared.Plan.Changes) > 0 {
		now.change = &compared.Plan.Changes[0]
	}
	c[s.Document.Locale] = now
	return now.change, nil
}

// summarise tells what the sheets change, in the groups of a plan. Sheets of which it is
// not known what was there before are left out.
func (c comparisons) summarise(sheets []preview.Sheet) (*preview.Summary, error) {
	summary := new(preview.Summary)
	var updated []*reconcile.Change
	for _, s := range sheets {
		change, err := c.of(s)
		switch locale := s.Document.Locale; {
		case err != nil:
			return nil, err
		case change == nil:
		case change.Action == reconcile.Create:
			summary.New = append(summary.New, locale)
		case change.Action == reconcile.Delete:
			summary.Gone = append(summary.Gone, locale)
		case change.Action == reconcile.Update:
			updated = append(updated, change)
		default:
			summary.Same++
		}
	}
	summary.Changed = len(updated)
	for _, g := range reconcile.GroupChanges(updated) {
		var group preview.Group
		for _, a := range g.Documents {
			group.Locales = append(group.Locales, schema.Locale(a.Name))
		}
		i := slices.IndexFunc(sheets, func(s preview.Sheet) bool { return s.Document.Locale == group.Locales[0] })
		for _, shared := range g.Changes {
			group.Changes = append(group.Changes, changeOf(shared[0], &sheets[i]))
		}
		summary.Groups = append(summary.Groups, group)
	}
	return summary, nil
}

// changeOf is a change as people read it.
func changeOf(c *reconcile.FieldChange, s *preview.Sheet) preview.Change {
	change := preview.Change{Path: c.Path, Before: rawText(c.Before), After: rawText(c.After)}
	if f := schema.FieldByPath(c.Path); f != nil {
		change.Before, change.After = textOf(s.Applied.At(f)), textOf(s.Document.At(f))
	}
	change.At = c.Range
	if c.Origin != nil && c.Origin.Range.Filename != "" {
		change.At = c.Origin.Range
	}
	return change
}

func textOf(v schema.Value) string {
	if !v.Declared() {
		return ""
	}
	return preview.Shown(v)
}

// rawText is a member that the catalogue does not know.
func rawText(raw json.RawMessage) string {
	if string(raw) == "null" {
		return ""
	}
	return string(raw)
}
