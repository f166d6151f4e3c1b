package lsp_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const oneStack = `
-- main.livery.hcl --
locale "en" {
  title_text = "Hello"
  mobile_result_page {
    success_desc = "Done"
  }
}
-- en.json --
{}
`

func TestALifeFromBeginningToEnd(t *testing.T) {
	c := start(t, oneStack)
	assert.Equal(t, -32002, code(c.ask("textDocument/hover", c.doc("main.livery.hcl"))))
	r := c.initialize(obj{})
	assert.Equal(t, "utf-16", r["capabilities"].(obj)["positionEncoding"])
	assert.Equal(t, "livery", r["serverInfo"].(obj)["name"])
	assert.Equal(t, -32600, code(c.ask("initialize", obj{})))
	assert.Equal(t, -32601, code(c.ask("textDocument/nothing", obj{})))
	c.notify("$/nothing", obj{})
	assert.Nil(t, c.result("shutdown", nil))
	assert.Equal(t, -32600, code(c.ask("textDocument/formatting", c.doc("main.livery.hcl"))))
	c.notify("exit", nil)
	assert.Equal(t, 0, <-c.ended)
}

func TestAnEndWithoutGoodbye(t *testing.T) {
	for name, end := range map[string]func(*client){
		"exit":   func(c *client) { c.notify("exit", nil) },
		"closed": func(c *client) { _ = c.in.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			c := start(t, oneStack)
			c.initialize(obj{})
			end(c)
			assert.Equal(t, 1, <-c.ended)
		})
	}
}

func TestWhatIsNoMessage(t *testing.T) {
	c := start(t, oneStack)
	c.initialize(obj{})
	for _, text := range []string{
		"Content-Length: 5\r\n\r\n{nope", "Content-Length: x\r\n\r\n", "nonsense\r\n\r\n", "Content-Length: -1\r\n\r\n", "Content-Length: 2\r\n\r\n[]",
	} {
		c.raw(text)
		m := c.await("a refusal", func(m obj) bool { return m["method"] == nil && m["id"] == nil })
		assert.Equal(t, -32700, code(m), text)
	}
	assert.NotNil(t, c.result("textDocument/documentSymbol", c.doc("main.livery.hcl")), "it goes on")
	c.raw("Content-Length: 99999999999\r\n\r\n")
	assert.Equal(t, 1, <-c.ended)
}

func TestACancelledRequestIsNotAnswered(t *testing.T) {
	c := start(t, oneStack)
	c.initialize(obj{})
	c.open("main.livery.hcl")
	c.findings("main.livery.hcl", 1)
	cancelled := 0
	for i := 1000; i < 1100; i++ {
		c.send(obj{"id": i, "method": "textDocument/formatting", "params": c.doc("main.livery.hcl")})
		c.notify("$/cancelRequest", obj{"id": i})
	}
	for i := 1000; i < 1100; i++ {
		switch got := code(c.answer(i)); got {
		case 0:
		case -32800:
			cancelled++
		default:
			t.Errorf("code %d", got)
		}
	}
	t.Logf("%d of 100 were cancelled in time", cancelled)
}

// The texts that are open decide, in all files of the stack; closing one goes back to the
// disk.
func TestFindingsFollowTheText(t *testing.T) {
	c := start(t, `
-- main.livery.hcl --
locale "en" {
  theme = theme.base
}
-- themes.livery.hcl --
theme "base" {
  mobile_result_page {
    success_desc = "Done"
  }
}
`)
	c.initialize(obj{})
	c.open("main.livery.hcl")
	assert.Empty(t, c.findings("main.livery.hcl", 1))
	c.open("themes.livery.hcl")
	assert.Empty(t, c.findings("themes.livery.hcl", 1))
	c.change("themes.livery.hcl", 2, obj{"range": rng(0, 7, 0, 11), "text": "bass"})
	got := c.findings("main.livery.hcl", 1)
	require.Len(t, got, 1)
	f := got[0].(obj)
	assert.Equal(t, "reference", f["code"])
	assert.Equal(t, "livery", f["source"])
	assert.Equal(t, 1.0, f["severity"])
	assert.Equal(t, rng(1, 10, 1, 20), f["range"])
	assert.Regexp(t, `\(reference\)$`, f["message"])
	c.notify("textDocument/didClose", c.doc("themes.livery.hcl"))
	assert.Empty(t, c.findings("main.livery.hcl", 1))
}

func TestSyntaxAndVersions(t *testing.T) {
	c := start(t, oneStack)
	c.initialize(obj{})
	c.open("main.livery.hcl")
	c.findings("main.livery.hcl", 1)
	c.change("main.livery.hcl", 3, obj{"range": rng(1, 15, 1, 22), "text": "\"Hel"})
	assert.Equal(t, []string{"syntax"}, codes(c.findings("main.livery.hcl", 3))[:1])
	c.change("main.livery.hcl", 2, obj{"text": ""})
	c.change("main.livery.hcl", 4, obj{"range": rng(1, 15, 1, 19), "text": "\"Good evening, \U0001F44B\""}, obj{"range": rng(2, 0, 5, 0), "text": ""})
	assert.Empty(t, c.findings("main.livery.hcl", 4))
	symbols := c.result("textDocument/documentSymbol", c.doc("main.livery.hcl")).([]any)
	assert.Len(t, symbols, 2)
}
