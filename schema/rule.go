package schema

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// RuleID is the stable name of a rule. Names never change; people write them in
// lint blocks and machines filter by them.
type RuleID string

// Rule is a row of the one table of rules. The loader, lint, the formats, the papers
// and the editor read it; nothing else is known of a rule anywhere.
type Rule struct {
	ID      RuleID
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

// Group says what a rule is about.
type Group string

const (
	ColourGroup      Group = "colour"
	TextGroup        Group = "text"
	TranslationGroup Group = "translation"
	StructureGroup   Group = "structure"
	FaultGroup       Group = "faults" // what the language, the service or a browser refuses
)

// Phase says who finds what a rule is about, and so which commands show it.
type Phase uint8

const (
	Loading Phase = iota // found by whoever reads the stack
	Linting              // found by lint, the preview and the editor
	Drawing              // found by the browser that draws the preview, which alone can measure
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
	LocalesOption OptionType = "locales" // a list of locales, empty for all: []Locale
	FileOption    OptionType = "file"    // a file, relative to the stack: string
)

// Option is something that a lint block may say of a rule beside its level.
type Option struct {
	Name     string
	Type     OptionType
	Default  any
	Min, Max float64  // of a number
	Whole    bool     // a number without a fraction
	Words    []string // the valid ones
	Noun     string   // what a number is, such as "a contrast ratio"
	Help     string
}

// Parse judges the value of an option and gives it the type that the option has in Go.
// The element tells where an element of a list stands.
func (o Option) Parse(v cty.Value, at Subject, element func(i int) hcl.Range) (any, *hcl.Diagnostic) {
	switch o.Type {
	case NumberOption:
		return o.parseNumber(v, at)
	case WordsOption, LocalesOption:
		words, fault := ParseWords(o.Name, v, at, element)
		if fault != nil || o.Type == WordsOption {
			return words, fault
		}
		return parseLocales(words, at, element)
	}
	if v.IsNull() || v.Type() != cty.String || v.AsString() == "" {
		return nil, Diagnose(WrongType, at, "Wrong type of value", o.Name+" takes a string in quotes.")
	}
	word := v.AsString()
	switch {
	case o.Type == WordOption && !slices.Contains(o.Words, word):
		return nil, Diagnose(Enum, at, "Not a valid word",
			fmt.Sprintf("%s is one of %s.%s", o.Name, strings.Join(quoteAll(o.Words), ", "), DidYouMean(word, o.Words)))
	case o.Type == FileOption && (path.IsAbs(word) || strings.Contains(word, `\`)):
		return nil, Diagnose(Unreadable, at, "Not a usable file", o.Name+" is relative to the stack and uses forward slashes.")
	}
	return word, nil
}

func (o Option) parseNumber(v cty.Value, at Subject) (any, *hcl.Diagnostic) {
	n, err := convert.Convert(v, cty.Number)
	if err != nil || n.IsNull() {
		return nil, Diagnose(WrongType, at, "Wrong type of value", o.Name+" takes a number.")
	}
	number, _ := n.AsBigFloat().Float64()
	if number < o.Min || number > o.Max || o.Whole && !n.AsBigFloat().IsInt() {
		return nil, Diagnose(OutOfRange, at, "Number out of range", fmt.Sprintf("%s is %s, from %g to %g.", o.Name, o.Noun, o.Min, o.Max))
	}
	return number, nil
}

// ParseWords judges a list of texts, none of them empty.
func ParseWords(name string, v cty.Value, at Subject, element func(i int) hcl.Range) ([]string, *hcl.Diagnostic) {
	if t := v.Type(); v.IsNull() || !t.IsTupleType() && !t.IsListType() && !t.IsSetType() {
		return nil, Diagnose(WrongType, at, "Wrong type of value", fmt.Sprintf("%s takes a list of strings, such as [\"Acme\"].", name))
	}
	words := make([]string, 0, v.LengthInt())
	for _, word := range v.AsValueSlice() {
		if word.IsNull() || word.Type() != cty.String || strings.TrimSpace(word.AsString()) == "" {
			at.Range = element(len(words))
			return nil, Diagnose(WrongType, at, "Wrong type of value", fmt.Sprintf("%s takes strings that are not empty.", name))
		}
		words = append(words, word.AsString())
	}
	return words, nil
}

func parseLocales(words []string, at Subject, element func(i int) hcl.Range) (any, *hcl.Diagnostic) {
	locales := make([]Locale, len(words))
	for i, word := range words {
		at.Range = element(i)
		locale, fault := JudgeLocale(word, at)
		if fault != nil {
			return nil, fault
		}
		locales[i] = locale
	}
	return locales, nil
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
func tables() [6][]Rule {
	return [...][]Rule{faultRules, colourRules, textRules, translationRules, structureRules, ignoreRules}
}

// Rules lists the rules in the order of the reference.
func Rules() []Rule {
	t := tables()
	return slices.Concat(t[:]...)
}

// RuleByID is the row of a rule.
func RuleByID(id RuleID) (Rule, bool) {
	for _, table := range tables() {
		for i := range table { // a row is too large to be handed to a function
			if table[i].ID == id {
				return table[i], true
			}
		}
	}
	return Rule{}, false
}
