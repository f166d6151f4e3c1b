package translating_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/translating"
	"livery/schema/interchange"
	"livery/schema/texts"
)

// translated is a stack with a translation of every kind of text.
const translated = source + `
-- th.livery.hcl --
locale "th" {
  title_text = "=1+1 <ก> & _x0041_"
  mobile_result_page {
    success_desc   = "สอง\nบรรทัด"
    countdown_text = "ใน {second} วิ"
  }
}
`

// A workbook that another program has read and written again comes back as it was.
func TestOpenpyxl(t *testing.T) {
	python := "/usr/bin/python3" // the system's, for which packages are installed
	if exec.Command(python, "-c", "import openpyxl").Run() != nil {
		t.Skip("openpyxl is not on the PATH of Python")
	}
	s := open(t, stackOf(t, translated), "th")
	dir := t.TempDir()
	name := filepath.Join(dir, "texts.xlsx")
	require.NoError(t, os.WriteFile(name, s.Export(texts.States()[:5]).Write(interchange.XLSX, true), 0o600))
	out, err := exec.Command(python, "-c", `
import openpyxl, sys
book = openpyxl.load_workbook(sys.argv[1])
sheet = book.active
assert sheet.freeze_panes == "A2"
assert {v.formula1 for v in sheet.data_validations.dataValidation} == {"100", "51"}
assert sheet["H2"].value.startswith("=1+1 <ก> & "), sheet["H2"].value
assert sheet["H2"].data_type == "s", sheet["H2"].data_type
book.save(sys.argv[1])`, name).CombinedOutput()
	require.NoError(t, err, string(out))
	back, err := os.ReadFile(name)
	require.NoError(t, err)
	imported, err := s.Import([]translating.File{{Name: "texts.xlsx", Data: back}}, translating.ImportOptions{})
	require.NoError(t, err)
	assert.Empty(t, imported.Findings)
	assert.Equal(t, 3, imported.Tallies[0].Counts[translating.Unchanged])
}

// A tool of translators finds each text, its translation and its note in what goes out.
func TestTranslateToolkit(t *testing.T) {
	if _, err := exec.LookPath("xliff2po"); err != nil {
		t.Skip("xliff2po is not on the PATH")
	}
	s := open(t, stackOf(t, translated), "th")
	dir := t.TempDir()
	name := filepath.Join(dir, "th.xlf")
	require.NoError(t, os.WriteFile(name, s.Export(texts.States()[:5]).Write(interchange.XLIFF, true), 0o600))
	out, err := exec.Command("xliff2po", "--progress=none", name, filepath.Join(dir, "th.po")).CombinedOutput()
	require.NoError(t, err, string(out))
	po, err := os.ReadFile(filepath.Join(dir, "th.po"))
	require.NoError(t, err)
	for _, words := range []string{`msgid "Face check"`, `msgstr "=1+1 <ก> & _x0041_"`, "สอง\\n", `msgid "Hold still"`, "an emoji counts 2"} {
		assert.Contains(t, string(po), words)
	}
	if _, err := exec.LookPath("xmllint"); err == nil {
		out, err := exec.Command("xmllint", "--noout", name).CombinedOutput()
		assert.NoError(t, err, string(out))
	}
}
