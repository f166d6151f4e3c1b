package cli

import (
	"runtime/debug"

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
you type, swatches, lengths of texts, completion, definitions, renaming, formatting.
It reads files and nothing else: no state, no network, no keys. Every change goes to
the editor, which writes it.

An editor starts it by itself, once it is told to, for *.livery.hcl, *.livery.json,
*.liveryvars.hcl and *.liveryvars.json, and for the JSON files that stacks read. In
Neovim 0.11 that is:

  vim.filetype.add({ pattern = { ['.*%.livery%.hcl'] = 'livery', ['.*%.liveryvars%.hcl'] = 'livery' } })
  vim.lsp.config('livery', { cmd = { 'livery', 'lsp' }, filetypes = { 'livery', 'json' }, root_markers = { '.git' } })
  vim.lsp.enable('livery')

In Helix, in languages.toml:

  [language-server.livery]
  command = "livery"
  args = ["lsp"]

  [[language]]
  name = "livery"
  scope = "source.livery"
  file-types = [{ glob = "*.livery.hcl" }, { glob = "*.liveryvars.hcl" }]
  grammar = "hcl"
  language-servers = ["livery"]

In examples/editors are an extension for VS Code and the same for Vim, Emacs, Sublime
Text and JetBrains, and how an editor without the server finds the JSON Schemas.

LIVERY_LOG and LIVERY_LOG_PATH say what is logged, and where.`,
		Example: "livery lsp",
	}
	c.Flags().BoolVar(&stdio, "stdio", false, "Speak on stdin and stdout, as it does anyway.")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if run.Getenv("GOGC") == "" { // it keeps little, and makes as much anew with each letter that is typed
			defer debug.SetGCPercent(debug.SetGCPercent(lsp.GarbagePercent))
		}
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
