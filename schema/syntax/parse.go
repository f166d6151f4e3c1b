package syntax

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	hcljson "github.com/hashicorp/hcl/v2/json"

	"livery/schema"
	"livery/schema/explain"
	"livery/schema/layout"
	"livery/schema/limit"
	"livery/schema/rule"
)

// The names of configuration and of variable values.
const (
	hclSuffix      = ".livery.hcl"
	jsonSuffix     = ".livery.json"
	varsHCLSuffix  = ".liveryvars.hcl"
	varsJSONSuffix = ".liveryvars.json"
	autoHCLSuffix  = ".auto.liveryvars.hcl"
	autoJSONSuffix = ".auto.liveryvars.json"
)

// IsConfiguration reports whether a file of this name is part of a stack.
func IsConfiguration(name string) bool {
	return strings.HasSuffix(name, hclSuffix) || strings.HasSuffix(name, jsonSuffix)
}

// IsVariables reports whether a file of this name holds values of variables.
func IsVariables(name string) bool {
	return strings.HasSuffix(name, varsHCLSuffix) || strings.HasSuffix(name, varsJSONSuffix)
}

// IsAutoVariables reports whether a file of this name holds values of variables that
// are loaded without being asked for.
func IsAutoVariables(name string) bool {
	return strings.HasSuffix(name, autoHCLSuffix) || strings.HasSuffix(name, autoJSONSuffix)
}

// The parser takes a second for a few megabytes, and says so much of each fault
// that a broken file of that size would drown everything else.
const (
	MaxConfiguration = 4 << 20 // bytes in a file
	maxSyntaxFaults  = 100     // reported of a file
)

// ByteOrderMark begins files that some editors write. Nothing else needs it.
const ByteOrderMark = limit.ByteOrderMark

// Parse reads a file in HCL or, by its name, in JSON; shown is the name in its ranges.
// A body is returned also for a file with faults, as far as it could be understood.
func Parse(src []byte, shown string) (hcl.Body, hcl.Diagnostics) {
	body, _, diags := parse(src, shown)
	return body, diags
}

// parse reads a file. Behind understood bytes nothing that the body holds is to be
// trusted.
func parse(src []byte, shown string) (body hcl.Body, understood int, diags hcl.Diagnostics) {
	if d := limit.Check(src, shown); d != nil {
		return nil, 0, hcl.Diagnostics{d}
	}
	var file *hcl.File
	understood = len(src)
	if strings.HasSuffix(shown, ".json") {
		text := bytes.TrimPrefix(src, []byte(ByteOrderMark))
		file, diags = hcljson.ParseWithStartPos(text, shown, hcl.Pos{Line: 1, Column: 1, Byte: len(src) - len(text)})
		if diags.HasErrors() { // the library says of a curly quote that an object is not closed
			if _, faults := ParseJSON(src, shown); len(faults) > 0 {
				diags = faults
			}
		}
	} else {
		file, diags = hclsyntax.ParseConfig(src, shown, hcl.InitialPos)
		layout.UnixHeredocs(file, src)
		diags, understood = explain.Syntax(src, diags)
	}
	if more := len(diags) - maxSyntaxFaults; more > 0 {
		diags = diags[:maxSyntaxFaults]
		diags[maxSyntaxFaults-1].Detail += fmt.Sprintf(" %d more faults like these are not shown.", more)
	}
	for _, d := range diags {
		schema.Attach(d, schema.Finding{Rule: rule.Syntax})
		if native, ok := file.Body.(*hclsyntax.Body); ok && d.Summary == "Attribute redefined" && d.Subject != nil {
			relate(d, native, src)
		}
		d.Subject, d.Context = clamped(d.Subject, len(src)), clamped(d.Context, len(src))
	}
	if _, native := file.Body.(*hclsyntax.Body); !native && diags.HasErrors() {
		return nil, 0, diags // what is there of it would only be misunderstood
	}
	return file.Body, understood, diags
}

// clamped keeps a place within a file of that size: the JSON parser sometimes
// points behind the end.
func clamped(rng *hcl.Range, size int) *hcl.Range {
	if rng == nil || rng.End.Byte <= size {
		return rng
	}
	kept := *rng
	if kept.Start.Byte > size {
		kept.Start.Column -= kept.Start.Byte - size
		kept.Start.Byte = size
	}
	kept.End.Column, kept.End.Byte = kept.End.Column-(kept.End.Byte-size), size
	return &kept
}

// relate notes in the fault of an attribute that is set twice where it was set first: that
// one the parser keeps.
func relate(d *hcl.Diagnostic, body *hclsyntax.Body, src []byte) {
	for _, b := range body.Blocks {
		if r := b.Range(); r.Start.Byte <= d.Subject.Start.Byte && d.Subject.End.Byte <= r.End.Byte {
			relate(d, b.Body, src)
			return
		}
	}
	if a := body.Attributes[string(d.Subject.SliceBytes(src))]; a != nil {
		schema.FirstAt(d, a.NameRange)
	}
}
