package cli

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"livery/schema"
)

func (a *app) schemaCommand() *cobra.Command {
	c := &cobra.Command{
		Use:  "schema [flags] [PAGE[.FIELD]]",
		Args: arguments(0, 1),
		Long: `Looks fields up in the catalogue: their names, kinds, limits and defaults, and what
the service says when it refuses them. Names may be in either spelling. "locale"
lists the locales, "session" what a session may declare.`,
		Example: "livery schema\nlivery schema mobileResultPage\nlivery schema mobile_result_page.success_desc",
	}
	c.Flags().BoolVar(&a.json, "json", false, "Print one JSON object.")
	c.ValidArgsFunction = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		names := []string{"locale", "session"}
		for _, f := range schema.Fields() {
			names = append(names, f.Path())
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
	c.RunE = func(_ *cobra.Command, args []string) error {
		query := ""
		if len(args) == 1 {
			query = args[0]
		}
		switch {
		case query == "locale" && !a.json:
			a.printLocales()
			return nil
		case query == "session" && !a.json:
			a.printAttributes()
			return nil
		}
		pages, err := look(query)
		if err != nil {
			return err
		}
		if a.json {
			return a.schemaJSON(pages, query == "")
		}
		for _, p := range pages {
			a.printPage(p, len(pages) == 1)
		}
		return nil
	}
	return c
}

// found is a page and those of its fields that were asked for.
type found struct {
	page   *schema.Page
	fields []*schema.Field
}

// look finds what a query names; "" names everything.
func look(query string) ([]found, error) {
	var all, hits []found
	var names []string
	for _, p := range schema.Pages() {
		entry := found{page: p}
		for i := range p.Fields {
			f := &p.Fields[i]
			entry.fields = append(entry.fields, f)
			hclPath := strings.TrimPrefix(p.HCLName()+"."+f.HCLName(), ".")
			names = append(names, f.Path(), hclPath)
			if query == f.Path() || query == hclPath {
				hits = append(hits, found{p, []*schema.Field{f}})
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
		return all, nil
	case len(hits) > 0:
		return hits, nil
	}
	detail := fmt.Sprintf("The catalogue has no page or field %q.", query)
	if near := schema.Nearest(query, names); near != "" {
		detail += fmt.Sprintf(" Did you mean %s?", near)
	}
	return nil, fail("Not in the catalogue", "%s \"livery schema\" lists everything.", detail)
}

func (a *app) printPage(hit found, whole bool) {
	s := a.style(a.Stdout)
	p := hit.page
	if p.Key == "" {
		a.print("%s\n", s.Bold("# "+p.Title))
	} else {
		a.print("%s\n", s.Bold(fmt.Sprintf("# %s: %s { }", p.Title, p.HCLName())))
	}
	for _, f := range hit.fields {
		if !whole {
			a.print("  %-48s %-10s %s\n", f.HCLName(), f.Kind, f.Help)
			continue
		}
		a.printField(f)
	}
	a.print("\n")
}

func (a *app) printField(f *schema.Field) {
	row := func(name, text string) {
		if text != "" {
			a.print("    %-12s %s\n", name, text)
		}
	}
	a.print("\n  %s\n", a.style(a.Stdout).Bold(f.HCLName()))
	row("key", f.Path())
	row("kind", f.Kind.String())
	row("limit", limitOf(f))
	if f.Default != "" {
		row("default", fmt.Sprintf("%q", f.Default))
	}
	row("known from", string(f.From))
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

func (a *app) printLocales() {
	for _, l := range schema.Locales() {
		note := ""
		if l.RTL {
			note = ", right to left"
		}
		a.print("  %-8s %-4s %s%s\n", l.Value, l.Short, l.Name, note)
	}
}

func (a *app) printAttributes() {
	for _, attr := range schema.Attributes() {
		var apis []string
		for _, api := range attr.APIs {
			name := string(api)
			if attr.Demands(api) {
				name += " (required)"
			}
			apis = append(apis, name)
		}
		a.print("  %-26s %-9s %s\n  %-26s           %s\n", attr.Name, attr.Kind, attr.Help, "", strings.Join(apis, ", "))
	}
}

type pageJSON struct {
	Key     string      `json:"key"`
	HCLName string      `json:"hcl_name"`
	Title   string      `json:"title"`
	Device  string      `json:"device"`
	Fields  []fieldJSON `json:"fields"`
}

type fieldJSON struct {
	Key            string      `json:"key"`
	Path           string      `json:"path"`
	HCLName        string      `json:"hcl_name"`
	Kind           string      `json:"kind"`
	MaxLength      *int        `json:"max_length"`
	MaxLengthZH    *int        `json:"max_length_chinese,omitempty"`
	MaxItems       *int        `json:"max_items,omitempty"`
	Default        any         `json:"default"`
	Provenance     string      `json:"provenance"`
	Help           string      `json:"help"`
	ServerMessages []string    `json:"server_messages"`
	Items          []fieldJSON `json:"item_fields,omitempty"`
}

type localeJSON struct {
	Value   string `json:"value"`
	Alias   string `json:"alias,omitempty"`
	Name    string `json:"name"`
	BCP47   string `json:"bcp47"`
	RTL     bool   `json:"rtl"`
	Chinese bool   `json:"chinese"`
}

func (a *app) schemaJSON(hits []found, all bool) error {
	out := struct {
		FormatVersion string       `json:"format_version"`
		Pages         []pageJSON   `json:"pages"`
		Locales       []localeJSON `json:"locales,omitempty"`
	}{FormatVersion: "1.0"}
	for _, hit := range hits {
		p := pageJSON{Key: hit.page.Key, HCLName: hit.page.HCLName(), Title: hit.page.Title, Device: string(hit.page.Device)}
		for _, f := range hit.fields {
			p.Fields = append(p.Fields, newFieldJSON(f))
		}
		out.Pages = append(out.Pages, p)
	}
	for _, l := range schema.Locales() {
		if !all {
			break
		}
		out.Locales = append(out.Locales, localeJSON{string(l.Value), l.Short, l.Name, l.BCP47, l.RTL, l.Chinese})
	}
	enc := json.NewEncoder(a.Stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}

func newFieldJSON(f *schema.Field) fieldJSON {
	out := fieldJSON{
		Key: f.Key, Path: f.Path(), HCLName: f.HCLName(), Kind: f.Kind.String(), Provenance: string(f.From), Help: f.Help,
		ServerMessages: []string{},
	}
	limit := func(n int) *int {
		if n == 0 {
			return nil
		}
		return &n
	}
	out.MaxLength = limit(f.MaxLength(""))
	switch f.Kind {
	case schema.TipText:
		out.MaxLengthZH = limit(schema.TipMaxChinese)
	case schema.Tips:
		out.MaxItems = limit(schema.TipsMax)
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
		out.Items = append(out.Items, newFieldJSON(&f.Items[i]))
	}
	return out
}
