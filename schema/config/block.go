package config

import (
	"cmp"
	"slices"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"livery/schema"
	"livery/schema/rule"
	"livery/schema/wording"
)

// Block is a block as it is written, not evaluated: its type, labels and ranges, and
// what stands in it in the order in which it is written.
type Block struct {
	hcl.Block
	Attributes []*Attribute
	Blocks     []*Block

	label string // what its label names; "" if it takes none
}

// Attribute is an attribute as it is written, not evaluated.
type Attribute struct {
	Name string
	Expr hcl.Expression

	at *hcl.Range // of the name; the parser's own, since a copy for each attribute is most of what a file declares
}

// NameRange is where the name stands.
func (a *Attribute) NameRange() hcl.Range { return *a.at }

// Attribute is the attribute of that name; nil if there is none.
func (b *Block) Attribute(name string) *Attribute {
	if i := slices.IndexFunc(b.Attributes, func(a *Attribute) bool { return a.Name == name }); i >= 0 {
		return b.Attributes[i]
	}
	return nil
}

// blockType is a block that may stand in a place: its type, what its label names,
// and the blocks that may stand in it in turn. The JSON syntax cannot tell a block
// from an attribute without such a list.
type blockType struct {
	name, label string
	inner       []blockType
}

var (
	settingsBlocks = []blockType{{name: "backend", label: "type"}, {name: "lint", inner: lintBlocks}, {name: "texts"}}
	lintBlocks     = []blockType{{name: "rule", label: "rule"}, {name: "ignore"}}
	variableBlocks = []blockType{{name: "validation"}}
	removedBlocks  = []blockType{{name: "lifecycle"}}
	checkBlocks    = []blockType{{name: "assert"}}
	sessionBlocks  = []blockType{{name: "locale", label: "code"}}
	tipBlocks      = []blockType{{name: "tip"}}
)

// rootBlocks are those that may stand at the top level of a file.
var rootBlocks = sync.OnceValue(func() []blockType {
	fields := append(pageBlocks(), tipBlocks...)
	return []blockType{
		{name: "livery", inner: settingsBlocks}, {name: "account"},
		{name: "variable", label: "name", inner: variableBlocks}, {name: "locals"},
		{name: "theme", label: "name", inner: fields}, {name: "locale", label: "code", inner: fields},
		{name: "removed", inner: removedBlocks}, {name: "session", label: "name", inner: sessionBlocks},
		{name: "check", label: "name", inner: checkBlocks},
	}
})

func pageBlocks() []blockType {
	names := PageNames()
	types := make([]blockType, len(names))
	for i, name := range names {
		types[i] = blockType{name: name, inner: tipBlocks}
	}
	return types
}

// PageNames lists the blocks that may stand in a theme or a locale.
func PageNames() []string {
	var names []string
	for _, p := range schema.Pages() {
		if p.Key != "" {
			names = append(names, p.HCLName())
		}
	}
	return names
}

// FieldNames lists the attributes that may stand in a page.
func FieldNames(p *schema.Page) []string {
	names := make([]string, 0, len(p.Fields))
	for i := range p.Fields {
		if p.Fields[i].Kind != schema.Tips {
			names = append(names, p.Fields[i].HCLName())
		}
	}
	return names
}

func blockNames(types []blockType) []string {
	names := make([]string, len(types))
	for i, t := range types {
		names[i] = t.name
	}
	return names
}

// typeOf is the type of a block, if it may stand in a place.
func typeOf(b *Block, allowed []blockType) (blockType, bool) {
	i := slices.IndexFunc(allowed, func(t blockType) bool { return t.name == b.Type })
	if i < 0 {
		return blockType{}, false
	}
	return allowed[i], true
}

// typeNear is the type whose name a block that may not stand in a place comes nearest to.
func typeNear(b *Block, allowed []blockType) (blockType, bool) {
	near := wording.Nearest(b.Type, blockNames(allowed))
	i := slices.IndexFunc(allowed, func(t blockType) bool { return t.name == near })
	if i < 0 {
		return blockType{}, false
	}
	return allowed[i], true
}

// read reads what stands in a block, and in the blocks in it, without judging any
// name. Blocks that may not stand there are not read, but for those that seem to be misspelled.
func (f *Faults) read(block *Block, t blockType) {
	block.label = t.label
	block.Attributes, block.Blocks = f.content(block.Body, t.inner)
	for _, b := range block.Blocks {
		inner, ok := typeOf(b, t.inner)
		if !ok { // it is refused, but what stands in it may be wrong too
			inner, ok = typeNear(b, t.inner)
		}
		if ok {
			f.read(b, inner)
		}
	}
}

// Content is what stands in a body that no block may stand in, in the order in which
// it is written.
func (f *Faults) Content(body hcl.Body) ([]*Attribute, []*Block) { return f.content(body, nil) }

// content is what stands in a body of either syntax, in the order in which it is
// written.
func (f *Faults) content(body hcl.Body, allowed []blockType) (attributes []*Attribute, blocks []*Block) {
	switch body := body.(type) {
	case nil:
	case *hclsyntax.Body:
		attributes, blocks = nativeContent(body)
	default:
		attributes, blocks = f.jsonContent(body, allowed)
	}
	slices.SortFunc(attributes, func(a, b *Attribute) int {
		return cmp.Compare(a.NameRange().Start.Byte, b.NameRange().Start.Byte)
	})
	return attributes, blocks
}

func nativeContent(body *hclsyntax.Body) ([]*Attribute, []*Block) {
	attributes, all := make([]*Attribute, 0, len(body.Attributes)), make([]Attribute, 0, len(body.Attributes))
	for _, a := range body.Attributes {
		all = append(all, Attribute{a.Name, a.Expr, &a.NameRange})
		attributes = append(attributes, &all[len(all)-1])
	}
	blocks := make([]*Block, 0, len(body.Blocks))
	for _, b := range body.Blocks {
		blocks = append(blocks, &Block{Block: *b.AsHCLBlock()})
	}
	return attributes, blocks
}

func (f *Faults) jsonContent(body hcl.Body, allowed []blockType) ([]*Attribute, []*Block) {
	wanted := &hcl.BodySchema{}
	for _, t := range allowed {
		header := hcl.BlockHeaderSchema{Type: t.name}
		if t.label != "" {
			header.LabelNames = []string{t.label}
		}
		wanted.Blocks = append(wanted.Blocks, header)
	}
	found, rest, diags := body.PartialContent(wanted)
	attrs, more := rest.JustAttributes()
	for _, d := range append(diags, more...) {
		if d.Extra == nil {
			schema.Attach(d, schema.Finding{Rule: rule.Syntax})
		}
		f.Report(d)
	}
	attributes := make([]*Attribute, 0, len(attrs))
	for _, a := range attrs {
		attributes = append(attributes, &Attribute{a.Name, a.Expr, &a.NameRange})
	}
	blocks := make([]*Block, 0, len(found.Blocks))
	for _, b := range found.Blocks {
		blocks = append(blocks, &Block{Block: *b})
	}
	elements := make(map[int]hcl.Range)
	all, _ := body.JustAttributes() // what is named twice is a fault
	for _, t := range allowed {
		if a := all[t.name]; a != nil {
			addElements(elements, a.Expr, t.label != "")
		}
	}
	for _, b := range blocks { // the parser gives all that stand in an array the place of the array
		if element, ok := elements[b.Body.MissingItemRange().End.Byte]; ok {
			b.DefRange = element
		}
	}
	return attributes, blocks
}

// addElements notes where blocks begin that are the elements of an array, by where they end.
func addElements(places map[int]hcl.Range, expr hcl.Expression, labelled bool) {
	if elements, diags := hcl.ExprList(expr); !diags.HasErrors() {
		for _, e := range elements {
			if !labelled {
				at := e.Range()
				end := at.End.Byte
				at.End = hcl.Pos{Line: at.Start.Line, Column: at.Start.Column + 1, Byte: at.Start.Byte + 1}
				places[end] = at
				continue
			}
			addElements(places, e, true)
		}
		return
	}
	if pairs, diags := hcl.ExprMap(expr); labelled && !diags.HasErrors() {
		for _, pair := range pairs {
			addElements(places, pair.Value, false)
		}
	}
}
