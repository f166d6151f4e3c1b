// Package session does the jobs around the liveness sessions that a stack
// defines: it lists them, makes the requests that open them, opens one, asks for
// its result and saves the media, has its personal data deleted, collects the
// definitions for export, and receives the service's notifications.
//
// It does not know where definitions, keys and directories come from, nor how
// anything is written for people or programs: it takes values and returns values.
// Progress goes to callbacks. What the service costs and what it may be asked
// twice is decided in package liveness.
package session

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"livery/reconcile"
	"livery/reconcile/liveness"
	"livery/reconcile/state"
	"livery/schema"
	"livery/schema/wording"
)

// Service is what the service does with sessions. [liveness.Client] is one.
type Service interface {
	Open(context.Context, liveness.OpenRequest) (liveness.Opened, error)
	Result(context.Context, liveness.ResultRequest) (liveness.Result, error)
	Download(context.Context, liveness.Medium, io.Writer) (mimeType string, size int64, err error)
	Clear(ctx context.Context, api schema.SessionAPI, id string) (transactionID string, err error)
}

// Error is a failure with a headline, which says what it means for the session
// and claims no more than is known.
type Error struct {
	Headline string
	Detail   string // whole sentences; "" where Err says it all
	Err      error  // what has failed; nil where Detail says it all
}

// Error implements error.
func (e *Error) Error() string {
	if e.Err != nil {
		return e.Headline + ": " + e.Err.Error()
	}
	return e.Headline + ": " + e.Detail
}

// Unwrap gives the failure without its headline.
func (e *Error) Unwrap() error { return e.Err }

// Definitions are the sessions of a stack.
type Definitions struct {
	Declared []schema.Session // by the files
	Recorded *state.Snapshot  // by apply
}

// Status is how the declared and the recorded definition of a session compare.
type Status string

// The states of a session.
const (
	Recorded   Status = "recorded"
	Changed    Status = "recorded, declared differently"
	Undeclared Status = "recorded, not declared any more"
	Unrecorded Status = "declared, not recorded yet"
)

// Entry is a session in a list.
type Entry struct {
	Name   string
	API    schema.SessionAPI
	Status Status
}

// List gives all sessions by name.
func (d Definitions) List() []Entry {
	entries := make(map[string]Entry)
	for name, record := range d.Recorded.Sessions {
		entries[name] = Entry{name, record.Definition.API, Undeclared}
	}
	for _, s := range d.Declared {
		status := Recorded
		switch record := d.Recorded.Sessions[s.Name]; {
		case record == nil:
			status = Unrecorded
		case !record.Definition.Equal(s):
			status = Changed
		}
		entries[s.Name] = Entry{s.Name, s.API, status}
	}
	list := make([]Entry, 0, len(entries))
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		list = append(list, entries[name])
	}
	return list
}

// FindRecorded gives the definition that apply has recorded under a name.
func (d Definitions) FindRecorded(name string) (schema.Session, error) {
	if record := d.Recorded.Sessions[name]; record != nil {
		return record.Definition, nil
	}
	if slices.ContainsFunc(d.Declared, func(s schema.Session) bool { return s.Name == name }) {
		return schema.Session{}, &Error{Headline: "Session not recorded", Detail: fmt.Sprintf("The session %q is declared but not recorded yet: "+
			"run \"livery apply\" first, or use -config to take it from the files.", name)}
	}
	return schema.Session{}, unknown(name, "recorded", slices.Sorted(maps.Keys(d.Recorded.Sessions)))
}

// FindDeclared gives the definition that the files declare under a name.
func (d Definitions) FindDeclared(name string) (schema.Session, error) {
	var names []string
	for _, s := range d.Declared {
		if s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return schema.Session{}, unknown(name, "declared", names)
}

func unknown(name, how string, names []string) error {
	hint := wording.DidYouMean(name, names)
	if hint == "" && len(names) > 0 {
		hint = fmt.Sprintf(" There are %s.", strings.Join(names, ", "))
	}
	return &Error{Headline: "Unknown session",
		Detail: fmt.Sprintf("No session %q is %s.%s \"livery session list\" shows all.", name, how, hint)}
}

// Clear has the personal data of a session deleted and gives the transaction's id.
func Clear(ctx context.Context, service Service, api schema.SessionAPI, id string) (string, error) {
	transaction, err := service.Clear(ctx, api, id)
	if err == nil {
		return transaction, nil
	}
	headline := "The personal data was not deleted"
	refusal, refused := errors.AsType[*reconcile.Refusal](err)
	if inDoubt(err) || refused && refusal.Code == "ERROR" { // the service failed, perhaps after it had deleted
		headline = "The personal data may be deleted or not"
	}
	return "", &Error{Headline: headline, Err: err}
}

func inDoubt(err error) bool {
	_, ok := errors.AsType[*reconcile.InDoubt](err)
	return ok
}
