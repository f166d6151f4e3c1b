package findings

import (
	"io"

	"livery/reconcile/terminal"
	"livery/schema/rule"
)

type (
	gitlabIssue struct {
		Description string         `json:"description"`
		CheckName   string         `json:"check_name"`
		Fingerprint string         `json:"fingerprint"`
		Severity    string         `json:"severity"`
		Location    gitlabLocation `json:"location"`
	}
	gitlabLocation struct {
		Path  string      `json:"path"`
		Lines gitlabLines `json:"lines"`
	}
	gitlabLines struct {
		Begin int `json:"begin"`
	}
)

// writeGitLab writes a Code Quality report. Of GitLab's five severities three are
// used: what stops an apply is major, the rest is minor or info.
func writeGitLab(w io.Writer, found []entry) error {
	severities := map[rule.Level]string{rule.Error: "major", rule.Warning: "minor", rule.Notice: "info"}
	issues := make([]gitlabIssue, 0, len(found))
	for _, f := range found {
		issues = append(issues, gitlabIssue{
			Description: f.message(), CheckName: f.rule(), Fingerprint: f.fingerprint, Severity: severities[f.Level],
			Location: gitlabLocation{f.file, gitlabLines{f.position().line}},
		})
	}
	return terminal.WriteJSON(w, issues)
}
