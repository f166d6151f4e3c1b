package syntax

import (
	"bytes"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
)

// maxRounds bounds how often the layout is tried again until it is stable.
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
		next, tidied, diags := formatOnce(last, filename)
		switch {
		case diags.HasErrors() && round == 0:
			return src, diags
		case diags.HasErrors():
			return src, nil // better a plain layout than a broken file
		case bytes.Equal(next, last):
			return last, nil
		}
		// What was tidied may have come within reach of being tidied again. Otherwise
		// the layout alone decides, and looking at it once more takes no parser.
		if last = next; !tidied && bytes.Equal(hclwrite.Format(last), last) {
			if _, diags := Parse(last, filename); diags.HasErrors() {
				return src, nil
			}
			return last, nil
		}
	}
	return src, nil
}

// formatOnce lays out a file once, and says whether it wrote an expression in another
// way as well.
func formatOnce(src []byte, filename string) (laidOut []byte, tidied bool, diags hcl.Diagnostics) {
	if d := Check(src, filename); d != nil {
		return src, false, hcl.Diagnostics{d}
	}
	file, diags := hclwrite.ParseConfig(src, filename, hcl.InitialPos)
	if diags.HasErrors() {
		for _, d := range diags {
			explainSyntax(d)
		}
		return src, false, diags
	}
	tidied = tidyBody(file.Body(), "")
	return hclwrite.Format(file.Bytes()), tidied, nil
}

func tidyBody(body *hclwrite.Body, kind string) (tidied bool) {
	for name, attr := range body.Attributes() {
		tokens := attr.Expr().BuildTokens(nil)
		better := unwrap(tokens)
		if kind == "variable" && name == "type" {
			better = unquoteType(better)
		}
		if len(better) != len(tokens) {
			body.SetAttributeRaw(name, better)
			tidied = true
		}
	}
	for _, block := range body.Blocks() {
		if labels := block.Labels(); len(labels) > 0 {
			block.SetLabels(labels)
		}
		tidied = tidyBody(block.Body(), block.Type()) || tidied
	}
	return tidied
}

// unwrap takes a single interpolation out of its quotation marks, which the
// evaluator does as well, so that the value stays the same. Anything else is
// returned as it is.
func unwrap(tokens hclwrite.Tokens) hclwrite.Tokens {
	n := len(tokens)
	if n < 5 || tokens[0].Type != hclsyntax.TokenOQuote || tokens[n-1].Type != hclsyntax.TokenCQuote ||
		tokens[1].Type != hclsyntax.TokenTemplateInterp || tokens[n-2].Type != hclsyntax.TokenTemplateSeqEnd {
		return tokens
	}
	inner := tokens[2 : n-2]
	depth := 0
	for _, t := range inner {
		switch t.Type {
		case hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
			depth++
		case hclsyntax.TokenTemplateSeqEnd:
			if depth--; depth < 0 {
				return tokens // the last sequence is not the first
			}
		case hclsyntax.TokenComment, hclsyntax.TokenOHeredoc:
			return tokens // these need their own lines
		}
	}
	for _, t := range inner {
		if t.Type == hclsyntax.TokenNewline {
			return parenthesise(inner)
		}
	}
	return inner
}

// parenthesise lets an expression of several lines stand outside a template.
func parenthesise(tokens hclwrite.Tokens) hclwrite.Tokens {
	wrapped := hclwrite.Tokens{{Type: hclsyntax.TokenOParen, Bytes: []byte("(")}}
	wrapped = append(wrapped, tokens...)
	return append(wrapped, &hclwrite.Token{Type: hclsyntax.TokenCParen, Bytes: []byte(")")})
}

// unquoteType writes the types of a variable as they are written today.
func unquoteType(tokens hclwrite.Tokens) hclwrite.Tokens {
	if len(tokens) != 3 || tokens[1].Type != hclsyntax.TokenQuotedLit {
		return tokens
	}
	name := string(tokens[1].Bytes)
	ident := func(s string) *hclwrite.Token {
		return &hclwrite.Token{Type: hclsyntax.TokenIdent, Bytes: []byte(s)}
	}
	switch name {
	case "string", "number", "bool":
		return hclwrite.Tokens{ident(name)}
	case "list", "map":
		return hclwrite.Tokens{
			ident(name), {Type: hclsyntax.TokenOParen, Bytes: []byte("(")}, ident("string"), {Type: hclsyntax.TokenCParen, Bytes: []byte(")")},
		}
	default:
		return tokens
	}
}
