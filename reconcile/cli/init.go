package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"livery/schema"
	"livery/schema/syntax"
)

func (a *app) initCommand() *cobra.Command {
	var m moving
	var from string
	c := &cobra.Command{
		Use:  "init [flags] [DIR]",
		Args: arguments(0, 1),
		Long: `Writes a small commented stack that plans and applies against the simulator, and a
.gitignore. A file that exists is never overwritten; in a directory that holds a
stack already, init only says so.

With -migrate-state or -reconfigure it writes no stack: it deals with a state
whose backend block has changed. -migrate-state moves the state to the new place,
with its history, and asks first; the old place is left as it is. -reconfigure
leaves the state behind.`,
		Example: "livery init brand\nlivery init -from=body.json\nlivery init -migrate-state",
	}
	c.Flags().StringVar(&from, "from", "", "Begin with this ConfigureUI `BODY.json`.")
	m.flags(a, c)
	c.RunE = func(c *cobra.Command, args []string) error {
		dir := "."
		if len(args) == 1 {
			dir = args[0]
		}
		if m.asked() {
			if err := m.check(dir, from); err != nil {
				return err
			}
			return a.moveState(c.Context(), &m)
		}
		return a.initStack(dir, from, m.input && a.terminal())
	}
	return c
}

func (a *app) initStack(dir, from string, ask bool) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fail("Cannot create the directory", "%v.", err)
	}
	existing, err := configuration(dir)
	if err != nil {
		return err
	}
	if len(existing) > 0 {
		if from != "" {
			return fail("There is a stack already", "%s exists, and init never overwrites. \"livery import %s\" prints the same as HCL.", existing[0], from)
		}
		if err := a.writeIfMissing(filepath.Join(dir, ".gitignore"), gitignore); err != nil {
			return err
		}
		a.print("There is a stack here already (%s); nothing was overwritten.\n", strings.Join(existing, ", "))
		return nil
	}
	text, err := a.firstStack(from, ask)
	if err != nil {
		return err
	}
	if err := a.writeIfMissing(filepath.Join(dir, "main.livery.hcl"), text); err != nil {
		return err
	}
	if err := a.writeIfMissing(filepath.Join(dir, ".gitignore"), gitignore); err != nil {
		return err
	}
	if !a.automation() {
		where := ""
		if filepath.Clean(dir) != "." {
			where = " -chdir=" + dir
		}
		a.print("\nThe stack works on the simulator that is built in: no account and no network are\nneeded. Try it:\n\n  livery%s plan      see what would be sent\n  livery%s apply     send it\n\nThen edit main.livery.hcl and plan again.\n", where, where)
	}
	return nil
}

func configuration(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fail("Cannot read the directory", "%v.", err)
	}
	var names []string
	for _, e := range entries {
		if syntax.IsConfiguration(e.Name()) {
			names = append(names, filepath.Join(dir, e.Name()))
		}
	}
	return names, nil
}

// writeIfMissing writes a file unless it exists, and says so.
func (a *app) writeIfMissing(path, text string) error {
	switch err := writeNew(path, []byte(text)); {
	case errors.Is(err, fs.ErrExist):
		return nil
	case err != nil:
		return fail("Cannot write a file", "%v.", err)
	}
	a.print("Wrote %s\n", path)
	return nil
}

// firstStack is the text of the stack to begin with.
func (a *app) firstStack(from string, ask bool) (string, error) {
	if from != "" {
		text, diags, src := importBodies([]string{from}, "")
		a.show(diags, src)
		if diags.HasErrors() {
			return "", exit(exitError)
		}
		return accountBlock + "\n" + string(text), nil
	}
	code, colour := "en", "#0b5fff"
	if ask {
		code = a.askFor("Which language first?", code, func(s string) bool { _, ok := schema.ParseLocale(s); return ok })
		colour = a.askFor("What is your brand's colour?", colour, isColour)
	}
	text := strings.NewReplacer("CODE", code, "COLOUR", colour).Replace(starter)
	return accountBlock + text, nil
}

func isColour(s string) bool {
	digits, ok := strings.CutPrefix(s, "#")
	return ok && (len(digits) == 3 || len(digits) == 6) && strings.Trim(strings.ToLower(digits), "0123456789abcdef") == ""
}

// askFor asks until the answer will do; an empty one means the default.
func (a *app) askFor(question, fallback string, valid func(string) bool) string {
	for {
		fmt.Fprintf(a.Stderr, "%s [%s] ", question, fallback)
		answer, err := a.readLine()
		switch answer = strings.TrimSpace(answer); {
		case err != nil || answer == "":
			return fallback
		case valid(answer):
			return answer
		}
		fmt.Fprintf(a.Stderr, "%q will not do.\n", answer)
	}
}

const gitignore = `# What livery keeps for itself.
.livery/
errored.livery.state.json
.livery.state.json.lock*

# The state says what the service last confirmed. Commit it if you work alone and
# want that in git; a team keeps it where all can reach it.
livery.state.json
livery.state.json.backup
`

const accountBlock = `# Which pages this directory is about. "simulator" is built into livery: it needs
# no account and no network. Delete the line to talk to the service itself; the
# keys come from LIVERY_ACCESS_KEY and LIVERY_SECRET_KEY, never from a file.
account {
  base_url = "simulator"
}
`

const starter = `
# What all languages share.
theme "brand" {
  mobile_loading_page {
    progress_color = "COLOUR"
  }
  mobile_result_page {
    next_step_button_background_color = "COLOUR"
    next_step_button_text_color       = readable_on("COLOUR")
  }
}

# One block for each language of the page. "livery schema" lists every page and
# field; what is not said here stays as the service has it.
locale "CODE" {
  theme = theme.brand

  mobile_result_page {
    success_desc = "You're in."
    failed_desc  = "That didn't work. Please try once more."
  }
}
`
