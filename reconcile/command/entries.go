package command

import (
	"fmt"

	"github.com/spf13/cobra"

	"livery/schema/wording"
)

// Entry is a command in the table that find, help and completion read.
type Entry struct {
	Name  string
	Short string
	Main  bool // part of the main job
	Build func(*Run) *cobra.Command
}

// find builds the one command that is asked for: building all of them would
// cost every run what only help and completion need.
func (r *Run) find(name string) (*cobra.Command, error) {
	names := make([]string, 0, len(r.commands))
	for _, c := range r.commands {
		if c.Name == name {
			command := c.Build(r)
			r.dress(command)
			return command, nil
		}
		names = append(names, c.Name)
	}
	switch name {
	case "refresh":
		return nil, Fail("Nothing to refresh", "The service can be written and never read, so livery cannot see what is live. \"livery apply -reapply\" sends every document again.")
	case "destroy":
		return nil, Fail("Unknown command", "There is no command %q. Did you mean \"livery apply -destroy\"?", name)
	}
	detail := fmt.Sprintf("There is no command %q.", name)
	detail += wording.DidYouMean(name, names)
	return nil, Fail("Unknown command", "%s \"livery -help\" lists all commands.", detail)
}

// Group makes a command of others, one of which its second word names.
func Group(r *Run, c *cobra.Command, subs ...*cobra.Command) *cobra.Command {
	c.Args = cobra.ArbitraryArgs
	c.RunE = func(_ *cobra.Command, args []string) error {
		if len(args) == 0 {
			commandHelp(r, c)
			return ExitError
		}
		var names []string
		for _, sub := range subs {
			names = append(names, sub.Name())
		}
		detail := fmt.Sprintf("There is no command \"%s %s\".", c.Name(), args[0])
		if near := wording.Nearest(args[0], names); near != "" {
			detail += fmt.Sprintf(" Did you mean \"%s %s\"?", c.Name(), near)
		}
		return Fail("Unknown command", "%s \"livery %s -help\" lists them.", detail, c.Name())
	}
	c.AddCommand(subs...)
	return c
}
