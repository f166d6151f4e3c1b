package storage

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Settings are the attributes of a backend, wherever they came from; what has no
// value is not there.
type Settings map[string]string

// On reports whether a switch is on.
func (s Settings) On(name string) bool { return s[name] == "true" }

// Number is a whole number; 0 when it is not set.
func (s Settings) Number(name string) int {
	n, _ := strconv.Atoi(s[name]) // it was judged
	return n
}

// Seconds is a number of seconds.
func (s Settings) Seconds(name string) time.Duration {
	return time.Duration(s.Number(name)) * time.Second
}

// Resolve puts together what the configuration says, what the environment says and what
// goes without saying. lookup gives an environment variable, "" when it is not set.
func (b Backend) Resolve(attributes map[string]string, lookup func(name string) (string, error)) (Settings, error) {
	found := make(Settings)
	for _, s := range b.Settings {
		text := attributes[s.Name]
		if text == "" {
			var err error
			if text, err = b.fromEnvironment(s, lookup); err != nil {
				return nil, err
			}
		}
		if text == "" {
			text = s.Default
		}
		if text != "" {
			found[s.Name] = text
			continue
		}
		if missing, err := missing(s, lookup); err != nil {
			return nil, err
		} else if missing {
			return nil, fmt.Errorf("the %s backend needs %s: write it in the backend block, or set %s", b.Type, s.Name, joinOr(slices.Concat([]string{b.Variable(s)}, s.EnvAliases, s.SatisfiedBy)))
		}
	}
	return found, nil
}

// fromEnvironment judges a variable as the language judges an attribute. A
// secret is welcome here.
func (b Backend) fromEnvironment(s Setting, lookup func(string) (string, error)) (string, error) {
	for _, name := range append([]string{b.Variable(s)}, s.EnvAliases...) {
		text, err := lookup(name)
		if err != nil || text == "" {
			if err != nil {
				return "", err
			}
			continue
		}
		if _, why := s.Validate(text); why != "" {
			return "", fmt.Errorf("%s %s", name, strings.TrimSuffix(why, "."))
		}
		return text, nil
	}
	return "", nil
}

// missing reports whether a setting without a value must have one.
func missing(s Setting, lookup func(string) (string, error)) (bool, error) {
	if !s.Required {
		return false, nil
	}
	for _, name := range s.SatisfiedBy {
		if text, err := lookup(name); err != nil || text != "" {
			return false, err
		}
	}
	return true, nil
}

func joinOr(names []string) string {
	if len(names) == 1 {
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}
