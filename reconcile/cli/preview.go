package cli

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"livery/reconcile/command"
	"livery/reconcile/inspect"
	"livery/reconcile/localserver"
	"livery/reconcile/previewserver"
	"livery/reconcile/recursive"
	"livery/reconcile/report"
	"livery/reconcile/studio"
	"livery/reconcile/workspace"
	"livery/schema/preview"
)

// previewFlags are those of preview.
type previewFlags struct {
	run         *command.Run
	inputs      command.Inputs
	listen      string
	editor      string // address
	names       command.StringList
	open        bool
	edit        bool
	shown       inspect.PreviewOptions
	out         string
	screenshots string
	pseudo      pseudoFlags
	changed     changedFlags
	many        recursive.Flags
}

func previewCommand(run *command.Run) *cobra.Command {
	p := &previewFlags{run: run}
	c := &cobra.Command{
		Use:  "preview [flags] [PLANFILE]",
		Args: command.Arguments(0, 1),
		Long: `Draws every page in every language as people will see it, before anything is sent,
with the defaults that the service documents where nothing is declared. It is
livery's reading of the page: words and colours are those that would be sent, sizes
and places are not documented. Needs no network and no credentials.

Without -out and -screenshots it serves a gallery that follows the files: whoever
saves one sees it at once. What the service last confirmed is shown beside it, and
what changed is ringed; with -base, what was declared at a commit. With PLANFILE the
looks are those of a saved plan.

-edit lets whoever opens the address that it prints change colours, texts, links and
switches in the page, see them drawn in every language, and save them into the files:
the literals alone, after a look at the differences. It listens on this machine only.

-out writes one file that needs nothing beside it, to attach to a pull request. With
-recursive it is a directory that gets one of each stack, and an index.html.
With -pseudo a language is drawn that nobody speaks: the words of the source with
accents, in brackets and 35 % longer, so that what cannot be translated and what has
no room can be seen before there are translations. With -pseudo-rtl it runs from right
to left.

-screenshots takes a picture of every screen with the Chromium or Chrome that is on
this machine (CHROME_PATH, chromium, google-chrome). With -changed it takes two of
each screen that differs, before and after: languages that differ alike are drawn
once, and index.json says which they are. -sheet puts these pairs into one picture.`,
		Example: "livery preview -open\nlivery preview -edit -open\nlivery preview -locale=th -locale=ar_AE\nlivery preview -out=preview.html tonight.plan\nlivery preview -screenshots=pictures -locale=en\nlivery preview -pseudo -pseudo-rtl\nlivery preview -changed -screenshots=pictures -sheet=changed.png tonight.plan\nlivery preview -base=origin/main -changed -screenshots=pictures",
		RunE:    p.execute,
	}
	f := c.Flags()
	f.StringVar(&p.listen, "listen", "127.0.0.1:8586", "Listen on this `address`.")
	f.StringVar(&p.editor, "editor-url", "vscode://file{path}:{line}:{column}", "Open files in the editor by this `address`, in which {path}, {line} and {column} stand for the place.")
	command.LocaleFlag(c, &p.names, "Only this `locale`, such as th or en_US. May be given several times.")
	f.BoolVar(&p.open, "open", false, "Open the gallery in the browser.")
	f.BoolVar(&p.edit, "edit", false, "Let whoever has the address that is printed change colours, texts, links and switches in the gallery, and save them into the files. On this machine only.")
	f.BoolVar(&p.shown.Images, "images", false, "Fetch pictures from their links: the browser then talks to the servers that they name. Otherwise they are labelled boxes.")
	f.StringVar(&p.shown.Base, "base", "", "Compare with what was declared where the checkout left this `commit`, and not with what was last confirmed.")
	f.StringVar(&p.out, "out", "", "Write the gallery to this `file`; with -recursive one of each stack, and an index.html, to this directory.")
	f.StringVar(&p.screenshots, "screenshots", "", "Write a PNG of every screen to this `directory`.")
	p.pseudo.flags(c)
	p.changed.flags(run, c)
	p.inputs.Flags(c)
	p.many.Define(c, 0)
	return c
}

func (p *previewFlags) execute(c *cobra.Command, args []string) error {
	if err := cmp.Or(p.check(c, args), p.many.Check(c)); err != nil {
		return err
	}
	if p.many.On {
		return p.runMany(c, args)
	}
	source := inspect.NewPreview(p.run.Workspace(p.inputs), p.shown)
	data := source.Pictures
	if len(args) > 0 {
		data = func(context.Context) (*inspect.PreviewData, error) { return source.DataOfPlan(args[0]) }
	}
	if p.files() {
		return p.write(c.Context(), data)
	}
	return p.serve(c.Context(), data)
}

// files reports whether files are written, and nothing is served.
func (p *previewFlags) files() bool {
	return p.out != "" || p.screenshots != "" || p.changed.sheet != ""
}

// gather makes the data of a preview from files as they are.
type gather func(ctx context.Context) (*inspect.PreviewData, error)

// check refuses what does not go together.
func (p *previewFlags) check(c *cobra.Command, args []string) error {
	locales, err := command.Locales(p.names)
	if err != nil {
		return err
	}
	p.shown.Locales = locales
	if p.shown.Pseudo, err = p.pseudo.languages(c, args); err != nil {
		return err
	}
	files := p.files()
	switch {
	case p.shown.Images && files:
		return command.Fail("Invalid flag", "-images goes with the live gallery only: a file that fetches pictures would show something else tomorrow.")
	case p.edit && (files || len(args) > 0 || p.many.On):
		return command.Fail("Invalid flag", "-edit changes the files that the live gallery shows, so it cannot be used with a saved plan, -out, -screenshots, -sheet or -recursive.")
	case !isEditorURL(p.editor):
		return command.Fail("Invalid flag", "-editor-url takes an address with {path} in it, such as vscode://file{path}:{line} or idea://open?file={path}&line={line}, not %q.", p.editor)
	case files && (p.open || c.Flags().Changed("listen")):
		return command.Fail("Invalid flag", "-open and -listen go with the live gallery, not with -out, -screenshots and -sheet.")
	case len(args) > 0 && p.shown.Base != "":
		return command.Fail("Invalid flag", "-base compares the files with a commit, so it cannot be used with a saved plan, which knows what it was made from.")
	case len(args) > 0 && len(p.inputs.Assignments) > 0:
		return command.Fail("Invalid flag", "-var and -var-file decide what a plan holds, so they cannot be used with a saved one.")
	}
	return p.changed.check(c, p.screenshots)
}

// isEditorURL reports whether an address leads to a file, and is none that a browser would
// run in the page.
func isEditorURL(address string) bool {
	u, err := url.Parse(strings.NewReplacer("{path}", "/path", "{line}", "1", "{column}", "1").Replace(address))
	return err == nil && strings.Contains(address, "{path}") && u.Scheme != "" &&
		!slices.Contains([]string{"javascript", "data", "blob", "vbscript"}, strings.ToLower(u.Scheme))
}

// write writes the gallery, the screenshots, or both.
func (p *previewFlags) write(ctx context.Context, data gather) error {
	d, err := data(ctx)
	if err != nil {
		return err
	}
	if d.Diagnostics.HasErrors() {
		return &workspace.InvalidError{Diagnostics: d.Diagnostics, Sources: d.Sources}
	}
	if p.out != "" {
		if err := d.Judge(); err != nil {
			return err
		}
		if err := p.run.Reads.WriteFile(p.run.Dir, p.out, d.Gallery.HTML(), 0o644); err != nil {
			return command.Fail("Cannot write the preview", "%v.", err)
		}
		report.WriteGalleryWritten(p.run.Stdout, p.out, d.Gallery.Subject)
	}
	if p.changed.wanted() {
		return p.writeChanged(ctx, d)
	}
	if p.screenshots == "" {
		return nil
	}
	browser, err := p.browser()
	if err != nil {
		return err
	}
	n, err := previewserver.Screenshots(ctx, browser, &d.Gallery, p.run.Dir.Path(p.screenshots), p.progress())
	if err := p.failed(ctx, n, err); err != nil {
		return err
	}
	report.WriteScreenshotsWritten(p.run.Stdout, n, p.screenshots)
	return nil
}

func (p *previewFlags) browser() (string, error) {
	browser, err := previewserver.FindBrowser(p.run.Getenv("CHROME_PATH"), p.run.Dir.Path)
	if err != nil {
		return "", command.Fail("No browser", "%v. \"livery preview -out=preview.html\" needs no browser.", err)
	}
	return browser, nil
}

// failed says what came of taking screenshots that ended too early; nil if all are there.
func (p *previewFlags) failed(ctx context.Context, n int, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil && p.screenshots == "":
		return command.Fail("Interrupted", "The contact sheet was not written.")
	case ctx.Err() != nil:
		return command.Fail("Interrupted", "%d screenshots are in %s.", n, p.screenshots)
	}
	return command.Fail("The screenshots failed", "%v.", err)
}

// progress tells a person at a terminal how far the screenshots have come.
func (p *previewFlags) progress() func(done, all int) {
	if !p.run.Person().Reads() {
		return func(int, int) {}
	}
	return func(done, all int) { report.WriteProgress(p.run.Raw, "screenshot", done, all) }
}

// serve serves the gallery until it is interrupted, and follows the files.
func (p *previewFlags) serve(ctx context.Context, data gather) error {
	run := p.run
	listener, err := net.Listen("tcp", p.listen)
	if err != nil {
		return command.Fail("Cannot listen", "%v. Choose another address with -listen.", err)
	}
	render := func(ctx context.Context) (previewserver.Snapshot, error) {
		d, err := data(ctx)
		if err != nil {
			return previewserver.Snapshot{}, err
		}
		return previewserver.Snapshot{Gallery: d.Gallery, HasErrors: d.Diagnostics.HasErrors(), Watch: d.Watch, Judge: func() ([]preview.Problem, error) {
			err := d.Judge()
			return d.Gallery.Problems, err
		}}, nil
	}
	open, ok := listener.Addr().(*net.TCPAddr)
	public := ok && !open.IP.IsLoopback()
	dir, err := filepath.Abs(run.Dir.Path("."))
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	config, address := previewserver.Config{Render: render, Log: run.Log, Editor: p.editor, Dir: filepath.ToSlash(dir)}, "http://"+reachable(listener.Addr())
	if p.edit {
		if public {
			return errors.Join(command.Fail("Invalid flag", "-edit lets files be changed, so it listens on this machine alone: leave -listen out, or choose an address such as 127.0.0.1:8586."), listener.Close())
		}
		config.Editing = previewserver.NewEditing(studio.New(run.Workspace(p.inputs), p.shown), listener.Addr())
		address += config.Editing.Path()
	}
	server, err := previewserver.New(ctx, config, run.Now())
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	report.WritePreviewAddress(run.Stdout, address, public)
	if p.edit {
		report.WritePreviewEdits(run.Stdout)
	}
	if p.open {
		if err := previewserver.OpenBrowser(ctx, address); err != nil {
			report.WriteNoBrowser(run.Stdout, err)
		}
	}
	following, stop := context.WithCancel(ctx)
	followed := make(chan struct{})
	go func() {
		defer close(followed)
		if err := server.Follow(following); err != nil {
			run.View.NotFollowed(err)
		}
	}()
	defer func() { stop(); <-followed }()
	return command.Serve(ctx, listener, localserver.Server{Handler: server, OnShutdown: server.Close})
}
