package stack

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"livery/schema"
)

// The blocks that may stand in a place. The JSON syntax cannot tell a block from
// an attribute without such a list.
var (
	liveryHeader = []hcl.BlockHeaderSchema{{Type: "livery"}}
	rootHeaders  = []hcl.BlockHeaderSchema{
		{Type: "livery"}, {Type: "account"},
		{Type: "variable", LabelNames: []string{"name"}}, {Type: "locals"},
		{Type: "theme", LabelNames: []string{"name"}}, {Type: "locale", LabelNames: []string{"code"}},
		{Type: "removed"}, {Type: "session", LabelNames: []string{"name"}},
	}
	settingsHeaders = []hcl.BlockHeaderSchema{{Type: "backend", LabelNames: []string{"type"}}, {Type: "lint"}}
	lintHeaders     = []hcl.BlockHeaderSchema{{Type: "rule", LabelNames: []string{"rule"}}}
	variableHeaders = []hcl.BlockHeaderSchema{{Type: "validation"}}
	removedHeaders  = []hcl.BlockHeaderSchema{{Type: "lifecycle"}}
	sessionHeaders  = []hcl.BlockHeaderSchema{{Type: "locale", LabelNames: []string{"code"}}}
	tipHeaders      = []hcl.BlockHeaderSchema{{Type: "tip"}}
)

func pageHeaders() []hcl.BlockHeaderSchema {
	var headers []hcl.BlockHeaderSchema
	for _, p := range schema.Pages() {
		if p.Key != "" {
			headers = append(headers, hcl.BlockHeaderSchema{Type: p.HCLName()})
		}
	}
	return headers
}

// content is what stands in a body, in the order in which it is written.
type content struct {
	attrs  []*hcl.Attribute
	blocks []*hcl.Block
}

// content reads a body of either syntax without judging any name.
func (l *loader) content(body hcl.Body, headers []hcl.BlockHeaderSchema) content {
	var c content
	switch native := body.(type) {
	case nil:
	case *hclsyntax.Body:
		c.attrs = make([]*hcl.Attribute, 0, len(native.Attributes))
		for _, a := range native.Attributes {
			c.attrs = append(c.attrs, a.AsHCLAttribute())
		}
		for _, b := range native.Blocks {
			c.blocks = append(c.blocks, b.AsHCLBlock())
		}
	default:
		found, rest, diags := body.PartialContent(&hcl.BodySchema{Blocks: headers})
		attrs, more := rest.JustAttributes()
		for _, d := range append(diags, more...) {
			if d.Extra == nil {
				schema.Attach(d, schema.Finding{Rule: schema.Syntax})
			}
			l.fault(d)
		}
		c.blocks = found.Blocks
		for _, a := range attrs {
			c.attrs = append(c.attrs, a)
		}
	}
	slices.SortFunc(c.attrs, func(a, b *hcl.Attribute) int {
		return cmp.Compare(a.NameRange.Start.Byte, b.NameRange.Start.Byte)
	})
	return c
}

// labelled checks that a block has as many labels as its type needs.
func (l *loader) labelled(b *hcl.Block, headers []hcl.BlockHeaderSchema) bool {
	i := slices.IndexFunc(headers, func(h hcl.BlockHeaderSchema) bool { return h.Type == b.Type })
	want := 0
	if i >= 0 {
		want = len(headers[i].LabelNames)
	}
	if len(b.Labels) == want {
		return true
	}
	detail := fmt.Sprintf("The block %s takes no label.", b.Type)
	if want == 1 {
		detail = fmt.Sprintf("The block %s takes one label, its %s, in quotes: %s \"...\" { }.", b.Type, headers[i].LabelNames[0], b.Type)
	}
	l.fault(schema.Diagnose(schema.Syntax, schema.Subject{Range: b.DefRange}, "Wrong number of labels", detail))
	return false
}

// unknownBlock says that a block has no meaning where it stands.
func (l *loader) unknownBlock(b *hcl.Block, where string, at schema.Subject, names, fields []string) {
	at.Range, at.Path = b.TypeRange, ""
	detail := fmt.Sprintf("The block %s has no meaning %s.", b.Type, where)
	switch near := schema.Nearest(b.Type, names); {
	case slices.Contains(fields, b.Type):
		detail += fmt.Sprintf(" %s is a field: write %s = ...", b.Type, b.Type)
	case near != "":
		detail += fmt.Sprintf(" Did you mean %q?", near)
	case b.Type == "dynamic":
		detail += " A list can be computed instead: tips = [for ... in ... : { icon_link = ..., text = ... }]."
	case len(names) > 0 && len(names) <= 16:
		detail += fmt.Sprintf(" Valid are %s.", strings.Join(names, ", "))
	}
	l.fault(schema.Diagnose(schema.UnknownBlock, at, "Unknown block", detail))
}

// unknownField says that nothing takes an attribute where it stands.
func (l *loader) unknownField(a *hcl.Attribute, where string, at schema.Subject, names, blocks []string) {
	at.Range = a.NameRange
	detail := fmt.Sprintf("%s has no %s.", where, a.Name)
	switch near := schema.Nearest(a.Name, names); {
	case slices.Contains(blocks, a.Name):
		detail = fmt.Sprintf("%s is a block, not an attribute: write %s { ... } without the equals sign.", a.Name, a.Name)
	case near != "":
		detail += fmt.Sprintf(" Did you mean %q?", near)
	case schema.Nearest(a.Name, blocks) != "":
		detail += fmt.Sprintf(" Did you mean the block %q?", schema.Nearest(a.Name, blocks))
	}
	l.fault(schema.Diagnose(schema.UnknownField, at, "Unknown field", detail))
}

func headerNames(headers []hcl.BlockHeaderSchema) []string {
	names := make([]string, len(headers))
	for i, h := range headers {
		names[i] = h.Type
	}
	return names
}

// declare sorts the blocks of every file by what they declare.
func (l *loader) declare() {
	for _, file := range l.parsed {
		c := l.content(file.body, rootHeaders)
		for _, a := range c.attrs {
			l.unknownField(a, "The top level of a file", schema.Subject{}, nil, headerNames(rootHeaders))
		}
		for _, b := range c.blocks {
			if !slices.Contains(headerNames(rootHeaders), b.Type) {
				l.unknownBlock(b, "at the top level of a file", schema.Subject{}, headerNames(rootHeaders), nil)
				continue
			}
			if file.included && !includable(b.Type) {
				l.fault(schema.Diagnose(schema.UnknownBlock, schema.Subject{Range: b.TypeRange}, "Block not allowed in an included file",
					fmt.Sprintf("An included file may add variable, locals, theme and session blocks only; move this %s block into the stack itself.", b.Type)))
				continue
			}
			if l.labelled(b, rootHeaders) {
				l.declareBlock(b)
			}
		}
	}
}

func includable(blockType string) bool {
	switch blockType {
	case "variable", "locals", "theme", "session":
		return true
	default:
		return false
	}
}

func (l *loader) declareBlock(b *hcl.Block) {
	switch b.Type {
	case "variable":
		l.declareVariable(b)
	case "locals":
		l.declareLocals(b)
	case "theme":
		l.declareTheme(b)
	case "livery", "account":
		if first := l.blocks[b.Type]; len(first) > 0 {
			l.duplicate(b.DefRange, first[0].DefRange, "A stack has at most one "+b.Type+" block.")
			return
		}
		l.blocks[b.Type] = append(l.blocks[b.Type], b)
		if b.Type == "livery" {
			l.settings(b)
		}
	default:
		l.blocks[b.Type] = append(l.blocks[b.Type], b)
	}
}

// duplicate says that something is declared twice, and where the first one is.
func (l *loader) duplicate(second, first hcl.Range, detail string) {
	l.fault(schema.Diagnose(schema.Duplicate, schema.Subject{Range: second}, "Declared twice",
		fmt.Sprintf("%s The first one is at %s:%d.", detail, first.Filename, first.Start.Line)))
}

// validName reports whether a label can be referred to in an expression.
func (l *loader) validName(b *hcl.Block) bool {
	if hclsyntax.ValidIdentifier(b.Labels[0]) {
		return true
	}
	l.fault(schema.Diagnose(schema.Syntax, schema.Subject{Range: b.LabelRanges[0]}, "Not a valid name",
		fmt.Sprintf("%q cannot be the name of a %s: a name is letters, digits, _ and -, and begins with a letter.", b.Labels[0], b.Type)))
	return false
}
