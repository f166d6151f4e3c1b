package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"

	"livery/schema/stack"
	"livery/testdata/bench/corpus"
)

// The names of the work; the targets look results up by them.
const (
	floorWork = "floor: read and parse"
	startUp   = "start-up: version"
	startHelp = "start-up: -help"
	startTiny = "start-up: validate, 1 field"
	validate  = "validate"
	tokenFree = "validate, a theme with a colour"
	tokenFull = "validate, one of 5,000 tokens"
	firstPlan = "first plan"
	firstHalf = "first plan, 13 documents"
	firstOne  = "first plan, 1 document"
	noChange  = "no-change plan"
	formatted = "fmt -check, canonical"
	unformed  = "fmt -check, not canonical"
	preview   = "preview -out"
	apply     = "apply, built-in simulator"
)

const (
	documents  = 26
	tokenCount = 5000
)

// tiny is the smallest stack there is any use for.
const tiny = `locale "en" {
  title_text = "Confirm it is you"
}
`

// lab is where the measuring is done.
type lab struct {
	dir       string
	runs      int
	terraform string // "" when it is not on the PATH
	valgrind  string // "" when it is not on the PATH
	work      []work
	bytes     struct{ livery, terraform int }
}

// work is one row of the table. A nil command is not measured.
type work struct {
	name              string
	livery, terraform *command
}

// command is a process to be measured.
type command struct {
	dir   string
	args  []string
	env   []string
	fresh bool // the state is thrown away before every run
	exit  int  // what it must exit with
}

func (l *lab) program(name string) string { return filepath.Join(l.dir, name) }

// prepare writes the stacks, and makes the states that no-change plans start from.
func (l *lab) prepare() error {
	bodies, err := corpus.Bodies(os.DirFS("examples/acme/texts"))
	if err != nil {
		return err
	}
	files, err := corpus.Livery(bodies, stack.Simulator)
	if err != nil {
		return err
	}
	theirs := corpus.Terraform(bodies)
	l.bytes.livery, l.bytes.terraform = corpus.Size(files), corpus.Size(theirs)
	for dir, files := range map[string][]corpus.File{
		"fresh": files, "applied": files, "changing": files, "one": files[:2], "half": files[:1+documents/2], "tiny": {{Name: "main.livery.hcl", Data: []byte(tiny)}},
		"loose":           loose(files),
		"colours":         append(themed(`"#0b5fff"`), files...),
		"tokens":          append(themed(`tokens("brand.tokens.json").alias.c7`), append(files, corpus.File{Name: "brand.tokens.json", Data: corpus.Tokens(tokenCount)})...),
		"terraform-fresh": theirs, "terraform-applied": theirs, "terraform-loose": loose(theirs),
	} {
		if err := l.write(dir, files); err != nil {
			return err
		}
	}
	l.list()
	steps := []*command{l.ours("applied", "apply", "-auto-approve")}
	if l.terraform != "" {
		steps = append(steps, l.theirs("fresh", "init", "-input=false"), l.theirs("applied", "init", "-input=false"), l.theirs("applied", "apply", "-auto-approve"))
	}
	for _, c := range steps {
		if _, err := l.run(c); err != nil {
			return err
		}
	}
	return nil
}

func (l *lab) write(dir string, files []corpus.File) error {
	for _, f := range files {
		name := filepath.Join(l.dir, dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, f.Data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// themed is a theme beside the documents, with one colour.
func themed(colour string) []corpus.File {
	return []corpus.File{{Name: "theme.livery.hcl", Data: []byte("theme \"brand\" {\n  mobile_loading_page {\n    progress_color = " + colour + "\n  }\n}\n")}}
}

// loose is the files as nobody's formatter leaves them: without any indentation.
func loose(files []corpus.File) []corpus.File {
	var list []corpus.File
	for _, f := range files {
		var out bytes.Buffer
		for line := range bytes.Lines(f.Data) {
			out.Write(bytes.TrimLeft(line, " "))
		}
		list = append(list, corpus.File{Name: f.Name, Data: out.Bytes()})
	}
	return list
}

// ours is a command of livery, which runs in a directory of the lab.
func (l *lab) ours(dir string, args ...string) *command {
	return &command{
		dir: filepath.Join(l.dir, dir), args: append([]string{l.program("livery")}, args...),
		env: []string{"LIVERY_ACCESS_KEY=sampleaccesskey", "LIVERY_SECRET_KEY=samplesecretkey"},
	}
}

// theirs is the same of Terraform; nil without it.
func (l *lab) theirs(dir string, args ...string) *command {
	if l.terraform == "" {
		return nil
	}
	return &command{dir: filepath.Join(l.dir, "terraform-"+dir), args: append([]string{l.terraform}, args...), env: []string{"CHECKPOINT_DISABLE=1"}}
}

// list is the work that is measured.
func (l *lab) list() {
	both := func(name, dir string, args ...string) work {
		return work{name, l.ours(dir, args...), l.theirs(dir, args...)}
	}
	alone := func(name, dir string, args ...string) work { return work{name: name, livery: l.ours(dir, args...)} }
	fresh := func(w work) work {
		w.livery.fresh = true
		if w.terraform != nil {
			w.terraform.fresh = true
		}
		return w
	}
	misfit := both(unformed, "loose", "fmt", "-check")
	misfit.livery.exit = 3
	if misfit.terraform != nil {
		misfit.terraform.exit = 3
	}
	files, _ := filepath.Glob(filepath.Join(l.dir, "fresh", "*.hcl")) // the pattern is ours
	floor := &command{dir: l.dir, args: append([]string{l.program("floor")}, files...), env: []string{"GOMAXPROCS=1"}}
	l.work = []work{
		{name: floorWork, livery: floor},
		both(startUp, "fresh", "version"),
		alone(startHelp, "fresh", "-help"),
		alone(startTiny, "tiny", "validate"),
		both(validate, "fresh", "validate"),
		alone(tokenFree, "colours", "validate"),
		alone(tokenFull, "tokens", "validate"),
		fresh(both(firstPlan, "fresh", "plan", "-input=false")),
		alone(firstHalf, "half", "plan", "-input=false"),
		alone(firstOne, "one", "plan", "-input=false"),
		both(noChange, "applied", "plan", "-input=false", "-detailed-exitcode"),
		both(formatted, "fresh", "fmt", "-check"),
		misfit,
		alone(preview, "fresh", "preview", "-out=preview.html"),
		fresh(both(apply, "fresh", "apply", "-auto-approve")),
	}
}

// forget throws the state away, and what the built-in simulator remembers.
func forget(dir string) error {
	for _, pattern := range []string{"livery.state.json*", ".livery", "terraform.tfstate*"} {
		names, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			return err
		}
		for _, name := range names {
			if err := os.RemoveAll(name); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *command) String() string { return strings.Join(c.args, " ") }
