package prompt

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// patience is how long a busy machine may take.
const patience = time.Minute

// screen is what a person types at and reads from, and the terminal that a program has.
type screen struct {
	keys, terminal *os.File

	mu    sync.Mutex
	shown bytes.Buffer
}

func newScreen(t *testing.T) *screen {
	t.Helper()
	keys, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("there are no terminals here: %v", err)
	}
	t.Cleanup(func() { _ = keys.Close() })
	var locked, number int32
	for _, call := range []struct {
		request uintptr
		value   *int32
	}{{syscall.TIOCSPTLCK, &locked}, {syscall.TIOCGPTN, &number}} {
		_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, keys.Fd(), call.request, uintptr(unsafe.Pointer(call.value)))
		require.Zero(t, errno)
	}
	terminal, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("there are no terminals here: %v", err)
	}
	t.Cleanup(func() { _ = terminal.Close() })
	s := &screen{keys: keys, terminal: terminal}
	go func() {
		buf := make([]byte, 1024)
		for {
			n, err := keys.Read(buf)
			if err != nil {
				return
			}
			s.mu.Lock()
			s.shown.Write(buf[:n])
			s.mu.Unlock()
		}
	}()
	return s
}

func (s *screen) until(t *testing.T, text string) {
	t.Helper()
	require.Eventually(t, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return strings.Contains(s.shown.String(), text)
	}, patience, time.Millisecond, "%q is not shown", text)
}

func TestLinesAtATerminal(t *testing.T) {
	s := newScreen(t)
	p := Person{Stdin: s.terminal, Stdout: s.terminal, Stderr: s.terminal}
	next := p.Lines(context.Background(), func(line string, pos int) (string, int, bool) {
		return line[:pos] + "brand" + line[pos:], pos + len("brand"), true
	})
	for i, test := range []struct{ keys, want string }{
		{"1 + 2\r", "1 + 2"},
		{"var.\t\r", "var.brand"},
		{"\x1b[A\r", "var.brand"},     // the line before
		{"ab\x1b[Dx\r", "axb"},        // to the left
		{"สวัสดีx\x7f\r", "สวัสดี"},   // taken back
		{"wrong\x15right\r", "right"}, // the line is emptied
	} {
		prompt := fmt.Sprintf("%d> ", i)
		read := make(chan string, 1)
		go func() {
			line, err := next(prompt)
			read <- fmt.Sprint(line, err)
		}()
		s.until(t, prompt) // what is typed before is shown by the terminal itself
		_, err := s.keys.WriteString(test.keys)
		require.NoError(t, err)
		assert.Equal(t, test.want+"<nil>", <-read)
	}
}

func TestLinesEndAtATerminal(t *testing.T) {
	for name, key := range map[string]string{"Control-C": "\x03", "Control-D": "\x04"} {
		t.Run(name, func(t *testing.T) {
			s := newScreen(t)
			next := Person{Stdin: s.terminal, Stdout: s.terminal, Stderr: s.terminal}.Lines(context.Background(), nil)
			read := make(chan error, 1)
			go func() {
				_, err := next("> ")
				read <- err
			}()
			s.until(t, "> ")
			_, err := s.keys.WriteString(key)
			require.NoError(t, err)
			assert.ErrorIs(t, <-read, io.EOF)
		})
	}
}

// The run ends although nobody types.
func TestLinesEndWithTheContext(t *testing.T) {
	s := newScreen(t)
	ctx, cancel := context.WithCancel(context.Background())
	next := Person{Stdin: s.terminal, Stdout: s.terminal, Stderr: s.terminal}.Lines(ctx, nil)
	read := make(chan error, 1)
	go func() {
		_, err := next("> ")
		read <- err
	}()
	s.until(t, "> ")
	cancel()
	assert.ErrorIs(t, <-read, context.Canceled)
}

func TestLinesOfAPipe(t *testing.T) {
	next := Person{Stdin: strings.NewReader("a\r\nb\n\nc"), Stdout: io.Discard}.Lines(context.Background(), nil)
	var got []string
	for {
		line, err := next("> ")
		if err != nil {
			assert.ErrorIs(t, err, io.EOF)
			break
		}
		got = append(got, line)
	}
	assert.Equal(t, []string{"a", "b", "", "c"}, got)
}
