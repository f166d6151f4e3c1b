package textscommand

import (
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
