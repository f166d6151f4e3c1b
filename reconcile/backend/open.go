package backend

import (
	"cmp"
	"fmt"
	"log/slog"

	"livery/reconcile/state"
	"livery/schema/storage"
)

// Config says where a state is kept.
type Config struct {
	Type       string            // "" is local
	Attributes map[string]string // what the configuration says
	Dir        string            // of the stack: a relative path of a local state is relative to it
	// Lookup gives an environment variable, "" when it is not set. It fills what
	// the configuration leaves out.
	Lookup func(name string) (string, error)
	Log    *slog.Logger // gets what libraries have to say; nil for silence
}

// Open makes a place out of its description. Nothing is asked of the place yet,
// and of the engines that are not used nothing is even set up.
func Open(c Config) (state.Blob, error) {
	if c.Type == "" {
		c.Type = "local"
	}
	kind, ok := storage.BackendOf(c.Type)
	if !ok {
		return nil, fmt.Errorf("there is no backend %q", c.Type) // the language lets none through
	}
	s, err := kind.Resolve(c.Attributes, c.Lookup)
	if err != nil {
		return nil, err
	}
	switch kind.Type {
	case "http":
		return openHTTP(s)
	case "pg":
		return openPG(s)
	case "s3":
		return openS3(s, cmp.Or(c.Log, slog.New(slog.DiscardHandler)))
	default:
		return LocalIn(c.Dir, s["path"]), nil
	}
}
