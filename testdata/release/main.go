// Command release writes what a release holds beside the binary: completions for the
// shells and man pages, both made from what livery itself says.
//
//	go run ./testdata/release DIR
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"livery/reconcile/cli"
	"livery/reconcile/command"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run ./testdata/release DIR")
		os.Exit(1)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write(dir string) error {
	files := make(map[string]string)
	for shell, name := range map[string]string{"bash": "livery.bash", "zsh": "_livery", "fish": "livery.fish"} {
		text, err := livery("completion", shell)
		if err != nil {
			return err
		}
		files[filepath.Join("completions", name)] = text
	}
	if err := manuals(files); err != nil {
		return err
	}
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// livery runs a command in this process and returns what it prints.
func livery(args ...string) (string, error) {
	var out, errs bytes.Buffer
	env := command.Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Getenv: func(string) string { return "" }, Now: time.Now}
	if code := cli.Main(args, env); code != 0 {
		return "", fmt.Errorf("livery %s: exit code %d: %s", strings.Join(args, " "), code, errs.String())
	}
	return out.String(), nil
}

// manuals adds a page for livery and for each of its commands, and those below them.
func manuals(files map[string]string) error {
	help, err := livery("-help")
	if err != nil {
		return err
	}
	files[filepath.Join("man", "livery.1")] = manual("livery", "keeps the look of hosted liveness pages in git", help)
	return below(files, nil, help)
}

func below(files map[string]string, words []string, help string) error {
	for _, line := range strings.Split(help, "\n") {
		name, short, ok := strings.Cut(strings.TrimPrefix(line, "  "), "  ")
		if !strings.HasPrefix(line, "  ") || !ok || !isCommand(name) {
			continue
		}
		command := append(append([]string(nil), words...), name)
		help, err := livery(append(command, "-help")...)
		if err != nil {
			return err
		}
		title := "livery-" + strings.Join(command, "-")
		files[filepath.Join("man", title+".1")] = manual(title, strings.TrimSpace(short), help)
		if len(words) == 0 {
			if err := below(files, command, help); err != nil {
				return err
			}
		}
	}
	return nil
}

func isCommand(name string) bool {
	return name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz-") == "" && name[0] != '-'
}

// manual lays a help text out as a page of section 1: paragraphs are filled, what is
// indented stays as it is.
func manual(title, short, help string) string {
	var b strings.Builder
	fmt.Fprintf(&b, ".TH %s 1\n.SH NAME\n%s \\- %s\n", strings.ToUpper(title), escape(title), escape(short))
	usage, rest, _ := strings.Cut(help, "\n")
	fmt.Fprintf(&b, ".SH SYNOPSIS\n%s\n.SH DESCRIPTION\n", escape(strings.TrimPrefix(usage, "Usage: ")))
	asIs := false
	for _, line := range strings.Split(strings.Trim(rest, "\n"), "\n") {
		indented := strings.HasPrefix(line, "  ")
		switch {
		case indented && !asIs:
			b.WriteString(".nf\n")
		case !indented && asIs && line != "":
			b.WriteString(".fi\n")
		}
		asIs = indented || asIs && line == ""
		switch {
		case line == "" && !asIs:
			b.WriteString(".PP\n")
		case !indented && strings.HasSuffix(line, ":") && !strings.Contains(line, ","):
			fmt.Fprintf(&b, ".SH %s\n", escape(strings.ToUpper(strings.TrimSuffix(line, ":"))))
		default:
			b.WriteString(escape(line) + "\n")
		}
	}
	if asIs {
		b.WriteString(".fi\n")
	}
	return b.String()
}

// escape keeps what roff would read as a request or an escape.
func escape(line string) string {
	line = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(line)
	if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
		return `\&` + line
	}
	return line
}
