package cli

import (
	"strconv"

	"github.com/spf13/cobra"

	"livery/reconcile/command"
)

func rollbackCommand(run *command.Run) *cobra.Command {
	p := &planFlags{run: run}
	c := &cobra.Command{
		Use:  "rollback [flags] SERIAL",
		Args: command.Arguments(1, 1),
		Long: `Plans to go back to the documents and sessions of an earlier state, which "livery
history" lists. Like any plan it only shows what would be sent; save it with -out
and apply it. The configuration is read for its account and backend alone and is
not changed: until the files say the same, the next plan will want to undo it.`,
		Example: "livery rollback 41\nlivery rollback 41 -out=back.plan && livery apply back.plan",
	}
	p.common(c)
	p.outFlag(c, "")
	command.CompleteAddresses(run, c)
	c.ValidArgsFunction = p.completeSerials
	c.RunE = p.runRollback
	return c
}

func (p *planFlags) runRollback(c *cobra.Command, args []string) error {
	p.run.View.Begin(command.Version())
	serial, err := strconv.ParseUint(args[0], 10, 64)
	if err != nil || serial == 0 {
		return command.Fail("Not a serial", "%q is not the serial of a state: a whole number from 1 up. \"livery history\" lists those that are kept.", args[0])
	}
	opts, err := p.options()
	if err != nil {
		return err
	}
	w := p.run.Workspace(command.Inputs{})
	op, err := w.Rollback(c.Context(), serial, opts)
	if err != nil {
		return err
	}
	return p.show(c.Context(), w, op)
}

// completeSerials offers the shell what can be rolled back to.
func (p *planFlags) completeSerials(c *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	serials, _ := p.run.Workspace(command.Inputs{}).State().Serials(c.Context()) // a shell is offered what there is
	words := make([]string, len(serials))
	for i, s := range serials {
		words[i] = strconv.FormatUint(s, 10)
	}
	return words, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}
