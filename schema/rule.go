package schema

import (
	"fmt"
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

// Checks of quality, which only lint makes.
const Contrast Rule = "contrast"

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

	Options []string // what else a lint block may say of it
}

var checks = []Check{
	{Rule: UnknownField, Level: Error, Fixed: true, Help: "A field that the catalogue does not know."},
	{Rule: UnknownBlock, Level: Error, Fixed: true, Help: "A block that has no meaning where it stands."},
	{Rule: WrongType, Level: Error, Fixed: true, Help: "A value that does not convert to the field's kind."},
	{Rule: UnknownLocale, Level: Error, Fixed: true, Help: "Not one of the service's 32 locale values."},
	{Rule: DuplicateLocale, Level: Error, Fixed: true, Help: "One document declared twice."},
	{Rule: ColourFormat, Level: Error, Fixed: true, Help: "A colour that is not # and 3, 4, 6 or 8 hex digits."},
	{Rule: TextLength, Level: Error, Fixed: true, Help: "A text over 100 UTF-16 code units."},
	{Rule: EmptyValue, Level: Error, Fixed: true, Help: "An empty value; null says \"the API's default\"."},
	{Rule: ControlCharacter, Level: Error, Fixed: true, Help: "A control character other than a line feed in a text."},
	{Rule: TipLength, Level: Error, Help: "A tip that the page would cut off."},
	{Rule: TipCount, Level: Error, Fixed: true, Help: "More than four tips on a page."},
	{Rule: URLFormat, Level: Error, Fixed: true, Help: "An image link that is not an absolute https URL."},
	{Rule: InsecureLink, Level: Warning, Help: "An image link with http, which browsers block on an https page."},
	{Rule: ColourAlpha, Level: Warning, Help: "A colour with an alpha channel, which the service may refuse."},
	{Rule: RedirectURLFormat, Level: Error, Fixed: true, Help: "A session URL that the service or a browser would refuse."},
	{Rule: Required, Level: Error, Fixed: true, Help: "An attribute that must be there."},
	{Rule: Enum, Level: Error, Fixed: true, Help: "A value outside the list of valid words."},
	{Rule: OutOfRange, Level: Error, Fixed: true, Help: "A number outside the valid range."},
	{Rule: LiteralSecret, Level: Error, Fixed: true, Help: "A secret written in a file."},
	{Rule: SensitiveValue, Level: Error, Fixed: true, Help: "A sensitive value in a document or a session, which are public."},
	{Rule: Deprecated, Level: Warning, Help: "Something the service has given up."},
	{Rule: UndocumentedField, Level: Warning, Help: "A field that no document of the API names."},
	{Rule: Placeholder, Level: Warning, Help: "A placeholder that is missing, or braces that will show as they are."},
	{Rule: Syntax, Level: Error, Fixed: true, Help: "A file that does not parse."},
	{Rule: Expression, Level: Error, Fixed: true, Help: "An expression that cannot be evaluated."},
	{Rule: Reference, Level: Error, Fixed: true, Help: "A name that nothing declares."},
	{Rule: Cycle, Level: Error, Fixed: true, Help: "Themes or locals that refer to each other in a circle."},
	{Rule: Duplicate, Level: Error, Fixed: true, Help: "A name declared twice."},
	{Rule: Unreadable, Level: Error, Fixed: true, Help: "A file that cannot be read."},
	{Rule: VariableValue, Level: Error, Fixed: true, Help: "A variable without a value, or with one that it does not take."},
	{Rule: VersionNeeded, Level: Error, Fixed: true, Help: "The stack asks for another version of livery."},
	{Rule: Contrast, Level: Warning, Options: []string{"ratio"}, Help: "A text that is hard to read on its background (WCAG 2 contrast)."},
	{Rule: NothingToApply, Level: Warning, Help: "A stack that declares no locale and no session."},
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
	Block   string  // the header of the top-level block around it, as in locale "en"; "" for none
}

// FindingOf reads the finding of a diagnostic; the zero Finding if it has none.
func FindingOf(d *hcl.Diagnostic) Finding {
	f, _ := hcl.DiagnosticExtra[Finding](d)
	return f
}

// Subject says where a value stands: what it belongs to and where it is written.
type Subject struct {
	Address Address
	Locale  Locale // "" for a theme, which has none
	Path    string // overrides the field's own path, for an element of a list
	Range   hcl.Range
}

// Diagnose makes a diagnostic of the rule's own level.
func Diagnose(r Rule, at Subject, summary, detail string) *hcl.Diagnostic {
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

// likeness is how many letters of a name may be wrong for it to be a slip of the
// hand: few in a short one, where everything is near to something.
func likeness(name string) int {
	switch n := len(name); {
	case n < 3:
		return 0
	case n < 5:
		return 1
	case n <= 12:
		return 2
	default:
		return n / 5
	}
}

// Nearest is the candidate most like name, or "" when none is like it enough
// to be what was meant.
func Nearest(name string, candidates []string) string {
	best, least := "", likeness(name)+1
	for _, c := range candidates {
		d := levenshtein.Distance(name, c, nil)
		if swapped(name, c) {
			d = 1
		}
		if d < least {
			best, least = c, d
		}
	}
	return best
}

// swapped reports whether two neighbouring letters are all that differs: the
// commonest slip of all, and two edits to a Levenshtein distance.
func swapped(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) - 1 {
		if a[i] != b[i] {
			return a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
		}
	}
	return false
}

// DidYouMean suggests the candidate most like name, as a sentence to put behind the
// one that says what is wrong with it; "" when none is like it enough.
func DidYouMean(name string, candidates []string) string {
	if near := Nearest(name, candidates); near != "" {
		return fmt.Sprintf(" Did you mean %q?", near)
	}
	return ""
}
