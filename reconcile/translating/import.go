package translating

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"livery/reconcile/workspace"
	"livery/schema"
	"livery/schema/interchange"
	"livery/schema/rule"
	"livery/schema/texts"
	"livery/schema/wording"
)

// File is a file of translators.
type File struct {
	Name string
	Data []byte
}

// ImportOptions say what is taken besides what is beyond doubt.
type ImportOptions struct {
	Partial bool // what is not refused is written although something else is
	Stale   bool // translations of words that have changed since are taken, and are stale at once
}

// Imported is what comes of an import. Nothing is written yet.
type Imported struct {
	Tallies       []Tally
	Findings      hcl.Diagnostics   // refusals are errors
	Files         map[string][]byte // that findings lie in
	Before, After map[string][]byte // of the files that change, the lock among them
	Undated       []string          // files that do not say from which words they were translated
	Texts         []ImportedText
	Refused       int

	stack *Stack
}

// ImportedText is what became of a text.
type ImportedText struct {
	Locale  schema.Locale
	Path    string
	Outcome Outcome
	Reason  string // why it was refused or skipped; "" where there is nothing to say
}

// Import takes texts of files and says what would be written. Files that cannot be read are
// an *workspace.InvalidError.
func (s *Stack) Import(files []File, opts ImportOptions) (*Imported, error) {
	r := &importer{
		Stack: s, ImportOptions: opts, changes: make(map[key]*change), first: make(map[key]string), kept: make(map[key]texts.Made), became: make(outcomes),
		out: &Imported{Files: maps.Clone(s.Files), Undated: []string{}, stack: s},
	}
	for _, f := range files {
		list, form, diags := interchange.Read(f.Data, f.Name, s.Source.Locale)
		if form != interchange.XLSX && utf8.Valid(f.Data) { // of anything else no line can be shown
			r.out.Files[f.Name] = f.Data
		}
		if diags.HasErrors() {
			return nil, &workspace.InvalidError{Diagnostics: diags, Sources: r.out.Files}
		}
		r.out.Findings = append(r.out.Findings, diags...)
		r.inFile = make(map[key]string)
		for _, t := range list {
			if err := r.take(f.Name, t); err != nil {
				return nil, err
			}
		}
	}
	if err := r.write(); err != nil {
		return nil, err
	}
	return r.finish(), nil
}

// Write writes what changes, all or nothing.
func (i *Imported) Write() error {
	if len(i.After) == 0 {
		return nil
	}
	if err := i.stack.w.Dir.Rewrite(i.Before, i.After); err != nil {
		return workspace.Failf("Cannot write the files", "%v.", err)
	}
	return nil
}

// Records reports whether the lock is among what changes.
func (i *Imported) Records() bool { return i.After[i.stack.LockFile] != nil }

// key names a text of a language.
type key struct {
	locale schema.Locale
	path   string
}

// twoTargets is why a text is refused for which there are two translations.
const twoTargets = "two targets for one id"

func (k key) leaveOne(one, other string) string {
	return fmt.Sprintf("%s is %q in one place and %q in another. Leave one of them.", k.path, one, other)
}

// change is a text that is to be written.
type change struct {
	in    *texts.Language
	unit  *texts.Unit
	words string
	made  texts.Made
	at    hcl.Range // in the file that it comes from
}

func (c *change) key() key { return key{c.in.Locale, c.unit.Path} }

// outcomes are what became of each text.
type outcomes map[key]ImportedText

// tell notes what became of a text.
func (o outcomes) tell(k key, outcome Outcome, reason string) {
	o[k] = ImportedText{k.locale, k.path, outcome, reason}
}

// pass notes what became of a text for which a file has no translation, unless another file
// has had something to say of it: half of it translated is how most files come back.
func (o outcomes) pass(k key, outcome Outcome, reason string) {
	if _, told := o[k]; !told {
		o.tell(k, outcome, reason)
	}
}

// list is all of them, by locale and in the order of the catalogue.
func (o outcomes) list() []ImportedText {
	return slices.SortedFunc(maps.Values(o), func(a, b ImportedText) int {
		return cmp.Or(cmp.Compare(a.Locale, b.Locale), texts.ComparePaths(a.Path, b.Path), cmp.Compare(a.Path, b.Path))
	})
}

type importer struct {
	*Stack
	ImportOptions
	out     *Imported
	order   []key // of the changes, as they came
	changes map[key]*change
	kept    map[key]texts.Made // of texts that are as they were: of a file in which nothing was done nobody has looked at them
	first   map[key]string     // the translation that was read for a text
	inFile  map[key]string     // what a file has for each, translated or not
	became  outcomes
	late    []lateText // of a language of a file
	layers  map[schema.Locale]layers
	shared  map[hcl.Range][]key // who has its words from a place
}

// lateText is a text of a file with words that were replaced since it was sent out.
type lateText struct {
	path string
	at   hcl.Range
}

// take judges the texts of one language of a file.
func (r *importer) take(file string, t interchange.Translation) error {
	locale := t.Locale
	if locale == "" {
		base := strings.TrimSuffix(path.Base(file), path.Ext(file))
		named, ok := interchange.LocaleOf(base)
		switch {
		case ok:
			locale = named
		case len(r.Chosen) == 1:
			locale = r.Chosen[0].Locale
		default:
			return workspace.Failf("No language", "%s does not say which language it is in: say it with -locale.", file)
		}
	}
	if t.From != "" && t.From != r.Source.Locale {
		return workspace.Failf("Another source language", "%s was translated from %s; the source of this stack is %s.", file, t.From, r.Source.Locale)
	}
	in := r.Language(locale)
	switch {
	case locale == r.Source.Locale:
		return workspace.Failf("Not a translation", "%s has texts of %s, the source, which the others are translated from.", file, locale)
	case in == nil:
		return workspace.Failf("No such locale", "%s has texts for %s, and nothing declares a document for it.%s", file, locale, r.declared())
	}
	if !slices.Contains(r.Chosen, in) {
		return nil
	}
	if isUndated(t) && !slices.Contains(r.out.Undated, file) {
		r.out.Undated = append(r.out.Undated, file)
	}
	r.late = nil
	for _, text := range t.Texts {
		r.judge(in, text)
	}
	if len(r.late) > 0 {
		r.warnLate(file, locale)
	}
	return nil
}

// refuse says why a text is not taken.
func (r *importer) refuse(k key, at hcl.Range, id rule.ID, reason, detail string) {
	r.out.Refused++
	r.became.tell(k, Refused, reason)
	d := schema.Diagnose(id, schema.Subject{Address: k.locale.AddressOf(), Locale: k.locale, Path: k.path, Range: at},
		fmt.Sprintf("%s %s: %s", k.locale, k.path, reason), detail)
	schema.SetLevel(d, rule.Error)
	r.out.Findings = append(r.out.Findings, d)
	delete(r.changes, k)
}

func (r *importer) warn(k key, at hcl.Range, summary, detail string) {
	d := schema.Diagnose("", schema.Subject{Address: k.locale.AddressOf(), Locale: k.locale, Path: k.path, Range: at}, summary, detail)
	schema.SetLevel(d, rule.Warning)
	r.out.Findings = append(r.out.Findings, d)
}

// warnLate says which texts of a file are not taken since they have the words of before.
func (r *importer) warnLate(file string, locale schema.Locale) {
	paths := make([]string, len(r.late))
	for i, late := range r.late {
		paths[i] = late.path
	}
	r.warn(key{locale: locale}, r.late[0].at, "Words of before", fmt.Sprintf("%s has %s as it was before another import: %s. What stands there now stays. To have the words of before back, write them where the text stands.",
		file, schema.Plural(len(paths), "text"), strings.Join(paths, ", ")))
}

// judge decides what becomes of a text.
func (r *importer) judge(in *texts.Language, t interchange.Translated) {
	u := in.Unit(t.ID)
	k := key{in.Locale, t.ID}
	if u == nil {
		r.became.tell(k, Skipped, "unknown id")
		r.warn(k, t.Range, "Unknown text", fmt.Sprintf("%s has no text %q, so it is left out.%s", in.Locale, t.ID, wording.DidYouMean(t.ID, r.paths(t.ID))))
		return
	}
	k.path = u.Path
	made, current := u.Note, !t.HasSource || sameSource(t.Source, u.Source.Text())
	words := r.wordsOf(k, u, t)
	if words == "" || t.Said == interchange.SaidNotTranslated {
		r.became.pass(k, Skipped, "not translated")
		return
	}
	if before, again := r.inFile[k]; again && before != words {
		r.refuse(k, t.Range, rule.Duplicate, twoTargets, k.leaveOne(before, words))
		return
	}
	r.inFile[k] = words
	switch {
	case u.Target.Declared() && words == u.Target.Text():
		r.became.pass(k, Unchanged, "")
		if current && u.Source.Declared() && u.State != texts.Untranslated {
			r.confirm(k, u.State, t.Said, made)
		}
	case r.Lock.IsReplaced(k.locale, k.path, words) && !(u.State == texts.Stale && t.HasSource && current): // a file of since then
		r.became.pass(k, Skipped, "replaced since")
		r.late = append(r.late, lateText{k.path, t.Range})
	default:
		r.translated(&change{in: in, unit: u, words: words, made: made, at: t.Range}, t.Source, current)
	}
}

// translated takes a translation that is another than the one that stands there; current
// says whether it was made from today's source.
func (r *importer) translated(c *change, source string, current bool) {
	k, u := c.key(), c.unit
	if before, again := r.first[k]; again {
		if before != c.words {
			r.refuse(k, c.at, rule.Duplicate, twoTargets, k.leaveOne(before, c.words))
		}
		return
	}
	r.first[k] = c.words
	if !current && !r.Stale {
		help := "With -stale it is taken all the same, and stays marked as out of date."
		if len(r.Chosen) > 1 { // of others it may be older than what stands there
			help = fmt.Sprintf("With -stale -locale=%s it is taken all the same, and stays marked as out of date.", k.locale)
		}
		if u.State == texts.Current {
			help = fmt.Sprintf("What stands there now, %q, is made from that: leave this one out.", u.Target.Text())
		}
		r.refuse(k, c.at, rule.StaleTranslation, "source has changed",
			fmt.Sprintf("It was translated from %q; the source %s now says %q. %s", source, r.Source.Locale, u.Source.Text(), help))
		return
	}
	if !current {
		c.made.Words = source
	}
	if r.check(c) {
		r.changes[k] = c
		r.order = append(r.order, k)
	}
}

// confirm records that a text which is as it was is right for today's source: at once where
// somebody says so of one that was stale, and of others if the import has any work in it.
func (r *importer) confirm(k key, state texts.State, said interchange.Said, made texts.Made) {
	switch {
	case state != texts.Stale:
		r.kept[k] = made
	case said == interchange.SaidTranslated:
		r.Lock.Record(k.locale, k.path, made)
	}
}

// wordsOf is the words of a translation as they are kept: without blanks at the end that
// the source has not, and with the line feed that ends a heredoc.
func (r *importer) wordsOf(k key, u *texts.Unit, t interchange.Translated) string {
	words, source := t.Words, u.Source.Text()
	if t.HasSource && t.Source != source && sameSource(t.Source, source) { // a tool has laid the file out anew
		words = laidOut(words, strings.Contains(source, "\n"))
	}
	trimmed := strings.TrimRight(words, " \t\n")
	wanted := source[len(strings.TrimRight(source, " \t\n")):]
	if trimmed == "" {
		return ""
	}
	if rest := words[len(trimmed):]; rest != "" && rest != wanted && words != u.Target.Text() && !r.Lock.IsReplaced(k.locale, k.path, words) {
		r.warn(k, t.Range, "Blanks at the end", fmt.Sprintf("%s ends with blanks that the source has not; they are left out.", u.Path))
		words = trimmed
	}
	if now := u.Target.Text(); strings.HasSuffix(now, "\n") && !strings.HasSuffix(words, "\n") {
		words += "\n"
	}
	return words
}

// sameSource compares the source in a file with today's. Tools indent what they write.
func sameSource(file, today string) bool {
	return file == today || laidOut(file, false) == laidOut(today, false)
}

// laidOut is a text without the white space that a tool may have put into it.
func laidOut(text string, keepLines bool) string {
	if !keepLines {
		return strings.Join(strings.Fields(text), " ")
	}
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.Join(lines, "\n")
}

// check judges the words as the loader would, and against the source.
func (r *importer) check(c *change) bool {
	at := schema.Subject{Address: c.in.Locale.AddressOf(), Locale: c.in.Locale, Path: c.unit.Path, Range: c.at}
	_, diags := c.unit.Field.Parse(cty.StringVal(c.words), at)
	errs, _ := schema.Apart(schema.ApplyLevels(diags, r.asked.Levels), rule.Error)
	for _, d := range errs {
		r.refuse(c.key(), c.at, schema.FindingOf(d).Rule, lowerFirst(d.Summary), d.Detail)
	}
	if len(errs) > 0 || !c.unit.Source.Declared() {
		return len(errs) == 0
	}
	own, wanted := schema.Braces(c.words), schema.Braces(c.unit.Source.Text())
	for _, brace := range wanted {
		if !slices.Contains(own, brace) {
			r.refuse(c.key(), c.at, rule.Placeholder, "placeholder lost", fmt.Sprintf("%s lacks %s, which the source has: the page fills it in, so it stays as it is in every language.", c.unit.Path, brace))
			return false
		}
	}
	for _, brace := range own {
		if !slices.Contains(wanted, brace) {
			r.refuse(c.key(), c.at, rule.Placeholder, "placeholder added", fmt.Sprintf("%s has %s, which the source has not: people would see it as it is.", c.unit.Path, brace))
			return false
		}
	}
	return true
}

func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }

// isUndated reports whether a text comes without the words that it was translated from.
func isUndated(t interchange.Translation) bool {
	return slices.ContainsFunc(t.Texts, func(text interchange.Translated) bool { return !text.HasSource })
}

// record notes what is written, and from which words it was translated.
func (r *importer) record() {
	r.order = slices.DeleteFunc(r.order, func(k key) bool { return r.changes[k] == nil })
	if len(r.order) == 0 {
		return
	}
	for k, made := range r.kept {
		r.Lock.Record(k.locale, k.path, made)
	}
	for _, k := range r.order {
		c := r.changes[k]
		r.became.tell(k, Written, "")
		switch was := c.unit.Target; {
		case !c.unit.Source.Declared():
		case was.Declared() && sentOut(r.Lock, k, c.unit.State):
			r.Lock.Replace(k.locale, k.path, c.made, was.Text())
		default:
			r.Lock.Record(k.locale, k.path, c.made)
		}
	}
}

// sentOut reports whether other files may hold the words that an import replaces: those of a
// text that was to be translated, and of one that has come back more than once since. Of one
// that was current the lock says nothing, and stays as it is.
func sentOut(lock *texts.Lock, k key, state texts.State) bool {
	return state != texts.Untranslated && (state != texts.Current || lock.HasReplaced(k.locale, k.path))
}

// finish counts, and leaves out what is not to be written.
func (r *importer) finish() *Imported {
	out := r.out
	r.record()
	out.Texts = r.became.list()
	out.Before, out.After = withLock(r.Stack, out.Before, out.After)
	if out.Refused > 0 && !r.Partial {
		out.Before, out.After = nil, nil
		for i := range out.Texts {
			if out.Texts[i].Outcome == Written {
				out.Texts[i].Outcome, out.Texts[i].Reason = Held, "another text was refused"
			}
		}
	}
	for _, in := range r.Chosen {
		t := Tally{in.Locale, make(map[Outcome]int)}
		for _, text := range out.Texts {
			if text.Locale == in.Locale {
				t.Counts[text.Outcome]++
			}
		}
		if len(t.Counts) > 0 {
			out.Tallies = append(out.Tallies, t)
		}
	}
	return out
}
