package report

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"livery/schema"
)

// LintFormat is a form in which findings are written.
type LintFormat string

const (
	TextFormat       LintFormat = "text"       // Terraform's layout, for people
	JSONFormat       LintFormat = "json"       // as `validate -json`
	SARIFFormat      LintFormat = "sarif"      // SARIF 2.1.0, for code scanning
	GitHubFormat     LintFormat = "github"     // workflow commands, for annotations
	GitLabFormat     LintFormat = "gitlab"     // a Code Quality report
	JUnitFormat      LintFormat = "junit"      // a test report, as Jenkins reads it
	CheckstyleFormat LintFormat = "checkstyle" // a Checkstyle report
)

// LintFormats lists the forms by name, text first.
func LintFormats() []string {
	return []string{
		string(TextFormat), string(JSONFormat), string(SARIFFormat), string(GitHubFormat),
		string(GitLabFormat), string(JUnitFormat), string(CheckstyleFormat),
	}
}

// Meta is what a form says beyond the findings themselves.
type Meta struct {
	Build  Build         // livery itself
	Rules  []schema.Rule // the rules that ran, for forms that list them
	Prefix string        // path of the stack relative to the repository root, "" if unknown
}

// tool is the name that forms carry, and the rule of a diagnostic without one.
const tool = "livery"

// WriteLint writes findings in a form, in the order given. The same input gives
// the same bytes. It fails for an unknown form or when the writer does.
func WriteLint(w io.Writer, format LintFormat, diags hcl.Diagnostics, src Sources, s Style, meta Meta) error {
	if format == JSONFormat {
		return WriteValidateJSON(w, diags, src)
	}
	found := findings(diags, src, meta)
	switch format {
	case TextFormat:
		WriteDiagnostics(w, diags, src, s)
		if len(found) > 0 {
			return nil
		}
		_, err := fmt.Fprintf(w, "%s%s No findings.\n", s.sgr(sgrGreen), s.Bold("Success!"))
		return err
	case SARIFFormat:
		return writeSARIF(w, found, meta)
	case GitHubFormat:
		return writeGitHub(w, found)
	case GitLabFormat:
		return writeGitLab(w, found)
	case JUnitFormat:
		return writeJUnit(w, found)
	case CheckstyleFormat:
		return writeCheckstyle(w, found)
	default:
		return fmt.Errorf("no lint format %q: one of %s", format, strings.Join(LintFormats(), ", "))
	}
}

// finding is a diagnostic as the forms for machines need it. Its texts are free
// of control characters except line feeds.
type finding struct {
	level       string // error or warning
	rule        string // never empty
	summary     string
	detail      string
	address     string
	field       string // path of the field
	located     bool   // false: the rest is about the stack as a whole
	file        string // relative to the repository root where the prefix is known, else to the stack
	position           // line 1 where it is not located
	place       string // file:line:column for people, "" where it is not located
	fingerprint string // the same when lines move
}

// message is the whole of it in one text.
func (f finding) message() string {
	if f.detail == "" {
		return f.summary
	}
	return f.summary + ": " + f.detail
}

// subject is the address and the field, "" where there is neither.
func (f finding) subject() string {
	if f.address == "" || f.field == "" {
		return f.address + f.field
	}
	return f.address + "." + f.field
}

func findings(diags hcl.Diagnostics, src Sources, meta Meta) []finding {
	files := newShelf(diags, src)
	seen := map[string]int{}
	out := make([]finding, 0, len(diags))
	for _, d := range diags {
		if d == nil {
			continue
		}
		about := schema.FindingOf(d)
		f := finding{
			level: severity(d), rule: printable(string(about.Rule), ""),
			summary: printable(d.Summary, ""), detail: printable(strings.TrimSpace(d.Detail), "\n"),
			address: printable(about.Address().String(), ""), field: printable(about.Path, ""),
			file: relative(meta.Prefix, ""), position: position{line: 1, endLine: 1},
		}
		if f.rule == "" {
			f.rule = tool
		}
		text := ""
		if at, ok := files.locate(d); ok {
			f.located, f.position, f.place = true, at.position(), at.String()
			f.file = relative(meta.Prefix, at.rng.Filename)
			text = at.lineText()
		}
		f.fingerprint = f.print(text, seen)
		out = append(out, f)
	}
	return out
}

// lineText is the line that the place begins on, without its indentation and
// without secrets; "" where the source is not known.
func (at spot) lineText() string {
	if at.file == nil {
		return ""
	}
	line := at.file.line(at.file.lineAt(at.start))
	return strings.TrimSpace(string(at.file.shown[line.start:line.end]))
}

// print makes a fingerprint of what survives an edit elsewhere in the file:
// the rule, the file, what it is about and the text of the line. Findings that
// agree in all of it are numbered.
func (f finding) print(line string, seen map[string]int) string {
	about := line
	if about == "" {
		about = f.summary + "\x00" + f.detail
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{f.rule, f.file, f.address, f.field, about}, "\x00")))
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
