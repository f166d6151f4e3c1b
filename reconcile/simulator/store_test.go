package simulator_test

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/simulator"
	"livery/schema"
)

func TestDocumentsSurviveARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "simulator.json")
	s, token := started(t, simulator.Config{Data: path})
	push(t, s, token, `{"locale":"th","titleText":"ทดสอบ","pcTipsPage":{"tips":[{"text":"a"}]},"x":{"n":1.5}}`)
	push(t, s, token, `{"locale":"en","titleText":"A"}`)
	push(t, s, token, `{"locale":"en","titleText":"B"}`)

	again, token2 := started(t, simulator.Config{Data: path, Semantics: simulator.Merge})
	assert.Empty(t, cmp.Diff(shownDocuments(s), shownDocuments(again)))
	assert.Zero(t, again.Pushes())
	push(t, again, token2, `{"locale":"en_US","mobileLoadingPage":{"loadingText":"C"}}`)
	doc, ok := again.Document(sampleKey, "en_US")
	require.True(t, ok)
	assert.Equal(t, map[string]any{"titleText": "B", "mobileLoadingPage": map[string]any{"loadingText": "C"}}, doc)

	data, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, hidden := range []string{sampleKey, sampleSecret, token, token2} {
		assert.NotContains(t, string(data), hidden)
	}
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	assert.Len(t, entries, 1, "temporary files are left behind")
}

func TestNothingIsWrittenBeforeTheFirstDocument(t *testing.T) {
	path := filepath.Join(t.TempDir(), "simulator.json")
	s, token := started(t, simulator.Config{Data: path})
	push(t, s, token, `{"locale":"xx"}`)
	assert.NoFileExists(t, path)
	push(t, s, token, `{"locale":"en"}`)
	assert.FileExists(t, path)
}

func TestDamagedDataFile(t *testing.T) {
	const account = "47d60a3f3ad0ee9ec0d2ee0aa76cbcaf03dd73a7a9b1a9c2fa8b6b5c3d4e5f60"
	for name, content := range map[string]string{
		"empty":            ``,
		"cut off":          `{"version":1,"accounts":{`,
		"another file":     `{"serial":1}`,
		"later version":    `{"version":2,"accounts":{}}`,
		"account in clear": `{"version":1,"accounts":{"sampleaccesskey":{}}}`,
		"unknown locale":   `{"version":1,"accounts":{"` + account + `":{"xx":{}}}}`,
		"short locale":     `{"version":1,"accounts":{"` + account + `":{"en":{}}}}`,
		"empty locale":     `{"version":1,"accounts":{"` + account + `":{"":{}}}}`,
		"no document":      `{"version":1,"accounts":{"` + account + `":{"en_US":null}}}`,
		"document a text":  `{"version":1,"accounts":{"` + account + `":{"en_US":"x"}}}`,
		"session a text":   `{"version":1,"accounts":{},"sessions":{"` + account + `":{"0123456789abcdef":"x"}}}`,
		"no such API":      `{"version":1,"accounts":{},"sessions":{"` + account + `":{"0123456789abcdef":{"api":"x","cleared":true}}}}`,
		"no such outcome":  `{"version":1,"accounts":{},"sessions":{"` + account + `":{"0123456789abcdef":{"api":"h5v6","cleared":true,"outcome":"x"}}}}`,
		"no such id":       `{"version":1,"accounts":{},"sessions":{"` + account + `":{"0123456789ABCDEF":{"api":"h5v6","cleared":true}}}}`,
		"no seal":          `{"version":1,"accounts":{},"sessions":{"` + account + `":{"0123456789abcdef":{"api":"h5v6"}}}}`,
		"a member twice":   `{"version":1,"accounts":{},"accounts":{}}`,
		"session of whom":  `{"version":1,"accounts":{},"sessions":{"sampleaccesskey":{}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "simulator.json")
			require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
			_, err := simulator.New(simulator.Config{Data: path})
			require.ErrorContains(t, err, path)
			assert.ErrorContains(t, err, "delete it")
			left, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, content, string(left), "a damaged file is not touched")
		})
	}
	path := filepath.Join(t.TempDir(), "simulator.json")
	require.NoError(t, os.WriteFile(path, []byte(`{"version":1,"accounts":{"`+account+`":{"en_US":{}}}}`), 0o600))
	_, err := simulator.New(simulator.Config{Data: path})
	assert.NoError(t, err)
}

func TestDataFileThatCannotBe(t *testing.T) {
	dir := t.TempDir()
	_, err := simulator.New(simulator.Config{Data: dir})
	assert.ErrorContains(t, err, dir, "a directory is no file")

	file := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err = simulator.New(simulator.Config{Data: filepath.Join(file, "data.json")})
	assert.ErrorContains(t, err, file, "a file is no directory")
}

// A document that cannot be kept is not taken: memory never runs ahead of disk.
func TestUnwritableDataRefusesTheDocument(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	s, token := started(t, simulator.Config{Data: filepath.Join(dir, "simulator.json")})
	require.Equal(t, "SUCCESS: OK", push(t, s, token, `{"locale":"en","titleText":"A"}`).said())
	require.NoError(t, os.RemoveAll(dir))
	require.NoError(t, os.WriteFile(dir, nil, 0o600))
	assert.Equal(t, "ERROR: Server error", push(t, s, token, `{"locale":"en","titleText":"B"}`).said())
	doc, _ := s.Document(sampleKey, "en_US")
	assert.Equal(t, map[string]any{"titleText": "A"}, doc)
	assert.Equal(t, 1, s.Pushes())
}

func TestFailedWriteLeavesNothingBehind(t *testing.T) {
	path := filepath.Join(t.TempDir(), "simulator.json")
	s, token := started(t, simulator.Config{Data: path})
	require.NoError(t, os.Mkdir(path, 0o700)) // what cannot be renamed over
	assert.Equal(t, "ERROR: Server error", push(t, s, token, `{"locale":"en"}`).said())
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	assert.Len(t, entries, 1)
}

func TestManyAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "simulator.json")
	fault, err := simulator.ParseFault("SERVICE_BUSY:7@3")
	require.NoError(t, err)
	s, token := started(t, simulator.Config{Data: path, Faults: []simulator.Fault{fault}})
	var wg sync.WaitGroup
	var mu sync.Mutex
	said := map[string]int{}
	for i, row := range schema.Locales() {
		wg.Go(func() {
			for n := range 3 {
				body := fmt.Sprintf(`{"locale":%q,"titleText":"%d.%d"}`, row.Value, i, n)
				e := push(t, s, token, body)
				s.Document(sampleKey, row.Value)
				mu.Lock()
				said[e.Code]++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	assert.Equal(t, map[string]int{"SUCCESS": 26*3 - 7, "SERVICE_BUSY": 7}, said)
	assert.Equal(t, 26*3-7, s.Pushes())
	again, _ := started(t, simulator.Config{Data: path})
	assert.Empty(t, cmp.Diff(shownDocuments(s), shownDocuments(again)))
}
