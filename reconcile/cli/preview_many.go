package cli

import (
	"cmp"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/zclconf/go-cty/cty"

	"livery/reconcile/command"
	"livery/reconcile/inspect"
	"livery/reconcile/recursive"
	"livery/reconcile/report"
	"livery/reconcile/stacksreport"
	"livery/reconcile/workspace"
)

// drawn is what has come of one of many stacks.
type drawn struct {
	page      stacksreport.Page
	variables map[string]cty.Value // that it declares
}

// runMany writes a gallery of each of many stacks, and a page that leads to them.
func (p *previewFlags) runMany(c *cobra.Command, args []string) error {
	switch {
	case len(args) > 0:
		return command.Fail("Invalid flag", "-recursive draws what the files declare, so it cannot be used with a saved plan.")
	case p.out == "" || p.screenshots != "" || p.changed.sheet != "":
		return command.Fail("Invalid flag", "With -recursive, -out=DIR names the directory for a gallery of each stack; nothing is served and no screenshots are taken.")
	}
	selected, err := p.many.Select(c, p.run, p.run.Workspace(p.inputs))
	switch {
	case err != nil:
		return err
	case len(selected.Paths) == 0: // which has been said
		return p.writeIndex(nil)
	}
	rows := recursive.NewSummary(selected)
	rows.Words = map[stacksreport.State]string{stacksreport.Changed: "", stacksreport.Unchanged: "drawn"}
	var pages []stacksreport.Page
	declared := make(recursive.Declared)
	err = recursive.Each(c.Context(), p.run, p.many, selected.Paths, func(below *command.Run, path string) (drawn, error) {
		d, err := inspect.NewPreview(below.Workspace(p.inputs), p.shown).Data(c.Context())
		if err != nil {
			return drawn{}, err
		}
		if d.Diagnostics.HasErrors() {
			return drawn{}, &workspace.InvalidError{Diagnostics: d.Diagnostics, Sources: d.Sources}
		}
		page := stacksreport.NewPage(path, d.Gallery.Subject)
		return drawn{page, d.Variables}, p.writePage(page.File, d.Gallery.HTML())
	}, func(piece *recursive.Piece[drawn]) error {
		page := piece.Result.page
		declared.Add(piece.Result.variables)
		row := stacksreport.Row{Path: piece.Path, State: stacksreport.Unchanged, Text: page.Subject}
		switch {
		case !piece.Begun:
			row.State = stacksreport.NotRun
			page = stacksreport.Page{Path: piece.Path, Fault: "not run"}
		case piece.Code != command.ExitOK:
			row.State, row.Text = stacksreport.Failed, piece.Why()
			page = stacksreport.Page{Path: piece.Path, Fault: piece.Why()}
		}
		rows.Rows, pages = append(rows.Rows, row), append(pages, page)
		return piece.Tell(p.run, nil)
	})
	if err != nil {
		return err
	}
	err = cmp.Or(rows.Write(p.run.Stdout, p.run.View.Out()), p.writeIndex(pages))
	return cmp.Or(err, declared.Check(p.run, p.inputs, selected, rows), recursive.Exit(rows))
}

// writeIndex writes the page that leads to the galleries.
func (p *previewFlags) writeIndex(pages []stacksreport.Page) error {
	if err := p.writePage(stacksreport.IndexPage, stacksreport.Index(pages)); err != nil {
		return err
	}
	report.WriteGalleryWritten(p.run.Stdout, filepath.Join(p.out, stacksreport.IndexPage), "what leads to each of them")
	return nil
}

// writePage writes a page into the directory of the galleries.
func (p *previewFlags) writePage(file string, html []byte) error {
	name := filepath.Join(p.out, filepath.FromSlash(file))
	err := os.MkdirAll(p.run.Dir.Path(filepath.Dir(name)), 0o755)
	if err = cmp.Or(err, p.run.Reads.WriteFile(p.run.Dir, name, html, 0o644)); err != nil {
		return command.Fail("Cannot write the preview", "%v.", err)
	}
	return nil
}
