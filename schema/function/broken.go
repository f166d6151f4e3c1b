package function

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	yaml "github.com/zclconf/go-cty-yaml"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/limit"
	"livery/schema/rule"
	"livery/schema/syntax"
)

// BrokenFiles parts faults of calls such as jsondecode(file("texts/en.json")) from the
// others, and says in their place what is wrong with the file, at its own line. Shown gives
// the name of a file in ranges.
func BrokenFiles(diags hcl.Diagnostics, files *syntax.Files, shown func(name string) string) (rest, broken hcl.Diagnostics) {
	for _, d := range diags {
		call, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallDiagExtra](d)
		if !ok {
			rest = append(rest, d)
			continue
		}
		found := brokenFile(d, call.CalledFunctionName(), files, shown)
		if !found.HasErrors() {
			rest = append(rest, d)
			continue
		}
		broken = append(broken, found...)
	}
	return rest, broken
}

// brokenFile is what is wrong with the file that a call has read; nil where it has read none.
func brokenFile(d *hcl.Diagnostic, function string, files *syntax.Files, shown func(string) string) hcl.Diagnostics {
	expr := d.Expression
	for { // the call itself, or what it is given
		if metered, ok := expr.(part); ok {
			expr = metered.Expression
			continue
		}
		call, ok := expr.(*hclsyntax.FunctionCallExpr)
		if !ok || len(call.Args) == 0 || call.Name != "file" && call.Name != function {
			break
		}
		expr = call.Args[0]
	}
	if expr == nil || d.EvalContext == nil {
		return nil
	}
	name, faults := expr.Value(d.EvalContext)
	if faults.HasErrors() || name.IsMarked() || !name.IsKnown() || name.IsNull() || name.Type() != cty.String {
		return nil
	}
	src, err := files.Read(name.AsString())
	if err != nil {
		return nil
	}
	var found hcl.Diagnostics
	switch {
	case !utf8.Valid(src) && (function == "file" || function == "jsondecode"):
		found = hcl.Diagnostics{limit.Check(src, shown(name.AsString()))}
	case function == "jsondecode":
		found = brokenJSON(src, shown(name.AsString()))
	case function == "csvdecode":
		found = brokenCSV(src, shown(name.AsString()))
	case function == "yamldecode":
		found = brokenYAML(src, shown(name.AsString()))
	}
	return found
}

func brokenAt(name string, line, column int, summary, detail string) hcl.Diagnostics {
	at := hcl.Pos{Line: max(line, 1), Column: max(column, 1)}
	return hcl.Diagnostics{schema.Diagnose(rule.Syntax, schema.Subject{Range: hcl.Range{Filename: name, Start: at, End: at}}, summary, detail)}
}

// brokenJSON tells, where the text is sound JSON, of the names that stand twice in an object:
// the decoder takes them only where both values are of one type.
func brokenJSON(src []byte, name string) hcl.Diagnostics {
	root, found := syntax.ParseJSON(src, name)
	if root == nil {
		return found
	}
	for first, second := range root.Duplicates() {
		if first.Name == second.Name {
			found = append(found, schema.DeclaredTwice(schema.Subject{Range: second.NameRange}, first.Name, first.NameRange))
		}
	}
	return found
}

func brokenCSV(src []byte, name string) hcl.Diagnostics {
	src = bytes.TrimPrefix(src, []byte(syntax.ByteOrderMark))
	if fault := headerFault(string(src)); fault != nil {
		return fault.in(name)
	}
	r := csv.NewReader(bytes.NewReader(src))
	for {
		_, err := r.Read()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return hcl.Diagnostics{InvalidCSV(err, name)}
		}
	}
}

// InvalidCSV says what a csv.Reader finds wrong with a file, at the row of it.
func InvalidCSV(err error, name string) *hcl.Diagnostic {
	fault := &csv.ParseError{StartLine: 1, Err: err}
	errors.As(err, &fault)
	return brokenAt(name, fault.StartLine, 1, "Invalid CSV", fmt.Sprintf("The row that begins on line %d is not valid CSV: %v.", fault.StartLine, fault.Err))[0]
}

// brokenYAML reads where the fault is off the message of the parser.
func brokenYAML(src []byte, name string) hcl.Diagnostics {
	src = bytes.TrimPrefix(src, []byte(syntax.ByteOrderMark))
	if checkYAML(string(src)) != nil {
		return nil // the parser is not to see it, and the call has said why
	}
	_, err := yaml.Standard.ImpliedType(src)
	if err == nil {
		if keys := keysTwiceIn(string(src)); keys != nil {
			return keys.in(name)
		}
		return nil
	}
	text, line, column := err.Error(), 1, 1
	if place, rest, ok := strings.Cut(strings.TrimPrefix(text, "on line "), ": "); ok && place != text {
		first, second, _ := strings.Cut(place, ", column ")
		if n, err := strconv.Atoi(first); err == nil {
			line, text = n, rest
			column, _ = strconv.Atoi(second)
		}
	}
	return brokenAt(name, line, column, "Invalid YAML", fmt.Sprintf("This is not valid YAML: %s.", text))
}
