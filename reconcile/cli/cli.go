// Package cli is livery's commands: flags, exit codes and the wiring between the
// other packages.
//
// Everything from outside comes in through Env; nothing here is kept between two
// calls of Main. It does not know how anything is written for people (package
// report) nor what makes a document valid (package schema).
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"livery/reconcile/report"
	"livery/reconcile/session"
	"livery/reconcile/state"
	"livery/schema"
)

// Env is what a run has from outside.
type Env struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(string) string
	Now            func() time.Time
}

// System is the environment of the process.
func System() Env {
	return Env{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv, Now: time.Now}
}

// Exit codes, as Terraform has them.
const (
	exitOK           = 0
	exitError        = 1
	exitChanges      = 2 // plan -detailed-exitcode
	exitUnparsable   = 2 // fmt
	exitUnformatted  = 3 // fmt -check
	defaultStateFile = "livery.state.json"
	erroredStateFile = "errored.livery.state.json"
	dataDirectory    = ".livery"
)

// exit ends a run with a code. What there was to say has been said.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// failure is an error with its own headline, for everything that is no fault of
// a file.
type failure struct {
	summary string
	detail  string
}

func (f *failure) Error() string {
	if f.detail == "" {
		return f.summary
	}
	return f.summary + ": " + f.detail
}

func fail(summary, format string, args ...any) error {
	return &failure{summary, fmt.Sprintf(format, args...)}
}

// app is one run of livery.
type app struct {
	Env
	noColor bool
	json    bool // the command was asked for JSON: everything goes to stdout
	stream  *report.Stream
	log     *slog.Logger
	logFile io.Closer
	atExit  []func()
}

// Main runs livery with the arguments after the program's name and returns the
// exit code.
func Main(args []string, env Env) int {
	a := &app{Env: env}
	defer a.closeLog()
	err := a.run(args)
	for _, finish := range a.atExit {
		finish()
	}
	var code exit
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &code):
		return int(code)
	}
	a.reportError(err)
	return exitError
}

func (a *app) run(args []string) error {
	args, err := a.globals(args)
	if err != nil {
		return err
	}
	if err := a.openLog(); err != nil {
		return err
	}
	name, rest, err := a.commandLine(args)
	if err != nil {
		return err
	}
	a.debug("livery starts", "version", version(), "command", name)
	command, err := a.find(name)
	if err != nil {
		return err
	}
	command.SetArgs(rest)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return command.ExecuteContext(ctx)
}

// globals reads what stands before the command.
func (a *app) globals(args []string) ([]string, error) {
	for len(args) > 0 {
		arg := args[0]
		switch {
		case strings.HasPrefix(arg, "-chdir=") || strings.HasPrefix(arg, "--chdir="):
			_, dir, _ := strings.Cut(arg, "=")
			if err := os.Chdir(dir); err != nil {
				return nil, fail("Error handling -chdir option", "%v.", err)
			}
		case arg == "-chdir" || arg == "--chdir":
			return nil, fail("Invalid -chdir option", "Write it with an equals sign, as in -chdir=examples/acme.")
		case arg == "-no-color" || arg == "--no-color":
			a.noColor = true
		default:
			return args, nil
		}
		args = args[1:]
	}
	return args, nil
}

// style is how text for a stream is dressed.
func (a *app) style(w io.Writer) report.Style {
	tty, width := false, 78 // as Terraform wraps what nobody watches
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		tty = true
		if columns, _, err := term.GetSize(int(f.Fd())); err == nil {
			width = columns
		}
	}
	return report.StyleFor(tty, a.Getenv, a.noColor, width)
}

func (a *app) print(format string, args ...any) { fmt.Fprintf(a.Stdout, format, args...) }

// reportError shows an error that is no finding in a file.
func (a *app) reportError(err error) {
	a.show(hcl.Diagnostics{diagnosticOf(err)}, nil)
}

func diagnosticOf(err error) *hcl.Diagnostic {
	if failed, ok := errors.AsType[*session.Error](err); ok {
		err = sessionFailure(failed)
	}
	var f *failure
	if errors.As(err, &f) {
		return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: f.summary, Detail: f.detail}
	}
	text := err.Error()
	if summary, detail, found := strings.Cut(text, "\n\n"); found { // some errors bring their own headline
		return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: strings.TrimSpace(detail)}
	}
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: headline(err), Detail: strings.TrimSuffix(capital(text), ".") + "."}
}

// capital makes an error the beginning of a sentence.
func capital(text string) string {
	if first, size := utf8.DecodeRuneInString(text); size > 0 {
		return string(unicode.ToUpper(first)) + text[size:]
	}
	return text
}

// headline names the kind of an error that has no words of its own for it.
func headline(err error) string {
	var (
		damaged *state.DamagedError
		newer   *state.NewerError
		foreign *state.ForeignError
		account *state.AccountError
		write   *state.WriteError
		place   *state.AccessError
	)
	switch {
	case errors.As(err, &damaged):
		return "The state is damaged"
	case errors.As(err, &newer):
		return "The state is of a newer version"
	case errors.As(err, &foreign):
		return "Not a state of livery"
	case errors.As(err, &account):
		return "The state belongs to another account"
	case errors.As(err, &write):
		return "Failed to save state"
	case errors.Is(err, context.Canceled):
		return "Interrupted"
	case errors.As(err, &place) && place.Doing == "locking":
		return "Error acquiring the state lock"
	case errors.As(err, &place):
		return "Error loading state"
	default:
		return "The command failed"
	}
}

// show writes findings: in a stream all of them, otherwise warnings to stdout
// and errors to stderr.
func (a *app) show(diags hcl.Diagnostics, src report.Sources) {
	switch {
	case a.stream != nil:
		a.stream.Diagnostics(diags, src)
		return
	case a.json: // a command that prints one object says in one why it does not
		if err := report.WriteValidateJSON(a.Stdout, diags, src); err != nil {
			a.debug("a finding cannot be written", "error", err.Error())
		}
		return
	}
	var warnings, errs hcl.Diagnostics
	for _, d := range diags {
		if d.Severity == hcl.DiagWarning {
			warnings = append(warnings, d)
		} else {
			errs = append(errs, d)
		}
	}
	report.WriteDiagnostics(a.Stdout, warnings, src, a.style(a.Stdout))
	report.WriteDiagnostics(a.Stderr, errs, src, a.style(a.Stderr))
}

// warn says something that is no finding in a file and ends nothing.
func (a *app) warn(summary, format string, args ...any) {
	if a.json && a.stream == nil {
		return // a command that prints one object prints nothing else
	}
	a.show(hcl.Diagnostics{{Severity: hcl.DiagWarning, Summary: summary, Detail: fmt.Sprintf(format, args...)}}, nil)
}

// automation reports that nobody reads advice on what to type next.
func (a *app) automation() bool {
	return a.Getenv("LIVERY_IN_AUTOMATION") != "" || a.Getenv("TF_IN_AUTOMATION") != ""
}

// terminal reports that a person can answer questions.
func (a *app) terminal() bool {
	in, ok := a.Stdin.(*os.File)
	return ok && term.IsTerminal(int(in.Fd()))
}

// terminalOut reports that a person reads stdout.
func (a *app) terminalOut() bool {
	out, ok := a.Stdout.(*os.File)
	return ok && term.IsTerminal(int(out.Fd()))
}

// command is an entry of the table that find and help read.
type command struct {
	name  string
	short string
	main  bool // part of the main job
	build func(*app) *cobra.Command
}

func commands() []command {
	return []command{
		{"init", "Write a small stack to begin with, or move a state", true, (*app).initCommand},
		{"validate", "Check the whole stack", true, (*app).validateCommand},
		{"preview", "Show the pages as people will see them", true, (*app).previewCommand},
		{"plan", "Show what apply would do", true, (*app).planCommand},
		{"apply", "Make the live pages look as declared", true, (*app).applyCommand},
		{"completion", "Print a completion script for a shell", false, (*app).completionCommand},
		{"fmt", "Put files into canonical style", false, (*app).fmtCommand},
		{"force-unlock", "Take away a lock that was left behind", false, (*app).forceUnlockCommand},
		{"history", "List the states that are kept, and what changed", false, (*app).historyCommand},
		{"import", "Print HCL for ConfigureUI bodies you already have", false, (*app).importCommand},
		{"lint", "Check the stack, in the formats of CI systems", false, (*app).lintCommand},
		{"rollback", "Plan to go back to an earlier state", false, (*app).rollbackCommand},
		{"schema", "Look fields up in the catalogue", false, (*app).schemaCommand},
		{"session", "Open liveness sessions and fetch their outcome", false, (*app).sessionCommand},
		{"show", "Show the state or a saved plan", false, (*app).showCommand},
		{"simulator", "Run the service on this machine", false, (*app).simulatorCommand},
		{"state", "Look at the state and move it", false, (*app).stateCommand},
		{"version", "Print the version", false, (*app).versionCommand},
	}
}

// find builds the one command that is asked for: building all of them would
// cost every run what only help and completion need.
func (a *app) find(name string) (*cobra.Command, error) {
	all := commands()
	names := make([]string, 0, len(all))
	for _, c := range all {
		if c.name == name {
			command := c.build(a)
			a.dress(command)
			return command, nil
		}
		names = append(names, c.name)
	}
	switch name {
	case "refresh":
		return nil, fail("Nothing to refresh", "The service can be written and never read, so livery cannot see what is live. \"livery apply -reapply\" sends every document again.")
	case "destroy":
		return nil, fail("Unknown command", "There is no command %q. Did you mean \"livery apply -destroy\"?", name)
	}
	detail := fmt.Sprintf("There is no command %q.", name)
	detail += schema.DidYouMean(name, names)
	return nil, fail("Unknown command", "%s \"livery -help\" lists all commands.", detail)
}
