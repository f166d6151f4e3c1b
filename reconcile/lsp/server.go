package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"time"

	"livery/reconcile/workspace"
)

// Config is what a server is made of.
type Config struct {
	// Workspace is what the workspace of each stack is made of, but for its directory and
	// what is not saved.
	Workspace workspace.Config
	Version   string
	Log       *slog.Logger
	// Alive reports whether a process is still there; nil: nobody knows.
	Alive func(pid int) bool
}

// stage is how far a conversation has come.
type stage int

const (
	unborn  stage = iota // before initialize
	working              //
	leaving              // after shutdown
)

// server is one conversation. All but the reader runs in one goroutine.
type server struct {
	*desk
	Config
	wire      *wire
	publisher publisher
	stage     stage
	code      int // of the process, once it has ended
	client    clientCapabilities
	nextID    int // of our own requests

	requests      map[string]func(*server, json.RawMessage) (any, error)
	notifications map[string]func(*server, json.RawMessage) error
}

// GarbagePercent is by how much the memory of a server best grows before it is looked through,
// in the unit of debug.SetGCPercent: answers come soon and take some 45 MB in all.
const GarbagePercent = 600

// Serve answers an editor until it says goodbye, its process is gone or in closes, and
// gives the exit code: 0 after a shutdown, else 1. The error is one of writing.
func Serve(ctx context.Context, in io.Reader, out io.Writer, c Config) (int, error) {
	s := newServer(ctx, in, out, c)
	go s.receive()
	return s.loop(ctx)
}

func newServer(ctx context.Context, in io.Reader, out io.Writer, c Config) *server {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.Workspace.Context = ctx
	s := &server{Config: c, requests: requests(), notifications: notifications(), wire: newWire(in, out), code: -1}
	s.desk = &desk{
		base: c.Workspace, log: c.Log, queue: newQueue(), units: utf16Units, settings: defaultSettings(),
		documents: make(map[string]*document), projects: make(map[string]*project), stale: make(map[string]bool),
	}
	s.publisher = publisher{desk: s.desk, said: make(map[string]said), notify: s.notify}
	return s
}

// receive queues what comes in, until nothing does.
func (s *server) receive() {
	for {
		body, err := s.wire.read()
		switch {
		case errors.Is(err, errMalformed):
			s.queue.put(entry{fault: &rpcError{codeParse, err.Error()}})
			continue
		case errors.Is(err, errTooLong):
			s.Log.Error("the conversation ends", "error", err.Error())
			s.queue.put(entry{end: true, failed: true})
			return
		case err != nil:
			s.queue.put(entry{end: true})
			return
		}
		var m message
		if err := json.Unmarshal(body, &m); err != nil {
			s.queue.put(entry{fault: &rpcError{codeParse, "the message is no JSON object: " + err.Error()}})
			continue
		}
		if m.Method == "$/cancelRequest" {
			var p struct {
				ID json.RawMessage `json:"id"`
			}
			if json.Unmarshal(m.Params, &p) == nil {
				s.queue.cancel(p.ID)
			}
			continue
		}
		s.queue.put(entry{message: m})
	}
}

// loop does one thing after another.
func (s *server) loop(ctx context.Context) (int, error) {
	watch := time.NewTicker(time.Second)
	defer watch.Stop()
	for s.code < 0 {
		var due <-chan time.Time
		if wait, waiting := s.untilAnalysis(time.Now()); waiting {
			timer := time.NewTimer(wait)
			due = timer.C
			defer timer.Stop()
		}
		select {
		case <-ctx.Done():
			return 1, nil
		case <-watch.C:
			if pid := s.client.ProcessID; pid != 0 && s.Alive != nil && !s.Alive(pid) {
				return 1, nil
			}
		case <-due:
			s.guarded("analysis", s.analyse)
		case <-s.queue.ready:
			for e, ok := s.queue.take(); ok && s.code < 0; e, ok = s.queue.take() {
				s.handle(e)
			}
		}
		if err := s.wire.err; err != nil {
			return 1, err
		}
	}
	return s.code, nil
}

// handle answers one message.
func (s *server) handle(e entry) {
	m := e.message
	switch {
	case e.end && (e.failed || s.stage != leaving):
		s.code = 1
	case e.end:
		s.code = 0
	case e.found != nil:
		s.learn(e.found)
		s.delay()
	case e.fault != nil:
		s.wire.send(message{ID: json.RawMessage("null"), Error: e.fault})
	case m.Method == "exit":
		if s.code = 1; s.stage == leaving {
			s.code = 0
		}
	case m.Method == "" && m.ID != nil: // an answer to us
		s.answered(m)
	case m.Method == "":
		s.wire.send(message{ID: json.RawMessage("null"), Error: &rpcError{codeInvalidRequest, "the message has neither a method nor an id"}})
	case m.ID == nil:
		s.notice(m)
	default:
		s.answer(m)
	}
}

// analyse reads what has changed, and says what is wrong with it.
func (s *server) analyse() {
	s.desk.analyse()
	s.publisher.publish()
}

// notice takes note of what needs no answer.
func (s *server) notice(m message) {
	take, known := s.notifications[m.Method]
	if !known || s.stage != working {
		s.Log.Debug("a notification is passed over", "method", m.Method)
		return
	}
	s.guarded(m.Method, func() {
		if err := take(s, m.Params); err != nil {
			s.Log.Warn("a notification cannot be used", "method", m.Method, "error", err.Error())
		}
	})
}

// answer answers a request.
func (s *server) answer(m message) {
	reply := message{ID: m.ID}
	result, err := s.result(m)
	var coded *rpcError
	switch {
	case s.queue.answering(m.ID):
		reply.Error = &rpcError{codeCancelled, "the request was cancelled"}
	case errors.As(err, &coded):
		reply.Error = coded
	case err != nil:
		reply.Error = &rpcError{codeRequestFailed, err.Error()}
	default:
		if reply.Result, err = json.Marshal(result); err != nil {
			reply.Error = &rpcError{codeInternal, err.Error()}
		}
	}
	s.wire.send(reply)
}

// result is what a request asks for.
func (s *server) result(m message) (result any, err error) {
	ask, known := s.requests[m.Method]
	switch {
	case s.stage == unborn && m.Method != "initialize":
		return nil, &rpcError{codeUninitialized, "initialize comes first"}
	case s.stage == leaving:
		return nil, &rpcError{codeInvalidRequest, "the server is shutting down"}
	case s.queue.isCancelled(m.ID):
		return nil, nil
	case !known:
		return nil, &rpcError{codeUnknownMethod, fmt.Sprintf("there is no method %s", m.Method)}
	}
	err = &rpcError{codeInternal, "an internal error; the log has it"}
	s.guarded(m.Method, func() { result, err = ask(s, m.Params) })
	return result, err
}

// guarded keeps a fault of ours from ending the conversation.
func (s *server) guarded(what string, do func()) {
	defer func() {
		if fault := recover(); fault != nil {
			s.Log.Error("a fault in livery", "in", what, "fault", fmt.Sprint(fault), "stack", string(debug.Stack()))
		}
	}()
	do()
}

// notify says what needs no answer.
func (s *server) notify(method string, params json.RawMessage) {
	s.wire.send(message{Method: method, Params: params})
}

// ask sends a request of ours.
func (s *server) ask(method string, params any) {
	body, err := json.Marshal(params)
	if err != nil {
		s.Log.Error("a request cannot be written", "method", method, "error", err.Error())
		return
	}
	s.nextID++
	id := fmt.Sprintf(`"livery/%d/%s"`, s.nextID, method)
	s.wire.send(message{ID: json.RawMessage(id), Method: method, Params: body})
}
