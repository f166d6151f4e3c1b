package stack_test

import (
	"os"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"livery/schema"
	"livery/schema/stack"
	"livery/testdata/bench/corpus"
)

// BenchmarkLoad reads, parses, evaluates and judges a stack with all documents and
// every field set.
func BenchmarkLoad(b *testing.B) {
	bodies, err := corpus.Bodies(os.DirFS("../../examples/acme/texts"))
	require.NoError(b, err)
	files, err := corpus.Livery(bodies, stack.Simulator)
	require.NoError(b, err)
	fsys := make(fstest.MapFS)
	for _, f := range files {
		fsys[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	b.SetBytes(int64(corpus.Size(files)))
	b.ReportAllocs()
	for b.Loop() {
		loaded, diags := stack.Load(stack.Options{FS: fsys, Dir: ".", Version: "0.1.0", Need: stack.NeedDocuments})
		if diags.HasErrors() || len(loaded.Documents) != len(schema.Locales()) {
			b.Fatal(diags)
		}
	}
}
