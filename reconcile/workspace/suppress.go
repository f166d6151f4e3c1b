package workspace

import (
	"cmp"
	"fmt"
	"path/filepath"
	"time"

	"github.com/hashicorp/hcl/v2"

	"livery/schema/stack"
	"livery/schema/suppress"
	"livery/schema/wording"
)

// Found reads a stack and says what is wrong with it, also what is not to be shown.
func Found(w *Workspace) (*stack.Stack, hcl.Diagnostics, error) {
	loaded, diags, err := Reload(w, new(stack.Stack), stack.NeedNothing)
	if err != nil {
		return nil, nil, err
	}
	return loaded, append(diags, emptyStack(w.Dir, loaded, diags)...), nil
}

// Suppress leaves out findings that the files of the stack ignore, and those that are in
// the baseline which they name.
func (c *Config) Suppress(s *stack.Stack, diags hcl.Diagnostics) (hcl.Diagnostics, error) {
	shown, err := c.Ignored(s, diags)
	name := s.Module.Settings.Baseline
	if name == "" || err != nil {
		return shown, err
	}
	b, err := c.Baseline(name)
	if err != nil {
		return nil, err
	}
	return b.Apply(shown, s.Sources, b.Name), nil
}

// Ignored leaves out findings that the files of the stack ignore.
func (c *Config) Ignored(s *stack.Stack, diags hcl.Diagnostics) (hcl.Diagnostics, error) {
	ignores, err := c.Ignores(s)
	if err != nil {
		return nil, err
	}
	return ignores.Apply(diags), nil
}

// Ignores are those of a stack, at this moment.
func (c *Config) Ignores(s *stack.Stack) (*suppress.Ignores, error) {
	now := c.Now()
	if text := c.Getenv("LIVERY_NOW"); text != "" {
		set, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return nil, Failf("Invalid LIVERY_NOW", "%q is no time such as 2027-01-31T00:00:00Z.", text)
		}
		now = set
	}
	return suppress.IgnoresOf(s, now), nil
}

// Baseline is a file of findings that are not to be shown.
type Baseline struct {
	*suppress.Baseline
	Path  string // relative to the process
	Shown string // as findings would name it

	dir, root string // where it is, and where people are: both absolute
}

// NewBaseline is a baseline that is not written yet.
func (c *Config) NewBaseline(name string) *Baseline {
	file := c.Dir.Path(filepath.FromSlash(name))
	b := &Baseline{Baseline: new(suppress.Baseline), Path: file, Shown: name}
	var err error
	if b.dir, err = filepath.Abs(filepath.Dir(file)); err != nil {
		return b
	}
	b.root, _ = filepath.Abs(".") // as above
	if up, err := filepath.Rel(cmp.Or(filepath.FromSlash(c.Prefix), "."), "."); err == nil {
		b.root, _ = filepath.Abs(c.Dir.Path(up))
	}
	b.Shown = b.InFindings(filepath.Base(file))
	return b
}

// Baseline reads a baseline, which is named relative to the stack.
func (c *Config) Baseline(name string) (*Baseline, error) {
	b := c.NewBaseline(name)
	data, err := c.Dir.ReadFile(filepath.FromSlash(name))
	if err != nil {
		return nil, &Failure{"Cannot read the baseline", fmt.Sprintf("%v. \"%s\" writes it.", err, wording.Command(string(c.Dir), "lint", "-baseline="+name, "-write-baseline")), err}
	}
	if b.Baseline, err = suppress.ParseBaseline(data); err != nil {
		return nil, Failf("Cannot read the baseline", "%s: %v.", name, err)
	}
	return b, nil
}

// Name is the name of a file as the baseline has it: relative to where the baseline is.
func (b *Baseline) Name(shown string) string {
	return way(b.dir, filepath.Join(b.root, filepath.FromSlash(shown)), shown)
}

// InFindings is Name the other way round.
func (b *Baseline) InFindings(name string) string {
	return way(b.root, filepath.Join(b.dir, filepath.FromSlash(name)), name)
}

// way is the way between two absolute places; otherwise where there is none.
func way(from, to, otherwise string) string {
	rel, err := filepath.Rel(from, to)
	if err != nil {
		return otherwise
	}
	return filepath.ToSlash(rel)
}
