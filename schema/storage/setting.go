package storage

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"livery/schema"
	"livery/schema/rule"
)

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
func (s Setting) Validate(text string) (rule.ID, string) {
	if text == "" {
		return rule.EmptyValue, "is empty; leave it out" + s.otherwise() + "."
	}
	if ok, id, why := s.judge(text); !ok {
		return id, why
	}
	return "", ""
}

// judge reports whether a text that is not empty fits, and what Validate says if not.
func (s Setting) judge(text string) (ok bool, id rule.ID, why string) {
	switch s.Kind {
	case Key:
		slash := strings.HasPrefix(text, "/") || strings.HasSuffix(text, "/")
		return !slash && len(text) <= 900 && !strings.ContainsFunc(text, isControl), rule.OutOfRange,
			`is the path of an object, such as "brand/livery.state.json": up to 900 bytes, without a slash at its beginning or end.`
	case URL:
		why := schema.CheckURL(text, schema.StateAddress)
		return why == "", rule.URLFormat, why + "."
	case Method:
		return matches(methodPattern, text), rule.Enum, `takes an HTTP method in capitals, such as "` + s.Default + `".`
	case Switch:
		return text == "true" || text == "false", rule.WrongType, "takes true or false."
	case Number:
		n, err := strconv.Atoi(text)
		return err == nil && n >= s.Min && n <= s.Max, rule.OutOfRange, fmt.Sprintf("takes a whole number from %d to %d.", s.Min, s.Max)
	case PEM:
		return strings.Contains(text, "-----BEGIN ") && strings.Contains(text, "-----END "), rule.WrongType,
			`takes PEM: the text from "-----BEGIN" to "-----END", not the name of a file.`
	case DSN:
		return isDSN(text), rule.URLFormat,
			`takes a connection string, such as "postgres://livery@db.example.com/livery" or "host=db.example.com dbname=livery"; in a URL, special characters of a password are written in %-encoding: %40 for @.`
	case Name:
		return matches(namePattern, text), rule.OutOfRange,
			"takes the name of a schema: up to 63 letters, digits and underscores, not beginning with a digit."
	default:
		return !strings.ContainsFunc(text, isControl), rule.ControlCharacter, "holds a control character."
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
	case s.Kind == URL:
		_, after, found := strings.Cut(text, "://")
		host, _, _ := strings.Cut(after, "/")
		user, _, at := strings.Cut(after, "@")
		return found && (strings.Contains(host, "@") || at && strings.Contains(user, ":")) // whose password has a slash
	case s.Kind == DSN && isPostgresURL(text):
		u, err := url.Parse(text)
		if err != nil || !isDSN(text) {
			return strings.Contains(text, "@") // whatever it is, it is not shown
		}
		_, password := u.User.Password()
		return password || matches(dsnSecretPattern, "?"+u.RawQuery)
	case s.Kind == DSN:
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
