package cli

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"livery/reconcile/command"
	"livery/reconcile/report"
	"livery/reconcile/scaffold"
	"livery/reconcile/workspace"
	"livery/schema"
	"livery/schema/stack"
)

// initFlags say what init is to do: write a stack, or move a state.
type initFlags struct {
	run                         *command.Run
	inputs                      command.Inputs
	lock                        workspace.Locking
	from                        []string
	migrate, reconfigure, force bool
}

func initCommand(run *command.Run) *cobra.Command {
	f := &initFlags{run: run}
	c := &cobra.Command{
		Use:  "init [flags] [DIR]",
		Args: command.Arguments(0, 1),
		Long: `Writes a small commented stack that plans and applies against the simulator, and a
.gitignore. A file that exists is never overwritten; in a directory that holds a
stack already, init only says so. With -from a body whose values the service would
refuse is written too, with the findings and exit code 1: mend them in the files.

With -migrate-state or -reconfigure it writes no stack: it deals with a state
whose backend block has changed. -migrate-state moves the state to the new place,
with its history, and asks first; the old place is left as it is. -reconfigure
leaves the state behind.`,
		Example: "livery init brand\nlivery init -from=body.json\nlivery init -migrate-state",
		RunE:    f.execute,
	}
	c.Flags().StringArrayVar(&f.from, "from", nil, "Begin with this ConfigureUI `BODY.json`. May be given several times.")
	c.Flags().BoolVar(&f.migrate, "migrate-state", false, "Move the state from where it was kept to where the configuration says now.")
	c.Flags().BoolVar(&f.reconfigure, "reconfigure", false, "Begin with what is where the configuration says now, and leave the old state behind.")
	c.Flags().BoolVar(&f.force, "force-copy", false, "As -migrate-state, and do not ask.")
	c.Flags().BoolVar(&f.lock.Lock, "lock", true, "Move a state without locking either place.")
	c.Flags().DurationVar(&f.lock.Timeout, "lock-timeout", 0, "Wait for the locks this long, such as 10s.")
	f.inputs.InputFlag(run, c)
	return c
}

func (f *initFlags) execute(c *cobra.Command, args []string) error {
	dir := "."
	if len(args) == 1 {
		dir = args[0]
	}
	if !f.migrate && !f.reconfigure && !f.force {
		return f.writeStack(dir)
	}
	switch {
	case f.reconfigure && (f.migrate || f.force):
		return command.Fail("Invalid init options", "The -migrate-state and -reconfigure options are mutually-exclusive.")
	case len(f.from) > 0:
		return command.Fail("Invalid init options", "-from writes a new stack, which has no state to move yet.")
	case dir != ".":
		return command.Fail("Invalid init options", "The state of the stack in the working directory is moved; for another one, use -chdir=%s.", dir)
	case f.migrate && !f.force && !f.inputs.Ask:
		return command.Fail("Approval required", "livery cannot ask whether to move the state when -input=false is set. Use -force-copy.")
	case f.reconfigure:
		name, err := f.run.Workspace(command.Inputs{}).State().Reconfigure()
		if err == nil {
			report.WriteReconfigured(f.run.Stdout, name)
		}
		return err
	}
	return f.moveState(c.Context())
}

func (f *initFlags) moveState(ctx context.Context) error {
	opts := workspace.MigrateOptions{Locking: f.lock, Approve: f.approve}
	if f.force {
		opts.Approve = nil
	}
	m, err := f.run.Workspace(command.Inputs{}).State().Migrate(ctx, opts)
	if errors.Is(err, workspace.ErrDeclined) {
		report.WriteDeclined(f.run.Stdout, "Moving the state cancelled. Nothing was changed.")
		return command.ExitError
	}
	if m != nil {
		f.run.View.Migrated(m)
	}
	return err
}

func (f *initFlags) approve(ctx context.Context, m workspace.Move) (bool, error) {
	question, warning := report.MoveQuestion(m)
	return f.run.Person().Approve(ctx, question, warning, "-force-copy")
}

func (f *initFlags) writeStack(dir string) error {
	opts := scaffold.Options{From: f.from}
	if f.inputs.Ask && f.run.Person().Answers() {
		opts.Ask = f.ask
	}
	done, err := scaffold.Init(f.run.Dir, dir, opts)
	if err == nil && len(f.from) > 0 {
		err = f.judge(dir)
	}
	if done != nil {
		f.run.View.Initialised(done, filepath.Clean(f.run.Dir.Path(dir)), err == nil)
	}
	return err
}

// judge tells what stands between a body and its first plan: what the service refuses
// is kept by the import, so that it is mended where it stands from now on.
func (f *initFlags) judge(dir string) error {
	written, diags, err := f.run.Workspace(f.inputs).Below(dir).Load(stack.NeedDocuments)
	if err == nil && diags.HasErrors() {
		err = &workspace.InvalidError{Diagnostics: diags, Sources: written.Sources}
	}
	return err
}

// ask asks for what a first stack is made of.
func (f *initFlags) ask(language, colour string) (string, string) {
	isLocale := func(s string) bool { _, ok := schema.ParseLocale(s); return ok }
	return f.run.Person().Ask("Which language first?", language, isLocale), f.run.Person().Ask("What is your brand's colour?", colour, isColour)
}

func isColour(s string) bool {
	digits, ok := strings.CutPrefix(s, "#")
	return ok && (len(digits) == 3 || len(digits) == 6) && strings.Trim(strings.ToLower(digits), "0123456789abcdef") == ""
}
