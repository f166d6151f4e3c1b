package completion

import (
	"bytes"

	"livery/schema"
	"livery/schema/langserver"
	"livery/schema/structure"
	"livery/schema/syntax"
)

// completeJSON offers the keys of a texts file, in the spelling that it uses.
func completeJSON(file *syntax.File, offset int) (items []Item, start int) {
	if syntax.IsVariables(file.Name) {
		return nil, offset
	}
	at := jsonPlace(file.Bytes[:offset])
	start = offset
	for start > 0 && structure.IsWord(file.Bytes[start-1]) {
		start--
	}
	var page *schema.Page
	switch {
	case !at.key || len(at.around) > 2:
		return nil, start
	case len(at.around) < 2:
		page = schema.PageByKey("")
	default:
		page = langserver.PageCalled(at.around[1])
	}
	if page == nil {
		return nil, start
	}
	keys := keyItems{snake: isSnake(file.Bytes), bare: start == 0 || file.Bytes[start-1] != '"'}
	if len(at.around) < 2 {
		for _, p := range schema.Pages() {
			if p.Key != "" {
				keys.add(p.Key, p.HCLName(), "page", p.Title)
				keys.last().holdObject()
			}
		}
	}
	for i := range page.Fields {
		f := &page.Fields[i]
		keys.add(f.Key, f.HCLName(), f.Kind.String(), f.Help)
	}
	return keys.items, start
}

// isSnake reports whether a texts file has its keys in the spelling of configuration.
func isSnake(src []byte) bool {
	for _, p := range schema.Pages() {
		if p.Key != "" && bytes.Contains(src, []byte(`"`+p.HCLName()+`"`)) {
			return true
		}
		for i := range p.Fields {
			if f := &p.Fields[i]; f.Key != f.HCLName() && bytes.Contains(src, []byte(`"`+f.HCLName()+`"`)) {
				return true
			}
		}
	}
	return false
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

func (k *keyItems) last() *Item { return &k.items[len(k.items)-1] }

// holdObject adds an empty object to a key of JSON that is inserted with its quotation marks.
func (i *Item) holdObject() {
	if i.Insert != "" {
		i.Snippet = i.Insert + "{\n  $0\n}"
		i.Insert += "{}"
	}
}

// jsonSpot is a place of a JSON text.
type jsonSpot struct {
	around []string // the keys of the objects around it, "" for those without one
	key    bool     // a key stands there
	of     string   // else: the key whose value stands there
}

// jsonPlace tells where in a JSON text its end is. The text need not parse.
func jsonPlace(src []byte) (s jsonSpot) {
	text, inText, escaped := "", false, false
	for _, c := range src {
		switch {
		case inText && escaped:
			escaped = false
		case inText && c == '\\':
			escaped = true
		case inText && c == '"':
			if inText = false; s.key {
				s.of = text
			}
		case inText:
			text += string(rune(c))
		case c == '"':
			inText, text = true, ""
		case c == '{':
			s.around, s.key, s.of = append(s.around, s.of), true, ""
		case c == '}' && len(s.around) > 0:
			s.of = s.around[len(s.around)-1]
			s.around, s.key = s.around[:len(s.around)-1], false
		case c == ':':
			s.key = false
		case c == ',':
			s.key = len(s.around) > 0
		}
	}
	return s
}
