package engine

import (
	"os"
	"testing"
)

// Outside leaves a test that asks an outside program to `make e2e`, so that `make test`
// takes as long on every machine. Benchmarks are asked for by name and run.
func Outside(t testing.TB) {
	t.Helper()
	if _, bench := t.(*testing.B); !bench && os.Getenv("LIVERY_E2E") == "" {
		t.Skip("left to make e2e")
	}
}
