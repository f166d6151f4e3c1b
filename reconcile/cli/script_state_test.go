//go:build unix

package cli_test

import (
	"net/http/httptest"
	"regexp"

	"github.com/rogpeppe/go-internal/testscript"

	"livery/testdata/stateserver/server"
)

// stateServer VARIABLE [USER PASSWORD] starts a state server and puts the URL of a
// state on it into the environment.
func stateServer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 && len(args) != 3 {
		ts.Fatalf("usage: stateserver VARIABLE [USER PASSWORD]")
	}
	c := server.Config{ETags: true}
	if len(args) == 3 {
		c.User, c.Password = args[1], args[2]
	}
	s, err := server.New(c)
	ts.Check(err)
	listening := httptest.NewServer(s)
	ts.Defer(listening.Close)
	ts.Setenv(args[0], listening.URL+"/brand")
}

// capture VARIABLE FILE REGEXP puts what the group in the expression matches into
// the environment.
func capture(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: capture VARIABLE FILE REGEXP")
	}
	found := regexp.MustCompile(args[2]).FindStringSubmatch(ts.ReadFile(args[1]))
	if len(found) != 2 {
		ts.Fatalf("%s does not say %s", args[1], args[2])
	}
	ts.Setenv(args[0], found[1])
}
