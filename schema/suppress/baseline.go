package suppress

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"livery/schema"
	"livery/schema/rule"
)

// Baseline are findings that were there when somebody began to look, and are to be silent
// until they are mended: only what is new is shown.
//
// A finding is known by its rule, file, path, locales and value, not by its line, which
// moves. One that is mended while another of the same rule appears in the same file does
// not hide the other.
type Baseline struct {
	Suppressed hcl.Diagnostics // what was kept back so far

	recorded []record // what the file holds
	found    []record // what was found now, of the rules that may be recorded; what several stacks have, once
	all      bool     // whatever is found is recorded
	earlier  string   // why a finding is silent that was there earlier; "" of a file
}

// record is a finding as it is recorded. It is written out for people; only the
// fingerprint decides.
type record struct {
	fingerprint, rule, file, path string
}

func (r record) String() string {
	return strings.TrimRight(strings.Join([]string{r.fingerprint, r.rule, (&url.URL{Path: r.file}).EscapedPath(), r.path}, " "), " ")
}

// fingerprintLength is that of its digits.
const fingerprintLength = 32

// ParseBaseline reads what Write has written. The error names the line.
func ParseBaseline(src []byte) (*Baseline, error) {
	b := new(Baseline)
	number := 0
	for line := range strings.Lines(string(src)) {
		number++
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		words = append(words, "", "", "")
		r := record{words[0], words[1], words[2], words[3]}
		if file, err := url.PathUnescape(r.file); err == nil {
			r.file = file
		}
		if digits, err := hex.DecodeString(r.fingerprint); err != nil || len(digits)*2 != fingerprintLength {
			return nil, fmt.Errorf("line %d does not begin with a fingerprint", number)
		}
		b.recorded = append(b.recorded, r)
	}
	return b, nil
}

// NewBaseline records whatever is found.
func NewBaseline() *Baseline { return &Baseline{all: true} }

// Earlier is a baseline of what was found in another version of the files; the reason says
// why it is silent now.
func Earlier(diags hcl.Diagnostics, sources map[string][]byte, name func(string) string, reason string) *Baseline {
	b := NewBaseline()
	b.earlier = reason
	_ = b.Apply(diags, sources, name) // all are taken up
	return &Baseline{recorded: b.found, earlier: reason}
}

// RecordAll makes the baseline take up whatever is found from now on.
func (b *Baseline) RecordAll() { b.all = true }

// Apply gives the findings of a stack that are not in the baseline. Name is the name of a
// file of the findings as the baseline has it.
func (b *Baseline) Apply(diags hcl.Diagnostics, sources map[string][]byte, name func(string) string) hcl.Diagnostics {
	shown := make(hcl.Diagnostics, 0, len(diags))
	left := countOf(b.recorded)
	var found []record
	for _, d := range diags {
		f := schema.FindingOf(d)
		if IsFault(f) && (b.earlier == "" || f.Level == rule.Error) {
			shown = append(shown, d)
			continue
		}
		r := recordOf(d, f, sources, name)
		found = append(found, r)
		if left[r.fingerprint]--; left[r.fingerprint] < 0 && !b.all {
			shown = append(shown, d)
			continue
		}
		f.Suppression = &schema.Suppression{By: schema.ByBaseline, Reason: cmp.Or(b.earlier, "it is in the baseline")}
		b.Suppressed = append(b.Suppressed, schema.WithFinding(d, f, ""))
	}
	b.found = append(b.found, beyond(found, b.found)...)
	return shown
}

// Join adds what was found of another stack, to which the same baseline was applied by itself.
// What both have is the same finding: it is recorded and counted once.
func (b *Baseline) Join(o *Baseline) {
	b.all = b.all || o.all
	b.recorded = append(b.recorded, beyond(o.recorded, b.recorded)...)
	b.found = append(b.found, beyond(o.found, b.found)...)
}

// Count is how many findings were kept back, each once for all stacks.
func (b *Baseline) Count() int {
	if b.all {
		return len(b.found)
	}
	return len(b.found) - len(beyond(b.found, b.recorded))
}

// countOf counts records by their fingerprints.
func countOf(records []record) map[string]int {
	n := make(map[string]int, len(records))
	for _, r := range records {
		n[r.fingerprint]++
	}
	return n
}

// beyond are the records of a list that are not among others; what stands there once is left
// out once.
func beyond(list, others []record) []record {
	n := countOf(others)
	return slices.DeleteFunc(slices.Clone(list), func(r record) bool {
		n[r.fingerprint]--
		return n[r.fingerprint] >= 0
	})
}

// IsFault reports whether a finding is a fault of the files rather than a matter of their
// quality: nothing hides it.
func IsFault(f schema.Finding) bool {
	row, known := rule.ByID(f.Rule)
	return !known || row.Fixed || row.Phase == rule.Loading && f.Level == rule.Error
}

// recordOf records a finding. Its value is what is written at its place; a checkout may
// change line ends.
func recordOf(d *hcl.Diagnostic, f schema.Finding, sources map[string][]byte, name func(string) string) record {
	r := record{rule: string(f.Rule), file: ".", path: f.Path}
	value := ""
	if at := d.Subject; at != nil {
		r.file = name(at.Filename)
		if src := sources[at.Filename]; at.Start.Byte <= at.End.Byte && at.End.Byte <= len(src) {
			value = strings.ReplaceAll(string(src[at.Start.Byte:at.End.Byte]), "\r\n", "\n")
		}
	}
	parts := []string{r.rule, r.file, r.path}
	if f.Check != "" {
		parts = append(parts, f.Check)
	}
	for _, a := range f.Addresses {
		parts = append(parts, a.String())
	}
	sum := sha256.Sum256([]byte(strings.Join(append(parts, "", value), "\x00")))
	r.fingerprint = hex.EncodeToString(sum[:])[:fingerprintLength]
	return r
}

// Stale counts the recorded findings that no longer occur, of rules that were asked in files
// that were looked at.
func (b *Baseline) Stale(looked func(id rule.ID, file string) bool) int {
	return len(b.recorded) - len(b.current(looked))
}

// current are the recorded findings that occurred again, or may have.
func (b *Baseline) current(looked func(id rule.ID, file string) bool) []record {
	n := countOf(b.found)
	return slices.DeleteFunc(slices.Clone(b.recorded), func(r record) bool {
		n[r.fingerprint]--
		return n[r.fingerprint] < 0 && looked(rule.ID(r.rule), r.file)
	})
}

// Write is the baseline as it is now: without what no longer occurs in the files that
// were looked at and, if all is recorded, with what was found. A blank line lies between
// two lines: two branches that add neighbouring lines could not be merged otherwise.
func (b *Baseline) Write(looked func(id rule.ID, file string) bool) []byte {
	kept := b.current(looked)
	if b.all {
		kept = append(kept, beyond(b.found, kept)...)
	}
	slices.SortFunc(kept, func(x, y record) int { return cmp.Compare(x.String(), y.String()) })
	lines := make([]string, len(kept))
	for i, r := range kept {
		lines[i] = r.String() + "\n"
	}
	return []byte(strings.Join(lines, "\n"))
}
