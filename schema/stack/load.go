package stack

import (
	"context"
	"io/fs"

	"github.com/hashicorp/hcl/v2"

	"livery/schema"
	"livery/schema/cache"
	"livery/schema/config"
	"livery/schema/explain"
	"livery/schema/rule"
	"livery/schema/syntax"
	"livery/schema/tokens"
)

// Load reads and evaluates a stack. The stack is never nil; with errors it holds
// what could be understood.
func Load(opts Options) (*Stack, hcl.Diagnostics) { return new(Stack).Reload(opts) }

// Reload loads the stack again, with the same Name, and gives what Load gives. Files
// whose bytes are the same are not parsed again, and the documents of a block whose file,
// and all that it depends on, are the same are not evaluated again.
func (s *Stack) Reload(opts Options) (*Stack, hcl.Diagnostics) {
	e, diags := s.Explore(opts)
	return e.Stack, diags
}

// Explore is Reload for those who ask the stack on.
func (s *Stack) Explore(opts Options) (*Evaluation, hcl.Diagnostics) {
	m, in := s.read(opts)
	e, diags := evaluate(s.memory, m, in)
	if judged := s.Judged.Load(); judged != nil {
		e.Judged.Store(judged)
	}
	return e, diags
}

// read reads the files, but for those that are as they were.
func (s *Stack) read(opts Options) (*config.Module, Inputs) {
	var previous *config.Sources
	if s.Module != nil {
		previous = s.Module.Sources
	}
	sources := config.Read(opts.Sources(), previous)
	return sources.Module(), Inputs{
		Context: opts.Context,
		FS:      opts.FS, Dir: opts.Dir, Name: opts.Name, Values: sources.Values,
		Env: opts.Env, Version: opts.Version, Need: opts.Need, Shared: opts.Shared, Secrets: opts.Secrets, Ask: opts.Ask, Wanted: opts.Wanted,
	}
}

// Inputs is what an evaluation needs besides the declarations; the members are those
// of Options, but that the files of values are read already.
type Inputs struct {
	Context context.Context
	FS      fs.FS // where functions read
	Dir     string
	Name    func(file string) string
	Values  []config.Values // lowest precedence first; the environment comes before them
	Env     func(string) (string, bool)
	Version string
	Need    Need
	Shared  *cache.Cache
	Secrets []schema.Secret
	Ask     func(name, description string, sensitive bool) (string, bool)
	Wanted  []rule.ID
}

// Evaluate gives every declaration of a module its value, and leaves the module as it
// is. The stack is never nil; the diagnostics are all that is wrong with it, those of
// reading and declaring too, sorted by file and byte.
func Evaluate(m *config.Module, in Inputs) (*Stack, hcl.Diagnostics) {
	e, diags := evaluate(nil, m, in)
	return e.Stack, diags
}

func evaluate(last *memory, m *config.Module, in Inputs) (*Evaluation, hcl.Diagnostics) {
	if in.Name == nil {
		in.Name = func(file string) string { return file }
	}
	if in.Env == nil {
		in.Env = func(string) (string, bool) { return "", false }
	}
	if in.Context == nil {
		in.Context = context.Background()
	}
	scope := newScope(m, in)
	scope.ReportCopies(m.Faults)
	m.Settings.CheckVersion(scope.Faults, in.Version)
	resolved := scope.follow(func() { scope.resolve(last, in) })
	stack := &Stack{Module: m, Empty: m.Empty, Backend: m.Settings.Backend, Levels: m.Settings.LevelsWith(in.Wanted), Options: m.Settings.Options}
	stack.Account = (&accounts{scope: scope}).account(m.Account)
	scope.recall(last, in, resolved)
	stack.Documents = documents{scope}.all()
	stack.Sessions = sessions{scope}.all()
	stack.Open = scope.open
	documents{scope}.refused()
	removals{scope.Faults, stack}.all(m)
	scope.variables.requireValues()
	if (scope.last != nil || scope.recalled) && !scope.budget.Charge(last.cost) {
		return evaluate(nil, m, in) // all of it may be too much, which only all of it can say
	}
	if fault := scope.budget.Fault(); fault != nil {
		scope.Report(fault)
	} else {
		stack.memory = scope.memory
		stack.memory.cost = scope.budget.Spent()
	}
	readTokens(scope, stack, last)
	stack.Sources = scope.json.Sources()
	for name, file := range m.Files {
		stack.addSource(name, file.Bytes)
	}
	for _, values := range in.Values {
		if values.File != nil {
			stack.addSource(values.File.Name, values.File.Bytes)
		}
	}
	stack.Variables = scope.variables.values()
	stack.Dependencies = dependenciesOf(scope)
	scope.before, scope.last = nil, nil // what is no longer needed is not kept
	e := &Evaluation{Stack: stack, scope: scope}
	if len(m.Checks) > 0 {
		stack.evaluation = e
	}
	return e, stack.settle(scope.concealed())
}

// dependenciesOf is all that was looked at so far.
func dependenciesOf(s *scope) []syntax.Dependency {
	if s.module.Sources == nil {
		return s.files.Dependencies()
	}
	return syntax.SortDependencies(append(s.files.Dependencies(), s.module.Sources.Dependencies()...))
}

func (s *Stack) addSource(name string, src []byte) {
	if src != nil {
		s.Sources[name] = src
	}
}

// settle orders findings, gives each the level that the lint block asks for, and sets
// those apart that only lint shows.
func (s *Stack) settle(found hcl.Diagnostics) hcl.Diagnostics {
	diags := schema.SortFindings(tokens.MergeUses(explain.WithoutEchoes(found)))
	s.Module.Locate(diags)
	diags, s.Notices = schema.Apart(schema.ApplyLevels(diags, s.Levels), rule.Warning)
	return diags
}
