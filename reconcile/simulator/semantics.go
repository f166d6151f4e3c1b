package simulator

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"livery/schema/wording"
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
	if err := checkWord(s, string(Replace), string(Merge), string(MergeIgnoreNull)); err != nil {
		return "", err
	}
	return Semantics(s), nil
}

// checkWord checks that a setting is one of a few words.
func checkWord(s string, words ...string) error {
	if slices.Contains(words, s) {
		return nil
	}
	last := len(words) - 1
	return fmt.Errorf("%q is none of %s and %s%s", s, strings.Join(words[:last], ", "), words[last], suggestion(s, words))
}

// suggestion names the word that may be meant; "" when none is near.
func suggestion(s string, words []string) string {
	return wording.OrMeant(wording.Nearest(s, words))
}

// apply is the document after a body has come in. Neither argument changes.
func (s Semantics) apply(before, body map[string]any) map[string]any {
	if s == Replace {
		return withoutNulls(body).(map[string]any)
	}
	return s.merge(before, body)
}

// merge lays objects over objects; anything else, lists included, is replaced
// whole.
func (s Semantics) merge(before, body map[string]any) map[string]any {
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
			after[key] = s.merge(under, object)
		default:
			after[key] = withoutNulls(v)
		}
	}
	return after
}

// withoutNulls is a deep copy of a JSON value without the nulls of its objects.
func withoutNulls(v any) any {
	switch v := v.(type) {
	case map[string]any:
		object := make(map[string]any, len(v))
		for key, member := range v {
			if member != nil {
				object[key] = withoutNulls(member)
			}
		}
		return object
	case []any:
		list := make([]any, len(v))
		for i, element := range v {
			list[i] = withoutNulls(element)
		}
		return list
	default:
		return v
	}
}
