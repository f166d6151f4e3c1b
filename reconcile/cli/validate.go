package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"livery/reconcile/findings"
	"livery/schema"
)

func validateCommand(a *app) *cobra.Command {
	var in inputs
	var level failOn
	c := &cobra.Command{
		Use:  "validate [flags]",
		Args: arguments(0, 0),
		Long: `Checks every file of the stack: names, types, colours, lengths, links, locales.
All problems are reported in one run, each with its place. Needs no network and no
credentials; variables without a value are allowed.`,
		Example: "livery validate\nlivery validate -json -fail-on=warning",
	}
	a.jsonFlag(c)
	level.flag(c)
	in.flags(c)
	c.RunE = func(*cobra.Command, []string) error {
		if err := level.check(); err != nil {
			return err
		}
		loaded, diags, err := a.workspace(in).Validate()
		if err != nil {
			return err
		}
		if err := a.view.Validated(diags, loaded.Sources, level.reason(diags)); err != nil {
			return err
		}
		return level.exit(diags)
	}
	return c
}

func lintCommand(a *app) *cobra.Command {
	var in inputs
	var level failOn
	var format string
	formats := strings.Join(findings.Formats(), ", ")
	c := &cobra.Command{
		Use:  "lint [flags] [FILES]",
		Args: arguments(0, -1),
		Long: `Checks what validate checks, and the quality of what is declared. With FILES, the
stacks that they belong to are checked and findings in those files are shown.
A lint block in the configuration sets the level of each rule.`,
		Example: "livery lint -format=sarif > livery.sarif\nlivery lint -fail-on=warning main.livery.hcl",
	}
	c.Flags().StringVar(&format, "format", "text", "Write the findings in this `format`: "+formats+".")
	level.flag(c, string(schema.Notice), string(schema.Warning), string(schema.Error))
	in.flags(c)
	c.RunE = func(_ *cobra.Command, files []string) error {
		if err := level.check(); err != nil {
			return err
		}
		if !slices.Contains(findings.Formats(), format) {
			return fail("Invalid flag", "-format takes one of %s, not %q.", formats, format)
		}
		a.view.JSON = format == "json"
		diags, sources, err := a.workspace(in).Lint(files)
		if err != nil {
			return err
		}
		if format == "text" {
			err = a.view.Validated(diags, sources, level.reason(diags))
		} else {
			meta := findings.Meta{Version: build().Version, FullName: build().FullName(), Rules: schema.Rules()}
			err = findings.Write(a.Stdout, findings.Format(format), diags, sources, a.style(a.Stdout), meta)
		}
		if err != nil {
			return err
		}
		return level.exit(diags)
	}
	return c
}
