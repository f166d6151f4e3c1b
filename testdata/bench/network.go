package main

import (
	"encoding/pem"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"livery/reconcile/simulator"
	"livery/testdata/bench/corpus"
)

// oneWay is how long whatever is sent takes: so long that a busy machine has sent all
// that it can before the first answer arrives. How many trips there are does not depend
// on it.
const oneWay = 100 * time.Millisecond

// trips is how many round trips an apply of all documents waits for, one after the other.
type trips struct{ plain, tls float64 }

// network counts the trips: the simulator is behind a proxy that holds back whatever
// goes either way. That a connection takes one to open is left out, since it costs
// this proxy nothing.
func (l *lab) network() (t trips, err error) {
	service, err := simulator.New(simulator.Config{})
	if err != nil {
		return t, err
	}
	plain, encrypted := httptest.NewServer(service), httptest.NewTLSServer(service)
	defer plain.Close()
	defer encrypted.Close()
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: encrypted.Certificate().Raw})
	if err := os.WriteFile(l.program("service.pem"), certificate, 0o600); err != nil {
		return t, err
	}
	if t.plain, err = l.trips("http", plain.Listener.Addr().String()); err == nil {
		t.tls, err = l.trips("https", encrypted.Listener.Addr().String())
	}
	return t, err
}

// trips is the least of several runs: what stalls for longer than a trip looks like one.
func (l *lab) trips(scheme, server string) (float64, error) {
	p := &proxy{server: server}
	address, stop, err := p.listen()
	if err != nil {
		return 0, err
	}
	defer stop()
	bodies, err := corpus.Bodies(os.DirFS("examples/acme/texts"))
	if err != nil {
		return 0, err
	}
	files, err := corpus.Livery(bodies, scheme+"://"+address)
	if err != nil {
		return 0, err
	}
	if err := l.write(scheme, files); err != nil {
		return 0, err
	}
	c := l.ours(scheme, "apply", "-auto-approve")
	c.fresh, c.env = true, append(c.env, "SSL_CERT_FILE="+l.program("service.pem"))
	var counts []float64
	for range l.runs {
		p.client.Store(0)
		if _, err := l.run(c); err != nil {
			return 0, err
		}
		counts = append(counts, float64(p.client.Load())/2)
	}
	return slices.Min(counts), nil
}

// clock is how many one-way trips, one after the other, lie behind what one side knows.
type clock struct{ atomic.Int64 }

func (c *clock) learn(n int64) {
	for known := c.Load(); n > known && !c.CompareAndSwap(known, n); known = c.Load() {
	}
}

// proxy hands bytes on as late as a distant server would get and send them. The client
// is one side; the server is another for every connection.
type proxy struct {
	server string
	client clock
}

func (p *proxy) listen() (address string, stop func(), err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return // it is closed
			}
			far, err := net.Dial("tcp", p.server)
			if err != nil {
				near.Close()
				continue
			}
			server := &clock{}
			go pass(near, far, &p.client, server)
			go pass(far, near, server, &p.client)
		}
	}()
	return listener.Addr().String(), func() { _ = listener.Close() }, nil
}

// pass hands on what comes from one side, and closes the other when it ends.
func pass(from io.Reader, to io.WriteCloser, sender, receiver *clock) {
	type piece struct {
		due   time.Time
		trips int64
		data  []byte
	}
	pieces := make(chan piece, 1024)
	go func() {
		defer close(pieces)
		for {
			data := make([]byte, 16<<10)
			n, err := from.Read(data)
			if err != nil {
				return
			}
			pieces <- piece{time.Now().Add(oneWay), sender.Load() + 1, data[:n]}
		}
	}()
	for next := range pieces {
		time.Sleep(time.Until(next.due))
		receiver.learn(next.trips)
		if _, err := to.Write(next.data); err != nil {
			break
		}
	}
	to.Close()
}
