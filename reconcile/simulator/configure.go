package simulator

import (
	"encoding/json"
	"net/http"
	"unicode/utf8"

	"livery/schema"
)

func (s *Simulator) configureCalls() []call {
	return []call{{method: http.MethodPost, path: "/openapi/liveness/v1/h5/configureUI", serve: s.configureUI}}
}

// configureUI judges a body the way a service in front of a typed object does:
// syntax, then types, then the required member, then one field after another.
func (s *Simulator) configureUI(q request) answer {
	if !utf8.Valid(q.body) || !json.Valid(q.body) {
		return clientError(http.StatusBadRequest)
	}
	var raw any
	err := json.Unmarshal(q.body, &raw) // fails on a number beyond all bounds
	body, ok := raw.(map[string]any)
	if err != nil || !ok || !wellTyped(body) {
		return refused(parameterIllegal)
	}
	name, _ := body["locale"].(string)
	if name == "" {
		return refused(parameterMissing)
	}
	locale, ok := canonical(name)
	if !ok {
		return refused(parameterIllegal)
	}
	for _, c := range s.checks {
		if c.fails(body) {
			return refused(c.message)
		}
	}
	delete(body, "locale")
	if err := s.take(q.account, locale, body); err != nil {
		return s.unkept(err)
	}
	return accepted(nil)
}

// take remembers a document, on disk before in memory.
func (s *Simulator) take(account string, l schema.Locale, body map[string]any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := s.semantics.laidOver(s.store.documents[account][l], body)
	if err := s.store.put(account, l, next); err != nil {
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
