// Package config reads what the files of a stack declare: blocks, attributes and
// constants, each with its place, and what is wrong with them.
//
// It does not know the value of any expression that refers to something, so it knows
// nothing of variables' values, documents or sessions: package stack evaluates a module.
//
// # From files to a module
//
// Each step is a function whose result is never changed and can be kept:
//
//	[Read]            files of a directory  → [Sources]: each file parsed, with its [Declarations]
//	[Sources.Module]  declarations of files → [Module]: what they declare together
//
// Declarations depend on their file alone, so that [Read] takes over those of files whose
// bytes are the same. Unsaved text of an editor comes through the file system that
// [Options] name.
//
// The settings of the livery block and what a variable declares are constants, so they
// are judged here. So is every name that may stand in a place without a value: [Faults]
// has the words for unknown blocks and fields, which package stack uses for what only an
// evaluation can judge.
package config

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"

	"livery/schema"
	"livery/schema/rule"
	"livery/schema/syntax"
)

// Module is what all files of a stack declare together, not evaluated. It is never
// changed: it can be kept, and evaluated any number of times, also concurrently.
type Module struct {
	Settings  Settings
	Account   *Block // nil if there is none
	Variables map[string]*Variable
	Locals    map[string]*Attribute
	Themes    map[string]*Block
	Locales   []*Block
	Sessions  []*Block
	Refused   []*Block // that have no usable name, or one that is taken
	Checks    []*Check
	Removed   []*Block
	Ignores   []*Ignore               // of the stack's own files and of those it includes
	Files     map[string]*syntax.File // by the name in ranges
	Sources   *Sources                // what it was made of
	Faults    hcl.Diagnostics         // of reading, parsing and declaring, in no order
	Empty     bool                    // the stack's directory holds no configuration at all
	Broken    bool                    // a file could not be understood, so what seems to be missing may stand in it
	Unknown   bool                    // a block has no meaning, so what seems to be missing may be that
}

// Module puts together what the files declare.
func (s *Sources) Module() *Module {
	m := &merger{module: &Module{
		Sources: s, Empty: s.empty,
		Variables: make(map[string]*Variable), Locals: make(map[string]*Attribute), Themes: make(map[string]*Block),
		Files: make(map[string]*syntax.File, len(s.Own)+len(s.Included)),
	}, first: make(map[string]hcl.Range)}
	m.Report(s.faults...)
	for _, d := range s.Own {
		m.addFile(d, func(string) bool { return true })
	}
	for _, d := range s.Included {
		m.addFile(d, includable)
	}
	m.module.Settings.Backend.Guessed = m.module.Broken && m.module.Settings.Backend.Type == ""
	m.module.Faults = m.Diagnostics
	return m.module
}

// merger puts the declarations of files together into a module.
type merger struct {
	Faults
	module *Module
	first  map[string]hcl.Range // where a name is declared first
}

func includable(blockType string) bool {
	switch blockType {
	case "variable", "locals", "theme", "session", "check":
		return true
	default:
		return false
	}
}

func (m *merger) addFile(d *Declarations, allowed func(blockType string) bool) {
	m.module.Files[d.File.Name] = d.File
	m.module.Broken = m.module.Broken || d.File.Faults.HasErrors()
	m.module.Unknown = m.module.Unknown || d.unknown
	m.module.Ignores = append(m.module.Ignores, d.Ignores...)
	m.Report(d.File.Faults...)
	m.Report(d.faults...)
	for _, b := range d.Blocks {
		if !allowed(b.Type) {
			m.Report(schema.Diagnose(rule.UnknownBlock, schema.Subject{Range: b.TypeRange}, "Block not allowed in an included file",
				fmt.Sprintf("An included file may add variable, locals, theme, session and check blocks only; move this %s block into the stack itself.", b.Type)))
			continue
		}
		declared := b.usable && m.declare(b)
		if !b.usable || declared {
			m.Report(b.faults...)
		}
		if !declared {
			m.module.Refused = append(m.module.Refused, b.Block)
		}
	}
}

// declare adds a block to the module; false if something else has its name, which
// is reported.
func (m *merger) declare(b *Declaration) bool {
	switch b.Type {
	case "livery", "account":
		if !m.isFirst(b.Type, b.DefRange, "A stack has at most one "+b.Type+" block.") {
			return false
		}
	case "variable", "theme", "session", "check":
		if !m.isFirst(b.Type+"."+b.Labels[0], b.DefRange, fmt.Sprintf("The %s %q is declared twice.", b.Type, b.Labels[0])) {
			return false
		}
	}
	switch b.Type {
	case "livery":
		m.module.Settings = *b.Settings
		m.module.Ignores = append(m.module.Ignores, b.Settings.Ignores...)
	case "account":
		m.module.Account = b.Block
	case "variable":
		m.module.Variables[b.Labels[0]] = b.Variable
	case "locals":
		for _, a := range b.Attributes {
			if m.isFirst("local."+a.Name, a.NameRange(), fmt.Sprintf("local.%s is declared twice.", a.Name)) {
				m.module.Locals[a.Name] = a
			}
		}
	case "theme":
		m.module.Themes[b.Labels[0]] = b.Block
	case "locale":
		m.module.Locales = append(m.module.Locales, b.Block)
	case "session":
		m.module.Sessions = append(m.module.Sessions, b.Block)
	case "check":
		if b.Check != nil {
			m.module.Checks = append(m.module.Checks, b.Check)
		}
	case "removed":
		m.module.Removed = append(m.module.Removed, b.Block)
	}
	return true
}

// isFirst reports whether nothing was declared under that name before.
func (m *merger) isFirst(name string, rng hcl.Range, detail string) bool {
	if first, ok := m.first[name]; ok {
		m.Duplicate(rng, first, detail)
		return false
	}
	m.first[name] = rng
	return true
}
