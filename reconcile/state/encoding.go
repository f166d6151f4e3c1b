package state

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"livery/schema"
	"livery/schema/jsontext"
	"livery/schema/syntax"
)

// format is the newest version of the file that this package reads, and the
// only one it writes.
const format = 1

// maxSerial is the largest whole number that every reader of JSON keeps as it is.
// One more with every run never comes near it.
const maxSerial = 1<<53 - 1

type file struct {
	Version       uint64                   `json:"version"`
	LiveryVersion string                   `json:"livery_version"`
	Serial        uint64                   `json:"serial"`
	Lineage       string                   `json:"lineage"`
	Run           Run                      `json:"run,omitzero"`
	Account       Account                  `json:"account"`
	BrokenLock    *BrokenLock              `json:"broken_lock,omitempty"`
	Locales       map[string]localeRecord  `json:"locales"`
	Sessions      map[string]sessionRecord `json:"sessions"`
}

type localeRecord struct {
	Document      json.RawMessage `json:"document,omitempty"`
	AppliedAt     time.Time       `json:"applied_at,omitzero"`
	TransactionID string          `json:"transaction_id,omitempty"`
	InDoubt       json.RawMessage `json:"in_doubt"`
	InFlightUntil time.Time       `json:"in_flight_until,omitzero"`

	PreventDestroy bool `json:"prevent_destroy,omitempty"`
}

type sessionRecord struct {
	Definition json.RawMessage `json:"definition"`
	RecordedAt time.Time       `json:"recorded_at,omitzero"`

	PreventDestroy bool `json:"prevent_destroy,omitempty"`
}

// Encode is the snapshot as it is stored. Equal snapshots have equal bytes.
func (s *Snapshot) Encode() []byte {
	f := file{format, s.LiveryVersion, s.Serial, s.Lineage, s.Run, s.Account, s.BrokenLock, make(map[string]localeRecord), make(map[string]sessionRecord)}
	f.Run.At = f.Run.At.UTC()
	for loc, r := range s.Locales {
		record := localeRecord{AppliedAt: r.AppliedAt.UTC(), TransactionID: r.TransactionID, InDoubt: r.InDoubt, InFlightUntil: r.InFlightUntil.UTC(), PreventDestroy: r.PreventDestroy}
		if r.document == nil {
			record.Document = r.encoded
		} else {
			record.Document = must(r.document.MarshalJSON())
		}
		f.Locales[string(loc)] = record
	}
	for name, r := range s.Sessions {
		f.Sessions[name] = sessionRecord{must(r.Definition.MarshalJSON()), r.RecordedAt.UTC(), r.PreventDestroy}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	must(0, enc.Encode(f))
	return b.Bytes()
}

// must holds for values that were judged on their way in.
func must[T any](v T, err error) T {
	if err != nil {
		panic(fmt.Sprintf("state: a snapshot that cannot be JSON: %v", err))
	}
	return v
}

// DamagedError says that a state cannot be read.
type DamagedError struct{ Err error }

// Error implements error.
func (e *DamagedError) Error() string {
	return "the state is damaged: " + e.Err.Error() + ". Nothing was changed. " +
		"Put back the copy that livery keeps beside a state file, with the same name and the ending .backup, or one from version control; " +
		"\"livery state push FILE\" stores a good copy wherever the state is kept"
}

// Unwrap gives the cause.
func (e *DamagedError) Unwrap() error { return e.Err }

// NewerError says that a state was written by a later version of livery.
type NewerError struct {
	Format        uint64
	LiveryVersion string
}

// Error implements error.
func (e *NewerError) Error() string {
	by := "a newer livery"
	if e.LiveryVersion != "" {
		by = fmt.Sprintf("livery %q", e.LiveryVersion)
	}
	return fmt.Sprintf("the state was written by %s in format version %d, and this livery knows versions up to %d. "+
		"Upgrade livery. A copy from before, such as the .backup file, can be used with this version in a place of its own: \"livery state push FILE\" stores it there", by, e.Format, format)
}

// ForeignError says that a file is JSON, but no state of livery.
type ForeignError struct{ Looks string } // what it looks like

// Error implements error.
func (e *ForeignError) Error() string {
	return "this is not a state of livery; it looks like " + e.Looks + ". " +
		"Name another place in the backend block, or put a state of livery here: the .backup copy, or one stored with \"livery state push FILE\""
}

// Decode reads what Encode wrote, in this or an earlier version. Documents that are
// stored exactly as those that are likely are not read before somebody asks for them.
// The error is a *DamagedError, a *NewerError or a *ForeignError; it does not name the file.
func Decode(data []byte, likely ...schema.Document) (*Snapshot, error) {
	s, err := takeApart(data)
	if err != nil {
		return nil, err
	}
	return s.decode(likely)
}

// IsReadable reports whether a state is whole, without reading its records.
func IsReadable(data []byte) bool {
	_, err := takeApart(data)
	return err == nil
}

// stored is a state of which the records are not read yet: slices of its text, so that
// each document is read once.
type stored struct {
	snapshot          *Snapshot
	locales, sessions map[string]json.RawMessage
}

// takeApart reads everything but the records.
func takeApart(data []byte) (*stored, error) {
	members, err := open(data)
	if err != nil {
		return nil, err
	}
	s := emptySnapshot()
	t := &stored{snapshot: s}
	err = cmp.Or(
		readWord(members, "livery_version", &s.LiveryVersion),
		readMember(members, "serial", &s.Serial),
		readWord(members, "lineage", &s.Lineage),
		readObject(members, "run", s.readRun),
		readObject(members, "account", s.readAccount),
		readObject(members, "broken_lock", s.readBrokenLock),
		readObject(members, "locales", func(m map[string]json.RawMessage) error { t.locales = m; return nil }),
		readObject(members, "sessions", func(m map[string]json.RawMessage) error { t.sessions = m; return nil }),
	)
	if err == nil && s.Serial > maxSerial {
		err = fmt.Errorf("serial: must be at most %d", uint64(maxSerial))
	}
	if err != nil {
		return nil, &DamagedError{err}
	}
	return t, nil
}

// decode reads the records; it may be called once.
func (t *stored) decode(likely []schema.Document) (*Snapshot, error) {
	s := t.snapshot
	for _, name := range sorted(t.locales) {
		if err := s.readLocale(name, t.locales[name], likely); err != nil {
			return nil, &DamagedError{fmt.Errorf("locales.%s: %w", quoteUnlessName(name), err)}
		}
	}
	for _, name := range sorted(t.sessions) {
		if err := s.readSession(name, t.sessions[name]); err != nil {
			return nil, &DamagedError{fmt.Errorf("sessions.%s: %w", quoteUnlessName(name), err)}
		}
	}
	return s, nil
}

// quoteUnlessName makes a member's name fit to be shown, whatever is in it.
func quoteUnlessName(name string) string {
	if syntax.IsName(name) {
		return name
	}
	return strconv.Quote(name)
}

// open takes the outer object apart once it is sure to be a state of a version
// that can be read.
func open(data []byte) (map[string]json.RawMessage, error) {
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, &DamagedError{errors.New("it is empty, and livery never leaves an empty one")}
	}
	if !utf8.Valid(data) {
		return nil, &DamagedError{errors.New("it is not UTF-8 text")}
	}
	data = bytes.TrimPrefix(data, []byte("\uFEFF")) // some editors put it there
	check := jsontext.Check
	if !jsontext.IsStrict(data) {
		check = jsontext.CheckRecord
		if !json.Valid(data) {
			var v any
			return nil, &DamagedError{withLine(data, json.Unmarshal(data, &v))}
		}
	}
	members, err := object(bytes.TrimSpace(data))
	if err != nil || members == nil {
		return nil, &ForeignError{"JSON that is not an object"}
	}
	if looks := describeForeign(members); looks != "" {
		return nil, &ForeignError{looks}
	}
	if err := check(data); err != nil {
		return nil, &DamagedError{err}
	}
	var version uint64
	if err := readMember(members, "version", &version); err != nil {
		return nil, &DamagedError{err}
	}
	if version > format {
		newer := &NewerError{Format: version}
		_ = readMember(members, "livery_version", &newer.LiveryVersion) // only to say it: the format may have changed altogether
		return nil, newer
	}
	if version == 0 {
		return nil, &DamagedError{errors.New("version: must be 1 or more")}
	}
	return members, nil
}

// describeForeign says what an object that is not livery's looks like; "" if it is.
func describeForeign(members map[string]json.RawMessage) string {
	has := func(name string) bool { _, ok := members[name]; return ok }
	switch {
	case has("terraform_version"):
		return "a state of Terraform or OpenTofu"
	case has("format_version"):
		return "the output of a command with -json"
	case has("livery_version") || has("version") && (has("locales") || has("sessions")):
		return ""
	case has("locale"):
		return "a ConfigureUI body, which \"livery import\" reads"
	default:
		return "JSON of some other program, without the member livery_version"
	}
}

func (s *Snapshot) readRun(members map[string]json.RawMessage) error {
	return cmp.Or(
		readWord(members, "operation", &s.Run.Operation),
		readWord(members, "who", &s.Run.Who),
		readTime(members, "at", &s.Run.At),
	)
}

func (s *Snapshot) readAccount(members map[string]json.RawMessage) error {
	return cmp.Or(
		readWord(members, "base_url", &s.Account.BaseURL),
		readWord(members, "access_key_sha256", &s.Account.AccessKeySHA256),
	)
}

func (s *Snapshot) readBrokenLock(members map[string]json.RawMessage) error {
	if members == nil {
		return nil
	}
	s.BrokenLock = new(BrokenLock)
	return cmp.Or(readWord(members, "id", &s.BrokenLock.ID), readTime(members, "at", &s.BrokenLock.At))
}

func (s *Snapshot) readLocale(name string, raw json.RawMessage, likely []schema.Document) error {
	loc, ok := schema.ParseLocale(name)
	if !ok {
		return errors.New("not a locale that this version of livery knows")
	}
	if s.Locales[loc] != nil {
		return fmt.Errorf("%s is recorded twice", loc)
	}
	members, err := object(raw)
	if err != nil {
		return err
	}
	record := &LocaleRecord{encoded: orNil(members["document"]), InDoubt: orNil(members["in_doubt"])}
	err = cmp.Or(
		readTime(members, "applied_at", &record.AppliedAt),
		readWord(members, "transaction_id", &record.TransactionID),
		readTime(members, "in_flight_until", &record.InFlightUntil),
		readMember(members, "prevent_destroy", &record.PreventDestroy),
	)
	if err != nil {
		return err
	}
	if record.encoded != nil {
		if err := record.readDocument(loc, likely); err != nil {
			return fmt.Errorf("document: %w", err)
		}
	}
	if record.InDoubt != nil {
		if _, err := decodeDocument(loc, record.InDoubt); err != nil {
			return fmt.Errorf("in_doubt: %w", err)
		}
		record.InDoubt = jsontext.Compact(record.InDoubt) // as it was sent
	} else {
		record.InFlightUntil = time.Time{}
	}
	if !record.isEmpty() {
		s.Locales[loc] = record
	}
	return nil
}

// readDocument reads the stored document, unless it is a likely one as that is encoded:
// then there is nothing in it that could not be read later.
func (r *LocaleRecord) readDocument(loc schema.Locale, likely []schema.Document) (err error) {
	if i := slices.IndexFunc(likely, func(d schema.Document) bool { return d.Locale == loc }); i >= 0 {
		if text := must(likely[i].MarshalJSON()); jsontext.IsCompact(text, r.encoded) {
			r.encoded, r.likely = text, &likely[i]
			return nil
		}
	}
	r.document, err = decodeDocument(loc, r.encoded)
	return err
}

func (r *LocaleRecord) isEmpty() bool { return !r.HasDocument() && r.InDoubt == nil }

// decodeBody reads a body that nothing has looked at yet.
func decodeBody(loc schema.Locale, body []byte) (*schema.Document, error) {
	var valid json.RawMessage
	if err := json.Unmarshal(body, &valid); err != nil {
		return nil, err
	}
	return decodeDocument(loc, body)
}

// decodeDocument reads a body that is known to be JSON, whose locale must be loc
// or left out.
func decodeDocument(loc schema.Locale, body []byte) (*schema.Document, error) {
	if kind := bytes.TrimLeft(body, " \t\r\n"); len(kind) == 0 || kind[0] != '{' {
		return nil, errors.New("is not a JSON object")
	}
	d := new(schema.Document)
	if err := d.UnmarshalJSON(body); err != nil {
		return nil, withoutGoTypes(err)
	}
	if d.Locale == "" {
		d.Locale = loc
	}
	if d.Locale != loc {
		return nil, fmt.Errorf("is the document of %s", d.Locale)
	}
	return d, nil
}

func (s *Snapshot) readSession(name string, raw json.RawMessage) error {
	if !syntax.IsName(name) {
		return errors.New("cannot be the name of a session: a name is letters, digits, _ and -, and begins with a letter")
	}
	members, err := object(raw)
	if err != nil || members == nil {
		return err
	}
	record := new(SessionRecord)
	err = cmp.Or(
		readMember(members, "definition", &record.Definition),
		readTime(members, "recorded_at", &record.RecordedAt),
		readMember(members, "prevent_destroy", &record.PreventDestroy),
	)
	if err != nil {
		return err
	}
	if record.Definition.API == "" {
		return errors.New("definition: has no api")
	}
	record.Definition.Name = name
	s.Sessions[name] = record
	return nil
}

// object takes a record apart; null has no members. That it is JSON is known:
// the whole state was read before.
func object(raw json.RawMessage) (members map[string]json.RawMessage, err error) {
	if string(raw) == "null" {
		return nil, nil
	}
	if raw[0] != '{' {
		var wrong struct{}
		return nil, withoutGoTypes(json.Unmarshal(raw, &wrong))
	}
	members = make(map[string]json.RawMessage)
	err = jsontext.Members(raw, func(name string, value json.RawMessage) error {
		members[name] = value
		return nil
	})
	return members, err
}

// readMember reads one member; absent and null leave what is there.
func readMember(members map[string]json.RawMessage, name string, into any) error {
	raw, ok := members[name]
	if !ok || string(raw) == "null" {
		return nil
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("%s: %w", name, withoutGoTypes(err))
	}
	return nil
}

// orNil is nil for a member that is null or not there.
func orNil(raw json.RawMessage) json.RawMessage {
	if string(raw) == "null" {
		return nil
	}
	return raw
}

// readWord reads a member that is shown to people. What could steer a terminal or
// forge a line is in none that livery has written.
func readWord(members map[string]json.RawMessage, name string, into *string) error {
	if err := readMember(members, name, into); err != nil {
		return err
	}
	if !schema.IsVisible(*into) {
		return fmt.Errorf("%s: holds a character that cannot be seen, in %q", name, *into)
	}
	return nil
}

// readObject reads a member that is an object; absent and null have no members.
func readObject(members map[string]json.RawMessage, name string, read func(map[string]json.RawMessage) error) error {
	raw, ok := members[name]
	if !ok {
		return nil
	}
	inner, err := object(raw)
	if err == nil {
		err = read(inner)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// readTime reads a time that can be written again: near the ends of the
// calendar, another zone may have a year that RFC 3339 cannot say.
func readTime(members map[string]json.RawMessage, name string, into *time.Time) error {
	if err := readMember(members, name, into); err != nil {
		return fmt.Errorf("%s: is not a time in RFC 3339", name)
	}
	*into = into.UTC()
	if y := into.Year(); y < 0 || y > 9999 {
		return fmt.Errorf("%s: is out of range", name)
	}
	return nil
}

// withoutGoTypes takes Go's own type names out of an error of encoding/json.
func withoutGoTypes(err error) error {
	if wrong := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrong) {
		if wrong.Field != "" {
			return fmt.Errorf("%s: is a %s, which does not belong there", wrong.Field, wrong.Value)
		}
		return fmt.Errorf("is a %s, which does not belong there", wrong.Value)
	}
	return err
}

// withLine names the line at which text stops being JSON.
func withLine(data []byte, err error) error {
	if wrong := (*json.SyntaxError)(nil); errors.As(err, &wrong) {
		at := min(max(int(wrong.Offset), 0), len(data))
		return fmt.Errorf("line %d: %w", bytes.Count(data[:at], []byte("\n"))+1, err)
	}
	return err
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
