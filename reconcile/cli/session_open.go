package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"livery/reconcile/liveness"
	"livery/reconcile/report"
	"livery/reconcile/session"
	"livery/schema/stack"
)

func sessionOpen(a *app) *cobra.Command {
	var f sessionFlags
	var visitor liveness.Visitor
	c := &cobra.Command{
		Use: "open [flags] NAME", Short: "Open a session", Args: arguments(1, 1),
		Long: `Opens a session with the recorded definition and prints the page's URL, or the
licence of an SDK session, and when it ends; on a terminal also a QR code to open
the page on a phone. Without -biz-id and -user-id, which Generate URL demands, made
up ones are sent and printed. An SDK licence may be billed, and is not asked for
again when no answer comes. A page lives for an hour.`,
		Example: "livery session open onboarding -locale=th\nlivery session open login -json | jq -r .url",
	}
	a.jsonFlag(c)
	c.Flags().StringVar(&visitor.UserID, "user-id", "", "Your `id` of the user.")
	c.Flags().StringVar(&visitor.BizID, "biz-id", "", "Your `id` of the business transaction.")
	qr := c.Flags().Bool("qr", false, "Print the QR code also where the output is no terminal.")
	f.localeFlag(c)
	f.flags(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		return openSession(a, c.Context(), args[0], &f, visitor, *qr)
	}
	return c
}

func openSession(a *app, ctx context.Context, name string, f *sessionFlags, visitor liveness.Visitor, qr bool) error {
	locale, err := f.parseLocale()
	if err != nil {
		return err
	}
	all, err := readSessions(a, ctx, f, stack.NeedAccount)
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
	callCtx, _, release := a.interruptible(ctx)
	defer release()
	opened, err := opening.Open(callCtx, client)
	if err != nil {
		return err
	}
	switch {
	case a.view.JSON:
		err = report.WriteOpenedJSON(a.Stdout, opened)
	case all.account.BaseURL == stack.Simulator && opened.URL != "": // no phone can open it, so there is no code
		err = errors.Join(report.WriteOpened(a.Stdout, opened, qr, a.style(a.Stdout)), report.WriteUnserved(a.Stdout, string(a.dir)))
	default:
		err = report.WriteOpened(a.Stdout, opened, qr || a.person().Reads(), a.style(a.Stdout))
	}
	return errors.Join(err, exitIfInterrupted(ctx))
}

// exitIfInterrupted is exit code 1 for a run that a signal has found at work.
func exitIfInterrupted(ctx context.Context) error {
	if ctx.Err() != nil {
		return exit(exitError)
	}
	return nil
}
