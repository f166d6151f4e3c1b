package textscommand

import (
	"fmt"

	"github.com/spf13/cobra"

	"livery/reconcile/command"
	"livery/reconcile/textsreport"
	"livery/reconcile/translating"
)

// sharedFlags are those of all commands about texts.
type sharedFlags struct {
	in      command.Inputs
	locales []string
}

func (f *sharedFlags) flags(c *cobra.Command) {
	c.Flags().StringArrayVar(&f.locales, "locale", nil, "Only this `locale`. May be given several times; all but the source without it.")
	f.in.Flags(c)
}

// open reads the texts of the stack.
func (f *sharedFlags) open(run *command.Run) (*translating.Stack, error) {
	return translating.Open(run.Workspace(f.in), f.locales)
}

// Command is texts, with the commands below it.
func Command(run *command.Run) *cobra.Command {
	c := &cobra.Command{
		Use: "texts COMMAND",
		Long: `Sends texts to translators and takes them back. Nothing is sent to the service, and
neither state nor keys are needed. A lock beside the stack records from which words each
translation was made.`,
		Example: "livery texts status\nlivery texts export -to=out\nlivery texts import out/*.xlf",
	}
	return command.Group(run, c, statusCommand(run), exportCommand(run), importCommand(run), acceptCommand(run))
}

func statusCommand(run *command.Run) *cobra.Command {
	var f sharedFlags
	var format string
	var least int
	var details bool
	c := &cobra.Command{
		Use:   "status [flags]",
		Short: "Count what is translated, and what no longer is",
		Args:  command.Arguments(0, 0),
		Long: `Counts the texts of each language: those that are made from today's words, from words
that have changed since, that are still the source's, that are missing, and those of
which nobody has recorded what they were made from.`,
		Example: "livery texts status\nlivery texts status -details -locale=th\nlivery texts status -min=90",
	}
	c.Flags().StringVar(&format, "format", "text", "Write it as `text` or markdown.")
	c.Flags().IntVar(&least, "min", 0, "Exit 1 if less than this `percent` of a language is translated.")
	c.Flags().BoolVar(&details, "details", false, "List each text that is not current, with the words before and after.")
	run.JSONFlag(c)
	f.flags(c)
	c.RunE = func(*cobra.Command, []string) error {
		switch {
		case format != "text" && format != "markdown":
			return command.Fail("Invalid flag", "-format takes text or markdown, not %q.", format)
		case least < 0 || least > 100:
			return command.Fail("Invalid flag", "-min takes a percentage from 0 to 100, not %d.", least)
		}
		s, err := f.open(run)
		if err != nil {
			return err
		}
		switch {
		case run.View.JSON:
			err = textsreport.WriteStatusJSON(run.Stdout, s)
		case format == "markdown":
			err = textsreport.WriteStatusMarkdown(run.Stdout, s)
		default:
			err = textsreport.WriteStatus(run.Stdout, s, details, run.Style(run.Stdout))
		}
		if err != nil {
			return err
		}
		var code error
		for _, in := range s.Chosen {
			if percent := in.Percent(); percent < least {
				code = command.ExitError
				if !run.View.JSON {
					fmt.Fprintf(run.Stderr, "%s: %d %% is translated, less than -min=%d.\n", in.Locale, percent, least)
				}
			}
		}
		return code
	}
	return c
}

func acceptCommand(run *command.Run) *cobra.Command {
	var f sharedFlags
	var all bool
	c := &cobra.Command{
		Use:   "accept [flags] [ID...]",
		Short: "Record that translations are right as they are",
		Args:  command.Arguments(0, -1),
		Long: `Records that translations are right for today's words of the source, although these have
changed or nobody has recorded what the translations were made from. Only the lock
changes. An ID is the path of a text, as status lists it.`,
		Example: "livery texts accept -locale=th mobileResultPage.successDesc\nlivery texts accept -all",
	}
	c.Flags().BoolVar(&all, "all", false, "Accept all that is translated.")
	f.flags(c)
	c.RunE = func(_ *cobra.Command, paths []string) error {
		switch {
		case len(paths) == 0 && !all:
			return command.Fail("Nothing to accept", "Name the texts that are right as they are, or accept -all.")
		case len(paths) > 0 && all:
			return command.Fail("Invalid flags", "-all accepts every text; leave out the IDs.")
		}
		s, err := f.open(run)
		if err != nil {
			return err
		}
		tallies, err := s.Accept(paths)
		if err != nil {
			return err
		}
		textsreport.WriteTallies(run.Stdout, tallies, translating.Accepted)
		return nil
	}
	return c
}
