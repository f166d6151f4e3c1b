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
	"livery/schema/rule"
	"livery/schema/syntax"
	"livery/schema/texts"
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
	list = append(list, mender{s}.refactorings(a, a.offset(p.Range.Start), wanted)...)
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
	f, project := schema.FindingOf(d), s.projects[a.dir]
	about := []diagnostic{s.publisher.diagnosticOf(project, d, a.lines, s.publisher.linesOf)}
	if f.Fix != rule.NoFix && len(f.Edits) > 0 {
		if changes, ok := s.changes(a, f.Edits); ok {
			title := "Fix: " + d.Summary
			if f.Fix != rule.SafeFix {
				title += " (changes what people see)"
			}
			list = append(list, codeAction{title, "quickfix", about, f.Fix == rule.SafeFix, s.workspaceEdit(changes)})
		}
	}
	if e, word, ok := langserver.Meant(d, a.file.Bytes); ok {
		list = append(list, codeAction{fmt.Sprintf("Change to %q", word), "quickfix", about, true,
			s.workspaceEdit(map[string][]textEdit{s.uriOf(a.path): {{a.span(e), word}}})})
	}
	if f.Rule == rule.StaleTranslation {
		if changes := s.acceptance(a, f); changes != nil {
			list = append(list, codeAction{fmt.Sprintf("Accept as translation of “%s”", f.Data["source"]), "quickfix", about, false, s.workspaceEdit(changes)})
		}
	}
	row, known := rule.ByID(f.Rule)
	start, native := langserver.Above(a.file, d.Subject.Start.Byte)
	if known && native && !row.Fixed {
		at := a.position(start)
		comment := langserver.CommentLine(a.file, start, fmt.Sprintf("# livery:ignore %s reason=\"\"", f.Rule))
		list = append(list, codeAction{fmt.Sprintf("Ignore %s here…", f.Rule), "quickfix", about, false,
			s.workspaceEdit(map[string][]textEdit{s.uriOf(a.path): {{textRange{at, at}, comment}}})})
	}
	return list
}

// acceptance are the edits of the lock of texts that record a translation as made from
// today's words; nil if there are none.
func (s mender) acceptance(a *asked, f schema.Finding) map[string][]textEdit {
	table, diags := texts.Read(s.projects[a.dir].loaded)
	if diags.HasErrors() {
		return nil
	}
	for _, address := range f.Addresses {
		in := table.Language(schema.Locale(address.Name))
		if in == nil {
			continue
		}
		if u := in.Unit(f.Path); u != nil {
			table.Lock.Record(in.Locale, u.Path, u.Note)
		}
	}
	uri := s.uriOf(filepath.Join(a.dir, filepath.FromSlash(table.LockFile)))
	lock := s.textOf(uri)
	if lock == nil {
		return nil
	}
	return map[string][]textEdit{uri: lock.narrowed(table.Renewed())}
}

// refactorings are the changes at a byte that leave all values as they are.
func (s mender) refactorings(a *asked, start int, wanted func(kind string) bool) (list []codeAction) {
	if wanted("refactor.extract") {
		taken := func(name string) bool {
			return neighbours{s.desk}.isTaken(a, langserver.Name{Kind: "local", Name: name})
		}
		if r, ok := a.view.Extract(a.file, start, taken); ok {
			list = append(list, codeAction{Title: r.Title, Kind: "refactor.extract", Edit: s.workspaceEdit(s.changed(a, nil, r.Changes))})
		}
	}
	if m, ok := a.view.MentionAt(a.file.Name, start); ok && m.Kind == "local" && wanted("refactor.inline") {
		if inlined, ok := s.inlining(a, m.Name); ok {
			list = append(list, inlined)
		}
	}
	return list
}

// inlining inlines a local in every stack that has it; false where one of them cannot.
func (s mender) inlining(a *asked, name langserver.Name) (codeAction, bool) {
	changes := make(map[string][]textEdit)
	for _, each := range (neighbours{s.desk}).sharing(a, name) {
		list, ok := each.view.Inline(name)
		if !ok {
			return codeAction{}, false
		}
		changes = s.changed(each, changes, list)
	}
	return codeAction{Title: "Inline local." + name.Name, Kind: "refactor.inline", Edit: s.workspaceEdit(changes)}, true
}

// changed adds changes to edits of files, each once.
func (s mender) changed(a *asked, edits map[string][]textEdit, changes []langserver.Change) map[string][]textEdit {
	if edits == nil {
		edits = make(map[string][]textEdit)
	}
	for _, c := range changes {
		l, ok := s.located(a, c.At)
		if e := (textEdit{l.Range, c.Text}); ok && !slices.Contains(edits[l.URI], e) {
			edits[l.URI] = append(edits[l.URI], e)
		}
	}
	return edits
}

// fixAll mends all that can be mended safely in a file.
func (s mender) fixAll(a *asked, findings hcl.Diagnostics) (codeAction, bool) {
	var edits []schema.Edit
	for _, d := range findings {
		f := schema.FindingOf(d)
		if f.Fix != rule.SafeFix || d.Subject == nil || d.Subject.Filename != a.file.Name {
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
