// Package cli is livery's commands: the flags of each, and the wiring between the
// other packages. What all of them share is in package command.
//
// It does not know how anything is written for people (package report) nor what makes
// a document valid (package schema).
package cli

import (
	"livery/reconcile/command"
	"livery/reconcile/lintcommand"
	"livery/reconcile/sessioncommand"
	"livery/reconcile/textscommand"
)

// Main runs livery with the arguments after the program's name and returns the exit
// code. After two signals it returns although something of the run may hang: the
// process is to end then.
func Main(args []string, env command.Env) int { return command.Main(commands(), args, env) }

// commands are all there are, the main job's in its order and the others by name.
func commands() []command.Entry {
	return []command.Entry{
		{Name: "init", Short: "Write a small stack to begin with, or move a state", Main: true, Build: initCommand},
		{Name: "validate", Short: "Check the whole stack", Main: true, Build: validateCommand},
		{Name: "preview", Short: "Show the pages as people will see them", Main: true, Build: previewCommand},
		{Name: "plan", Short: "Show what apply would do", Main: true, Build: planCommand},
		{Name: "apply", Short: "Make the live pages look as declared", Main: true, Build: applyCommand},
		{Name: "completion", Short: "Print a completion script for a shell", Build: command.Completion},
		{Name: "console", Short: "Evaluate expressions of the stack", Build: consoleCommand},
		{Name: "diff", Short: "Show what a change does to the documents, between commits", Build: diffCommand},
		{Name: "explain", Short: "Say where a value comes from", Build: explainCommand},
		{Name: "fmt", Short: "Put files into canonical style", Build: fmtCommand},
		{Name: "force-unlock", Short: "Take away a lock that was left behind", Build: forceUnlockCommand},
		{Name: "history", Short: "List the states that are kept, and what changed", Build: historyCommand},
		{Name: "import", Short: "Print HCL for ConfigureUI bodies you already have", Build: importCommand},
		{Name: "lint", Short: "Check the stack, in the formats of CI systems", Build: lintcommand.New},
		{Name: "lsp", Short: "Speak with an editor about the files of stacks", Build: lspCommand},
		{Name: "rollback", Short: "Plan to go back to an earlier state", Build: rollbackCommand},
		{Name: "schema", Short: "Look fields up in the catalogue", Build: schemaCommand},
		{Name: "session", Short: "Open liveness sessions and fetch their outcome", Build: sessioncommand.New},
		{Name: "show", Short: "Show the state or a saved plan", Build: showCommand},
		{Name: "simulator", Short: "Run the service on this machine", Build: simulatorCommand},
		{Name: "stacks", Short: "List the stacks below this directory", Build: stacksCommand},
		{Name: "state", Short: "Look at the state and move it", Build: stateCommand},
		{Name: "texts", Short: "Send texts to translators and take them back", Build: textscommand.Command},
		{Name: "tokens", Short: "List design tokens and check them", Build: lintcommand.Tokens},
		{Name: "version", Short: "Print the version", Build: versionCommand},
	}
}
