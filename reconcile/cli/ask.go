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

// person is whoever reads what a run writes, and may be asked.
type person struct{ Env }

func (a *app) person() person { return person{a.Env} }

// answers reports that somebody at a terminal can answer questions.
func (p person) answers() bool {
	in, ok := p.Stdin.(*os.File)
	return ok && term.IsTerminal(int(in.Fd()))
}

// reads reports that somebody at a terminal reads stdout.
func (p person) reads() bool {
	out, ok := fileOf(p.Stdout)
	return ok && term.IsTerminal(int(out.Fd()))
}

// askVariable asks a person for the value of a variable.
func (p person) askVariable(name, description string, sensitive bool) (string, bool) {
	report.WriteVariableQuestion(p.Stderr, name, description)
	if in, ok := p.Stdin.(*os.File); ok && sensitive && p.answers() {
		text, err := term.ReadPassword(int(in.Fd()))
		report.WriteAnswered(p.Stderr)
		return string(text), err == nil
	}
	text, err := p.readLine()
	return text, err == nil
}

// askFor asks until the answer will do; an empty one means what is offered.
func (p person) askFor(question, offered string, valid func(string) bool) string {
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
func (p person) readLine() (string, error) {
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

// readStdin reads standard input, of at most the size of a file.
func (p person) readStdin() ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(p.Stdin, syntax.MaxFile+1))
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
func (p person) approve(ctx context.Context, question, warning, flag string) (bool, error) {
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
		return false, fail("Interrupted", "The question was not answered, so nothing was done.")
	case err := <-read:
		if err != nil {
			return false, fail("Nobody to ask", "The question was not answered: %v. Use %s where nobody can.", err, flag)
		}
		return answer == "yes", nil
	}
}

// approval is approve for those who ask later.
func (p person) approval(question, warning, flag string) workspace.Approve {
	return func(ctx context.Context) (bool, error) { return p.approve(ctx, question, warning, flag) }
}
