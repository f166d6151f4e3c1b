// Package findings writes what is wrong with people's files: as text in Terraform's
// layout, as JSON, and in the forms that continuous integration takes.
//
// It reads the findings and the bytes of the files, and knows neither the rules behind
// them nor the exit code that comes of them. A secret is never shown: literals that
// stand where a secret belongs are starred out in every form.
package findings

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"livery/reconcile/terminal"
	"livery/schema"
	"livery/schema/rule"
)

// Format is a form in which findings are written.
type Format string

const (
	TextFormat       Format = "text"       // Terraform's layout, for people
	JSONFormat       Format = "json"       // as `validate -json`, with what only lint knows
	SARIFFormat      Format = "sarif"      // SARIF 2.1.0, for code scanning
	GitHubFormat     Format = "github"     // workflow commands, for annotations
	GitLabFormat     Format = "gitlab"     // a Code Quality report
	JUnitFormat      Format = "junit"      // a test report, as Jenkins reads it
	CheckstyleFormat Format = "checkstyle" // a Checkstyle report
)

// Formats lists the forms by name, text first.
func Formats() []string {
	return []string{
		string(TextFormat), string(JSONFormat), string(SARIFFormat), string(GitHubFormat),
		string(GitLabFormat), string(JUnitFormat), string(CheckstyleFormat),
	}
}

// Meta is what a form says beyond the findings themselves.
type Meta struct {
	Version  string      // of livery
	FullName string      // with what it was built from
	Rules    []rule.Rule // the rules that ran, for forms that list them
	FailOn   rule.Level  // from which on findings fail the run
	Prefix   string      // path of the stack relative to the repository root, "" if unknown

	// ShowSuppressed lists Suppressed too, in the forms that have a place for it: text,
	// JSON and SARIF. Whoever reads the others would take it for what is wrong.
	ShowSuppressed bool
	Suppressed     hcl.Diagnostics // what is not to be shown, each with the reason
	Stacks         []StackTally    // where several were to be looked at, though there may be none; else nil
	Beside
}

// Beside is what a run comes to beside the findings that it shows.
type Beside struct {
	Skipped   []rule.ID      `json:"skipped_rules,omitempty"` // those that need a source language, where there is none
	Awoken    []rule.ID      `json:"awoken_rules,omitempty"`  // those that are off and ran since they were asked for
	Elsewhere *Tally         `json:"elsewhere,omitempty"`     // what lies in other files than those that were asked for; nil if none were
	Baseline  *BaselineTally `json:"baseline,omitempty"`      // nil for none
	Base      *BaseTally     `json:"base,omitempty"`          // nil if nothing was compared with a commit
	Fixed     *FixedTally    `json:"fixed,omitempty"`         // nil if nothing was to be mended
}

// BaselineTally counts what is in baselines.
type BaselineTally struct {
	Findings   int `json:"findings"`                    // that are not shown
	Gone       int `json:"gone"`                        // entries that are no longer found
	Unpruned   int `json:"unpruned_stacks,omitempty"`   // stacks with errors, of which nothing was taken out
	Unrecorded int `json:"unrecorded_stacks,omitempty"` // stacks that do not parse, of which nothing was written
}

// BaseTally counts what was there at a commit.
type BaseTally struct {
	Findings int  `json:"findings"` // that are not shown
	Errors   bool `json:"errors"`   // what was there is not all known
}

// FixedTally counts what was mended.
type FixedTally struct {
	Findings int `json:"findings"`
	Files    int `json:"files"`
	More     int `json:"fixable_all"` // what only -fix=all would mend
}

// Tally counts findings by their level.
type Tally struct {
	Errors   int `json:"error_count"`
	Warnings int `json:"warning_count"`
	Notices  int `json:"notice_count"`
}

// StackTally counts what was found in one of several stacks.
type StackTally struct {
	Path   string `json:"path"`
	Valid  bool   `json:"valid"`
	NotRun bool   `json:"not_run,omitempty"` // so that nobody knows whether it is valid
	Tally
}

// Count counts findings.
func Count(diags hcl.Diagnostics) Tally {
	var t Tally
	for _, d := range diags {
		switch schema.LevelOf(d) {
		case rule.Error:
			t.Errors++
		case rule.Warning:
			t.Warnings++
		case rule.Notice:
			t.Notices++
		}
	}
	return t
}

// Plus is both together.
func (t Tally) Plus(o Tally) Tally {
	return Tally{t.Errors + o.Errors, t.Warnings + o.Warnings, t.Notices + o.Notices}
}

// String is the tally in words, such as "1 error, 2 warnings"; "" for nothing.
func (t Tally) String() string {
	var parts []string
	for _, part := range []struct {
		n    int
		noun string
	}{{t.Errors, "error"}, {t.Warnings, "warning"}, {t.Notices, "notice"}} {
		if part.n > 0 {
			parts = append(parts, schema.Plural(part.n, part.noun))
		}
	}
	return strings.Join(parts, ", ")
}

// tool is the name that forms carry, and the rule of a diagnostic without one.
const tool = "livery"

// Write writes findings in a form, in the order given. The same input gives
// the same bytes. It fails for an unknown form or when the writer does.
func Write(w io.Writer, format Format, diags hcl.Diagnostics, src Sources, s terminal.Style, meta Meta) error {
	if meta.ShowSuppressed {
		diags = slices.Concat(diags, meta.Suppressed)
	}
	found, suppressed := entries(diags, src, meta.Prefix), []entry(nil)
	if meta.ShowSuppressed {
		shown := len(found) - len(meta.Suppressed)
		found, suppressed = found[:shown], found[shown:]
	}
	switch format {
	case TextFormat:
		if len(diags) > 0 {
			writeText(w, found, s)
			writeText(w, suppressed, s)
			return nil
		}
		_, err := fmt.Fprintf(w, "%s%s No findings.\n", s.SGR(terminal.Green), s.Bold("Success!"))
		return err
	case JSONFormat:
		return writeLintJSON(w, found, suppressed, meta)
	case SARIFFormat:
		return writeSARIF(w, slices.Concat(found, suppressed), meta)
	case GitHubFormat:
		return writeGitHub(w, found)
	case GitLabFormat:
		return writeGitLab(w, found)
	case JUnitFormat:
		return writeJUnit(w, found, meta)
	case CheckstyleFormat:
		return writeCheckstyle(w, found)
	default:
		return fmt.Errorf("no lint format %q: one of %s", format, strings.Join(Formats(), ", "))
	}
}

// entry is a diagnostic with its finding and its place in the source: what every form
// is made from, each taking what it needs.
type entry struct {
	*hcl.Diagnostic
	schema.Finding
	at          location
	located     bool   // false: it is about the stack as a whole
	file        string // relative to the repository root where the prefix is known, else to the stack
	fingerprint string // the same when lines move
}

// entries finds the place of each diagnostic, in the order given.
func entries(diags hcl.Diagnostics, src Sources, prefix string) []entry {
	diags = redacted(diags, src)
	files := newSnippets(diags, src)
	seen := map[string]int{}
	out := make([]entry, 0, len(diags))
	for _, d := range diags {
		e := entry{Diagnostic: d, Finding: schema.FindingOf(d), file: relative(prefix, "")}
		e.Level = schema.LevelOf(d)
		if e.at, e.located = files.resolve(d); e.located {
			e.file = relative(prefix, e.at.rng.Filename)
		}
		e.fingerprint = e.print(seen)
		e.Diagnostic = shortened(d)
		out = append(out, e)
	}
	return out
}

// shortened is a diagnostic whose words have a length that people read: one may quote
// a name as long as a file.
func shortened(d *hcl.Diagnostic) *hcl.Diagnostic {
	short := *d
	short.Summary, short.Detail = terminal.Shorten(d.Summary), terminal.Shorten(d.Detail)
	return &short
}

// rule is never empty.
func (e entry) rule() string {
	if e.Rule == "" {
		return tool
	}
	return terminal.Escape(string(e.Rule), "")
}

func (e entry) summary() string { return terminal.Escape(e.Summary, "") }

func (e entry) detail() string { return terminal.Escape(strings.TrimSpace(e.Detail), "\n") }

// message is the whole of it in one text.
func (e entry) message() string {
	text := e.summary()
	if detail := e.detail(); detail != "" {
		text += ": " + detail
	}
	if shared := e.shared(); shared != "" {
		text += " (" + shared + ")"
	}
	return text
}

// shared says which documents have this finding in common, "" for one document's own unless
// it points at the check that found it, and which stacks.
func (e entry) shared() string {
	var parts []string
	switch n := len(e.Addresses); {
	case n > 1:
		noun := "more document"
		if e.Address().Kind == schema.SessionAddress {
			noun = "more session"
		}
		parts = append(parts, fmt.Sprintf("in %s and %s", terminal.Escape(e.Address().String(), ""), schema.Plural(n-1, noun)))
	case n == 1 && strings.HasPrefix(e.Block, "check "):
		parts = append(parts, "in "+terminal.Escape(e.Address().String(), ""))
	}
	if n := len(e.Stacks); n > 1 {
		parts = append(parts, fmt.Sprintf("in the stack %s and %s", terminal.Escape(e.Stacks[0], ""), schema.Plural(n-1, "more stack")))
	}
	return strings.Join(parts, ", ")
}

// subject is an address and the field, "" where there is neither.
func (e entry) subject(a schema.Address) string {
	address, field := terminal.Escape(a.String(), ""), terminal.Escape(e.Path, "")
	if address == "" || field == "" {
		return address + field
	}
	return address + "." + field
}

// place is file:line:column for people, "" where it is not located.
func (e entry) place() string {
	if !e.located {
		return ""
	}
	return e.at.String()
}

// position is line 1 for what is not located.
func (e entry) position() position {
	if !e.located {
		return position{line: 1, endLine: 1}
	}
	return e.at.position()
}

// print makes a fingerprint of what survives an edit elsewhere in the file:
// the rule, the file, what it is about and the text of the line. Findings that
// agree in all of it are numbered.
func (e entry) print(seen map[string]int) string {
	about := e.at.lineText()
	if about == "" {
		about = e.summary() + "\x00" + e.detail()
	}
	address, field := terminal.Escape(e.Address().String(), ""), terminal.Escape(e.Path, "")
	sum := sha256.Sum256([]byte(strings.Join([]string{e.rule() + e.Check, e.file, address, field, about}, "\x00")))
	key := hex.EncodeToString(sum[:16])
	seen[key]++
	return fmt.Sprintf("%s:%d", key, seen[key])
}

// relative is a file's path from the repository root, with slashes; the
// directory of the stack for no file. An absolute path stays absolute.
func relative(prefix, name string) string {
	name, prefix = filepath.ToSlash(name), filepath.ToSlash(prefix)
	if path.IsAbs(name) || filepath.IsAbs(name) {
		return path.Clean(name)
	}
	return path.Join(".", prefix, name)
}
