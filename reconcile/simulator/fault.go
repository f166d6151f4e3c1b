package simulator

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// faultEffect is what a fault does to an answer.
type faultEffect uint8

const (
	none      faultEffect = iota
	otherCode             // another envelope code
	slow                  // the right answer, late
	lost                  // the request is served, the connection closed
	dropped               // the connection closed, nothing served
	garbage               // 200 and HTML
	empty                 // 200 and nothing
	huge                  // 200 and no end
	httpError             // an HTTP error from something before the service
	redirect              // 302
)

// breaks reports whether no envelope is written at all.
func (e faultEffect) breaks() bool { return e >= lost }

// slowDefault is how late an answer is when the fault does not say.
const slowDefault = 20 * time.Second

// Fault is something that goes wrong. It is made by ParseFault; the zero Fault
// is none.
type Fault struct {
	spec   string
	group  string // the calls it befalls, as in call
	code   string
	effect faultEffect
	times  int // -1: always
	skip   int
	value  string // Retry-After or Location, verbatim
	status int
	delay  time.Duration
}

// String is the fault as it was written.
func (f Fault) String() string { return f.spec }

// ParseFault reads CODE:N[@K][:VALUE]: after K requests (default none), the
// next N ConfigureUI requests go wrong; N may be * for all of them. A prefix
// names other requests: token., get_token., generate_url., auth_license.,
// get_result., detection_result. or clear_data., as in get_result.ERROR:1.
// Several APIs have a get_result and a clear_data; the fault befalls each. CODE
// is an envelope code of the API, whose VALUE is sent as the Retry-After
// header, or one of
//
//	LOST      the request is served, the connection is closed without an answer
//	DROP      the connection is closed before the request is served
//	SLOW      the answer is late by VALUE, such as 10s (default 20s)
//	GARBAGE   status 200 with an HTML page
//	EMPTY     status 200 with an empty body
//	HUGE      status 200 with an endless body
//	HTTP_nnn  an HTTP error from 400 to 599 with an HTML page; VALUE is Retry-After
//	REDIRECT  status 302 to VALUE, which must be given
//
// Only LOST and SLOW let the request through to the service.
func ParseFault(spec string) (Fault, error) {
	f := Fault{spec: spec}
	if err := f.parse(spec); err != nil {
		return Fault{}, fmt.Errorf("fault %q: %w", spec, err)
	}
	return f, nil
}

func (f *Fault) parse(spec string) error {
	code, rest, ok := strings.Cut(spec, ":")
	if !ok {
		return errors.New("write CODE:N, CODE:N@SKIP or CODE:N:RETRY_AFTER, such as SERVICE_BUSY:2:10s")
	}
	if f.group, f.code, ok = strings.Cut(code, "."); !ok {
		f.group, f.code = "", code
	} else if err := checkGroup(f.group); err != nil {
		return err
	}
	count, value, valued := strings.Cut(rest, ":")
	f.value = value
	if err := f.classify(); err != nil {
		return err
	}
	if err := f.parseCount(count); err != nil {
		return err
	}
	return f.checkValue(valued)
}

// faultGroups are the prefixes of faults, in the order in which a client meets
// them.
func faultGroups() []string {
	return []string{tokenGroup, "get_token", "generate_url", "auth_license", "get_result", "detection_result", "clear_data"}
}

func checkGroup(group string) error {
	groups := faultGroups()
	if slices.Contains(groups, group) {
		return nil
	}
	return fmt.Errorf("%q is no prefix%s; the prefixes are %s, as in token.IAM_FAILED:1",
		group, suggestion(strings.ToLower(group), groups), strings.Join(groups, ", "))
}

// effects are the codes of faults that are none of the service's.
func effects() map[string]faultEffect {
	return map[string]faultEffect{
		"LOST": lost, "DROP": dropped, "SLOW": slow, "GARBAGE": garbage, "EMPTY": empty, "HUGE": huge, "REDIRECT": redirect,
	}
}

// classify turns the code into an effect.
func (f *Fault) classify() error {
	if f.effect = effects()[f.code]; f.effect != none {
		return nil
	}
	if digits, ok := strings.CutPrefix(f.code, "HTTP_"); ok {
		if status, err := strconv.Atoi(digits); err == nil && len(digits) == 3 && status >= 400 && status < 600 {
			f.effect, f.status = httpError, status
			return nil
		}
		return fmt.Errorf("HTTP_ is followed by a status from 400 to 599, such as HTTP_503")
	}
	if firstMessage(f.code) != "" {
		f.effect = otherCode
		return nil
	}
	names := append(slices.Sorted(maps.Keys(effects())), "HTTP_429", "HTTP_502", "HTTP_503")
	for _, a := range documentedCodes() {
		names = append(names, a.code)
	}
	if near := suggestion(strings.ToUpper(f.code), names); near != "" {
		return fmt.Errorf("%q is no code of the service%s", f.code, near)
	}
	return fmt.Errorf("%q is no code of the service; it takes an envelope code such as SERVICE_BUSY, "+
		"or LOST, DROP, SLOW, GARBAGE, EMPTY, HUGE, REDIRECT or HTTP_503", f.code)
}

// parseCount reads N or N@K.
func (f *Fault) parseCount(s string) error {
	times, skip, skips := strings.Cut(s, "@")
	if times == "*" {
		f.times = -1
	} else if n, err := strconv.Atoi(times); err == nil && n > 0 {
		f.times = n
	} else {
		return fmt.Errorf("%q is not how often: write a number from 1, or * for always", times)
	}
	if !skips {
		return nil
	}
	n, err := strconv.Atoi(skip)
	if err != nil || n < 0 {
		return fmt.Errorf("%q is not how many requests go well first: write a number from 0", skip)
	}
	f.skip = n
	return nil
}

// checkValue holds the part after the second colon against what the effect
// makes of it.
func (f *Fault) checkValue(given bool) error {
	printable := func(r rune) bool { return r >= ' ' && r <= '~' }
	switch {
	case given && (f.value == "" || strings.TrimFunc(f.value, printable) != ""):
		return fmt.Errorf("what follows the second colon must be printable ASCII")
	case f.effect == redirect && !given:
		return fmt.Errorf("say where to, such as REDIRECT:1:https://example.com/")
	case f.effect == slow:
		return f.parseDelay(given)
	case given && f.effect != otherCode && f.effect != httpError && f.effect != redirect:
		return fmt.Errorf("%s takes no value", f.code)
	}
	return nil
}

func (f *Fault) parseDelay(given bool) error {
	if f.delay = slowDefault; !given {
		return nil
	}
	d, err := time.ParseDuration(f.value)
	if err != nil || d <= 0 {
		return fmt.Errorf("%q is no delay; write one such as 10s or 1m", f.value)
	}
	f.delay = d
	return nil
}

// isServed reports whether the request is let through to the service.
func (f Fault) isServed() bool { return f.effect == none || f.effect == slow || f.effect == lost }

// activeFault is a fault and how far it has come.
type activeFault struct {
	Fault
	seen, hits int
}

// faults are all that goes wrong, in the order in which it does.
type faults struct {
	mu   sync.Mutex
	list []activeFault
}

// next counts a request of a group and picks the fault that befalls it, the
// zero Fault if none does. Every fault sees every request, but only the first
// one that is due is used up.
func (f *faults) next(group string) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	var due Fault
	for i := range f.list {
		m := &f.list[i]
		if m.group != group {
			continue
		}
		m.seen++
		if due.effect != none || m.seen <= m.skip || m.hits == m.times {
			continue
		}
		m.hits++
		due = m.Fault
	}
	return due
}

// write does what a fault does instead of an answer.
func (f Fault) write(w http.ResponseWriter, r *http.Request) {
	switch f.effect {
	case lost, dropped:
		panic(http.ErrAbortHandler) // net/http closes the connection and says nothing
	case garbage:
		writeHTMLError(w, http.StatusOK)
	case empty:
		w.WriteHeader(http.StatusOK)
	case huge:
		writeEndless(w, r)
	case httpError:
		if f.value != "" {
			w.Header().Set("Retry-After", f.value)
		}
		writeHTMLError(w, f.status)
	case redirect:
		w.Header().Set("Location", f.value)
		w.WriteHeader(http.StatusFound)
	default:
		panic("simulator: a fault that has no part: " + f.spec)
	}
}

// writeHTMLError writes the kind of HTML that stands between a client and its service.
func writeHTMLError(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, "<html>\n<head><title>%[1]d %[2]s</title></head>\n<body><h1>%[1]d %[2]s</h1></body>\n</html>\n",
		status, http.StatusText(status))
}

// writeEndless begins like an envelope and goes on until the caller has had enough.
func writeEndless(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	_, err := w.Write([]byte(`{"code":"SUCCESS","message":"`))
	chunk := []byte(strings.Repeat("O", 32<<10))
	for err == nil && r.Context().Err() == nil {
		_, err = w.Write(chunk)
	}
	panic(http.ErrAbortHandler) // or net/http would end the body properly
}
