package cli

import (
	"errors"

	"github.com/spf13/cobra"

	"livery/reconcile/report"
	"livery/reconcile/workspace"
	"livery/schema"
)

func stateCommand(a *app) *cobra.Command {
	return group(a, &cobra.Command{
		Use:     "state list|show|rm|pull|push",
		Long:    `Looks at the state and moves it. The state is what the service last confirmed.`,
		Example: "livery state list\nlivery state show locale.en_US",
	}, stateList(a), stateShow(a), stateRemove(a), statePull(a), statePush(a))
}

func stateList(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "list [ADDR...]", Short: "List the addresses in the state", Args: arguments(0, -1),
		Long: `Lists the addresses in the state; with ADDR only those.`, Example: "livery state list",
		RunE: func(c *cobra.Command, args []string) error {
			snapshot, err := a.workspace(inputs{}).State().Snapshot(c.Context())
			if err != nil {
				return err
			}
			list := snapshot.Addresses()
			if len(args) > 0 {
				if list, err = workspace.FindAddresses(snapshot, args); err != nil {
					return err
				}
			}
			report.WriteAddresses(a.Stdout, list)
			return nil
		},
	}
}

func stateShow(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "show ADDR", Short: "Show one address", Args: arguments(1, 1),
		Long: `Shows what the state holds of one address.`, Example: "livery state show locale.en_US",
		RunE: func(c *cobra.Command, args []string) error {
			snapshot, err := a.workspace(inputs{}).State().Snapshot(c.Context())
			if err != nil {
				return err
			}
			list, err := workspace.FindAddresses(snapshot, args)
			if err != nil {
				return err
			}
			return report.WriteRecord(a.Stdout, snapshot, list[0], a.style(a.Stdout))
		},
	}
}

func stateRemove(a *app) *cobra.Command {
	var lock workspace.Locking
	c := &cobra.Command{
		Use: "rm [flags] ADDR...", Short: "Forget addresses", Args: arguments(1, -1),
		Long: `Forgets addresses without touching the live page. The next apply creates what is
still declared anew. The state before is kept: "livery history" lists it.`,
		Example: "livery state rm locale.th_TH",
	}
	dry := c.Flags().Bool("dry-run", false, "Only say what would be removed.")
	lockFlags(c, &lock)
	c.RunE = func(c *cobra.Command, args []string) error {
		w := a.workspace(inputs{})
		if *dry {
			snapshot, err := w.State().Snapshot(c.Context())
			if err != nil {
				return err
			}
			list, err := workspace.FindAddresses(snapshot, args)
			if err != nil {
				return err
			}
			report.WriteForgettable(a.Stdout, list)
			return nil
		}
		n := 0
		err := w.State().Forget(c.Context(), args, lock, func(address schema.Address) { n++; report.WriteForgotten(a.Stdout, address) })
		if err == nil {
			report.WriteForgottenCount(a.Stdout, n)
		}
		return err
	}
	return c
}

func statePull(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "pull", Short: "Print the whole state", Args: arguments(0, 0),
		Long: `Prints the state as JSON.`, Example: "livery state pull > copy.json",
		RunE: func(c *cobra.Command, _ []string) error {
			snapshot, err := a.workspace(inputs{}).State().Snapshot(c.Context())
			if err != nil || snapshot.Lineage == "" { // nothing, as Terraform does where there is no state
				return err
			}
			return report.WriteStateJSON(a.Stdout, snapshot)
		},
	}
}

func statePush(a *app) *cobra.Command {
	var lock workspace.Locking
	c := &cobra.Command{
		Use: "push [flags] FILE", Short: "Replace the state by a file", Args: arguments(1, 1),
		Long: `Replaces the state by a file, such as errored.livery.state.json. A file of another
lineage or with an older serial is refused. "-" reads standard input.`,
		Example: "livery state push errored.livery.state.json",
	}
	lockFlags(c, &lock)
	c.RunE = func(c *cobra.Command, args []string) error {
		w := a.workspace(inputs{})
		data, err := readArgument(a, args[0])
		if err != nil {
			return err
		}
		snapshot, err := w.State().Push(c.Context(), args[0], data, lock)
		if err != nil {
			return err
		}
		report.WriteReplaced(a.Stdout, snapshot)
		return nil
	}
	return c
}

// readArgument reads the file that an argument names; "-" is standard input.
func readArgument(a *app, name string) ([]byte, error) {
	if name == "-" {
		return a.person().ReadAll()
	}
	data, err := a.dir.ReadFile(name)
	if err != nil {
		return nil, fail("Cannot read a file", "%v.", err)
	}
	return data, nil
}

func forceUnlockCommand(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:  "force-unlock [flags] ID",
		Args: arguments(1, 1),
		Long: `Takes the lock of the state away from whoever holds it; the ID stands in the message
about the lock. Only do this when nothing is being applied: a run whose lock is
taken stops before its next request, but what it has sent may still arrive. What is
in doubt stays so for some minutes: "livery apply" after them settles it, and
"livery apply -reapply" sends everything again.`,
		Example: "livery force-unlock 3f0c9e0e-9d7c-4a0a-8a52-7a5f0c0f3d11",
	}
	force := c.Flags().Bool("force", false, "Do not ask.")
	c.RunE = func(c *cobra.Command, args []string) error {
		approve := a.person().Approval("Do you really want to force-unlock?", "livery will take the lock away. A run that still uses the state will fail.", "-force")
		if *force {
			approve = nil
		}
		marked, err := a.workspace(inputs{}).State().Unlock(c.Context(), args[0], approve)
		if errors.Is(err, workspace.ErrDeclined) {
			report.WriteDeclined(a.Stdout, "force-unlock cancelled.")
			return exit(exitError)
		}
		if err == nil {
			report.WriteUnlocked(a.Stdout, marked)
		}
		return err
	}
	return c
}
