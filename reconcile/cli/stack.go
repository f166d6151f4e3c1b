package cli

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"livery/schema/stack"
)

// inputs are the flags that say what a stack is made of.
type inputs struct {
	assignments []stack.Assignment
	input       bool
}

// assignmentFlag keeps -var and -var-file in the order in which they are given.
type assignmentFlag struct {
	to   *[]stack.Assignment
	file bool
}

func (f assignmentFlag) String() string { return "" }
func (f assignmentFlag) Type() string   { return "string" }
func (f assignmentFlag) Set(s string) error {
	if f.file {
		*f.to = append(*f.to, stack.Assignment{File: s})
		return nil
	}
	name, value, ok := strings.Cut(s, "=")
	if !ok || name == "" {
		return fmt.Errorf("%q is not NAME=VALUE", s)
	}
	*f.to = append(*f.to, stack.Assignment{Name: name, Value: value})
	return nil
}

func (in *inputs) flags(c *cobra.Command) {
	c.Flags().Var(assignmentFlag{&in.assignments, false}, "var", "Set a variable by `NAME=VALUE`, as in -var brand=#0b5fff. May be given several times.")
	c.Flags().Var(assignmentFlag{&in.assignments, true}, "var-file", "Read variables from a `file`, *.liveryvars.hcl or *.liveryvars.json.")
}

func (in *inputs) inputFlag(a *app, c *cobra.Command) {
	env := strings.ToLower(a.Getenv("LIVERY_INPUT"))
	c.Flags().BoolVar(&in.input, "input", env != "0" && env != "false", "Ask for what is missing; -input=false never asks.")
}

// load reads the stack in the directory dir, which findings are named after.
func (a *app) load(dir string, in inputs, need stack.Need) (*stack.Stack, hcl.Diagnostics, error) {
	root, rel, err := rooted(dir)
	if err != nil {
		return nil, nil, fail("Cannot find the directory", "%v.", err)
	}
	opts := stack.Options{
		FS: root, Dir: rel, Assignments: in.assignments, Env: a.Getenv, Version: version(), Need: need,
		Name: func(file string) string { return filepath.ToSlash(filepath.Join(dir, filepath.FromSlash(file))) },
	}
	if in.input && !a.json && need != stack.NeedNothing {
		opts.Ask = a.askVariable
	}
	stack, diags := stack.Load(opts)
	return stack, diags, nil
}

// rooted gives the file system that dir is on, and dir's path within it: a stack
// may refer to files above its own directory.
func rooted(dir string) (fs.FS, string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, "", err
	}
	if info, err := os.Stat(abs); err != nil {
		return nil, "", err
	} else if !info.IsDir() {
		return nil, "", fmt.Errorf("%s is not a directory", dir)
	}
	volume := filepath.VolumeName(abs) + string(filepath.Separator)
	rel, err := filepath.Rel(volume, abs)
	if err != nil {
		return nil, "", err
	}
	return os.DirFS(volume), filepath.ToSlash(rel), nil
}

// askVariable asks a person for the value of a variable.
func (a *app) askVariable(name, description string, sensitive bool) (string, bool) {
	fmt.Fprintf(a.Stderr, "var.%s\n", name)
	if description != "" {
		fmt.Fprintf(a.Stderr, "  %s\n\n", description)
	}
	fmt.Fprint(a.Stderr, "  Enter a value: ")
	if in, ok := a.Stdin.(*os.File); ok && sensitive && a.terminal() {
		text, err := term.ReadPassword(int(in.Fd()))
		fmt.Fprintln(a.Stderr)
		return string(text), err == nil
	}
	text, err := a.readLine()
	return text, err == nil
}

// readLine reads one line and not a byte more, since others read on.
func (a *app) readLine() (string, error) {
	var line []byte
	var one [1]byte
	for {
		n, err := a.Stdin.Read(one[:])
		switch {
		case n == 1 && one[0] == '\n', err != nil && len(line) > 0:
			return strings.TrimRight(string(line), "\r"), nil
		case err != nil:
			return "", err
		}
		line = append(line, one[:n]...)
	}
}

// approve asks for yes; anything else declines. flag is what to use where nobody
// can be asked.
func (a *app) approve(ctx context.Context, question, warning, flag string) (bool, error) {
	a.print("\n%s\n  %s\n  Only 'yes' will be accepted to approve.\n\n  Enter a value: ", question, warning)
	var answer string
	read := make(chan error, 1)
	go func() {
		var err error
		answer, err = a.readLine()
		read <- err
	}()
	select {
	case <-ctx.Done(): // the reader is left behind; the process ends
		a.print("\n")
		return false, fail("Interrupted", "The question was not answered, so nothing was done.")
	case err := <-read:
		a.print("\n")
		if err != nil {
			return false, fail("Nobody to ask", "The question was not answered: %v. Use %s where nobody can.", err, flag)
		}
		return answer == "yes", nil
	}
}

// consolidated keeps the first warning of each kind and counts the others, so
// that a plan is not buried under what validate shows in full.
func consolidated(diags hcl.Diagnostics) hcl.Diagnostics {
	var kept hcl.Diagnostics
	first, more := make(map[string]*hcl.Diagnostic), make(map[string]int)
	for _, d := range diags {
		if d.Severity == hcl.DiagWarning {
			if first[d.Summary] != nil {
				more[d.Summary]++
				continue
			}
			once := *d
			first[d.Summary], d = &once, &once
		}
		kept = append(kept, d)
	}
	for summary, n := range more {
		first[summary].Detail += fmt.Sprintf("\n\n(and %d more similar warnings elsewhere; \"livery validate\" shows them all)", n)
	}
	return kept
}

// failOn is the level from which findings fail a command.
type failOn struct{ level string }

func (f *failOn) flag(c *cobra.Command) {
	c.Flags().StringVar(&f.level, "fail-on", "error", "Exit 1 from this `level` on: warning or error.")
}

func (f *failOn) check() error {
	if f.level != "error" && f.level != "warning" {
		return fail("Invalid flag", "-fail-on takes warning or error, not %q.", f.level)
	}
	return nil
}

// reason says why a stack without errors fails all the same.
func (f *failOn) reason(diags hcl.Diagnostics) string {
	return fmt.Sprintf("The configuration is valid, but there are %d warnings and -fail-on=warning fails on them.", len(diags))
}

// exceeded reports whether the findings are worse than allowed.
func (f *failOn) exceeded(diags hcl.Diagnostics) bool {
	return diags.HasErrors() || f.level == "warning" && len(diags) > 0
}
