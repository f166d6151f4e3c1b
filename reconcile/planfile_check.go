package reconcile

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"livery/reconcile/state"
	"livery/schema"
	"livery/schema/jsontext"
	"livery/schema/syntax"
)

// check finds what would surprise an apply half-way through, or those who were shown
// the plan. It writes out what a file may shorten: the name of a locale, and the null
// of a field.
func (c *Change) check() (err error) {
	if c.Address, err = schema.ParseAddress(c.Address.String()); err != nil {
		return err
	}
	if c.Address.Kind == schema.SessionAddress && !syntax.IsName(c.Address.Name) {
		return fmt.Errorf("%q cannot be the name of a session", c.Address.Name)
	}
	for i := range c.Fields {
		c.Fields[i].Before, c.Fields[i].After = orNull(c.Fields[i].Before), orNull(c.Fields[i].After)
	}
	switch c.Action {
	case Create, Update, Delete, Forget, NoOp, Record, Reapply:
	default:
		return fmt.Errorf("%s: unknown action %q", c.Address, c.Action)
	}
	if c.Digest != c.Body.digest() {
		return fmt.Errorf("%s: the request is not the one that was saved", c.Address)
	}
	if sends := c.acts() && c.Address.Kind == schema.LocaleAddress; sends != (c.Body != nil) {
		return fmt.Errorf("%s: the request is missing or one too many", c.Address)
	}
	if c.Action == Create && c.Before != nil || (c.Action == Delete || c.Action == Forget) && c.After != nil {
		return fmt.Errorf("%s: the action %q is not what is shown", c.Address, c.Action)
	}
	derive := c.deriveDocument
	if c.Address.Kind == schema.SessionAddress {
		derive = c.deriveSession
	}
	fields, unchanged, err := derive()
	guard, guardErr := c.deriveGuard()
	if err = cmp.Or(err, guardErr); err == nil {
		err = c.checkFields(append(fields, guard...), unchanged)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", c.Address, err)
	}
	return nil
}

// acts reports whether applying does more to it than to forget or to remember something.
func (c *Change) acts() bool { return c.Action != NoOp && c.Action != Forget && c.Action != Record }

var errAfter = errors.New("what is shown is not what would be sent or recorded")

// deriveDocument is what a document's request changes of what was confirmed before.
func (c *Change) deriveDocument() ([]FieldChange, map[string]int, error) {
	before, err := c.readDocument(c.Before)
	if err != nil {
		return nil, nil, err
	}
	after, err := c.readDocument(c.After)
	if err != nil {
		return nil, nil, err
	}
	switch {
	case c.Action == Forget:
		return nil, nil, nil
	case !c.acts() && !after.Equal(before.Look):
		return nil, nil, errAfter
	case !c.acts():
		_, unchanged := compareDocuments(before, after)
		return nil, unchanged, nil
	}
	sent, err := c.readDocument(json.RawMessage(c.Body))
	if err != nil {
		return nil, nil, err
	}
	if !sent.Equal(after.Look) {
		return nil, nil, errAfter
	}
	fields, unchanged := compareDocuments(before, sent)
	for _, f := range fields {
		if isNull := bytes.Equal(f.After, null); isNull && !namesMember(c.Body, f.Path) {
			return nil, nil, fmt.Errorf("the request does not say that %q goes back to the default", f.Path)
		}
	}
	return fields, unchanged, nil
}

// readDocument reads a document of this change's locale; the zero Document for none.
func (c *Change) readDocument(raw json.RawMessage) (schema.Document, error) {
	var d schema.Document
	if len(raw) == 0 {
		return d, nil
	}
	if !json.Valid(raw) || d.UnmarshalJSON(raw) != nil || d.Locale.AddressOf() != c.Address {
		return d, errors.New("it holds what is not a document of this locale")
	}
	return d, jsontext.CheckRecord(raw)
}

// namesMember reports whether a body says something of the field at a path: in its
// page, or by a value in the place of the page.
func namesMember(body []byte, path string) bool {
	found := false
	_ = jsontext.Members(body, func(page string, raw json.RawMessage) error {
		found = found || page == path || raw[0] != '{' && strings.HasPrefix(path, page+".")
		return jsontext.Members(raw, func(key string, _ json.RawMessage) error {
			found = found || schema.ExtraKey{Page: page, Key: key}.Path() == path
			return nil
		})
	})
	return found
}

// deriveSession is what would be recorded of a session.
func (c *Change) deriveSession() ([]FieldChange, map[string]int, error) {
	before, after := schema.Session{}, schema.Session{}
	if c.Before != nil && before.UnmarshalJSON(c.Before) != nil || c.After != nil && (after.UnmarshalJSON(c.After) != nil || after.API == "") {
		return nil, nil, errors.New("the definition cannot be read")
	}
	switch {
	case (c.Action == NoOp || c.Action == Record) && !after.Equal(before), c.acts() && c.Action != Delete && c.After == nil:
		return nil, nil, errAfter
	case !c.acts():
		return nil, nil, nil
	}
	return compareSessions(before, after), nil, nil
}

// checkFields compares the fields that are shown with those that differ. A field that is
// sent as what it is by default may be left out.
func (c *Change) checkFields(derived []FieldChange, unchanged map[string]int) error {
	left := make(map[string]FieldChange, len(derived))
	for _, d := range derived {
		left[d.Path] = d
	}
	for i := range c.Fields {
		f := &c.Fields[i]
		d, ok := left[f.Path]
		if !ok || !bytes.Equal(effective(f.Path, f.Before), effective(f.Path, d.Before)) || !bytes.Equal(effective(f.Path, f.After), effective(f.Path, d.After)) {
			return fmt.Errorf("what is shown of %q is not what would be sent or recorded", f.Path)
		}
		f.Kind = d.Kind
		delete(left, f.Path)
	}
	for path, d := range left {
		if c.Address.Kind == schema.SessionAddress || !bytes.Equal(effective(path, d.Before), effective(path, d.After)) {
			return fmt.Errorf("%q changes and is not shown", path)
		}
	}
	for page, n := range c.Unchanged {
		if n < 1 || n > unchanged[page] {
			return fmt.Errorf("%q does not have as many fields that stay as are counted", page)
		}
	}
	return nil
}

// effective is a value of a plan as the service is told it, in one spelling.
func effective(path string, raw json.RawMessage) json.RawMessage {
	if f := schema.FieldByPath(path); f != nil && bytes.Equal(raw, null) {
		return schema.Look{}.Effective(f).AppendJSON(nil)
	}
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return raw
	}
	return b.Bytes()
}

// startsFrom reports whether a state says of the address what the plan was made from.
func (c *Change) startsFrom(s *state.Snapshot) bool {
	if !c.checkGuard(s) {
		return false
	}
	if c.Address.Kind == schema.SessionAddress {
		record := s.Sessions[c.Address.Name]
		if record == nil {
			record = new(state.SessionRecord)
		}
		return c.holdsSession(record, c.Before) && c.AppliedAt.Equal(record.RecordedAt)
	}
	record := s.Locales[schema.Locale(c.Address.Name)]
	if record == nil {
		record = new(state.LocaleRecord)
	}
	inDoubt := !c.acts() || c.Action == Delete || c.InDoubt() == (record.InDoubt != nil)
	return c.holdsDocument(record, c.Before) && c.AppliedAt.Equal(record.AppliedAt) && inDoubt
}

func (c *Change) holdsSession(record *state.SessionRecord, raw json.RawMessage) bool {
	var s schema.Session
	return (raw == nil || s.UnmarshalJSON(raw) == nil) && s.Equal(record.Definition)
}

func (c *Change) holdsDocument(record *state.LocaleRecord, raw json.RawMessage) bool {
	d, err := c.readDocument(raw)
	return err == nil && (raw != nil) == record.HasDocument() && (raw == nil || d.Equal(record.Document().Look))
}

// isDone reports whether a later state of the lineage holds what the plan leads to and
// nothing else, each part of it confirmed after the plan was made. Who did it is no matter.
func (p *Plan) isDone(s *state.Snapshot) bool {
	if s.Lineage != p.Base.Lineage && p.Base.Lineage != "" || s.Serial <= p.Base.Serial || p.Targeted {
		return false
	}
	left := make(map[schema.Address]bool)
	for _, a := range s.Addresses() {
		left[a] = true
	}
	for i := range p.Changes {
		c := &p.Changes[i]
		if !c.isDone(s, p.Timestamp.Truncate(time.Second)) {
			return false
		}
		delete(left, c.Address)
	}
	return len(left) == 0
}

func (c *Change) isDone(s *state.Snapshot, since time.Time) bool {
	session, document := s.Sessions[c.Address.Name], s.Locales[schema.Locale(c.Address.Name)]
	isSession := c.Address.Kind == schema.SessionAddress
	if c.Action == Delete || c.Action == Forget {
		return isSession && session == nil || !isSession && document == nil
	}
	if (c.acts() || c.Action == Record) && s.PreventsDestroy(c.Address) != c.PreventDestroy {
		return false
	}
	if isSession {
		return session != nil && c.holdsSession(session, c.After) && !(c.acts() && session.RecordedAt.Before(since))
	}
	if document == nil || document.InDoubt != nil || !c.holdsDocument(document, c.After) {
		return false
	}
	if c.acts() && bytes.Equal(c.Before, c.After) { // what is sent again looks the same where it was not
		return document.TransactionID != c.Confirmed
	}
	return !c.acts() || !document.AppliedAt.Before(since)
}
