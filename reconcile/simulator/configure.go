package simulator

import (
	"encoding/json"
	"net/http"
	"unicode/utf8"

	"livery/schema"
)

// configureCalls answers the call that changes documents.
type configureCalls struct {
	store     *store
	semantics Semantics
	checks    []check
}

func (c configureCalls) endpoints() []endpoint {
	return []endpoint{{method: http.MethodPost, path: "/openapi/liveness/v1/h5/configureUI", serve: c.configureUI}}
}

// configureUI judges a body the way a service in front of a typed object does:
// syntax, then types, then the required member, then one field after another.
func (c configureCalls) configureUI(q request) response {
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
	for _, check := range c.checks {
		if check.fails(body) {
			return refuse(check.message)
		}
	}
	delete(body, "locale")
	return stored(c.store.putDocument(q.account, locale, c.semantics, body))
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
