// Package command is one run of the program: what it has from outside, its streams,
// its signals, its log, its exit code, and the flags that several commands share.
//
// Nothing is kept between two calls of Main. It does not know which commands there
// are, nor what they do: package cli hands it their table.
package command

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
	"sync"
	"syscall"
	"time"

	"github.com/hashicorp/hcl/v2"
	"golang.org/x/term"

	"livery/reconcile/findings"
	"livery/reconcile/prompt"
	"livery/reconcile/report"
	"livery/reconcile/state"
	"livery/reconcile/terminal"
	"livery/reconcile/workspace"
	"livery/schema/cache"
)

// Env is what a run has from outside.
type Env struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(string) string
	LookupEnv      func(string) (string, bool) // tells what is empty from what is not set; nil where nothing is set to be empty
	Now            func() time.Time
	LibraryLog     func(io.Writer) // sets where Go's own log writes, which is one for the process; may be nil
	IsProcess      bool            // the process ends with the run, so that no signal may end it otherwise any more
}

// System is the environment of the process.
func System() Env {
	return Env{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv, LookupEnv: os.LookupEnv, Now: time.Now, LibraryLog: log.SetOutput, IsProcess: true}
}

// Exit ends a run with a code. What there was to say has been said.
type Exit int

// Exit codes, as Terraform has them.
const (
	ExitOK          Exit = 0
	ExitError       Exit = 1
	ExitChanges     Exit = 2 // plan -detailed-exitcode
	ExitUnparsable  Exit = 2 // fmt
	ExitUnformatted Exit = 3 // fmt -check
)

func (e Exit) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// Fail makes an error with a headline.
func Fail(summary, format string, args ...any) error {
	return workspace.Failf(summary, format, args...)
}

// Run is one run of livery.
type Run struct {
	Env
	Raw      io.Writer           // stdout for what is not to be changed: a file of the user's, and what is drawn
	Dir      workspace.Directory // that -chdir names; relative paths are relative to it
	View     *report.View
	Log      *slog.Logger     // nil unless it was asked for
	Reads    *workspace.Reads // what the stacks of the run are read from
	commands []Entry
	noColor  bool
	logFile  io.Closer
	below    string // the way from the run above, with slashes; "" for the run itself
	opened   []*workspace.Workspace
	ctx      context.Context               // ends with the first signal
	atOnce   context.Context               // ends with the second signal
	words    []string                      // of the command line, behind the command
	atEnd    func(failed bool) error       // writes the reports that were asked for; may be nil
	claim    func(key, shown string) error // refuses a state that would be written over; may be nil

	shared  *cache.Cache // with other runs below the same one; nil for a run of its own
	sharing sync.Once
}

// Main runs one of the commands with the arguments after the program's name and returns
// the exit code. After two signals it returns although something of the run may hang: the
// process is to end then.
func Main(commands []Entry, args []string, env Env) int {
	if env.LibraryLog == nil {
		env.LibraryLog = func(io.Writer) {}
	}
	r := &Run{Env: env, Raw: env.Stdout, Dir: ".", Reads: new(workspace.Reads), commands: commands}
	r.Stdout, r.Stderr = r.guard(env.Stdout), r.guard(env.Stderr)
	r.View = &report.View{Stdout: r.Stdout, Stderr: r.Stderr, Style: r.Style, Now: env.Now}
	r.View.Advice = env.Getenv("LIVERY_IN_AUTOMATION") == "" && env.Getenv("TF_IN_AUTOMATION") == ""
	ctx, gaveUp, release := r.watchSignals()
	r.ctx = ctx
	defer release()
	restore := r.Person().TerminalState()
	ended := make(chan int, 1)
	go func() { ended <- r.finish(r.run(ctx, args)) }()
	select {
	case code := <-ended:
		return code
	case <-gaveUp:
		restore()
		return int(ExitError)
	}
}

// finish closes what a run has opened, says what came of it and gives the exit code.
func (r *Run) finish(err error) int {
	defer r.closeLog()
	for _, w := range r.opened {
		w.Close()
	}
	code := r.code(err)
	if r.atEnd != nil {
		if err := r.atEnd(code != int(ExitOK)); err != nil {
			r.View.Error(err)
			code = int(ExitError)
		}
	}
	return code
}

// guard lets nothing through to a stream that would act on a terminal.
func (r *Run) guard(w io.Writer) *terminal.Guard {
	return &terminal.Guard{Writer: w, Colour: func() bool { return r.Style(w).Colour }}
}

// code says what came of a run, unless that has been done, and gives the exit code.
func (r *Run) code(err error) int {
	var code Exit
	var invalid *workspace.InvalidError
	switch {
	case err == nil:
		return int(ExitOK)
	case errors.As(err, &code):
		if unlock, ok := errors.AsType[*state.UnlockError](err); ok {
			r.View.Error(unlock) // it came after what was told
		}
		return int(code)
	case readerGone(err):
	case errors.As(err, &invalid):
		r.View.Diagnostics(invalid.Diagnostics, invalid.Sources)
	default:
		r.View.Error(err)
	}
	return int(ExitError)
}

func (r *Run) run(ctx context.Context, args []string) error {
	args, err := r.globals(args)
	if err != nil {
		return err
	}
	if err := r.openLog(); err != nil {
		return err
	}
	name, rest, err := r.commandLine(args)
	if err != nil {
		return err
	}
	r.Debug("livery starts", "version", Version(), "command", name)
	command, err := r.find(name)
	if err != nil {
		return err
	}
	r.words = rest
	if rest, err = r.withEnvironment(command, rest); err != nil {
		return err
	}
	r.words = rest
	command.SetArgs(rest)
	return command.ExecuteContext(ctx)
}

// globals reads what stands before the command.
func (r *Run) globals(args []string) ([]string, error) {
	for len(args) > 0 {
		arg := args[0]
		switch {
		case strings.HasPrefix(arg, "-chdir=") || strings.HasPrefix(arg, "--chdir="):
			_, dir, _ := strings.Cut(arg, "=")
			if err := r.chdir(dir); err != nil {
				return nil, Fail("Error handling -chdir option", "%v.", err)
			}
		case arg == "-chdir" || arg == "--chdir":
			return nil, Fail("Invalid -chdir option", "Write it with an equals sign, as in -chdir=examples/acme.")
		case arg == "-no-color" || arg == "--no-color":
			r.noColor = true
		default:
			return args, nil
		}
		args = args[1:]
	}
	return args, nil
}

// chdir makes relative paths relative to dir. The directory of the process stays
// as it is.
func (r *Run) chdir(dir string) error {
	if dir == "" {
		return &fs.PathError{Op: "chdir", Err: syscall.ENOENT}
	}
	dir = r.Dir.Path(dir)
	_, err := os.Stat(dir + string(filepath.Separator) + ".") // what the system would need to go there
	if failed := (*fs.PathError)(nil); errors.As(err, &failed) {
		return &fs.PathError{Op: "chdir", Path: dir, Err: failed.Err}
	}
	r.Dir = workspace.Directory(dir)
	return err
}

// Workspace opens the stack in the directory of the run.
func (r *Run) Workspace(in Inputs) *workspace.Workspace {
	if r.below != "" {
		in = r.inputsBelow(in)
	}
	c := workspace.Config{
		Context: r.ctx, Dir: r.Dir, Prefix: r.below, Assignments: in.Assignments, Getenv: r.Getenv, LookupEnv: r.LookupEnv, Now: r.Now, Version: Version(), Log: r.Log, Events: r.View.Events(),
		Shared: r.shared, Claim: r.claim, Reads: r.Reads,
	}
	if in.Ask && !r.View.JSON {
		c.Ask = r.Person().AskVariable
	}
	c.Events.Untold = func(err error) { // on stderr, since stdout may be one object
		findings.WriteText(r.Stderr, hcl.Diagnostics{{Severity: hcl.DiagWarning, Summary: "A callback was not delivered",
			Detail: fmt.Sprintf("The session is complete, but its callback_url was not told. %s. \"livery simulator\" as a server calls every address.", err)}}, nil, r.Style(r.Stderr))
	}
	w := workspace.New(c)
	r.opened = append(r.opened, w)
	return w
}

// Person is whoever is at the terminal.
func (r *Run) Person() prompt.Person {
	return prompt.Person{Stdin: r.Stdin, Stdout: r.Stdout, Stderr: r.Stderr}
}

// Style is how text for a stream is dressed.
func (r *Run) Style(w io.Writer) terminal.Style {
	if kept, ok := w.(*keptStream); ok {
		w = kept.to
	}
	tty, width := false, 78 // as Terraform wraps what nobody watches
	if f, ok := prompt.FileOf(w); ok && term.IsTerminal(int(f.Fd())) {
		tty = true
		if columns, _, err := term.GetSize(int(f.Fd())); err == nil {
			width = columns
		}
	}
	return terminal.StyleFor(tty, r.Getenv, r.noColor, width)
}
