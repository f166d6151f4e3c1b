package simulator

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"time"

	"livery/schema"
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
	path      string
	documents documents
	sessions  sessions
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
func openStore(path string) (store, error) {
	s := store{path: path, documents: make(documents), sessions: make(sessions)}
	if path == "" {
		return s, nil
	}
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return store{}, fmt.Errorf("making the directory of the simulator's data: %w", err)
		}
		return s, nil
	case err != nil:
		return store{}, fmt.Errorf("reading the simulator's data: %w", err)
	}
	if err := s.decode(data); err != nil {
		return store{}, fmt.Errorf("the simulator's data file %s is damaged (%w); delete it to begin with no documents, or put back a copy", path, err)
	}
	return s, nil
}

func (s *store) decode(data []byte) error {
	var file storeFile
	if err := json.Unmarshal(data, &file); err != nil {
		return err
	}
	if file.Version != storeVersion {
		return fmt.Errorf("it has version %d, not %d", file.Version, storeVersion)
	}
	for account, byLocale := range file.Accounts {
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
	for account, byID := range file.Sessions {
		if err := checkFingerprint(account); err != nil {
			return err
		}
		for id, v := range byID {
			if !v.isValid(id) {
				return fmt.Errorf("%q is no session", id)
			}
		}
	}
	maps.Copy(s.documents, file.Accounts)
	maps.Copy(s.sessions, file.Sessions)
	return nil
}

func checkFingerprint(account string) error {
	if sum, err := hex.DecodeString(account); err != nil || len(sum) != 32 {
		return fmt.Errorf("%q is no account fingerprint", account)
	}
	return nil
}

// putDocument remembers a document. When the file cannot be written nothing changes.
func (s *store) putDocument(account string, l schema.Locale, doc map[string]any) error {
	next := with(s.documents, account, with(s.documents[account], l, doc))
	if err := s.save(next); err != nil {
		return err
	}
	s.documents = next
	return nil
}

// putSession remembers a session. Sessions that are too old go, and the oldest
// where there are too many.
func (s *store) putSession(account, id string, v session, now time.Time) error {
	byID := with(s.sessions[account], id, v)
	for _, other := range expiredSessions(byID, id, now) {
		delete(byID, other)
	}
	return s.setSessions(account, byID)
}

// deleteSession drops a session.
func (s *store) deleteSession(account, id string) error {
	byID := maps.Clone(s.sessions[account])
	delete(byID, id)
	return s.setSessions(account, byID)
}

// setSessions sets the sessions of an account. When the file cannot be written
// nothing changes.
func (s *store) setSessions(account string, byID map[string]session) error {
	before := s.sessions
	s.sessions = with(before, account, byID)
	err := s.save(s.documents)
	if err != nil {
		s.sessions = before
	}
	return err
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

// save writes the file, if there is one, with these documents.
func (s *store) save(d documents) error {
	if s.path == "" {
		return nil
	}
	data := must(json.Marshal(storeFile{storeVersion, d, s.sessions}))
	if err := writeFile(s.path, append(data, '\n')); err != nil {
		return fmt.Errorf("writing the simulator's data to %s: %w", s.path, err)
	}
	return nil
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
