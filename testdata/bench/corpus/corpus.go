// Package corpus is the stack that the benchmarks measure: all 26 documents with
// every field of the catalogue set, in the words of the example brand.
//
// It does not vary: the same texts give the same bytes. Languages that the example
// has no texts for borrow those of the nearest one that it has.
package corpus

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"livery/schema"
	"livery/schema/exchange"
)

// borrowed names the texts of the languages whose file is not named as they are.
var borrowed = map[schema.Locale]string{
	"en_US": "en", "hi_IN": "hi", "in_ID": "id", "th_TH": "th", "vi_VN": "vi",
	"zh_SG": "zh_CN", "zh_MO": "zh_HK", "ur_PK": "ar_AE", "bn_BD": "hi", "ko_KR": "ja_JP",
}

var palette = [...]string{"#0f6b5c", "#14202b", "#4d5b68", "#b42318", "#f2f5f7", "#ffffff", "#788694"}

const settings = `livery {
  lint {
    rule "undocumented-field" {
      level = "off"
    }
  }
}

account {
  base_url = %q
}
`

// File is one file of a stack, named with slashes.
type File struct {
	Name string
	Data []byte
}

// Bodies are the documents, one for every locale of the service. texts is the
// directory of the example's texts.
func Bodies(texts fs.FS) ([]exchange.Draft, error) {
	var bodies []exchange.Draft
	for _, l := range schema.Locales() {
		words, err := read(texts, l.Value)
		if err != nil {
			return nil, err
		}
		b := exchange.Draft{Locale: l.Value, Values: make(map[*schema.Field]cty.Value)}
		for _, f := range schema.Fields() {
			b.Values[f] = value(f, words)
		}
		bodies = append(bodies, b)
	}
	return bodies, nil
}

type words map[string]json.RawMessage

func read(texts fs.FS, l schema.Locale) (words, error) {
	name, ok := borrowed[l]
	if !ok {
		name = string(l)
	}
	data, err := fs.ReadFile(texts, name+".json")
	if err != nil && !ok {
		data, err = fs.ReadFile(texts, "en.json")
	}
	if err != nil {
		return nil, fmt.Errorf("the texts of %s: %w", l, err)
	}
	var w words
	if err := json.Unmarshal(data, &w); err != nil {
		return nil, fmt.Errorf("the texts of %s: %w", l, err)
	}
	return w, nil
}

// find is the text of a field; nil if the example says nothing.
func (w words) find(f *schema.Field) json.RawMessage {
	if f.Page == "" {
		return w[f.Key]
	}
	var page words
	if json.Unmarshal(w[f.Page], &page) != nil {
		return nil
	}
	return page[f.Key]
}

func value(f *schema.Field, w words) cty.Value {
	switch f.Kind {
	case schema.Colour:
		return cty.StringVal(palette[f.Number()%len(palette)])
	case schema.ImageURL:
		return cty.StringVal("https://assets.acme.example/liveness/" + strings.ReplaceAll(f.HCLName(), "_", "-") + ".png")
	case schema.Bool:
		return cty.BoolVal(f.Number()%2 == 0)
	case schema.Tips:
		v, err := schema.JSONValue(w.find(f))
		if err != nil {
			panic("the example's texts have no " + f.Path())
		}
		return v
	}
	var text string
	if json.Unmarshal(w.find(f), &text) != nil {
		text = f.Default
	}
	if text == "" {
		text = "Follow the steps on this page"
	}
	return cty.StringVal(text)
}

// Livery is the stack as livery reads it, one file a document. It says that fields
// which no document of the API names are meant, as a stack that sets them would:
// otherwise it is the printing of hundreds of warnings that is measured.
func Livery(bodies []exchange.Draft, baseURL string) ([]File, error) {
	files := []File{{"main.livery.hcl", fmt.Appendf(nil, settings, baseURL)}}
	for _, b := range bodies {
		var out bytes.Buffer
		if err := exchange.WriteLocale(&out, string(b.Locale), b); err != nil {
			return nil, fmt.Errorf("write %s: %w", b.Locale, err)
		}
		files = append(files, File{string(b.Locale) + ".livery.hcl", out.Bytes()})
	}
	return files, nil
}

// Sharing is the same documents as a stack that shares what it can with others, as in
// examples/brands: the look of all languages as a theme, and the texts of each. The shared
// files belong into the directory shared beside the stack's.
func Sharing(bodies []exchange.Draft, baseURL string) (shared, own []File, err error) {
	look := exchange.Draft{Values: make(map[*schema.Field]cty.Value)}
	for _, b := range bodies {
		texts := make(map[string]any)
		for f, v := range b.Values {
			if f.Kind != schema.Text && f.Kind != schema.Tips {
				look.Values[f] = v
				continue
			}
			page := texts
			if f.Page != "" {
				if texts[f.Page] == nil {
					texts[f.Page] = make(map[string]any)
				}
				page = texts[f.Page].(map[string]any)
			}
			page[f.Key] = ctyjson.SimpleJSONValue{Value: v}
		}
		data, err := json.MarshalIndent(texts, "", "  ")
		if err != nil {
			return nil, nil, fmt.Errorf("write the texts of %s: %w", b.Locale, err)
		}
		shared = append(shared, File{"shared/texts/" + string(b.Locale) + ".json", append(data, '\n')})
	}
	var theme bytes.Buffer
	if err := exchange.WriteLocale(&theme, "base", look); err != nil {
		return nil, nil, fmt.Errorf("write the theme: %w", err)
	}
	shared = append(shared, File{"shared/look.livery.hcl", bytes.Replace(theme.Bytes(), []byte("locale"), []byte("theme"), 1)})
	main := fmt.Sprintf(strings.Replace(settings, "{\n", "{\n  include = [\"../shared/*.livery.hcl\"]\n\n", 1), baseURL) + sharing
	return shared, []File{{"main.livery.hcl", []byte(main)}}, nil
}

const sharing = `
locale "all" {
  for_each = toset([for name in fileset("../shared/texts", "*.json") : trimsuffix(name, ".json")])

  code  = each.key
  theme = theme.base
  texts = jsondecode(file("../shared/texts/${each.key}.json"))
}
`

// Terraform is the same values as Terraform reads them, one terraform_data a
// document and one file each.
func Terraform(bodies []exchange.Draft) []File {
	var files []File
	for _, b := range bodies {
		pages := make(map[string]map[string]cty.Value)
		input := make(map[string]cty.Value)
		for f, v := range b.Values {
			if f.Page == "" {
				input[f.Key] = v
				continue
			}
			if pages[f.Page] == nil {
				pages[f.Page] = make(map[string]cty.Value)
			}
			pages[f.Page][f.Key] = v
		}
		for key, fields := range pages {
			input[key] = cty.ObjectVal(fields)
		}
		out := hclwrite.NewEmptyFile()
		block := out.Body().AppendNewBlock("resource", []string{"terraform_data", string(b.Locale)})
		block.Body().SetAttributeValue("input", cty.ObjectVal(input))
		files = append(files, File{string(b.Locale) + ".tf", out.Bytes()})
	}
	return files
}

// Size is the number of bytes in the files.
func Size(files []File) int {
	n := 0
	for _, f := range files {
		n += len(f.Data)
	}
	return n
}

// Tokens is a file of design tokens: half of them colours as tools write them, the others
// their aliases.
func Tokens(n int) []byte {
	var b bytes.Buffer
	b.WriteString("{\n")
	for i := range n / 2 {
		fmt.Fprintf(&b, "  \"c%d\": { \"$type\": \"color\", \"$value\": { \"colorSpace\": \"srgb\", \"components\": [%.4f, 0.5, 0.25], \"alpha\": 1, \"hex\": \"#%02x8040\" } },\n", i, float64(i%256)/255, i%256)
	}
	b.WriteString("  \"alias\": {")
	for i := range n - n/2 {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "\n    \"c%d\": { \"$value\": \"{c%d}\" }", i, i)
	}
	b.WriteString("\n  }\n}\n")
	return b.Bytes()
}
