package report

import "io"

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

// writeGitLab writes a Code Quality report. Of GitLab's five severities two are
// used: what stops an apply is major, the rest is minor.
func writeGitLab(w io.Writer, found []finding) error {
	issues := make([]gitlabIssue, 0, len(found))
	for _, f := range found {
		severity := "major"
		if f.level == "warning" {
			severity = "minor"
		}
		issues = append(issues, gitlabIssue{
			Description: f.message(), CheckName: f.rule, Fingerprint: f.fingerprint, Severity: severity,
			Location: gitlabLocation{f.file, gitlabLines{f.line}},
		})
	}
	return writeJSON(w, issues)
}
