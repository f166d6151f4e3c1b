package findings

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"livery/reconcile/terminal"
	"livery/schema/rule"
)

type (
	junitSuites struct {
		XMLName xml.Name     `xml:"testsuites"`
		Suites  []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		XMLName  xml.Name    `xml:"testsuite"`
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name      string         `xml:"name,attr"`
		Classname string         `xml:"classname,attr"`
		Failures  []junitFailure `xml:"failure"`
		Skipped   *junitSkipped  `xml:"skipped"`
	}
	junitSkipped struct {
		Message string `xml:"message,attr"`
	}
	junitFailure struct {
		Type    string `xml:"type,attr"` // error or warning
		Message string `xml:"message,attr"`
		Text    string `xml:",cdata"`
	}
)

// writeJUnit writes one suite with a failed case for each rule and place, or
// with a single case that passed, since readers take an empty suite for a run
// that never happened. Notices are left out: a reader would take them for failures. Each
// of several stacks has a suite of its own; what they share stands in that of the first.
// Where there is no stack, a case is skipped.
func writeJUnit(w io.Writer, found []entry, stacks []StackTally) error {
	if stacks == nil {
		return writeXML(w, newJUnitSuite(tool, found))
	}
	byStack := make(map[string][]entry)
	for _, f := range found {
		if len(f.Stacks) > 0 {
			byStack[f.Stacks[0]] = append(byStack[f.Stacks[0]], f)
		}
	}
	var all junitSuites
	for _, s := range stacks {
		all.Suites = append(all.Suites, newJUnitSuite(terminal.Escape(s.Path, ""), byStack[s.Path]))
	}
	if len(stacks) == 0 {
		nothing := junitCase{Name: "stack", Classname: tool, Skipped: &junitSkipped{"No stack was looked at."}}
		all.Suites = []junitSuite{{Name: tool, Tests: 1, Skipped: 1, Cases: []junitCase{nothing}}}
	}
	return writeXML(w, all)
}

func newJUnitSuite(name string, found []entry) junitSuite {
	suite := junitSuite{Name: name}
	places := map[[2]string]int{}
	for _, f := range found {
		if f.Level == rule.Notice {
			continue
		}
		name := strings.TrimSpace(f.place() + " " + f.subject(f.Address()))
		if name == "" {
			name = "stack"
		}
		i, known := places[[2]string{f.rule(), name}]
		if !known {
			i = len(suite.Cases)
			places[[2]string{f.rule(), name}] = i
			suite.Cases = append(suite.Cases, junitCase{Name: name, Classname: tool + "." + f.rule()})
		}
		suite.Cases[i].Failures = append(suite.Cases[i].Failures, junitFailure{string(f.Level), f.summary(), strings.TrimSpace(f.place() + "\n" + f.message())})
	}
	suite.Failures = len(suite.Cases)
	if len(suite.Cases) == 0 {
		suite.Cases = []junitCase{{Name: "stack", Classname: tool}}
	}
	suite.Tests = len(suite.Cases)
	return suite
}

// writeXML writes a document. What XML cannot hold has become an escape before.
func writeXML(w io.Writer, v any) error {
	body, err := xml.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("write XML: %w", err)
	}
	_, err = io.WriteString(w, xml.Header+string(body)+"\n")
	return err
}
