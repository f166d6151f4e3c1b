package cli

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
	"slices"
	"strings"

	"livery/reconcile/state"
	"livery/schema"
	"livery/schema/stack"
)

// placeFile remembers where this directory kept its state last. It is this
// machine's own note: without it, the last place was the default one.
const placeFile = dataDirectory + "/backend.json"

// place is where a state is kept, as it may be written down: its secrets stay in
// the environment.
type place struct {
	Type       string            `json:"type"`
	Attributes map[string]string `json:"attributes,omitempty"`
	Name       string            `json:"place"` // as messages name it
}

// placeOf describes a place, by what the configuration says and what the
// environment adds. A setting that holds a secret is left out, and so are those
// that only say how to get there.
func (a *app) placeOf(b stack.Backend, blob state.Blob) place {
	p := place{Type: cmp.Or(b.Type, "local"), Name: blob.String()}
	kind, _ := schema.BackendOf(p.Type)
	for _, s := range kind.Settings {
		text := b.Attributes[s.Name]
		for _, variable := range append([]string{kind.Variable(s)}, s.Also...) {
			if text == "" {
				text, _ = a.secretFromEnv(variable) // the place has been opened, so it can be read
			}
		}
		text = cmp.Or(text, s.Default) // which a variable might change tomorrow
		if text == "" || s.Holds(text) || s.Kind == schema.SettingPEM || s.Kind == schema.SettingNumber {
			continue
		}
		if u, err := url.Parse(text); s.Kind == schema.SettingURL && (err != nil || u.RawQuery != "") {
			continue // a token may be in there
		}
		if p.Attributes == nil {
			p.Attributes = make(map[string]string)
		}
		p.Attributes[s.Name] = text
	}
	return p
}

// same reports whether both are one place.
func (p place) same(o place) bool {
	if p.Type == "local" && o.Type == "local" {
		return filepath.Clean(p.Name) == filepath.Clean(o.Name)
	}
	// The name of a bucket does not say whose server it is on.
	return p.Type == o.Type && p.Name == o.Name && p.Attributes["endpoint"] == o.Attributes["endpoint"]
}

func (p place) backend() stack.Backend {
	return stack.Backend{Type: p.Type, Attributes: p.Attributes}
}

// lastPlace is where the state was kept last, as far as this directory knows.
func (a *app) lastPlace() (place, error) {
	data, err := os.ReadFile(placeFile)
	if errors.Is(err, fs.ErrNotExist) {
		return place{Type: "local", Name: defaultStateFile, Attributes: map[string]string{"path": defaultStateFile}}, nil
	}
	var p place
	if err == nil {
		err = json.Unmarshal(data, &p)
	}
	if err == nil {
		err = p.check()
	}
	if err != nil {
		return p, fail("Cannot read where the state was kept", "%s: %v. If the state is where the configuration says, \"livery init -reconfigure\" writes that file anew.", placeFile, err)
	}
	return p, nil
}

// check judges a note as the language judges a block: somebody may have edited it.
func (p place) check() error {
	kind, ok := schema.BackendOf(p.Type)
	if !ok || p.Name == "" {
		return errors.New("it names no place that this version of livery knows")
	}
	for _, name := range sortedKeys(p.Attributes) {
		s, ok := kind.Setting(name)
		if !ok {
			return fmt.Errorf("a %s backend has no %q", p.Type, name)
		}
		if _, why := s.Fault(p.Attributes[name]); why != "" {
			return fmt.Errorf("%s %s", name, strings.TrimSuffix(why, "."))
		}
	}
	return nil
}

// openLast opens the last place. What its secrets were is not written down, so
// they must still be where they came from.
func (a *app) openLast(p place) (state.Blob, error) {
	blob, err := a.blob(p.backend())
	if err == nil && !a.placeOf(p.backend(), blob).same(p) {
		err = fmt.Errorf("what is set now leads to %s instead", blob)
	}
	if err != nil {
		return nil, fail("Cannot open the place where the state was kept", "It was kept in %s (backend %q): %v. Set the backend's variables as they were then. To leave that state behind for good, use \"livery init -reconfigure\".", p.Name, p.Type, err)
	}
	return blob, nil
}

// remember notes where the state is kept. A directory that cannot be written does
// not have to remember: that only costs a warning that nobody needs yet.
func (a *app) remember(b stack.Backend, blob state.Blob) error {
	now := a.placeOf(b, blob)
	before, err := a.lastPlace()
	if err == nil && before.same(now) && maps.Equal(before.Attributes, now.Attributes) {
		return nil
	}
	if _, statErr := os.Stat(placeFile); errors.Is(statErr, fs.ErrNotExist) && before.same(now) {
		return nil // the default needs no note
	}
	data, err := json.MarshalIndent(now, "", "  ")
	if err == nil {
		err = os.MkdirAll(dataDirectory, 0o755)
	}
	if err == nil {
		err = writeWhole(placeFile, append(data, '\n'), 0o600)
	}
	return err
}

// checkPlace refuses to begin a new state while the last place still holds one:
// a state that is begun anew would send everything again, and forget what is live.
func (a *app) checkPlace(ctx context.Context, b stack.Backend, blob state.Blob) error {
	now := a.placeOf(b, blob)
	last, err := a.lastPlace()
	if err != nil || last.same(now) {
		return err
	}
	old, err := a.openLast(last)
	if err != nil {
		return err
	}
	_, revision, err := old.Get(ctx)
	switch {
	case err != nil:
		return fail("Backend configuration changed", "The state was kept in %s (backend %q) and is to be kept in %s (backend %q), where there is none yet. Whether the old place still holds one cannot be told: %v. If it does, \"livery init -migrate-state\" moves it; \"livery init -reconfigure\" begins anew.", last.Name, last.Type, now.Name, now.Type, err)
	case revision == "":
		return nil
	}
	return fail("Backend configuration changed", "The state is in %s (backend %q), and the configuration says to keep it in %s (backend %q), where there is none yet. livery does not begin anew by itself: it would forget what is live.\n\nTo move the state, run \"livery init -migrate-state\". To leave it behind and begin with an empty one, run \"livery init -reconfigure\". Nothing was changed.", last.Name, last.Type, now.Name, now.Type)
}

// serialsOf lists serials in words.
func serialsOf(serials []uint64) string {
	list := slices.Clone(serials)
	slices.Sort(list)
	text := fmt.Sprint(list[0])
	for _, s := range list[1:] {
		text += fmt.Sprintf(", %d", s)
	}
	return text
}
