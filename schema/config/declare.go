package config

import (
	"sync"

	"github.com/hashicorp/hcl/v2"

	"livery/schema"
	"livery/schema/function"
	"livery/schema/syntax"
)

// Declarations is what one file declares: its top-level blocks in the order in which
// they are written, not evaluated. It depends on nothing but the file, and is never
// changed.
type Declarations struct {
	File    *syntax.File
	Blocks  []*Declaration
	Ignores []*Ignore // that its comments say

	faults   hcl.Diagnostics // of what stands at the top level and has no meaning there
	unknown  bool            // a block does
	comments func() Comments // read once, and only if they are asked for; nil for a file that could not be read
}

// Declaration is a top-level block.
type Declaration struct {
	*Block
	Settings *Settings // of a livery block
	Variable *Variable // of a variable block
	Check    *Check    // of a check block; nil if something is wrong with it

	usable bool            // its labels are as they must be
	faults hcl.Diagnostics // of the block alone
}

// DeclarationsOf lists what a file declares, as far as it could be understood.
func DeclarationsOf(file *syntax.File) *Declarations {
	d := &Declarations{File: file, comments: sync.OnceValue(func() Comments { return commentsOf(file) })}
	f := Faults{constants: function.NewConstantBudget()}
	attributes, blocks := f.content(file.Body, rootBlocks())
	for _, a := range attributes {
		f.UnknownField(a, "The top level of a file", schema.Subject{}, nil, blockNames(rootBlocks()))
	}
	for _, b := range blocks {
		if t, ok := typeOf(b, rootBlocks()); ok {
			d.Blocks = append(d.Blocks, declarationOf(b, t, f.constants))
		} else {
			f.UnknownBlock(b, "at the top level of a file", schema.Subject{}, blockNames(rootBlocks()), nil)
			d.unknown = true
		}
	}
	d.Ignores = f.ignores(file)
	d.faults = f.Diagnostics
	return d
}

func declarationOf(b *Block, t blockType, constants *function.Budget) *Declaration {
	f, inner := Faults{constants: constants}, Faults{}
	inner.read(b, t)
	d := &Declaration{Block: b}
	d.usable = f.Labelled(b) && (!hasName(b.Type) || f.validName(b))
	if !d.usable { // what stands in it is not judged
		d.faults = f.Diagnostics
		return d
	}
	f.Report(inner.Diagnostics...)
	switch b.Type {
	case "livery":
		d.Settings = f.settings(d.Block)
	case "variable":
		d.Variable = f.variable(d.Block)
	case "check":
		d.Check = checkOf(&f, d.Block)
	case "locals":
		for _, inner := range d.Blocks {
			f.UnknownBlock(inner, "in locals", schema.Subject{}, nil, nil)
		}
	}
	d.faults = f.Diagnostics
	return d
}

// hasName reports whether the label of a block is a name, and not one of the service's words.
func hasName(blockType string) bool {
	return blockType == "variable" || blockType == "theme" || blockType == "session" || blockType == "check"
}
