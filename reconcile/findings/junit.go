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
// that never happened. Each of several stacks has a suite of its own, with what it shares
// with others as well, and one more has what belongs to no stack. A stack that was not
// looked at has a case that was skipped; so it is where there is no stack.
func writeJUnit(w io.Writer, found []entry, meta Meta) error {
	if meta.Stacks == nil {
		suite := newJUnitSuite(tool, found, meta)
		if meta.Elsewhere != nil && meta.Elsewhere.Errors > 0 { // which fail the run too
			suite.add(junitCase{Name: "other files", Classname: tool, Failures: []junitFailure{
				{string(rule.Error), fmt.Sprintf("Elsewhere in the same stack: %s.", meta.Elsewhere), ""},
			}})
		}
		return writeXML(w, suite.whole())
	}
	byStack := make(map[string][]entry)
	var ofNone []entry
	for _, f := range found {
		for _, stack := range f.Stacks {
			byStack[stack] = append(byStack[stack], f)
		}
		if len(f.Stacks) == 0 {
			ofNone = append(ofNone, f)
		}
	}
	var all junitSuites
	for _, s := range meta.Stacks {
		suite := newJUnitSuite(terminal.Escape(s.Path, ""), byStack[s.Path], meta)
		if s.NotRun {
			suite.skip("The stack was not looked at.")
		}
		all.Suites = append(all.Suites, suite.whole())
	}
	if rest := newJUnitSuite("files of no stack", ofNone, meta); len(rest.Cases) > 0 {
		all.Suites = append(all.Suites, rest.whole())
	}
	if len(all.Suites) == 0 {
		none := &junitSuite{Name: tool}
		none.skip("No stack was looked at.")
		all.Suites = append(all.Suites, none.whole())
	}
	return writeXML(w, all)
}

// newJUnitSuite is a suite of what was found. Notices are left out unless they fail the run:
// a reader would take them for failures.
func newJUnitSuite(name string, found []entry, meta Meta) *junitSuite {
	suite := &junitSuite{Name: name}
	places := map[[2]string]int{}
	for _, f := range found {
		if f.Level == rule.Notice && meta.FailOn != rule.Notice {
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
			suite.add(junitCase{Name: name, Classname: tool + "." + f.rule()})
		}
		suite.Cases[i].Failures = append(suite.Cases[i].Failures, junitFailure{string(f.Level), f.summary(), strings.TrimSpace(f.place() + "\n" + f.message())})
	}
	return suite
}

// add adds a case that failed.
func (s *junitSuite) add(c junitCase) {
	s.Cases = append(s.Cases, c)
	s.Failures++
}

// skip adds a case that was skipped.
func (s *junitSuite) skip(why string) {
	s.Cases = append(s.Cases, junitCase{Name: "stack", Classname: tool, Skipped: &junitSkipped{why}})
	s.Skipped++
}

// whole is the suite with its cases counted, or with one that passed.
func (s *junitSuite) whole() junitSuite {
	if len(s.Cases) == 0 {
		s.Cases = []junitCase{{Name: "stack", Classname: tool}}
	}
	s.Tests = len(s.Cases)
	return *s
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
