package lintcommand

import (
	"cmp"

	"github.com/spf13/cobra"

	"livery/reconcile/command"
	"livery/reconcile/inspect"
	"livery/reconcile/tokenreport"
)

// Tokens is the command tokens, whose check is lint of token files.
func Tokens(run *command.Run) *cobra.Command {
	return command.Group(run, &cobra.Command{
		Use:     "tokens list|check",
		Long:    `Looks at files of design tokens: what is in them, who wears it, and what is wrong.`,
		Example: "livery tokens list -unused\nlivery tokens check design/*.tokens.json",
	}, tokensList(run), tokensCheck(run))
}

func tokensList(run *command.Run) *cobra.Command {
	var in command.Inputs
	var used, unused bool
	c := &cobra.Command{
		Use: "list [flags] [FILE]", Short: "List the tokens, and who wears them", Args: command.Arguments(0, 1),
		Long: `Lists each token that the stack could reach: its name, its value, its line, what it
is an alias of, and how many documents and fields wear it, by its own name or through
an alias. With FILE only those of that file, which may be one that the stack does not
read.`,
		Example: "livery tokens list\nlivery tokens list -unused brand.tokens.json\nlivery tokens list -json | jq '.files[].tokens[] | select(.fields == 0) | .path'",
	}
	c.Flags().BoolVar(&used, "used", false, "Only tokens that a document wears.")
	c.Flags().BoolVar(&unused, "unused", false, "Only tokens that no document wears.")
	run.JSONFlag(c)
	in.Flags(c)
	c.RunE = func(_ *cobra.Command, args []string) error {
		if used && unused {
			return command.Fail("Invalid flags", "-used and -unused exclude each other.")
		}
		w := run.Workspace(in)
		w.Prefix = run.Dir.FromHere()
		listed, err := inspect.Tokens(w, args)
		if err != nil {
			return err
		}
		listed.Keep(func(t inspect.Token) bool { return !used && !unused || used == (t.Fields > 0) })
		if run.View.JSON {
			return tokenreport.WriteJSON(run.Stdout, listed)
		}
		return tokenreport.Write(run.Stdout, listed)
	}
	return c
}

func tokensCheck(run *command.Run) *cobra.Command {
	l := new(lintFlags)
	c := &cobra.Command{
		Use: "check [flags] [FILE...]", Short: "Check files of design tokens", Args: command.Arguments(0, -1),
		Long: `Checks all tokens of the files that the stack reads, used or not; with FILE those of any
token files, without a stack. A lint block in the configuration sets the level of each
rule, and what is compared by token-parity and token-contrast.`,
		Example: "livery tokens check\nlivery tokens check -fail-on=warning design/*.tokens.json\nlivery tokens check -rule=token-bypass",
	}
	l.flags(run, c)
	l.many.Define(c, 0)
	c.RunE = func(c *cobra.Command, files []string) error {
		l.opts.Files, l.opts.Tokens = files, true
		if err := cmp.Or(l.check(run), l.many.Check(c)); err != nil {
			return err
		}
		if l.many.On {
			return l.runMany(c, run)
		}
		return l.run(run)
	}
	return c
}
