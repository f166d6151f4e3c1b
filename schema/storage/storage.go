// Package storage says where a state can be kept: the kinds of backends, the settings that
// each takes, what is a valid value of one, and where a value comes from. It opens none.
package storage

import (
	"slices"
	"strings"
)

// Backend is a kind of place where state can be kept, and what may be said of one.
type Backend struct {
	Type     string
	Settings []Setting
}

// Setting is an attribute of a backend: what the block in a file takes, and what
// the environment may give in its stead.
type Setting struct {
	Name        string
	Kind        Kind
	Required    bool     // by the file or by the environment; a bare checkout has only the one
	Secret      bool     // never written in a file
	Default     string   // "" for none, or one that the engine has
	Min, Max    int      // of a whole number
	EnvAliases  []string // variables of the engine's own that give it as well
	SatisfiedBy []string // variables of the engine's own that do without it
}

// Kind is what a setting takes.
type Kind uint8

const (
	Text   Kind = iota
	Key         // of an object: a path without a slash at its ends
	URL         // http or https
	Method      // of HTTP
	Switch      // true or false
	Number      // whole, from Min to Max
	PEM         // certificates or a key
	DSN         // a connection string of PostgreSQL
	Name        // an identifier of PostgreSQL
)

// backends are the places where state can be kept. The names of the HTTP ones
// are Terraform's, so that a block can be taken over as it is.
var backends = []Backend{
	{"local", []Setting{
		{Name: "path", Default: "livery.state.json"},
	}},
	{"http", []Setting{
		{Name: "address", Kind: URL, Required: true, EnvAliases: []string{"TF_HTTP_ADDRESS"}},
		{Name: "update_method", Kind: Method, Default: "POST", EnvAliases: []string{"TF_HTTP_UPDATE_METHOD"}},
		{Name: "lock_address", Kind: URL, EnvAliases: []string{"TF_HTTP_LOCK_ADDRESS"}},
		{Name: "lock_method", Kind: Method, Default: "LOCK", EnvAliases: []string{"TF_HTTP_LOCK_METHOD"}},
		{Name: "unlock_address", Kind: URL, EnvAliases: []string{"TF_HTTP_UNLOCK_ADDRESS"}},
		{Name: "unlock_method", Kind: Method, Default: "UNLOCK", EnvAliases: []string{"TF_HTTP_UNLOCK_METHOD"}},
		{Name: "username", EnvAliases: []string{"TF_HTTP_USERNAME"}},
		{Name: "password", Secret: true, EnvAliases: []string{"TF_HTTP_PASSWORD"}},
		{Name: "skip_cert_verification", Kind: Switch, Default: "false"},
		{Name: "retry_max", Kind: Number, Default: "2", Max: 20, EnvAliases: []string{"TF_HTTP_RETRY_MAX"}},
		{Name: "retry_wait_min", Kind: Number, Default: "1", Max: 600, EnvAliases: []string{"TF_HTTP_RETRY_WAIT_MIN"}},
		{Name: "retry_wait_max", Kind: Number, Default: "30", Max: 600, EnvAliases: []string{"TF_HTTP_RETRY_WAIT_MAX"}},
		{Name: "client_ca_certificate_pem", Kind: PEM, EnvAliases: []string{"TF_HTTP_CLIENT_CA_CERTIFICATE_PEM"}},
		{Name: "client_certificate_pem", Kind: PEM, EnvAliases: []string{"TF_HTTP_CLIENT_CERTIFICATE_PEM"}},
		{Name: "client_private_key_pem", Kind: PEM, Secret: true, EnvAliases: []string{"TF_HTTP_CLIENT_PRIVATE_KEY_PEM"}},
	}},
	{"s3", []Setting{ // what else there is, credentials above all, comes the AWS way
		{Name: "bucket", Required: true},
		{Name: "key", Kind: Key, Required: true},
		{Name: "region"},
		{Name: "endpoint", Kind: URL},
		{Name: "use_path_style", Kind: Switch, Default: "false"},
		{Name: "encrypt", Kind: Switch, Default: "false"},
		{Name: "kms_key_id"},
	}},
	{"pg", []Setting{ // PGHOST and its like fill what conn_str leaves out
		{Name: "conn_str", Kind: DSN, Required: true, EnvAliases: []string{"PG_CONN_STR"}, SatisfiedBy: []string{"PGHOST", "PGSERVICE", "PGDATABASE"}},
		{Name: "schema_name", Kind: Name, Default: "livery_remote_state", EnvAliases: []string{"PG_SCHEMA_NAME"}},
	}},
}

// Backends lists the kinds of places where state can be kept.
func Backends() []Backend { return slices.Clone(backends) }

// BackendOf is the kind of place with that name.
func BackendOf(kind string) (Backend, bool) {
	i := slices.IndexFunc(backends, func(b Backend) bool { return b.Type == kind })
	if i < 0 {
		return Backend{}, false
	}
	return backends[i], true
}

// Setting is the attribute with that name.
func (b Backend) Setting(name string) (Setting, bool) {
	i := slices.IndexFunc(b.Settings, func(s Setting) bool { return s.Name == name })
	if i < 0 {
		return Setting{}, false
	}
	return b.Settings[i], true
}

// Names lists the attributes.
func (b Backend) Names() []string {
	names := make([]string, len(b.Settings))
	for i, s := range b.Settings {
		names[i] = s.Name
	}
	return names
}

// Variable is the environment variable that gives a setting.
func (b Backend) Variable(s Setting) string {
	return "LIVERY_STATE_" + strings.ToUpper(b.Type+"_"+s.Name)
}

// MayHoldSecret reports whether a name is that of a setting, of any backend, whose value is a
// secret, or an address that seems to have a password in it; text is how the value is written.
func MayHoldSecret(name, text string) bool {
	return slices.ContainsFunc(backends, func(b Backend) bool {
		s, known := b.Setting(name)
		return known && (s.Secret || (s.Kind == DSN || s.Kind == URL) && (strings.Contains(text, "@") || strings.Contains(text, "password")))
	})
}
