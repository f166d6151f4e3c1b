package lsp_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"livery/reconcile/lsp"
	"livery/reconcile/workspace"
)

// patience is how long a test waits for what must come.
const patience = time.Minute

type obj = map[string]any

// client is an editor.
type client struct {
	t      testing.TB
	dir    string
	in     io.WriteCloser
	got    chan obj // what came, in order
	kept   []obj    // what came while something else was waited for
	ended  chan int
	nextID int
}

// start begins a conversation about the files of an archive.
func start(t testing.TB, archive string) *client {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	for _, f := range txtar.Parse([]byte(archive)).Files {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, f.Data, 0o644))
	}
	in, toServer := io.Pipe()
	fromServer, out := io.Pipe()
	c := &client{t: t, dir: dir, in: toServer, got: make(chan obj, 1000), ended: make(chan int, 1)}
	go func() {
		code, _ := lsp.Serve(t.Context(), in, out, lsp.Config{
			Workspace: workspace.Config{Context: context.Background(), Dir: ".", Getenv: func(string) string { return "" }, Now: time.Now, Version: "0.1.0"},
			Version:   "0.1.0",
		})
		_ = out.Close()
		c.ended <- code
	}()
	go c.receive(fromServer)
	t.Cleanup(func() { _ = toServer.Close() })
	return c
}

func (c *client) receive(from io.Reader) {
	defer close(c.got)
	r := bufio.NewReader(from)
	for {
		length := 0
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				return
			}
			line = strings.TrimSpace(line)
			if line == "" {
				break
			}
			if value, ok := strings.CutPrefix(line, "Content-Length: "); ok {
				length, _ = strconv.Atoi(value)
			}
		}
		body := make([]byte, length)
		if _, err := io.ReadFull(r, body); err != nil {
			return
		}
		var m obj
		if json.Unmarshal(body, &m) != nil {
			return
		}
		c.got <- m
	}
}

func (c *client) send(m obj) {
	m["jsonrpc"] = "2.0"
	body, err := json.Marshal(m)
	require.NoError(c.t, err)
	c.raw(fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body))
}

func (c *client) raw(text string) {
	_, err := io.WriteString(c.in, text)
	require.NoError(c.t, err)
}

func (c *client) notify(method string, params any) { c.send(obj{"method": method, "params": params}) }

// await gives the first message, of those that came and come, that fits.
func (c *client) await(what string, fits func(obj) bool) obj {
	c.t.Helper()
	for i, m := range c.kept {
		if fits(m) {
			c.kept = append(c.kept[:i:i], c.kept[i+1:]...)
			return m
		}
	}
	limit := time.After(patience)
	for {
		select {
		case m, ok := <-c.got:
			require.True(c.t, ok, "the conversation ended before %s", what)
			if fits(m) {
				return m
			}
			c.kept = append(c.kept, m)
		case <-limit:
			require.FailNow(c.t, "nothing came", what)
		}
	}
}

// ask sends a request and gives the whole answer.
func (c *client) ask(method string, params any) obj {
	c.t.Helper()
	c.nextID++
	id := c.nextID
	c.send(obj{"id": id, "method": method, "params": params})
	return c.answer(id)
}

func (c *client) answer(id int) obj {
	c.t.Helper()
	return c.await(fmt.Sprintf("the answer to %d", id), func(m obj) bool { return m["id"] == float64(id) && m["method"] == nil })
}

// result is that of a request, which must have one.
func (c *client) result(method string, params any) any {
	c.t.Helper()
	m := c.ask(method, params)
	require.Nil(c.t, m["error"], method)
	return m["result"]
}

func code(m obj) int {
	if e, ok := m["error"].(obj); ok {
		return int(e["code"].(float64))
	}
	return 0
}

// initialize begins, with these capabilities and the directory as the workspace.
func (c *client) initialize(capabilities obj) obj {
	c.t.Helper()
	r := c.result("initialize", obj{
		"processId": os.Getpid(), "capabilities": capabilities, "workspaceFolders": []obj{{"uri": c.uri(""), "name": "w"}},
		"initializationOptions": obj{"debounce": 0},
	})
	c.notify("initialized", obj{})
	return r.(obj)
}

func (c *client) uri(name string) string {
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(filepath.Join(c.dir, name))}).String()
}

func (c *client) doc(name string) obj { return obj{"textDocument": obj{"uri": c.uri(name)}} }

// open opens a file with a text, or as it is on disk.
func (c *client) open(name string, text ...string) {
	c.t.Helper()
	if len(text) == 0 {
		src, err := os.ReadFile(filepath.Join(c.dir, name))
		require.NoError(c.t, err)
		text = []string{string(src)}
	}
	c.notify("textDocument/didOpen", obj{"textDocument": obj{"uri": c.uri(name), "languageId": "livery", "version": 1, "text": text[0]}})
}

func (c *client) change(name string, version int, changes ...obj) {
	c.notify("textDocument/didChange", obj{"textDocument": obj{"uri": c.uri(name), "version": version}, "contentChanges": changes})
}

// findings are those of a file, as the next message about a version of it says.
func (c *client) findings(name string, version int) []any {
	c.t.Helper()
	m := c.await(fmt.Sprintf("findings of %s version %d", name, version), func(m obj) bool {
		p, _ := m["params"].(obj)
		v, _ := p["version"].(float64)
		return m["method"] == "textDocument/publishDiagnostics" && p["uri"] == c.uri(name) && int(v) == version
	})
	return m["params"].(obj)["diagnostics"].([]any)
}

// referred are the files and lines that lead to a place.
func (c *client) referred(p obj, declaration bool) (places []string) {
	c.t.Helper()
	p["context"] = obj{"includeDeclaration": declaration}
	for _, l := range c.result("textDocument/references", p).([]any) {
		start := l.(obj)["range"].(obj)["start"].(obj)
		places = append(places, fmt.Sprintf("%s:%.0f", strings.TrimPrefix(l.(obj)["uri"].(string), c.uri("")+"/"), start["line"].(float64)+1))
	}
	return places
}

// codes are the rules of findings.
func codes(findings []any) (list []string) {
	for _, f := range findings {
		list = append(list, f.(obj)["code"].(string))
	}
	return list
}

func rng(startLine, startChar, endLine, endChar int) obj {
	return obj{"start": obj{"line": float64(startLine), "character": float64(startChar)}, "end": obj{"line": float64(endLine), "character": float64(endChar)}}
}
