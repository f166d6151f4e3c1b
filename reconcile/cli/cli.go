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
	"io/fs"
	"log"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/term"

	"livery/reconcile/prompt"
	"livery/reconcile/report"
	"livery/reconcile/state"
	"livery/reconcile/terminal"
	"livery/reconcile/workspace"
)

// Env is what a run has from outside.
type Env struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(string) string
	Now            func() time.Time
	LibraryLog     func(io.Writer) // sets where Go's own log writes, which is one for the process; may be nil
}

// System is the environment of the process.
func System() Env {
	return Env{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv, Now: time.Now, LibraryLog: log.SetOutput}
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

// fail makes an error with a headline.
func fail(summary, format string, args ...any) error {
	return workspace.Failf(summary, format, args...)
}

// app is one run of livery.
type app struct {
	Env
	raw     io.Writer           // stdout for what is not to be changed: a file of the user's, and what is drawn
	dir     workspace.Directory // that -chdir names; relative paths are relative to it
	noColor bool
	view    *report.View
	log     *slog.Logger
	logFile io.Closer
	opened  []*workspace.Workspace
	ctx     context.Context // ends with the first signal
	atOnce  context.Context // ends with the second signal
	atEnd   func() error    // writes the reports that were asked for; may be nil
}

// Main runs livery with the arguments after the program's name and returns the
// exit code. After two signals it returns although something of the run may hang: the
// process is to end then.
func Main(args []string, env Env) int {
	if env.LibraryLog == nil {
		env.LibraryLog = func(io.Writer) {}
	}
	a := &app{Env: env, raw: env.Stdout, dir: "."}
	a.Stdout, a.Stderr = a.guard(env.Stdout), a.guard(env.Stderr)
	a.view = &report.View{Stdout: a.Stdout, Stderr: a.Stderr, Style: a.style, Now: env.Now}
	a.view.Advice = env.Getenv("LIVERY_IN_AUTOMATION") == "" && env.Getenv("TF_IN_AUTOMATION") == ""
	ctx, gaveUp, release := a.watchSignals()
	a.ctx = ctx
	defer release()
	restore := a.person().TerminalState()
	ended := make(chan int, 1)
	go func() { ended <- a.finish(a.run(ctx, args)) }()
	select {
	case code := <-ended:
		return code
	case <-gaveUp:
		restore()
		return exitError
	}
}

// finish closes what a run has opened, says what came of it and gives the exit code.
func (a *app) finish(err error) int {
	defer a.closeLog()
	for _, w := range a.opened {
		w.Close()
	}
	code := a.code(err)
	if a.atEnd != nil {
		if err := a.atEnd(); err != nil {
			a.view.Error(err)
			code = exitError
		}
	}
	return code
}

// guard lets nothing through to a stream that would act on a terminal.
func (a *app) guard(w io.Writer) *terminal.Guard {
	return &terminal.Guard{Writer: w, Colour: func() bool { return a.style(w).Colour }}
}

// code says what came of a run, unless that has been done, and gives the exit code.
func (a *app) code(err error) int {
	var code exit
	var invalid *workspace.InvalidError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &code):
		if unlock, ok := errors.AsType[*state.UnlockError](err); ok {
			a.view.Error(unlock) // it came after what was told
		}
		return int(code)
	case readerGone(err):
	case errors.As(err, &invalid):
		a.view.Diagnostics(invalid.Diagnostics, invalid.Sources)
	default:
		a.view.Error(err)
	}
	return exitError
}

func (a *app) run(ctx context.Context, args []string) error {
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
	return command.ExecuteContext(ctx)
}

// globals reads what stands before the command.
func (a *app) globals(args []string) ([]string, error) {
	for len(args) > 0 {
		arg := args[0]
		switch {
		case strings.HasPrefix(arg, "-chdir=") || strings.HasPrefix(arg, "--chdir="):
			_, dir, _ := strings.Cut(arg, "=")
			if err := a.chdir(dir); err != nil {
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

// chdir makes relative paths relative to dir. The directory of the process stays
// as it is.
func (a *app) chdir(dir string) error {
	if dir == "" {
		return &fs.PathError{Op: "chdir", Err: syscall.ENOENT}
	}
	dir = a.dir.Path(dir)
	_, err := os.Stat(dir + string(filepath.Separator) + ".") // what the system would need to go there
	if failed := (*fs.PathError)(nil); errors.As(err, &failed) {
		return &fs.PathError{Op: "chdir", Path: dir, Err: failed.Err}
	}
	a.dir = workspace.Directory(dir)
	return err
}

// workspace opens the stack in the directory of the run.
func (a *app) workspace(in inputs) *workspace.Workspace {
	c := workspace.Config{
		Context: a.ctx, Dir: a.dir, Assignments: in.assignments, Getenv: a.Getenv, Now: a.Now, Version: version(), Log: a.log, Events: a.view.Events(),
	}
	if in.input && !a.view.JSON {
		c.Ask = a.person().AskVariable
	}
	w := workspace.New(c)
	a.opened = append(a.opened, w)
	return w
}

// person is whoever is at the terminal.
func (a *app) person() prompt.Person {
	return prompt.Person{Stdin: a.Stdin, Stdout: a.Stdout, Stderr: a.Stderr}
}

// style is how text for a stream is dressed.
func (a *app) style(w io.Writer) terminal.Style {
	tty, width := false, 78 // as Terraform wraps what nobody watches
	if f, ok := prompt.FileOf(w); ok && term.IsTerminal(int(f.Fd())) {
		tty = true
		if columns, _, err := term.GetSize(int(f.Fd())); err == nil {
			width = columns
		}
	}
	return terminal.StyleFor(tty, a.Getenv, a.noColor, width)
}
