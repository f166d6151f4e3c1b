package backend

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"livery/reconcile/state"
	"livery/schema"
)

// Config says where a state is kept.
type Config struct {
	Type       string            // "" is local
	Attributes map[string]string // what the configuration says
	Dir        string            // of the stack: a relative path of a local state is relative to it
	// Lookup gives an environment variable, "" when it is not set. It fills what
	// the configuration leaves out.
	Lookup func(name string) (string, error)
}

// Open makes a place out of its description. Nothing is asked of the place yet,
// and of the engines that are not used nothing is even set up.
func Open(c Config) (state.Blob, error) {
	if c.Type == "" {
		c.Type = "local"
	}
	kind, ok := schema.BackendOf(c.Type)
	if !ok {
		return nil, fmt.Errorf("there is no backend %q", c.Type) // the language lets none through
	}
	s, err := resolveSettings(kind, c)
	if err != nil {
		return nil, err
	}
	switch kind.Type {
	case "http":
		return openHTTP(s)
	case "pg":
		return openPG(s)
	case "s3":
		return openS3(s)
	default:
		return LocalIn(c.Dir, s["path"]), nil
	}
}

// settings are the attributes of a backend, wherever they came from; what has no
// value is not there.
type settings map[string]string

func (s settings) on(name string) bool { return s[name] == "true" }

func (s settings) number(name string) int {
	n, _ := strconv.Atoi(s[name]) // it was judged
	return n
}

func (s settings) seconds(name string) time.Duration {
	return time.Duration(s.number(name)) * time.Second
}

// resolveSettings puts together what the configuration says, what the environment says
// and what goes without saying.
func resolveSettings(kind schema.Backend, c Config) (settings, error) {
	found := make(settings)
	for _, s := range kind.Settings {
		text := c.Attributes[s.Name]
		if text == "" {
			var err error
			if text, err = fromEnvironment(kind, s, c.Lookup); err != nil {
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
		if missing, err := missing(s, c.Lookup); err != nil {
			return nil, err
		} else if missing {
			return nil, fmt.Errorf("the %s backend needs %s: write it in the backend block, or set %s", kind.Type, s.Name, joinOr(slices.Concat([]string{kind.Variable(s)}, s.EnvAliases, s.SatisfiedBy)))
		}
	}
	return found, nil
}

// fromEnvironment judges a variable as the language judges an attribute. A
// secret is welcome here.
func fromEnvironment(kind schema.Backend, s schema.Setting, lookup func(string) (string, error)) (string, error) {
	for _, name := range append([]string{kind.Variable(s)}, s.EnvAliases...) {
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
func missing(s schema.Setting, lookup func(string) (string, error)) (bool, error) {
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
