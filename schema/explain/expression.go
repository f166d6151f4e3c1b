package explain

import (
	"github.com/hashicorp/hcl/v2"
)

// Template adds the way out to a fault of a template sequence that was most likely not
// meant as one.
func Template(d *hcl.Diagnostic) {
	switch d.Summary {
	case "Invalid template directive", "Invalid template control keyword", "Unclosed template interpolation sequence",
		"Extra characters after interpolation expression", "Unexpected end of template":
		d.Detail += ` To show braces on the page write them alone, as in "{second}"; "${" and "%{" begin HCL expressions, and "$${" or "%%{" write the two characters themselves.`
	}
}
