package state

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"livery/schema"
	"livery/schema/jsontext"
)

// Account says whose pages a state is about.
type Account struct {
	BaseURL         string `json:"base_url"`
	AccessKeySHA256 string `json:"access_key_sha256,omitempty"` // see Fingerprint; "" when not known
}

// Fingerprint tells access keys apart without giving one away: the first 16 hex
// digits of its SHA-256, "" for "".
func Fingerprint(accessKey string) string {
	if accessKey == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(accessKey))
	return hex.EncodeToString(sum[:8])
}

// same reports whether both may be one account. An unknown part differs from
// nothing: a plan without credentials knows the base URL alone.
func (a Account) same(o Account) bool {
	return (a.BaseURL == "" || o.BaseURL == "" || PlainURL(a.BaseURL) == PlainURL(o.BaseURL)) &&
		(a.AccessKeySHA256 == "" || o.AccessKeySHA256 == "" || a.AccessKeySHA256 == o.AccessKeySHA256)
}

// PlainURL takes away the spellings of a base URL that lead to the same place.
func PlainURL(s string) string {
	u, err := url.Parse(strings.TrimRight(s, "/"))
	if err != nil {
		return s
	}
	port := u.Port()
	if port == map[string]string{"https": "443", "http": "80"}[u.Scheme] {
		port = ""
	}
	u.Host = strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if strings.Contains(u.Host, ":") {
		u.Host = "[" + u.Host + "]"
	}
	if port != "" {
		u.Host += ":" + port
	}
	return u.String()
}

func (a Account) String() string {
	if a.AccessKeySHA256 == "" {
		return a.BaseURL
	}
	return fmt.Sprintf("%s (access key with the fingerprint %s)", a.BaseURL, a.AccessKeySHA256)
}

// AccountError says that a state belongs to somebody else's page.
type AccountError struct{ Recorded, Configured Account }

// Error implements error.
func (e *AccountError) Error() string {
	text := fmt.Sprintf("the state belongs to another account: it records the pages of %s, and the configuration is for %s. ", e.Recorded, e.Configured)
	if e.IsOfKey() {
		text += "If that is a new access key of the same account, \"livery state replace-key\" records it. "
	}
	return text + "Go back to that account, or give this one a state of its own: another path or key in the backend block"
}

// LocaleRecord is what is known about one locale's page.
type LocaleRecord struct {
	AppliedAt     time.Time       // when the document was confirmed; zero without one
	TransactionID string          // of the confirming answer
	InDoubt       json.RawMessage // the body that was being sent; nil when there is none
	// PreventDestroy is what the block said when it was applied last. It refuses to
	// destroy what no block declares any more.
	PreventDestroy bool
	// InFlightUntil is how long requests may arrive from a run whose lock was broken
	// while the locale was in doubt: no answer to a request that is sent before then
	// ends the doubt. It is zero without InDoubt.
	InFlightUntil time.Time

	document *schema.Document // nil when there is none, or none was asked for yet
	encoded  json.RawMessage  // the document as it is stored; nil when it was not read
	likely   *schema.Document // the likely one that it was found to be; nil if it is none
}

// Confirmed is the record of a document that the service has taken.
func Confirmed(d *schema.Document, at time.Time, transactionID string) *LocaleRecord {
	return &LocaleRecord{document: d, AppliedAt: at, TransactionID: transactionID}
}

// HasDocument reports whether any document was confirmed.
func (r *LocaleRecord) HasDocument() bool { return r.document != nil || r.encoded != nil }

// Is reports whether the document that was confirmed was found to be this one, when it was
// named as likely. false says nothing.
func (r *LocaleRecord) Is(d *schema.Document) bool { return d != nil && r.likely == d }

// Document is the last one that was confirmed; nil until the first confirmation. One that
// Decode did not have to read is read now, so that this is not for concurrent use.
func (r *LocaleRecord) Document() *schema.Document {
	if r.document == nil && r.encoded != nil {
		r.document = new(schema.Document)
		must(0, r.document.UnmarshalJSON(r.encoded))
	}
	return r.document
}

// Encoded is the Document as JSON: as it was read, or else made. It is nil when there
// is none. Whoever changes a Document that was read makes a record of their own.
func (r *LocaleRecord) Encoded() json.RawMessage {
	switch {
	case r.document == nil: // the bytes are those of a document that was encoded just now
		return r.encoded
	case r.encoded != nil:
		return jsontext.Compact(r.encoded)
	default:
		return must(r.document.MarshalJSON())
	}
}

// SessionRecord is a session definition as it was last applied.
type SessionRecord struct {
	Definition     schema.Session
	RecordedAt     time.Time
	PreventDestroy bool // as of a LocaleRecord
}

// Run is the run that made a state what it is. What is not known is empty.
type Run struct {
	Operation string    `json:"operation,omitempty"`
	Who       string    `json:"who,omitempty"`
	At        time.Time `json:"at,omitzero"` // of its first write
}

// Snapshot is a whole state at one moment.
type Snapshot struct {
	LiveryVersion string // the livery that wrote it
	Serial        uint64 // one more with every run that changed something
	Lineage       string // a UUID given at the first write; "" before it
	Run           Run
	Account       Account
	BrokenLock    *BrokenLock // the last one that was broken; nil when all of it is past
	Locales       map[schema.Locale]*LocaleRecord
	Sessions      map[string]*SessionRecord
}

func emptySnapshot() *Snapshot {
	return &Snapshot{Locales: make(map[schema.Locale]*LocaleRecord), Sessions: make(map[string]*SessionRecord)}
}

// Empty reports whether nothing is recorded.
func (s *Snapshot) Empty() bool { return len(s.Locales) == 0 && len(s.Sessions) == 0 }

// Clone is a copy that shares nothing that can be changed.
func (s *Snapshot) Clone() *Snapshot {
	c := emptySnapshot()
	c.LiveryVersion, c.Serial, c.Lineage, c.Run, c.Account = s.LiveryVersion, s.Serial, s.Lineage, s.Run, s.Account
	if s.BrokenLock != nil {
		mark := *s.BrokenLock
		c.BrokenLock = &mark
	}
	for loc, r := range s.Locales {
		record := *r
		record.InDoubt = slices.Clone(r.InDoubt)
		if r.document != nil {
			record.document = &schema.Document{Locale: r.document.Locale, Range: r.document.Range}
			record.document.Overlay(r.document.Look)
		}
		c.Locales[loc] = &record
	}
	for name, r := range s.Sessions {
		record := *r
		record.Definition = cloneSession(r.Definition)
		c.Sessions[name] = &record
	}
	return c
}

func cloneSession(s schema.Session) schema.Session {
	s.Defaults = slices.Clone(s.Defaults)
	s.Overrides = maps.Clone(s.Overrides)
	for loc, d := range s.Overrides {
		s.Overrides[loc] = slices.Clone(d)
	}
	return s
}

// Addresses lists everything that is recorded, sorted.
func (s *Snapshot) Addresses() []schema.Address {
	list := make([]schema.Address, 0, len(s.Locales)+len(s.Sessions))
	for loc := range s.Locales {
		list = append(list, loc.AddressOf())
	}
	for name := range s.Sessions {
		list = append(list, schema.Address{Kind: schema.SessionAddress, Name: name})
	}
	slices.SortFunc(list, schema.Address.Compare)
	return list
}
