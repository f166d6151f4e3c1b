package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"livery/reconcile/workspace"
	"livery/schema"
	"livery/schema/config"
)

// commandLine splits arguments into the command and what belongs to it. Flags
// are brought to the two dashes that the flag library takes.
func (a *app) commandLine(args []string) (name string, rest []string, err error) {
	if len(args) == 0 {
		usage(a)
		return "", nil, exit(exitError)
	}
	name, rest = args[0], args[1:]
	a.view.JSON = slices.Contains(rest, "-json") || slices.Contains(rest, "--json") // even if the flags cannot be read
	switch name {
	case "-help", "--help", "-h", "help":
		if name == "help" && len(rest) > 0 {
			return rest[0], append(rest[1:], "--help"), nil
		}
		usage(a)
		return "", nil, exit(exitOK)
	case "-version", "--version", "-v":
		name = "version"
	case cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd:
		return "", nil, complete(a, args)
	}
	if strings.HasPrefix(name, "-") {
		return "", nil, fail("Unknown flag", "%s is not a flag of livery itself; only -chdir=DIR, -help and -version stand before the command.", name)
	}
	fromEnv, err := a.argumentsFromEnvironment(name, rest)
	if err != nil {
		return "", nil, err
	}
	return name, twoDashes(append(fromEnv, rest...)), nil
}

// argumentsFromEnvironment gives what LIVERY_CLI_ARGS and its relatives add.
func (a *app) argumentsFromEnvironment(name string, rest []string) ([]string, error) {
	variables := []string{"LIVERY_CLI_ARGS", "LIVERY_CLI_ARGS_" + strings.ReplaceAll(name, "-", "_")}
	var list []string
	if (name == "state" || name == "session") && len(rest) > 0 {
		variables[1] += "_" + rest[0]
	}
	for _, variable := range variables {
		words, err := shellWords(a.Getenv(variable))
		if err != nil {
			return nil, fail("Invalid arguments in the environment", "%s: %v.", variable, err)
		}
		list = append(list, words...)
	}
	return list, nil
}

// shellWords splits a line as a shell would: at blanks, but for what stands in
// quotation marks or behind a backslash.
func shellWords(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	var quote rune
	open, escaped := false, false
	for _, r := range line {
		switch {
		case escaped:
			word.WriteRune(r)
			escaped = false
		case r == '\\' && quote != '\'':
			open, escaped = true, true
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			open, quote = true, r
		case r == ' ' || r == '\t' || r == '\n':
			if open {
				words = append(words, word.String())
				word.Reset()
				open = false
			}
		default:
			open = true
			word.WriteRune(r)
		}
	}
	if quote != 0 || escaped {
		return nil, fmt.Errorf("a quotation mark is not closed")
	}
	if open {
		words = append(words, word.String())
	}
	return words, nil
}

// twoDashes turns -out=p into --out=p. There are no one-letter flags.
func twoDashes(args []string) []string {
	list := make([]string, len(args))
	for i, arg := range args {
		if arg == "--" {
			copy(list[i:], args[i:])
			break
		}
		if len(arg) > 1 && arg[0] == '-' && arg[1] != '-' {
			arg = "-" + arg
		}
		if arg == "--h" {
			arg = "--help"
		}
		list[i] = arg
	}
	return list
}

// dress gives a command livery's manners: its own help, errors that name the
// nearest flag, and nothing printed by the library.
func (a *app) dress(c *cobra.Command) {
	c.SilenceErrors, c.SilenceUsage = true, true
	c.CompletionOptions.DisableDefaultCmd = true
	c.SetHelpCommand(&cobra.Command{Hidden: true})
	c.DisableFlagsInUseLine = true
	c.SetOut(a.Stdout)
	c.SetErr(a.Stderr)
	c.SetHelpFunc(func(c *cobra.Command, _ []string) { commandHelp(a, c) })
	c.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return flagError(c, err) })
	c.PersistentFlags().BoolVar(&a.noColor, "no-color", a.noColor, "No colours in the output.")
	for _, sub := range c.Commands() {
		sub.SilenceErrors, sub.SilenceUsage = true, true
	}
}

func flagError(c *cobra.Command, err error) error {
	message := err.Error()
	if unknown, ok := strings.CutPrefix(message, "unknown flag: --"); ok {
		var names []string
		c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		detail := fmt.Sprintf("%s has no flag -%s.", c.CommandPath(), unknown)
		if near := schema.Nearest(unknown, names); near != "" {
			detail += fmt.Sprintf(" Did you mean -%s?", near)
		}
		if unknown == "chdir" {
			detail += " -chdir=DIR stands before the command: livery -chdir=DIR " + c.CommandPath() + "."
		}
		return fail("Unknown flag", "%s \"livery %s -help\" lists the flags.", detail, c.CommandPath())
	}
	for _, own := range []string{": strconv.", ": time:", ": parse error"} { // the library's inner life
		message, _, _ = strings.Cut(message, own)
	}
	return fail("Invalid flag", "%s.", strings.ReplaceAll(strings.TrimSpace(message), "--", "-"))
}

// arguments checks how many there are.
func arguments(least, most int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return fail("Missing argument", "Usage: livery %s", usageOf(c))
		case most >= 0 && len(args) > most:
			hint := ""
			if most == 0 {
				hint = " To work on another directory, put -chdir=DIR before the command."
			}
			return fail("Too many command line arguments", "%q is one too many. Usage: livery %s.%s", args[most], usageOf(c), hint)
		}
		return nil
	}
}

// usageOf is how a command is called, with the command it belongs to.
func usageOf(c *cobra.Command) string {
	if c.HasParent() {
		return c.Parent().Name() + " " + c.Use
	}
	return c.Use
}

// stringList is a flag that may be given several times.
type stringList []string

func (l *stringList) String() string     { return strings.Join(*l, ",") }
func (l *stringList) Set(s string) error { *l = append(*l, s); return nil }
func (l *stringList) Type() string       { return "ADDR" }

// inputs are the flags that say what a stack is made of.
type inputs struct {
	assignments []config.Assignment
	input       bool
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
		*f.to = append(*f.to, config.Assignment{File: s})
		return nil
	}
	name, value, ok := strings.Cut(s, "=")
	if !ok || name == "" {
		return fmt.Errorf("%q is not NAME=VALUE", s)
	}
	*f.to = append(*f.to, config.Assignment{Name: name, Value: value})
	return nil
}

func (in *inputs) flags(c *cobra.Command) {
	c.Flags().Var(assignmentFlag{&in.assignments, false}, "var", "Set a variable by `NAME=VALUE`, as in -var brand=#0b5fff. May be given several times.")
	c.Flags().Var(assignmentFlag{&in.assignments, true}, "var-file", "Read variables from a `file`, *.liveryvars.hcl or *.liveryvars.json.")
}

func (in *inputs) inputFlag(a *app, c *cobra.Command) {
	env := strings.ToLower(a.Getenv("LIVERY_INPUT"))
	c.Flags().BoolVar(&in.input, "input", env != "0" && env != "false", "Never ask for what is missing.")
}

// jsonFlag is -json of a command that prints one object.
func (a *app) jsonFlag(c *cobra.Command) {
	c.Flags().BoolVar(&a.view.JSON, "json", false, "Print one JSON object.")
}

// lockFlags say how the state is locked by commands that write it.
func lockFlags(c *cobra.Command, l *workspace.Locking) {
	c.Flags().BoolVar(&l.Lock, "lock", true, "Work without locking the state.")
	c.Flags().DurationVar(&l.Timeout, "lock-timeout", 0, "Wait for the lock this long, such as 10s.")
}

// failOn is the level from which findings fail a command.
type failOn struct {
	level  string
	levels []string // that the command takes, the lightest first
}

// flag defines -fail-on for these levels; without any, for those of every command.
func (f *failOn) flag(c *cobra.Command, levels ...string) {
	f.levels = levels
	if len(levels) == 0 {
		f.levels = []string{string(schema.Warning), string(schema.Error)}
	}
	c.Flags().StringVar(&f.level, "fail-on", string(schema.Error), "Exit 1 from this `level` on: "+f.words()+".")
}

func (f *failOn) words() string {
	last := len(f.levels) - 1
	return strings.Join(f.levels[:last], ", ") + " or " + f.levels[last]
}

func (f *failOn) check() error {
	if !slices.Contains(f.levels, f.level) {
		return fail("Invalid flag", "-fail-on takes %s, not %q.", f.words(), f.level)
	}
	return nil
}

// reason says why a stack without errors fails all the same; "" if it does not.
func (f *failOn) reason(diags hcl.Diagnostics) string {
	if diags.HasErrors() || !f.exceeded(diags) {
		return ""
	}
	heavy, _ := schema.Apart(diags, schema.Level(f.level))
	found := schema.Plural(len(heavy), "finding")
	if f.level == string(schema.Warning) {
		found = schema.Plural(len(heavy), "warning")
	}
	return fmt.Sprintf("The configuration is valid, but -fail-on=%s fails on %s.", f.level, found)
}

// exceeded reports whether the findings are worse than allowed. A command without
// the flag fails on errors alone.
func (f *failOn) exceeded(diags hcl.Diagnostics) bool {
	heavy, _ := schema.Apart(diags, cmp.Or(schema.Level(f.level), schema.Error))
	return len(heavy) > 0
}

// exit is the exit code for these findings.
func (f *failOn) exit(diags hcl.Diagnostics) error {
	if f.exceeded(diags) {
		return exit(exitError)
	}
	return nil
}
