package texts

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"
	"unicode"

	"github.com/hashicorp/hcl/v2"

	"livery/schema"
	"livery/schema/config"
	"livery/schema/rule"
	"livery/schema/stack"
)

// Text is one text of a document: a field, or the text of a tip.
type Text struct {
	Path  string
	Field *schema.Field
	Value schema.Value
}

// Words is the text as it is sent.
func (t Text) Words() string { return t.Value.Text() }

// Of visits the texts that a document declares, in the order of the catalogue.
func Of(d schema.Document) iter.Seq[Text] {
	return func(visit func(Text) bool) {
		for _, f := range schema.Fields() {
			switch f.Kind {
			case schema.Text:
				if v := d.At(f); v.Declared() && !visit(Text{f.Path(), f, v}) {
					return
				}
			case schema.Tips:
				for i, tip := range d.At(f).Tips() {
					if tip.Text.Declared() && !visit(Text{TipPath(f, i), f.Item("text"), tip.Text}) {
						return
					}
				}
			}
		}
	}
}

// TipPath is the path of the text of a tip, by its place in the list.
func TipPath(f *schema.Field, i int) string { return fmt.Sprintf("%s[%d].text", f.Path(), i) }

// Source is the language that the others are translated from: the one that the texts
// block names, or en_US. It is false where no document is declared for it.
func Source(s *stack.Stack) (schema.Locale, bool) {
	source := cmp.Or(s.Module.Settings.Texts.Source, schema.English)
	return source, slices.ContainsFunc(s.Documents, func(d schema.Document) bool { return d.Locale == source })
}

// NoSource is what to say of a stack without a document for its source: a summary, and what
// helps.
func NoSource(source schema.Locale) (summary, detail string) {
	return "No source language", fmt.Sprintf("No document is declared for %s, which the others would be translated from. Say which one it is, as in livery { texts { source = \"th\" } }.", source)
}

// State is how a text of a language stands to the source.
type State string

// States of a text.
const (
	Missing      State = "missing"      // the source has it, the language has not
	Untranslated State = "untranslated" // the source's words
	Stale        State = "stale"        // made from other words, or from another note
	Unrecorded   State = "unrecorded"   // translated, and the lock does not know from what
	Current      State = "current"      // translated, and the lock agrees
	Extra        State = "extra"        // only this language has it
)

// States lists the states in the order in which they are counted.
func States() []State { return []State{Current, Stale, Untranslated, Missing, Unrecorded, Extra} }

// Unit is a text of a language, with that of the source.
type Unit struct {
	Path   string
	Field  *schema.Field
	Source schema.Value // not declared for a text that the source has not
	Target schema.Value // not declared for one that is missing
	Note   Made         // what a translation that is made now is made from
	Hint   string       // a note for translators, of the file of notes or a comment; "" for none
	Before []Made       // what the lock says that the translation was made from
	State  State
}

// Reason says of a unit that is stale why it is, as the end of a sentence that begins with
// its path.
func (u *Unit) Reason(source schema.Locale) string {
	switch made := u.Before[0]; {
	case len(u.Before) > 1:
		return "has two entries in the lock of texts, as a merge leaves them: whether it is right for today's words is not known."
	case made.Words != u.Note.Words:
		return fmt.Sprintf("was translated from %q; the source %s now says %q.", made.Words, source, u.Note.Words)
	default:
		return fmt.Sprintf("was translated with the note %q, which now says %q.", made.Note, u.Note.Note)
	}
}

// Language is a language with its units, in the order of the catalogue.
type Language struct {
	schema.Document
	Units []Unit
}

// Count is the number of units in a state.
func (l *Language) Count(s State) int {
	n := 0
	for i := range l.Units {
		if l.Units[i].State == s {
			n++
		}
	}
	return n
}

// Percent is how much of the source's texts is translated, rounded down.
func (l *Language) Percent() int {
	all := len(l.Units) - l.Count(Extra)
	if all == 0 {
		return 100
	}
	return (l.Count(Current) + l.Count(Unrecorded)) * 100 / all
}

// Unit is the unit of that path, in either spelling; nil if there is none.
func (l *Language) Unit(path string) *Unit {
	i := slices.IndexFunc(l.Units, func(u Unit) bool { return u.Path == path || schema.Snake(u.Path) == path })
	if i < 0 {
		return nil
	}
	return &l.Units[i]
}

// Table is all texts of a stack.
type Table struct {
	Source    schema.Document
	Texts     []Text      // of the source
	Languages []*Language // but for the source, by locale
	Keep      []string    // names that no translation changes, the longest first
	Lock      *Lock
	LockFile  string            // relative to the stack
	LockSaved []byte            // what it holds; nil if it is not there
	Sources   map[string][]byte // the lock and the notes, by their names in ranges

	notes   notes
	allowed []string // words that a language may have in common with the source
}

// Language is the language of a locale; nil if there is none.
func (t *Table) Language(l schema.Locale) *Language {
	i := slices.IndexFunc(t.Languages, func(in *Language) bool { return in.Locale == l })
	if i < 0 {
		return nil
	}
	return t.Languages[i]
}

// Renewed is the lock as a file, without the entries of texts that are gone.
func (t *Table) Renewed() []byte {
	t.Lock.Keep(func(locale schema.Locale, path string) bool {
		in := t.Language(locale)
		return in != nil && in.Unit(path) != nil
	})
	return t.Lock.Bytes()
}

// Read makes the table of a stack that has a source. With faults in the lock or in the
// notes it is made without them.
func Read(s *stack.Stack) (*Table, hcl.Diagnostics) {
	t, diags := Open(s)
	for _, d := range s.Documents {
		if d.Locale != t.Source.Locale {
			t.Languages = append(t.Languages, t.Compare(d))
		}
	}
	slices.SortFunc(t.Languages, func(a, b *Language) int { return cmp.Compare(a.Locale, b.Locale) })
	return t, diags
}

// Open is Read without the languages.
func Open(s *stack.Stack) (*Table, hcl.Diagnostics) {
	source, _ := Source(s)
	set := s.Module.Settings.Texts
	t := &Table{
		Lock: new(Lock), LockFile: cmp.Or(set.Lock, config.DefaultLock), Sources: make(map[string][]byte),
		Keep: KeptNames(s), allowed: KeptNames(s), notes: notes{module: s.Module, comments: make(map[string]config.Comments)},
	}
	diags := append(t.readLock(s.Module.Sources), t.readNotes(set)...)
	for _, d := range s.Documents {
		if d.Locale == source {
			t.Source, t.Texts = d, slices.Collect(Of(d))
		}
	}
	if words, ok := s.Options[rule.Untranslated]["allow"].Value.([]string); ok {
		t.allowed = append(t.allowed, words...)
	}
	return t, diags
}

// UnitAt is the unit of a document at a path in the API's spelling; false if neither it nor
// the source has the text.
func (t *Table) UnitAt(d schema.Document, path string) (Unit, bool) {
	source, own := At(slices.Values(t.Texts), path), At(Of(d), path)
	switch {
	case source.Field == nil && own.Field == nil, !own.Value.Declared() && undecided(d, path):
		return Unit{}, false
	case source.Field == nil:
		return t.extra(d, own), true
	default:
		return t.unit(d, source, own.Value), true
	}
}

// At is the text of a path in the API's spelling; the zero Text if there is none.
func At(all iter.Seq[Text], path string) Text {
	for t := range all {
		if t.Path == path {
			return t
		}
	}
	return Text{}
}

// Stale are the units of a document that are stale.
func (t *Table) Stale(d schema.Document) []Unit {
	var list []Unit
	for _, text := range t.Texts {
		if before := t.Lock.Made(d.Locale, text.Path); len(before) == 0 || len(before) == 1 && before[0].agrees(t.made(text)) {
			continue
		}
		if u := t.unit(d, text, At(Of(d), text.Path).Value); u.State == Stale {
			list = append(list, u)
		}
	}
	return list
}

// made is what a translation of a text that is made now is made from.
func (t *Table) made(source Text) Made {
	return Made{Words: source.Words(), Note: t.notes.of(source.Path)}
}

func (t *Table) readLock(files *config.Sources) hcl.Diagnostics {
	src, fault := files.ReadFile(t.LockFile, schema.Subject{})
	if fault != nil {
		return hcl.Diagnostics{fault}
	}
	if src == nil {
		return nil
	}
	t.LockSaved, t.Sources[files.Shown(t.LockFile)] = src, src
	lock, fault := ParseLock(src, files.Shown(t.LockFile))
	if fault != nil {
		return hcl.Diagnostics{fault}
	}
	t.Lock = lock
	return nil
}

// Compare compares a document with the source.
func (t *Table) Compare(d schema.Document) *Language {
	l := &Language{Document: d}
	own := make(map[string]Text)
	for text := range Of(d) {
		own[text.Path] = text
	}
	for _, text := range t.Texts {
		target := own[text.Path]
		delete(own, text.Path)
		if !target.Value.Declared() && undecided(d, text.Path) {
			continue // it may have any words, or none
		}
		l.Units = append(l.Units, t.unit(d, text, target.Value))
	}
	for _, text := range own {
		l.Units = append(l.Units, t.extra(d, text))
	}
	slices.SortFunc(l.Units, func(a, b Unit) int { return ComparePaths(a.Path, b.Path) })
	return l
}

// extra is the unit of a text that only a document has.
func (t *Table) extra(d schema.Document, own Text) Unit {
	return Unit{Path: own.Path, Field: own.Field, Target: own.Value, State: Extra, Before: t.Lock.Made(d.Locale, own.Path)}
}

func undecided(d schema.Document, path string) bool {
	list, _, _ := strings.Cut(path, "[")
	_, open := d.Undecided()[list]
	return open
}

func (t *Table) unit(d schema.Document, source Text, target schema.Value) Unit {
	u := Unit{Path: source.Path, Field: source.Field, Source: source.Value, Target: target, Note: t.made(source), Before: t.Lock.Made(d.Locale, source.Path)}
	u.Hint = cmp.Or(u.Note.Note, t.notes.beside(source.Value), t.notes.beside(target))
	switch {
	case !target.Declared():
		u.State = Missing
	case SameWords(target.Text(), source.Words(), t.allowed) && !SameLanguage(d.Locale, t.Source.Locale):
		u.State = Untranslated
	case len(u.Before) == 0:
		u.State = Unrecorded
	case len(u.Before) > 1 || !u.Before[0].agrees(u.Note):
		u.State = Stale
	default:
		u.State = Current
	}
	return u
}

// agrees reports whether a translation that was made from one is right for the other: a
// first note says nothing against what was made without one.
func (m Made) agrees(now Made) bool {
	return m.Words == now.Words && (m.Note == now.Note || m.Note == "" || now.Note == "")
}

// SameLanguage reports whether two locales differ in script or country alone.
func SameLanguage(a, b schema.Locale) bool {
	first, _, _ := strings.Cut(a.Info().BCP47, "-")
	second, _, _ := strings.Cut(b.Info().BCP47, "-")
	return first == second
}

// KeptNames are the names that no translation changes, the longest first: whoever looks
// for Acme Pay must not find Acme before.
func KeptNames(s *stack.Stack) []string {
	return slices.SortedStableFunc(slices.Values(s.Module.Settings.Texts.Keep), func(a, b string) int { return cmp.Compare(len(b), len(a)) })
}

// SameWords reports whether a text has the source's words and would have to have others:
// not one of names, of words that are allowed and of braces alone, nor one that is very
// short.
func SameWords(words, source string, allowed []string) bool {
	const fewest = 4 // letters; OK is OK in most languages
	if words != source {
		return false
	}
	for _, name := range slices.Concat(allowed, schema.Braces(words)) {
		words = strings.ReplaceAll(words, name, " ")
	}
	n := 0
	for _, r := range words {
		if unicode.IsLetter(r) {
			n++
		}
	}
	return n >= fewest
}
