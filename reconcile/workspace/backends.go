package workspace

import (
	"log/slog"
	"os"
	"strings"

	"livery/reconcile/backend"
	"livery/reconcile/state"
	"livery/schema/config"
)

// backends opens the backends that a configuration and the environment name.
type backends struct {
	dir    Directory
	getenv func(string) string
	log    *slog.Logger
	wait   func(state.Wait) // may be nil
}

// blob is where the state is kept. What the configuration does not say of it, the
// environment may.
func (b backends) blob(c config.Backend) (state.Blob, error) {
	if c.Unclear {
		return nil, Failf("Cannot tell where the state is kept", "The configuration has faults that concern its backend, and another place must not be taken for it. \"livery validate\" shows them.")
	}
	blob, err := backend.Open(backend.Config{Type: c.Type, Attributes: c.Attributes, Dir: string(b.dir), Lookup: b.secret, Log: b.log})
	if err != nil {
		return nil, Failf("Cannot use the backend", "%v.", err)
	}
	return state.Observe(blob, b.wait), nil
}

// blobToWrite is blob, and refuses a backend that is only guessed.
func (b backends) blobToWrite(c config.Backend) (state.Blob, error) {
	if c.Guessed {
		return nil, Failf("Cannot tell where the state is kept", "A file of the configuration does not parse, and it may be the one that says where the state is kept. Nothing was written. \"livery validate\" shows the fault.")
	}
	return b.blob(c)
}

// secret reads a variable, or the file that its ..._FILE twin names.
func (b backends) secret(name string) (string, error) {
	if text := b.getenv(name); text != "" {
		return text, nil
	}
	path := b.getenv(name + "_FILE")
	if path == "" {
		return "", nil
	}
	data, err := os.ReadFile(b.dir.Path(path))
	if err != nil {
		return "", Failf("Cannot read a key", "%s_FILE: %v.", name, named(path, err))
	}
	return strings.TrimRight(string(data), "\r\n"), nil
}
