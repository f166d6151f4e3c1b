package langserver

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"livery/schema"
	"livery/schema/structure"
	"livery/schema/syntax"
)

// Change is other source text in a place of a file; an empty place is where it is added.
type Change struct {
	At   hcl.Range
	Text string
}

// Refactoring is a change that leaves all values as they are.
type Refactoring struct {
	Title   string
	Changes []Change
}

// Extract makes a local of the colour that is written around a byte of a theme or a locale,
// and of all that are equal to it in the file; false where none is. taken says which names
// of locals exist already, here or in another stack that has the file.
func (v *View) Extract(file *syntax.File, offset int, taken func(name string) bool) (Refactoring, bool) {
	body, native := file.Body.(*hclsyntax.Body)
	if !native || syntax.IsVariables(file.Name) {
		return Refactoring{}, false
	}
	literals := literalColours(v, file, body)
	i := slices.IndexFunc(literals, func(at hcl.Range) bool { return structure.Holds(at, offset) })
	if i < 0 {
		return Refactoring{}, false
	}
	written := literals[i]
	digits := canonical(file, written)
	name := localName(file, body, offset, taken)
	var changes []Change
	for _, at := range literals {
		if canonical(file, at) == digits {
			changes = append(changes, Change{at, "local." + name})
		}
	}
	title := fmt.Sprintf("Extract %s to local.%s", digits, name)
	if n := len(changes); n > 1 {
		title += fmt.Sprintf(" (%d places)", n)
	}
	declared := fmt.Sprintf("%s = %s", name, written.SliceBytes(file.Bytes))
	return Refactoring{title, append(changes, declarationIn(file, body, declared))}, true
}

// literalColours are the colours that are written in themes and locales.
func literalColours(v *View, file *syntax.File, body *hclsyntax.Body) (list []hcl.Range) {
	for _, s := range v.Colours(file) {
		b := blockIn(body, s.Range.Start.Byte)
		if s.Literal && b != nil && (b.Type == "theme" || b.Type == "locale") {
			at := structure.Within(s.Range, -1)
			if file.Bytes[at.Start.Byte] != '"' {
				at = s.Range // of a heredoc
			}
			list = append(list, at)
		}
	}
	return list
}

// canonical is a colour that is written in quotation marks, in the one form that it has.
func canonical(file *syntax.File, at hcl.Range) string {
	text, _ := schema.ParseColour(strings.Trim(string(at.SliceBytes(file.Bytes)), `"`))
	return text
}

// localName is a name for what is written around a byte: that of its attribute, with a
// number where there is one of that name.
func localName(file *syntax.File, body *hclsyntax.Body, offset int, taken func(string) bool) string {
	name := "colour"
	if a := attributeAt(body, offset); a != nil {
		name = a.Name
	}
	own := func(name string) bool {
		return taken(name) || slices.ContainsFunc(mentionsIn(file), func(m Mention) bool { return m.Name == Name{"local", name} })
	}
	if !own(name) {
		return name
	}
	for n := 2; ; n++ {
		if numbered := fmt.Sprintf("%s_%d", name, n); !own(numbered) {
			return numbered
		}
	}
}

// attributeAt is the innermost attribute around a byte; nil if there is none.
func attributeAt(body *hclsyntax.Body, offset int) (found *hclsyntax.Attribute) {
	structure.VisitAttributes(body, "", func(_ string, a *hclsyntax.Attribute) {
		if structure.Holds(a.Range(), offset) {
			found = a
		}
	})
	return found
}

// declarationIn adds a line to the first locals block of a file, or such a block above the
// first of all.
func declarationIn(file *syntax.File, body *hclsyntax.Body, line string) Change {
	end := syntax.LineEnd(file.Bytes)
	for _, b := range body.Blocks {
		if b.Type != "locals" {
			continue
		}
		at := b.CloseBraceRange
		at.End = at.Start
		before := bytes.TrimRight(file.Bytes[:at.Start.Byte], " \t")
		at.Start.Byte = len(before)
		at.End.Byte = at.Start.Byte
		if bytes.HasSuffix(before, []byte("\n")) {
			return Change{at, "  " + line + end}
		}
		return Change{at, end + "  " + line + end} // locals {} on one line
	}
	at := hcl.Range{Filename: file.Name, Start: hcl.InitialPos, End: hcl.InitialPos}
	if len(body.Blocks) > 0 {
		at.Start.Byte = aboveComments(file.Bytes, body.Blocks[0].Range().Start.Byte)
		at.End = at.Start
	}
	return Change{at, "locals {" + end + "  " + line + end + "}" + end + end}
}

// aboveComments is where the comments begin that stand right above a line.
func aboveComments(src []byte, offset int) int {
	start := bytes.LastIndexByte(src[:offset], '\n') + 1
	for start > 0 {
		before := bytes.LastIndexByte(src[:start-1], '\n') + 1
		line := bytes.TrimSpace(src[before:start])
		if !bytes.HasPrefix(line, []byte("#")) && !bytes.HasPrefix(line, []byte("//")) {
			break
		}
		start = before
	}
	return start
}

// blockIn is the top-level block around a byte; nil if there is none.
func blockIn(body *hclsyntax.Body, offset int) *hclsyntax.Block {
	i := slices.IndexFunc(body.Blocks, func(b *hclsyntax.Block) bool { return structure.Holds(b.Range(), offset) })
	if i < 0 {
		return nil
	}
	return body.Blocks[i]
}

// Inline puts the expression of a local in the place of all that refers to it, and takes its
// declaration out; false where that cannot be done.
func (v *View) Inline(local Name) ([]Change, bool) {
	all := v.MentionsOf(local)
	i := slices.IndexFunc(all, func(o Mention) bool { return o.Declares })
	if i < 0 || slices.ContainsFunc(all, func(o Mention) bool { return strings.HasSuffix(o.Range.Filename, ".json") }) {
		return nil, false
	}
	declared := all[i]
	source := v.Module.Files[declared.Range.Filename]
	body, native := source.Body.(*hclsyntax.Body)
	if !native {
		return nil, false
	}
	a := attributeAt(body, declared.Range.Start.Byte)
	text := string(a.Expr.Range().SliceBytes(source.Bytes))
	if strings.Contains(text, "<<") { // a heredoc ends with its own line
		return nil, false
	}
	if !isTerm(a.Expr) {
		text = "(" + text + ")"
	}
	changes := make([]Change, len(all))
	for i, o := range all {
		if changes[i] = (Change{o.Whole, text}); o.Declares {
			changes[i] = Change{wholeLines(source.Bytes, a.SrcRange), ""}
		}
	}
	return changes, true
}

// isTerm reports whether an expression can stand within another one as it is.
func isTerm(expr hclsyntax.Expression) bool {
	switch expr.(type) {
	case *hclsyntax.BinaryOpExpr, *hclsyntax.UnaryOpExpr, *hclsyntax.ConditionalExpr:
		return false
	}
	return true
}

// wholeLines is a range with its lines, where nothing else stands on them, and the comments
// behind it and right above it.
func wholeLines(src []byte, at hcl.Range) hcl.Range {
	start := bytes.LastIndexByte(src[:at.Start.Byte], '\n') + 1
	end := len(src)
	if i := bytes.IndexByte(src[at.End.Byte:], '\n'); i >= 0 {
		end = at.End.Byte + i + 1
	}
	if before := bytes.TrimSpace(src[start:at.Start.Byte]); len(before) > 0 || regexp.MustCompile(`^\s*[^#/\s]`).Match(src[at.End.Byte:end]) {
		return at
	}
	at.Start.Byte, at.End.Byte = aboveComments(src, start), end
	return at
}

// Above is where a comment is put that is about what stands at a byte of a file in HCL: the
// beginning of the line of its attribute, or of the block that it is the header of.
func Above(file *syntax.File, offset int) (at int, ok bool) {
	body, native := file.Body.(*hclsyntax.Body)
	if !native {
		return 0, false
	}
	if a := attributeAt(body, offset); a != nil {
		offset = a.SrcRange.Start.Byte
	}
	return bytes.LastIndexByte(file.Bytes[:offset], '\n') + 1, true
}

// CommentLine is a comment with the indentation of the line that begins at a byte, and its
// end.
func CommentLine(file *syntax.File, start int, comment string) string {
	rest := file.Bytes[start:]
	indent := rest[:len(rest)-len(bytes.TrimLeft(rest, " \t"))]
	return string(indent) + comment + syntax.LineEnd(file.Bytes)
}
