package reconcile

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"livery/schema"
	"livery/schema/jsontext"
)

// compareDocuments lists the fields that differ and counts those that stay, by page.
func compareDocuments(before, after schema.Document) ([]FieldChange, map[string]int) {
	var changes []FieldChange
	unchanged := make(map[string]int)
	if before.Locale == "" { // all that is declared is a change
		changes = make([]FieldChange, 0, after.Len())
	}
	for _, f := range schema.Fields() {
		was, will := before.Effective(f), after.Effective(f)
		switch {
		case !was.Equal(will):
			changes = append(changes, fieldChange(f.Path(), f.Kind, before.At(f), after.At(f)))
		case after.At(f).Declared():
			if !before.At(f).Declared() && before.Locale == "" {
				changes = append(changes, fieldChange(f.Path(), f.Kind, schema.Value{}, after.At(f)))
				continue
			}
			unchanged[f.Page]++
		}
	}
	for _, extra := range compareExtra(before, after, unchanged) {
		changes = mergeExtra(changes, extra)
	}
	return changes, unchanged
}

func fieldChange(path string, kind schema.Kind, before, after schema.Value) FieldChange {
	return FieldChange{Path: path, Kind: kind, Before: encodeValue(before), After: encodeValue(after), Range: after.Range(), Origin: after.Origin()}
}

func encodeValue(v schema.Value) json.RawMessage {
	if !v.Declared() {
		return null
	}
	return v.AppendJSON(nil)
}

// mergeExtra adds the change of an extra member. One that has the name of a field,
// because the catalogue refuses its value, makes one change with that field's.
func mergeExtra(changes []FieldChange, extra FieldChange) []FieldChange {
	i := slices.IndexFunc(changes, func(c FieldChange) bool { return c.Path == extra.Path })
	if i < 0 {
		return append(changes, extra)
	}
	if bytes.Equal(changes[i].Before, null) {
		changes[i].Before = extra.Before
	} else if bytes.Equal(changes[i].After, null) {
		changes[i].After, changes[i].Range, changes[i].Origin = extra.After, extra.Range, extra.Origin
	}
	return changes
}

func compareExtra(before, after schema.Document, unchanged map[string]int) []FieldChange {
	keys := append(before.ExtraKeys(), after.ExtraKeys()...)
	slices.SortFunc(keys, func(a, b schema.ExtraKey) int {
		return cmp.Or(strings.Compare(a.Page, b.Page), strings.Compare(a.Key, b.Key))
	})
	var changes []FieldChange
	for _, k := range slices.Compact(keys) {
		was, _ := before.ExtraAt(k)
		will, _ := after.ExtraAt(k)
		if bytes.Equal(was.JSON, will.JSON) {
			unchanged[k.Page]++
			continue
		}
		changes = append(changes, FieldChange{Path: k.Path(), Before: orNull(was.JSON), After: orNull(will.JSON), Range: will.Range, Origin: will.Origin})
	}
	return changes
}

func orNull(r json.RawMessage) json.RawMessage {
	if len(r) == 0 {
		return null
	}
	return r
}

// null is the API's default.
var null = json.RawMessage("null")

// compareSessions lists what differs between two definitions; the API and then
// the attributes, the session's own before those of its locales.
func compareSessions(before, after schema.Session) []FieldChange {
	var changes []FieldChange
	if before.API != after.API {
		changes = append(changes, FieldChange{Path: "api", Kind: schema.Word, Before: encodeAPI(before.API), After: encodeAPI(after.API), Range: after.Range})
	}
	changes = append(changes, compareDefaults("", before.Defaults, after.Defaults)...)
	locales := append(before.Locales(), after.Locales()...)
	slices.Sort(locales)
	for _, l := range slices.Compact(locales) {
		changes = append(changes, compareDefaults(l.AddressOf().String()+".", before.Overrides[l], after.Overrides[l])...)
	}
	return changes
}

func encodeAPI(api schema.SessionAPI) json.RawMessage {
	if api == "" {
		return null
	}
	return jsontext.AppendString(nil, string(api))
}

func compareDefaults(prefix string, before, after schema.Defaults) []FieldChange {
	var changes []FieldChange
	for i, a := range schema.Attributes() {
		was, will := before.At(i), after.At(i)
		takenBack := prefix != "" && was.IsNull() != will.IsNull()
		if !was.Equal(will) || takenBack {
			changes = append(changes, fieldChange(prefix+a.Name, a.Kind, was, will))
		}
	}
	return changes
}
