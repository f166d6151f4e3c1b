package cli

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"livery/reconcile"
	"livery/reconcile/liveness"
	"livery/reconcile/report"
	"livery/schema"
	"livery/schema/stack"
)

// openedJSON is an opened session as programs read it.
type openedJSON struct {
	SignatureID   string `json:"signature_id,omitempty"`
	URL           string `json:"url,omitempty"`
	License       string `json:"license,omitempty"`
	ExpiresAt     string `json:"expires_at,omitempty"`
	TransactionID string `json:"transaction_id"`
	BizID         string `json:"biz_id,omitempty"`
	UserID        string `json:"user_id,omitempty"`
	Billed        bool   `json:"billed"`
	// What was asked for in vain: with -json everything is in one object.
	Warnings []string `json:"warnings,omitempty"`
}

func (a *app) sessionOpen() *cobra.Command {
	var ch chosen
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
	f := c.Flags()
	f.BoolVar(&a.json, "json", false, "Print one JSON object.")
	f.StringVar(&visitor.UserID, "user-id", "", "Your `id` of the user.")
	f.StringVar(&visitor.BizID, "biz-id", "", "Your `id` of the business transaction.")
	qr := f.Bool("qr", false, "Print the QR code also where the output is no terminal.")
	ch.flags(c, true)
	c.RunE = func(c *cobra.Command, args []string) error {
		return a.openSession(c.Context(), args[0], &ch, visitor, *qr)
	}
	return c
}

func (a *app) openSession(ctx context.Context, name string, ch *chosen, visitor liveness.Visitor, qr bool) error {
	loc, err := ch.parsed()
	if err != nil {
		return err
	}
	d, err := a.definitions(ctx, ch.inputs, ch.config, stack.NeedAccount)
	if err != nil {
		return err
	}
	s, err := d.find(name)
	if err != nil {
		return err
	}
	if s.API == schema.H5URL {
		makeUp(&visitor)
	}
	request, err := liveness.NewOpenRequest(s, loc, visitor)
	if err != nil {
		return fail("Incomplete session", "%v.", err)
	}
	client, err := d.client(a)
	if err != nil {
		return err
	}
	unhurried, quiet := a.finishing(ctx)
	defer quiet()
	opened, err := client.Open(unhurried, request)
	if err != nil {
		return refusedCall(openHeadline(err), err)
	}
	if err := a.writeOpened(opened, request, visitor, qr); err != nil {
		return err
	}
	return interruption(ctx)
}

// openHeadline claims no more than is known.
func openHeadline(err error) string {
	if _, doubtful := errors.AsType[*reconcile.InDoubt](err); doubtful {
		return "The session may be opened or not"
	}
	return "The session was not opened"
}

// interruption is exit code 1 for a run that a signal has found at work.
func interruption(ctx context.Context) error {
	if ctx.Err() != nil {
		return exit(exitError)
	}
	return nil
}

// makeUp fills in what Generate URL demands of every session.
func makeUp(v *liveness.Visitor) {
	var random [6]byte
	_, _ = rand.Read(random[:]) // never fails
	if v.BizID == "" {
		v.BizID = "livery-" + hex.EncodeToString(random[:])
	}
	if v.UserID == "" {
		v.UserID = "livery-" + hex.EncodeToString(random[:3])
	}
}

// refusedCall gives the service's refusal its own headline and hint.
func refusedCall(summary string, err error) error {
	var refusal *reconcile.Refusal
	if !errors.As(err, &refusal) {
		return fail(summary, "%v.", err)
	}
	detail := strings.TrimSuffix(refusal.Error(), ".") + "."
	if refusal.Hint != "" {
		detail += " " + refusal.Hint
	}
	if refusal.TransactionID != "" {
		detail += " (transaction " + refusal.TransactionID + ")"
	}
	return fail(summary, "%s", detail)
}

func (a *app) writeOpened(o liveness.Opened, r liveness.OpenRequest, v liveness.Visitor, qr bool) error {
	out := openedJSON{
		SignatureID: o.SignatureID, URL: o.URL, License: string(o.License), TransactionID: o.TransactionID,
		BizID: sent(r, "-biz-id", v.BizID), UserID: sent(r, "-user-id", v.UserID), Billed: o.Billed,
	}
	if !o.ExpiresAt.IsZero() {
		out.ExpiresAt = o.ExpiresAt.UTC().Format(time.RFC3339)
	}
	if len(r.Unused) > 0 {
		out.Warnings = []string{fmt.Sprintf("Sessions of %s take no %s.", r.API, strings.Join(r.Unused, " and no "))}
	}
	if a.json {
		return a.printJSON(out)
	}
	for _, text := range out.Warnings {
		a.show(hcl.Diagnostics{{Severity: hcl.DiagWarning, Summary: "Flag without effect", Detail: text}}, nil)
	}
	rows := [][2]string{
		{"id", out.SignatureID}, {"url", out.URL}, {"licence", out.License}, {"expires", out.ExpiresAt},
		{"biz id", out.BizID}, {"user id", out.UserID}, {"transaction", out.TransactionID},
	}
	for _, row := range rows {
		if row[1] != "" {
			a.print("%-12s %s\n", row[0], row[1])
		}
	}
	if o.Billed {
		a.show(hcl.Diagnostics{{Severity: hcl.DiagWarning, Summary: "This call was billed", Detail: "The service marks it as PAY."}}, nil)
	}
	if o.URL != "" && (qr || a.terminalOut()) {
		a.print("\n")
		return report.WriteQR(a.Stdout, o.URL, a.style(a.Stdout))
	}
	return nil
}

// sent is the value of a flag, unless the API has no use for it.
func sent(r liveness.OpenRequest, flag, value string) string {
	if slices.Contains(r.Unused, flag) {
		return ""
	}
	return value
}
