package sessioncommand

import (
	"net"

	"github.com/spf13/cobra"

	"livery/reconcile/command"
	"livery/reconcile/localserver"
	"livery/reconcile/session"
	"livery/reconcile/sessionreport"
	"livery/schema/stack"
)

func sessionExport(run *command.Run) *cobra.Command {
	var format, out string
	c := &cobra.Command{
		Use: "export [flags]", Short: "Write the recorded definitions for services", Args: command.Arguments(0, 0),
		Long: `Writes the recorded definitions in a form that services load: the request bodies by
session and locale, with {user_id} and {biz_id} where each session has its own. The
request for no locale in particular is called default. The same state always gives
the same bytes, and the file names the state's serial.

Each form is for somebody else: json for any program, ts for TypeScript, env for a
shell that sources the file, and docker for docker run --env-file, which would take
the quotes of env for a part of the value.`,
		Example: "livery session export -format=ts -out=sessions.ts",
	}
	c.Flags().StringVar(&format, "format", "json", "Write this `format`: json, ts, env (for a shell) or docker (for --env-file).")
	c.Flags().StringVar(&out, "out", "", "Write to this `file` instead of stdout.")
	c.RunE = func(c *cobra.Command, _ []string) error {
		encode, known := map[string]func(*session.Export) ([]byte, error){
			"json": sessionreport.ExportJSON, "ts": sessionreport.ExportTypeScript, "env": sessionreport.ExportEnv, "docker": sessionreport.ExportDocker,
		}[format]
		if !known {
			return command.Fail("Invalid flag", "-format takes json, ts, env or docker, not %q.", format)
		}
		all, err := readSessions(run, c.Context(), &sessionFlags{}, stack.NeedNothing)
		if err != nil {
			return err
		}
		export, err := session.NewExport(all.Recorded)
		if err != nil {
			return err
		}
		text, err := encode(export)
		if err != nil {
			return err
		}
		if out == "" {
			_, err := run.Stdout.Write(text)
			return err
		}
		if err := run.Reads.WriteFile(all.workspace.Dir, out, text, 0o644); err != nil {
			return command.Fail("Cannot write the export", "%v.", err)
		}
		sessionreport.WriteExported(run.Stdout, out, export)
		return nil
	}
	return c
}

func sessionListen(run *command.Run) *cobra.Command {
	c := &cobra.Command{
		Use: "listen [flags]", Short: "Receive notifications of completed sessions", Args: command.Arguments(0, 0),
		Long: `Receives what the service posts to the callback_url of h5_url sessions and prints one
line of JSON for each. It takes any path, answers 200 to notifications, and refuses
bodies over 64 KB and other methods. For trying an integration: the service must be
able to reach this machine.`,
		Example: "livery session listen -listen=127.0.0.1:8587",
	}
	listen := c.Flags().String("listen", "127.0.0.1:8587", "Listen on this `address`.")
	c.RunE = func(c *cobra.Command, _ []string) error {
		listener, err := net.Listen("tcp", *listen)
		if err != nil {
			return command.Fail("Cannot listen", "%v. Choose another address with -listen.", err)
		}
		sessionreport.WriteListening(run.Stderr, listener.Addr().String())
		handler := session.NotificationHandler(run.Now, func(n session.Notification) {
			if err := sessionreport.WriteNotification(run.Stdout, n); err != nil {
				run.Debug("a notification cannot be written", "error", err.Error())
			}
		})
		return command.Serve(c.Context(), listener, localserver.Server{Handler: handler, Audience: localserver.Programs})
	}
	return c
}
