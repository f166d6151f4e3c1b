package cli

import (
	"bytes"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"livery/reconcile/report"
	"livery/schema/syntax"
)

// formatter is one run of fmt.
type formatter struct {
	app                           *app
	check, diff, write, recursive bool
	list                          bool
	changed, broken               bool
	failed                        error
}

func (a *app) fmtCommand() *cobra.Command {
	f := formatter{app: a}
	c := &cobra.Command{
		Use:  "fmt [flags] [FILES or DIRS or -]",
		Args: arguments(0, -1),
		Long: `Puts *.livery.hcl and *.liveryvars.hcl files into canonical style and prints the
names of those that changed. Without arguments it works on this directory; with -
it reads standard input and writes the result to standard output. JSON files are
left alone.`,
		Example: "livery fmt\nlivery fmt -check -diff -recursive",
	}
	c.Flags().BoolVar(&f.check, "check", false, "Change nothing; exit 3 if a file would change, 2 if one does not parse.")
	c.Flags().BoolVar(&f.diff, "diff", false, "Show the changes.")
	c.Flags().BoolVar(&f.write, "write", true, "Write the changes; -write=false only tells.")
	c.Flags().BoolVar(&f.list, "list", true, "Print the names of files that change.")
	c.Flags().BoolVar(&f.recursive, "recursive", false, "Work on the directories below too.")
	c.RunE = func(_ *cobra.Command, args []string) error {
		if len(args) == 0 {
			args = []string{"."}
		}
		for _, arg := range args {
			f.argument(arg)
		}
		switch {
		case f.failed != nil:
			a.reportError(f.failed)
			return exit(exitUnparsable)
		case f.broken:
			return exit(exitUnparsable)
		case f.check && f.changed:
			return exit(exitUnformatted)
		}
		return nil
	}
	return c
}

func (f *formatter) argument(arg string) {
	if arg == "-" {
		src, err := io.ReadAll(io.LimitReader(f.app.Stdin, syntax.MaxFile+1))
		if err != nil {
			f.failed = fail("Cannot read standard input", "%v.", err)
			return
		}
		f.format("<stdin>", src, func(formatted []byte) error {
			_, err := f.app.Stdout.Write(formatted)
			return err
		})
		return
	}
	info, err := os.Stat(arg)
	switch {
	case err != nil:
		f.failed = fail("No such file or directory", "%v.", err)
	case info.IsDir():
		f.directory(arg)
	case !formattable(arg):
		f.failed = fail("Not a livery file", "%s: only *%s and *%s files can be formatted.", arg, ".livery.hcl", ".liveryvars.hcl")
	default:
		f.file(arg)
	}
}

// formattable reports whether fmt works on files of this name. JSON files pass
// and stay as they are, since hooks hand over every file of a stack.
func formattable(name string) bool {
	return syntax.IsConfiguration(name) || syntax.IsVariables(name)
}

func (f *formatter) directory(dir string) {
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != dir && (!f.recursive || strings.HasPrefix(d.Name(), ".")):
			return filepath.SkipDir
		case d.Type().IsRegular() && formattable(d.Name()):
			f.file(path)
		}
		return nil
	})
	if err != nil {
		f.failed = fail("Cannot read the directory", "%v.", err)
	}
}

func (f *formatter) file(path string) {
	src, err := readRegular(path)
	if err != nil {
		f.failed = fail("Cannot read a file", "%v.", err)
		return
	}
	f.format(path, src, func(formatted []byte) error { return rewrite(path, formatted) })
}

// format formats one file and does with the result what the flags say.
func (f *formatter) format(name string, src []byte, write func([]byte) error) {
	stdin := name == "<stdin>"
	formatted, diags := syntax.Format(src, name)
	if diags.HasErrors() {
		f.broken = true
		f.app.show(diags, report.Sources{name: src})
		return
	}
	if changed := !bytes.Equal(src, formatted); changed {
		f.changed = true
		if f.list && !stdin {
			f.app.print("%s\n", name)
		}
		if f.diff {
			_, _ = f.app.Stdout.Write(diff.Diff("old/"+name, src, "new/"+name, formatted))
		}
	} else if !stdin {
		return
	}
	if f.write && !f.check && (!stdin || !f.diff) {
		if err := write(formatted); err != nil {
			f.failed = fail("Cannot write a file", "%v.", err)
		}
	}
}

// readRegular reads a file of configuration from disk, never a pipe or a device.
func readRegular(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, &fs.PathError{Op: "read", Path: path, Err: errNotRegular}
	case info.Size() > syntax.MaxFile:
		return nil, &fs.PathError{Op: "read", Path: path, Err: errTooLarge}
	}
	return os.ReadFile(path)
}

// rewrite replaces a file as a whole and keeps its mode.
func rewrite(path string, data []byte) error {
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	info, err := os.Stat(target)
	if err != nil {
		return err
	}
	return writeWhole(target, data, info.Mode().Perm())
}

func (a *app) importCommand() *cobra.Command {
	var locale string
	c := &cobra.Command{
		Use:  "import [flags] BODY.json...",
		Args: arguments(1, -1),
		Long: `Prints HCL for request bodies of ConfigureUI that you already have: the service
itself cannot be read. What the catalogue does not know goes into extra; a value
that livery would refuse is kept, and said on stderr. Nothing is sent or recorded.`,
		Example: "livery import body.json > en.livery.hcl\nlivery import -locale=th body.json",
	}
	c.Flags().StringVar(&locale, "locale", "", "The `code` of a body that names no locale.")
	c.RunE = func(_ *cobra.Command, files []string) error {
		text, diags, src := importBodies(files, locale)
		report.WriteDiagnostics(a.Stderr, diags, src, a.style(a.Stderr))
		if diags.HasErrors() {
			return exit(exitError)
		}
		_, err := a.Stdout.Write(text)
		return err
	}
	return c
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func unreadable(path string, err error) *hcl.Diagnostic {
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Cannot read a file", Detail: path + ": " + err.Error() + "."}
}
