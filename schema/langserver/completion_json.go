package langserver

import (
	"strings"

	"livery/schema"
	"livery/schema/structure"
	"livery/schema/syntax"
)

// completeJSON offers the keys of a texts file, in the spelling that it uses.
func completeJSON(file *syntax.File, offset int) (items []Item, start int) {
	if syntax.IsConfiguration(file.Name) || syntax.IsVariables(file.Name) {
		return nil, offset
	}
	depth, key, around := jsonPlace(file.Bytes[:offset])
	start = offset
	for start > 0 && structure.IsWord(file.Bytes[start-1]) {
		start--
	}
	var page *schema.Page
	switch {
	case !key || depth > 2:
		return nil, start
	case depth == 1:
		page = schema.PageByKey("")
	default:
		page = pageCalled(around)
	}
	if page == nil {
		return nil, start
	}
	keys := keyItems{snake: strings.Contains(string(file.Bytes), "_page\""), bare: start == 0 || file.Bytes[start-1] != '"'}
	if depth == 1 {
		for _, p := range schema.Pages() {
			if p.Key != "" {
				keys.add(p.Key, p.HCLName(), "page", p.Title)
			}
		}
	}
	for i := range page.Fields {
		f := &page.Fields[i]
		keys.add(f.Key, f.HCLName(), f.Kind.String(), f.Help)
	}
	return keys.items, start
}

// keyItems are keys of a JSON object.
type keyItems struct {
	snake bool // in the spelling of configuration, not of the API
	bare  bool // quotation marks are still to be written
	items []Item
}

func (k *keyItems) add(key, name, detail, help string) {
	item := Item{Label: key, Kind: FieldItem, Detail: detail, Documentation: help}
	if k.snake {
		item.Label = name
	}
	if k.bare {
		item.Insert = `"` + item.Label + `": `
	}
	k.items = append(k.items, item)
}

// jsonPlace is how deep in objects a place of a JSON text is, whether a key stands there,
// and the key of the object around it.
func jsonPlace(src []byte) (depth int, key bool, around string) {
	var names []string
	last, text, inText, escaped := "", "", false, false
	expectKey := false
	for _, c := range src {
		switch {
		case inText && escaped:
			escaped = false
		case inText && c == '\\':
			escaped = true
		case inText && c == '"':
			inText = false
			if expectKey {
				last = text
			}
		case inText:
			text += string(rune(c))
		case c == '"':
			inText, text = true, ""
		case c == '{':
			names = append(names, last)
			expectKey = true
		case c == '}':
			if len(names) > 0 {
				names = names[:len(names)-1]
			}
			expectKey = false
		case c == ':':
			expectKey = false
		case c == ',':
			expectKey = true
		}
	}
	if len(names) > 0 {
		around = names[len(names)-1]
	}
	return len(names), expectKey, around
}
