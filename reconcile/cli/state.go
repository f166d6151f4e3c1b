package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"livery/reconcile/report"
	"livery/reconcile/state"
	"livery/schema"
	"livery/schema/stack"
)

// kept finds where the stack in this directory keeps its state. Faults in the
// configuration do not stand in the way of looking at it.
func (a *app) kept() (state.Blob, error) {
	stack, _, err := a.load(".", inputs{}, stack.NeedNothing)
	if err != nil {
		return nil, err
	}
	return a.blob(stack.Backend)
}

func (a *app) readState(ctx context.Context) (*state.Snapshot, error) {
	blob, err := a.kept()
	if err != nil {
		return nil, err
	}
	return state.Read(ctx, blob)
}

func (a *app) showCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "show [flags] [PLANFILE]",
		Args:    arguments(0, 1),
		Long:    `Shows a saved plan or, without PLANFILE, the state.`,
		Example: "livery show tonight.plan\nlivery show -json tonight.plan | jq .summary",
	}
	c.Flags().BoolVar(&a.json, "json", false, "Print one JSON object.")
	requests := c.Flags().Bool("show-requests", false, "Also show the bodies that a plan would send.")
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			snapshot, err := a.readState(c.Context())
			if err != nil {
				return err
			}
			if a.json {
				_, err := a.Stdout.Write(snapshot.Encode())
				return err
			}
			return report.WriteState(a.Stdout, snapshot, a.style(a.Stdout))
		}
		plan, err := loadPlan(args[0])
		if err != nil {
			return err
		}
		if a.json {
			return report.WritePlanJSON(a.Stdout, plan)
		}
		return report.WritePlan(a.Stdout, plan, report.PlanText{Style: a.style(a.Stdout), Now: a.Now(), Requests: *requests})
	}
	return c
}

func (a *app) stateCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "state list|show|rm|pull|push",
		Long:    `Looks at the state and moves it. The state is what the service last confirmed.`,
		Example: "livery state list\nlivery state show locale.en_US",
		Args:    cobra.ArbitraryArgs,
	}
	subs := []*cobra.Command{a.stateList(), a.stateShow(), a.stateRemove(), a.statePull(), a.statePush()}
	c.RunE = func(_ *cobra.Command, args []string) error { return a.subcommand(c, subs, args) }
	c.AddCommand(subs...)
	return c
}

func (a *app) stateList() *cobra.Command {
	return &cobra.Command{
		Use: "list [ADDR...]", Short: "List the addresses in the state", Args: arguments(0, -1),
		Long: `Lists the addresses in the state; with ADDR only those.`, Example: "livery state list",
		RunE: func(c *cobra.Command, args []string) error {
			snapshot, err := a.readState(c.Context())
			if err != nil {
				return err
			}
			wanted := snapshot.Addresses()
			if len(args) > 0 {
				wanted = wanted[:0:0]
			}
			for _, arg := range args {
				address, err := recorded(snapshot, arg)
				if err != nil {
					return err
				}
				wanted = append(wanted, address)
			}
			for _, address := range wanted {
				a.print("%s\n", address)
			}
			return nil
		},
	}
}

// recorded parses an address that must be in the state.
func recorded(s *state.Snapshot, text string) (schema.Address, error) {
	address, err := schema.ParseAddress(text)
	if err != nil {
		return address, fail("Invalid address", "%v.", err)
	}
	if slices.Contains(s.Addresses(), address) {
		return address, nil
	}
	names := make([]string, 0, len(s.Addresses()))
	for _, known := range s.Addresses() {
		names = append(names, known.String())
	}
	detail := fmt.Sprintf("%s is not in the state.", address)
	if near := schema.Nearest(address.String(), names); near != "" {
		detail += fmt.Sprintf(" Did you mean %s?", near)
	}
	return address, fail("No such address", "%s \"livery state list\" shows what is.", detail)
}

func (a *app) stateShow() *cobra.Command {
	return &cobra.Command{
		Use: "show ADDR", Short: "Show one address", Args: arguments(1, 1),
		Long: `Shows what the state holds of one address.`, Example: "livery state show locale.en_US",
		RunE: func(c *cobra.Command, args []string) error {
			snapshot, err := a.readState(c.Context())
			if err != nil {
				return err
			}
			address, err := recorded(snapshot, args[0])
			if err != nil {
				return err
			}
			return report.WriteRecord(a.Stdout, snapshot, address, a.style(a.Stdout))
		},
	}
}

// stateLock are the flags of commands that write the state.
type stateLock struct{ planning }

func (l *stateLock) flags(c *cobra.Command) {
	c.Flags().BoolVar(&l.lock, "lock", true, "Lock the state meanwhile.")
	c.Flags().DurationVar(&l.lockTimeout, "lock-timeout", 0, "Wait for the lock this long, such as 10s.")
}

func (a *app) stateRemove() *cobra.Command {
	var lock stateLock
	c := &cobra.Command{
		Use: "rm [flags] ADDR...", Short: "Forget addresses", Args: arguments(1, -1),
		Long: `Forgets addresses without touching the live page. The next apply creates what is
still declared anew. The state before is kept: "livery history" lists it.`,
		Example: "livery state rm locale.th_TH",
	}
	dry := c.Flags().Bool("dry-run", false, "Only say what would be removed.")
	lock.flags(c)
	c.RunE = func(c *cobra.Command, args []string) (err error) {
		ctx := c.Context()
		stack, _, err := a.load(".", inputs{}, stack.NeedNothing)
		if err != nil {
			return err
		}
		ledger, err := a.openState(ctx, stack.Backend, &lock.planning, "state rm")
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, ledger.Close(ctx)) }()
		var list []schema.Address
		for _, arg := range args {
			address, err := recorded(ledger.Snapshot(), arg)
			if err != nil {
				return err
			}
			list = append(list, address)
		}
		for _, address := range list {
			if *dry {
				a.print("Would remove %s\n", address)
				continue
			}
			if err := ledger.Forget(ctx, address); err != nil {
				return err
			}
			a.print("Removed %s\n", address)
		}
		if !*dry {
			a.print("Successfully removed %d resource instance(s).\n", len(list))
		}
		return nil
	}
	return c
}

func (a *app) statePull() *cobra.Command {
	return &cobra.Command{
		Use: "pull", Short: "Print the whole state", Args: arguments(0, 0),
		Long: `Prints the state as JSON.`, Example: "livery state pull > copy.json",
		RunE: func(c *cobra.Command, _ []string) error {
			snapshot, err := a.readState(c.Context())
			if err != nil {
				return err
			}
			if snapshot.Lineage == "" {
				return nil // as Terraform does where there is no state
			}
			_, err = a.Stdout.Write(snapshot.Encode())
			return err
		},
	}
}

func (a *app) statePush() *cobra.Command {
	var lock stateLock
	c := &cobra.Command{
		Use: "push [flags] FILE", Short: "Replace the state by a file", Args: arguments(1, 1),
		Long: `Replaces the state by a file, such as errored.livery.state.json. A file of another
lineage or with an older serial is refused. "-" reads standard input.`,
		Example: "livery state push errored.livery.state.json",
	}
	lock.flags(c)
	c.RunE = func(c *cobra.Command, args []string) (err error) {
		ctx := c.Context()
		data, err := a.readArgument(args[0])
		if err != nil {
			return err
		}
		snapshot, err := state.Decode(data)
		if err != nil {
			return fail("Cannot push this file", "%s: %v.", args[0], err)
		}
		stack, _, err := a.load(".", inputs{}, stack.NeedNothing)
		if err != nil {
			return err
		}
		blob, err := a.blobToWrite(stack.Backend)
		if err != nil {
			return err
		}
		opts := a.stateOptions(&lock.planning, "state push")
		opts.Repair = true
		ledger, err := state.Open(ctx, blob, opts)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, ledger.Close(ctx)) }()
		if err := ledger.Replace(ctx, snapshot); err != nil {
			return fail("Cannot push this file", "%v.", err)
		}
		a.print("The state is replaced: serial %d, %d of locales and sessions.\n", ledger.Snapshot().Serial, len(snapshot.Addresses()))
		return nil
	}
	return c
}

func (a *app) readArgument(path string) ([]byte, error) {
	if path == "-" {
		return readAll(a.Stdin)
	}
	data, err := readRegular(path)
	if err != nil {
		return nil, fail("Cannot read a file", "%v.", err)
	}
	return data, nil
}

func (a *app) forceUnlockCommand() *cobra.Command {
	c := &cobra.Command{
		Use:  "force-unlock [flags] ID",
		Args: arguments(1, 1),
		Long: `Takes the lock of the state away from whoever holds it; the ID stands in the message
about the lock. Only do this when nothing is being applied: a run whose lock is
taken stops before its next write.`,
		Example: "livery force-unlock 3f0c9e0e-9d7c-4a0a-8a52-7a5f0c0f3d11",
	}
	force := c.Flags().Bool("force", false, "Do not ask.")
	c.RunE = func(c *cobra.Command, args []string) error {
		blob, err := a.kept()
		if err != nil {
			return err
		}
		if !*force {
			yes, err := a.approve(c.Context(), "Do you really want to force-unlock?", "livery will take the lock away. A run that still uses the state will fail.", "-force")
			if err != nil {
				return err
			}
			if !yes {
				a.print("force-unlock cancelled.\n")
				return exit(exitError)
			}
		}
		if err := blob.Break(c.Context(), args[0]); err != nil {
			return fail("Failed to unlock state", "%v.", err)
		}
		a.print("The state is unlocked. The next command can use it.\n")
		return nil
	}
	return c
}

func writeNew(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}
