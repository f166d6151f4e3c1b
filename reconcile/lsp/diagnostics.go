package lsp

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"livery/schema"
	"livery/schema/langserver"
	"livery/schema/rule"
	"livery/schema/syntax"
)

// diagnostic is a finding on the wire.
type diagnostic struct {
	Range    textRange            `json:"range"`
	Severity int                  `json:"severity"`
	Code     string               `json:"code,omitempty"`
	Source   string               `json:"source"`
	Message  string               `json:"message"`
	Tags     []int                `json:"tags,omitempty"`
	Related  []relatedInformation `json:"relatedInformation,omitempty"`
	Data     *diagnosticData      `json:"data,omitempty"`
}

type relatedInformation struct {
	Location location `json:"location"`
	Message  string   `json:"message"`
}

// diagnosticData is what can be done about a finding.
type diagnosticData struct {
	Fix   rule.Fix `json:"fix,omitempty"`   // safe or all
	Meant string   `json:"meant,omitempty"` // the word that was meant in the place of the range's
}

type publishParams struct {
	URI         string       `json:"uri"`
	Version     *int         `json:"version,omitempty"` // of the text that it is about
	Diagnostics []diagnostic `json:"diagnostics"`
}

// The protocol's tags.
const (
	unnecessary = 1
	deprecated  = 2
)

// publisher says what is wrong with files, where that is something else than it said last.
type publisher struct {
	*desk
	said   map[string]said // by URI
	notify func(method string, params json.RawMessage)
}

// said is what was said of a file, and of what.
type said struct {
	findings []located
	text     []byte
	version  int // of the text; -1 for that of the disk
	body     string
}

// located is a finding of a project in a file.
type located struct {
	*project
	*hcl.Diagnostic
	place
}

// place is the file that a finding is shown in.
type place struct {
	path, uri string
	name      string // in ranges
}

// isSame reports whether two findings read alike in the same text.
func (f located) isSame(o located) bool {
	if f.project != o.project || f.Diagnostic == o.Diagnostic || f.Summary != o.Summary || f.Detail != o.Detail || f.Severity != o.Severity {
		return f == o
	}
	a, b := schema.FindingOf(f.Diagnostic), schema.FindingOf(o.Diagnostic)
	isAtSame := f.Subject == o.Subject || f.Subject != nil && o.Subject != nil && *f.Subject == *o.Subject
	return isAtSame && a.Rule == b.Rule && a.Level == b.Level && a.Related == b.Related && a.Fix == b.Fix && len(a.Edits) == len(b.Edits)
}

// publish says of each file what is wrong with it.
func (s publisher) publish() {
	all := s.findings()
	for uri := range s.documents {
		if all[uri] == nil {
			all[uri] = []located{}
		}
	}
	for uri := range s.said {
		if all[uri] == nil { // it was closed and is fine, or left the stack
			s.say(uri, []diagnostic{})
			delete(s.said, uri)
		}
	}
	texts := make(map[string]*lines)
	text := func(p *project, path, name string) *lines {
		if texts[path] == nil {
			texts[path] = s.linesOf(p, path, name)
		}
		return texts[path]
	}
	for uri, findings := range all {
		s.sayOf(uri, findings, text)
	}
}

// findings are those of all projects, by the URI of the file that they are shown in.
func (s publisher) findings() map[string][]located {
	all := make(map[string][]located)
	for _, p := range s.projects {
		places := make(map[string]place)
		for _, d := range p.findings {
			name := ""
			if d.Subject != nil {
				name = d.Subject.Filename
			}
			at, known := places[name]
			if !known {
				at.path, at.name = s.placeOf(p, d)
				at.uri = s.uriOf(at.path)
				places[name] = at
			}
			if at.path != "" {
				all[at.uri] = append(all[at.uri], located{p, d, at})
			}
		}
	}
	return all
}

// sayOf says what the findings in a file are. Those that are the very same as last time need
// not be written out.
func (s publisher) sayOf(uri string, findings []located, text func(p *project, path, name string) *lines) {
	before, d := s.said[uri], s.documents[uri]
	var src []byte
	switch {
	case d != nil && d.isTooLarge():
		s.say(uri, []diagnostic{{Severity: 1, Code: string(rule.Unreadable), Source: "livery", Message: fmt.Sprintf("File too large: it has more than %d MB, so nothing else is said of it. (%s)", syntax.MaxFile>>20, rule.Unreadable)}})
		return
	case d == nil:
		src = s.sourceOf(findings[0].project, findings[0].name)
	default:
		src = d.text
	}
	if before.findings != nil && before.version == versionOf(d) && slices.EqualFunc(before.findings, findings, located.isSame) && bytes.Equal(before.text, src) {
		return
	}
	list := make([]diagnostic, 0, len(findings))
	for _, f := range findings {
		list = append(list, s.diagnosticOf(f.project, f.Diagnostic, text(f.project, f.path, f.name), text))
	}
	s.say(uri, withoutDoubles(list))
	after := s.said[uri]
	after.findings, after.text = findings, src
	s.said[uri] = after
}

// versionOf is the version of the text of an open document; -1 for none.
func versionOf(d *document) int {
	if d == nil {
		return -1
	}
	return d.version
}

// say tells the editor what is wrong with a file, unless it knows.
func (s publisher) say(uri string, list []diagnostic) {
	p := publishParams{URI: uri, Diagnostics: list}
	d := s.documents[uri]
	if d != nil {
		p.Version = &d.version
	}
	body, err := json.Marshal(p)
	if err != nil || s.said[uri].body == string(body) {
		return
	}
	s.said[uri] = said{version: versionOf(d), body: string(body)}
	s.notify("textDocument/publishDiagnostics", body)
}

// diagnosticOf is a finding of a project on the wire, with what it is related to.
func (s publisher) diagnosticOf(p *project, d *hcl.Diagnostic, own *lines, text func(p *project, path, name string) *lines) diagnostic {
	out := newDiagnostic(d, own)
	if r := schema.FindingOf(d).Related; r.Range.Filename != "" {
		path := filepath.Join(p.dir, filepath.FromSlash(r.Range.Filename))
		at := text(p, path, r.Range.Filename).span(r.Range.Start.Byte, r.Range.End.Byte)
		out.Related = []relatedInformation{{location{s.uriOf(path), at}, r.Words}}
	}
	return out
}

// faultsAtOnce says of a file that has just changed that it does not parse: that need not
// wait for the rest of the stack.
func (s publisher) faultsAtOnce(d *document) {
	if !isSource(d.path) || d.isTooLarge() {
		return
	}
	t := s.textOf(d.uri)
	if !t.file.Faults.HasErrors() {
		return
	}
	list := []diagnostic{}
	for _, fault := range t.file.Faults {
		list = append(list, newDiagnostic(fault, d.lines))
	}
	s.say(d.uri, list)
}

// placeOf is the file that a finding is shown in, and its name in ranges. What is about no
// file in particular is shown at the beginning of the stack's first.
func (s publisher) placeOf(p *project, d *hcl.Diagnostic) (path, name string) {
	if d.Subject != nil {
		return filepath.Join(p.dir, filepath.FromSlash(d.Subject.Filename)), d.Subject.Filename
	}
	for of, shown := range p.reads {
		if filepath.Dir(of) == p.dir && isSource(of) && (path == "" || of < path) {
			path, name = of, shown
		}
	}
	return path, name
}

// linesOf is the text of a file as it was analysed.
func (s publisher) linesOf(p *project, path, name string) *lines {
	for _, d := range s.documents {
		if d.path == path {
			return d.lines
		}
	}
	return newLines(s.sourceOf(p, name), s.units)
}

// sourceOf are the bytes of a file as it was analysed; nil for one that cannot be read.
func (s publisher) sourceOf(p *project, name string) []byte {
	if src, ok := p.loaded.Sources[name]; ok {
		return src
	}
	src, _ := p.loaded.File(name)
	return src
}

func newDiagnostic(d *hcl.Diagnostic, text *lines) diagnostic {
	f := schema.FindingOf(d)
	out := diagnostic{Data: dataOf(d, f, text.text), Severity: 3, Code: string(f.Rule), Source: "livery", Message: d.Summary}
	switch schema.LevelOf(d) {
	case rule.Error:
		out.Severity = 1
	case rule.Warning:
		out.Severity = 2
	}
	if d.Subject != nil {
		out.Range = text.span(d.Subject.Start.Byte, d.Subject.End.Byte)
	}
	if d.Detail != "" {
		out.Message += ": " + d.Detail
	}
	if f.Rule != "" {
		out.Message += " (" + string(f.Rule) + ")"
	}
	switch {
	case strings.HasPrefix(string(f.Rule), "unused-"), f.Rule == "unreachable", f.Rule == "redundant":
		out.Tags = []int{unnecessary}
	case strings.HasPrefix(string(f.Rule), "deprecated"):
		out.Tags = []int{deprecated}
	}
	return out
}

func dataOf(d *hcl.Diagnostic, f schema.Finding, src []byte) *diagnosticData {
	var data diagnosticData
	if len(f.Edits) > 0 {
		data.Fix = f.Fix
	}
	_, data.Meant, _ = langserver.Meant(d, src)
	if data == (diagnosticData{}) {
		return nil
	}
	return &data
}

// withoutDoubles leaves out what several stacks say alike of a file that they share, and
// orders the rest by place.
func withoutDoubles(list []diagnostic) []diagnostic {
	slices.SortStableFunc(list, func(a, b diagnostic) int {
		if c := a.Range.Start.compare(b.Range.Start); c != 0 {
			return c
		}
		return strings.Compare(a.Code+a.Message, b.Code+b.Message)
	})
	return slices.CompactFunc(list, func(a, b diagnostic) bool { return a.Range == b.Range && a.Code == b.Code && a.Message == b.Message })
}
