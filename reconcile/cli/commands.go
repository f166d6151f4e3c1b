package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"livery/schema"
)

// command is an entry of the table that find and help read.
type command struct {
	name  string
	short string
	main  bool // part of the main job
	build func(*app) *cobra.Command
}

func commands() []command {
	return []command{
		{"init", "Write a small stack to begin with, or move a state", true, initCommand},
		{"validate", "Check the whole stack", true, validateCommand},
		{"preview", "Show the pages as people will see them", true, previewCommand},
		{"plan", "Show what apply would do", true, planCommand},
		{"apply", "Make the live pages look as declared", true, applyCommand},
		{"completion", "Print a completion script for a shell", false, completionCommand},
		{"fmt", "Put files into canonical style", false, fmtCommand},
		{"force-unlock", "Take away a lock that was left behind", false, forceUnlockCommand},
		{"history", "List the states that are kept, and what changed", false, historyCommand},
		{"import", "Print HCL for ConfigureUI bodies you already have", false, importCommand},
		{"lint", "Check the stack, in the formats of CI systems", false, lintCommand},
		{"rollback", "Plan to go back to an earlier state", false, rollbackCommand},
		{"schema", "Look fields up in the catalogue", false, schemaCommand},
		{"session", "Open liveness sessions and fetch their outcome", false, sessionCommand},
		{"show", "Show the state or a saved plan", false, showCommand},
		{"simulator", "Run the service on this machine", false, simulatorCommand},
		{"state", "Look at the state and move it", false, stateCommand},
		{"version", "Print the version", false, versionCommand},
	}
}

// find builds the one command that is asked for: building all of them would
// cost every run what only help and completion need.
func (a *app) find(name string) (*cobra.Command, error) {
	all := commands()
	names := make([]string, 0, len(all))
	for _, c := range all {
		if c.name == name {
			command := c.build(a)
			a.dress(command)
			return command, nil
		}
		names = append(names, c.name)
	}
	switch name {
	case "refresh":
		return nil, fail("Nothing to refresh", "The service can be written and never read, so livery cannot see what is live. \"livery apply -reapply\" sends every document again.")
	case "destroy":
		return nil, fail("Unknown command", "There is no command %q. Did you mean \"livery apply -destroy\"?", name)
	}
	detail := fmt.Sprintf("There is no command %q.", name)
	detail += schema.DidYouMean(name, names)
	return nil, fail("Unknown command", "%s \"livery -help\" lists all commands.", detail)
}

// group makes a command of others, one of which its second word names.
func group(a *app, c *cobra.Command, subs ...*cobra.Command) *cobra.Command {
	c.Args = cobra.ArbitraryArgs
	c.RunE = func(_ *cobra.Command, args []string) error {
		if len(args) == 0 {
			commandHelp(a, c)
			return exit(exitError)
		}
		var names []string
		for _, sub := range subs {
			names = append(names, sub.Name())
		}
		detail := fmt.Sprintf("There is no command \"%s %s\".", c.Name(), args[0])
		if near := schema.Nearest(args[0], names); near != "" {
			detail += fmt.Sprintf(" Did you mean \"%s %s\"?", c.Name(), near)
		}
		return fail("Unknown command", "%s \"livery %s -help\" lists them.", detail, c.Name())
	}
	c.AddCommand(subs...)
	return c
}
