package command

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"livery/reconcile/workspace"
	"livery/schema"
	"livery/schema/config"
	"livery/schema/rule"
)

// StringList is a flag that may be given several times.
type StringList []string

func (l *StringList) String() string     { return strings.Join(*l, ",") }
func (l *StringList) Set(s string) error { *l = append(*l, s); return nil }
func (l *StringList) Type() string       { return "ADDR" }

// Inputs are the flags that say what a stack is made of.
type Inputs struct {
	Assignments []config.Assignment
	Ask         bool // for what is missing
}

// assignmentFlag keeps -var and -var-file in the order in which they are given.
type assignmentFlag struct {
	to   *[]config.Assignment
	file bool
}

func (f assignmentFlag) String() string { return "" }
func (f assignmentFlag) Type() string   { return "string" }
func (f assignmentFlag) Set(s string) error {
	if f.file {
		*f.to = append(*f.to, config.Assignment{File: s, Piped: new(config.Pipe)})
		return nil
	}
	name, value, ok := strings.Cut(s, "=")
	if !ok || name == "" {
		return fmt.Errorf("%q is not NAME=VALUE", s)
	}
	*f.to = append(*f.to, config.Assignment{Name: name, Value: value})
	return nil
}

// Flags defines -var and -var-file.
func (in *Inputs) Flags(c *cobra.Command) {
	c.Flags().Var(assignmentFlag{&in.Assignments, false}, "var", "Set a variable by `NAME=VALUE`, as in -var brand=#0b5fff. May be given several times.")
	c.Flags().Var(assignmentFlag{&in.Assignments, true}, "var-file", "Read variables from a `file`, *.liveryvars.hcl or *.liveryvars.json, or from a pipe.")
}

// InputFlag defines -input.
func (in *Inputs) InputFlag(r *Run, c *cobra.Command) {
	env := strings.ToLower(r.Getenv("LIVERY_INPUT"))
	c.Flags().BoolVar(&in.Ask, "input", env != "0" && env != "false", "Never ask for what is missing.")
}

// JSONFlag is -json of a command that prints one object.
func (r *Run) JSONFlag(c *cobra.Command) {
	c.Flags().BoolVar(&r.View.JSON, "json", false, "Print one JSON object.")
}

// LockFlags say how the state is locked by commands that write it.
func LockFlags(c *cobra.Command, l *workspace.Locking) {
	c.Flags().BoolVar(&l.Lock, "lock", true, "Work without locking the state.")
	c.Flags().DurationVar(&l.Timeout, "lock-timeout", 0, "Wait for the lock this long, such as 10s.")
}

// FailOn is the level from which findings fail a command.
type FailOn struct {
	level  string
	levels []string // that the command takes, the lightest first
}

// Flag defines -fail-on for these levels; without any, for those of every command.
func (f *FailOn) Flag(c *cobra.Command, levels ...string) {
	f.levels = levels
	if len(levels) == 0 {
		f.levels = []string{string(rule.Warning), string(rule.Error)}
	}
	c.Flags().StringVar(&f.level, "fail-on", string(rule.Error), "Exit 1 from this `level` on: "+f.words()+".")
}

func (f *FailOn) words() string {
	last := len(f.levels) - 1
	return strings.Join(f.levels[:last], ", ") + " or " + f.levels[last]
}

// Check refuses a level that the command does not take.
func (f *FailOn) Check() error {
	if !slices.Contains(f.levels, f.level) {
		return Fail("Invalid flag", "-fail-on takes %s, not %q.", f.words(), f.level)
	}
	return nil
}

// Level is the level itself.
func (f *FailOn) Level() rule.Level { return rule.Level(f.level) }

// Reason says why a stack without errors fails all the same; "" if it does not.
func (f *FailOn) Reason(diags hcl.Diagnostics) string {
	if failing := f.Failing(diags); failing != "" {
		return fmt.Sprintf("The configuration is valid, but %s.", failing)
	}
	return ""
}

// Failing says what fails without an error, as a clause of a sentence; "" for nothing.
func (f *FailOn) Failing(diags hcl.Diagnostics) string {
	if diags.HasErrors() || !f.Exceeded(diags) {
		return ""
	}
	heavy, _ := schema.Apart(diags, rule.Level(f.level))
	found := schema.Plural(len(heavy), "finding")
	if f.level == string(rule.Warning) {
		found = schema.Plural(len(heavy), "warning")
	}
	return fmt.Sprintf("-fail-on=%s fails on %s", f.level, found)
}

// Exceeded reports whether the findings are worse than allowed. A command without
// the flag fails on errors alone.
func (f *FailOn) Exceeded(diags hcl.Diagnostics) bool {
	heavy, _ := schema.Apart(diags, cmp.Or(rule.Level(f.level), rule.Error))
	return len(heavy) > 0
}

// Exit is the exit code for these findings.
func (f *FailOn) Exit(diags hcl.Diagnostics) error {
	if f.Exceeded(diags) {
		return ExitError
	}
	return nil
}
