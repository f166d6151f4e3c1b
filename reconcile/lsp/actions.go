package lsp

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"livery/reconcile/linting"
	"livery/schema"
	"livery/schema/langserver"
	"livery/schema/syntax"
)

type actionParams struct {
	documentParams
	Range   textRange `json:"range"`
	Context struct {
		Only []string `json:"only"`
	} `json:"context"`
}

type codeAction struct {
	Title       string       `json:"title"`
	Kind        string       `json:"kind"`
	Diagnostics []diagnostic `json:"diagnostics,omitempty"`
	IsPreferred bool         `json:"isPreferred,omitempty"`
	Edit        object       `json:"edit"`
}

// actions are what can be done about the findings at a range.
func actions(s *server, a *asked, p actionParams) (any, error) {
	wanted := func(kind string) bool {
		return len(p.Context.Only) == 0 || slices.ContainsFunc(p.Context.Only, func(only string) bool {
			return only == kind || strings.HasPrefix(kind, only+".")
		})
	}
	list := []codeAction{}
	project := s.projects[a.dir]
	if project != nil && wanted("quickfix") {
		s.judge(project)
		start, end := a.bounds(p.Range)
		for _, d := range project.findings {
			if d.Subject != nil && d.Subject.Filename == a.file.Name && d.Subject.Start.Byte <= end && start <= d.Subject.End.Byte {
				list = append(list, mender{s}.mending(a, d)...)
			}
		}
	}
	if project != nil && wanted("source.fixAll.livery") && len(p.Context.Only) > 0 {
		s.judge(project)
		if all, ok := (mender{s}).fixAll(a, project.findings); ok {
			list = append(list, all)
		}
	}
	return list, nil
}

// mender makes edits of what mends findings.
type mender struct{ *server }

// mending are the ways to be rid of a finding.
func (s mender) mending(a *asked, d *hcl.Diagnostic) (list []codeAction) {
	f := schema.FindingOf(d)
	about := []diagnostic{newDiagnostic(d, a.lines)}
	if f.Fix != schema.NoFix && len(f.Edits) > 0 {
		if changes, ok := s.changes(a, f.Edits); ok {
			title := "Fix: " + d.Summary
			if f.Fix != schema.SafeFix {
				title += " (changes what people see)"
			}
			list = append(list, codeAction{title, "quickfix", about, f.Fix == schema.SafeFix, s.workspaceEdit(changes)})
		}
	}
	if e, word, ok := langserver.Meant(d, a.file.Bytes); ok {
		list = append(list, codeAction{fmt.Sprintf("Change to %q", word), "quickfix", about, true,
			s.workspaceEdit(map[string][]textEdit{s.uriOf(a.path): {{a.span(e), word}}})})
	}
	rule, known := schema.RuleByID(f.Rule)
	if known && !rule.Fixed && rule.Group != "" && !strings.HasSuffix(a.file.Name, ".json") {
		line := a.position(d.Subject.Start.Byte).Line
		_, text := a.line(line)
		indent := text[:len(text)-len(strings.TrimLeft(string(text), " \t"))]
		at := position{Line: line}
		list = append(list, codeAction{fmt.Sprintf("Ignore %s here…", f.Rule), "quickfix", about, false,
			s.workspaceEdit(map[string][]textEdit{s.uriOf(a.path): {{textRange{at, at}, fmt.Sprintf("%s# livery:ignore %s reason=\"\"\n", indent, f.Rule)}}})})
	}
	return list
}

// fixAll mends all that can be mended safely in a file.
func (s mender) fixAll(a *asked, findings hcl.Diagnostics) (codeAction, bool) {
	var edits []schema.Edit
	for _, d := range findings {
		f := schema.FindingOf(d)
		if f.Fix != schema.SafeFix || d.Subject == nil || d.Subject.Filename != a.file.Name {
			continue
		}
		if !slices.ContainsFunc(f.Edits, func(e schema.Edit) bool { return slices.ContainsFunc(edits, e.Overlaps) }) {
			edits = append(edits, f.Edits...)
		}
	}
	changes, ok := s.changes(a, edits)
	if !ok || len(changes) == 0 {
		return codeAction{}, false
	}
	return codeAction{Title: "Fix all that is safe to fix", Kind: "source.fixAll.livery", Edit: s.workspaceEdit(changes)}, true
}

// changes are the edits of files that mend something, made by the editor of files that
// lint -fix uses.
func (s mender) changes(a *asked, edits []schema.Edit) (map[string][]textEdit, bool) {
	byFile := make(map[string][]syntax.Edit)
	for _, e := range edits {
		byFile[e.At.Filename] = append(byFile[e.At.Filename], linting.EditOf(e))
	}
	changes := make(map[string][]textEdit)
	for name, list := range byFile {
		uri := s.uriOf(filepath.Join(a.dir, filepath.FromSlash(name)))
		t := a.text
		if name != a.file.Name {
			t = s.textOf(uri)
		}
		if t == nil {
			return nil, false
		}
		after, err := syntax.NewPatch(name, t.text, list...).Apply(t.text)
		if err != nil {
			return nil, false
		}
		changes[uri] = t.narrowed(after)
	}
	return changes, true
}
