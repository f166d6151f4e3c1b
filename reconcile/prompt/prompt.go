// Package prompt asks whoever is at the terminal, and tells whether somebody is.
//
// It does not know what is done with an answer.
package prompt

import (
	"context"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"livery/reconcile/report"
	"livery/reconcile/terminal"
	"livery/reconcile/workspace"
	"livery/schema/syntax"
)

// Person is whoever reads what a run writes, and may be asked.
type Person struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
}

// Answers reports that somebody at a terminal can answer questions.
func (p Person) Answers() bool {
	in, ok := p.Stdin.(*os.File)
	return ok && term.IsTerminal(int(in.Fd()))
}

// Reads reports that somebody at a terminal reads stdout.
func (p Person) Reads() bool {
	out, ok := FileOf(p.Stdout)
	return ok && term.IsTerminal(int(out.Fd()))
}

// AskVariable asks a person for the value of a variable.
func (p Person) AskVariable(name, description string, sensitive bool) (string, bool) {
	report.WriteVariableQuestion(p.Stderr, name, description)
	if in, ok := p.Stdin.(*os.File); ok && sensitive && p.Answers() {
		text, err := term.ReadPassword(int(in.Fd()))
		report.WriteAnswered(p.Stderr)
		return string(text), err == nil
	}
	text, err := p.readLine()
	return text, err == nil
}

// Ask asks until the answer will do; an empty one means what is offered.
func (p Person) Ask(question, offered string, valid func(string) bool) string {
	for {
		report.WriteOffer(p.Stderr, question, offered)
		answer, err := p.readLine()
		switch answer = strings.TrimSpace(answer); {
		case err != nil || answer == "":
			return offered
		case valid(answer):
			return answer
		}
		report.WriteUnusable(p.Stderr, answer)
	}
}

// readLine reads one line and not a byte more, since others read on.
func (p Person) readLine() (string, error) {
	var line []byte
	var one [1]byte
	for {
		n, err := p.Stdin.Read(one[:])
		switch {
		case n == 1 && one[0] == '\n', err != nil && len(line) > 0:
			return strings.TrimRight(string(line), "\r"), nil
		case err != nil:
			return "", err
		}
		line = append(line, one[:n]...)
	}
}

// ReadAll reads standard input, of at most the size of a file.
func (p Person) ReadAll() ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(p.Stdin, syntax.MaxFile+1))
	switch {
	case err != nil:
		return nil, workspace.Failf("Cannot read standard input", "%v.", err)
	case len(data) > syntax.MaxFile:
		return nil, workspace.Failf("Cannot read standard input", "It is larger than %d MB.", syntax.MaxFile>>20)
	}
	return data, nil
}

// Approve asks for yes; anything else declines. flag is what to use where nobody
// can be asked.
func (p Person) Approve(ctx context.Context, question, warning, flag string) (bool, error) {
	report.WriteQuestion(p.Stdout, question, warning)
	defer report.WriteAnswered(p.Stdout)
	var answer string
	read := make(chan error, 1)
	go func() {
		var err error
		answer, err = p.readLine()
		read <- err
	}()
	select {
	case <-ctx.Done(): // the reader is left behind; the process ends
		return false, workspace.Failf("Interrupted", "The question was not answered, so nothing was done.")
	case err := <-read:
		if err != nil {
			return false, workspace.Failf("Nobody to ask", "The question was not answered: %v. Use %s where nobody can.", err, flag)
		}
		return answer == "yes", nil
	}
}

// Approval is approve for those who ask later.
func (p Person) Approval(question, warning, flag string) workspace.Approve {
	return func(ctx context.Context) (bool, error) { return p.Approve(ctx, question, warning, flag) }
}

// TerminalState is what puts the terminal back: while a secret is asked for, nothing
// of what is typed is seen.
func (p Person) TerminalState() (restore func()) {
	if in, ok := p.Stdin.(*os.File); ok {
		if state, err := term.GetState(int(in.Fd())); err == nil {
			return func() { _ = term.Restore(int(in.Fd()), state) }
		}
	}
	return func() {} // it is none
}

// FileOf is the file that a stream leads to, if it is one.
func FileOf(w io.Writer) (*os.File, bool) {
	if g, ok := w.(*terminal.Guard); ok {
		w = g.Writer
	}
	f, ok := w.(*os.File)
	return f, ok
}
