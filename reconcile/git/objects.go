package git

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"sync"
)

// maxObject is the size in bytes of the largest object whose content is kept; more than
// livery reads of a file.
const maxObject = 16 << 20

// errMissing says that an object is not in the repository.
var errMissing = errors.New("the object is not in the repository")

// objects reads the objects of a repository one after the other, from one git process.
// What was read is remembered: two trees share most of their objects.
type objects struct {
	start func() *exec.Cmd

	mu      sync.Mutex
	cmd     *exec.Cmd // nil until something is asked
	in      io.WriteCloser
	out     *bufio.Reader
	message bytes.Buffer // what git says when it gives up
	known   map[string]object
	closed  bool
}

type object struct {
	content []byte
	size    int64
	err     error
}

func (r *Repository) openObjects(ctx context.Context) *objects {
	return &objects{start: func() *exec.Cmd { return r.command(ctx, "cat-file", "--batch") }, known: make(map[string]object)}
}

// close ends the reading.
func (o *objects) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	o.stop()
}

func (o *objects) stop() {
	if o.cmd != nil {
		_ = o.in.Close() // git ends with its input
		_ = o.cmd.Wait() // how it ends no longer matters
		o.cmd = nil
	}
}

func (o *objects) running() error {
	if o.cmd != nil {
		return nil
	}
	cmd := o.start()
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	o.message.Reset()
	cmd.Stderr = &o.message
	if err := cmd.Start(); err != nil {
		return err
	}
	o.cmd, o.in, o.out = cmd, in, bufio.NewReader(out)
	return nil
}

// read gives the content of an object, nil if it is too large to keep, and its size. The
// error is errMissing for one that is not there.
func (o *objects) read(id string) ([]byte, int64, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	got, ok := o.known[id]
	if !ok {
		if o.closed {
			return nil, 0, errors.New("the repository is closed")
		}
		got = o.ask(id)
		if got.err != nil {
			got.err = o.explain(got.err)
		}
		o.known[id] = got
	}
	return got.content, got.size, got.err
}

// explain is called when the answer was none. Git gives up on the first object that it
// would have to fetch, so another process answers for the next.
func (o *objects) explain(err error) error {
	if errors.Is(err, errMissing) {
		return err
	}
	o.stop()
	switch message := strings.TrimSpace(o.message.String()); {
	case strings.Contains(message, "promisor"):
		return errMissing
	case message != "":
		return fmt.Errorf("git cat-file: %s", message)
	}
	return err
}

func (o *objects) ask(id string) object {
	if err := o.running(); err != nil {
		return object{err: fmt.Errorf("git cat-file: %w", err)}
	}
	if _, err := io.WriteString(o.in, id+"\n"); err != nil {
		return object{err: fmt.Errorf("git cat-file: %w", err)}
	}
	line, err := o.out.ReadString('\n')
	if err != nil {
		return object{err: fmt.Errorf("git cat-file: %w", err)}
	}
	head := strings.Fields(line)
	if len(head) == 2 && head[1] == "missing" {
		return object{err: errMissing}
	}
	if len(head) != 3 {
		return object{err: fmt.Errorf("git cat-file: unexpected answer %q", line)}
	}
	size, err := strconv.ParseInt(head[2], 10, 64)
	if err != nil {
		return object{err: fmt.Errorf("git cat-file: unexpected answer %q", line)}
	}
	got := object{size: size}
	if size <= maxObject {
		got.content = make([]byte, size)
		_, err = io.ReadFull(o.out, got.content)
	} else {
		_, err = io.CopyN(io.Discard, o.out, size)
	}
	if err == nil {
		_, err = o.out.Discard(1) // the line feed behind it
	}
	if err != nil {
		return object{err: fmt.Errorf("git cat-file: %w", err)}
	}
	return got
}
