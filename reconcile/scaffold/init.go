// Package scaffold begins stacks: an example to learn from, or what request bodies that
// somebody has say as configuration.
//
// # What it does not know
//
// It knows of no state and no account, and writes over nothing.
package scaffold

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"livery/reconcile/workspace"
	"livery/schema/wording"
)

// Options say what to begin with.
type Options struct {
	From []string // request bodies; none to begin with an example
	// Ask asks a person for the first language and the brand's colour, and gives
	// back what was given where there is no answer; nil asks nobody.
	Ask func(language, colour string) (string, string)
}

// Initialised is what Init has found and made. Names are as people see them.
type Initialised struct {
	Existing    []string        // files of the stack that was there already
	Written     []string        // files that are new
	Diagnostics hcl.Diagnostics // about From
	Sources     map[string][]byte
}

// Init writes a small stack into dir, which is relative to the directory d. A file
// that exists is never overwritten. What was done is returned also with an error.
func Init(d workspace.Directory, dir string, opts Options) (*Initialised, error) {
	if err := os.MkdirAll(d.Path(dir), 0o755); err != nil {
		return nil, workspace.Failf("Cannot create the directory", "%v.", err)
	}
	done := new(Initialised)
	var err error
	if done.Existing, err = d.Configuration(dir); err != nil {
		return nil, err
	}
	if len(done.Existing) > 0 {
		if len(opts.From) > 0 {
			return nil, workspace.Failf("There is a stack already", "%s exists, and init never overwrites. \"%s\" prints the same as HCL.", done.Existing[0], wording.Command(string(d), append([]string{"import"}, opts.From...)...))
		}
		return done, writeMissing(d, done, filepath.Join(dir, ".gitignore"), gitignore)
	}
	text, err := firstStack(d, done, opts)
	if err != nil {
		return nil, err
	}
	if err := writeMissing(d, done, filepath.Join(dir, "main.livery.hcl"), accountBlock+text); err != nil {
		return done, err
	}
	return done, writeMissing(d, done, filepath.Join(dir, ".gitignore"), gitignore)
}

// writeMissing writes a file unless it exists.
func writeMissing(d workspace.Directory, done *Initialised, name, text string) error {
	f, err := os.OpenFile(d.Path(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err == nil {
		_, err = f.WriteString(text)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		return workspace.Failf("Cannot write a file", "%v.", err)
	}
	done.Written = append(done.Written, name)
	return nil
}

// firstStack is the text of the stack to begin with, without its account.
func firstStack(d workspace.Directory, done *Initialised, opts Options) (string, error) {
	if len(opts.From) > 0 {
		in, err := Import(d, opts.From, "", "")
		if err != nil {
			return "", err
		}
		if in.Diagnostics.HasErrors() {
			return "", &workspace.InvalidError{Diagnostics: in.Diagnostics, Sources: in.Sources}
		}
		done.Diagnostics, done.Sources = in.Diagnostics, in.Sources
		return "\n" + string(in.HCL), nil
	}
	language, colour := "en", "#0b5fff"
	if opts.Ask != nil {
		language, colour = opts.Ask(language, colour)
	}
	return strings.NewReplacer("CODE", language, "COLOUR", colour).Replace(starter), nil
}
