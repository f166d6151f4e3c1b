// Package studio changes the values of a stack on behalf of people who look at its pages:
// it says of an element where its value comes from and where another one can be written,
// lays changes over the files in memory, judges them, and writes them.
//
// # One value's way
//
// [Studio.Element] describes a value and the ways to write it. [Change] is what somebody
// wants; changes come all together with each call, and only the saves of this visit are
// kept, to be undone. [Studio.Draw] makes the edits in memory and reads the stack with
// them. [Studio.Review] gives the differences of the files and a digest of all that was
// read; [Studio.Save] writes if these bytes are still there.
//
// # What it does not know
//
// It knows nothing of HTTP, of who may write, or of how pages are laid out.
package studio

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2"

	"livery/reconcile/inspect"
	"livery/reconcile/translating"
	"livery/reconcile/workspace"
	"livery/schema"
	"livery/schema/rule"
	"livery/schema/stack"
	"livery/schema/syntax"
)

// Studio changes one stack. Its methods may be called at the same time. The workspace must
// show the names of files as seen from its directory.
type Studio struct {
	files   *workspace.Workspace // as they are
	changed *workspace.Workspace // with changes in memory
	preview *inspect.Preview     // of changed
	write   func(before, after map[string][]byte) error

	mu           sync.Mutex
	read         *base    // nil before the first time
	around       *[]other // nil before they are looked for
	done, undone []step   // of this visit, the last one last
}

// New makes a studio. What is drawn is what shown says.
func New(w *workspace.Workspace, shown inspect.PreviewOptions) *Studio {
	changed := workspace.New(w.Config)
	return &Studio{files: w, changed: changed, preview: inspect.NewPreview(changed, shown), write: w.Dir.Rewrite}
}

// Reason says why something is refused.
type Reason uint8

const (
	Impossible Reason = iota + 1 // what is asked for cannot be done, or not yet
	Conflict                     // a file is not as it was
	Failed                       // the files could not be written
)

// Refusal is why nothing was done, in words for people.
type Refusal struct {
	Reason          Reason
	Summary, Detail string
}

// Error implements error.
func (r *Refusal) Error() string { return r.Summary + ": " + r.Detail }

func impossible(summary, format string, args ...any) error {
	return &Refusal{Impossible, summary, fmt.Sprintf(format, args...)}
}

// base is the stack as its files are.
type base struct {
	*stack.Evaluation
	digest string
	own    string // names of files, see listing
	layers map[schema.Locale][]stack.Layer
}

// load reads the stack. A stack with errors cannot be changed: where its values come from
// is not known.
func (s *Studio) load() (*base, error) {
	own := s.listing()
	e, diags, err := s.files.Explore(stack.NeedDocuments)
	if err != nil {
		return nil, err
	}
	for _, d := range diags {
		if schema.LevelOf(d) != rule.Error {
			continue
		}
		return nil, impossible("The files have errors", "Nothing can be changed here until they are mended: %s", sentence(d))
	}
	b := &base{Evaluation: e, own: own, layers: make(map[schema.Locale][]stack.Layer)}
	b.digest = b.sum(func(name string) []byte { return translating.SourceOf(e, name) })
	s.read = b
	return b, nil
}

// sentence is a finding in one line.
func sentence(d *hcl.Diagnostic) string {
	text := d.Summary + ": " + d.Detail
	if d.Subject != nil {
		text = schema.Place(*d.Subject) + ": " + text
	}
	return text
}

// loaded is the stack as it was read last, if its files are as they were. Of new ones it
// sees those in the stack's own directory; what is written is of a stack that was just read.
func (s *Studio) loaded() (*base, error) {
	if s.read == nil || s.read.own != s.listing() {
		return s.load()
	}
	onDisk := s.read.sum(func(name string) []byte {
		src, _ := s.files.Dir.ReadFile(filepath.FromSlash(name))
		return src
	})
	if onDisk != s.read.digest {
		return s.load()
	}
	return s.read, nil
}

// listing are the names of the files in the stack's own directory that are read without
// being named.
func (s *Studio) listing() string {
	entries, _ := fs.ReadDir(s.files.Dir.FS(), ".") // what cannot be listed has no names
	var b strings.Builder
	for _, e := range entries {
		if syntax.IsConfiguration(e.Name()) || syntax.IsAutoVariables(e.Name()) {
			b.WriteString(e.Name() + "\x00")
		}
	}
	return b.String()
}

// sum is the digest of every file that was read, by what each holds.
func (b *base) sum(content func(name string) []byte) string {
	names := make([]string, 0, len(b.Dependencies))
	for _, d := range b.Dependencies {
		if d.Kind == syntax.Content {
			names = append(names, d.Path)
		}
	}
	slices.Sort(names)
	hash := sha256.New()
	for _, name := range slices.Compact(names) {
		src := content(name)
		fmt.Fprintf(hash, "%s\x00%t\x00%d\x00", name, src != nil, len(src))
		hash.Write(src)
	}
	return hex.EncodeToString(hash.Sum(nil))
}

// document is that of a locale; false if none is declared.
func (b *base) document(locale schema.Locale) (schema.Document, bool) {
	i := slices.IndexFunc(b.Documents, func(d schema.Document) bool { return d.Locale == locale })
	if i < 0 {
		return schema.Document{}, false
	}
	return b.Documents[i], true
}

func (b *base) layersOf(locale schema.Locale) []stack.Layer {
	list, known := b.layers[locale]
	if !known {
		list = b.Layers(locale)
		b.layers[locale] = list
	}
	return list
}
