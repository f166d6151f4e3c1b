//go:build unix

package cli_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// address VARIABLE FILE waits until the output of a background process says
// where it listens and puts the URL into the environment.
func address(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: address VARIABLE FILE")
	}
	until(ts, false, []string{args[1], `http://[0-9.:]+`})
	ts.Setenv(args[0], regexp.MustCompile(`http://[0-9.:]+[0-9]`).FindString(ts.ReadFile(args[1])))
}

// browse STATUS METHOD URL [FORM or @FILE] sends what a browser or a server
// would and demands the status. Where the answer leads to and what it holds are
// then the output of the last command; a redirect is not followed.
func browse(ts *testscript.TestScript, neg bool, args []string) {
	from, host := "", ""
	for ; len(args) > 2 && (args[0] == "-from" || args[0] == "-host"); args = args[2:] {
		if args[0] == "-from" {
			from = args[1]
		} else {
			host = args[1]
		}
	}
	if neg || len(args) < 3 || len(args) > 4 {
		ts.Fatalf("usage: browse [-from SITE] [-host NAME] STATUS METHOD URL [FORM or @FILE]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	body, kind := "", ""
	if len(args) == 4 {
		body, kind = args[3], "application/x-www-form-urlencoded"
		if file, ok := strings.CutPrefix(body, "@"); ok {
			body, kind = ts.ReadFile(file), "application/json"
		}
	}
	r, err := http.NewRequest(args[1], args[2], strings.NewReader(body))
	ts.Check(err)
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if from != "" {
		r.Header.Set("Origin", from)
		r.Header.Set("Sec-Fetch-Site", "cross-site")
	}
	r.Host = host // "" for that of the URL
	client := &http.Client{
		Timeout:       patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	resp, err := client.Do(r)
	ts.Check(err)
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	ts.Check(err)
	text := fmt.Sprintf("%d %s\n%s", resp.StatusCode, resp.Header.Get("Location"), answer)
	io.WriteString(ts.Stdout(), text)
	if resp.StatusCode != want {
		ts.Fatalf("status %d, want %d", resp.StatusCode, want)
	}
}

// medium FILE TYPE demands that a file holds what its name promises and that
// nobody but its owner may read it.
func medium(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: medium FILE TYPE")
	}
	if got := http.DetectContentType([]byte(ts.ReadFile(args[0]))); got != args[1] {
		ts.Fatalf("%s holds %s, want %s", args[0], got, args[1])
	}
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	if mode := info.Mode().Perm(); mode != 0o600 {
		ts.Fatalf("%s has mode %v", args[0], mode)
	}
}

// later TIME demands a time in RFC 3339 that is after now and within a day.
func later(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: later TIME")
	}
	at, err := time.Parse(time.RFC3339, args[0])
	ts.Check(err)
	if left := time.Until(at); left < 0 || left > 24*time.Hour {
		ts.Fatalf("%s is in %v", args[0], left)
	}
}

// shows URL REGEXP waits until a page shows something.
func shows(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: shows URL REGEXP")
	}
	wanted := regexp.MustCompile(args[1])
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		resp, err := http.Get(args[0])
		ts.Check(err)
		page, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		ts.Check(err)
		if wanted.Match(page) {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%s does not come to show %s", args[0], args[1])
		}
	}
}
