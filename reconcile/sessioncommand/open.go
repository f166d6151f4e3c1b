package sessioncommand

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"livery/reconcile/command"
	"livery/reconcile/liveness"
	"livery/reconcile/session"
	"livery/reconcile/sessionreport"
	"livery/schema/stack"
)

func sessionOpen(run *command.Run) *cobra.Command {
	var f sessionFlags
	var visitor liveness.Visitor
	c := &cobra.Command{
		Use: "open [flags] NAME", Short: "Open a session", Args: command.Arguments(1, 1),
		Long: `Opens a session with the recorded definition and prints the page's URL, or the
licence of an SDK session, and when it ends; on a terminal also a QR code to open
the page on a phone. Without -biz-id and -user-id, which Generate URL demands, made
up ones are sent and printed. An SDK licence may be billed, and is not asked for
again when no answer comes. A page lives for an hour.`,
		Example: "livery session open onboarding -locale=th\nlivery session open login -json | jq -r .url",
	}
	run.JSONFlag(c)
	c.Flags().StringVar(&visitor.UserID, "user-id", "", "Your `id` of the user.")
	c.Flags().StringVar(&visitor.BizID, "biz-id", "", "Your `id` of the business transaction.")
	qr := c.Flags().Bool("qr", false, "Print the QR code also where the output is no terminal.")
	f.localeFlag(c)
	f.flags(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		return openSession(run, c.Context(), args[0], &f, visitor, *qr)
	}
	return c
}

func openSession(run *command.Run, ctx context.Context, name string, f *sessionFlags, visitor liveness.Visitor, qr bool) error {
	locale, err := f.parseLocale()
	if err != nil {
		return err
	}
	all, err := readSessions(run, ctx, f, stack.NeedAccount)
	if err != nil {
		return err
	}
	definition, err := all.find(name)
	if err != nil {
		return err
	}
	opening, err := session.NewOpening(definition, locale, visitor)
	if err != nil {
		return err
	}
	client, err := all.client()
	if err != nil {
		return err
	}
	// Given up after the first signal, nobody would know what came of the call.
	callCtx, _, release := run.Interruptible(ctx)
	defer release()
	opened, err := opening.Open(callCtx, client)
	if err != nil {
		return err
	}
	switch {
	case run.View.JSON:
		err = sessionreport.WriteOpenedJSON(run.Stdout, opened)
	case all.account.BaseURL == stack.Simulator && opened.URL != "": // no phone can open it, so there is no code
		err = errors.Join(sessionreport.WriteOpened(run.Stdout, opened, qr, run.Style(run.Stdout)), sessionreport.WriteUnserved(run.Stdout, string(run.Dir)))
	default:
		err = sessionreport.WriteOpened(run.Stdout, opened, qr || run.Person().Reads(), run.Style(run.Stdout))
	}
	return errors.Join(err, exitIfInterrupted(ctx))
}

// exitIfInterrupted is exit code 1 for a run that a signal has found at work.
func exitIfInterrupted(ctx context.Context) error {
	if ctx.Err() != nil {
		return command.ExitError
	}
	return nil
}
