package schema

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
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
	Kind        SettingKind
	Required    bool     // by the file or by the environment; a bare checkout has only the one
	Secret      bool     // never written in a file
	Default     string   // "" for none, or one that the engine has
	Min, Max    int      // of a whole number
	EnvAliases  []string // variables of the engine's own that give it as well
	SatisfiedBy []string // variables of the engine's own that do without it
}

// SettingKind is what a setting takes.
type SettingKind uint8

const (
	SettingText   SettingKind = iota
	SettingKey                // of an object: a path without a slash at its ends
	SettingURL                // http or https
	SettingMethod             // of HTTP
	SettingSwitch             // true or false
	SettingNumber             // whole, from Min to Max
	SettingPEM                // certificates or a key
	SettingDSN                // a connection string of PostgreSQL
	SettingName               // an identifier of PostgreSQL
)

// backends are the places where state can be kept. The names of the HTTP ones
// are Terraform's, so that a block can be taken over as it is.
var backends = []Backend{
	{"local", []Setting{
		{Name: "path", Default: "livery.state.json"},
	}},
	{"http", []Setting{
		{Name: "address", Kind: SettingURL, Required: true, EnvAliases: []string{"TF_HTTP_ADDRESS"}},
		{Name: "update_method", Kind: SettingMethod, Default: "POST", EnvAliases: []string{"TF_HTTP_UPDATE_METHOD"}},
		{Name: "lock_address", Kind: SettingURL, EnvAliases: []string{"TF_HTTP_LOCK_ADDRESS"}},
		{Name: "lock_method", Kind: SettingMethod, Default: "LOCK", EnvAliases: []string{"TF_HTTP_LOCK_METHOD"}},
		{Name: "unlock_address", Kind: SettingURL, EnvAliases: []string{"TF_HTTP_UNLOCK_ADDRESS"}},
		{Name: "unlock_method", Kind: SettingMethod, Default: "UNLOCK", EnvAliases: []string{"TF_HTTP_UNLOCK_METHOD"}},
		{Name: "username", EnvAliases: []string{"TF_HTTP_USERNAME"}},
		{Name: "password", Secret: true, EnvAliases: []string{"TF_HTTP_PASSWORD"}},
		{Name: "skip_cert_verification", Kind: SettingSwitch, Default: "false"},
		{Name: "retry_max", Kind: SettingNumber, Default: "2", Max: 20, EnvAliases: []string{"TF_HTTP_RETRY_MAX"}},
		{Name: "retry_wait_min", Kind: SettingNumber, Default: "1", Max: 600, EnvAliases: []string{"TF_HTTP_RETRY_WAIT_MIN"}},
		{Name: "retry_wait_max", Kind: SettingNumber, Default: "30", Max: 600, EnvAliases: []string{"TF_HTTP_RETRY_WAIT_MAX"}},
		{Name: "client_ca_certificate_pem", Kind: SettingPEM, EnvAliases: []string{"TF_HTTP_CLIENT_CA_CERTIFICATE_PEM"}},
		{Name: "client_certificate_pem", Kind: SettingPEM, EnvAliases: []string{"TF_HTTP_CLIENT_CERTIFICATE_PEM"}},
		{Name: "client_private_key_pem", Kind: SettingPEM, Secret: true, EnvAliases: []string{"TF_HTTP_CLIENT_PRIVATE_KEY_PEM"}},
	}},
	{"s3", []Setting{ // what else there is, credentials above all, comes the AWS way
		{Name: "bucket", Required: true},
		{Name: "key", Kind: SettingKey, Required: true},
		{Name: "region"},
		{Name: "endpoint", Kind: SettingURL},
		{Name: "use_path_style", Kind: SettingSwitch, Default: "false"},
		{Name: "encrypt", Kind: SettingSwitch, Default: "false"},
		{Name: "kms_key_id"},
	}},
	{"pg", []Setting{ // PGHOST and its like fill what conn_str leaves out
		{Name: "conn_str", Kind: SettingDSN, Required: true, EnvAliases: []string{"PG_CONN_STR"}, SatisfiedBy: []string{"PGHOST", "PGSERVICE", "PGDATABASE"}},
		{Name: "schema_name", Kind: SettingName, Default: "livery_remote_state", EnvAliases: []string{"PG_SCHEMA_NAME"}},
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

// Patterns are compiled where they are used: few runs use any.
const (
	methodPattern    = `^[A-Z]{1,20}$`
	namePattern      = `^[A-Za-z_][A-Za-z0-9_$-]{0,62}$`
	dsnSecretPattern = `(?i)(^|[\s?&])(ssl)?password\s*=`
	dsnPattern       = `^\s*[A-Za-z_]+\s*=`
)

func matches(pattern, text string) bool { return regexp.MustCompile(pattern).MatchString(text) }

// Validate is the rule that a text breaks as the value of a setting, and how, as the
// end of a sentence that begins with the setting's name. It never repeats the
// text, which may hold a secret.
func (s Setting) Validate(text string) (RuleID, string) {
	if text == "" {
		return EmptyValue, "is empty; leave it out" + s.otherwise() + "."
	}
	if ok, rule, why := s.judge(text); !ok {
		return rule, why
	}
	return "", ""
}

// judge reports whether a text that is not empty fits, and what Validate says if not.
func (s Setting) judge(text string) (ok bool, rule RuleID, why string) {
	switch s.Kind {
	case SettingKey:
		slash := strings.HasPrefix(text, "/") || strings.HasSuffix(text, "/")
		return !slash && len(text) <= 900 && !strings.ContainsFunc(text, isControl), OutOfRange,
			`is the path of an object, such as "brand/livery.state.json": up to 900 bytes, without a slash at its beginning or end.`
	case SettingURL:
		why := CheckURL(text, StateAddress)
		return why == "", URLFormat, why + "."
	case SettingMethod:
		return matches(methodPattern, text), Enum, `takes an HTTP method in capitals, such as "` + s.Default + `".`
	case SettingSwitch:
		return text == "true" || text == "false", WrongType, "takes true or false."
	case SettingNumber:
		n, err := strconv.Atoi(text)
		return err == nil && n >= s.Min && n <= s.Max, OutOfRange, fmt.Sprintf("takes a whole number from %d to %d.", s.Min, s.Max)
	case SettingPEM:
		return strings.Contains(text, "-----BEGIN ") && strings.Contains(text, "-----END "), WrongType,
			`takes PEM: the text from "-----BEGIN" to "-----END", not the name of a file.`
	case SettingDSN:
		return isDSN(text), URLFormat,
			`takes a connection string, such as "postgres://livery@db.example.com/livery" or "host=db.example.com dbname=livery"; in a URL, special characters of a password are written in %-encoding: %40 for @.`
	case SettingName:
		return matches(namePattern, text), OutOfRange,
			"takes the name of a schema: up to 63 letters, digits and underscores, not beginning with a digit."
	default:
		return !strings.ContainsFunc(text, isControl), ControlCharacter, "holds a control character."
	}
}

func (s Setting) otherwise() string {
	if s.Default != "" {
		return " for " + s.Default
	}
	return ""
}

// ContainsSecret reports whether a text holds a secret as the value of a setting.
func (s Setting) ContainsSecret(text string) bool {
	switch {
	case s.Secret:
		return text != ""
	case s.Kind == SettingURL:
		_, after, found := strings.Cut(text, "://")
		host, _, _ := strings.Cut(after, "/")
		user, _, at := strings.Cut(after, "@")
		return found && (strings.Contains(host, "@") || at && strings.Contains(user, ":")) // whose password has a slash
	case s.Kind == SettingDSN && isPostgresURL(text):
		u, err := url.Parse(text)
		if err != nil || !isDSN(text) {
			return strings.Contains(text, "@") // whatever it is, it is not shown
		}
		_, password := u.User.Password()
		return password || matches(dsnSecretPattern, "?"+u.RawQuery)
	case s.Kind == SettingDSN:
		return matches(dsnSecretPattern, text)
	}
	return false
}

// isDSN reports whether a text is a connection string that can be read in one way: in a
// URL, an @ or a slash in a password would begin a host or a database.
func isDSN(text string) bool {
	_, rest, _ := strings.Cut(text, "://")
	if !isPostgresURL(text) {
		return matches(dsnPattern, text)
	}
	if user, after, found := strings.Cut(rest, "@"); found {
		if strings.ContainsAny(user, "/?#") {
			return false
		}
		rest = after
	}
	rest, _, _ = strings.Cut(rest, "?")
	hosts, _, _ := strings.Cut(rest, "/")
	return !strings.ContainsAny(rest, "@#") && !slices.ContainsFunc(strings.Split(hosts, ","), func(h string) bool { return strings.HasSuffix(h, ":") })
}

func isPostgresURL(text string) bool {
	return strings.HasPrefix(text, "postgres://") || strings.HasPrefix(text, "postgresql://")
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }
