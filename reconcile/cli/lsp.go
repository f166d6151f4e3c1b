package cli

import (
	"github.com/spf13/cobra"

	"livery/reconcile/command"
	"livery/reconcile/lsp"
	"livery/reconcile/process"
)

func lspCommand(run *command.Run) *cobra.Command {
	var stdio bool
	c := &cobra.Command{
		Use:  "lsp",
		Args: command.Arguments(0, 0),
		Long: `Speaks the Language Server Protocol on stdin and stdout, for editors: findings while
you type, formatting, outlines. It reads files and nothing else: no state, no
network, no keys. Every change goes to the editor, which writes it.

An editor starts it by itself, once it is told to, for *.livery.hcl, *.livery.json,
*.liveryvars.hcl and *.liveryvars.json, and for the JSON files that stacks read. In
Neovim 0.11 that is:

  vim.filetype.add({ pattern = { ['.*%.livery%.hcl'] = 'livery', ['.*%.liveryvars%.hcl'] = 'livery' } })
  vim.lsp.config('livery', { cmd = { 'livery', 'lsp' }, filetypes = { 'livery', 'json' } })
  vim.lsp.enable('livery')

LIVERY_LOG and LIVERY_LOG_PATH say what is logged, and where.`,
		Example: "livery lsp",
	}
	c.Flags().BoolVar(&stdio, "stdio", false, "Speak on stdin and stdout, as it does anyway.")
	c.RunE = func(c *cobra.Command, _ []string) error {
		code, err := lsp.Serve(c.Context(), run.Stdin, run.Raw, lsp.Config{
			Workspace: run.Workspace(command.Inputs{}).Config, Version: command.Version(), Log: run.Log, Alive: process.Alive,
		})
		if err == nil && code != 0 {
			return command.Exit(code)
		}
		return err
	}
	return c
}
