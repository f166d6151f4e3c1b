package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"livery/reconcile/liveness"
	"livery/reconcile/report"
	"livery/reconcile/session"
	"livery/reconcile/state"
	"livery/schema"
	"livery/schema/stack"
)

func (a *app) sessionCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "session list|show|open|result|clear|export|listen",
		Long: `Opens liveness sessions from the definitions that apply has recorded, and fetches and
clears what they leave behind. Only open, result and clear talk to the API; none of
these commands writes the state.`,
		Example: "livery session open onboarding -locale=th\nlivery session result onboarding 3f2a9c4e1b7d5a60 -wait -out=evidence\nlivery session clear onboarding 3f2a9c4e1b7d5a60",
		Args:    cobra.ArbitraryArgs,
	}
	subs := []*cobra.Command{a.sessionList(), a.sessionShow(), a.sessionOpen(), a.sessionResult(), a.sessionClear(), a.sessionExport(), a.sessionListen()}
	c.RunE = func(_ *cobra.Command, args []string) error { return a.subcommand(c, subs, args) }
	c.AddCommand(subs...)
	return c
}

// subcommand is what happens when the second word of a command is missing or
// unknown.
func (a *app) subcommand(c *cobra.Command, subs []*cobra.Command, args []string) error {
	if len(args) == 0 {
		a.commandHelp(c)
		return exit(exitError)
	}
	var names []string
	for _, sub := range subs {
		names = append(names, sub.Name())
	}
	detail := fmt.Sprintf("There is no command \"%s %s\".", c.Name(), args[0])
	if near := schema.Nearest(args[0], names); near != "" {
		detail += fmt.Sprintf(" Did you mean \"%s %s\"?", c.Name(), near)
	}
	return fail("Unknown command", "%s \"livery %s -help\" lists them.", detail, c.Name())
}

// sessionFlags say which definition of a session is meant.
type sessionFlags struct {
	inputs
	config bool
	locale string
}

func (f *sessionFlags) flags(c *cobra.Command) {
	c.Flags().BoolVar(&f.config, "config", false, "Use the files instead of what is recorded.")
	f.inputs.flags(c)
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
		detail := fmt.Sprintf("%q is not one of the service's locale values.", f.locale)
		if near := schema.NearestLocale(f.locale); near != "" {
			detail += fmt.Sprintf(" Did you mean %q?", near)
		}
		return "", fail("Unknown locale", "%s \"livery schema locale\" lists them.", detail)
	}
	return loc, nil
}

// sessions are the definitions of a stack and the account that they belong to.
type sessions struct {
	session.Definitions
	account account
	config  bool // use what is declared instead of what is recorded
}

// sessions reads what is known of sessions. Faults elsewhere in the configuration
// do not stand in the way of what is recorded.
func (a *app) sessions(ctx context.Context, f *sessionFlags, need stack.Need) (*sessions, error) {
	if f.config {
		need = max(need, stack.NeedDocuments) // or what depends on a variable would be missing without a word
	}
	loaded, diags, err := a.load(".", f.inputs, need)
	if err != nil {
		return nil, err
	}
	if f.config && diags.HasErrors() {
		a.show(diags, loaded.Sources)
		return nil, exit(exitError)
	}
	blob, err := a.blob(loaded.Backend)
	if err != nil {
		return nil, err
	}
	snapshot, err := state.Read(ctx, blob)
	if err != nil {
		return nil, err
	}
	acc, err := a.account(loaded.Account)
	if err != nil {
		return nil, err
	}
	return &sessions{session.Definitions{Declared: loaded.Sessions, Recorded: snapshot}, acc, f.config}, nil
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
func (s *sessions) client(a *app) (*liveness.Client, error) {
	if !s.config {
		if err := s.Recorded.CheckAccount(s.account.recorded()); err != nil {
			return nil, err
		}
	}
	return a.client(s.account, 1)
}

// definitionAndClient gives the definition of a session and the way to the service.
func (a *app) definitionAndClient(ctx context.Context, f *sessionFlags, name string) (schema.Session, *liveness.Client, error) {
	all, err := a.sessions(ctx, f, stack.NeedAccount)
	if err != nil {
		return schema.Session{}, nil, err
	}
	definition, err := all.find(name)
	if err != nil {
		return schema.Session{}, nil, err
	}
	client, err := all.client(a)
	return definition, client, err
}

func (a *app) sessionList() *cobra.Command {
	var f sessionFlags
	c := &cobra.Command{
		Use: "list [flags]", Short: "List declared and recorded sessions", Args: arguments(0, 0),
		Long: `Lists the sessions that are declared or recorded, and whether the two agree.`, Example: "livery session list",
	}
	c.Flags().BoolVar(&a.json, "json", false, "Print one JSON object.")
	f.inputs.flags(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		all, err := a.sessions(c.Context(), &f, stack.NeedNothing)
		switch {
		case err != nil:
			return err
		case a.json:
			return report.WriteSessionsJSON(a.Stdout, all.List())
		}
		return report.WriteSessions(a.Stdout, all.List())
	}
	return c
}

func (a *app) sessionShow() *cobra.Command {
	var f sessionFlags
	c := &cobra.Command{
		Use: "show [flags] NAME", Short: "Show the request that opens a session", Args: arguments(1, 1),
		Long: `Shows the exact requests that would open the session: in no language in particular
and in each that has a block of its own. {user_id} and {biz_id} stand for what
belongs to one session.`,
		Example: "livery session show onboarding\nlivery session show onboarding -locale=th -json",
	}
	c.Flags().BoolVar(&a.json, "json", false, "Print one JSON object.")
	f.localeFlag(c)
	f.flags(c)
	c.RunE = func(c *cobra.Command, args []string) error { return a.showSession(c.Context(), args[0], &f) }
	return c
}

func (a *app) showSession(ctx context.Context, name string, f *sessionFlags) error {
	locale, err := f.parseLocale()
	if err != nil {
		return err
	}
	all, err := a.sessions(ctx, f, stack.NeedNothing)
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
	if a.json {
		return report.WriteRequestsJSON(a.Stdout, definition, all.account.publicBase(), requests)
	}
	return report.WriteRequests(a.Stdout, name, all.account.publicBase(), requests, a.style(a.Stdout))
}

// publicBase is the address that requests are shown with.
func (acc account) publicBase() string {
	if acc.baseURL == stack.Simulator {
		return "http://127.0.0.1:8585"
	}
	return acc.baseURL
}
