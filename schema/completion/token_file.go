package completion

import (
	"strings"

	"livery/schema/colour"
	"livery/schema/langserver"
	"livery/schema/structure"
	"livery/schema/tokens"
)

// completeToken offers what stands in a token file: the members of a token and their words,
// and the names of tokens behind a brace.
func completeToken(t langserver.TokenFile, src []byte, offset int) ([]Item, int) {
	at := jsonPlace(src[:offset])
	start := offset
	for start > 0 && (structure.IsWord(src[start-1]) || strings.IndexByte("$.{", src[start-1]) >= 0) {
		start--
	}
	quoted := start > 0 && src[start-1] == '"'
	quote := func(items []Item, after string) []Item {
		for i := range items {
			if text := items[i].Label; !quoted {
				items[i].Insert = `"` + text + `"` + after
			}
		}
		return items
	}
	switch {
	case at.key:
		return quote(plainWords("$value", "$type", "$description", "$deprecated", "$extensions", "$ref", "$extends"), ": "), start
	case at.of == "$type":
		return quote(plainWords(tokens.Types()...), ""), start
	case at.of == "colorSpace":
		return quote(plainWords(colour.Spaces()...), ""), start
	case at.of != "$value":
		return nil, start
	}
	var items []Item
	for _, token := range t.Reachable() {
		item := memberItem("{"+token.Name+"}", token.Value)
		item.Detail = token.File
		items = append(items, item)
	}
	return quote(items, ""), start
}
