package findings

import (
	"encoding/xml"
	"io"

	"livery/reconcile/terminal"
	"livery/schema/rule"
)

type (
	checkstyleReport struct {
		XMLName xml.Name         `xml:"checkstyle"`
		Version string           `xml:"version,attr"`
		Files   []checkstyleFile `xml:"file"`
	}
	checkstyleFile struct {
		Name   string            `xml:"name,attr"`
		Errors []checkstyleError `xml:"error"`
	}
	checkstyleError struct {
		Line     int    `xml:"line,attr"`
		Column   int    `xml:"column,attr,omitempty"`
		Severity string `xml:"severity,attr"`
		Message  string `xml:"message,attr"`
		Source   string `xml:"source,attr"`
	}
)

// writeCheckstyle writes findings by file, files in the order in which they
// first appear.
func writeCheckstyle(w io.Writer, found []entry) error {
	report := checkstyleReport{Version: "8.0"}
	files := map[string]int{}
	for _, f := range found {
		at, level := f.position(), string(f.Level)
		if f.Level == rule.Notice {
			level = "info"
		}
		i, known := files[f.file]
		if !known {
			i = len(report.Files)
			files[f.file] = i
			report.Files = append(report.Files, checkstyleFile{Name: terminal.Escape(f.file, "")})
		}
		report.Files[i].Errors = append(report.Files[i].Errors, checkstyleError{at.line, at.column, level, f.message(), f.rule()})
	}
	return writeXML(w, report)
}
