package sessioncommand

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"livery/reconcile/command"
	"livery/reconcile/report"
	"livery/reconcile/session"
	"livery/reconcile/sessionreport"
)

// resultFlags are those of session result.
type resultFlags struct {
	sessionFlags
	imageType string
	out       string
	wait      bool
	timeout   time.Duration
}

func sessionResult(run *command.Run) *cobra.Command {
	var f resultFlags
	c := &cobra.Command{
		Use: "result [flags] NAME ID", Short: "Fetch the outcome of a session", Args: command.Arguments(2, 2),
		Long: `Fetches the outcome of a session. Images and videos are saved to the directory that
-out names, at most 64 MB each, and never printed; without -out they are left where
they are. While there is no outcome the exit code is 1, with -wait only once the
time is up; a failed check, an attack and a user who took too long are outcomes.

Sessions of h5_token always answer with the images themselves. ID is the signature
id that open has printed, for sdk_license the liveness id that your app got from the
SDK; each such answer is billed, so it is not asked for again when none comes.`,
		Example: "livery session result onboarding 3f2a9c4e1b7d5a60 -wait\nlivery session result login 3f2a9c4e1b7d5a60 -out=evidence",
	}
	run.JSONFlag(c)
	c.Flags().StringVar(&f.imageType, "image-type", "", "Ask for images as `type` url or base64; without it as the session declares, else url.")
	c.Flags().StringVar(&f.out, "out", "", "Save images and videos to this `directory`; what is there already is never overwritten.")
	c.Flags().BoolVar(&f.wait, "wait", false, "Ask again until there is an outcome.")
	c.Flags().DurationVar(&f.timeout, "wait-timeout", time.Hour, "Wait at most this long; a session lives for an hour.")
	f.flags(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		if f.imageType != "" && f.imageType != "url" && f.imageType != "base64" {
			return command.Fail("Invalid flag", "-image-type takes url or base64, not %q.", f.imageType)
		}
		if !f.wait {
			f.timeout = 0
		}
		return sessionOutcome(run, c.Context(), args[0], args[1], &f)
	}
	return c
}

func sessionOutcome(run *command.Run, ctx context.Context, name, id string, f *resultFlags) error {
	definition, client, err := definitionAndClient(run, ctx, &f.sessionFlags, name)
	if err != nil {
		return err
	}
	callCtx, stop, release := run.Interruptible(ctx)
	polling := session.Polling{Timeout: f.timeout, Stop: stop, Now: run.Now, Pending: func(waited, pause time.Duration) {
		if !run.View.JSON {
			sessionreport.WritePending(run.Stderr, waited, pause)
		}
	}}
	result, err := polling.Result(callCtx, client, session.NewResultRequest(definition, id, session.ImageForm(f.imageType)))
	release()
	if err != nil {
		return err
	}
	save, err := saveInto(run, f.out)
	// A result may have been billed: a picture that cannot be had must not lose it.
	saved, saveErr := session.Save(ctx, client, result.Media, save)
	err = errors.Join(err, saveErr)
	if writeErr := writeResult(run, session.Result{Result: result, Saved: saved}); writeErr != nil {
		return writeErr
	}
	if err == nil && result.Pending {
		return command.ExitError
	}
	return err
}

func writeResult(run *command.Run, r session.Result) error {
	if run.View.JSON {
		return sessionreport.WriteResultJSON(run.Stdout, r)
	}
	return sessionreport.WriteResult(run.Stdout, r, run.Style(run.Stdout))
}

// saveInto saves files into a directory, which people know by the name dir. Faces
// are nobody else's business: both can be read by their owner only.
func saveInto(run *command.Run, dir string) (session.SaveFile, error) {
	if dir == "" {
		return nil, nil
	}
	at := run.Dir.Path(dir)
	if err := os.MkdirAll(at, 0o700); err != nil {
		return nil, command.Fail("Cannot save the images", "%v.", err)
	}
	return func(write func(io.Writer) (string, error)) (string, error) {
		temp, err := os.CreateTemp(at, ".livery-*")
		if err != nil {
			return "", err
		}
		defer os.Remove(temp.Name()) // nothing is left once it is renamed
		name, err := write(temp)
		if err := errors.Join(err, temp.Close()); err != nil {
			return "", err
		}
		path := filepath.Join(dir, name)
		if _, err := os.Lstat(run.Dir.Path(path)); err == nil {
			return "", fmt.Errorf("%s exists already and is not overwritten: it may be another session's", path)
		}
		return path, os.Rename(temp.Name(), run.Dir.Path(path))
	}, nil
}

func sessionClear(run *command.Run) *cobra.Command {
	var f sessionFlags
	c := &cobra.Command{
		Use: "clear [flags] NAME ID", Short: "Delete the personal data of a session", Args: command.Arguments(2, 2),
		Long: `Deletes the personal data that the service keeps of a session: images, videos, what
the user was. This cannot be undone, so it asks first, and it is never repeated
when no answer comes.`,
		Example: "livery session clear onboarding 3f2a9c4e1b7d5a60",
	}
	approved := c.Flags().Bool("auto-approve", false, "Do not ask.")
	c.Flags().BoolVar(&run.View.JSON, "json", false, "Print one JSON object; needs -auto-approve.")
	f.flags(c)
	f.inputs.InputFlag(run, c)
	c.RunE = func(c *cobra.Command, args []string) error {
		switch {
		case !*approved && run.View.JSON:
			return command.Fail("Auto-approve required", "livery cannot ask for approval when -json is set. Use -auto-approve.")
		case !*approved && !f.inputs.Ask:
			return command.Fail("Approval required", "livery cannot ask for approval when -input=false is set. Use -auto-approve.")
		}
		return clearSession(run, c.Context(), args[0], args[1], &f, *approved)
	}
	return c
}

func clearSession(run *command.Run, ctx context.Context, name, id string, f *sessionFlags, approved bool) error {
	definition, client, err := definitionAndClient(run, ctx, f, name)
	if err != nil {
		return err
	}
	if !approved {
		yes, err := run.Person().Approve(ctx, fmt.Sprintf("Do you really want to delete the personal data of %s?", id), "The service deletes it for good; there is no undo.", "-auto-approve")
		if err != nil {
			return err
		}
		if !yes {
			report.WriteDeclined(run.Stdout, "Nothing was deleted.")
			return command.ExitError
		}
	}
	callCtx, _, release := run.Interruptible(ctx)
	defer release()
	transaction, err := session.Clear(callCtx, client, definition.API, id)
	if err != nil {
		return err
	}
	if run.View.JSON {
		err = sessionreport.WriteClearedJSON(run.Stdout, id, transaction)
	} else {
		err = sessionreport.WriteCleared(run.Stdout, id, transaction)
	}
	return errors.Join(err, exitIfInterrupted(ctx))
}
