package findings

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"strings"

	"livery/reconcile/terminal"
	"livery/schema"
	"livery/schema/rule"
)

// githubLimit is how many annotations of a level GitHub shows of one step. Which of more it
// shows is not documented.
const githubLimit = 10

// writeGitHub writes workflow commands, one a line: errors first, then warnings and
// notices, each as many as GitHub shows and the others as plain lines. For those who read
// the log the findings follow as text.
func writeGitHub(w io.Writer, found []entry) error {
	if len(found) == 0 {
		return nil
	}
	byLevel := make(map[rule.Level][]entry)
	for _, f := range found {
		byLevel[f.Level] = append(byLevel[f.Level], f)
	}
	limits := map[rule.Level]int{rule.Error: githubLimit, rule.Warning: githubLimit, rule.Notice: githubLimit}
	annotated := 0
	for level, list := range byLevel {
		annotated += min(len(list), limits[level])
	}
	if annotated < len(found) { // one notice says so
		limits[rule.Notice]--
	}
	out := bufio.NewWriter(w)
	more := 0
	for _, level := range []rule.Level{rule.Error, rule.Warning, rule.Notice} {
		for i, f := range byLevel[level] {
			if i < limits[level] {
				annotate(out, f)
				continue
			}
			more++
			text := strings.ReplaceAll(f.place()+" "+f.message(), "\n", " ")
			out.WriteString(string(level) + ": " + strings.ReplaceAll(strings.TrimSpace(text), "##[", "## [") + " (" + f.rule() + ")\n")
		}
	}
	if more > 0 {
		fmt.Fprintf(out, "::notice title=livery::%s: GitHub shows %d of each level in a step. The log has all of them.\n",
			schema.Plural(more, "more finding"), githubLimit)
	}
	writeGroup(out, found)
	return out.Flush()
}

func annotate(out *bufio.Writer, f entry) {
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

// writeGroup writes the findings as text that is folded in the log. It quotes files of
// people, whose lines are not to be taken for commands: these are stopped until a word
// that nobody can write into a file, since it depends on the file.
func writeGroup(out *bufio.Writer, found []entry) {
	var text bytes.Buffer
	writeText(&text, found, terminal.Style{Width: textColumns})
	sum := sha256.Sum256(text.Bytes())
	word := "livery-" + hex.EncodeToString(sum[:16])
	out.WriteString("::group::livery lint: " + schema.Plural(len(found), "finding") + "\n")
	out.WriteString("::stop-commands::" + word + "\n" + text.String() + "::" + word + "::\n::endgroup::\n")
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
