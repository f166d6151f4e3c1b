package reconcile_test

import (
	"context"
	"fmt"
	"maps"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"livery/reconcile/backend"
	"livery/reconcile/simulator"
	"livery/reconcile/state"
	"livery/testdata/engine"
	"livery/testdata/stateserver/server"
)

// backing is a real place behind a blob whose process may die.
type backing struct {
	kind       string
	attributes map[string]string

	dies  bool // the lock dies with its holder
	keeps bool // it keeps versions by itself

	blob   state.Blob   // as the process has opened it
	unlock func() error // of the lock that it took last
}

// open opens the place, as another process does.
func (b *backing) open() state.Blob {
	blob, err := backend.Open(backend.Config{Type: b.kind, Attributes: maps.Clone(b.attributes), Lookup: func(string) (string, error) { return "", nil }})
	if err != nil {
		panic(err) // the test has made the attributes
	}
	return blob
}

// environment tells another process of the place, as a pipeline does.
func (b *backing) environment() []string {
	var list []string
	for name, text := range b.attributes {
		list = append(list, "LIVERY_STATE_"+strings.ToUpper(b.kind+"_"+name)+"="+text)
	}
	for _, pair := range os.Environ() {
		if strings.HasPrefix(pair, "AWS_") {
			list = append(list, pair)
		}
	}
	return list
}

func (b *blob) keepsVersions() bool { return b.real != nil && b.real.keeps }

// restart opens the place as another process. The one before cannot be killed
// here, so what its death would free is freed for it; what it would not, is broken
// as force-unlock does.
func (b *backing) restart() {
	if b.unlock != nil && b.dies {
		_ = b.unlock() // it may have done so itself
	}
	b.blob = b.open()
	if b.unlock != nil && !b.dies {
		if err := b.blob.Break(context.Background(), "lineage"); err != nil && !strings.Contains(err.Error(), "not locked") {
			panic(err)
		}
	}
	b.unlock = nil
}

// engines are the backends by name, each with what opens a new place of it. A
// server is started once for all of them.
func engines() map[string]func(t *testing.T) func(t *testing.T) *backing {
	var places atomic.Int64
	return map[string]func(t *testing.T) func(t *testing.T) *backing{
		"local": func(*testing.T) func(*testing.T) *backing {
			return func(t *testing.T) *backing {
				path := filepath.Join(t.TempDir(), fmt.Sprint(places.Add(1)), "livery.state.json")
				return &backing{kind: "local", attributes: map[string]string{"path": path}, dies: true}
			}
		},
		"http": func(t *testing.T) func(*testing.T) *backing {
			handler, err := server.New(server.Config{ETags: true})
			require.NoError(t, err)
			running := httptest.NewServer(handler)
			t.Cleanup(running.Close)
			return func(*testing.T) *backing {
				address := fmt.Sprintf("%s/%d", running.URL, places.Add(1))
				return &backing{kind: "http", attributes: map[string]string{"address": address, "lock_address": address}, keeps: true}
			}
		},
		"pg": func(t *testing.T) func(*testing.T) *backing {
			running := engine.StartPostgres(t)
			return func(*testing.T) *backing {
				return &backing{kind: "pg", attributes: map[string]string{"conn_str": running.URL(), "schema_name": fmt.Sprintf("place_%d", places.Add(1))}, dies: true}
			}
		},
		"s3": func(t *testing.T) func(*testing.T) *backing {
			running := engine.StartS3(t, "..")
			for name, text := range running.Environment() {
				t.Setenv(name, text)
			}
			return func(*testing.T) *backing {
				return &backing{kind: "s3", attributes: map[string]string{
					"bucket": running.Bucket, "key": fmt.Sprintf("%d/livery.state.json", places.Add(1)), "endpoint": running.Endpoint(), "use_path_style": "true",
				}}
			}
		},
	}
}

// TestCrashMatrix is the fault walk on every backend: each call to the place and to
// the service fails in turn, or the process dies there.
func TestCrashMatrix(t *testing.T) {
	desired := desiredBy(t, walkAfter)
	fates := []failure{failsBefore, failsAfter, killedBefore, killedAfter}
	if os.Getenv("LIVERY_E2E") == "" {
		fates = []failure{failsAfter, killedAfter}
	}
	for name, start := range engines() {
		t.Run(name, func(t *testing.T) {
			store := start(t)
			fresh := func(t *testing.T) *env {
				real := store(t)
				real.blob = real.open()
				return newEnvAt(t, simulator.Merge, real)
			}
			for _, f := range fates {
				t.Run(string(f), func(t *testing.T) { walk(t, fresh, desired, 3, 2*time.Second, f) })
			}
		})
	}
}
