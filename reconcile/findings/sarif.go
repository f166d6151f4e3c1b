package findings

import (
	"io"
	"net/url"
	"path"
	"strings"

	"livery/reconcile/terminal"
	"livery/schema"
	"livery/schema/rule"
)

// The parts of SARIF 2.1.0 that findings need. Nothing in them depends on the
// time or the machine.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name     string      `json:"name"`
		FullName string      `json:"fullName"`
		Version  string      `json:"version,omitempty"`
		Rules    []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID               string             `json:"id"`
		ShortDescription *sarifMessage      `json:"shortDescription,omitempty"`
		FullDescription  *sarifMessage      `json:"fullDescription,omitempty"`
		Default          sarifConfiguration `json:"defaultConfiguration"`
	}
	sarifConfiguration struct {
		Enabled *bool  `json:"enabled,omitempty"`
		Level   string `json:"level,omitempty"`
	}
	sarifMessage struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID       string            `json:"ruleId"`
		RuleIndex    int               `json:"ruleIndex"`
		Level        string            `json:"level"`
		Message      sarifMessage      `json:"message"`
		Locations    []sarifLocation   `json:"locations"`
		Fingerprints map[string]string `json:"partialFingerprints"`

		Suppressions  []sarifSuppression `json:"suppressions,omitempty"`
		BaselineState string             `json:"baselineState,omitempty"`
	}
	sarifSuppression struct {
		Kind          string `json:"kind"`
		Justification string `json:"justification,omitempty"`
	}
	sarifLocation struct {
		Physical sarifPhysical  `json:"physicalLocation"`
		Logical  []sarifLogical `json:"logicalLocations,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   sarifRegion   `json:"region"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn,omitempty"`
		EndLine     int `json:"endLine"`
		EndColumn   int `json:"endColumn,omitempty"`
	}
	sarifLogical struct {
		Name string `json:"fullyQualifiedName"`
	}
)

func writeSARIF(w io.Writer, found []entry, meta Meta) error {
	rules, index := sarifRules(found, meta.Rules)
	results := make([]sarifResult, 0, len(found))
	for _, f := range found {
		result := sarifResult{
			RuleID: f.rule(), RuleIndex: index[f.rule()], Level: sarifLevel(f.Level),
			Message: sarifMessage{f.message()}, Locations: []sarifLocation{sarifPlace(f)},
			// The one name that GitHub reads; with another it makes up its own.
			Fingerprints: map[string]string{"primaryLocationLineHash": f.fingerprint},
		}
		result.suppress(f.Suppression)
		results = append(results, result)
	}
	return terminal.WriteJSON(w, sarifLog{
		Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0",
		Runs: []sarifRun{{
			Tool:       sarifTool{sarifDriver{tool, meta.FullName, meta.Version, rules}},
			ColumnKind: "utf16CodeUnits", Results: results,
		}},
	})
}

// suppress says why a result is not shown. An ignore block is a setting apart from what it
// is about, which SARIF calls external.
func (r *sarifResult) suppress(s *schema.Suppression) {
	if s == nil {
		return
	}
	kind := "external"
	switch s.By {
	case schema.ByComment:
		kind = "inSource"
	case schema.ByBaseline:
		r.BaselineState = "unchanged"
	}
	r.Suppressions = []sarifSuppression{{kind, s.Reason}}
}

// sarifRules lists the rules that ran, then those that only a finding names.
func sarifRules(found []entry, table []rule.Rule) ([]sarifRule, map[string]int) {
	rules := make([]sarifRule, 0, len(table))
	index := make(map[string]int, len(table))
	add := func(r sarifRule) {
		if _, known := index[r.ID]; !known {
			index[r.ID] = len(rules)
			rules = append(rules, r)
		}
	}
	for _, c := range table {
		r := sarifRule{ID: string(c.ID), Default: sarifConfiguration{Level: sarifLevel(c.Level)}}
		if c.Help != "" {
			r.ShortDescription = &sarifMessage{c.Help}
		}
		if c.Why != "" {
			r.FullDescription = &sarifMessage{c.Why}
		}
		if c.Level == rule.Off {
			r.Default = sarifConfiguration{Enabled: new(bool)}
		}
		add(r)
	}
	for _, f := range found {
		add(sarifRule{ID: f.rule(), Default: sarifConfiguration{Level: sarifLevel(f.Level)}})
	}
	return rules, index
}

// sarifLevel is SARIF's word for a level.
func sarifLevel(l rule.Level) string {
	if l == rule.Notice {
		return "note"
	}
	return string(l)
}

// sarifPlace is where a finding is. One that is about the whole stack points at
// its directory, line 1: without a location and a line GitHub refuses the whole
// report.
func sarifPlace(f entry) sarifLocation {
	at := f.position()
	l := sarifLocation{Physical: sarifPhysical{
		Artifact: sarifArtifact{fileURI(f.file, !f.located)},
		Region:   sarifRegion{at.line, at.column, at.endLine, at.endColumn},
	}}
	for _, a := range f.Addresses {
		l.Logical = append(l.Logical, sarifLogical{f.subject(a)})
	}
	if name := f.subject(schema.Address{}); len(l.Logical) == 0 && name != "" {
		l.Logical = []sarifLogical{{name}}
	}
	return l
}

// fileURI is a path as a URI reference, percent-encoded and without a leading
// slash; a directory ends in one.
func fileURI(name string, directory bool) string {
	if directory {
		name = strings.TrimSuffix(name, "/") + "/"
	}
	if path.IsAbs(name) {
		return (&url.URL{Scheme: "file", Path: name}).String()
	}
	return (&url.URL{Path: name}).String()
}
