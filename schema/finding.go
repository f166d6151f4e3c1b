package schema

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"livery/schema/rule"
)

// Finding is what a diagnostic is about, beyond its sentences. It is the one form from
// the rule that makes it to the last format that shows it, and rides in the Extra of
// the diagnostic; Attach puts it there and FindingOf reads it.
type Finding struct {
	Rule      rule.ID        // "" for what no rule says, such as a refusal by the service
	Level     rule.Level     // what it weighs; SetLevel changes it
	Addresses []Address      // all that share it, sorted; none where it belongs to no address
	Check     string         // the check block that found it; "" for a rule of livery's own
	Path      string         // the field in the API's spelling, "" where there is none
	Block     string         // the header of the top-level block around it, as in locale "en"; "" for none
	Fix       rule.Fix       // what can be done about it without a person
	Edits     []Edit         // how; none unless there is a Fix
	Data      map[string]any // the rule's own values, by name; nil for none
	Related   Related        // the other half of it; no Range where there is none
	Secrets   []Withheld     // what must not be shown of the lines that it is about

	Suppression *Suppression // why it is not shown; nil for one that is
	Stacks      []string     // that have it, by their paths, where several are looked at; else none
}

// Place is a range as people read it: its file and line; "" for one that lies in no file.
func Place(r hcl.Range) string {
	if r.Filename == "" {
		return ""
	}
	return r.Filename + ":" + strconv.Itoa(max(r.Start.Line, 1))
}

// Withheld is a value of a file that must not be shown: where it stands, and the parts of it
// that are written out, which its references are not.
type Withheld struct {
	Value   hcl.Range
	Written []hcl.Range
}

// Related is the other half of a finding: where what is declared twice stands first, or the
// background that a text cannot be read on.
type Related struct {
	Range hcl.Range
	Words string // what stands there, as a short sentence
}

// RelatedTo notes in a finding where its other half stands.
func RelatedTo(d *hcl.Diagnostic, other hcl.Range, words string) *hcl.Diagnostic {
	Amend(d, func(f *Finding) { f.Related = Related{other, words} })
	return d
}

// FirstAt notes in a finding where what is declared twice stands first.
func FirstAt(d *hcl.Diagnostic, first hcl.Range) *hcl.Diagnostic {
	return RelatedTo(d, first, "The first one is here.")
}

// DeclaredTwice says that a name stands at the subject and at first too, in one object.
func DeclaredTwice(at Subject, name string, first hcl.Range) *hcl.Diagnostic {
	here := "again"
	if at.Range.Start.Line != first.Start.Line {
		here = "on line " + strconv.Itoa(at.Range.Start.Line)
	}
	return FirstAt(Diagnose(rule.Duplicate, at, "Declared twice",
		fmt.Sprintf("%s stands on line %d already, and here %s; of two values one would be lost. Keep one of them.", name, first.Start.Line, here)), first)
}

// Edit is a change to a file that mends a finding: the literal at that place gets another
// value or becomes an expression, or the attribute, block or comment that begins there is
// taken out.
type Edit struct {
	At         hcl.Range
	Value      cty.Value // cty.NilVal for an expression, and to take out what stands there
	Expression string    // in the native syntax of HCL, or else ""
	With       hcl.Range // the block, or the JSON key, that is taken out as well if nothing is left in it; the zero Range for none
}

// TakesOut reports whether an edit takes out what stands there.
func (e Edit) TakesOut() bool { return e.Value == cty.NilVal && e.Expression == "" }

// IsSame reports whether two edits do the same at the same place.
func (e Edit) IsSame(o Edit) bool {
	return e.At == o.At && e.Expression == o.Expression && (e.Value == cty.NilVal && o.Value == cty.NilVal ||
		e.Value != cty.NilVal && o.Value != cty.NilVal && e.Value.RawEquals(o.Value))
}

// Overlaps reports whether two edits change the same bytes.
func (e Edit) Overlaps(o Edit) bool {
	return e.At.Filename == o.At.Filename && e.At.Start.Byte < max(o.At.End.Byte, o.At.Start.Byte+1) && o.At.Start.Byte < max(e.At.End.Byte, e.At.Start.Byte+1)
}

// Suppression says who wanted a finding not to be shown, and why.
type Suppression struct {
	By     Suppressor
	Reason string
}

// Suppressor is what keeps a finding from being shown.
type Suppressor string

const (
	ByComment  Suppressor = "comment"
	ByBlock    Suppressor = "block" // of the settings
	ByBaseline Suppressor = "baseline"
)

// Address is the first of the addresses; the zero Address for none.
func (f Finding) Address() Address {
	if len(f.Addresses) == 0 {
		return Address{}
	}
	return f.Addresses[0]
}

// Attach makes a finding of a diagnostic. Its level is the diagnostic's severity.
func Attach(d *hcl.Diagnostic, f Finding) {
	f.Level = LevelOf(d)
	d.Extra = &f
}

// FindingOf reads the finding of a diagnostic; the zero Finding if it has none.
func FindingOf(d *hcl.Diagnostic) Finding { return *findingIn(d) }

// findingIn is the finding that a diagnostic carries. It is not copied, and must not be
// changed.
func findingIn(d *hcl.Diagnostic) *Finding {
	if f, ok := hcl.DiagnosticExtra[*Finding](d); ok {
		return f
	}
	return new(Finding)
}

// Amend changes the finding of a diagnostic, and gives it one if it has nothing else.
func Amend(d *hcl.Diagnostic, change func(*Finding)) {
	if d.Extra == nil {
		Attach(d, Finding{})
	}
	if f, ok := hcl.DiagnosticExtra[*Finding](d); ok {
		change(f)
	}
}

// WithFinding is a copy of a diagnostic about another finding, since others may keep the
// diagnostic itself; more is added to its detail.
func WithFinding(d *hcl.Diagnostic, f Finding, more string) *hcl.Diagnostic {
	c := *d
	c.Detail += more
	c.Extra = &f
	return &c
}

// LevelOf is what a diagnostic weighs. HCL knows two severities, so the finding says
// which warnings are only notices.
func LevelOf(d *hcl.Diagnostic) rule.Level {
	switch level := findingIn(d).Level; {
	case level != "":
		return level
	case d.Severity == hcl.DiagWarning:
		return rule.Warning
	default:
		return rule.Error
	}
}

// SetLevel changes what a diagnostic weighs, for livery and for HCL, to which a notice
// is a warning.
func SetLevel(d *hcl.Diagnostic, level rule.Level) {
	d.Severity = hcl.DiagWarning
	if level == rule.Error {
		d.Severity = hcl.DiagError
	}
	Amend(d, func(f *Finding) { f.Level = level })
}

// Subject says where a value stands: what it belongs to and where it is written.
type Subject struct {
	Address Address
	Locale  Locale // "" for a theme, which has none
	Path    string // overrides the field's own path, for an element of a list
	Range   hcl.Range
	Part    func(path ...string) hcl.Range // where a part of the value stands; nil for what stands as a whole
}

// within is the subject at a part of its value.
func (at Subject) within(path ...string) Subject {
	if at.Part != nil {
		at.Range = at.Part(path...)
	}
	return at
}

// Finding is that of a rule about the subject.
func (at Subject) Finding(id rule.ID) Finding {
	f := Finding{Rule: id, Path: at.Path}
	if at.Address != (Address{}) {
		f.Addresses = []Address{at.Address}
	}
	return f
}

// Diagnose makes a diagnostic of the rule's own level.
func Diagnose(id rule.ID, at Subject, summary, detail string) *hcl.Diagnostic {
	d := &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: detail}
	Attach(d, at.Finding(id))
	if r, ok := rule.ByID(id); ok {
		SetLevel(d, r.Level)
	}
	if at.Range.Filename != "" {
		rng := at.Range
		d.Subject = &rng
	}
	return d
}

// SortFindings orders findings by file, place and rule. Those that say the same of the same
// place, as of a line in a theme that several documents use, become one that names all
// their addresses.
func SortFindings(diags hcl.Diagnostics) hcl.Diagnostics {
	slices.SortStableFunc(diags, compareFindings)
	merged := diags[:0]
	for i := 0; i < len(diags); {
		first, end := diags[i], i+1
		for end < len(diags) && sameFinding(first, diags[end]) {
			end++
		}
		if end > i+1 {
			first = merge(first, diags[i+1:end])
		}
		merged = append(merged, first)
		i = end
	}
	clear(diags[len(merged):])
	return merged
}

func compareFindings(a, b *hcl.Diagnostic) int {
	if c := compareRange(a.Subject, b.Subject); c != 0 { // as of almost all
		return c
	}
	return cmp.Or(cmp.Compare(findingIn(a).Rule, findingIn(b).Rule),
		cmp.Compare(a.Severity, b.Severity), cmp.Compare(a.Summary, b.Summary), cmp.Compare(a.Detail, b.Detail))
}

func sameFinding(a, b *hcl.Diagnostic) bool {
	return compareRange(a.Subject, b.Subject) == 0 && a.Summary == b.Summary && a.Detail == b.Detail && LevelOf(a) == LevelOf(b) &&
		(a.Subject != nil || slices.Equal(FindingOf(a).Stacks, FindingOf(b).Stacks)) // each stack's own
}

// merge is a finding with what others like it have in common with it.
func merge(first *hcl.Diagnostic, same hcl.Diagnostics) *hcl.Diagnostic {
	f := FindingOf(first)
	all, stacks := slices.Clone(f.Addresses), slices.Clone(f.Stacks)
	for _, d := range same {
		all, stacks = append(all, FindingOf(d).Addresses...), append(stacks, FindingOf(d).Stacks...)
	}
	slices.SortFunc(all, Address.Compare)
	slices.Sort(stacks)
	f.Addresses, f.Stacks = slices.Compact(all), slices.Compact(stacks)
	return WithFinding(first, f, "")
}

func compareRange(a, b *hcl.Range) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return -1
	case b == nil:
		return 1
	}
	if a.Filename != b.Filename {
		return strings.Compare(a.Filename, b.Filename)
	}
	return cmp.Or(cmp.Compare(a.Start.Byte, b.Start.Byte), cmp.Compare(a.End.Byte, b.End.Byte))
}

// ApplyLevels gives each finding the level that a lint block asks for and leaves out
// those that are off. A rule that the service cannot do without keeps its level; a check
// has given its findings theirs, and can only be turned off.
func ApplyLevels(diags hcl.Diagnostics, levels map[rule.ID]rule.Level) hcl.Diagnostics {
	kept := make(hcl.Diagnostics, 0, len(diags))
	for _, d := range diags {
		id := FindingOf(d).Rule
		if level, ok := levels[id]; ok && (id != rule.Check || level == rule.Off) {
			if r, known := rule.ByID(id); known && !r.Fixed {
				SetLevel(d, level)
			}
		}
		if LevelOf(d) != rule.Off {
			kept = append(kept, d)
		}
	}
	return kept
}

// Apart parts findings that weigh at least level from the lighter ones.
func Apart(diags hcl.Diagnostics, level rule.Level) (heavy, light hcl.Diagnostics) {
	for _, d := range diags {
		if LevelOf(d).AtLeast(level) {
			heavy = append(heavy, d)
		} else {
			light = append(light, d)
		}
	}
	return heavy, light
}
