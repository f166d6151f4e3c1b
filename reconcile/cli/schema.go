package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"livery/reconcile/command"
	"livery/reconcile/reference"
	"livery/schema"
	"livery/schema/jsonschema"
	"livery/schema/wording"
)

func schemaCommand(run *command.Run) *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:  "schema [flags] [PAGE[.FIELD]]",
		Args: command.Arguments(0, 1),
		Long: `Looks fields up in the catalogue: their names, kinds, limits and defaults, and what
the service says when it refuses them. Names may be in either spelling. "locale"
lists the locales, "session" what a session may declare.

With -format=jsonschema writes the JSON Schema of what livery reads (texts, stack,
vars, tokens) or writes (plan, state, diagnostics), for editors and programs.`,
		Example: "livery schema\nlivery schema mobileResultPage\nlivery schema mobile_result_page.success_desc\n" +
			"livery schema -format=jsonschema texts > texts.schema.json",
	}
	run.JSONFlag(c)
	c.Flags().StringVar(&format, "format", "", "`jsonschema` writes the JSON Schema of the file that is named")
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
		case format != "":
			return writeJSONSchema(run, format, query)
		case query == "locale" && run.View.JSON:
			return reference.WriteLocalesJSON(run.Stdout)
		case query == "locale":
			reference.WriteLocales(run.Stdout)
			return nil
		case query == "session":
			return writeAttributes(run, schema.Attributes())
		case strings.HasPrefix(query, "session."):
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

func writeJSONSchema(run *command.Run, format, name string) error {
	names := jsonschema.Names()
	valid := strings.Join(names, ", ")
	switch {
	case format != "jsonschema":
		return command.Fail("Invalid value for a flag", "-format is jsonschema; for the catalogue as one object there is -json.")
	case run.View.JSON:
		return command.Fail("Two formats", "-json writes the catalogue, -format=jsonschema the JSON Schema of a file; say one of them.")
	case name == "":
		return command.Fail("Missing argument", "-format=jsonschema takes the name of what to describe: %s.", valid)
	case !slices.Contains(names, name):
		return command.Fail("Unknown JSON Schema", "There is no JSON Schema of %q; there are %s.%s", name, valid, wording.DidYouMean(name, names))
	}
	text, err := jsonschema.Of(name)
	if err != nil {
		return err
	}
	_, err = run.Stdout.Write(text)
	return err
}

func writeAttributes(run *command.Run, attributes []schema.Attribute) error {
	if run.View.JSON {
		return reference.WriteAttributesJSON(run.Stdout, attributes)
	}
	reference.WriteAttributes(run.Stdout, attributes)
	return nil
}

// attribute shows what a session may declare under that name.
func attribute(run *command.Run, name string) error {
	if i := schema.AttributeNumber(name); i >= 0 {
		return writeAttributes(run, schema.Attributes()[i:i+1])
	}
	names := make([]string, 0, len(schema.Attributes()))
	for _, attr := range schema.Attributes() {
		names = append(names, attr.Name)
	}
	return command.Fail("Not in the catalogue", "A session has no %s.%s \"livery schema session\" lists what it may declare.", name, wording.DidYouMean(name, names))
}
