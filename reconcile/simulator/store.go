package simulator

import (
	"cmp"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"livery/schema"
	"livery/schema/jsontext"
)

// storeVersion is the form of the data file.
const storeVersion = 1

// documents are bodies without nulls, by account fingerprint and locale.
type documents map[string]map[schema.Locale]map[string]any

// sessions are checks, by account fingerprint and id.
type sessions map[string]map[string]session

// store remembers documents and sessions, in a file if it has one. It holds no
// keys, no secrets and no tokens.
type store struct {
	path string
	log  *slog.Logger

	mu        sync.Mutex
	documents documents
	sessions  sessions
	pushes    atomic.Int64 // documents taken since the start
}

// storeFile is the data file.
type storeFile struct {
	Version  int       `json:"version"`
	Accounts documents `json:"accounts"`
	Sessions sessions  `json:"sessions,omitempty"`
}

// openStore reads the data file; one that does not exist is empty. It makes the
// directory at once, so that a place that cannot be written is known before
// the first document is.
func openStore(path string, log *slog.Logger) (*store, error) {
	s := &store{path: path, log: log, documents: make(documents), sessions: make(sessions)}
	if path == "" {
		return s, nil
	}
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, fmt.Errorf("making the directory of the simulator's data: %w", err)
		}
		return s, nil
	case err != nil:
		return nil, fmt.Errorf("reading the simulator's data: %w", err)
	}
	if err := s.decode(data); err != nil {
		return nil, fmt.Errorf("the simulator's data file %s is damaged (%w); delete it to begin with no documents, or put back a copy", path, err)
	}
	return s, nil
}

func (s *store) decode(data []byte) error {
	var file storeFile
	if err := cmp.Or(jsontext.CheckRecord(data), json.Unmarshal(data, &file)); err != nil {
		return err
	}
	if file.Version != storeVersion {
		return fmt.Errorf("it has version %d, not %d", file.Version, storeVersion)
	}
	if err := cmp.Or(file.Accounts.check(), file.Sessions.check()); err != nil {
		return err
	}
	maps.Copy(s.documents, file.Accounts)
	maps.Copy(s.sessions, file.Sessions)
	return nil
}

func (d documents) check() error {
	for account, byLocale := range d {
		if err := checkFingerprint(account); err != nil {
			return err
		}
		for l, doc := range byLocale {
			if known, ok := canonical(string(l)); !ok || known != l {
				return fmt.Errorf("%q is no locale", l)
			}
			if doc == nil {
				return fmt.Errorf("the document of %s is missing", l)
			}
		}
	}
	return nil
}

func (s sessions) check() error {
	for account, byID := range s {
		if err := checkFingerprint(account); err != nil {
			return err
		}
		for id, v := range byID {
			if !v.isValid(id) {
				return fmt.Errorf("%q is no session", id)
			}
		}
	}
	return nil
}

func checkFingerprint(account string) error {
	if sum, err := hex.DecodeString(account); err != nil || len(sum) != 32 {
		return fmt.Errorf("%q is no account fingerprint", account)
	}
	return nil
}

// document is an account's document; nil for none. It is replaced as a whole and
// never changed.
func (s *store) document(account string, l schema.Locale) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.documents[account][l]
}

// putDocument remembers what a body makes of a document. When the file cannot be
// written nothing changes.
func (s *store) putDocument(account string, l schema.Locale, how Semantics, body map[string]any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	doc := how.apply(s.documents[account][l], body)
	next := with(s.documents, account, with(s.documents[account], l, doc))
	if err := s.save(next, s.sessions); err != nil {
		return err
	}
	s.documents = next
	s.pushes.Add(1)
	return nil
}

// session finds what an account has opened with an API.
func (s *store) session(account, api, id string) (session, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.sessions[account][id]
	return v, ok && v.API == api
}

// find looks for a session among those of all accounts.
func (s *store) find(match func(id string, v session) bool) (account string, found session, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for account, byID := range s.sessions {
		for id, v := range byID {
			if match(id, v) {
				return account, v, true
			}
		}
	}
	return "", session{}, false
}

// complete ends a session that has not ended yet; one that has stays as it is.
func (s *store) complete(account, id string, how outcome, now time.Time) (v session, ended bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.sessions[account][id]
	if !ok || v.Cleared || v.outcomeAt(now) != "" {
		return v, false, nil
	}
	v.Outcome, v.Ended = how, now.UnixMilli()
	return v, true, s.addSession(account, id, v, now)
}

// liveness is the session behind a liveness id, which begins when it is first
// asked for. Whoever makes ids up may put names into them, so only a hash is
// kept.
func (s *store) liveness(q request, livenessID string, how outcome) (id string, v session, err error) {
	id = fingerprint(livenessID)
	s.mu.Lock()
	defer s.mu.Unlock()
	if v, ok := s.sessions[q.account][id]; ok {
		return id, v, nil
	}
	at := q.now.UnixMilli()
	v = session{API: sdk, Opened: at, Seal: fingerprint(randomHex(32)), Outcome: how, Ended: at}
	return id, v, s.addSession(q.account, id, v, q.now)
}

// putSession remembers a session.
func (s *store) putSession(account, id string, v session, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addSession(account, id, v, now)
}

// addSession is putSession for who holds the lock. Sessions that are too old go,
// and the oldest where there are too many.
func (s *store) addSession(account, id string, v session, now time.Time) error {
	byID := with(s.sessions[account], id, v)
	for _, other := range expiredSessions(byID, id, now) {
		delete(byID, other)
	}
	return s.setSessions(account, byID)
}

// deleteSession drops a session.
func (s *store) deleteSession(account, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	byID := maps.Clone(s.sessions[account])
	delete(byID, id)
	return s.setSessions(account, byID)
}

// setSessions sets the sessions of an account. When the file cannot be written
// nothing changes.
func (s *store) setSessions(account string, byID map[string]session) error {
	next := with(s.sessions, account, byID)
	if err := s.save(s.documents, next); err != nil {
		return err
	}
	s.sessions = next
	return nil
}

// with is a copy of a map with one value set.
func with[M ~map[K]V, K comparable, V any](before M, key K, value V) M {
	after := make(M, len(before)+1)
	maps.Copy(after, before)
	after[key] = value
	return after
}

// expiredSessions lists the sessions that have to make room, never the one just kept.
func expiredSessions(byID map[string]session, kept string, now time.Time) []string {
	var list []string
	oldest := ""
	for id, v := range byID {
		switch {
		case id == kept:
		case now.Sub(time.UnixMilli(v.Opened)) > sessionKept:
			list = append(list, id)
		case oldest == "" || v.Opened < byID[oldest].Opened:
			oldest = id
		}
	}
	if len(byID)-len(list) > sessionsMax {
		list = append(list, oldest)
	}
	return list
}

// save writes the file, if there is one, with these contents. It logs why it cannot,
// since the answer to the caller does not say.
func (s *store) save(d documents, v sessions) error {
	if s.path == "" {
		return nil
	}
	data := must(json.Marshal(storeFile{storeVersion, d, v}))
	err := writeFile(s.path, append(data, '\n'))
	if err != nil {
		err = fmt.Errorf("writing the simulator's data to %s: %w", s.path, err)
		s.log.Error("the data file cannot be written", "error", err)
	}
	return err
}

// writeFile replaces a file whole, so that a reader sees the one before or the
// one after. It is not synced: what a try-out keeps must outlive the process,
// not the machine. Temporary files are made with mode 0600.
func writeFile(path string, data []byte) (err error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, filepath.Base(path)+".*.tmp")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
