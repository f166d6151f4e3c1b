package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"livery/reconcile/report"
	"livery/schema"
)

func schemaCommand(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:  "schema [flags] [PAGE[.FIELD]]",
		Args: arguments(0, 1),
		Long: `Looks fields up in the catalogue: their names, kinds, limits and defaults, and what
the service says when it refuses them. Names may be in either spelling. "locale"
lists the locales, "session" what a session may declare.`,
		Example: "livery schema\nlivery schema mobileResultPage\nlivery schema mobile_result_page.success_desc",
	}
	a.jsonFlag(c)
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
		case query == "locale" && !a.view.JSON:
			report.WriteLocales(a.Stdout)
			return nil
		case query == "session" && !a.view.JSON:
			report.WriteAttributes(a.Stdout, schema.Attributes())
			return nil
		case strings.HasPrefix(query, "session.") && !a.view.JSON:
			return a.attribute(strings.TrimPrefix(query, "session."))
		}
		pages, err := lookUp(query)
		switch {
		case err != nil:
			return err
		case a.view.JSON:
			return report.WriteCatalogueJSON(a.Stdout, pages, query == "")
		}
		report.WriteCatalogue(a.Stdout, pages, a.style(a.Stdout))
		return nil
	}
	return c
}

// attribute shows what a session may declare under that name.
func (a *app) attribute(name string) error {
	if i := schema.AttributeNumber(name); i >= 0 {
		report.WriteAttributes(a.Stdout, schema.Attributes()[i:i+1])
		return nil
	}
	names := make([]string, 0, len(schema.Attributes()))
	for _, attr := range schema.Attributes() {
		names = append(names, attr.Name)
	}
	return fail("Not in the catalogue", "A session has no %s.%s \"livery schema session\" lists what it may declare.", name, schema.DidYouMean(name, names))
}

// lookUp finds what a query names; "" names everything.
func lookUp(query string) ([]report.Fields, error) {
	var all, hits []report.Fields
	var names, having []string
	for _, p := range schema.Pages() {
		entry := report.Fields{Page: p}
		for i := range p.Fields {
			f := &p.Fields[i]
			entry.Fields = append(entry.Fields, f)
			hclPath := strings.TrimPrefix(p.HCLName()+"."+f.HCLName(), ".")
			names = append(names, f.Path(), hclPath)
			if query == f.Key || query == f.HCLName() {
				having = append(having, hclPath)
			}
			if query == f.Path() || query == hclPath {
				hits = append(hits, report.Fields{Page: p, Fields: []*schema.Field{f}})
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
	near := schema.Nearest(query, names)
	switch {
	case len(having) > 0:
		detail += fmt.Sprintf(" It is a field of a page: %s.", strings.Join(having, ", "))
	case near != "":
		detail += fmt.Sprintf(" Did you mean %s?", near)
	}
	return nil, fail("Not in the catalogue", "%s \"livery schema\" lists everything.", detail)
}
