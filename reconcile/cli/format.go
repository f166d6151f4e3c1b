package cli

import (
	"cmp"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"livery/reconcile/command"
	"livery/reconcile/recursive"
	"livery/reconcile/scaffold"
	"livery/reconcile/stacks"
	"livery/reconcile/workspace"
	"livery/schema/redact"
	"livery/schema/syntax"
)

// formatFlags are those of fmt, and what has come of the files so far.
type formatFlags struct {
	run                *command.Run
	many               recursive.Flags
	check, diff, write bool
	list               bool
	changed, broken    bool
}

func fmtCommand(run *command.Run) *cobra.Command {
	f := &formatFlags{run: run}
	c := &cobra.Command{
		Use:  "fmt [flags] [FILES or DIRS or -]",
		Args: command.Arguments(0, -1),
		Long: `Puts *.livery.hcl and *.liveryvars.hcl files into canonical style and prints the
names of those that changed. Without arguments it works on this directory; with -
it reads standard input and writes the result to standard output. JSON files are
left alone. With -recursive the directories below are worked on too, but for those
that livery stacks would not enter; -stack chooses among the stacks.`,
		Example: "livery fmt\nlivery fmt -check -diff -recursive",
		RunE:    f.execute,
	}
	c.Flags().BoolVar(&f.check, "check", false, "Change nothing; exit 3 if a file would change, 2 if one does not parse.")
	c.Flags().BoolVar(&f.diff, "diff", false, "Show the changes.")
	c.Flags().BoolVar(&f.write, "write", true, "Only tell what would change, and write nothing.")
	c.Flags().BoolVar(&f.list, "list", true, "Do not print the names of files that change.")
	f.many.Define(c, 0)
	c.Flags().Lookup("recursive").Usage = "Work on the directories below too, also those that are no stacks."
	return c
}

func (f *formatFlags) execute(c *cobra.Command, args []string) error {
	if err := f.many.Check(c); err != nil {
		return err
	}
	chosen := f.many.Chosen(c)
	if chosen && len(args) > 0 {
		return command.Fail("Invalid flag", "-stack, -not-stack, -base and -shard choose stacks: leave out the names of files and directories.")
	}
	if len(args) == 0 {
		args = []string{"."}
	}
	if chosen {
		selected, err := f.many.Select(c, f.run, f.run.Workspace(command.Inputs{}))
		if err != nil {
			return err
		}
		args = selected.Paths
	}
	var failed error
	for len(args) > 0 {
		var err error
		switch named := slices.Index(args, "-"); named {
		case 0:
			args, err = args[1:], f.stdin()
		case -1:
			args, err = nil, f.files(c, args, f.many.On && !chosen)
		default:
			args, err = args[named:], f.files(c, args[:named], f.many.On)
		}
		if err != nil {
			failed = err
		}
	}
	switch {
	case failed != nil:
		f.run.View.Error(failed)
		return command.ExitUnparsable
	case f.broken:
		return command.ExitUnparsable
	case f.check && f.changed:
		return command.ExitUnformatted
	}
	return nil
}

// files formats files and those of directories, and of all that are below them.
func (f *formatFlags) files(c *cobra.Command, names []string, below bool) error {
	var all []string
	var failed error
	for _, name := range names {
		path := f.run.Dir.Path(name)
		if info, err := os.Stat(path); !below || err != nil || !info.IsDir() {
			all = append(all, name)
			continue
		}
		dirs, err := stacks.Directories(c.Context(), os.DirFS(path))
		if err != nil {
			failed = command.Fail("Cannot read the directory", "%v.", err)
		}
		for _, dir := range dirs {
			all = append(all, filepath.Join(name, filepath.FromSlash(dir)))
		}
	}
	return cmp.Or(f.run.Dir.Format(all, f.file), failed)
}

// stdin formats what is piped in. Without -diff and -check it comes out again,
// changed or not.
func (f *formatFlags) stdin() error {
	src, err := io.ReadAll(io.LimitReader(f.run.Stdin, syntax.MaxFile+1))
	if err != nil {
		return command.Fail("Cannot read standard input", "%v.", err)
	}
	file := workspace.Format(src, "<stdin>")
	f.see(file, false)
	if file.Diagnostics.HasErrors() || !f.write || f.check || f.diff {
		return nil
	}
	if _, err := f.run.Raw.Write(file.After); err != nil {
		return command.Fail("Cannot write a file", "%v.", err)
	}
	return nil
}

// file does with one formatted file what the flags say.
func (f *formatFlags) file(file *workspace.Formatted) error {
	f.see(file, f.list)
	if !file.Changed() || !f.write || f.check {
		return nil
	}
	return f.run.Dir.Write(file)
}

// see tells of a file that does not parse or changes.
func (f *formatFlags) see(file *workspace.Formatted, list bool) {
	switch {
	case file.Diagnostics.HasErrors():
		f.broken = true
		f.run.View.Diagnostics(file.Diagnostics, map[string][]byte{file.Name: file.Before})
	case file.Changed():
		f.changed = true
		f.run.View.Reformatted(file, list, f.diff, f.secrets(file.Name))
	}
}

// secrets finds what must not be shown of a file. Which values of variables that is, other
// files say.
func (f *formatFlags) secrets(name string) *redact.Redactor {
	if f.diff && syntax.IsVariables(name) {
		declared, err := workspace.Declared(f.run.Workspace(command.Inputs{}).Below(filepath.Dir(name)))
		if err == nil {
			return &redact.Redactor{Variables: declared.IsWithheld()}
		}
	}
	return new(redact.Redactor)
}

func importCommand(run *command.Run) *cobra.Command {
	var locale, texts string
	c := &cobra.Command{
		Use:  "import [flags] BODY.json...",
		Args: command.Arguments(1, -1),
		Long: `Prints HCL for request bodies of ConfigureUI that you already have: the service
itself cannot be read. What the catalogue does not know goes into extra; a value
that livery would refuse is kept, and said on stderr. Nothing is sent or recorded.

With -texts the words of each body go into a file of their own in that directory,
for writers and translators, and what all bodies say alike into a theme with a name
that the stack in the working directory has not yet. A file that exists is never
written over.`,
		Example: "livery import body.json > en.livery.hcl\nlivery import -locale=th nameless.json\nlivery import -texts=texts en.json th.json > main.livery.hcl",
	}
	c.Flags().StringVar(&locale, "locale", "", "The `code` of a body that names no locale of the service; one that names another is refused.")
	c.Flags().StringVar(&texts, "texts", "", "Write the words of each body into a file in this `directory`, relative to the stack.")
	c.RunE = func(c *cobra.Command, files []string) error {
		if texts == "" && c.Flags().Changed("texts") {
			return command.Fail("Invalid flag", "-texts takes a directory, such as -texts=texts.")
		}
		var themes []string // that are there already
		if texts != "" {
			declared, err := workspace.Declared(run.Workspace(command.Inputs{}))
			if err != nil {
				return err
			}
			themes = slices.Collect(maps.Keys(declared.Themes))
		}
		in, err := scaffold.Import(run.Dir, files, locale, texts, themes...)
		if err != nil {
			return err
		}
		err = run.View.Imported(in)
		if in.Diagnostics.HasErrors() {
			err = errors.Join(command.ExitError, err)
		}
		return err
	}
	return c
}
