package reference

import (
	"fmt"
	"io"
	"strings"

	"livery/reconcile/terminal"
	"livery/schema"
	"livery/schema/wording"
)

// Fields are a page of the catalogue and those of its fields that were asked for.
type Fields struct {
	Page   *schema.Page
	Fields []*schema.Field
}

// LookUp finds what a query names; "" names everything. For what is not there it is nil,
// with a sentence about what may be meant, or "".
func LookUp(query string) (found []Fields, hint string) {
	var all, hits []Fields
	var names, having []string
	for _, p := range schema.Pages() {
		entry := Fields{Page: p}
		for i := range p.Fields {
			f := &p.Fields[i]
			entry.Fields = append(entry.Fields, f)
			hclPath := strings.TrimPrefix(p.HCLName()+"."+f.HCLName(), ".")
			names = append(names, f.Path(), hclPath)
			if query == f.Key || query == f.HCLName() {
				having = append(having, hclPath)
			}
			if query == f.Path() || query == hclPath {
				hits = append(hits, Fields{Page: p, Fields: []*schema.Field{f}})
			}
		}
		all = append(all, entry)
		if p.Key != "" {
			names = append(names, p.Key, p.HCLName())
			if query == p.Key || query == p.HCLName() {
				hits = append(hits, entry)
			}
		}
	}
	switch {
	case query == "":
		return all, ""
	case len(hits) > 0:
		return hits, ""
	}
	near := wording.Nearest(query, names)
	switch {
	case len(having) > 0:
		hint = fmt.Sprintf(" It is a field of a page: %s.", strings.Join(having, ", "))
	case near != "":
		hint = fmt.Sprintf(" Did you mean %s?", near)
	}
	return nil, hint
}

// WriteCatalogue writes fields as a list, those of one page alone with all there is
// to say.
func WriteCatalogue(w io.Writer, pages []Fields, s terminal.Style) {
	for _, p := range pages {
		writePage(w, p, len(pages) == 1, s)
	}
}

func writePage(w io.Writer, hit Fields, whole bool, s terminal.Style) {
	p := hit.Page
	if p.Key == "" {
		fmt.Fprintf(w, "%s\n", s.Bold("# "+p.Title))
	} else {
		fmt.Fprintf(w, "%s\n", s.Bold(fmt.Sprintf("# %s: %s { }", p.Title, p.HCLName())))
	}
	for _, f := range hit.Fields {
		if !whole {
			fmt.Fprintf(w, "  %-48s %-10s %s\n", f.HCLName(), f.Kind, f.Help)
			continue
		}
		writeField(w, f, s)
	}
	fmt.Fprintf(w, "\n")
}

func writeField(w io.Writer, f *schema.Field, s terminal.Style) {
	row := func(name, text string) {
		if text != "" {
			fmt.Fprintf(w, "    %-12s %s\n", name, text)
		}
	}
	fmt.Fprintf(w, "\n  %s\n", s.Bold(f.HCLName()))
	row("key", f.Path())
	row("kind", f.Kind.String())
	row("limit", limitOf(f))
	if f.Default != "" {
		row("default", fmt.Sprintf("%q", f.Default))
	}
	row("known from", string(f.Provenance))
	row("help", f.Help)
	row("server says", f.Refusal.Message)
	for i := range f.Items {
		item := &f.Items[i]
		row("  "+item.HCLName(), strings.TrimSuffix(fmt.Sprintf("%s; %s; %s", item.Kind, strings.TrimSuffix(item.Help, "."), limitOf(item)), "; "))
	}
}

func limitOf(f *schema.Field) string {
	switch f.Kind {
	case schema.Text:
		return fmt.Sprintf("at most %d UTF-16 code units", schema.TextMax)
	case schema.TipText:
		return fmt.Sprintf("less than %d UTF-16 code units, less than %d in Chinese locales", schema.TipMax+1, schema.TipMaxChinese+1)
	case schema.Tips:
		return fmt.Sprintf("at most %d tips", schema.TipsMax)
	case schema.Colour:
		return "# and 3, 4, 6 or 8 hex digits"
	case schema.ImageURL:
		return fmt.Sprintf("an absolute https URL of at most %d characters", schema.URLMax)
	default:
		return ""
	}
}

// WriteLocales writes the locales of the service.
func WriteLocales(w io.Writer) {
	for _, l := range schema.Locales() {
		note := ""
		if l.RTL {
			note = ", right to left"
		}
		fmt.Fprintf(w, "  %-8s %-4s %s%s\n", l.Value, l.Short, l.Name, note)
	}
}

// WriteAttributes writes what a session may declare.
func WriteAttributes(w io.Writer, attributes []schema.Attribute) {
	for _, attr := range attributes {
		var apis []string
		for _, api := range attr.APIs {
			name := string(api)
			if attr.Requires(api) {
				name += " (required)"
			}
			apis = append(apis, name)
		}
		fmt.Fprintf(w, "  %-26s %-9s %s\n  %-26s           %s\n", attr.Name, attr.Kind, attr.Help, "", strings.Join(apis, ", "))
		if len(attributes) == 1 && len(attr.Words) > 0 {
			fmt.Fprintf(w, "  %-26s           valid are %s\n", "", strings.Join(attr.Words, ", "))
		}
	}
}

type cataloguePageJSON struct {
	Key     string               `json:"key"`
	HCLName string               `json:"hcl_name"`
	Title   string               `json:"title"`
	Device  string               `json:"device"`
	Fields  []catalogueFieldJSON `json:"fields"`
}

type catalogueFieldJSON struct {
	Key            string               `json:"key"`
	Path           string               `json:"path"`
	HCLName        string               `json:"hcl_name"`
	Kind           string               `json:"kind"`
	MaxLength      *int                 `json:"max_length"`
	MaxLengthZH    *int                 `json:"max_length_chinese,omitempty"`
	MaxItems       *int                 `json:"max_items,omitempty"`
	Default        any                  `json:"default"`
	Provenance     string               `json:"provenance"`
	Help           string               `json:"help"`
	ServerMessages []string             `json:"server_messages"`
	Items          []catalogueFieldJSON `json:"item_fields,omitempty"`
}

type catalogueLocaleJSON struct {
	Value   string `json:"value"`
	Alias   string `json:"alias,omitempty"`
	Name    string `json:"name"`
	BCP47   string `json:"bcp47"`
	RTL     bool   `json:"rtl"`
	Chinese bool   `json:"chinese"`
}

// WriteCatalogueJSON writes fields as one object; with all also the locales.
func WriteCatalogueJSON(w io.Writer, hits []Fields, all bool) error {
	out := struct {
		FormatVersion string                `json:"format_version"`
		Pages         []cataloguePageJSON   `json:"pages"`
		Locales       []catalogueLocaleJSON `json:"locales,omitempty"`
	}{FormatVersion: "1.0"}
	for _, hit := range hits {
		p := cataloguePageJSON{Key: hit.Page.Key, HCLName: hit.Page.HCLName(), Title: hit.Page.Title, Device: string(hit.Page.Device)}
		for _, f := range hit.Fields {
			p.Fields = append(p.Fields, newCatalogueField(f))
		}
		out.Pages = append(out.Pages, p)
	}
	if all {
		out.Locales = catalogueLocales()
	}
	return terminal.WriteJSON(w, out)
}

func catalogueLocales() []catalogueLocaleJSON {
	var all []catalogueLocaleJSON
	for _, l := range schema.Locales() {
		all = append(all, catalogueLocaleJSON{string(l.Value), l.Short, l.Name, l.BCP47, l.RTL, l.Chinese})
	}
	return all
}

// WriteLocalesJSON writes the locales of the service as one object.
func WriteLocalesJSON(w io.Writer) error {
	return terminal.WriteJSON(w, struct {
		FormatVersion string                `json:"format_version"`
		Locales       []catalogueLocaleJSON `json:"locales"`
	}{"1.0", catalogueLocales()})
}

type attributeJSON struct {
	Name       string              `json:"name"`
	Kind       string              `json:"kind"`
	APIs       []schema.SessionAPI `json:"apis"`
	Required   []schema.SessionAPI `json:"required"` // by which APIs
	Words      []string            `json:"words"`    // the valid ones; null where any will do
	Open       bool                `json:"open"`     // words beyond these are valid too
	Min        *int                `json:"min,omitempty"`
	Max        *int                `json:"max,omitempty"` // of a number; of a word, its length
	Deprecated bool                `json:"deprecated"`
	Help       string              `json:"help"`
}

// WriteAttributesJSON writes what a session may declare as one object.
func WriteAttributesJSON(w io.Writer, attributes []schema.Attribute) error {
	out := struct {
		FormatVersion string          `json:"format_version"`
		Attributes    []attributeJSON `json:"attributes"`
	}{FormatVersion: "1.0"}
	for _, a := range attributes {
		row := attributeJSON{
			Name: a.Name, Kind: a.Kind.String(), APIs: a.APIs, Required: a.Required, Words: a.Words, Open: a.Open,
			Deprecated: a.Deprecated, Help: a.Help, Min: orNull(a.Min), Max: orNull(a.Max),
		}
		if row.Required == nil {
			row.Required = []schema.SessionAPI{}
		}
		out.Attributes = append(out.Attributes, row)
	}
	return terminal.WriteJSON(w, out)
}

// orNull is a limit; nil where there is none.
func orNull(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}

func newCatalogueField(f *schema.Field) catalogueFieldJSON {
	out := catalogueFieldJSON{
		Key: f.Key, Path: f.Path(), HCLName: f.HCLName(), Kind: f.Kind.String(), Provenance: string(f.Provenance), Help: f.Help,
		ServerMessages: []string{},
	}
	out.MaxLength = orNull(f.MaxLength(""))
	switch f.Kind {
	case schema.TipText:
		out.MaxLengthZH = orNull(schema.TipMaxChinese)
	case schema.Tips:
		out.MaxItems = orNull(schema.TipsMax)
	case schema.Bool:
		if f.Default != "" {
			out.Default = f.Default == "true"
		}
	}
	if f.Default != "" && f.Kind != schema.Bool {
		out.Default = f.Default
	}
	if f.Refusal.Message != "" {
		out.ServerMessages = append(out.ServerMessages, f.Refusal.Message)
	}
	for i := range f.Items {
		out.Items = append(out.Items, newCatalogueField(&f.Items[i]))
	}
	return out
}
