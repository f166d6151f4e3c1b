package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"livery/reconcile/command"
	"livery/reconcile/reference"
	"livery/schema"
)

func schemaCommand(run *command.Run) *cobra.Command {
	c := &cobra.Command{
		Use:  "schema [flags] [PAGE[.FIELD]]",
		Args: command.Arguments(0, 1),
		Long: `Looks fields up in the catalogue: their names, kinds, limits and defaults, and what
the service says when it refuses them. Names may be in either spelling. "locale"
lists the locales, "session" what a session may declare.`,
		Example: "livery schema\nlivery schema mobileResultPage\nlivery schema mobile_result_page.success_desc",
	}
	run.JSONFlag(c)
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
		case query == "locale" && !run.View.JSON:
			reference.WriteLocales(run.Stdout)
			return nil
		case query == "session" && !run.View.JSON:
			reference.WriteAttributes(run.Stdout, schema.Attributes())
			return nil
		case strings.HasPrefix(query, "session.") && !run.View.JSON:
			return attribute(run, strings.TrimPrefix(query, "session."))
		}
		pages, hint := reference.LookUp(query)
		switch {
		case pages == nil:
			return command.Fail("Not in the catalogue", "The catalogue has no page or field %q.%s \"livery schema\" lists everything.", query, hint)
		case run.View.JSON:
			return reference.WriteCatalogueJSON(run.Stdout, pages, query == "")
		}
		reference.WriteCatalogue(run.Stdout, pages, run.Style(run.Stdout))
		return nil
	}
	return c
}

// attribute shows what a session may declare under that name.
func attribute(run *command.Run, name string) error {
	if i := schema.AttributeNumber(name); i >= 0 {
		reference.WriteAttributes(run.Stdout, schema.Attributes()[i:i+1])
		return nil
	}
	names := make([]string, 0, len(schema.Attributes()))
	for _, attr := range schema.Attributes() {
		names = append(names, attr.Name)
	}
	return command.Fail("Not in the catalogue", "A session has no %s.%s \"livery schema session\" lists what it may declare.", name, schema.DidYouMean(name, names))
}
