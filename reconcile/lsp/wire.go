package lsp

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// maxBody is the size in bytes of the largest message that is read.
const maxBody = 64 << 20

// maxHeader is that of a line of a header.
const maxHeader = 4 << 10

var (
	errMalformed = errors.New("the message has no usable header")
	errTooLong   = fmt.Errorf("a message has more than %d MB", maxBody>>20)
)

// message is a request, a notification or an answer, as JSON-RPC 2.0 has them.
type message struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  json.RawMessage `json:"params,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   *rpcError       `json:"error,omitempty"`
}

// rpcError is why there is no result.
type rpcError struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// Error implements error.
func (e *rpcError) Error() string { return e.Message }

// The protocol's codes.
const (
	codeParse          = -32700
	codeInvalidRequest = -32600
	codeUnknownMethod  = -32601
	codeInvalidParams  = -32602
	codeInternal       = -32603
	codeUninitialized  = -32002
	codeRequestFailed  = -32803
	codeCancelled      = -32800
)

// wire reads and writes messages, each behind a header with its length in bytes.
type wire struct {
	in *bufio.Reader

	out io.Writer
	err error // the first of writing
}

func newWire(in io.Reader, out io.Writer) *wire {
	return &wire{in: bufio.NewReader(in), out: out}
}

// read gives the body of the next message. After errMalformed it can be called again.
func (c *wire) read() ([]byte, error) {
	length, bad := -1, false
	for {
		line, err := c.line()
		if err != nil {
			return nil, err
		}
		name, value, ok := strings.Cut(line, ":")
		switch {
		case line == "" && length >= 0:
			body := make([]byte, length)
			_, err := io.ReadFull(c.in, body)
			return body, err
		case line == "" && bad:
			return nil, errMalformed
		case line == "": // between messages
		case ok && strings.EqualFold(strings.TrimSpace(name), "Content-Length"):
			n, err := strconv.Atoi(strings.TrimSpace(value))
			if err != nil || n < 0 {
				bad = true
				continue
			}
			if n > maxBody {
				return nil, errTooLong
			}
			length = n
		case !ok:
			bad = true
		}
	}
}

// line is one line of a header without its end; of one that is too long the rest is
// skipped, and what is given is none of a header.
func (c *wire) line() (string, error) {
	var text []byte
	for {
		part, err := c.in.ReadSlice('\n')
		if len(text) < maxHeader {
			text = append(text, part...)
		}
		switch {
		case err == nil && len(text) >= maxHeader:
			return "?", nil
		case err == nil:
			return strings.TrimRight(string(text), "\r\n"), nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return "", err
		}
	}
}

// send writes a message.
func (c *wire) send(m message) {
	m.Version = "2.0"
	body, err := json.Marshal(m)
	if err == nil {
		_, err = fmt.Fprintf(c.out, "Content-Length: %d\r\n\r\n%s", len(body), body)
	}
	if c.err == nil {
		c.err = err
	}
}
