package interchange

import (
	"livery/schema"
	"livery/schema/exchange"
	"livery/schema/texts"
)

// writeTexts writes a file of texts. A text that is still to be made is empty; a tip that
// is not among them is an object without a text.
func writeTexts(units []*texts.Unit) []byte {
	contents := make(map[*schema.Field]exchange.Content)
	for _, u := range units {
		f, at := texts.FieldOf(u.Path)
		if f.Kind != schema.Tips {
			contents[f] = exchange.Content{Text: words(u)}
			continue
		}
		tips := contents[f].Tips
		for len(tips) < at {
			tips = append(tips, nil)
		}
		contents[f] = exchange.Content{Tips: append(tips, exchange.Tip{{Key: "text", Text: words(u)}})}
	}
	return exchange.WriteTexts(contents)
}
