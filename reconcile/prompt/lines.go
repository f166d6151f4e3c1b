package prompt

import (
	"context"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"livery/reconcile/workspace"
	"livery/schema/syntax"
)

// Completer completes a line at a cursor, a place in bytes; false if there is nothing to
// complete.
type Completer func(line string, pos int) (completed string, newPos int, ok bool)

// Lines gives the lines of standard input one after the other, until io.EOF. At a
// terminal each is typed behind a prompt, with editing and history. When the context ends
// so do the lines.
func (p Person) Lines(ctx context.Context, complete Completer) func(prompt string) (string, error) {
	read := func(string) (string, error) { return p.readLine() }
	in, isFile := p.Stdin.(*os.File)
	out, _ := FileOf(p.Stdout)
	if isFile && p.Answers() && p.Reads() {
		read = editor(int(in.Fd()), in, out, complete)
	}
	restore := p.TerminalState()
	length := 0
	return func(prompt string) (string, error) {
		type answer struct {
			line string
			err  error
		}
		answers := make(chan answer, 1)
		go func() {
			line, err := read(prompt)
			answers <- answer{line, err}
		}()
		select {
		case <-ctx.Done(): // the reader is left behind; the process ends
			restore()
			return "", ctx.Err()
		case a := <-answers:
			if length += len(a.line); length > syntax.MaxFile {
				return "", workspace.Failf("Cannot read standard input", "It is larger than %d MB.", syntax.MaxFile>>20)
			}
			return a.line, a.err
		}
	}
}

// editor reads lines at a terminal, which is as it was before between two of them.
func editor(fd int, in io.Reader, out *os.File, complete Completer) func(prompt string) (string, error) {
	t := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{in, out}, "")
	t.AutoCompleteCallback = func(line string, pos int, key rune) (string, int, bool) {
		if key != '\t' {
			return "", 0, false
		}
		return complete(line, pos)
	}
	return func(prompt string) (string, error) {
		if width, height, err := term.GetSize(int(out.Fd())); err == nil && width > 0 {
			_ = t.SetSize(width, height) // it may have changed; some terminals tell none
		}
		before, err := term.MakeRaw(fd)
		if err != nil {
			return "", err
		}
		defer func() { _ = term.Restore(fd, before) }()
		t.SetPrompt(prompt)
		line, err := t.ReadLine()
		if err == io.EOF {
			_, _ = io.WriteString(out, "\r\n") // what comes next begins a line
		}
		return strings.TrimRight(line, "\r"), err
	}
}
