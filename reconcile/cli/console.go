package cli

import (
	"github.com/spf13/cobra"

	"livery/reconcile/command"
	"livery/reconcile/console"
	"livery/reconcile/workspace"
	"livery/schema/stack"
)

func consoleCommand(run *command.Run) *cobra.Command {
	in := command.Inputs{}
	c := &cobra.Command{
		Use:  "console [flags]",
		Args: command.Arguments(0, 0),
		Long: `Evaluates expressions of this stack, one a line, typed or through a pipe: variables,
locals, themes, functions and documents["th_TH"], which is what is sent. Nothing is
written and nothing sent. "exit" or the end of the input ends it; in a pipe a wrong
expression does too, with exit code 1.`,
		Example: "livery console\necho 'contrast(local.brand, \"#ffffff\")' | livery console",
	}
	in.Flags(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		person := run.Person()
		typed := person.Answers()
		in.Ask = typed
		w := run.Workspace(in)
		e, diags, err := w.Explore(stack.NeedDocuments)
		switch {
		case err != nil:
			return err
		case diags.HasErrors() && !typed:
			return &workspace.InvalidError{Diagnostics: diags, Sources: e.Sources}
		case diags.HasErrors():
			run.View.Diagnostics(diags, e.Sources)
			run.View.Warn("The stack has errors", "Some expressions may give unexpected results.")
		}
		names := e.Names()
		conversation := console.Console{
			Stack: e, Stdout: run.Stdout, Stderr: run.Stderr, Out: run.Style(run.Stdout), Err: run.Style(run.Stderr),
			Piped: !typed,
			Line:  person.Lines(c.Context(), func(line string, pos int) (string, int, bool) { return console.Complete(names, line, pos) }),
		}
		clean, err := conversation.Run()
		if err == nil && !clean && !typed {
			err = command.ExitError
		}
		return err
	}
	return c
}
