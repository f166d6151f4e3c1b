package cli

import (
	"context"
	"fmt"
	"net"
	"os/exec"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"livery/reconcile/previewserver"
	"livery/reconcile/state"
	"livery/schema"
)

// previewing is what the command preview is asked for.
type previewing struct {
	inputs
	listen      string
	locales     stringList
	open        bool
	images      bool
	out         string
	screenshots string

	applied    *state.Snapshot // as it was read last; nil before
	appliedAt  time.Time       // when that was
	appliedErr error           // what came of it
}

func (a *app) previewCommand() *cobra.Command {
	var p previewing
	c := &cobra.Command{
		Use:  "preview [flags] [PLANFILE]",
		Args: arguments(0, 1),
		Long: `Draws every page in every language as people will see it, before anything is sent,
with the defaults that the service documents where nothing is declared. It is
livery's reading of the page: words and colours are those that would be sent, sizes
and places are not documented. Needs no network and no credentials.

Without -out and -screenshots it serves a gallery that follows the files: whoever
saves one sees it at once. What the service last confirmed is shown beside it, and
what changed is ringed. With PLANFILE the looks are those of a saved plan.

-out writes one file that needs nothing beside it, to attach to a pull request.
-screenshots takes a picture of every screen with the Chromium or Chrome that is on
this machine (CHROME_PATH, chromium, google-chrome).`,
		Example: "livery preview -open\nlivery preview -locale=th -locale=ar_AE\nlivery preview -out=preview.html tonight.plan\nlivery preview -screenshots=pictures -locale=en",
	}
	f := c.Flags()
	f.StringVar(&p.listen, "listen", "127.0.0.1:8586", "Listen on this `address`.")
	f.Var(&p.locales, "locale", "Only this `locale`, such as th or en_US. May be given several times.")
	f.BoolVar(&p.open, "open", false, "Open the gallery in the browser.")
	f.BoolVar(&p.images, "images", false, "Fetch pictures from their links: the browser then talks to the servers that they name. Otherwise they are labelled boxes.")
	f.StringVar(&p.out, "out", "", "Write the gallery to this `file`.")
	f.StringVar(&p.screenshots, "screenshots", "", "Write a PNG of every screen to this `directory`.")
	p.flags(c)
	if err := c.RegisterFlagCompletionFunc("locale", completeLocales); err != nil {
		panic(fmt.Sprintf("cli: %v", err)) // the flag is defined just above
	}
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := p.check(c, args); err != nil {
			return err
		}
		switch {
		case p.out != "" || p.screenshots != "":
			return a.previewFiles(c.Context(), &p, args)
		default:
			return a.previewServe(c.Context(), &p, args)
		}
	}
	return c
}

// check refuses what does not go together.
func (p *previewing) check(c *cobra.Command, args []string) error {
	for i, text := range p.locales {
		loc, ok := schema.ParseLocale(text)
		if !ok {
			hint := ""
			if near := schema.NearestLocale(text); near != "" {
				hint = fmt.Sprintf(" Did you mean %q?", near)
			}
			return fail("Unknown locale", "%q is not one of the service's locales.%s \"livery schema locale\" lists them.", text, hint)
		}
		p.locales[i] = string(loc)
	}
	files := p.out != "" || p.screenshots != ""
	switch {
	case p.images && files:
		return fail("Invalid flag", "-images goes with the live gallery only: a file that fetches pictures would show something else tomorrow.")
	case files && (p.open || c.Flags().Changed("listen")):
		return fail("Invalid flag", "-open and -listen go with the live gallery, not with -out and -screenshots.")
	case len(args) > 0 && len(p.assignments) > 0:
		return fail("Invalid flag", "-var and -var-file decide what a plan holds, so they cannot be used with a saved one.")
	}
	return nil
}

func completeLocales(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, row := range schema.Locales() {
		names = append(names, string(row.Value))
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// previewFiles writes the gallery, the screenshots, or both.
func (a *app) previewFiles(ctx context.Context, p *previewing, args []string) error {
	picture, err := a.picture(ctx, p, args)
	if err != nil {
		return err
	}
	if picture.Faulty {
		a.show(picture.diags, picture.sources)
		return exit(exitError)
	}
	g := &picture.Gallery
	if p.out != "" {
		if err := writeWhole(p.out, g.HTML(), 0o644); err != nil {
			return fail("Cannot write the preview", "%v.", err)
		}
		a.print("Wrote %s: %s.\n", p.out, g.Subject)
	}
	if p.screenshots == "" {
		return nil
	}
	browser, err := a.browser()
	if err != nil {
		return err
	}
	n, err := previewserver.Screenshots(ctx, browser, g, p.screenshots, a.progress("screenshot"))
	switch {
	case ctx.Err() != nil:
		return fail("Interrupted", "%d screenshots are in %s.", n, p.screenshots)
	case err != nil:
		return fail("The screenshots failed", "%v.", err)
	}
	a.print("Wrote %d screenshots to %s.\n", n, p.screenshots)
	return nil
}

// progress tells a person at a terminal how far something has come.
func (a *app) progress(what string) func(done, all int) {
	if !a.terminalOut() {
		return func(int, int) {}
	}
	return func(done, all int) {
		a.print("\r%s %d of %d", what, done, all)
		if done == all {
			a.print("\r\x1b[K")
		}
	}
}

// browser is the Chromium of this machine.
func (a *app) browser() (string, error) {
	if path := a.Getenv("CHROME_PATH"); path != "" {
		found, err := exec.LookPath(path)
		if err != nil {
			return "", fail("No browser", "CHROME_PATH does not name a program that can be run: %v.", err)
		}
		return found, nil
	}
	names := []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"}
	if runtime.GOOS == "darwin" {
		names = append(names, "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium")
	}
	for _, name := range names {
		if found, err := exec.LookPath(name); err == nil {
			return found, nil
		}
	}
	return "", fail("No browser", "Screenshots are taken by Chromium or Chrome, and neither is on the PATH. Install one, or name it in CHROME_PATH. \"livery preview -out=preview.html\" needs no browser.")
}

// previewServe serves the gallery until it is interrupted, and follows the files.
func (a *app) previewServe(ctx context.Context, p *previewing, args []string) error {
	listener, err := net.Listen("tcp", p.listen)
	if err != nil {
		return fail("Cannot listen", "%v. Choose another address with -listen.", err)
	}
	draw := func(ctx context.Context) (previewserver.Snapshot, error) {
		picture, err := a.picture(ctx, p, args)
		if err != nil {
			return previewserver.Snapshot{}, err
		}
		return picture.Snapshot, nil
	}
	server, err := previewserver.New(ctx, previewserver.Config{Render: draw, Listen: listener.Addr(), Log: a.log}, a.Now())
	if err != nil {
		_ = listener.Close() // the fault is told by the error
		return err
	}
	address := "http://" + reachable(listener.Addr())
	a.print("The preview is at %s\n", address)
	if open, ok := listener.Addr().(*net.TCPAddr); ok && !open.IP.IsLoopback() {
		a.print("Everybody who can reach this machine can look at it.\n")
	}
	a.print("It follows the files. Stop it with Ctrl-C.\n")
	if p.open {
		a.openBrowser(ctx, address)
	}
	following, stop := context.WithCancel(ctx)
	followed := make(chan struct{})
	go func() {
		defer close(followed)
		if err := server.Follow(following); err != nil {
			a.warn("The files cannot be followed", "%s. The gallery shows them as they were when it was started.", capital(err.Error()))
		}
	}()
	defer func() { stop(); <-followed }()
	return serveUntilInterrupted(ctx, listener, server, server.Close)
}

// openBrowser asks the desktop to show an address; where it cannot, the address
// has been printed.
func (a *app) openBrowser(ctx context.Context, address string) {
	name, args := "xdg-open", []string{address}
	switch runtime.GOOS {
	case "darwin":
		name = "open"
	case "windows":
		name, args = "rundll32", []string{"url.dll,FileProtocolHandler", address}
	}
	command := exec.CommandContext(ctx, name, args...)
	if err := command.Start(); err != nil {
		a.print("No browser could be opened (%v); open the address yourself.\n", err)
		return
	}
	go func() { _ = command.Wait() }() // whatever it says, the address stands above
}
