package cli

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// usage is the help of livery itself.
func (a *app) usage() {
	a.print("Usage: livery [-chdir=DIR] COMMAND [flags] [args]\n\n")
	a.print("livery keeps the look of ADVANCE.AI's hosted liveness pages in git: it checks the\nfiles, shows what would change, and sends exactly that.\n\n")
	a.print("The main job, in the order in which it is done:\n")
	list := func(wanted bool) {
		for _, c := range commands() {
			if c.main == wanted {
				a.print("  %-14s%s\n", c.name, c.short)
			}
		}
	}
	list(true)
	a.print("\nAll other commands:\n")
	list(false)
	a.print("\nBefore the command:\n  -chdir=DIR    Work in DIR\n  -help         Show this, or with a command its flags and an example\n  -version      The same as the command version\n")
}

// commandHelp is the help of one command: synopsis, text, flags, example.
func (a *app) commandHelp(c *cobra.Command) {
	a.print("Usage: livery [-chdir=DIR] %s\n\n%s\n", usageOf(c), strings.TrimSpace(c.Long))
	if subs := c.Commands(); len(subs) > 0 {
		a.print("\nCommands:\n")
		for _, s := range subs {
			if s.Hidden {
				continue
			}
			a.print("  %-14s%s\n", s.Name(), s.Short)
		}
	}
	a.flagHelp(c)
	if c.Example != "" {
		a.print("\nExample:\n  %s\n", strings.ReplaceAll(strings.TrimSpace(c.Example), "\n", "\n  "))
	}
}

func (a *app) flagHelp(c *cobra.Command) {
	type row struct{ flag, text string }
	var rows []row
	width := 0
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" {
			return
		}
		placeholder, text := pflag.UnquoteUsage(f)
		flag := "-" + f.Name
		if f.Value.Type() != "bool" {
			flag += "=" + strings.ToUpper(placeholder)
		} else if f.DefValue == "true" {
			flag += "=false"
		}
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "true" && f.DefValue != "0s" {
			text = strings.TrimSuffix(text, ".") + fmt.Sprintf(" (default %s).", f.DefValue)
		}
		rows = append(rows, row{flag, text})
		width = max(width, len(flag))
	})
	if len(rows) == 0 {
		return
	}
	a.print("\nFlags:\n")
	for _, r := range rows {
		lines := wrap(r.text, 78-width-4)
		for i, line := range lines {
			flag := ""
			if i == 0 {
				flag = r.flag
			}
			a.print("  %-*s  %s\n", width, flag, line)
		}
	}
}

// wrap breaks a text at blanks.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > max(width, 30) {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

func (a *app) completionCommand() *cobra.Command {
	return &cobra.Command{
		Use:       "completion bash|zsh|fish",
		Args:      arguments(1, 1),
		ValidArgs: []string{"bash", "zsh", "fish"},
		Long: `Prints a script that completes commands, flags, addresses and catalogue paths in
your shell. Load it from your shell's start-up file.`,
		Example: "source <(livery completion bash)\nlivery completion zsh > \"${fpath[1]}/_livery\"\nlivery completion fish > ~/.config/fish/completions/livery.fish",
		RunE: func(_ *cobra.Command, args []string) error {
			root := a.root()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(a.Stdout, true)
			case "zsh":
				return root.GenZshCompletion(a.Stdout)
			case "fish":
				return root.GenFishCompletion(a.Stdout, true)
			}
			return fail("Unknown shell", "%q is not one of bash, zsh and fish.", args[0])
		},
	}
}

// root is the whole tree of commands, which only completion needs.
func (a *app) root() *cobra.Command {
	root := &cobra.Command{Use: "livery"}
	root.CompletionOptions.DisableDefaultCmd = true
	for _, c := range commands() {
		built := c.build(a)
		built.Short = c.short
		root.AddCommand(built)
	}
	a.dress(root)
	return root
}

// complete answers the shell. Flags are typed with one dash here, so one that was
// begun with one dash is completed with one.
func (a *app) complete(args []string) error {
	last := args[len(args)-1]
	oneDash := len(last) > 1 && last[0] == '-' && last[1] != '-'
	var answer bytes.Buffer
	root := a.root()
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
			a.print("%s", line)
		}
	}
	return exit(exitOK)
}
