package schema

import (
	"slices"

	"github.com/agext/levenshtein"
	"github.com/hashicorp/hcl/v2"
)

// Rule is the stable name of a check. Names never change; people write them in
// lint blocks and machines filter by them.
type Rule string

// The checks that stand between a file and the service.
const (
	UnknownField      Rule = "unknown-field"
	UnknownBlock      Rule = "unknown-block"
	WrongType         Rule = "wrong-type"
	UnknownLocale     Rule = "unknown-locale"
	DuplicateLocale   Rule = "duplicate-locale"
	ColourFormat      Rule = "colour-format"
	TextLength        Rule = "text-length"
	EmptyValue        Rule = "empty-value"
	ControlCharacter  Rule = "control-character"
	TipLength         Rule = "tip-length"
	TipCount          Rule = "tip-count"
	URLFormat         Rule = "url-format"
	InsecureLink      Rule = "insecure-link"
	ColourAlpha       Rule = "colour-alpha"
	RedirectURLFormat Rule = "redirect-url"
	Required          Rule = "required"
	Enum              Rule = "enum"
	OutOfRange        Rule = "range"
	LiteralSecret     Rule = "literal-secret"
	SensitiveValue    Rule = "sensitive-value"
	Deprecated        Rule = "deprecated"
	UndocumentedField Rule = "undocumented-field"
	Placeholder       Rule = "placeholder"
)

// Faults of the language rather than of a value.
const (
	Syntax         Rule = "syntax"          // the file does not parse
	Expression     Rule = "expression"      // an expression cannot be evaluated
	Reference      Rule = "reference"       // something named does not exist
	Cycle          Rule = "cycle"           // themes or locals refer to each other in a circle
	Duplicate      Rule = "duplicate"       // something other than a locale is declared twice
	Unreadable     Rule = "unreadable-file" // a file cannot be read, is too large or not a regular file
	VariableValue  Rule = "variable-value"  // a variable has no value, or one that its type or validation refuses
	VersionNeeded  Rule = "required-version"
	NothingToApply Rule = "no-documents"
)

// Level is how much a finding weighs.
type Level string

const (
	Off     Level = "off"
	Warning Level = "warning"
	Error   Level = "error"
)

// Check describes a rule.
type Check struct {
	Rule  Rule
	Level Level // what it is unless a lint block says otherwise
	Fixed bool  // the service or the language cannot do without it: no lint block lowers it
	Help  string
}

var checks = []Check{
	{UnknownField, Error, true, "A field that the catalogue does not know."},
	{UnknownBlock, Error, true, "A block that has no meaning where it stands."},
	{WrongType, Error, true, "A value that does not convert to the field's kind."},
	{UnknownLocale, Error, true, "Not one of the service's 32 locale values."},
	{DuplicateLocale, Error, true, "One document declared twice."},
	{ColourFormat, Error, true, "A colour that is not # and 3, 4, 6 or 8 hex digits."},
	{TextLength, Error, true, "A text over 100 UTF-16 code units."},
	{EmptyValue, Error, true, "An empty value; null says \"the API's default\"."},
	{ControlCharacter, Error, true, "A control character other than a line feed in a text."},
	{TipLength, Error, false, "A tip that the page would cut off."},
	{TipCount, Error, true, "More than four tips on a page."},
	{URLFormat, Error, true, "An image link that is not an absolute https URL."},
	{InsecureLink, Warning, false, "An image link with http, which browsers block on an https page."},
	{ColourAlpha, Warning, false, "A colour with an alpha channel, which the service may refuse."},
	{RedirectURLFormat, Error, true, "A session URL that the service or a browser would refuse."},
	{Required, Error, true, "An attribute that must be there."},
	{Enum, Error, true, "A value outside the list of valid words."},
	{OutOfRange, Error, true, "A number outside the valid range."},
	{LiteralSecret, Error, true, "A secret written in a file."},
	{SensitiveValue, Error, true, "A sensitive value in a document or a session, which are public."},
	{Deprecated, Warning, false, "Something the service has given up."},
	{UndocumentedField, Warning, false, "A field that no document of the API names."},
	{Placeholder, Warning, false, "A placeholder that is missing, or braces that will show as they are."},
	{Syntax, Error, true, "A file that does not parse."},
	{Expression, Error, true, "An expression that cannot be evaluated."},
	{Reference, Error, true, "A name that nothing declares."},
	{Cycle, Error, true, "Themes or locals that refer to each other in a circle."},
	{Duplicate, Error, true, "A name declared twice."},
	{Unreadable, Error, true, "A file that cannot be read."},
	{VariableValue, Error, true, "A variable without a value, or with one that it does not take."},
	{VersionNeeded, Error, true, "The stack asks for another version of livery."},
	{NothingToApply, Warning, false, "A stack that declares no locale and no session."},
}

// Checks lists the rules of this package in the order of the reference.
func Checks() []Check { return slices.Clone(checks) }

// CheckOf describes a rule of this package.
func CheckOf(r Rule) (Check, bool) {
	i := slices.IndexFunc(checks, func(c Check) bool { return c.Rule == r })
	if i < 0 {
		return Check{}, false
	}
	return checks[i], true
}

// Finding is what a machine wants to know of a diagnostic; it rides in Extra.
type Finding struct {
	Rule    Rule
	Address Address // zero where the fault belongs to no address
	Path    string  // the field in the API's spelling, "" where there is none
}

// FindingOf reads the finding of a diagnostic; the zero Finding if it has none.
func FindingOf(d *hcl.Diagnostic) Finding {
	f, _ := hcl.DiagnosticExtra[Finding](d)
	return f
}

// Place says where a value stands: what it belongs to and where it is written.
type Place struct {
	Address Address
	Locale  Locale // "" for a theme, which has none
	Path    string // overrides the field's own path, for an element of a list
	Range   hcl.Range
}

// Diagnose makes a diagnostic of the rule's own level.
func Diagnose(r Rule, at Place, summary, detail string) *hcl.Diagnostic {
	d := &hcl.Diagnostic{
		Severity: hcl.DiagError, Summary: summary, Detail: detail,
		Extra: Finding{Rule: r, Address: at.Address, Path: at.Path},
	}
	if c, ok := CheckOf(r); ok && c.Level == Warning {
		d.Severity = hcl.DiagWarning
	}
	if at.Range.Filename != "" {
		rng := at.Range
		d.Subject = &rng
	}
	return d
}

// Nearest is the candidate most like name, or "" when none is like it enough
// to be what was meant.
func Nearest(name string, candidates []string) string {
	best, least := "", max(2, len(name)/3)+1
	for _, c := range candidates {
		if d := levenshtein.Distance(name, c, nil); d < least {
			best, least = c, d
		}
	}
	return best
}
