package command

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"livery/schema/wording"
)

// commandLine splits arguments into the command and what belongs to it. Flags
// are brought to the two dashes that the flag library takes.
func (r *Run) commandLine(args []string) (name string, rest []string, err error) {
	if len(args) == 0 {
		usage(r)
		return "", nil, ExitError
	}
	name, rest = args[0], args[1:]
	r.View.JSON = slices.Contains(rest, "-json") || slices.Contains(rest, "--json") // even if the flags cannot be read
	switch name {
	case "-help", "--help", "-h", "help":
		if len(rest) > 0 && !strings.HasPrefix(rest[0], "-") {
			return rest[0], twoDashes(append(rest[1:], "-help")), nil
		}
		usage(r)
		return "", nil, ExitOK
	case "-version", "--version", "-v":
		name = "version"
	case cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd:
		return "", nil, complete(r, args)
	}
	if strings.HasPrefix(name, "-") {
		return "", nil, Fail("Unknown flag", "%s is not a flag of livery itself; only -chdir=DIR, -help and -version stand before the command.", name)
	}
	return name, twoDashes(rest), nil
}

// withEnvironment adds what LIVERY_CLI_ARGS and its relatives say, behind the words
// that name the command: flags belong to "state rm", not to "state".
func (r *Run) withEnvironment(group *cobra.Command, args []string) ([]string, error) {
	c, rest, err := group.Find(args)
	if err != nil || c.HasSubCommands() { // which of them is not said
		return args, err
	}
	words := strings.Fields(c.CommandPath())
	fromEnv, err := r.argumentsFromEnvironment(words)
	return twoDashes(slices.Concat(words[1:], fromEnv, rest)), err
}

// argumentsFromEnvironment gives the arguments for the command of these words.
func (r *Run) argumentsFromEnvironment(words []string) ([]string, error) {
	own := strings.ReplaceAll(strings.Join(words, "_"), "-", "_")
	var list []string
	for _, variable := range []string{"LIVERY_CLI_ARGS", "LIVERY_CLI_ARGS_" + own} {
		words, err := shellWords(r.Getenv(variable))
		if err != nil {
			return nil, Fail("Invalid arguments in the environment", "%s: %v.", variable, err)
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
func (r *Run) dress(c *cobra.Command) {
	c.SilenceErrors, c.SilenceUsage = true, true
	c.CompletionOptions.DisableDefaultCmd = true
	c.SetHelpCommand(&cobra.Command{Hidden: true})
	c.DisableFlagsInUseLine = true
	c.SetOut(r.Stdout)
	c.SetErr(r.Stderr)
	c.SetHelpFunc(func(c *cobra.Command, _ []string) { commandHelp(r, c) })
	c.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return flagError(c, err) })
	c.PersistentFlags().BoolVar(&r.noColor, "no-color", r.noColor, "No colours in the output.")
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
		if near := wording.Nearest(unknown, names); near != "" {
			detail += fmt.Sprintf(" Did you mean -%s?", near)
		}
		if unknown == "chdir" {
			detail += " -chdir=DIR stands before the command: livery -chdir=DIR " + c.CommandPath() + "."
		}
		return Fail("Unknown flag", "%s \"livery %s -help\" lists the flags.", detail, c.CommandPath())
	}
	for _, own := range []string{": strconv.", ": time:", ": parse error"} { // the library's inner life
		message, _, _ = strings.Cut(message, own)
	}
	return Fail("Invalid flag", "%s.", strings.ReplaceAll(strings.TrimSpace(message), "--", "-"))
}

// Arguments checks how many there are.
func Arguments(least, most int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return Fail("Missing argument", "Usage: livery %s", usageOf(c))
		case most >= 0 && len(args) > most:
			hint := ""
			if most == 0 {
				hint = " To work on another directory, put -chdir=DIR before the command."
			}
			return Fail("Too many command line arguments", "%q is one too many. Usage: livery %s.%s", args[most], usageOf(c), hint)
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
