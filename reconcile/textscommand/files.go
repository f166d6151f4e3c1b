package textscommand

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"livery/reconcile/command"
	"livery/reconcile/terminal"
	"livery/reconcile/textsreport"
	"livery/reconcile/translating"
	"livery/schema"
	"livery/schema/interchange"
	"livery/schema/redact"
	"livery/schema/texts"
)

// exportFlags are those of texts export.
type exportFlags struct {
	sharedFlags
	to, format  string
	states      []string
	all, noMark bool
}

func exportCommand(run *command.Run) *cobra.Command {
	f := new(exportFlags)
	c := &cobra.Command{
		Use:   "export [flags]",
		Short: "Write files for translators",
		Args:  command.Arguments(0, 0),
		Long: `Writes what is to be translated: texts that are missing, that are still the source's, or
whose source has changed. Into a directory goes one file a language; one file takes all
languages, but for JSON. The form is that of the file's ending, else XLIFF 1.2.`,
		Example: "livery texts export -to=out\nlivery texts export -to=texts.xlsx -all\nlivery texts export -to=out -format=csv -locale=th",
	}
	c.Flags().StringVar(&f.to, "to", "", "Write this `file`, or files into this directory.")
	c.Flags().StringVar(&f.format, "format", "", "Write them in this `form`: xliff, csv, xlsx or json.")
	c.Flags().StringArrayVar(&f.states, "state", nil, "Only texts in this `state`: missing, untranslated, stale, unrecorded or current. May be given several times.")
	c.Flags().BoolVar(&f.all, "all", false, "All texts, whatever their state.")
	c.Flags().BoolVar(&f.noMark, "no-bom", false, "Begin CSV without the byte order mark that spreadsheets need.")
	f.flags(c)
	c.RunE = func(*cobra.Command, []string) error { return f.run(run) }
	return c
}

func (f *exportFlags) run(run *command.Run) error {
	form, states, err := f.check()
	if err != nil {
		return err
	}
	s, err := f.open(run)
	if err != nil {
		return err
	}
	sheet := s.Export(states)
	outputs, err := f.outputs(run, form, sheet)
	if err != nil {
		return err
	}
	for _, o := range outputs { // all or none
		if err := run.Reads.Check(run.Dir, o.name); err != nil {
			return command.Fail("Cannot write a file", "%v.", err)
		}
	}
	if len(outputs) > 0 && !f.isFile(run) {
		if err := os.MkdirAll(run.Dir.Path(f.to), 0o755); err != nil {
			return command.Fail("Cannot make the directory", "%v.", err)
		}
	}
	for _, o := range outputs {
		if err := f.write(run, o.name, form, o.sheet); err != nil {
			return err
		}
	}
	if len(outputs) == 0 {
		fmt.Fprintln(run.Stdout, "Nothing to translate.")
	}
	f.tellLeft(run, form, s, outputs)
	return nil
}

// output is a file that is written.
type output struct {
	name  string
	sheet *interchange.Sheet
}

// outputs are the files that a sheet is written to.
func (f *exportFlags) outputs(run *command.Run, form interchange.Form, sheet *interchange.Sheet) ([]output, error) {
	switch {
	case len(sheet.Languages) == 0:
		return nil, nil
	case f.isFile(run) && form == interchange.JSON && len(sheet.Languages) > 1:
		return nil, command.Fail("Several languages", "A file of texts holds one language: name it with -locale, or name a directory with -to.")
	case f.isFile(run):
		return []output{{f.to, sheet}}, nil
	}
	var list []output
	for _, in := range sheet.Languages {
		one := *sheet
		one.Languages = []interchange.SheetLanguage{in}
		list = append(list, output{f.fileOf(in.Locale, form), &one})
	}
	return list, nil
}

// fileOf is the file of a language in a directory.
func (f *exportFlags) fileOf(locale schema.Locale, form interchange.Form) string {
	return filepath.Join(f.to, string(locale)+form.Ending())
}

// isFile reports whether one file is written, and not one of each language into a directory.
func (f *exportFlags) isFile(run *command.Run) bool {
	if strings.HasSuffix(f.to, "/") {
		return false
	}
	if info, err := os.Stat(run.Dir.Path(f.to)); err == nil {
		return !info.IsDir()
	}
	_, named := interchange.FormOf(f.to)
	return named
}

// tellLeft names the files of an earlier export in the places of those of which nothing is
// to be written now: whoever sends the directory on would send them too.
func (f *exportFlags) tellLeft(run *command.Run, form interchange.Form, s *translating.Stack, outputs []output) {
	names := []string{f.to}
	if !f.isFile(run) {
		names = nil
		for _, in := range s.Chosen {
			names = append(names, f.fileOf(in.Locale, form))
		}
	}
	for _, name := range names {
		info, err := os.Stat(run.Dir.Path(name))
		if err != nil || !info.Mode().IsRegular() || run.Reads.Check(run.Dir, name) != nil || slices.ContainsFunc(outputs, func(o output) bool { return o.name == name }) {
			continue
		}
		fmt.Fprintf(run.Stdout, "%s is from before, and nothing of it is to be sent now: delete it if nobody works on it any more.\n", filepath.ToSlash(name))
	}
}

// check judges the flags.
func (f *exportFlags) check() (interchange.Form, []texts.State, error) {
	if f.to == "" {
		return "", nil, command.Fail("Missing flag", "Say with -to which file to write, or into which directory.")
	}
	form, _ := interchange.FormOf(f.to)
	form = cmp.Or(interchange.Form(f.format), form, interchange.XLIFF)
	if !slices.Contains(interchange.Forms(), form) {
		return "", nil, command.Fail("Invalid flag", "-format takes xliff, csv, xlsx or json, not %q.", f.format)
	}
	all := slices.DeleteFunc(texts.States(), func(s texts.State) bool { return s == texts.Extra })
	switch {
	case f.all && len(f.states) > 0:
		return "", nil, command.Fail("Invalid flags", "-all is about every text; leave out -state.")
	case f.all:
		return form, all, nil
	case len(f.states) == 0:
		return form, translating.ToTranslate(), nil
	}
	var states []texts.State
	for _, name := range f.states {
		if !slices.Contains(all, texts.State(name)) {
			return "", nil, command.Fail("Invalid flag", "-state takes missing, untranslated, stale, unrecorded or current, not %q.", name)
		}
		states = append(states, texts.State(name))
	}
	return form, states, nil
}

func (f *exportFlags) write(run *command.Run, name string, form interchange.Form, sheet *interchange.Sheet) error {
	if err := run.Reads.WriteFile(run.Dir, name, sheet.Write(form, !f.noMark), 0o644); err != nil {
		return command.Fail("Cannot write a file", "%v.", err)
	}
	n := 0
	for _, in := range sheet.Languages {
		n += len(in.Units)
	}
	fmt.Fprintf(run.Stdout, "Wrote %s: %s.\n", filepath.ToSlash(name), schema.Plural(n, "text"))
	return nil
}

func importCommand(run *command.Run) *cobra.Command {
	var f sharedFlags
	var opts translating.ImportOptions
	var dryRun bool
	c := &cobra.Command{
		Use:   "import [flags] FILE...",
		Short: "Take translations back, each where it is written",
		Args:  command.Arguments(1, -1),
		Long: `Writes translations into the files of the stack, where the words of each text stand, and
records in the lock from which words they were made. XLIFF 1.2, CSV, XLSX and JSON are
told apart by what they hold; a directory stands for those in it. Nothing is written if a
text is refused: one whose source has changed, that is too long, that has lost a
placeholder, or that a function makes.`,
		Example: "livery texts import out\nlivery texts import -dry-run texts.xlsx\nlivery texts import -locale=th th.json",
	}
	c.Flags().BoolVar(&opts.Partial, "partial", false, "Write what is not refused, and exit 1 all the same.")
	c.Flags().BoolVar(&opts.Stale, "stale", false, "Take translations of words that have changed since; they stay marked as out of date.")
	c.Flags().BoolVar(&dryRun, "dry-run", false, "Show the changes, and write nothing.")
	run.JSONFlag(c)
	f.flags(c)
	c.RunE = func(_ *cobra.Command, names []string) error {
		var files []translating.File
		for _, name := range names {
			below, err := filesOf(run, name)
			if err != nil {
				return err
			}
			files = append(files, below...)
		}
		s, err := f.open(run)
		if err != nil {
			return err
		}
		imported, err := s.Import(files, opts)
		if err != nil {
			return err
		}
		if !dryRun {
			if err := imported.Write(); err != nil {
				return err
			}
		}
		if err := tellImport(run, imported, opts, dryRun); err != nil {
			return err
		}
		if imported.Refused > 0 {
			return command.ExitError
		}
		return nil
	}
	return c
}

// filesOf are the file of a name or, of a directory such as an export makes, the files in it
// that have one of the forms.
func filesOf(run *command.Run, name string) ([]translating.File, error) {
	names := []string{name}
	if run.Dir.IsDirectory(name) {
		entries, err := os.ReadDir(run.Dir.Path(name))
		if err != nil {
			return nil, command.Fail("Cannot read a directory", "%v.", err)
		}
		names = nil
		for _, e := range entries {
			if _, known := interchange.FormOf(e.Name()); known && !e.IsDir() {
				names = append(names, filepath.Join(name, e.Name()))
			}
		}
		if len(names) == 0 {
			return nil, command.Fail("Nothing to import", "%s is a directory without a file of translators: these end with .xlf, .xliff, .csv, .xlsx or .json.", name)
		}
	}
	var files []translating.File
	for _, name := range names {
		data, err := run.Dir.ReadFile(name)
		if err != nil {
			return nil, command.Fail("Cannot read a file", "%v.", err)
		}
		files = append(files, translating.File{Name: filepath.ToSlash(name), Data: data})
	}
	return files, nil
}

// tellImport says what came of an import.
func tellImport(run *command.Run, imported *translating.Imported, opts translating.ImportOptions, dryRun bool) error {
	if run.View.JSON {
		return textsreport.WriteImportJSON(run.Stdout, imported, dryRun)
	}
	run.View.Diagnostics(imported.Findings, imported.Files)
	if dryRun {
		if err := terminal.WriteFileDiffs(run.Stdout, redact.Texts(imported.Before), redact.Texts(imported.After)); err != nil {
			return err
		}
	}
	for _, name := range imported.Undated {
		if !imported.Records() {
			break
		}
		fmt.Fprintf(run.Stdout, "%s does not say from which words it was translated: the lock records today's.\n", name)
	}
	if len(imported.Tallies) == 0 {
		fmt.Fprintln(run.Stdout, "Nothing to import: the files have no text for a language that is asked for.")
	}
	textsreport.WriteTallies(run.Stdout, imported.Tallies, translating.Written, translating.Unchanged, translating.Skipped, translating.Refused)
	if imported.Refused > 0 && !opts.Partial {
		held := 0
		for _, t := range imported.Tallies {
			held += t.Counts[translating.Held]
		}
		wait := "Nothing is written."
		if held > 0 {
			wait = fmt.Sprintf("Nothing is written. With -partial what is not refused is: %s held back.", schema.Plural(held, "good text"))
		}
		fmt.Fprintln(run.Stderr, wait)
	}
	return nil
}
