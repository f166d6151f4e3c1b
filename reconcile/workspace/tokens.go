package workspace

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"livery/schema"
	"livery/schema/config"
	"livery/schema/rule"
	"livery/schema/stack"
	"livery/schema/syntax"
	"livery/schema/tokens"
)

// TokenFiles gives a stack that declares nothing and reads files of design tokens, each for
// itself. A file whose tokens name some of another one is read behind the others, and a
// resolver document in each of its contexts.
func TokenFiles(w *Workspace, names []string) (*stack.Stack, hcl.Diagnostics, error) {
	opts, err := optionsOf(w, stack.NeedNothing)
	if err != nil {
		return nil, nil, err
	}
	files, faults := syntax.NewFiles(opts.FS, opts.Dir), new(config.Faults)
	reader := tokens.NewReader(files, opts.Name)
	s := &stack.Stack{Module: new(config.Sources).Module(), Sources: make(map[string][]byte)}
	names = slices.Clone(names)
	for i, name := range names {
		if names[i] = path.Clean(name); path.IsAbs(name) {
			names[i] = files.Relative(name)
		}
	}
	for i, name := range names {
		for _, source := range reader.Alone(name) {
			others := slices.Concat(names[:i], names[i+1:])
			set, err := readTokens(reader, source, name, others)
			for _, file := range set.Names() {
				s.Sources[opts.Name(file)], _ = files.Read(file)
			}
			if failed, ok := errors.AsType[*tokens.Error](err); ok {
				faults.Report(failed.Faults...)
			} else if err != nil {
				faults.Report(schema.Diagnose(rule.Unreadable, schema.Subject{}, "Cannot read a file", unreadable(name, err)))
			} else {
				s.Tokens = append(s.Tokens, set)
			}
		}
	}
	s.Ignores = faults.TokenIgnores(s.Tokens)
	return s, schema.SortFindings(faults.Diagnostics), nil
}

// unreadable says why a file cannot be read, by the name that was asked for.
func unreadable(name string, err error) string {
	if fault, ok := errors.AsType[*fs.PathError](err); ok {
		return fmt.Sprintf("%s: %v.", name, fault.Err)
	}
	return errors.Unwrap(err).Error() + "."
}

// readTokens reads a file, and behind the others if it has faults alone.
func readTokens(reader *tokens.Reader, source tokens.Source, name string, others []string) (*tokens.Set, error) {
	set, err := reader.Read(source)
	if err != nil || len(others) == 0 || len(source.Inputs) > 0 || len(set.Faults()) == 0 {
		return set, err
	}
	if together, err := reader.Read(tokens.Source{Names: append(others, name)}); err == nil {
		return together, nil
	}
	return set, nil
}
