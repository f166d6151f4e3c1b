package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"livery/reconcile"
	"livery/reconcile/liveness"
	"livery/schema"
)

// Polling begins brisk, while somebody may be watching, and slows down.
const (
	firstPoll = 2 * time.Second
	lastPoll  = 30 * time.Second
)

// resultFlags are those of session result.
type resultFlags struct {
	chosen
	imageType string
	out       string
	wait      bool
	deadline  time.Duration
}

func (a *app) sessionResult() *cobra.Command {
	var f resultFlags
	c := &cobra.Command{
		Use: "result [flags] NAME ID", Short: "Fetch the outcome of a session", Args: arguments(2, 2),
		Long: `Fetches the outcome of a session. Images and videos are saved to the directory that
-out names, at most 64 MB each, and never printed; without -out they are left where
they are. While there is no outcome the exit code is 1, with -wait only once the
time is up; a failed check, an attack and a user who took too long are outcomes.

Sessions of h5_token always answer with the images themselves. ID is the signature
id that open has printed, for sdk_license the liveness id that your app got from the
SDK; each such answer is billed, so it is not asked for again when none comes.`,
		Example: "livery session result onboarding 3f2a9c4e1b7d5a60 -wait\nlivery session result login 3f2a9c4e1b7d5a60 -out=evidence",
	}
	c.Flags().BoolVar(&a.json, "json", false, "Print one JSON object.")
	c.Flags().StringVar(&f.imageType, "image-type", "", "Ask for images as `type` url or base64; without it as the session declares, else url.")
	c.Flags().StringVar(&f.out, "out", "", "Save images and videos to this `directory`; what is there already is never overwritten.")
	c.Flags().BoolVar(&f.wait, "wait", false, "Ask again until there is an outcome.")
	c.Flags().DurationVar(&f.deadline, "wait-timeout", time.Hour, "Wait at most this long; a session lives for an hour.")
	f.flags(c, false)
	c.RunE = func(c *cobra.Command, args []string) error {
		if f.imageType != "" && f.imageType != "url" && f.imageType != "base64" {
			return fail("Invalid flag", "-image-type takes url or base64, not %q.", f.imageType)
		}
		return a.result(c.Context(), args[0], args[1], &f)
	}
	return c
}

func (a *app) result(ctx context.Context, name, id string, f *resultFlags) error {
	s, client, err := a.reach(ctx, &f.chosen, name)
	if err != nil {
		return err
	}
	result, err := a.poll(ctx, client, f.request(s, id), f)
	if err != nil {
		return refusedCall("No result", err)
	}
	// A result may have been billed: a picture that cannot be had must not lose it.
	saved, mediaErr := a.saveMedia(ctx, client, result.Media, f.out)
	if err := a.writeResult(result, saved); err != nil {
		return err
	}
	if mediaErr != nil {
		return mediaErr
	}
	if result.Pending {
		return exit(exitError)
	}
	return nil
}

// request asks for the images as the flag says, or else as the session declares.
func (f *resultFlags) request(s schema.Session, id string) liveness.ResultRequest {
	r := liveness.ResultRequest{API: s.API, ID: id, Base64: f.imageType == "base64"}
	switch declared := s.Defaults.At(schema.AttributeNumber("result_type")); {
	case f.imageType == "url":
		r.ResultType = "IMAGE_URL"
	case f.imageType == "" && declared.Declared():
		r.ResultType = declared.Text()
	}
	return r
}

// poll asks until there is an outcome, as long as it may.
func (a *app) poll(ctx context.Context, client *liveness.Client, r liveness.ResultRequest, f *resultFlags) (liveness.Result, error) {
	unhurried, quiet := a.finishing(ctx)
	defer quiet()
	began, pause := a.Now(), firstPoll
	for {
		result, err := client.Result(unhurried, r)
		if err != nil || !result.Pending || !f.wait {
			return result, err
		}
		waited := a.Now().Sub(began)
		if waited+pause > f.deadline {
			return result, nil
		}
		if !a.json {
			fmt.Fprintf(a.Stderr, "No outcome yet (%s); asking again in %s.\n", waited.Round(time.Second), pause)
		}
		select {
		case <-ctx.Done():
			return result, nil // which says that there is none yet
		case <-time.After(pause):
		}
		pause = min(pause*3/2, lastPoll)
	}
}

// savedMedium is an image or video on disk.
type savedMedium struct {
	Name string `json:"name"`
	File string `json:"file,omitempty"`
	Type string `json:"type,omitempty"`
	Size int64  `json:"size,omitempty"`
}

func (a *app) saveMedia(ctx context.Context, client *liveness.Client, media []liveness.Medium, dir string) ([]savedMedium, error) {
	list := make([]savedMedium, 0, len(media))
	if dir == "" {
		for _, m := range media {
			list = append(list, savedMedium{Name: m.Name, Type: m.Type, Size: int64(len(m.Data))})
		}
		return list, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fail("Cannot save the images", "%v.", err)
	}
	var faults []string
	for _, m := range media {
		saved, err := saveMedium(ctx, client, m, dir)
		if err != nil {
			faults = append(faults, err.Error())
			saved = savedMedium{Name: m.Name}
		}
		list = append(list, saved)
	}
	if len(faults) > 0 {
		return list, fail("Cannot save all images", "%s.", strings.Join(faults, ".\n"))
	}
	return list, nil
}

// saveMedium writes one medium whole or not at all. Faces are nobody else's
// business: the file can be read by its owner only.
func saveMedium(ctx context.Context, client *liveness.Client, m liveness.Medium, dir string) (savedMedium, error) {
	temp, err := os.CreateTemp(dir, ".livery-*")
	if err != nil {
		return savedMedium{}, err
	}
	defer os.Remove(temp.Name()) // nothing is left once it is renamed
	kind, size, err := client.Download(ctx, m, io.Writer(temp))
	if closeErr := temp.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return savedMedium{}, err
	}
	path := filepath.Join(dir, m.Name+liveness.Extension(kind))
	if _, err := os.Lstat(path); err == nil {
		return savedMedium{}, fmt.Errorf("%s: %s exists already and is not overwritten: it may be another session's", m.Name, path)
	}
	return savedMedium{m.Name, path, kind, size}, os.Rename(temp.Name(), path)
}

func (a *app) writeResult(r liveness.Result, saved []savedMedium) error {
	if a.json {
		return a.printJSON(map[string]any{
			"outcome": r.Outcome, "pending": r.Pending, "code": r.Code, "message": r.Message, "score": r.Score, "attack_type": r.AttackType,
			"explanation": r.Explain(), "media": saved, "data": r.Data, "transaction_id": r.TransactionID, "billed": r.Billed,
		})
	}
	outcome := r.Outcome
	if r.Pending {
		outcome = "none yet"
	}
	a.print("%-12s %s\n", "outcome", outcome)
	if r.Score != nil {
		a.print("%-12s %g\n", "score", *r.Score)
	}
	if r.Code != "" {
		a.print("%-12s %s %s\n", "code", r.Code, r.Message)
	}
	for _, line := range r.Explain() {
		a.print("%-12s %s\n", "", line)
	}
	for _, m := range saved {
		if m.File == "" {
			a.print("%-12s %s (not saved; -out=DIR saves it)\n", "media", m.Name)
			continue
		}
		a.print("%-12s %s (%s, %d bytes)\n", "saved", m.File, m.Type, m.Size)
	}
	a.print("%-12s %s\n", "transaction", r.TransactionID)
	if r.Billed {
		a.show(hcl.Diagnostics{{Severity: hcl.DiagWarning, Summary: "This call was billed", Detail: "The service marks it as PAY."}}, nil)
	}
	return nil
}

func (a *app) sessionClear() *cobra.Command {
	var ch chosen
	c := &cobra.Command{
		Use: "clear [flags] NAME ID", Short: "Delete the personal data of a session", Args: arguments(2, 2),
		Long: `Deletes the personal data that the service keeps of a session: images, videos, what
the user was. This cannot be undone, so it asks first, and it is never repeated
when no answer comes.`,
		Example: "livery session clear onboarding 3f2a9c4e1b7d5a60",
	}
	approved := c.Flags().Bool("auto-approve", false, "Do not ask.")
	c.Flags().BoolVar(&a.json, "json", false, "Print one JSON object; needs -auto-approve.")
	ch.flags(c, false)
	ch.inputFlag(a, c)
	c.RunE = func(c *cobra.Command, args []string) error {
		switch {
		case !*approved && a.json:
			return fail("Auto-approve required", "livery cannot ask for approval when -json is set. Use -auto-approve.")
		case !*approved && !ch.input:
			return fail("Approval required", "livery cannot ask for approval when -input=false is set. Use -auto-approve.")
		}
		return a.clearSession(c.Context(), args[0], args[1], &ch, *approved)
	}
	return c
}

// clearHeadline claims no more than is known: a deletion without an answer, or
// one at which the service failed, may have happened.
func clearHeadline(err error) string {
	refusal, refused := errors.AsType[*reconcile.Refusal](err)
	_, doubtful := errors.AsType[*reconcile.InDoubt](err)
	if doubtful || refused && refusal.Code == "ERROR" {
		return "The personal data may be deleted or not"
	}
	return "The personal data was not deleted"
}

func (a *app) clearSession(ctx context.Context, name, id string, ch *chosen, approved bool) error {
	s, client, err := a.reach(ctx, ch, name)
	if err != nil {
		return err
	}
	if !approved {
		yes, err := a.approve(ctx, fmt.Sprintf("Do you really want to delete the personal data of %s?", id), "The service deletes it for good; there is no undo.", "-auto-approve")
		if err != nil {
			return err
		}
		if !yes {
			a.print("Nothing was deleted.\n")
			return exit(exitError)
		}
	}
	unhurried, quiet := a.finishing(ctx)
	defer quiet()
	transaction, err := client.Clear(unhurried, s.API, id)
	if err != nil {
		return refusedCall(clearHeadline(err), err)
	}
	if a.json {
		err = a.printJSON(map[string]any{"cleared": id, "transaction_id": transaction})
	} else {
		a.print("The personal data of %s is deleted (transaction %s).\n", id, transaction)
	}
	return errors.Join(err, interruption(ctx))
}
