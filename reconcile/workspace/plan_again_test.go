package workspace_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile"
	"livery/reconcile/workspace"
)

// Of many plans only the outlines are kept until they are carried out: what is done then is
// what was shown, or nothing.
func TestPlanAgain(t *testing.T) {
	const session = "\nsession \"door\" {\n  api = \"h5_token\"\n  region = \"PHL\"\n  return_url = \"https://acme.example/back\"\n}\n"
	tests := []struct {
		name, file, text string
		refused          string
	}{
		{name: "nothing has changed"},
		{name: "a comment", file: "main.livery.hcl", text: "# A comment.\n" + stackOf("en_US") + session},
		{name: "a text", file: "texts/done.txt", text: "Ready", refused: "The files have changed"},
		{name: "another document", file: "more.livery.hcl", text: "locale \"th\" {}", refused: "The files have changed"},
		{name: "a session", file: "main.livery.hcl", text: stackOf("en_US"), refused: "The files have changed"},
		{name: "the guard of a document", file: "main.livery.hcl", text: `
account { base_url = "simulator" }
locale "en_US" {
  prevent_destroy = true
  mobile_result_page { success_desc = trimspace(file("texts/done.txt")) }
}` + session, refused: "The files have changed"},
		{name: "the state", refused: "Saved plan is stale"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := files(t, map[string]string{"main.livery.hcl": stackOf("en_US") + session, "texts/done.txt": "Done"})
			opts := workspace.PlanOptions{Locking: locking, Keys: true}
			op, err := open(t, dir, nil).Plan(t.Context(), opts)
			require.NoError(t, err)
			require.NoError(t, op.Close(t.Context()))
			outline := op.Plan.Outline()
			require.Len(t, outline.Changes, 2)
			assert.Empty(t, outline.Changes[0].Fields, "the digest stands for them")
			if tt.file != "" {
				require.NoError(t, os.WriteFile(filepath.Join(dir, tt.file), []byte(tt.text), 0o600))
			} else if tt.refused != "" {
				require.NoError(t, apply(open(t, dir, nil)))
			}
			again, err := workspace.PlanAgain(t.Context(), open(t, dir, nil), opts, outline)
			if tt.refused != "" {
				var failure *workspace.Failure
				require.ErrorAs(t, err, &failure)
				assert.Equal(t, tt.refused, failure.Summary)
				require.NoError(t, apply(open(t, dir, nil)), "the state is not locked any more")
				return
			}
			require.NoError(t, err)
			assert.Equal(t, reconcile.Create, again.Plan.Changes[0].Action)
			assert.NotEmpty(t, again.Plan.Changes[0].Body, "it can be carried out")
			require.NoError(t, again.Close(t.Context()))
		})
	}
}
