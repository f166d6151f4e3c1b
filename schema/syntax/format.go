package syntax

import (
	"bytes"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"livery/schema/layout"
	"livery/schema/limit"
)

// maxRounds bounds how often a file is tidied again until nothing is left to tidy.
const maxRounds = 8

// Format lays out a file in the canonical style of HCL and, as `terraform fmt`
// does, takes off what is superfluous: "${var.x}" becomes var.x, labels get
// quotation marks, the quoted types of old lose theirs. Formatting what is
// formatted changes nothing. A file that does not parse comes back untouched
// with its faults; JSON is returned as it is.
func Format(src []byte, filename string) ([]byte, hcl.Diagnostics) {
	if strings.HasSuffix(filename, ".json") {
		return src, nil
	}
	last := src
	for round := range maxRounds {
		body, diags := Parse(last, filename)
		switch {
		case diags.HasErrors() && round == 0:
			return src, diags
		case diags.HasErrors():
			return src, nil // better a plain layout than a broken file
		}
		tokens, rewritten := layout.Tidy(layout.Read(last), body.(*hclsyntax.Body), quoteHCL)
		layout.Arrange(tokens)
		next := layout.Write(tokens)
		// What was rewritten may have come within reach of being tidied again. Otherwise
		// the same tokens have no faults either, and are laid out in the same way.
		if bytes.Equal(next, last) || !rewritten && readsAs(next, filename, tokens) {
			return next, nil
		}
		last = next
	}
	return src, nil
}

// readsAs reports whether a text reads as these tokens. To take spaces away may join
// what stood apart: x.0 .1 has two numbers, x.0.1 only one, and does not parse.
func readsAs(src []byte, filename string, tokens []layout.Token) bool {
	return limit.Check(src, filename) == nil && slices.EqualFunc(layout.Read(src), tokens, func(a, b layout.Token) bool {
		return a.Type == b.Type && bytes.Equal(a.Bytes, b.Bytes)
	})
}
