package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"livery/reconcile/command"
	"livery/reconcile/report"
	"livery/reconcile/state"
	"livery/reconcile/workspace"
	"livery/schema"
)

func stateCommand(run *command.Run) *cobra.Command {
	return command.Group(run, &cobra.Command{
		Use:     "state list|show|rm|pull|push|replace-key",
		Long:    `Looks at the state and moves it. The state is what the service last confirmed.`,
		Example: "livery state list\nlivery state show locale.en_US",
	}, stateList(run), stateShow(run), stateRemove(run), statePull(run), statePush(run), stateReplaceKey(run))
}

func stateList(run *command.Run) *cobra.Command {
	return &cobra.Command{
		Use: "list [ADDR...]", Short: "List the addresses in the state", Args: command.Arguments(0, -1),
		Long: `Lists the addresses in the state; with ADDR only those.`, Example: "livery state list",
		RunE: func(c *cobra.Command, args []string) error {
			snapshot, err := run.Workspace(command.Inputs{}).State().Snapshot(c.Context())
			if err != nil {
				return err
			}
			list := snapshot.Addresses()
			if len(args) > 0 {
				if list, err = workspace.FindAddresses(snapshot, args); err != nil {
					return err
				}
			}
			report.WriteAddresses(run.Stdout, list)
			return nil
		},
	}
}

func stateShow(run *command.Run) *cobra.Command {
	return &cobra.Command{
		Use: "show ADDR", Short: "Show one address", Args: command.Arguments(1, 1),
		Long: `Shows what the state holds of one address.`, Example: "livery state show locale.en_US",
		RunE: func(c *cobra.Command, args []string) error {
			snapshot, err := run.Workspace(command.Inputs{}).State().Snapshot(c.Context())
			if err != nil {
				return err
			}
			list, err := workspace.FindAddresses(snapshot, args)
			if err != nil {
				return err
			}
			return report.WriteRecord(run.Stdout, snapshot, list[0], run.Style(run.Stdout))
		},
	}
}

func stateRemove(run *command.Run) *cobra.Command {
	var lock workspace.Locking
	c := &cobra.Command{
		Use: "rm [flags] ADDR...", Short: "Forget addresses", Args: command.Arguments(1, -1),
		Long: `Forgets addresses without touching the live page. The next apply creates what is
still declared anew. The state before is kept: "livery history" lists it.`,
		Example: "livery state rm locale.th_TH",
	}
	dry := c.Flags().Bool("dry-run", false, "Only say what would be removed.")
	command.LockFlags(c, &lock)
	c.RunE = func(c *cobra.Command, args []string) error {
		w := run.Workspace(command.Inputs{})
		if *dry {
			snapshot, err := w.State().Snapshot(c.Context())
			if err != nil {
				return err
			}
			list, err := workspace.FindAddresses(snapshot, args)
			if err != nil {
				return err
			}
			report.WriteForgettable(run.Stdout, list)
			return nil
		}
		n := 0
		err := w.State().Forget(c.Context(), args, lock, func(address schema.Address) { n++; report.WriteForgotten(run.Stdout, address) })
		if err == nil {
			report.WriteForgottenCount(run.Stdout, n)
		}
		return err
	}
	return c
}

func statePull(run *command.Run) *cobra.Command {
	return &cobra.Command{
		Use: "pull", Short: "Print the whole state", Args: command.Arguments(0, 0),
		Long: `Prints the state as JSON.`, Example: "livery state pull > copy.json",
		RunE: func(c *cobra.Command, _ []string) error {
			snapshot, err := run.Workspace(command.Inputs{}).State().Snapshot(c.Context())
			if err != nil || snapshot.Lineage == "" { // nothing, as Terraform does where there is no state
				return err
			}
			return report.WriteStateJSON(run.Stdout, snapshot)
		},
	}
}

func statePush(run *command.Run) *cobra.Command {
	var lock workspace.Locking
	c := &cobra.Command{
		Use: "push [flags] FILE", Short: "Replace the state by a file", Args: command.Arguments(1, 1),
		Long: `Replaces the state by a file, such as errored.livery.state.json. A file of another
lineage or with an older serial is refused. "-" reads standard input.`,
		Example: "livery state push errored.livery.state.json",
	}
	command.LockFlags(c, &lock)
	c.RunE = func(c *cobra.Command, args []string) error {
		w := run.Workspace(command.Inputs{})
		data, err := readArgument(run, args[0])
		if err != nil {
			return err
		}
		snapshot, err := w.State().Push(c.Context(), args[0], data, lock)
		if err != nil {
			return err
		}
		report.WriteReplaced(run.Stdout, snapshot)
		return nil
	}
	return c
}

func stateReplaceKey(run *command.Run) *cobra.Command {
	var lock workspace.Locking
	var inputs command.Inputs
	c := &cobra.Command{
		Use: "replace-key [flags]", Short: "Go on with a new access key", Args: command.Arguments(0, 0),
		Long: `Records that the state is about the pages of the access key that is configured now: a
new key of the same account, after the old one was replaced. Nothing is sent. Whether
the account is the same cannot be seen from a key, so it asks; a state of another base
URL is refused. Plans that were saved before must be made again.`,
		Example: "livery state replace-key",
	}
	approved := c.Flags().Bool("auto-approve", false, "Do not ask.")
	command.LockFlags(c, &lock)
	inputs.Flags(c)
	inputs.InputFlag(run, c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		approve := func(ctx context.Context, keys *state.AccountError) (bool, error) {
			warning := fmt.Sprintf("The state records the pages of\n    %s.\n  It is to record those of\n    %s.\n  With the key of another account, livery takes that account's pages for these.", keys.Recorded, keys.Configured)
			return run.Person().Approve(ctx, "Is this a new access key of the same account?", warning, "-auto-approve")
		}
		switch {
		case *approved:
			approve = nil
		case !inputs.Ask:
			return command.Fail("Approval required", "livery cannot ask whether the account is the same when -input=false is set. Use -auto-approve.")
		}
		changed, err := run.Workspace(inputs).State().ReplaceKey(c.Context(), lock, approve)
		switch {
		case errors.Is(err, workspace.ErrDeclined):
			report.WriteDeclined(run.Stdout, "replace-key cancelled. Nothing was changed.")
			return command.ExitError
		case err != nil:
			return err
		case changed:
			fmt.Fprintln(run.Stdout, "The state records the new access key.")
		default:
			fmt.Fprintln(run.Stdout, "The state records this access key already. Nothing was changed.")
		}
		return nil
	}
	return c
}

// readArgument reads the file that an argument names; "-" is standard input.
func readArgument(run *command.Run, name string) ([]byte, error) {
	if name == "-" {
		return run.Person().ReadAll()
	}
	data, err := run.Dir.ReadFile(name)
	if err != nil {
		return nil, command.Fail("Cannot read a file", "%v.", err)
	}
	return data, nil
}

func forceUnlockCommand(run *command.Run) *cobra.Command {
	c := &cobra.Command{
		Use:  "force-unlock [flags] ID",
		Args: command.Arguments(1, 1),
		Long: `Takes the lock of the state away from whoever holds it; the ID stands in the message
about the lock. Only do this when nothing is being applied: a run whose lock is
taken stops before its next request, but what it has sent may still arrive. What is
in doubt stays so for some minutes: "livery apply" after them settles it, and
"livery apply -reapply" sends everything again.`,
		Example: "livery force-unlock 3f0c9e0e-9d7c-4a0a-8a52-7a5f0c0f3d11",
	}
	force := c.Flags().Bool("force", false, "Do not ask.")
	c.RunE = func(c *cobra.Command, args []string) error {
		approve := run.Person().Approval("Do you really want to force-unlock?", "livery will take the lock away. A run that still uses the state will fail.", "-force")
		if *force {
			approve = nil
		}
		marked, err := run.Workspace(command.Inputs{}).State().Unlock(c.Context(), args[0], approve)
		if errors.Is(err, workspace.ErrDeclined) {
			report.WriteDeclined(run.Stdout, "force-unlock cancelled.")
			return command.ExitError
		}
		if err == nil {
			report.WriteUnlocked(run.Stdout, marked)
		}
		return err
	}
	return c
}
