package simulator_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Our own controls beside the screens have no serious fault for people who see or
// hear them otherwise. What stands in a device is the customer's.
func walkAudited(t *testing.T, browser context.Context) {
	script, err := os.ReadFile("../../.build/npm/node_modules/axe-core/axe.min.js")
	if os.IsNotExist(err) {
		t.Skip("axe-core is not on the PATH of node modules: npm install --prefix .build/npm axe-core")
	}
	require.NoError(t, err)
	h := openShop(t)
	push(t, h.s, h.token, `{"locale":"en","mobileResultPage":{"closeCountdownLogic":true}}`)
	for _, size := range [][2]int64{{375, 812}, {1280, 900}} {
		b := openTab(t, browser, size[0], size[1])
		b.visit(h.session("", "").URL)
		b.audited(string(script), "asking")
		b.press(choice("allow"))
		b.until(`document.body.dataset.state !== "asking"`)
		b.audited(string(script), "camera")
		b.press(outcomeButton("fail"))
		b.until(`document.body.dataset.state === "result"`)
		b.audited(string(script), "result")
	}
}

// audited runs the audit over the page as it is.
func (b *tab) audited(script, state string) {
	b.t.Helper()
	said, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]string](script+`;axe.run({ exclude: [[".device"]] }, { resultTypes: ["violations"] }).then((result) => result.violations
		.filter((v) => v.impact === "serious" || v.impact === "critical")
		.map((v) => v.id + ": " + v.help + ": " + v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160) + " " + n.failureSummary).join(" | ")))`, chromedp.EvalAwaitPromise))
	require.NoError(b.t, err)
	assert.Empty(b.t, said, "%s:\n%s", state, strings.Join(said, "\n"))
}
