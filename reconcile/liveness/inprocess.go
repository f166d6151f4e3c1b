package liveness

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"time"
)

// HandlerTransport runs a handler in this process in place of a server, with no
// socket. To both sides it is as HTTP/1.1 would be: answers are streamed and as
// small as a server buffers, a handler that panics loses the connection, and
// one whose client has gone sees its context end and its writes fail.
//
// Request bodies are read whole before the handler runs. There are no trailers,
// no informational answers and nothing to hijack.
func HandlerTransport(h http.Handler) http.RoundTripper { return handlerTransport{h} }

type handlerTransport struct{ handler http.Handler }

// RoundTrip implements http.RoundTripper.
func (t handlerTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	body, err := readBody(req)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	trace := httptrace.ContextClientTrace(ctx)
	tell(trace, req.URL.Host)

	serving, stop := context.WithCancel(context.Background())
	pr, pw := io.Pipe()
	w := &inProcessWriter{request: req, header: make(http.Header), pipe: pw, answered: make(chan *http.Response, 1), lost: make(chan error, 1)}
	w.buffer = bufio.NewWriterSize(writerFunc(w.commit), 2048)
	hangUp := func() {
		stop()
		_ = pw.CloseWithError(context.Cause(ctx))
	}
	unhook := context.AfterFunc(ctx, hangUp)
	w.body = &inProcessBody{PipeReader: pr, leave: func() { unhook(); stop() }}
	go func() {
		defer stop()
		w.serve(t.handler, serverRequest(serving, req, body))
	}()
	if trace != nil && trace.WroteRequest != nil {
		trace.WroteRequest(httptrace.WroteRequestInfo{})
	}
	select {
	case resp := <-w.answered:
		return resp, nil
	case err := <-w.lost:
		unhook()
		return nil, err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func readBody(req *http.Request) ([]byte, error) {
	if req.Body == nil {
		return nil, nil
	}
	defer func() { _ = req.Body.Close() }()
	return io.ReadAll(req.Body)
}

func tell(trace *httptrace.ClientTrace, host string) {
	if trace == nil {
		return
	}
	if trace.GetConn != nil {
		trace.GetConn(host)
	}
	if trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{})
	}
}

// serverRequest is the request as the other side of a connection sees it.
func serverRequest(ctx context.Context, req *http.Request, body []byte) *http.Request {
	r := (&http.Request{
		Method: req.Method, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: req.Header.Clone(), Host: req.Host, RequestURI: req.URL.RequestURI(),
		Body: http.NoBody, ContentLength: int64(len(body)), RemoteAddr: "127.0.0.1:0",
	}).WithContext(ctx)
	if r.Method == "" {
		r.Method = http.MethodGet
	}
	if r.Header == nil {
		r.Header = make(http.Header)
	}
	if r.Host == "" {
		r.Host = req.URL.Host
	}
	u := *req.URL
	u.Scheme, u.Host, u.User, u.Fragment, u.RawFragment = "", "", nil, "", ""
	if u.Path == "" {
		u.Path = "/"
	}
	r.URL = &u
	if len(body) > 0 {
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	switch {
	case len(body) > 0, r.Method == http.MethodPost, r.Method == http.MethodPut, r.Method == http.MethodPatch:
		r.Header.Set("Content-Length", strconv.Itoa(len(body)))
	}
	return r
}

// inProcessBody is an answer's body. Closing it ends the connection.
type inProcessBody struct {
	*io.PipeReader
	leave func()
}

// Close implements io.Closer.
func (b *inProcessBody) Close() error {
	b.leave()
	return b.PipeReader.Close()
}

// inProcessWriter is the handler's side. Nothing of it is used by two
// goroutines but the channels and the pipe.
type inProcessWriter struct {
	request  *http.Request
	header   http.Header
	buffer   *bufio.Writer // in front of commit, so that short answers know their length
	pipe     *io.PipeWriter
	body     *inProcessBody
	answered chan *http.Response
	lost     chan error

	status    int // 0 until the handler or its first write decides
	snapshot  http.Header
	declared  int64 // Content-Length by the handler, or -1
	written   int64
	committed bool // the answer has left
	done      bool // the handler has returned
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// Header implements http.ResponseWriter.
func (w *inProcessWriter) Header() http.Header { return w.header }

// WriteHeader implements http.ResponseWriter; only the first call counts.
func (w *inProcessWriter) WriteHeader(status int) {
	if status < 100 || status > 999 {
		panic(fmt.Sprintf("invalid WriteHeader code %v", status)) // as net/http does
	}
	if w.status != 0 || status < 200 {
		return
	}
	w.status, w.snapshot, w.declared = status, w.header.Clone(), -1
	if w.snapshot == nil {
		w.snapshot = make(http.Header)
	}
	if n, err := strconv.ParseInt(w.snapshot.Get("Content-Length"), 10, 64); err == nil && n >= 0 {
		w.declared = n
	}
}

// Write implements http.ResponseWriter.
func (w *inProcessWriter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if w.bodiless() {
		return w.discard(p)
	}
	if w.declared >= 0 && w.written+int64(len(p)) > w.declared {
		return 0, http.ErrContentLength
	}
	w.written += int64(len(p))
	w.sniff(p)
	return w.buffer.Write(p)
}

// discard takes the body of an answer that has none.
func (w *inProcessWriter) discard(p []byte) (int, error) {
	if w.request.Method == http.MethodHead {
		return len(p), nil
	}
	return 0, http.ErrBodyNotAllowed
}

func (w *inProcessWriter) bodiless() bool {
	return w.request.Method == http.MethodHead || w.status == http.StatusNoContent || w.status == http.StatusNotModified
}

func (w *inProcessWriter) sniff(p []byte) {
	if _, set := w.snapshot["Content-Type"]; !set && !w.committed && len(p) > 0 && w.snapshot.Get("Content-Encoding") == "" {
		w.snapshot.Set("Content-Type", http.DetectContentType(p))
	}
}

// Flush implements http.Flusher.
func (w *inProcessWriter) Flush() {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	_ = w.buffer.Flush()
	w.answer()
}

// commit takes what the buffer lets through.
func (w *inProcessWriter) commit(p []byte) (int, error) {
	w.answer()
	return w.pipe.Write(p)
}

// answer lets the client see the status and the headers.
func (w *inProcessWriter) answer() {
	if w.committed {
		return
	}
	w.committed = true
	length := w.declared
	if w.done && length < 0 {
		length = w.written
		if !w.bodiless() {
			w.snapshot.Set("Content-Length", strconv.FormatInt(length, 10))
		}
	}
	if _, set := w.snapshot["Date"]; !set {
		w.snapshot.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	}
	maps.DeleteFunc(w.snapshot, func(_ string, values []string) bool { return len(values) == 0 })
	w.answered <- &http.Response{
		Status: strconv.Itoa(w.status) + " " + http.StatusText(w.status), StatusCode: w.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.snapshot, Body: w.body, ContentLength: length, Request: w.request,
	}
}

// serve runs the handler and ends the answer as a server would.
func (w *inProcessWriter) serve(h http.Handler, r *http.Request) {
	returned := false
	defer func() {
		if returned {
			w.finish()
			return
		}
		w.abort(recover())
	}()
	h.ServeHTTP(w, r)
	returned = true
}

func (w *inProcessWriter) finish() {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	w.done = true
	if w.declared > w.written && !w.bodiless() {
		_ = w.buffer.Flush()
		w.answer()
		_ = w.pipe.CloseWithError(io.ErrUnexpectedEOF)
		return
	}
	w.answer()
	_ = w.buffer.Flush()
	_ = w.pipe.Close()
}

// abort breaks the connection: a client that has seen the headers finds the
// body cut off, any other never hears of an answer. A panic other than the one
// made for this is a mistake of the handler, and named.
func (w *inProcessWriter) abort(panicked any) {
	err := io.EOF
	if w.committed {
		err = io.ErrUnexpectedEOF
	}
	if cause, ok := panicked.(error); panicked != nil && !(ok && errors.Is(cause, http.ErrAbortHandler)) {
		err = fmt.Errorf("%w: the handler panicked: %v", err, panicked)
	}
	if w.committed {
		_ = w.pipe.CloseWithError(err)
	} else {
		w.lost <- err
	}
}
