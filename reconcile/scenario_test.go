package reconcile_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile"
	"livery/reconcile/report"
	"livery/reconcile/simulator"
	"livery/schema"
)

var update = flag.Bool("update", false, "rewrite the plans in testdata/plan")

// TestScenarios plays every archive of testdata/plan: from one configuration to
// the other and back, under every reading of what the service does with a body.
//
// An archive holds before.livery.hcl and after.livery.hcl, the plans forward and
// back as people read them, and linger: what a service that ignores nulls still
// shows although it is not declared any more. Nothing that livery can send would
// clear that. Other files lie beside both configurations.
func TestScenarios(t *testing.T) {
	names, err := filepath.Glob("../testdata/plan/*.txtar")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(names), 12)
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			require.NoError(t, err)
			files := map[string]string{}
			for _, f := range archive.Files {
				files[f.Name] = string(f.Data)
			}
			golden := map[string]string{}
			for _, semantics := range []simulator.Semantics{simulator.Replace, simulator.Merge, simulator.MergeIgnoreNull} {
				s := scenario{service: newService(t, semantics), blob: new(blob), semantics: semantics}
				s.play(t, files)
				for part, text := range s.made {
					if semantics != simulator.Replace && part != "linger" {
						assert.Equal(t, golden[part], text, "a plan does not depend on the service")
					}
					golden[part] = text
				}
			}
			if *update {
				rewrite(t, name, archive, golden)
				return
			}
			for part, text := range golden {
				if diff := cmp.Diff(files[part], text); diff != "" {
					t.Errorf("%s: expected (-), made (+):\n%s", part, diff)
				}
			}
			if golden["linger"] == "" {
				assert.NotContains(t, files, "linger")
			}
		})
	}
}

type scenario struct {
	service
	*blob
	semantics simulator.Semantics
	forgotten map[schema.Locale]map[string]any // what their pages showed when they were
	made      map[string]string
}

// play makes the four phases: forward, again, back, again.
func (s *scenario) play(t *testing.T, files map[string]string) {
	t.Helper()
	s.forgotten, s.made = map[schema.Locale]map[string]any{}, map[string]string{}
	var beside []string
	for name, text := range files {
		if !strings.HasSuffix(name, ".livery.hcl") {
			beside = append(beside, name, text)
		}
	}
	before := desiredBy(t, files["before.livery.hcl"], beside...)
	after := desiredBy(t, files["after.livery.hcl"], beside...)
	_, outcome := run(t, s.blob, s.client, before, options())
	require.True(t, outcome.OK(), "%+v", outcome)
	s.phase(t, "forward", after)
	s.phase(t, "back", before)
}

// phase applies what is declared, keeps the plan, and sees that afterwards there
// is nothing left to do and every page is as declared.
func (s *scenario) phase(t *testing.T, part string, desired reconcile.Desired) {
	t.Helper()
	known := s.stored(t)
	for _, a := range desired.Removed {
		if loc := schema.Locale(a.Name); known.Locales[loc] != nil {
			s.forgotten[loc] = s.shown(loc)
		}
	}
	p, outcome := run(t, s.blob, s.client, desired, options())
	require.True(t, outcome.OK(), "%s: %+v", part, outcome.Failures)
	s.made[part] = text(t, p)

	again, _ := run(t, s.blob, s.client, desired, options())
	assert.True(t, again.Empty(), "%s, again: %s", part, text(t, again))
	assert.Contains(t, text(t, again), "\nNo changes. Your configuration matches the last applied documents.\n")

	for _, d := range desired.Documents {
		delete(s.forgotten, d.Locale)
	}
	for _, info := range schema.Locales() {
		want := map[string]any{}
		if i := slices.IndexFunc(desired.Documents, func(d schema.Document) bool { return d.Locale == info.Value }); i >= 0 {
			want = declared(t, desired.Documents[i])
		} else if page := s.forgotten[info.Value]; page != nil {
			want = page
		}
		if s.semantics != simulator.MergeIgnoreNull {
			assert.Equal(t, want, s.shown(info.Value), "%s: %s", part, info.Value)
			continue
		}
		for _, path := range lingering(t, "", want, s.shown(info.Value)) {
			s.made["linger"] += fmt.Sprintf("%s: %s %s\n", part, info.Value.AddressOf(), path)
		}
	}
}

// lingering lists what is shown and not declared; whatever is declared must be
// shown.
func lingering(t *testing.T, prefix string, want, shown map[string]any) (paths []string) {
	t.Helper()
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if _, page := want[key].(map[string]any); !page {
			assert.Equal(t, want[key], shown[key], "%s%s", prefix, key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(shown)) {
		page, isPage := shown[key].(map[string]any)
		switch declared, ok := want[key].(map[string]any); {
		case isPage && (ok || want[key] == nil):
			paths = append(paths, lingering(t, prefix+key+".", declared, page)...)
		case !reflect.DeepEqual(want[key], shown[key]):
			paths = append(paths, prefix+key)
		}
	}
	return paths
}

func text(t testing.TB, p *reconcile.Plan) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, report.WritePlan(&b, p, report.PlanText{Now: noon}))
	return b.String()
}

// rewrite puts what was made in the place of what was expected.
func rewrite(t *testing.T, name string, archive *txtar.Archive, golden map[string]string) {
	t.Helper()
	archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool {
		return slices.Contains([]string{"forward", "back", "linger"}, f.Name)
	})
	for _, part := range []string{"forward", "back", "linger"} {
		if golden[part] != "" {
			archive.Files = append(archive.Files, txtar.File{Name: part, Data: []byte(golden[part])})
		}
	}
	require.NoError(t, os.WriteFile(name, txtar.Format(archive), 0o644))
}
