package lsp_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/lsp"
	"livery/reconcile/workspace"
)

// asked is the next request of the server's own by that method.
func (c *client) asked(method string) obj {
	c.t.Helper()
	return c.await(method, func(m obj) bool { return m["method"] == method && m["id"] != nil })
}

func TestFilesAreWatchedWhereTheEditorCan(t *testing.T) {
	c := start(t, oneStack)
	c.initialize(obj{"workspace": obj{"didChangeWatchedFiles": obj{"dynamicRegistration": true}}})
	registered := c.asked("client/registerCapability")["params"].(obj)["registrations"].([]any)[0].(obj)
	assert.Equal(t, "workspace/didChangeWatchedFiles", registered["method"])
	c.open("main.livery.hcl")
	assert.Empty(t, c.findings("main.livery.hcl", 1))
	require.NoError(t, os.WriteFile(filepath.Join(c.dir, "more.livery.hcl"), []byte("locale \"th\" {\n  titel_text = \"x\"\n}\n"), 0o644))
	c.notify("workspace/didChangeWatchedFiles", obj{"changes": []obj{{"uri": c.uri("more.livery.hcl"), "type": 1}}})
	assert.Contains(t, codes(c.findings("more.livery.hcl", 0)), "unknown-field", "a file that nobody opened")
	require.NoError(t, os.Remove(filepath.Join(c.dir, "more.livery.hcl")))
	c.notify("workspace/didChangeWatchedFiles", obj{"changes": []obj{{"uri": c.uri("more.livery.hcl"), "type": 3}}})
	assert.Empty(t, c.findings("more.livery.hcl", 0), "it has left the stack")
}

func TestSettingsAreAskedFor(t *testing.T) {
	c := start(t, `
-- main.livery.hcl --
locale "en" {
  title_text = "Hello "
}
`)
	c.initialize(obj{"workspace": obj{"configuration": true}})
	answer := func(section obj) {
		m := c.asked("workspace/configuration")
		assert.Equal(t, []any{obj{"section": "livery"}}, m["params"].(obj)["items"])
		c.send(obj{"id": m["id"], "result": []any{section}})
	}
	answer(obj{"lint": "off", "debounce": 0})
	c.result("workspace/symbol", obj{"query": ""}) // the answer is taken
	c.open("main.livery.hcl")
	assert.Empty(t, c.findings("main.livery.hcl", 1))
	c.notify("workspace/didChangeConfiguration", obj{"settings": nil})
	answer(obj{"lint": "on"})
	assert.Equal(t, []string{"whitespace"}, codes(c.findings("main.livery.hcl", 1)))
}

func TestFoldersComeAndGo(t *testing.T) {
	c := start(t, shared)
	c.result("initialize", obj{"processId": nil, "capabilities": obj{"workspace": obj{"workspaceEdit": obj{"documentChanges": true}}}, "workspaceFolders": []obj{}, "initializationOptions": obj{"debounce": 0}})
	c.notify("initialized", obj{})
	c.open("brands/a/main.livery.hcl")
	c.findings("brands/a/main.livery.hcl", 1)
	rename := func() int {
		p := c.where("brands/a/main.livery.hcl", "local.bra", 1)
		p["newName"] = "sea"
		return len(c.edited(c.result("textDocument/rename", p)))
	}
	assert.Equal(t, 2, rename(), "the other stack is in no folder")
	c.notify("workspace/didChangeWorkspaceFolders", obj{"event": obj{"added": []obj{{"uri": c.uri(""), "name": "w"}}, "removed": []obj{}}})
	require.Eventually(t, func() bool { return rename() == 4 }, patience, time.Millisecond)
}

func TestALargeFileHasOneDiagnostic(t *testing.T) {
	c := start(t, oneStack)
	c.initialize(obj{})
	c.open("main.livery.hcl", "locale \"en\" {\n}\n# "+strings.Repeat("x", 10<<20))
	assert.Equal(t, []string{"unreadable-file"}, codes(c.findings("main.livery.hcl", 1)))
	assert.Nil(t, c.result("textDocument/documentSymbol", c.doc("main.livery.hcl")))
	assert.Nil(t, c.result("textDocument/hover", obj{"textDocument": obj{"uri": c.uri("main.livery.hcl")}, "position": obj{"line": 0, "character": 1}}))
}

func TestTheServerEndsWithTheEditorsProcess(t *testing.T) {
	in, toServer := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		code, _ := lsp.Serve(t.Context(), in, io.Discard, lsp.Config{
			Workspace: workspace.Config{Context: context.Background(), Dir: ".", Getenv: func(string) string { return "" }, Now: time.Now},
			Alive:     func(int) bool { return false },
		})
		ended <- code
	}()
	t.Cleanup(func() { _ = toServer.Close() })
	body := `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"processId":4194303,"capabilities":{}}}`
	_, err := io.WriteString(toServer, fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body))
	require.NoError(t, err)
	select {
	case code := <-ended:
		assert.Equal(t, 1, code)
	case <-time.After(patience):
		require.Fail(t, "it goes on without the editor")
	}
}
