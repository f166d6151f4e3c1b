package command

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"livery/reconcile/reference"
)

// usage writes the help of livery itself.
func usage(r *Run) {
	var main, other []reference.HelpRow
	for _, c := range r.commands {
		row := reference.HelpRow{Name: c.Name, Text: c.Short}
		if c.Main {
			main = append(main, row)
		} else {
			other = append(other, row)
		}
	}
	reference.WriteUsage(r.Stdout, main, other)
}

// commandHelp writes the help of one command: synopsis, text, flags, example.
func commandHelp(r *Run, c *cobra.Command) {
	h := reference.Help{Usage: usageOf(c), Text: c.Long, Example: c.Example}
	for _, s := range c.Commands() {
		if !s.Hidden {
			h.Commands = append(h.Commands, reference.HelpRow{Name: s.Name(), Text: s.Short})
		}
	}
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden && f.Name != "help" {
			h.Flags = append(h.Flags, helpRow(f))
		}
	})
	reference.WriteHelp(r.Stdout, h)
}

// helpRow is how a flag is written, and what it does.
func helpRow(f *pflag.Flag) reference.HelpRow {
	placeholder, text := pflag.UnquoteUsage(f)
	name := "-" + f.Name
	if f.Value.Type() != "bool" {
		name += "=" + strings.ToUpper(placeholder)
	} else if f.DefValue == "true" {
		name += "=false"
	}
	if !slices.Contains([]string{"", "false", "true", "0s", "[]"}, f.DefValue) {
		text = strings.TrimSuffix(text, ".") + fmt.Sprintf(" (default %s).", f.DefValue)
	}
	return reference.HelpRow{Name: name, Text: text}
}
