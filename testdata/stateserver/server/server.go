// Package server is a server for Terraform's HTTP backend, for tests: GET, POST
// and DELETE of a state, LOCK and UNLOCK at the same address or, as GitLab has
// them, POST and DELETE at ADDRESS/lock, and the versions before at
// ADDRESS/versions/SERIAL. Any path is a state.
//
// It is strict where the protocol is: whoever writes or unlocks must be the holder
// of the lock, if there is one. It is not fast and not safe, and knows one user.
package server

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Config says how a server behaves.
type Config struct {
	File           string // where it keeps what it has; "" is in memory
	User, Password string // asked for when there is a user
	ETags          bool   // it gives them, and honours If-Match and If-None-Match
	GitLab         bool   // it does what GitLab does where the protocol lets it
	Latency        time.Duration
}

// Server is an http.Handler.
type Server struct {
	Config
	mu     sync.Mutex
	states map[string]*kept
	log    []string
}

// kept is one state.
type kept struct {
	Data     []byte
	Lock     json.RawMessage   `json:",omitempty"` // the holder's own words
	Versions map[string][]byte // by serial
}

// New makes a server, with what an earlier one has left in the file.
func New(c Config) (*Server, error) {
	s := &Server{Config: c, states: make(map[string]*kept)}
	if c.File == "" {
		return s, nil
	}
	data, err := os.ReadFile(c.File)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return nil, err
	}
	return s, json.Unmarshal(data, &s.states)
}

// Requests lists what was asked, as "METHOD PATH".
func (s *Server) Requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.log...)
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	time.Sleep(s.Latency)
	if user, password, _ := r.BasicAuth(); s.User != "" && (user != s.User || password != s.Password) {
		w.Header().Set("WWW-Authenticate", `Basic realm="state"`)
		http.Error(w, "who are you?", http.StatusUnauthorized)
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, 100<<20))
	if err != nil {
		return // whoever sent it has gone
	}
	if sum := md5.Sum(body); len(body) > 0 && r.Header.Get("Content-MD5") != base64.StdEncoding.EncodeToString(sum[:]) {
		http.Error(w, "the body is not what Content-MD5 says", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = append(s.log, r.Method+" "+r.URL.Path)
	path, serial, version := strings.Cut(r.URL.Path, "/versions/")
	path, lock := strings.CutSuffix(path, "/lock")
	k := s.states[path]
	if k == nil {
		k = &kept{Versions: make(map[string][]byte)}
	}
	switch {
	case version && r.Method == http.MethodGet:
		send(w, k.Versions[serial])
	case r.Method == "LOCK", lock && r.Method == http.MethodPost:
		s.lock(w, k, body)
	case r.Method == "UNLOCK", lock && r.Method == http.MethodDelete:
		s.unlock(w, k, body)
	case r.Method == http.MethodGet:
		s.tag(w, k)
		send(w, k.Data)
	case r.Method == http.MethodPost, r.Method == http.MethodPut:
		s.write(w, r, k, body)
	case r.Method == http.MethodDelete:
		k.Data = nil
	default:
		http.Error(w, "no such method", http.StatusMethodNotAllowed)
	}
	s.states[path] = k
	s.save()
}

func send(w http.ResponseWriter, data []byte) {
	if data == nil {
		http.Error(w, "nothing there", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(data) // whoever asked may have gone
}

func (s *Server) tag(w http.ResponseWriter, k *kept) {
	switch {
	case s.ETags && k.Data != nil:
		w.Header().Set("ETag", etag(k.Data))
	case s.GitLab:
		w.Header().Set("ETag", "W/"+etag(k.Data)) // as Rails gives to whatever it sends
	}
}

func etag(data []byte) string { return fmt.Sprintf("%q", fmt.Sprintf("%x", sha256.Sum256(data))[:20]) }

func (s *Server) write(w http.ResponseWriter, r *http.Request, k *kept, body []byte) {
	match, none := r.Header.Get("If-Match"), r.Header.Get("If-None-Match")
	id := r.URL.Query().Get("ID")
	switch {
	case s.GitLab && id != idOf(k.Lock): // who says that he holds the lock must hold it
		http.Error(w, `{"message":"409 Conflict"}`, http.StatusConflict)
	case k.Lock != nil && id != idOf(k.Lock):
		refuse(w, http.StatusLocked, k.Lock)
	case s.ETags && none == "*" && k.Data != nil, s.ETags && match != "" && (k.Data == nil || match != etag(k.Data)):
		http.Error(w, "it has changed", http.StatusPreconditionFailed)
	case k.Versions[serialOf(body)] != nil:
		http.Error(w, "there is a version with this serial", http.StatusUnprocessableEntity) // GitLab has a unique index
	default:
		k.Data = body
		if serial := serialOf(body); serial != "" {
			k.Versions[serial] = body
			k.forget()
		}
		s.tag(w, k)
		w.WriteHeader(http.StatusOK)
	}
}

// forget drops the lowest serials: a file that grows would slow every test down.
func (k *kept) forget() {
	for len(k.Versions) > 40 {
		var lowest string
		for serial := range k.Versions {
			if lowest == "" || len(serial) < len(lowest) || len(serial) == len(lowest) && serial < lowest {
				lowest = serial
			}
		}
		delete(k.Versions, lowest)
	}
}

func (s *Server) lock(w http.ResponseWriter, k *kept, body []byte) {
	switch {
	case k.Lock != nil && s.GitLab: // it keeps little of the holder, and repeats the asker for the rest
		var holder, asker struct{ ID, Operation, Info, Who, Version, Created, Path string }
		_ = json.Unmarshal(k.Lock, &holder)
		_ = json.Unmarshal(body, &asker)
		asker.ID, asker.Who, asker.Created = holder.ID, holder.Who, holder.Created
		answer, _ := json.Marshal(asker) // strings can be written
		refuse(w, http.StatusConflict, answer)
	case k.Lock != nil:
		refuse(w, http.StatusLocked, k.Lock)
	default:
		k.Lock = body
	}
}

// unlock takes a body without an ID as force-unlock, as Terraform sends it.
func (s *Server) unlock(w http.ResponseWriter, k *kept, body []byte) {
	if id := idOf(body); k.Lock != nil && id != "" && id != idOf(k.Lock) {
		refuse(w, http.StatusConflict, k.Lock)
		return
	}
	k.Lock = nil
}

func refuse(w http.ResponseWriter, status int, lock []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(lock)
}

func idOf(lock []byte) string {
	var info struct{ ID string }
	_ = json.Unmarshal(lock, &info) // no JSON names nobody
	return info.ID
}

func serialOf(data []byte) string {
	var state struct {
		Serial json.Number `json:"serial"`
	}
	_ = json.Unmarshal(data, &state) // no JSON has no serial
	return state.Serial.String()
}

// save keeps everything for the next server with this file.
func (s *Server) save() {
	if s.File == "" {
		return
	}
	data, err := json.Marshal(s.states)
	if err == nil {
		fresh := filepath.Join(filepath.Dir(s.File), ".state.tmp")
		if err = os.WriteFile(fresh, data, 0o600); err == nil {
			err = os.Rename(fresh, s.File)
		}
	}
	if err != nil {
		panic(err) // a test server that forgets would prove the wrong thing
	}
}
