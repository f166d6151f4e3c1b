package rule

import (
	"slices"
)

// ID is the stable name of a rule. Names never change; people write them in
// lint blocks and machines filter by them.
type ID string

// Rule is a row of the one table of rules. The loader, lint, the formats, the papers
// and the editor read it; nothing else is known of a rule anywhere.
type Rule struct {
	ID      ID
	Group   Group
	Phase   Phase
	Level   Level // what it weighs unless a lint block says otherwise
	Fixed   bool  // the service or the language cannot do without it: no lint block lowers it
	Fix     Fix
	Source  bool     // it compares with the source language, and does not run without one
	Options []Option // what else a lint block may say of it
	Help    string   // what it finds, in a line
	Why     string   // why that matters
	Bad     string   // a stack of one file with exactly this finding
	Good    string   // the same without it

	Files map[string]string // what both read, by the path from the stack
}

// In is what the rule weighs where lint blocks say this.
func (r Rule) In(levels map[ID]Level) Level {
	if level, ok := levels[r.ID]; ok && !r.Fixed {
		return level
	}
	return r.Level
}

// WhyFixed says why a fixed rule cannot be lowered or ignored, as a clause.
func (r Rule) WhyFixed() string {
	if r.ID == BadIgnore {
		return "what hides findings must not be hidden itself"
	}
	return "what it finds cannot be sent to the service"
}

// Awake is what the rule weighs where it was off and is asked for by name.
func (r Rule) Awake() Level {
	if r.Level == Off {
		return Warning
	}
	return r.Level
}

// Group says what a rule is about.
type Group string

const (
	ColourGroup      Group = "colour"
	TextGroup        Group = "text"
	TranslationGroup Group = "translation"
	StructureGroup   Group = "structure"
	TokenGroup       Group = "token"
	FaultGroup       Group = "faults" // what the language, the service or a browser refuses
)

// Phase says who finds what a rule is about, and so which commands show it.
type Phase uint8

const (
	Loading  Phase = iota // found by whoever reads the stack
	Linting               // found by lint, the preview and the editor
	Checking              // found by tokens check alone
	Drawing               // found by the browser that draws the preview, which alone can measure
)

// Level is how much a finding weighs.
type Level string

const (
	Off     Level = "off"
	Notice  Level = "notice" // shown by lint alone
	Warning Level = "warning"
	Error   Level = "error"
)

// Levels lists the levels, the lightest first.
func Levels() []Level { return []Level{Off, Notice, Warning, Error} }

// AtLeast reports whether a level is as heavy as another.
func (l Level) AtLeast(other Level) bool {
	return slices.Index(Levels(), l) >= slices.Index(Levels(), other)
}

// Fix says what can be mended without a person.
type Fix string

const (
	NoFix   Fix = ""
	SafeFix Fix = "safe" // what people see stays as it is
	AnyFix  Fix = "all"  // what people see may change
)

// OptionType is what an option takes, and with that the type of its value in Go.
type OptionType string

const (
	NumberOption  OptionType = "number"  // float64
	WordOption    OptionType = "word"    // one of Words: string
	WordsOption   OptionType = "words"   // a list of texts: []string
	LocalesOption OptionType = "locales" // a list of locales, none for all: those of package schema
	FileOption    OptionType = "file"    // a file, relative to the stack: string
	PairsOption   OptionType = "pairs"   // a list of objects with text, background and a ratio: []TokenPair
)

// Option is something that a lint block may say of a rule beside its level.
type Option struct {
	Name     string
	Type     OptionType
	Default  any
	Needed   bool     // without it the rule finds nothing
	Min, Max float64  // of a number
	Whole    bool     // a number without a fraction
	Words    []string // the valid ones
	Noun     string   // what a number is, such as "a contrast ratio"
	Help     string
}

// Option is the option of that name.
func (r Rule) Option(name string) (Option, bool) {
	i := slices.IndexFunc(r.Options, func(o Option) bool { return o.Name == name })
	if i < 0 {
		return Option{}, false
	}
	return r.Options[i], true
}

// tables are the rows in the order of the reference.
func tables() [8][]Rule {
	return [...][]Rule{faultRules, tokenRules, colourRules, textRules, translationRules, structureRules, checkRules, ignoreRules}
}

// All lists the rules in the order of the reference.
func All() []Rule {
	t := tables()
	return slices.Concat(t[:]...)
}

// ByID is the row of a rule.
func ByID(id ID) (Rule, bool) {
	for _, table := range tables() {
		for i := range table { // a row is too large to be handed to a function
			if table[i].ID == id {
				return table[i], true
			}
		}
	}
	return Rule{}, false
}
