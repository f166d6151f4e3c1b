package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"livery/reconcile/report"
)

// usage writes the help of livery itself.
func usage(a *app) {
	var main, other []report.HelpRow
	for _, c := range commands() {
		row := report.HelpRow{Name: c.name, Text: c.short}
		if c.main {
			main = append(main, row)
		} else {
			other = append(other, row)
		}
	}
	report.WriteUsage(a.Stdout, main, other)
}

// commandHelp writes the help of one command: synopsis, text, flags, example.
func commandHelp(a *app, c *cobra.Command) {
	h := report.Help{Usage: usageOf(c), Text: c.Long, Example: c.Example}
	for _, s := range c.Commands() {
		if !s.Hidden {
			h.Commands = append(h.Commands, report.HelpRow{Name: s.Name(), Text: s.Short})
		}
	}
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden && f.Name != "help" {
			h.Flags = append(h.Flags, helpRow(f))
		}
	})
	report.WriteHelp(a.Stdout, h)
}

// helpRow is how a flag is written, and what it does.
func helpRow(f *pflag.Flag) report.HelpRow {
	placeholder, text := pflag.UnquoteUsage(f)
	name := "-" + f.Name
	if f.Value.Type() != "bool" {
		name += "=" + strings.ToUpper(placeholder)
	} else if f.DefValue == "true" {
		name += "=false"
	}
	if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "true" && f.DefValue != "0s" {
		text = strings.TrimSuffix(text, ".") + fmt.Sprintf(" (default %s).", f.DefValue)
	}
	return report.HelpRow{Name: name, Text: text}
}
