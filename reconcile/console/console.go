// Package console is a conversation with a stack: expressions in, one a line, values out.
//
// It does not know where lines come from or what an expression is worth, which a
// [stack.Evaluation] says.
package console

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"livery/reconcile/findings"
	"livery/reconcile/terminal"
	"livery/schema/config"
	"livery/schema/layout"
	"livery/schema/stack"
)

// Console evaluates what is typed, or what comes through a pipe.
type Console struct {
	Stack          *stack.Evaluation
	Stdout, Stderr io.Writer
	Out, Err       terminal.Style // how the two are dressed
	// Line gives the next line behind a prompt, without its end; io.EOF ends the
	// conversation.
	Line func(prompt string) (string, error)
	// Piped says that nobody is there to type an expression again: one that is wrong ends
	// the conversation, as in Terraform's.
	Piped bool
}

// inputName is what the place of a fault is called, as in Terraform.
const inputName = "<console-input>"

const help = `Type an expression to see its value: var.brand, lighten(local.brand, 0.3),
tokens("tokens.json"), documents["th_TH"].mobile_result_page. An open bracket goes
on in the next line. To end, type "exit", or use Control-C or Control-D.
`

// Run converses until "exit" or the end of the input. It reports whether each expression
// had a value.
func (c *Console) Run() (clean bool, err error) {
	clean = true
	for number := 1; ; {
		expr, lines, err := c.expression()
		switch word := strings.TrimSpace(expr); {
		case errors.Is(err, io.EOF) && word == "", err == nil && word == "exit":
			return clean, nil
		case err != nil && !errors.Is(err, io.EOF):
			return clean, err
		case word == "help":
			fmt.Fprint(c.Stdout, help)
		case word != "" && !strings.HasPrefix(word, "#"):
			clean = c.answer(expr, number) && clean
		}
		if !clean && c.Piped {
			return false, nil
		}
		number += lines
	}
}

// expression reads lines until no bracket is open, and tells how many they are.
func (c *Console) expression() (expr string, lines int, err error) {
	prompt := "> "
	for {
		line, err := c.Line(prompt)
		if err != nil {
			return expr, lines, err
		}
		expr += line + "\n"
		if lines++; !layout.IsOpen([]byte(expr)) {
			return expr, lines, nil
		}
		prompt = ": "
	}
}

// answer says what an expression is worth, or what is wrong with it; number is that of its
// first line.
func (c *Console) answer(expr string, number int) (ok bool) {
	text := strings.TrimSuffix(expr, "\n")
	if layout.IsOpen([]byte(text)) && !layout.IsOpen([]byte(expr)) {
		text = expr // a heredoc, whose last line ends it only with a line end
	}
	src := []byte(strings.Repeat("\n", number-1) + text)
	v, diags := c.Stack.Value(src, inputName)
	if diags.HasErrors() {
		findings.WriteText(c.Stderr, diags, map[string][]byte{inputName: src}, c.Err)
		return false
	}
	if diags = slices.DeleteFunc(diags, func(d *hcl.Diagnostic) bool { return d.Severity != hcl.DiagWarning }); len(diags) > 0 {
		findings.WriteText(c.Stderr, diags, map[string][]byte{inputName: src}, c.Err)
	}
	fmt.Fprintln(c.Stdout, Format(v, c.Out))
	return true
}

// Complete completes the name before a cursor at pos, a place in bytes, as far as the
// names that begin so agree. With false there is nothing to complete.
func Complete(names []string, line string, pos int) (completed string, newPos int, ok bool) {
	start := strings.LastIndexFunc(line[:pos], func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune(`_-."[`, r))
	}) + 1
	begun := line[start:pos]
	if !strings.HasPrefix(begun, config.DocumentsName) && !strings.HasPrefix(begun, config.SessionsName) {
		begun = begun[strings.LastIndexByte(begun, '[')+1:] // the first element of a list
	}
	common := ""
	for _, name := range names {
		switch {
		case begun == "" || !strings.HasPrefix(name, begun):
		case common == "":
			common = name
		default:
			common = commonPrefix(common, name)
		}
	}
	if len(common) <= len(begun) {
		return line, pos, false
	}
	return line[:pos] + common[len(begun):] + line[pos:], pos + len(common) - len(begun), true
}

func commonPrefix(a, b string) string {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return a[:n]
}
