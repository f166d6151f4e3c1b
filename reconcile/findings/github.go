package findings

import (
	"bufio"
	"io"
	"strconv"
	"strings"

	"livery/reconcile/terminal"
)

// writeGitHub writes workflow commands, one a line.
func writeGitHub(w io.Writer, found []entry) error {
	out := bufio.NewWriter(w)
	for _, f := range found {
		out.WriteString("::" + string(f.Level) + " ")
		if f.located {
			out.WriteString("file=" + escapeProperty(terminal.Escape(f.file, "")) + githubRegion(f.position()) + ",")
		}
		text := f.detail()
		if text == "" {
			text = f.summary()
		}
		if f.Rule != "" {
			text += strings.TrimRight("\n("+f.rule()+") "+f.shared(), " ")
		}
		out.WriteString("title=" + escapeProperty(f.summary()) + "::" + escapeData(text) + "\n")
	}
	return out.Flush()
}

// githubRegion gives the columns only where the place is on one line: GitHub
// refuses them otherwise.
func githubRegion(p position) string {
	region := ",line=" + strconv.Itoa(p.line)
	if p.line == p.endLine && p.column > 0 {
		return region + ",col=" + strconv.Itoa(p.column) + ",endLine=" + strconv.Itoa(p.endLine) + ",endColumn=" + strconv.Itoa(p.endColumn)
	}
	return region + ",endLine=" + strconv.Itoa(p.endLine)
}

// escapeData escapes the message of a command.
func escapeData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

// escapeProperty escapes a property of a command, which ends sooner.
func escapeProperty(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(s)
}
