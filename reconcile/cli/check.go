package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"livery/reconcile/report"
	"livery/schema"
	"livery/schema/lint"
	"livery/schema/stack"
)

func (a *app) validateCommand() *cobra.Command {
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
	c.Flags().BoolVar(&a.json, "json", false, "Print one JSON object.")
	level.flag(c)
	in.flags(c)
	c.RunE = func(*cobra.Command, []string) error {
		if err := level.check(); err != nil {
			return err
		}
		stack, diags, err := a.load(".", in, stack.NeedNothing)
		if err != nil {
			return err
		}
		diags = append(diags, emptyStack(stack)...)
		switch {
		case a.json:
			if err := report.WriteValidateJSON(a.Stdout, diags, stack.Sources); err != nil {
				return err
			}
		default:
			a.show(diags, stack.Sources)
			a.verdict(diags, level)
		}
		if level.exceeded(diags) {
			return exit(exitError)
		}
		return nil
	}
	return c
}

// verdict is Terraform's last word on a valid stack.
func (a *app) verdict(diags hcl.Diagnostics, level failOn) {
	s := a.style(a.Stdout)
	switch {
	case diags.HasErrors():
	case level.exceeded(diags):
		fmt.Fprintf(a.Stderr, "%s\n", level.reason(diags))
	case len(diags) > 0:
		a.print("%s The configuration is valid, but there were some validation warnings as shown\nabove.\n", s.Green("Success!"))
	default:
		a.print("%s The configuration is valid.\n\n", s.Green("Success!"))
	}
}

// emptyStack warns of a stack that declares nothing.
func emptyStack(stack *stack.Stack) hcl.Diagnostics {
	if len(stack.Documents) > 0 || len(stack.Sessions) > 0 || len(stack.Removed) > 0 || !stack.Empty {
		return nil
	}
	return hcl.Diagnostics{schema.Diagnose(schema.NothingToApply, schema.Subject{}, "No configuration files",
		"This directory holds no *.livery.hcl or *.livery.json file. \"livery init\" writes a small one to begin with.")}
}

func (a *app) lintCommand() *cobra.Command {
	var in inputs
	var level failOn
	var format string
	c := &cobra.Command{
		Use:  "lint [flags] [FILES]",
		Args: arguments(0, -1),
		Long: `Checks what validate checks, and the quality of what is declared. With FILES, the
stacks that they belong to are checked and findings in those files are shown.
A lint block in the configuration sets the level of each rule.`,
		Example:   "livery lint -format=sarif > livery.sarif\nlivery lint -fail-on=warning main.livery.hcl",
		ValidArgs: nil,
	}
	c.Flags().StringVar(&format, "format", "text", "Write the findings in this `format`: "+strings.Join(report.LintFormats(), ", ")+".")
	level.flag(c)
	in.flags(c)
	c.RunE = func(_ *cobra.Command, files []string) error {
		if err := level.check(); err != nil {
			return err
		}
		if !slices.Contains(report.LintFormats(), format) {
			return fail("Invalid flag", "-format takes one of %s, not %q.", strings.Join(report.LintFormats(), ", "), format)
		}
		a.json = format == "json"
		diags, src, err := a.lint(in, files)
		if err != nil {
			return err
		}
		if err := a.writeLint(format, diags, src, level); err != nil {
			return err
		}
		if level.exceeded(diags) {
			return exit(exitError)
		}
		return nil
	}
	return c
}

func (a *app) writeLint(format string, diags hcl.Diagnostics, src report.Sources, level failOn) error {
	if format == "text" {
		a.show(diags, src)
		a.verdict(diags, level)
		return nil
	}
	meta := report.Meta{Build: build(), Rules: schema.Rules()}
	return report.WriteLint(a.Stdout, report.LintFormat(format), diags, src, a.style(a.Stdout), meta)
}

// lint checks the stacks that the files belong to; without files, the one here.
func (a *app) lint(in inputs, files []string) (hcl.Diagnostics, report.Sources, error) {
	dirs := []string{"."}
	if len(files) > 0 {
		dirs = dirs[:0]
		for i, file := range files {
			if _, err := os.Stat(file); err != nil {
				return nil, nil, fail("No such file", "%v.", err)
			}
			files[i] = filepath.ToSlash(filepath.Clean(file))
			dirs = append(dirs, filepath.Dir(files[i]))
		}
		slices.Sort(dirs)
		dirs = slices.Compact(dirs)
	}
	var all hcl.Diagnostics
	src := make(report.Sources)
	for _, dir := range dirs {
		stack, diags, err := a.load(dir, in, stack.NeedNothing)
		if err != nil {
			return nil, nil, err
		}
		diags = append(diags, emptyStack(stack)...)
		diags = append(diags, lint.Stack(stack)...)
		for name, bytes := range stack.Sources {
			src[name] = bytes
		}
		for _, d := range diags {
			if len(files) == 0 || d.Subject == nil || slices.Contains(files, d.Subject.Filename) {
				all = append(all, d)
			}
		}
	}
	return schema.SortFindings(all), src, nil
}
