package reference

import (
	"fmt"
	"io"
	"strings"

	"livery/reconcile/terminal"
)

// HelpRow is a command or a flag with what it does.
type HelpRow struct{ Name, Text string }

// Help is what there is to say about one command.
type Help struct {
	Usage, Text, Example string
	Commands, Flags      []HelpRow
}

// WriteUsage writes the help of livery itself.
func WriteUsage(w io.Writer, main, other []HelpRow) {
	fmt.Fprint(w, "Usage: livery [-chdir=DIR] COMMAND [flags] [args]\n\n",
		"livery keeps the look of ADVANCE.AI's hosted liveness pages in git: it checks the\nfiles, shows what would change, and sends exactly that.\n\n",
		"The main job, in the order in which it is done:\n", commandRows(main), "\nAll other commands:\n", commandRows(other),
		"\nBefore the command:\n  -chdir=DIR    Work in DIR\n  -help         Show this, or with a command its flags and an example\n  -version      The same as the command version\n")
}

func commandRows(rows []HelpRow) string {
	var b strings.Builder
	for _, r := range rows {
		fmt.Fprintf(&b, "  %-14s%s\n", r.Name, r.Text)
	}
	return b.String()
}

// WriteHelp writes the help of one command.
func WriteHelp(w io.Writer, h Help) {
	fmt.Fprintf(w, "Usage: livery [-chdir=DIR] %s\n\n%s\n", h.Usage, strings.TrimSpace(h.Text))
	if len(h.Commands) > 0 {
		fmt.Fprint(w, "\nCommands:\n", commandRows(h.Commands))
	}
	width := 0
	for _, f := range h.Flags {
		width = max(width, len(f.Name))
	}
	if len(h.Flags) > 0 {
		fmt.Fprint(w, "\nFlags:\n")
	}
	for _, f := range h.Flags {
		name := f.Name
		for _, line := range wrapped(f.Text, max(78-width-4, 30)) {
			fmt.Fprintf(w, "  %-*s  %s\n", width, name, line)
			name = ""
		}
	}
	if h.Example != "" {
		fmt.Fprintf(w, "\nExample:\n  %s\n", strings.ReplaceAll(strings.TrimSpace(h.Example), "\n", "\n  "))
	}
}

// wrapped breaks a text at blanks, whatever lines it had.
func wrapped(text string, width int) []string {
	return terminal.Wrap(strings.Join(strings.Fields(text), " "), width)
}
