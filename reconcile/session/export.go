package session

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"time"

	"livery/reconcile/state"
	"livery/schema"
)

// Export is every recorded definition as services load it.
type Export struct {
	Serial   uint64
	Lineage  string
	BaseURL  string
	Sessions []Exported // by name
}

// Exported is a definition of an export.
type Exported struct {
	Name     string
	API      schema.SessionAPI
	Requests []Request // the first for no locale in particular
}

// NewExport collects the definitions of a state.
func NewExport(s *state.Snapshot) (*Export, error) {
	e := &Export{Serial: s.Serial, Lineage: s.Lineage, BaseURL: s.Account.BaseURL}
	for _, name := range slices.Sorted(maps.Keys(s.Sessions)) {
		definition := s.Sessions[name].Definition
		requests, err := Requests(definition, Locales(definition)...)
		if err != nil {
			return nil, err
		}
		e.Sessions = append(e.Sessions, Exported{name, definition.API, requests})
	}
	return e, nil
}

// notificationMax is the size in bytes of the largest notification that is read.
const notificationMax = 64 << 10

// Notification is the service's word that a session is complete.
type Notification struct {
	ReceivedAt  time.Time
	SignatureID string
	Type        string
	Path        string // where it was posted to, without the query, which may hold keys
}

// NotificationHandler answers the service's notifications, on any path, and gives
// each to receive, which may be called by several goroutines.
func NotificationHandler(now func() time.Time, receive func(Notification)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			http.Error(w, "notifications are posted", http.StatusMethodNotAllowed)
			return
		}
		data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, notificationMax))
		if err != nil {
			http.Error(w, "a notification has at most 64 KB", http.StatusRequestEntityTooLarge)
			return
		}
		var n struct {
			SignatureID string `json:"signatureId"`
			Type        string `json:"type"`
		}
		if err := json.Unmarshal(data, &n); err != nil {
			http.Error(w, "a notification is a JSON object", http.StatusBadRequest)
			return
		}
		receive(Notification{now(), n.SignatureID, n.Type, r.URL.Path})
	})
}
