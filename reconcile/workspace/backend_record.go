package workspace

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"livery/reconcile/state"
	"livery/schema"
	"livery/schema/config"
	"livery/schema/jsontext"
	"livery/schema/storage"
)

// backendFile remembers where this directory kept its state last. It is this
// machine's own note: without it, that was the default backend.
const backendFile = dataDirectory + "/backend.json"

// backendRecord is where a state is kept, as it may be written down: its secrets
// stay in the environment.
type backendRecord struct {
	Type       string            `json:"type"`
	Attributes map[string]string `json:"attributes,omitempty"`
	Name       string            `json:"place"` // as messages name it
}

// recordOf describes a backend, by what the configuration says and what the
// environment adds. A setting that holds a secret is left out, and so are those
// that only say how to get there.
func (b backends) recordOf(c config.Backend, blob state.Blob) backendRecord {
	r := backendRecord{Type: cmp.Or(c.Type, "local"), Name: blob.String()}
	kind, _ := storage.BackendOf(r.Type)
	for _, s := range kind.Settings {
		text := c.Attributes[s.Name]
		for _, variable := range append([]string{kind.Variable(s)}, s.EnvAliases...) {
			if text == "" {
				text, _ = b.secret(variable) // the place has been opened, so it can be read
			}
		}
		text = cmp.Or(text, s.Default) // which a variable might change tomorrow
		if text == "" || s.ContainsSecret(text) || s.Kind == storage.PEM || s.Kind == storage.Number {
			continue
		}
		if u, err := url.Parse(text); s.Kind == storage.URL && (err != nil || u.RawQuery != "") {
			continue // a token may be in there
		}
		if r.Attributes == nil {
			r.Attributes = make(map[string]string)
		}
		r.Attributes[s.Name] = text
	}
	return r
}

// same reports whether both are one place.
func (r backendRecord) same(o backendRecord) bool {
	if r.Type == "local" && o.Type == "local" {
		return filepath.Clean(r.Name) == filepath.Clean(o.Name)
	}
	// The name of a bucket does not say whose server it is on.
	return r.Type == o.Type && r.Name == o.Name && r.Attributes["endpoint"] == o.Attributes["endpoint"]
}

// key is the same for all who keep their state in the same place.
func (b backends) key(c config.Backend, blob state.Blob) string {
	r := b.recordOf(c, blob)
	name := r.Name
	if r.Type == "local" {
		if abs, err := filepath.Abs(b.dir.Path(name)); err == nil {
			name = abs
		}
		if dir, err := filepath.EvalSymlinks(filepath.Dir(name)); err == nil {
			name = filepath.Join(dir, filepath.Base(name))
		}
	}
	address := c.Attributes["address"]
	if _, query, _ := strings.Cut(address, "?"); query == "" {
		address = "" // the name says it all
	}
	return strings.Join([]string{r.Type, name, r.Attributes["endpoint"], address}, "\x00")
}

func (r backendRecord) backend() config.Backend {
	return config.Backend{Type: r.Type, Attributes: r.Attributes}
}

// last is where the state was kept last, as far as this directory knows.
func (b backends) last() (backendRecord, error) {
	data, err := os.ReadFile(b.dir.Path(backendFile))
	if errors.Is(err, fs.ErrNotExist) {
		return backendRecord{Type: "local", Name: stateFile, Attributes: map[string]string{"path": stateFile}}, nil
	}
	var r backendRecord
	if err == nil {
		err = cmp.Or(jsontext.CheckRecord(data), json.Unmarshal(data, &r))
	}
	if err == nil {
		err = r.check()
	}
	if err != nil {
		return r, Failf("Cannot read where the state was kept", "%s: %v. If the state is where the configuration says, \"livery init -reconfigure\" writes that file anew.", backendFile, err)
	}
	return r, nil
}

// check judges a note as the language judges a block: somebody may have edited it.
func (r backendRecord) check() error {
	kind, ok := storage.BackendOf(r.Type)
	if !ok || r.Name == "" || !schema.IsVisible(r.Name) {
		return errors.New("it names no place that this version of livery knows")
	}
	for _, name := range sortedKeys(r.Attributes) {
		s, ok := kind.Setting(name)
		if !ok {
			return fmt.Errorf("a %s backend has no %q", r.Type, name)
		}
		if _, why := s.Validate(r.Attributes[name]); why != "" {
			return fmt.Errorf("%s %s", name, strings.TrimSuffix(why, "."))
		}
	}
	return nil
}

// openLast opens the backend of a record. What its secrets were is not written down, so
// they must still be where they came from.
func (b backends) openLast(r backendRecord) (state.Blob, error) {
	blob, err := b.blob(r.backend())
	if err == nil && !b.recordOf(r.backend(), blob).same(r) {
		err = fmt.Errorf("what is set now leads to %s instead", blob)
	}
	if err != nil {
		return nil, Failf("Cannot open the place where the state was kept", "It was kept in %s (backend %q): %v. Set the backend's variables as they were then. To leave that state behind for good, use \"livery init -reconfigure\".", r.Name, r.Type, err)
	}
	return blob, nil
}

// remember notes where the state is kept. A directory that cannot be written does
// not have to remember: that only costs a warning that nobody needs yet.
func (b backends) remember(c config.Backend, blob state.Blob) error {
	now := b.recordOf(c, blob)
	before, err := b.last()
	if err == nil && before.same(now) && maps.Equal(before.Attributes, now.Attributes) {
		return nil
	}
	if _, statErr := os.Stat(b.dir.Path(backendFile)); errors.Is(statErr, fs.ErrNotExist) && before.same(now) {
		return nil // the default needs no note
	}
	data, err := json.MarshalIndent(now, "", "  ")
	if err == nil {
		err = os.MkdirAll(b.dir.Path(dataDirectory), 0o755)
	}
	if err == nil {
		err = writeWhole(b.dir.Path(backendFile), append(data, '\n'), 0o600)
	}
	return err
}

// checkMoved refuses a state that is not the one this directory went on with last: a new one
// while the last place still holds one, which would send everything again and forget what is
// live, and an older one of the same lineage, which would undo what came since. A state of
// another lineage is one that somebody has chosen.
func (b backends) checkMoved(ctx context.Context, c config.Backend, blob state.Blob, current func() *state.Snapshot) error {
	const summary = "Backend configuration changed"
	now := b.recordOf(c, blob)
	last, err := b.last()
	if err != nil || last.same(now) {
		return err
	}
	old, err := b.openLast(last)
	if err != nil {
		return err
	}
	defer old.Close()
	here := current()
	isNew := here.Lineage == "" && here.Empty()
	there, err := state.Read(ctx, old)
	switch {
	case err != nil && isNew:
		return Failf(summary, "The state was kept in %s (backend %q) and is to be kept in %s (backend %q), where there is none yet. Whether the old place still holds one cannot be told: %v. If it does, \"livery init -migrate-state\" moves it; \"livery init -reconfigure\" begins anew.", last.Name, last.Type, now.Name, now.Type, err)
	case err != nil:
		return Failf(summary, "The state was kept in %s (backend %q) and is to be kept in %s (backend %q). Whether the state there, serial %d, is the newest cannot be told: %v. If it is, \"livery init -reconfigure\" goes on with it. Nothing was changed.", last.Name, last.Type, now.Name, now.Type, here.Serial, err)
	case there.Lineage == "" && there.Empty():
		return nil
	case isNew:
		return Failf(summary, "The state is in %s (backend %q), and the configuration says to keep it in %s (backend %q), where there is none yet. livery does not begin anew by itself: it would forget what is live.\n\nTo move the state, run \"livery init -migrate-state\". To leave it behind and begin with an empty one, run \"livery init -reconfigure\". Nothing was changed.", last.Name, last.Type, now.Name, now.Type)
	case there.Follows(here):
		return Failf(summary, "The state was kept last in %s (backend %q), where it is at serial %d. The configuration says %s (backend %q), which holds another one of the same lineage, serial %d: what was applied since is not in it.\n\nIf the configuration is an old one, change its backend block back. To move the state to where the configuration says, run \"livery init -migrate-state\". To go on with the one that is there and leave the other behind, run \"livery init -reconfigure\". Nothing was changed.", last.Name, last.Type, there.Serial, now.Name, now.Type, here.Serial)
	}
	return nil
}
