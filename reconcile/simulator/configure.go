package simulator

import (
	"encoding/json"
	"net/http"
	"unicode/utf8"

	"livery/schema"
)

func (s *Simulator) configureCalls() []endpoint {
	return []endpoint{{method: http.MethodPost, path: "/openapi/liveness/v1/h5/configureUI", serve: s.configureUI}}
}

// configureUI judges a body the way a service in front of a typed object does:
// syntax, then types, then the required member, then one field after another.
func (s *Simulator) configureUI(q request) response {
	if !utf8.Valid(q.body) || !json.Valid(q.body) {
		return clientError(http.StatusBadRequest)
	}
	var raw any
	err := json.Unmarshal(q.body, &raw) // fails on a number beyond all bounds
	body, ok := raw.(map[string]any)
	if err != nil || !ok || !wellTyped(body) {
		return refuse(parameterIllegal)
	}
	name, _ := body["locale"].(string)
	if name == "" {
		return refuse(parameterMissing)
	}
	locale, ok := canonical(name)
	if !ok {
		return refuse(parameterIllegal)
	}
	for _, c := range s.checks {
		if c.fails(body) {
			return refuse(c.message)
		}
	}
	delete(body, "locale")
	return s.stored(s.storeDocument(q.account, locale, body))
}

// storeDocument remembers a document, on disk before in memory.
func (s *Simulator) storeDocument(account string, l schema.Locale, body map[string]any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := s.semantics.apply(s.store.documents[account][l], body)
	if err := s.store.putDocument(account, l, next); err != nil {
		return err
	}
	s.pushes++
	return nil
}

// canonical is the long form of one of the 32 locale values.
func canonical(name string) (schema.Locale, bool) {
	for _, row := range schema.Locales() {
		if name == string(row.Value) || name == row.Short && name != "" {
			return row.Value, true
		}
	}
	return "", false
}
