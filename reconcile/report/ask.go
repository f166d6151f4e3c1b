package report

import (
	"fmt"
	"io"
	"strings"

	"livery/reconcile/terminal"
)

// Questions are written here and answered elsewhere: on stdout where they belong to
// what a command does, on stderr where stdout may be piped to a program.

// WriteQuestion asks a person for a yes.
func WriteQuestion(w io.Writer, question, warning string) {
	fmt.Fprintf(w, "\n%s\n  %s\n  Only 'yes' will be accepted to approve.\n\n  Enter a value: ", question, warning)
}

// WriteAnswered ends the line of a question.
func WriteAnswered(w io.Writer) { fmt.Fprintln(w) }

// WriteVariableQuestion asks for the value of a variable.
func WriteVariableQuestion(w io.Writer, name, description string) {
	fmt.Fprintf(w, "var.%s\n", name)
	if description != "" {
		fmt.Fprintf(w, "  %s\n\n", strings.ReplaceAll(terminal.Escape(description, "\n"), "\n", "\n  "))
	}
	fmt.Fprint(w, "  Enter a value: ")
}

// WriteOffer asks for a text and offers one.
func WriteOffer(w io.Writer, question, offered string) { fmt.Fprintf(w, "%s [%s] ", question, offered) }

// WriteUnusable refuses an answer.
func WriteUnusable(w io.Writer, answer string) { fmt.Fprintf(w, "%q will not do.\n", answer) }

// WriteDeclined writes what was not done for want of a yes.
func WriteDeclined(w io.Writer, what string) { fmt.Fprintf(w, "%s\n", what) }
