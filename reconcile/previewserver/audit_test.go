package previewserver_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// axe is the audit that a browser runs over a page.
const axe = "../../.build/npm/node_modules/axe-core/axe.min.js"

// auditor is the script, where "make e2e" has fetched it.
func auditor(t *testing.T) string {
	t.Helper()
	script, err := os.ReadFile(axe)
	if os.IsNotExist(err) {
		t.Skip("axe-core is not on the PATH of node modules: npm install --prefix .build/npm axe-core")
	}
	require.NoError(t, err)
	return string(script)
}

// Our own interface has no fault for people who see or hear it otherwise, in
// any view. What stands in a device is the customer's.
func TestAudit(t *testing.T) {
	script := auditor(t)
	g := library(t)
	g.Broken = "It is as it was."
	g.Problems[1].Fault = true
	b := openTab(t, 1440, 900)
	_, address, _ := serve(t, still(g))
	for _, width := range []int64{1440, 760} {
		b.size(width, 900)
		for _, dark := range []bool{false, true} {
			b.dark(dark)
			for _, hash := range []string{"", "locale=ar_AE", "screen=phone-tips", "locale=en_US&screen=phone-tips&field=mobileTipsPage.startButtonBackgroundColor"} {
				b.visit("about:blank")
				b.visit(address + "/#" + hash)
				ask[bool](b, script+";true")
				b.until(`document.getElementById("keys").click(), document.getElementById("before").click(), true`)
				b.until(`document.body.matches(".comparing") && document.getElementById("help").checkVisibility()`)
				b.until(`%v || document.querySelector("#tight li")`, hash != "")
				b.unroll() // what is not drawn yet would seem to cover what is
				b.settle()
				said := awaited[[]string](b, audit)
				assert.Empty(t, said, "%d px, dark %v, #%s:\n%s", width, dark, hash, strings.Join(said, "\n"))
			}
		}
	}
}

// audit gives a line for each finding, however small, with the element that it is about.
const audit = `axe.run({ exclude: [[".device"]] }, { resultTypes: ["violations"] }).then((result) => result.violations
	.map((v) => v.impact + ": " + v.id + ": " + v.help + ": " + v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160) + " " + n.failureSummary).join(" | ")))`

// The audit finds what is planted, and so would find what is ours.
func TestTheAuditFindsFaults(t *testing.T) {
	script := auditor(t)
	b := shown(t, library(t))
	ask[bool](b, script+";true")
	b.until(`document.querySelector(".top h1").style.color = "#eeeeee"`)
	b.until(`document.querySelector("label[for=q]").remove(), document.querySelector("#q").placeholder = "", true`)
	said := strings.Join(awaited[[]string](b, audit), "\n")
	for _, rule := range []string{"color-contrast", "label"} {
		assert.Contains(t, said, fmt.Sprintf(": %s: ", rule))
	}
}
