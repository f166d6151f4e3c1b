//go:build unix

package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"livery/reconcile/cli"
	"livery/reconcile/command"
	"livery/testdata/engine"
)

// TestMain makes this binary the programs that scripts run: livery itself, and
// one that shows the environment of a script.
func TestMain(m *testing.M) {
	if strings.HasSuffix(os.Args[0], ".test") { // and not one of those programs
		engine.HearHangups()
	}
	testscript.Main(m, map[string]func(){
		"livery":  func() { os.Exit(cli.Main(os.Args[1:], system())) },
		"environ": func() { os.Stdout.WriteString(strings.Join(os.Environ(), "\x00")) },
	})
}

// system is the program's own environment, with the clock that a script asks for.
func system() command.Env {
	env := command.System()
	if ahead, err := time.ParseDuration(os.Getenv("CLOCK_AHEAD")); err == nil {
		env.Now = func() time.Time { return time.Now().Add(ahead) }
	}
	return env
}

// TestScript runs the whole command line from outside, as people and programs
// do: every script is one theme of the contract, and reads as its documentation.
// With UPDATE=1 in the environment, what "cmp" compares with is rewritten.
func TestScript(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                "../../testdata/script",
		UpdateScripts:      os.Getenv("UPDATE") != "",
		RequireUniqueNames: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("BODIES", filepath.Join(root, "testdata", "api", "bodies"))
			env.Setenv("EXAMPLES", filepath.Join(root, "examples"))
			env.Setenv("GORACE", os.Getenv("GORACE")) // how the race detector behaves in the commands that scripts run
			env.Values[processes{}] = make(map[string]*process)
			return nil
		},
		Cmds: scriptVerbs,
	})
}

// scriptVerbs are what scripts can say beyond testscript; testdata/script/README.md
// lists them.
var scriptVerbs = map[string]func(*testscript.TestScript, bool, []string){
	"exits":       exits,
	"start":       start,
	"signal":      signalProcess,
	"finish":      finish,
	"sim":         sim,
	"service":     service,
	"until":       until,
	"mask":        mask,
	"json":        jsonCommand,
	"conforms":    conforms,
	"jsonenv":     jsonEnv,
	"stream":      stream,
	"request":     request,
	"samebody":    sameBody,
	"sha":         sha,
	"fill":        fill,
	"fifo":        fifo,
	"sealed":      sealed,
	"unchanged":   unchanged,
	"closed":      closedPort,
	"address":     address,
	"browse":      browse,
	"medium":      medium,
	"later":       later,
	"shows":       shows,
	"stateserver": stateServer,
	"capture":     capture,
}
