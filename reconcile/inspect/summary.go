package inspect

import (
	"encoding/json"
	"slices"

	"livery/reconcile"
	"livery/schema"
	"livery/schema/preview"
)

// summarise tells what the sheets change, in the groups of a plan. Sheets of which it is
// not known what was there before are left out.
func summarise(sheets []preview.Sheet) (*preview.Summary, error) {
	var before, after reconcile.Side
	for _, s := range sheets {
		if s.Applied != nil {
			before.Documents = append(before.Documents, *s.Applied)
		}
		if !s.Gone && (s.Applied != nil || s.New) {
			after.Documents = append(after.Documents, s.Document)
		}
	}
	compared, err := reconcile.Compare(before, after, reconcile.Options{})
	if err != nil {
		return nil, err
	}
	summary := new(preview.Summary)
	var updated []*reconcile.Change
	for i := range compared.Plan.Changes {
		c := &compared.Plan.Changes[i]
		switch locale := schema.Locale(c.Address.Name); c.Action {
		case reconcile.Create:
			summary.New = append(summary.New, locale)
		case reconcile.Delete:
			summary.Gone = append(summary.Gone, locale)
		case reconcile.Update:
			updated = append(updated, c)
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
