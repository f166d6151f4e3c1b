package simulator

import (
	"fmt"
	"maps"

	"livery/schema"
)

// Semantics is what a POST does to the document of before. The documents of
// the API do not say, so a client must be right under all three.
type Semantics string

const (
	Replace         Semantics = "replace"           // the body is the document; null and absent are the default
	Merge           Semantics = "merge"             // absent keeps, null clears
	MergeIgnoreNull Semantics = "merge-ignore-null" // absent and null keep
)

// ParseSemantics reads one of the three words.
func ParseSemantics(s string) (Semantics, error) {
	words := []string{string(Replace), string(Merge), string(MergeIgnoreNull)}
	for _, w := range words {
		if s == w {
			return Semantics(w), nil
		}
	}
	hint := ""
	if near := schema.Nearest(s, words); near != "" {
		hint = "; did you mean " + near
	}
	return "", fmt.Errorf("%q is none of replace, merge and merge-ignore-null%s", s, hint)
}

// laidOver is the document after a body has come in. Neither argument changes.
func (s Semantics) laidOver(before, body map[string]any) map[string]any {
	if s == Replace {
		return pruned(body).(map[string]any)
	}
	return s.merged(before, body)
}

// merged lays objects over objects; anything else, lists included, is replaced
// whole.
func (s Semantics) merged(before, body map[string]any) map[string]any {
	after := maps.Clone(before)
	if after == nil {
		after = make(map[string]any, len(body))
	}
	for key, v := range body {
		object, isObject := v.(map[string]any)
		switch {
		case v == nil && s == Merge:
			delete(after, key)
		case v == nil:
		case isObject:
			under, _ := after[key].(map[string]any)
			after[key] = s.merged(under, object)
		default:
			after[key] = pruned(v)
		}
	}
	return after
}

// pruned is a deep copy of a JSON value without the nulls of its objects.
func pruned(v any) any {
	switch v := v.(type) {
	case map[string]any:
		object := make(map[string]any, len(v))
		for key, member := range v {
			if member != nil {
				object[key] = pruned(member)
			}
		}
		return object
	case []any:
		list := make([]any, len(v))
		for i, element := range v {
			list[i] = pruned(element)
		}
		return list
	default:
		return v
	}
}
