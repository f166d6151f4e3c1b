// Package translating sends the texts of a stack out to translators and takes them back:
// what is translated, what goes into a file, what of a file is written where, and what the
// lock of texts records.
//
// It knows neither flags nor how anything is written for people, nor the forms of
// translators' files, which package interchange reads and writes.
package translating

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"livery/reconcile/workspace"
	"livery/schema"
	"livery/schema/stack"
	"livery/schema/texts"
)

// Stack is a stack whose texts are looked at.
type Stack struct {
	*texts.Table
	Chosen []*texts.Language // that were asked for
	Files  map[string][]byte // that ranges lie in, by the names in them

	w     *workspace.Workspace
	asked *stack.Evaluation
	fresh map[string]bool // files of texts that documents name and that are not there
}

// emptyTexts is what a file of texts holds that is not there yet.
const emptyTexts = "{}\n"

// Open reads a stack for the languages of that names; none for all but the source. Faults
// of the files are an *workspace.InvalidError, but for files of texts that are not there:
// these are empty.
func Open(w *workspace.Workspace, locales []string) (*Stack, error) {
	asked, diags, err := w.Explore(stack.NeedDocuments)
	if err != nil {
		return nil, err
	}
	s := &Stack{w: w, asked: asked, fresh: make(map[string]bool)}
	for _, d := range asked.Documents {
		name := asked.TextsFile(d.Locale)
		if name == "" {
			continue
		}
		if _, err := w.Dir.ReadFile(name); errors.Is(err, fs.ErrNotExist) {
			s.fresh[name] = true
		}
	}
	if len(s.fresh) > 0 {
		unsaved := maps.Clone(w.Unsaved)
		if unsaved == nil {
			unsaved = make(map[string][]byte)
		}
		for name := range s.fresh {
			unsaved[name] = []byte(emptyTexts)
		}
		if s.asked, diags, err = s.with(unsaved); err != nil {
			return nil, err
		}
	}
	s.Files = s.asked.Sources
	if diags.HasErrors() {
		return nil, s.invalid(diags)
	}
	if source, ok := texts.Source(s.asked.Stack); !ok {
		summary, detail := texts.NoSource(source)
		return nil, workspace.Failf(summary, "%s", detail)
	}
	if s.Table, diags = texts.Read(s.asked.Stack); diags.HasErrors() {
		maps.Copy(s.Files, s.Sources)
		return nil, s.invalid(diags)
	}
	s.Chosen, err = s.choose(locales)
	return s, err
}

// Variables are those that the stack declares.
func (s *Stack) Variables() map[string]cty.Value { return s.asked.Variables }

func (s *Stack) invalid(diags hcl.Diagnostics) error {
	return &workspace.InvalidError{Diagnostics: diags, Sources: s.Files}
}

// with reads the stack with other bytes in some of its files.
func (s *Stack) with(unsaved map[string][]byte) (*stack.Evaluation, hcl.Diagnostics, error) {
	c := s.w.Config
	c.Unsaved = unsaved
	return workspace.New(c).Explore(stack.NeedDocuments)
}

func (s *Stack) choose(names []string) ([]*texts.Language, error) {
	if len(names) == 0 {
		return s.Languages, nil
	}
	var chosen []*texts.Language
	for _, name := range names {
		locale, fault := schema.JudgeLocale(name, schema.Subject{})
		if fault != nil {
			return nil, workspace.Failf(fault.Summary, "%s", fault.Detail)
		}
		in := s.Language(locale)
		switch {
		case locale == s.Source.Locale:
			return nil, workspace.Failf("Not a translation", "%s is the source, which the others are translated from.", locale)
		case in == nil:
			return nil, workspace.Failf("No such locale", "Nothing declares a document for %s.%s", locale, s.declared())
		case !slices.Contains(chosen, in):
			chosen = append(chosen, in)
		}
	}
	slices.SortFunc(chosen, func(a, b *texts.Language) int { return a.Locale.AddressOf().Compare(b.Locale.AddressOf()) })
	return chosen, nil
}

func (s *Stack) declared() string {
	if len(s.Languages) == 0 {
		return ""
	}
	list := make([]schema.Locale, len(s.Languages))
	for i, in := range s.Languages {
		list[i] = in.Locale
	}
	return fmt.Sprintf(" Declared: %s.", schema.ListLocales(list))
}
