package stack_test

import (
	"bytes"
	"os"
	"testing"
	"testing/fstest"

	"github.com/hashicorp/hcl/v2"
	"github.com/stretchr/testify/require"

	"livery/schema"
	"livery/schema/config"
	"livery/schema/stack"
	"livery/schema/syntax"
	"livery/testdata/bench/corpus"
)

// benchmarked is a stack with all documents and every field set.
func benchmarked(b *testing.B) stack.Options {
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
	return stack.Options{FS: fsys, Dir: ".", Version: "0.1.0", Need: stack.NeedDocuments}
}

func sourcesOf(opts stack.Options) *config.Sources {
	return config.Read(config.Options{FS: opts.FS, Dir: opts.Dir}, nil)
}

// BenchmarkLoad reads, parses, evaluates and judges.
func BenchmarkLoad(b *testing.B) {
	opts := benchmarked(b)
	for b.Loop() {
		loaded, diags := stack.Load(opts)
		if diags.HasErrors() || len(loaded.Documents) != len(schema.Locales()) {
			b.Fatal(diags)
		}
	}
}

// BenchmarkParse parses each file, one after the other.
func BenchmarkParse(b *testing.B) {
	module := sourcesOf(benchmarked(b)).Module()
	for b.Loop() {
		for name, file := range module.Files {
			syntax.NewFile(file.Bytes, name)
		}
	}
}

// BenchmarkDeclare lists what each file declares and puts it together.
func BenchmarkDeclare(b *testing.B) {
	sources := sourcesOf(benchmarked(b))
	for b.Loop() {
		declared := &config.Sources{}
		for _, d := range sources.Own {
			declared.Own = append(declared.Own, config.DeclarationsOf(d.File))
		}
		if len(declared.Module().Locales) != len(schema.Locales()) {
			b.Fatal("documents are missing")
		}
	}
}

// BenchmarkEvaluate evaluates a module that is kept.
func BenchmarkEvaluate(b *testing.B) {
	opts := benchmarked(b)
	module := sourcesOf(opts).Module()
	for b.Loop() {
		evaluated, diags := stack.Evaluate(module, stack.Inputs{FS: opts.FS, Dir: opts.Dir, Version: opts.Version, Need: opts.Need})
		if diags.HasErrors() || len(evaluated.Documents) != len(schema.Locales()) {
			b.Fatal(diags)
		}
	}
}

// BenchmarkReload loads a stack again in which one file has changed.
func BenchmarkReload(b *testing.B) {
	opts := benchmarked(b)
	files := opts.FS.(fstest.MapFS)
	loaded, _ := stack.Load(opts)
	var name string
	for name = range loaded.Module.Files {
		if bytes.Contains(files[name].Data, []byte("locale ")) {
			break
		}
	}
	for b.Loop() {
		files[name] = &fstest.MapFile{Data: append(bytes.Clone(files[name].Data), '\n')}
		var diags hcl.Diagnostics
		if loaded, diags = loaded.Reload(opts); diags.HasErrors() {
			b.Fatal(diags)
		}
	}
}

// BenchmarkLoadTexts loads twelve languages whose words stand in files of texts, as
// translators have them, with themes, tokens and sessions.
func BenchmarkLoadTexts(b *testing.B) {
	opts := stack.Options{FS: os.DirFS("../../examples"), Dir: "acme", Version: "0.1.0", Need: stack.NeedDocuments}
	b.ReportAllocs()
	for b.Loop() {
		if _, diags := stack.Load(opts); diags.HasErrors() {
			b.Fatal(diags)
		}
	}
}
