package function

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"livery/schema/jsontext"
	"livery/schema/limit"
	"livery/schema/syntax"
	"livery/schema/tokens"
)

// fileFunctions are those that read what lies beside the stack.
func fileFunctions(files *syntax.Files, reader *tokens.Reader, budget *Budget) map[string]function.Function {
	return map[string]function.Function{
		"basename":   transformPath("The last part of a path.", path.Base),
		"dirname":    transformPath("A path without its last part.", path.Dir),
		"file":       redactErrors(readFunction(files, budget)),
		"fileexists": redactErrors(existsFunction(files)),
		"fileset":    redactErrors(filesetFunction(files)),
		"tokens":     redactErrors(tokensFunction(reader, budget)),
	}
}

func transformPath(description string, apply func(string) string) function.Function {
	return function.New(&function.Spec{
		Description:  description,
		Params:       []function.Parameter{{Name: "path", Type: cty.String, Description: "A path; it need not exist."}},
		Type:         function.StaticReturnType(cty.String),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			return cty.StringVal(apply(args[0].AsString())), nil
		},
	})
}

func pathParameter() function.Parameter {
	return function.Parameter{Name: "path", Type: cty.String, Description: "A path relative to the stack; .. is allowed."}
}

func readFunction(files *syntax.Files, budget *Budget) function.Function {
	var read syntax.Memo[cty.Value]
	return function.New(&function.Spec{
		Description:  "Reads a file as UTF-8 text.",
		Params:       []function.Parameter{pathParameter()},
		Type:         function.StaticReturnType(cty.String),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			name := args[0].AsString()
			_, _ = files.Read(name) // whoever asks depends on it
			return read.Do(name, func() (cty.Value, error) {
				s, err := readText(files, name)
				return budget.paid(cty.StringVal(s), err)
			})
		},
	})
}

func readText(files *syntax.Files, name string) (string, error) {
	s, err := files.Text(name)
	if errors.Is(err, syntax.ErrNotText) {
		return "", fmt.Errorf("contents of %q are not valid UTF-8", name)
	}
	if _, detail := limit.LongNumber([]byte(s)); err == nil && detail != "" {
		return "", fmt.Errorf("%q cannot be read: more than %d digits follow each other in it", name, jsontext.MaxDigits) // it would take minutes as a number
	}
	return strings.ReplaceAll(s, "\r\n", "\n"), explainRead(name, err) // line ends of Windows are the editor's, not the text's
}

// tokensFunction reads design tokens.
func tokensFunction(reader *tokens.Reader, budget *Budget) function.Function {
	var paid syntax.Memo[cty.Value]
	return function.New(&function.Spec{
		Description: "Reads design tokens: aliases are resolved, colours and dimensions become plain strings, and groups become objects. " +
			"Of several files later ones count; a resolver document takes inputs, such as { theme = \"dark\" }.",
		Params:       []function.Parameter{{Name: "path", Type: cty.DynamicPseudoType, Description: "A path relative to the stack, or a list of them; .. is allowed."}},
		VarParam:     &function.Parameter{Name: "inputs", Type: cty.DynamicPseudoType, Description: "The contexts that a resolver document is asked for."},
		Type:         function.StaticReturnType(cty.DynamicPseudoType),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			for _, arg := range args {
				if !arg.IsWhollyKnown() {
					return cty.DynamicVal, nil
				}
			}
			source, err := tokens.SourceOf(args)
			if wrong := (*tokens.ArgumentError)(nil); errors.As(err, &wrong) {
				return cty.NilVal, function.NewArgErrorf(wrong.Index, "%s", wrong.Problem)
			}
			set, err := reader.Read(source)
			if missing := (*tokens.ReadError)(nil); errors.As(err, &missing) {
				return cty.NilVal, explainRead(missing.Name, missing.Err)
			}
			if err != nil {
				return cty.NilVal, err
			}
			return paid.Do(source.Key(), func() (cty.Value, error) { return budget.paid(set.Value(), nil) })
		},
	})
}

// explainRead says which path is at fault, in the words that people know.
func explainRead(name string, err error) error {
	var fault *fs.PathError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return function.NewArgErrorf(0, "no file exists at %q; files are named relative to the stack", name)
	case errors.As(err, &fault):
		return function.NewArgErrorf(0, "failed to read file: %s %s: %s", fault.Op, name, fault.Err)
	default:
		return function.NewArgErrorf(0, "failed to read file: %s", err)
	}
}

func existsFunction(files *syntax.Files) function.Function {
	return function.New(&function.Spec{
		Description:  "Returns true if there is a regular file at the path.",
		Params:       []function.Parameter{pathParameter()},
		Type:         function.StaticReturnType(cty.Bool),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			there, err := files.Exists(args[0].AsString())
			return cty.BoolVal(there), err
		},
	})
}

func filesetFunction(files *syntax.Files) function.Function {
	return function.New(&function.Spec{
		Description: "The regular files below a path whose names match a pattern with *, **, ?, [a-z] and {a,b}, as paths relative to it.",
		Params: []function.Parameter{
			pathParameter(),
			{Name: "pattern", Type: cty.String, Description: "The pattern."},
		},
		Type:         function.StaticReturnType(cty.Set(cty.String)),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			names, err := files.Match(args[0].AsString(), args[1].AsString())
			switch {
			case errors.Is(err, syntax.ErrAbsolutePattern):
				return cty.NilVal, function.NewArgError(1, err)
			case errors.Is(err, syntax.ErrPath):
				return cty.NilVal, function.NewArgError(0, err)
			case err != nil:
				return cty.NilVal, err
			}
			if len(names) == 0 {
				return cty.SetValEmpty(cty.String), nil
			}
			values := make([]cty.Value, len(names))
			for i, name := range names {
				values[i] = cty.StringVal(name)
			}
			return cty.SetVal(values), nil
		},
	})
}
