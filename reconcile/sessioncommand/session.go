package sessioncommand

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"livery/reconcile/command"
	"livery/reconcile/findings"
	"livery/reconcile/liveness"
	"livery/reconcile/session"
	"livery/reconcile/sessionreport"
	"livery/reconcile/workspace"
	"livery/schema"
	"livery/schema/stack"
)

// New is the command with all below it.
func New(run *command.Run) *cobra.Command {
	return command.Group(run, &cobra.Command{
		Use: "session list|show|open|result|clear|export|listen",
		Long: `Opens liveness sessions from the definitions that apply has recorded, and fetches and
clears what they leave behind. Only open, result and clear talk to the API; none of
these commands writes the state.`,
		Example: "livery session open onboarding -locale=th\nlivery session result onboarding 3f2a9c4e1b7d5a60 -wait -out=evidence\nlivery session clear onboarding 3f2a9c4e1b7d5a60",
	}, sessionList(run), sessionShow(run), sessionOpen(run), sessionResult(run), sessionClear(run), sessionExport(run), sessionListen(run))
}

// sessionFlags say which definition of a session is meant.
type sessionFlags struct {
	inputs command.Inputs
	config bool
	locale string
}

func (f *sessionFlags) flags(c *cobra.Command) {
	c.Flags().BoolVar(&f.config, "config", false, "Use the files instead of what is recorded.")
	f.inputs.Flags(c)
}

func (f *sessionFlags) localeFlag(c *cobra.Command) {
	c.Flags().StringVar(&f.locale, "locale", "", "Ask for this `language`, and use the session's block for it.")
}

// parseLocale gives the locale that was asked for; "" for none.
func (f *sessionFlags) parseLocale() (schema.Locale, error) {
	if f.locale == "" {
		return "", nil
	}
	loc, ok := schema.ParseLocale(f.locale)
	if !ok {
		return "", command.Fail("Unknown locale", "%q is not one of the service's locale values.%s \"livery schema locale\" lists them.",
			f.locale, schema.SuggestLocale(f.locale))
	}
	return loc, nil
}

// sessions are the definitions of a stack and the account that they belong to.
type sessions struct {
	session.Definitions
	workspace *workspace.Workspace
	account   workspace.Account
	config    bool                    // use what is declared instead of what is recorded
	invalid   *workspace.InvalidError // what was said of the files
}

// readSessions reads what is known of sessions. Faults elsewhere in the configuration
// do not stand in the way of what is recorded.
func readSessions(run *command.Run, ctx context.Context, f *sessionFlags, need stack.Need) (*sessions, error) {
	if f.config {
		need = max(need, stack.NeedDocuments) // or what depends on a variable would be missing without a word
	}
	w := run.Workspace(f.inputs)
	loaded, diags, err := w.Load(need)
	if err != nil {
		return nil, err
	}
	if f.config && diags.HasErrors() {
		return nil, &workspace.InvalidError{Diagnostics: diags, Sources: loaded.Sources}
	}
	snapshot, err := w.State().SnapshotAt(ctx, loaded.Backend)
	if err != nil {
		return nil, err
	}
	acc, err := w.Account(loaded.Account)
	if err != nil {
		return nil, err
	}
	invalid := &workspace.InvalidError{Diagnostics: diags, Sources: loaded.Sources}
	return &sessions{session.Definitions{Declared: loaded.Sessions, Recorded: snapshot}, w, acc, f.config, invalid}, nil
}

// find gives the definition to use.
func (s *sessions) find(name string) (schema.Session, error) {
	if s.config {
		return s.FindDeclared(name)
	}
	return s.FindRecorded(name)
}

// client opens the way to the service. What is recorded for one account is not
// used with another.
func (s *sessions) client() (*liveness.Client, error) {
	if !s.config {
		if err := s.Recorded.CheckAccount(s.account.Recorded()); err != nil {
			return nil, err
		}
	}
	return s.workspace.Client(s.account, 1)
}

// publicBase is the address that requests are shown with.
func (s *sessions) publicBase() string {
	if s.account.BaseURL == stack.Simulator {
		return "http://127.0.0.1:8585"
	}
	return s.account.BaseURL
}

// definitionAndClient gives the definition of a session and the way to the service.
func definitionAndClient(run *command.Run, ctx context.Context, f *sessionFlags, name string) (schema.Session, *liveness.Client, error) {
	all, err := readSessions(run, ctx, f, stack.NeedAccount)
	if err != nil {
		return schema.Session{}, nil, err
	}
	definition, err := all.find(name)
	if err != nil {
		return schema.Session{}, nil, err
	}
	client, err := all.client()
	return definition, client, err
}

func sessionList(run *command.Run) *cobra.Command {
	var f sessionFlags
	c := &cobra.Command{
		Use: "list [flags]", Short: "List declared and recorded sessions", Args: command.Arguments(0, 0),
		Long: `Lists the sessions that are declared or recorded, and whether the two agree. Where the
files have faults some may be missing: then the exit code is 1.`, Example: "livery session list",
	}
	run.JSONFlag(c)
	f.inputs.Flags(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		all, err := readSessions(run, c.Context(), &f, stack.NeedNothing)
		switch {
		case err != nil:
			return err
		case all.invalid.Diagnostics.HasErrors() && len(all.List()) == 0:
			return all.invalid // which may hide what is declared
		case !all.invalid.Diagnostics.HasErrors():
			return writeSessions(run, all.List(), nil)
		}
		// What is recorded is known all the same; of what is declared some may be missing.
		return errors.Join(writeSessions(run, all.List(), all.invalid), command.ExitError)
	}
	return c
}

// writeSessions lists sessions, and what is wrong with the files that declare them.
func writeSessions(run *command.Run, list []session.Entry, invalid *workspace.InvalidError) error {
	if run.View.JSON {
		var faults []findings.DiagnosticJSON
		if invalid != nil {
			faults = findings.JSON(invalid.Diagnostics, invalid.Sources)
		}
		return sessionreport.WriteSessionsJSON(run.Stdout, list, faults)
	}
	if invalid != nil {
		run.View.Diagnostics(invalid.Diagnostics, invalid.Sources)
	}
	return sessionreport.WriteSessions(run.Stdout, list)
}

func sessionShow(run *command.Run) *cobra.Command {
	var f sessionFlags
	c := &cobra.Command{
		Use: "show [flags] NAME", Short: "Show the request that opens a session", Args: command.Arguments(1, 1),
		Long: `Shows the exact requests that would open the session: in no language in particular
and in each that has a block of its own. {user_id} and {biz_id} stand for what
belongs to one session.`,
		Example: "livery session show onboarding\nlivery session show onboarding -locale=th -json",
	}
	run.JSONFlag(c)
	f.localeFlag(c)
	f.flags(c)
	c.RunE = func(c *cobra.Command, args []string) error { return showSession(run, c.Context(), args[0], &f) }
	return c
}

func showSession(run *command.Run, ctx context.Context, name string, f *sessionFlags) error {
	locale, err := f.parseLocale()
	if err != nil {
		return err
	}
	all, err := readSessions(run, ctx, f, stack.NeedNothing)
	if err != nil {
		return err
	}
	definition, err := all.find(name)
	if err != nil {
		return err
	}
	locales := session.Locales(definition)
	if locale != "" {
		locales = []schema.Locale{locale}
	}
	requests, err := session.Requests(definition, locales...)
	if err != nil {
		return err
	}
	if run.View.JSON {
		return sessionreport.WriteRequestsJSON(run.Stdout, definition, all.publicBase(), requests)
	}
	return sessionreport.WriteRequests(run.Stdout, name, all.publicBase(), requests, run.Style(run.Stdout))
}
