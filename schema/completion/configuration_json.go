package completion

import (
	"slices"
	"strings"

	"livery/schema/langserver"
	"livery/schema/structure"
	"livery/schema/syntax"
)

// completeConfiguration offers the names of attributes and blocks, and the labels of
// blocks, in a *.livery.json file. What a label is there is a key around the block.
func completeConfiguration(v *langserver.View, file *syntax.File, offset int) (items []Item, start int) {
	at := jsonPlace(file.Bytes[:offset])
	start = offset
	for start > 0 && structure.IsWord(file.Bytes[start-1]) {
		start--
	}
	if !at.key {
		return nil, start
	}
	p := jsonBlocks(at.around[1:])
	c := &completer{v, p}
	if len(p.header) > 0 {
		items = c.labels(false)
	} else {
		items = c.namesIn()
	}
	written := jsonKeysBeside(file.Bytes, start)
	items = slices.DeleteFunc(items, func(i Item) bool { return written[i.Label] })
	bare := start == 0 || file.Bytes[start-1] != '"'
	for i := range items {
		item := &items[i]
		if item.Insert, item.Snippet = "", ""; !bare {
			continue
		}
		item.Insert = `"` + item.Label + `": `
		if item.Kind == BlockItem || len(p.header) > 0 {
			item.holdObject()
		}
	}
	slices.SortStableFunc(items, func(a, b Item) int { return a.Rank - b.Rank })
	return items, start
}

// jsonBlocks are the keys around a place as blocks with their labels; the header of the
// place is a block whose label comes next.
func jsonBlocks(keys []string) *place {
	p := new(place)
	for i := 0; i < len(keys); i++ {
		header := []string{keys[i]}
		if p.takesLabel(keys[i]) {
			if i++; i == len(keys) {
				p.header = header
				break
			}
			header = append(header, keys[i])
		}
		p.push(opened{kind: '{', header: header})
	}
	return p
}

// takesLabel reports whether a block here has a label.
func (p *place) takesLabel(name string) bool {
	within := ""
	if blocks := p.blocks(); len(blocks) > 0 {
		within = blocks[len(blocks)-1][0]
	}
	switch within + "." + name {
	case ".variable", ".theme", ".locale", ".session", ".check", "livery.backend", "lint.rule", "session.locale":
		return true
	}
	return false
}

// jsonKeysBeside are the keys of the object that a byte of a JSON text stands in, but for
// the one that begins there. The text need not parse.
func jsonKeysBeside(src []byte, offset int) map[string]bool {
	var around []map[string]bool
	var here map[string]bool
	from, escaped := -1, false // where a text began
	for i, c := range src {
		if i == offset && len(around) > 0 {
			here = around[len(around)-1]
		}
		switch {
		case from >= 0 && escaped:
			escaped = false
		case from >= 0 && c == '\\':
			escaped = true
		case from >= 0 && c == '"':
			isKey := strings.HasPrefix(strings.TrimLeft(string(src[i+1:min(len(src), i+32)]), " \t\r\n"), ":")
			if isKey && from != offset && len(around) > 0 {
				around[len(around)-1][string(src[from:i])] = true
			}
			from = -1
		case from >= 0:
		case c == '"':
			from = i + 1
		case c == '{':
			around = append(around, make(map[string]bool))
		case c == '}' && len(around) > 0:
			around = around[:len(around)-1]
		}
	}
	if offset >= len(src) && len(around) > 0 {
		here = around[len(around)-1]
	}
	return here
}
