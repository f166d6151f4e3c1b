package command

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"livery/schema"
)

// Completion is the command that prints completion scripts.
func Completion(r *Run) *cobra.Command {
	return &cobra.Command{
		Use:       "completion bash|zsh|fish",
		Args:      Arguments(1, 1),
		ValidArgs: []string{"bash", "zsh", "fish"},
		Long: `Prints a script that completes commands, flags, addresses and catalogue paths in
your shell. Load it from your shell's start-up file.`,
		Example: "source <(livery completion bash)\nlivery completion zsh > \"${fpath[1]}/_livery\"\nlivery completion fish > ~/.config/fish/completions/livery.fish",
		RunE: func(_ *cobra.Command, args []string) error {
			root := root(r)
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(r.Stdout, true)
			case "zsh":
				return root.GenZshCompletion(r.Stdout)
			case "fish":
				return root.GenFishCompletion(r.Stdout, true)
			}
			return Fail("Unknown shell", "%q is not one of bash, zsh and fish.", args[0])
		},
	}
}

// root is the whole tree of commands, which only completion needs.
func root(r *Run) *cobra.Command {
	root := &cobra.Command{Use: "livery"}
	root.CompletionOptions.DisableDefaultCmd = true
	for _, c := range r.commands {
		built := c.Build(r)
		built.Short = c.Short
		root.AddCommand(built)
	}
	r.dress(root)
	return root
}

// complete answers the shell. Flags are typed with one dash here, so one that was
// begun with one dash is completed with one.
func complete(r *Run, args []string) error {
	last := args[len(args)-1]
	oneDash := len(last) > 1 && last[0] == '-' && last[1] != '-'
	var answer bytes.Buffer
	root := root(r)
	root.SetOut(&answer)
	root.SetArgs(append(args[:1:1], twoDashes(args[1:])...))
	if err := root.Execute(); err != nil {
		return fmt.Errorf("complete: %w", err)
	}
	for line := range strings.Lines(answer.String()) {
		if oneDash && strings.HasPrefix(line, "--") {
			line = line[1:]
		}
		if line != "\n" { // the library offers a command without a name
			_, _ = io.WriteString(r.Stdout, line)
		}
	}
	return ExitOK
}

// CompleteAddresses completes the flags that take addresses of the stack.
func CompleteAddresses(r *Run, c *cobra.Command) {
	complete := func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		list, _ := r.Workspace(Inputs{}).Addresses() // a shell is offered what there is
		names := make([]string, len(list))
		for i, address := range list {
			names[i] = address.String()
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
	for _, flag := range []string{"target", "exclude", "replace", "expand"} {
		if c.Flags().Lookup(flag) == nil {
			continue
		}
		if err := c.RegisterFlagCompletionFunc(flag, complete); err != nil {
			panic(fmt.Sprintf("cli: %v", err)) // the flags are defined just above
		}
	}
}

// LocaleFlag defines a flag that takes locales.
func LocaleFlag(c *cobra.Command, list *StringList, usage string) {
	c.Flags().Var(list, "locale", usage)
	complete := func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		var names []string
		for _, row := range schema.Locales() {
			names = append(names, string(row.Value))
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
	if err := c.RegisterFlagCompletionFunc("locale", complete); err != nil {
		panic(fmt.Sprintf("command: %v", err)) // the flag is defined just above
	}
}

// Locales parses what a flag that takes locales was given.
func Locales(names []string) ([]schema.Locale, error) {
	var list []schema.Locale
	for _, text := range names {
		locale, ok := schema.ParseLocale(text)
		if !ok {
			return nil, Fail("Unknown locale", "%q is not one of the service's locales.%s \"livery schema locale\" lists them.", text, schema.SuggestLocale(text))
		}
		list = append(list, locale)
	}
	return list, nil
}
