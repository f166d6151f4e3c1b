package cli

import (
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
		pages, hint := report.LookUp(query)
		switch {
		case pages == nil:
			return fail("Not in the catalogue", "The catalogue has no page or field %q.%s \"livery schema\" lists everything.", query, hint)
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
