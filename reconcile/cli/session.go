package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"livery/reconcile/liveness"
	"livery/reconcile/report"
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

// definitions are the sessions of a stack, as recorded and as declared.
type definitions struct {
	stack    *stack.Stack
	snapshot *state.Snapshot
	acc      account
	declared bool // use what is declared instead of what is recorded
}

// definitions reads what is known of sessions. Faults elsewhere in the
// configuration do not stand in the way of what is recorded.
func (a *app) definitions(ctx context.Context, in inputs, declared bool, need stack.Need) (*definitions, error) {
	if declared {
		need = max(need, stack.NeedDocuments) // or what depends on a variable would be missing without a word
	}
	stack, diags, err := a.load(".", in, need)
	if err != nil {
		return nil, err
	}
	if declared && diags.HasErrors() {
		a.show(diags, stack.Sources)
		return nil, exit(exitError)
	}
	blob, err := a.blob(stack.Backend)
	if err != nil {
		return nil, err
	}
	snapshot, err := state.Read(ctx, blob)
	if err != nil {
		return nil, err
	}
	acc, err := a.account(stack.Account)
	if err != nil {
		return nil, err
	}
	return &definitions{stack: stack, snapshot: snapshot, acc: acc, declared: declared}, nil
}

// find gives the definition to use.
func (d *definitions) find(name string) (schema.Session, error) {
	var names []string
	for _, s := range d.stack.Sessions {
		if d.declared && s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	if d.declared {
		return schema.Session{}, unknownSession(name, "declared", names)
	}
	if record := d.snapshot.Sessions[name]; record != nil {
		return record.Definition, nil
	}
	if slices.Contains(names, name) {
		return schema.Session{}, fail("Session not recorded", "The session %q is declared but not recorded yet: run \"livery apply\" first, or use -config to take it from the files.", name)
	}
	return schema.Session{}, unknownSession(name, "recorded", sortedKeys(d.snapshot.Sessions))
}

func unknownSession(name, how string, names []string) error {
	detail := fmt.Sprintf("No session %q is %s.", name, how)
	if near := schema.Nearest(name, names); near != "" {
		detail += fmt.Sprintf(" Did you mean %q?", near)
	} else if len(names) > 0 {
		detail += fmt.Sprintf(" There are %s.", strings.Join(names, ", "))
	}
	return fail("Unknown session", "%s \"livery session list\" shows all.", detail)
}

// client opens the way to the service. What is recorded for one account is not
// used with another.
func (d *definitions) client(a *app) (*liveness.Client, error) {
	if !d.declared {
		if err := d.snapshot.CheckAccount(d.acc.recorded()); err != nil {
			return nil, err
		}
	}
	return a.client(d.acc, 1)
}

// reach gives the definition of a session and the way to the service.
func (a *app) reach(ctx context.Context, ch *chosen, name string) (schema.Session, *liveness.Client, error) {
	d, err := a.definitions(ctx, ch.inputs, ch.config, stack.NeedAccount)
	if err != nil {
		return schema.Session{}, nil, err
	}
	s, err := d.find(name)
	if err != nil {
		return schema.Session{}, nil, err
	}
	client, err := d.client(a)
	return s, client, err
}

// sessionRow is a session as list shows it.
type sessionRow struct {
	Name   string `json:"name"`
	API    string `json:"api"`
	Status string `json:"status"`
}

func (d *definitions) rows() []sessionRow {
	rows := make(map[string]sessionRow)
	for name, record := range d.snapshot.Sessions {
		rows[name] = sessionRow{name, string(record.Definition.API), "recorded, not declared any more"}
	}
	for _, s := range d.stack.Sessions {
		status := "recorded"
		switch record := d.snapshot.Sessions[s.Name]; {
		case record == nil:
			status = "declared, not recorded yet"
		case !record.Definition.Equal(s):
			status = "recorded, declared differently"
		}
		rows[s.Name] = sessionRow{s.Name, string(s.API), status}
	}
	list := make([]sessionRow, 0, len(rows))
	for _, name := range sortedKeys(rows) {
		list = append(list, rows[name])
	}
	return list
}

func (a *app) sessionList() *cobra.Command {
	var in inputs
	c := &cobra.Command{
		Use: "list [flags]", Short: "List declared and recorded sessions", Args: arguments(0, 0),
		Long: `Lists the sessions that are declared or recorded, and whether the two agree.`, Example: "livery session list",
	}
	c.Flags().BoolVar(&a.json, "json", false, "Print one JSON object.")
	in.flags(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		d, err := a.definitions(c.Context(), in, false, stack.NeedNothing)
		if err != nil {
			return err
		}
		rows := d.rows()
		if a.json {
			return a.printJSON(map[string]any{"format_version": "1.0", "sessions": rows})
		}
		if len(rows) == 0 {
			a.print("No session is declared or recorded. \"livery schema session\" shows what a session block takes.\n")
		}
		for _, r := range rows {
			a.print("%-20s %-12s %s\n", r.Name, r.API, r.Status)
		}
		return nil
	}
	return c
}

// finishing is a context for calls whose answer matters even after the first
// signal, which ends ctx: given up, nobody would know what came of them. The
// second signal ends it too.
func (a *app) finishing(ctx context.Context) (context.Context, func()) {
	unhurried, _, quiet := a.interruptible(context.WithoutCancel(ctx))
	return unhurried, quiet
}

func (a *app) printJSON(v any) error {
	enc := json.NewEncoder(a.Stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// chosen are the flags that say which definition is meant.
type chosen struct {
	inputs
	config bool
	locale string
}

func (ch *chosen) flags(c *cobra.Command, locale bool) {
	c.Flags().BoolVar(&ch.config, "config", false, "Use the files instead of what is recorded.")
	if locale {
		c.Flags().StringVar(&ch.locale, "locale", "", "Ask for this `language`, and use the session's block for it.")
	}
	ch.inputs.flags(c)
}

// parsed is the locale that was asked for; "" for none.
func (ch *chosen) parsed() (schema.Locale, error) {
	if ch.locale == "" {
		return "", nil
	}
	loc, ok := schema.ParseLocale(ch.locale)
	if !ok {
		detail := fmt.Sprintf("%q is not one of the service's locale values.", ch.locale)
		if near := schema.NearestLocale(ch.locale); near != "" {
			detail += fmt.Sprintf(" Did you mean %q?", near)
		}
		return "", fail("Unknown locale", "%s \"livery schema locale\" lists them.", detail)
	}
	return loc, nil
}

// requestJSON is the request that would open a session.
type requestJSON struct {
	Locale   string          `json:"locale"` // "" for no locale in particular
	Method   string          `json:"method"`
	URL      string          `json:"url"`
	Body     json.RawMessage `json:"body"`
	Language string          `json:"page_language,omitempty"` // appended to the page's URL
}

// standIns mark in a request what belongs to one session.
var standIns = liveness.Visitor{UserID: "{user_id}", BizID: "{biz_id}"}

// requests are the requests of a session: for no locale in particular, then for
// each locale that has a block of its own; or for one locale alone.
func requests(s schema.Session, only schema.Locale, baseURL string) ([]requestJSON, error) {
	locales := append([]schema.Locale{""}, s.Locales()...)
	if only != "" {
		locales = []schema.Locale{only}
	}
	list := make([]requestJSON, 0, len(locales))
	for _, loc := range locales {
		r, err := liveness.NewOpenRequest(s, loc, standIns)
		if err != nil {
			return nil, fail("Incomplete session", "%v.", err)
		}
		list = append(list, requestJSON{string(loc), r.Method, baseURL + r.Path, r.Body, r.Language})
	}
	return list, nil
}

// publicBase is the address that requests are shown with.
func (acc account) publicBase() string {
	if acc.baseURL == stack.Simulator {
		return "http://127.0.0.1:8585"
	}
	return acc.baseURL
}

func (a *app) sessionShow() *cobra.Command {
	var ch chosen
	c := &cobra.Command{
		Use: "show [flags] NAME", Short: "Show the request that opens a session", Args: arguments(1, 1),
		Long: `Shows the exact requests that would open the session: in no language in particular
and in each that has a block of its own. {user_id} and {biz_id} stand for what
belongs to one session.`,
		Example: "livery session show onboarding\nlivery session show onboarding -locale=th -json",
	}
	c.Flags().BoolVar(&a.json, "json", false, "Print one JSON object.")
	ch.flags(c, true)
	c.RunE = func(c *cobra.Command, args []string) error {
		loc, err := ch.parsed()
		if err != nil {
			return err
		}
		d, err := a.definitions(c.Context(), ch.inputs, ch.config, stack.NeedNothing)
		if err != nil {
			return err
		}
		s, err := d.find(args[0])
		if err != nil {
			return err
		}
		list, err := requests(s, loc, d.acc.publicBase())
		if err != nil {
			return err
		}
		if a.json {
			return a.printJSON(map[string]any{"format_version": "1.0", "name": s.Name, "api": s.API, "requests": list})
		}
		for i, r := range list {
			if i > 0 {
				a.print("\n")
			}
			a.printRequest(s, r)
		}
		return nil
	}
	return c
}

func (a *app) printRequest(s schema.Session, r requestJSON) {
	title := fmt.Sprintf("# session.%s", s.Name)
	if r.Locale != "" {
		title += " in " + r.Locale
	}
	a.print("%s\n%s %s\n", a.style(a.Stdout).Bold(title), r.Method, r.URL)
	if err := report.WriteIndented(a.Stdout, r.Body); err != nil {
		a.debug("the request cannot be written", "error", err.Error())
	}
	if r.Language != "" {
		a.print("# the page's URL gets language=%s\n", r.Language)
	}
}
