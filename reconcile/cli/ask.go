package cli

import (
	"context"
	"io"
	"os"
	"strings"

	"livery/reconcile/report"
	"livery/reconcile/workspace"
	"livery/schema/syntax"

	"golang.org/x/term"
)

// askVariable asks a person for the value of a variable.
func (a *app) askVariable(name, description string, sensitive bool) (string, bool) {
	report.WriteVariableQuestion(a.Stderr, name, description)
	if in, ok := a.Stdin.(*os.File); ok && sensitive && a.terminal() {
		text, err := term.ReadPassword(int(in.Fd()))
		report.WriteAnswered(a.Stderr)
		return string(text), err == nil
	}
	text, err := a.readLine()
	return text, err == nil
}

// askFor asks until the answer will do; an empty one means what is offered.
func (a *app) askFor(question, offered string, valid func(string) bool) string {
	for {
		report.WriteOffer(a.Stderr, question, offered)
		answer, err := a.readLine()
		switch answer = strings.TrimSpace(answer); {
		case err != nil || answer == "":
			return offered
		case valid(answer):
			return answer
		}
		report.WriteUnusable(a.Stderr, answer)
	}
}

// readLine reads one line and not a byte more, since others read on.
func (a *app) readLine() (string, error) {
	var line []byte
	var one [1]byte
	for {
		n, err := a.Stdin.Read(one[:])
		switch {
		case n == 1 && one[0] == '\n', err != nil && len(line) > 0:
			return strings.TrimRight(string(line), "\r"), nil
		case err != nil:
			return "", err
		}
		line = append(line, one[:n]...)
	}
}

// readStdin reads standard input, of at most the size of a file.
func (a *app) readStdin() ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(a.Stdin, syntax.MaxFile+1))
	switch {
	case err != nil:
		return nil, fail("Cannot read standard input", "%v.", err)
	case len(data) > syntax.MaxFile:
		return nil, fail("Cannot read standard input", "It is larger than %d MB.", syntax.MaxFile>>20)
	}
	return data, nil
}

// approve asks for yes; anything else declines. flag is what to use where nobody
// can be asked.
func (a *app) approve(ctx context.Context, question, warning, flag string) (bool, error) {
	report.WriteQuestion(a.Stdout, question, warning)
	defer report.WriteAnswered(a.Stdout)
	var answer string
	read := make(chan error, 1)
	go func() {
		var err error
		answer, err = a.readLine()
		read <- err
	}()
	select {
	case <-ctx.Done(): // the reader is left behind; the process ends
		return false, fail("Interrupted", "The question was not answered, so nothing was done.")
	case err := <-read:
		if err != nil {
			return false, fail("Nobody to ask", "The question was not answered: %v. Use %s where nobody can.", err, flag)
		}
		return answer == "yes", nil
	}
}

// approval is approve for those who ask later.
func (a *app) approval(question, warning, flag string) workspace.Approve {
	return func(ctx context.Context) (bool, error) { return a.approve(ctx, question, warning, flag) }
}
