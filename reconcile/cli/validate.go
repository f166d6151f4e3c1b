package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"livery/reconcile/command"
	"livery/reconcile/findings"
	"livery/reconcile/report"
	"livery/schema"
)

func validateCommand(run *command.Run) *cobra.Command {
	var in command.Inputs
	var level command.FailOn
	c := &cobra.Command{
		Use:  "validate [flags]",
		Args: command.Arguments(0, 0),
		Long: `Checks every file of the stack: names, types, colours, lengths, links, locales.
All problems are reported in one run, each with its place. Needs no network and no
credentials; variables without a value are allowed.`,
		Example: "livery validate\nlivery validate -json -fail-on=warning",
	}
	run.JSONFlag(c)
	level.Flag(c)
	in.Flags(c)
	c.RunE = func(*cobra.Command, []string) error {
		if err := level.Check(); err != nil {
			return err
		}
		loaded, diags, err := run.Workspace(in).Validate()
		if err != nil {
			return err
		}
		if err := run.View.Validated(diags, loaded.Sources, level.Reason(diags)); err != nil {
			return err
		}
		return level.Exit(diags)
	}
	return c
}

func lintCommand(run *command.Run) *cobra.Command {
	var in command.Inputs
	var level command.FailOn
	var format string
	var showSuppressed bool
	formats := strings.Join(findings.Formats(), ", ")
	c := &cobra.Command{
		Use:  "lint [flags] [FILES]",
		Args: command.Arguments(0, -1),
		Long: `Checks what validate checks, and the quality of what is declared. With FILES, the
stacks that they belong to are checked and findings in those files are shown.
A lint block in the configuration sets the level of each rule.`,
		Example: "livery lint -format=sarif > livery.sarif\nlivery lint -fail-on=warning main.livery.hcl",
	}
	c.Flags().StringVar(&format, "format", "text", "Write the findings in this `format`: "+formats+".")
	c.Flags().BoolVar(&showSuppressed, "show-suppressed", false, "Also list what is ignored, with the reason.")
	level.Flag(c, string(schema.Notice), string(schema.Warning), string(schema.Error))
	in.Flags(c)
	c.RunE = func(_ *cobra.Command, files []string) error {
		if err := level.Check(); err != nil {
			return err
		}
		if !slices.Contains(findings.Formats(), format) {
			return command.Fail("Invalid flag", "-format takes one of %s, not %q.", formats, format)
		}
		run.View.JSON = format == "json"
		linted, err := run.Workspace(in).Lint(files)
		if err != nil {
			return err
		}
		diags, sources := linted.Findings, linted.Sources
		if format == "text" {
			if showSuppressed {
				findings.WriteText(run.Stdout, linted.Suppressed, sources, run.Style(run.Stdout))
			}
			err = report.Linted(run.View, linted, level.Reason(diags))
		} else {
			meta := findings.Meta{Version: command.ThisBuild().Version, FullName: command.ThisBuild().FullName(), Rules: schema.Rules(),
				Skipped: linted.Skipped, ShowSuppressed: showSuppressed, Suppressed: linted.Suppressed}
			err = findings.Write(run.Stdout, findings.Format(format), diags, sources, run.Style(run.Stdout), meta)
		}
		if err != nil {
			return err
		}
		return level.Exit(diags)
	}
	return c
}
