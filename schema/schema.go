package schema

import (
	"fmt"
	"strings"
	"sync"
)

// Kind says what a value is and how it is judged.
type Kind uint8

const (
	Text     Kind = iota + 1 // free text, at most TextMax UTF-16 code units
	TipText                  // the text of a tip, which is cut off sooner
	Colour                   // # and 3, 4, 6 or 8 hex digits
	ImageURL                 // an absolute https URL
	Bool
	Tips // a list of tips, at most TipsMax

	RedirectURL // where a finished session goes: https, http or an app's own scheme
	CallbackURL // where the service posts: http or https
	Region      // ISO 3166-1 alpha-3
	Language    // a display language, in the vocabulary of the session's API
	Word        // one of a closed or open list of words
	Count       // a whole number
	Names       // a list of words
)

var kindNames = [...]string{
	Text: "text", TipText: "tip_text", Colour: "colour", ImageURL: "image_url", Bool: "bool", Tips: "list",
	RedirectURL: "url", CallbackURL: "url", Region: "region", Language: "language", Word: "word", Count: "number", Names: "list",
}

// String is the name of the kind as `livery schema` prints it.
func (k Kind) String() string {
	if int(k) < len(kindNames) && k > 0 {
		return kindNames[k]
	}
	return "invalid"
}

// Limits of the service. Lengths are counted in UTF-16 code units of the NFC
// form: the service is written in Java and most likely counts String.length().
const (
	TextMax       = 100
	TipMax        = 51 // "less than 52"
	TipMaxChinese = 25 // "less than 26"
	TipsMax       = 4
	URLMax        = 2048
)

// Device is the device a page is shown on.
type Device string

const (
	Common Device = "common"
	Mobile Device = "mobile"
	PC     Device = "pc"
)

// Provenance says where the knowledge of a field comes from.
type Provenance string

const (
	Sample    Provenance = "sample"     // in the documented sample of all fields
	ErrorList Provenance = "error_list" // implied by the documented list of refusals
	FieldUse  Provenance = "field_use"  // seen in use only; no document of the API names it
)

// Refusal is one of the service's own complaints about a field.
type Refusal struct {
	Constant string // its name in the documents; most likely never on the wire
	Message  string // the sentence an answer carries; may change without notice
}

// Field is a row of the catalogue.
type Field struct {
	Page       string     // API key of the page; "" for the document's root
	Key        string     // API key of the field
	Kind       Kind       //
	Default    string     // what the documented sample shows; "" where it shows null
	Unset      string     // what must be sent when nothing is declared; "" means null
	Provenance Provenance //
	Refusal    Refusal    // zero when the service documents no check
	Help       string
	Items      []Field // the members of one element of a list
	number     int
	hclName    string
	path       string
	undeclared Value
}

// Page is a screen of the hosted page, or the document's root.
type Page struct {
	Key     string // API key; "" for the root
	Device  Device
	Title   string
	Sample  bool // in the documented sample; such pages are always sent whole
	Fields  []Field
	Unkeyed []Refusal // refusals of fields whose keys are not published
	hclName string
}

// Path is the field's address within a document in the API's spelling.
func (f *Field) Path() string { return f.path }

// HCLName is the field's name in configuration: its API key in snake_case, or
// the block name for a list of tips.
func (f *Field) HCLName() string { return f.hclName }

// HasWords reports whether the field holds what people read: a text, or a list of tips.
func (f *Field) HasWords() bool { return f.Kind == Text || f.Kind == Tips }

// Number is the field's place in the catalogue; item fields have -1.
func (f *Field) Number() int { return f.number }

// HCLName is the page's block name in configuration.
func (p *Page) HCLName() string { return p.hclName }

// MaxLength is the field's limit in UTF-16 code units in a document of loc, or
// 0 where none is documented. With no locale the wider limit holds.
func (f *Field) MaxLength(loc Locale) int {
	switch {
	case f.Kind == Text:
		return TextMax
	case f.Kind == TipText && loc.Chinese():
		return TipMaxChinese
	case f.Kind == TipText:
		return TipMax
	default:
		return 0
	}
}

// index is the catalogue made walkable and searchable.
type index struct {
	pages  []*Page
	fields []*Field
	byKey  map[string]*Page
	byHCL  map[string]*Page
}

var catalogue = sync.OnceValue(func() *index {
	ix := &index{
		fields: make([]*Field, 0, 160), byKey: make(map[string]*Page, len(table)), byHCL: make(map[string]*Page, len(table)),
	}
	for i := range table {
		page := table[i]
		page.hclName = Snake(page.Key)
		page.Fields = append([]Field(nil), page.Fields...)
		ix.pages = append(ix.pages, &page)
		ix.byKey[page.Key], ix.byHCL[page.hclName] = &page, &page
		for j := range page.Fields {
			f := &page.Fields[j]
			f.Page, f.number, f.path, f.hclName = page.Key, len(ix.fields), join(page.Key, f.Key), Snake(f.Key)
			if f.Kind == Tips {
				f.hclName = "tip"
				f.Items = append([]Field(nil), f.Items...)
				for k := range f.Items {
					item := &f.Items[k]
					item.Page, item.number, item.path, item.hclName = page.Key, -1, f.path+"[]."+item.Key, Snake(item.Key)
				}
			}
			if f.Unset != "" {
				f.undeclared = Value{kind: Bool, flag: f.Unset == "true"}
			}
			ix.fields = append(ix.fields, f)
		}
	}
	return ix
})

func join(page, key string) string {
	if page == "" {
		return key
	}
	return page + "." + key
}

// Pages is the catalogue in the order in which a document is sent; the root
// comes first. Neither the slice nor what it points to may be changed.
func Pages() []*Page { return catalogue().pages }

// Fields is every declarable field in catalogue order; a field's place is its
// Number. Neither the slice nor what it points to may be changed.
func Fields() []*Field { return catalogue().fields }

// PageByKey finds a page by its API key; nil if there is none.
func PageByKey(key string) *Page { return catalogue().byKey[key] }

// PageByHCL finds a page by its block name; nil if there is none.
func PageByHCL(name string) *Page { return catalogue().byHCL[name] }

// FieldByPath finds a field by its path, such as mobileResultPage.successDesc;
// nil if there is none.
func FieldByPath(path string) *Field {
	page, _, ok := strings.Cut(path, ".")
	if !ok {
		page = ""
	}
	return PageByKey(page).find(func(f *Field) bool { return f.path == path })
}

// FieldByHCL finds a page's field by its name in configuration; nil if there
// is none. The document's root is page "".
func FieldByHCL(page, name string) *Field {
	return PageByHCL(page).find(func(f *Field) bool { return f.hclName == name })
}

// Field finds a field of the page by its name in either spelling: its API key, or its name
// in configuration; nil if there is none.
func (p *Page) Field(name string) *Field {
	return p.find(func(f *Field) bool { return f.Key == name || f.hclName == name })
}

// find is the first field of the page that is wanted; nil if there is none, or no page.
func (p *Page) find(wanted func(*Field) bool) *Field {
	if p == nil {
		return nil
	}
	for i := range p.Fields {
		if f := &p.Fields[i]; wanted(f) {
			return f
		}
	}
	return nil
}

// Snake turns an API key into a name in configuration: successDesc becomes
// success_desc. Keys of the API hold ASCII letters only.
func Snake(key string) string {
	name := make([]byte, 0, 64) // longer than any key, so that it needs no memory of its own
	for _, c := range []byte(key) {
		if 'A' <= c && c <= 'Z' {
			name = append(name, '_')
			c += 'a' - 'A'
		}
		name = append(name, c)
	}
	return string(name)
}

// Spelling is the one name of what is called by key in a file of texts: that of
// configuration, and "tips" where a page has its tips as "tip".
func Spelling(key string) string {
	if key == "tip" {
		return "tips"
	}
	return Snake(key)
}

// Plural is a number of things in words: "1 address", "2 addresses".
func Plural(n int, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case strings.HasSuffix(noun, "s"):
		noun += "e"
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
