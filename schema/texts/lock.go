package texts

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"

	"livery/schema"
	"livery/schema/jsontext"
	"livery/schema/rule"
	"livery/schema/syntax"
)

// Made is what a translation was made from.
type Made struct {
	Words string
	Note  string // "" for none
}

// Lock says from what each translation was made. The zero Lock knows nothing.
//
// A lock is a text file in which every entry stands apart from its neighbours by an empty
// line, so that two branches that change different entries merge without a conflict.
type Lock struct {
	entries map[schema.Locale]map[string]*entry
}

// entry is what a lock knows of a translation.
type entry struct {
	made     []Made   // more than one where a merge has left both
	replaced []string // translations that imports have put another one in the place of
}

// lockHeader begins a lock.
const lockHeader = "# livery texts lock, version 1. Each text and the words it was translated from.\n"

// ParseLock reads a lock.
func ParseLock(src []byte, filename string) (*Lock, *hcl.Diagnostic) {
	l := new(Lock)
	if !utf8.Valid(src) {
		return nil, lockFault(filename, 1, 0, "Not a text file", filename+" is not valid UTF-8; save it as UTF-8.")
	}
	var locale schema.Locale
	path, offset, number := "", 0, 0
	for line := range strings.Lines(strings.TrimPrefix(string(src), syntax.ByteOrderMark)) {
		number++
		start := offset
		offset += len(line)
		line = strings.TrimRight(line, " \t\r\n")
		fault := func(summary, format string, args ...any) *hcl.Diagnostic {
			return lockFault(filename, number, start, summary, fmt.Sprintf(format, args...))
		}
		switch {
		case line == "":
		case isConflict(line):
			return nil, fault("Merge conflict in the lock of texts",
				"Here stands what git writes where two branches cannot be merged. Take out the lines that begin with <, = and >; of an entry that then has two texts, livery says stale until the translation is accepted or imported again.")
		case line[0] == '#':
			if version := versionOf(line); version > 1 {
				return nil, fault("Lock of a newer livery", "%s has version %d; this livery reads version 1.", filename, version)
			}
		case line[0] == '[' && strings.HasSuffix(line, "]"):
			var ok bool
			if locale, ok = schema.ParseLocale(line[1 : len(line)-1]); !ok {
				return nil, fault("Unknown locale", "%q is not one of the 32 locale values of the service.", line[1:len(line)-1])
			}
			path = ""
		case line[0] != ' ' && line[0] != '\t':
			if locale == "" {
				return nil, fault("Not a lock of texts", "An entry stands below the locale that it belongs to, as in [th_TH].")
			}
			path = line
		default:
			if path == "" || !l.parse(locale, path, strings.TrimLeft(line, " \t")) {
				return nil, fault("Not a lock of texts", `An entry is the path of a text, and below it, indented, the words in quotes, as in "Find good light".`)
			}
		}
	}
	return l, nil
}

func lockFault(filename string, line, offset int, summary, detail string) *hcl.Diagnostic {
	at := hcl.Pos{Line: line, Column: 1, Byte: offset}
	return schema.Diagnose(rule.Syntax, schema.Subject{Range: hcl.Range{Filename: filename, Start: at, End: at}}, summary, detail)
}

func isConflict(line string) bool {
	for _, mark := range []string{"<<<<<<<", "=======", ">>>>>>>", "|||||||"} {
		if line == mark || strings.HasPrefix(line, mark+" ") {
			return true
		}
	}
	return false
}

// versionOf is the version that the first line of a lock names; 0 for any other comment.
func versionOf(line string) int {
	rest, ok := strings.CutPrefix(line, "# livery texts lock, version ")
	if !ok {
		return 0
	}
	digits := rest[:len(rest)-len(strings.TrimLeft(rest, "0123456789"))]
	n, _ := strconv.Atoi(digits)
	return n
}

// replacedMark begins a line of an entry with a translation that was replaced.
const replacedMark = "replaced "

// parse reads a line of an entry.
func (l *Lock) parse(locale schema.Locale, path, line string) bool {
	if quoted, ok := strings.CutPrefix(line, replacedMark); ok {
		words := ""
		rest, ok := cutJSON(quoted, &words)
		l.entry(locale, path).replace(words)
		return ok && rest == ""
	}
	made, ok := parseMade(line)
	l.entry(locale, path).add(made)
	return ok
}

// parseMade reads words in quotes and, behind the word note, a note in quotes.
func parseMade(line string) (m Made, ok bool) {
	rest, ok := cutJSON(line, &m.Words)
	if !ok || rest == "" {
		return m, ok
	}
	if rest, ok = strings.CutPrefix(rest, "note "); !ok {
		return m, false
	}
	rest, ok = cutJSON(rest, &m.Note)
	return m, ok && rest == ""
}

func cutJSON(line string, into *string) (rest string, ok bool) {
	decoder := json.NewDecoder(strings.NewReader(line))
	if err := decoder.Decode(into); err != nil {
		return "", false
	}
	return strings.TrimSpace(line[decoder.InputOffset():]), true
}

// entry is the entry of a text, made if there is none.
func (l *Lock) entry(locale schema.Locale, path string) *entry {
	if l.entries == nil {
		l.entries = make(map[schema.Locale]map[string]*entry)
	}
	if l.entries[locale] == nil {
		l.entries[locale] = make(map[string]*entry)
	}
	e := l.entries[locale][path]
	if e == nil {
		e = new(entry)
		l.entries[locale][path] = e
	}
	return e
}

func (e *entry) add(m Made) {
	if !slices.Contains(e.made, m) {
		e.made = append(e.made, m)
	}
}

func (e *entry) replace(words string) {
	if !slices.Contains(e.replaced, words) {
		e.replaced = append(e.replaced, words)
	}
}

// Made lists what a translation was made from: nothing where the lock does not know it, and
// more than one where it holds two different values.
func (l *Lock) Made(locale schema.Locale, path string) []Made {
	if e := l.entries[locale][path]; e != nil {
		return e.made
	}
	return nil
}

// IsReplaced reports whether words are a translation that an import has put another one in
// the place of: a file that was sent out before may still hold them.
func (l *Lock) IsReplaced(locale schema.Locale, path, words string) bool {
	e := l.entries[locale][path]
	return e != nil && slices.Contains(e.replaced, words)
}

// HasReplaced reports whether a translation has taken the place of one that is still known.
func (l *Lock) HasReplaced(locale schema.Locale, path string) bool {
	e := l.entries[locale][path]
	return e != nil && len(e.replaced) > 0
}

// Record notes what a translation was made from, in the place of what was known of it.
func (l *Lock) Record(locale schema.Locale, path string, m Made) {
	l.entry(locale, path).made = []Made{m}
}

// Replace is Record of a translation that takes the place of another. All that were replaced
// are known until one is made from other words: so long may a file of then come back.
func (l *Lock) Replace(locale schema.Locale, path string, m Made, was string) {
	e := l.entry(locale, path)
	if len(e.made) != 1 || e.made[0].Words != m.Words {
		e.replaced = nil
	}
	e.replace(was)
	e.made = []Made{m}
}

// Keep drops the entries that are not wanted.
func (l *Lock) Keep(wanted func(locale schema.Locale, path string) bool) {
	for locale, entries := range l.entries {
		maps.DeleteFunc(entries, func(path string, _ *entry) bool { return !wanted(locale, path) })
		if len(entries) == 0 {
			delete(l.entries, locale)
		}
	}
}

// Empty reports whether a lock knows nothing.
func (l *Lock) Empty() bool { return len(l.entries) == 0 }

// Bytes is the lock as a file, by locale and in the order of the catalogue.
func (l *Lock) Bytes() []byte {
	var b bytes.Buffer
	b.WriteString(lockHeader)
	for _, locale := range slices.Sorted(maps.Keys(l.entries)) {
		fmt.Fprintf(&b, "\n[%s]\n", locale)
		for _, path := range slices.SortedFunc(maps.Keys(l.entries[locale]), ComparePaths) {
			fmt.Fprintf(&b, "\n%s\n", path)
			e := l.entries[locale][path]
			for _, m := range e.made {
				b.WriteString("  " + jsontext.Quote(m.Words))
				if m.Note != "" {
					b.WriteString(" note " + jsontext.Quote(m.Note))
				}
				b.WriteByte('\n')
			}
			for _, words := range e.replaced {
				fmt.Fprintf(&b, "  %s%s\n", replacedMark, jsontext.Quote(words))
			}
		}
	}
	return b.Bytes()
}

// ComparePaths orders the paths of texts as the catalogue does.
func ComparePaths(a, b string) int {
	f, i := FieldOf(a)
	g, j := FieldOf(b)
	switch {
	case f == nil || g == nil:
		return cmp.Or(cmp.Compare(btoi(f == nil), btoi(g == nil)), cmp.Compare(a, b))
	default:
		return cmp.Or(cmp.Compare(f.Number(), g.Number()), cmp.Compare(i, j))
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// FieldOf is the field of the catalogue that the path of a text leads to and, of the text of
// a tip, its place in the list; nil for no field.
func FieldOf(path string) (*schema.Field, int) {
	list, rest, inList := strings.Cut(path, "[")
	field := schema.FieldByPath(list)
	if !inList {
		return field, 0
	}
	i, err := strconv.Atoi(strings.TrimSuffix(rest, "].text"))
	if err != nil || i < 0 {
		return nil, 0
	}
	return field, i
}
