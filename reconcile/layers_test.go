package reconcile_test

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// layer is a package, or a tree of them, in the order in which they may know of
// each other: a package imports only what stands above it.
type layer struct {
	path string
	why  string   // what the place in the order is for
	only []string // modules of others that only this layer may use
}

var layers = []layer{
	{"livery/schema/css", "what CSS means by a colour depends on CSS alone", nil},
	{"livery/schema/jsontext", "JSON is walked without knowing what it says", nil},
	{"livery/schema/wording", "which name was meant is read off the names, whatever they name", []string{"github.com/agext/levenshtein"}},
	{"livery/schema/rule", "what a rule is called and weighs depends on nobody who judges by it", nil},
	{"livery/schema", "the vocabulary must be usable offline by everything, so it knows only what CSS and JSON are", nil},
	{"livery/schema/storage", "where a state can be kept is said by files and by the environment, and judged in one way for both", nil},
	{"livery/schema/redact", "what is a secret is told by its name and its place, by whoever speaks of a file", nil},
	{"livery/schema/colour", "one colour, read and compared in one way by functions, rules and pages", []string{"github.com/lucasb-eyer/go-colorful"}},
	{"livery/schema/jsonschema", "what JSON may hold is said of the catalogue and the settings alone, without reading any", nil},
	{"livery/schema/explain", "what HCL finds wrong is said in one way, wherever it is found, so it stands above all that parse and evaluate", nil},
	{"livery/schema/position", "lines and columns are counted in one way, whatever the text is", nil},
	{"livery/schema/limit", "what no parser may be given is told from its bytes, by whoever reads any", nil},
	{"livery/schema/layout", "the style of a file is a matter of its tokens, whatever they mean", nil},
	{"livery/schema/cache", "what is kept is so whatever was made of it", nil},
	{"livery/schema/syntax", "bytes and places: whoever changes a file of the user's goes through it, so it must not know what the files mean",
		nil},
	{"livery/schema/tokens", "a token file means the same to whoever asks: functions, origins and the commands that list tokens", nil},
	{"livery/schema/function", "functions give the same value for the same files and arguments, whatever stack calls them",
		[]string{"github.com/zclconf/go-cty/cty/function/stdlib", "github.com/zclconf/go-cty-yaml"}},
	{"livery/schema/config", "what files declare depends on the files alone, so that it can be kept while values change: it must not know how anything is evaluated",
		[]string{"github.com/hashicorp/hcl/v2/ext/typeexpr", "github.com/hashicorp/go-version"}},
	{"livery/schema/origin", "where a value comes from is read off its expression, however names are resolved", nil},
	{"livery/schema/stack", "what files say is a matter of the vocabulary alone: the same files give the same stack whatever was applied", nil},
	{"livery/schema/texts", "what is translated, and from what, is a matter of the files, whoever judges it or sends it out", nil},
	{"livery/schema/exchange", "other people's forms are read and written without the world", nil},
	{"livery/schema/interchange", "translators' files are read and written without knowing what becomes of them", nil},
	{"livery/schema/suppress", "what is not shown is decided when all is found, whoever found it", nil},
	{"livery/schema/lint", "rules judge a stack; a rule that knew the state would judge the same files differently tomorrow", nil},
	{"livery/schema/preview", "pages are drawn from documents, wherever these come from", nil},
	{"livery/schema/structure", "what one file alone tells is the same in every stack", nil},
	{"livery/schema/langserver", "an editor asks about files only", nil},
	{"livery/schema/completion", "what can be written where depends on what names stand for", nil},
	{"livery/reconcile/state", "the state is read and written without knowing where it is kept or what is planned with it", nil},
	{"livery/reconcile", "a plan is pure and apply knows the service as one method, so that both can be tested without a network", nil},
	{"livery/reconcile/process", "whether a process is dead is a matter of the system alone", nil},
	{"livery/reconcile/backend", "a place for bytes: it must not know what a plan or the service is", []string{"github.com/gofrs/flock", "github.com/jackc/pgx", "github.com/aws"}},
	{"livery/reconcile/liveness", "the client sends bytes; it must not know who asks, nor the simulator it is tested against", nil},
	{"livery/reconcile/session", "sessions are a job of their own: it takes definitions and a service, so that nothing about flags, directories or output gets into it", nil},
	{"livery/reconcile/git", "commits are files like those on disk: it must not know what they mean", nil},
	{"livery/reconcile/simulator", "the simulator is a second witness to what the service does", nil},
	{"livery/reconcile/overlay", "unsaved bytes lie over a file system, whoever reads it", nil},
	{"livery/reconcile/workspace", "a stack at work, many in one process: it must not know who asks, nor how anything is written for people", nil},
	{"livery/reconcile/scaffold", "a stack is begun from nothing but files: no state, no account", nil},
	{"livery/reconcile/plandir", "plans of many stacks are kept like one, by whoever makes them", nil},
	{"livery/reconcile/comparison", "two stacks are compared from files and commits alone, without a state", nil},
	{"livery/reconcile/inspect", "whoever looks at a stack changes nothing: it stands on what a workspace offers to everybody", nil},
	{"livery/reconcile/linting", "lint is run over stacks, without knowing how its findings are written", nil},
	{"livery/reconcile/translating", "texts go out and come back without knowing who asks, nor how that is told", nil},
	{"livery/reconcile/stacks", "which directories are stacks is a matter of the tree, whatever is done with them", nil},
	{"livery/reconcile/lsp", "an editor is spoken with in one way, whatever it asks; what is answered stands in package langserver", nil},
	{"livery/reconcile/terminal", "how text is dressed and measured must not depend on what it says", []string{"github.com/clipperhouse/uax29"}},
	{"livery/reconcile/findings", "findings are drawn from bytes and ranges, whoever found them", nil},
	{"livery/reconcile/console", "a conversation is the same wherever its lines come from", nil},
	{"livery/reconcile/markdown", "a report in a pull request is made from a plan, wherever it goes", nil},
	{"livery/reconcile/textsreport", "what is said of translations does not depend on what is said of plans", nil},
	{"livery/reconcile/reference", "what can be looked up is the same for every stack", nil},
	{"livery/reconcile/tokenreport", "tokens are listed in one way, whoever read them", nil},
	{"livery/reconcile/sessionreport", "what is said of a session does not depend on what is said of plans", nil},
	{"livery/reconcile/report", "every byte that people read is made from values, without doing anything", nil},
	{"livery/reconcile/lintreport", "what lint says at the end stands on how every command speaks", nil},
	{"livery/reconcile/historyreport", "what was done is told in the words of what will be", nil},
	{"livery/reconcile/stacksreport", "what is said of many stacks is put together from what is said of each", nil},
	{"livery/reconcile/prompt", "a question is asked in one way, whatever it is about", nil},
	{"livery/reconcile/studio", "values are changed on behalf of people without knowing who may, nor how that is asked for", nil},
	{"livery/reconcile/previewserver", "previews are shown; whoever shows them is told how to draw them", []string{"github.com/fsnotify/fsnotify", "github.com/chromedp"}},
	{"livery/reconcile/localserver", "whoever is kept off is kept off from everything that is served here, whatever it is", nil},
	{"livery/reconcile/command", "a run is the same whatever it does: it is handed the commands, and knows none of them", []string{"github.com/spf13/pflag"}},
	{"livery/reconcile/recursive", "a run over many stacks is many runs of one, whatever the command", nil},
	{"livery/reconcile/textscommand", "translators' files have flags of their own, and nothing of the other commands", nil},
	{"livery/reconcile/sessioncommand", "sessions have flags of their own, and nothing of the other commands", nil},
	{"livery/reconcile/lintcommand", "lint has flags of its own, and nothing of the other commands", nil},
	{"livery/reconcile/cli", "wiring stands at the end: nothing may depend on flags and exit codes", nil},
	{"livery", "main only calls the command line", nil},
}

// apart are pairs that must not meet although their order would let them.
var apart = []struct{ from, to, why string }{
	{"livery/reconcile/simulator", "livery/reconcile/liveness", "a simulator that shared the client's code would share its mistakes: two witnesses, not one"},
	{"livery/reconcile/liveness", "livery/reconcile/backend", "the client does not care where a state is kept"},
	{"livery/reconcile/session", "livery/reconcile/backend", "a session does not care where a state is kept"},
	{"livery/reconcile/backend", "livery/reconcile", "to a backend, a state is bytes with a revision"},
	{"livery/reconcile/simulator", "livery/reconcile", "the service does not know that there are plans"},
	{"livery/reconcile/report", "livery/reconcile/backend", "what is shown does not depend on where it is kept"},
	{"livery/reconcile/report", "livery/reconcile/liveness", "what is shown does not depend on how it was sent"},
	{"livery/reconcile/report", "livery/reconcile/simulator", "what is shown does not depend on how it was sent"},
	{"livery/reconcile/terminal", "livery/schema", "text is shown in one way, whatever it says"},
	{"livery/reconcile/findings", "livery/reconcile", "what is wrong with files is so whatever is planned"},
	{"livery/reconcile/findings", "livery/schema/config", "findings are drawn from bytes and ranges"},
	{"livery/reconcile/findings", "livery/schema/stack", "findings are drawn from bytes and ranges"},
	{"livery/reconcile/findings", "livery/reconcile/workspace", "findings are the same for an editor, which has no workspace"},
	{"livery/reconcile", "livery/schema/config", "a plan compares documents, whoever wrote them"},
	{"livery/reconcile", "livery/schema/stack", "a plan compares documents, whoever wrote them"},
	{"livery/reconcile/state", "livery/schema/config", "a state is read from its own bytes"},
	{"livery/reconcile/state", "livery/schema/stack", "a state is read without evaluating anything"},
}

// shared are modules that several layers may use, and which.
var shared = []struct {
	module string
	layers []string
	why    string
}{
	{"github.com/hashicorp/hcl/v2/hclsyntax", []string{"livery/schema/redact", "livery/schema/limit", "livery/schema/explain", "livery/schema/layout", "livery/schema/syntax", "livery/schema/function", "livery/schema/config", "livery/schema/origin", "livery/schema/stack", "livery/reconcile/findings", "livery/schema/structure", "livery/schema/langserver", "livery/schema/completion", "livery/schema/exchange", "livery/reconcile/studio"},
		"one place understands the language; findings only names the function that failed"},
	{"net/http", []string{"livery/reconcile/liveness", "livery/reconcile/session", "livery/reconcile/simulator", "livery/reconcile/backend", "livery/reconcile/previewserver", "livery/reconcile/localserver", "livery/reconcile/cli"},
		"whoever else could talk to the network would one day do so in a plan"},
	{"os", []string{"livery/reconcile/process", "livery/reconcile/git", "livery/reconcile/backend", "livery/reconcile/simulator", "livery/reconcile/previewserver", "livery/reconcile/workspace", "livery/reconcile/scaffold", "livery/reconcile/plandir", "livery/reconcile/lsp", "livery/reconcile/prompt", "livery/reconcile/command", "livery/reconcile/textscommand", "livery/reconcile/sessioncommand", "livery/reconcile/cli", "livery"},
		"files, environment and exit codes are passed in everywhere else"},
	{"github.com/bmatcuk/doublestar", []string{"livery/schema/syntax", "livery/reconcile/stacks"}, "one package chooses files by patterns, the other stacks"},
	{"github.com/spf13/cobra", []string{"livery/reconcile/command", "livery/reconcile/recursive", "livery/reconcile/textscommand", "livery/reconcile/sessioncommand", "livery/reconcile/lintcommand", "livery/reconcile/cli"}, "flags end where the work begins"},
	{"github.com/cenkalti/backoff", []string{"livery/reconcile/liveness", "livery/reconcile/backend"}, "who talks to a server decides what may be said twice"},
	{"golang.org/x/text/language", []string{"livery/schema", "livery/reconcile/simulator"}, "countries and languages are judged once, and once more by the second witness"},
	{"github.com/clipperhouse/displaywidth", []string{"livery/schema/lint", "livery/reconcile/terminal"}, "columns are counted in one way, of tips as of a terminal"},
	{"rsc.io/qr", []string{"livery/reconcile/terminal", "livery/schema/preview"}, "codes are drawn for people: one package writes them to a terminal, the other into a page"},
	{"github.com/hashicorp/hcl/v2/hclwrite", nil, "it compares with go-cmp, whose patterns cost every start two fifths of its instructions"},
	{"html/template", nil, "templates call methods by name, so the linker must keep all there are: a sixth of the binary"},
	{"text/template", nil, "the same"},
	{"testing", nil, "the binary does not carry its tests"},
	{"golang.org/x/term", []string{"livery/reconcile/prompt", "livery/reconcile/command"}, "whether somebody is at the terminal is asked where questions and styles are"},
	{"golang.org/x/text/unicode/bidi", []string{"livery/reconcile/terminal"}, "the direction of a text matters where it is laid out"},
	{"github.com/yuin/goldmark", nil, "the binary does not carry its tests"},
	{"github.com/stretchr", nil, "the binary does not carry its tests"},
	{"github.com/johannesboyne/gofakes3", nil, "the binary does not carry its tests"},
	{"github.com/google/go-cmp", nil, "the binary does not carry its tests"},
	{"pgregory.net/rapid", nil, "the binary does not carry its tests"},
	{"go.uber.org/goleak", nil, "the binary does not carry its tests"},
}

// listed is what the go command says of a package.
type listed struct {
	ImportPath string
	Imports    []string
}

// ownPackages lists the packages of the module.
func ownPackages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps", "-json=ImportPath,Imports", "./...")
	cmd.Dir = ".."
	out, err := cmd.Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		t.Fatalf("%v: %s", err, failed.Stderr)
	}
	require.NoError(t, err)
	var list []listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := dec.Decode(&p); err == io.EOF {
			break
		} else {
			require.NoError(t, err)
		}
		if within(p.ImportPath, "livery") {
			list = append(list, p)
		}
	}
	require.NotEmpty(t, list)
	return list
}

// within reports whether a package is path or below it.
func within(pkg, path string) bool { return pkg == path || strings.HasPrefix(pkg, path+"/") }

// layerOf is the place of a package in the order; -1 when it has none.
func layerOf(pkg string) int {
	return slices.IndexFunc(layers, func(l layer) bool { return l.path == pkg })
}

func TestLayers(t *testing.T) {
	for _, p := range ownPackages(t) {
		store := layerOf(p.ImportPath)
		if store < 0 {
			t.Errorf("%s has no place in the order of packages; give it one in this table, and say what for", p.ImportPath)
			continue
		}
		for _, imported := range p.Imports {
			if within(imported, "livery") && layerOf(imported) >= store {
				t.Errorf("%s imports %s, which does not stand above it: %s", p.ImportPath, imported, layers[store].why)
			}
			for _, pair := range apart {
				if p.ImportPath == pair.from && imported == pair.to {
					t.Errorf("%s imports %s: %s", pair.from, pair.to, pair.why)
				}
			}
			for _, owner := range layers {
				if i := slices.IndexFunc(owner.only, func(m string) bool { return within(imported, m) }); i >= 0 && owner.path != p.ImportPath {
					t.Errorf("%s imports %s, which is for %s alone: what one package hides, others need not know", p.ImportPath, imported, owner.path)
				}
			}
			for _, s := range shared {
				if within(imported, s.module) && !slices.Contains(s.layers, p.ImportPath) {
					t.Errorf("%s imports %s, which is for %v: %s", p.ImportPath, imported, s.layers, s.why)
				}
			}
		}
	}
}

// A rule about something that nobody uses any more holds nothing.
func TestLayerRulesAreInUse(t *testing.T) {
	packages := ownPackages(t)
	for _, l := range layers {
		i := slices.IndexFunc(packages, func(p listed) bool { return p.ImportPath == l.path })
		if i < 0 {
			assert.Empty(t, l.only, "%s does not exist", l.path)
			continue
		}
		for _, module := range l.only {
			assert.True(t, slices.ContainsFunc(packages[i].Imports, func(imported string) bool { return within(imported, module) }),
				"%s does not use %s, which only it may", l.path, module)
		}
	}
}

// The directory of the process belongs to nobody: several stacks share it.
func TestNobodyChangesTheDirectory(t *testing.T) {
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || len(d.Name()) > 2 && d.Name()[0] == '.'):
			return filepath.SkipDir
		case filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		text, err := os.ReadFile(path)
		for _, call := range []string{"os.Chdir(", "os.Getwd("} {
			assert.NotContains(t, string(text), call, "%s: a directory is a parameter", path)
		}
		return err
	})
	require.NoError(t, err)
}
