package cli

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

func completionCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:       "completion bash|zsh|fish",
		Args:      arguments(1, 1),
		ValidArgs: []string{"bash", "zsh", "fish"},
		Long: `Prints a script that completes commands, flags, addresses and catalogue paths in
your shell. Load it from your shell's start-up file.`,
		Example: "source <(livery completion bash)\nlivery completion zsh > \"${fpath[1]}/_livery\"\nlivery completion fish > ~/.config/fish/completions/livery.fish",
		RunE: func(_ *cobra.Command, args []string) error {
			root := root(a)
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
func root(a *app) *cobra.Command {
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
func complete(a *app, args []string) error {
	last := args[len(args)-1]
	oneDash := len(last) > 1 && last[0] == '-' && last[1] != '-'
	var answer bytes.Buffer
	root := root(a)
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
			_, _ = io.WriteString(a.Stdout, line)
		}
	}
	return exit(exitOK)
}
