package scaffold

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"livery/reconcile/workspace"
	"livery/schema/exchange"
)

// Imported is what request bodies have become.
type Imported struct {
	HCL         []byte
	Written     []string // files of texts
	Diagnostics hcl.Diagnostics
	Sources     map[string][]byte
}

// Import turns request bodies into HCL. The locale is that of a body which names
// none. With a directory for texts the bodies become a stack whose words stand in
// files there, which are made; none that exists is written over. Themes are those that
// the stack has already. With errors in the diagnostics nothing is made.
func Import(d workspace.Directory, files []string, locale, texts string, themes ...string) (*Imported, error) {
	if filepath.IsAbs(texts) {
		return nil, workspace.Failf("Invalid flag", "-texts takes a directory relative to the stack, such as texts, not %s: that is how configuration names its files.", texts)
	}
	var bodies []*exchange.Body
	in := &Imported{Sources: make(map[string][]byte)}
	for _, file := range files {
		data, err := d.ReadFile(file)
		if err != nil {
			detail := file + ": " + err.Error() + "."
			if errors.Is(err, fs.ErrNotExist) {
				detail = "There is no file " + file + "."
			}
			in.Diagnostics = append(in.Diagnostics, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Cannot read a file", Detail: detail})
			continue
		}
		in.Sources[file] = data
		body, more := exchange.ReadBody(data, file, locale)
		in.Diagnostics = append(in.Diagnostics, more...)
		if body != nil {
			bodies = append(bodies, body)
		}
	}
	if in.Diagnostics.HasErrors() {
		return in, nil
	}
	var words map[string][]byte
	var diags hcl.Diagnostics
	if texts == "" {
		in.HCL, diags = exchange.ImportHCL(bodies)
	} else {
		in.HCL, words, diags = exchange.ImportStack(bodies, filepath.ToSlash(texts), themes...)
	}
	in.Diagnostics = append(in.Diagnostics, diags...)
	in.Written = slices.Sorted(maps.Keys(words))
	for _, name := range in.Written {
		if _, err := os.Lstat(d.Path(filepath.FromSlash(name))); err == nil {
			return nil, workspace.Failf("There is a file already", "%s exists, and import never overwrites. Nothing was written; move it away, or name another directory.", name)
		}
	}
	if err := d.Rewrite(nil, words); err != nil {
		return nil, workspace.Failf("Cannot write a file", "%v.", err)
	}
	return in, nil
}
