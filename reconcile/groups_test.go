package reconcile_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"livery/reconcile"
	"livery/schema"
)

// Every change stands in exactly one group, with exactly the documents that have it.
func TestGroupChangesKeepsAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		documents := drawChanges(t)
		type change struct{ address, path, before, after string }
		var want, got []change
		for _, c := range documents {
			for _, f := range c.Fields {
				want = append(want, change{c.Address.String(), f.Path, string(f.Before), string(f.After)})
			}
		}
		groups := reconcile.GroupChanges(documents)
		sets := make(map[string]bool)
		for _, g := range groups {
			assert.True(t, slices.IsSortedFunc(g.Documents, schema.Address.Compare))
			assert.False(t, sets[fmt.Sprint(g.Documents)], "two groups of the same documents")
			sets[fmt.Sprint(g.Documents)] = true
			for _, shared := range g.Changes {
				assert.Len(t, shared, len(g.Documents))
				for i, f := range shared {
					got = append(got, change{g.Documents[i].String(), f.Path, string(f.Before), string(f.After)})
				}
			}
		}
		assert.ElementsMatch(t, want, got)
		assert.True(t, slices.IsSortedFunc(groups, func(a, b reconcile.Group) int { return len(b.Documents) - len(a.Documents) }))
	})
}

// drawChanges makes documents with a few changes each, of few kinds, so that many agree.
func drawChanges(t *rapid.T) []*reconcile.Change {
	fields := schema.Fields()
	var list []*reconcile.Change
	for i := range rapid.IntRange(0, 6).Draw(t, "documents") {
		c := &reconcile.Change{Address: schema.Locales()[i].Value.AddressOf(), Action: reconcile.Update}
		for _, n := range rapid.SliceOfNDistinct(rapid.IntRange(0, 5), 0, 5, rapid.ID).Draw(t, "fields") {
			after := rapid.IntRange(0, 2).Draw(t, "after")
			c.Fields = append(c.Fields, reconcile.FieldChange{
				Path: fields[n*7].Path(), Before: json.RawMessage("null"), After: json.RawMessage(fmt.Sprint(after)),
			})
		}
		slices.SortFunc(c.Fields, func(a, b reconcile.FieldChange) int {
			return schema.FieldByPath(a.Path).Number() - schema.FieldByPath(b.Path).Number()
		})
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b *reconcile.Change) int { return a.Address.Compare(b.Address) })
	return list
}
