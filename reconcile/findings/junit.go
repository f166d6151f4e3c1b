package findings

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"livery/schema"
)

type (
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
	}
	junitFailure struct {
		Type    string `xml:"type,attr"` // error or warning
		Message string `xml:"message,attr"`
		Text    string `xml:",cdata"`
	}
)

// writeJUnit writes one suite with a failed case for each rule and place, or
// with a single case that passed, since readers take an empty suite for a run
// that never happened. Notices are left out: a reader would take them for failures.
func writeJUnit(w io.Writer, found []entry) error {
	suite := junitSuite{Name: tool}
	places := map[[2]string]int{}
	for _, f := range found {
		if f.Level == schema.Notice {
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
	return writeXML(w, suite)
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
