package lint

import (
	"fmt"
	"slices"
	"strings"

	"livery/schema"
	"livery/schema/config"
	"livery/schema/rule"
	"livery/schema/stack"
	"livery/schema/texts"
)

// language is a document with its texts.
type language struct {
	schema.Document
	info schema.LocaleInfo
	tips map[string]text // the texts of tips by their paths; made when one is asked for
}

// text is one text of a document: a field, or the text of a tip.
type text struct {
	path  string
	field *schema.Field
	value schema.Value
}

// words is the text as it is sent.
func (t text) words() string { return t.value.Text() }

// base is the language of a locale without its script and country.
func (in *language) base() string {
	base, _, _ := strings.Cut(in.info.BCP47, "-")
	return base
}

// is reports whether the language is one of these.
func (in *language) is(bases ...string) bool { return slices.Contains(bases, in.base()) }

// subject is a text and where it stands.
func (in *language) subject(t text) schema.Subject {
	return schema.Subject{Address: in.Locale.AddressOf(), Locale: in.Locale, Path: t.path, Range: t.value.Range()}
}

// find is the text in the place of another language's; false if there is none.
func (in *language) find(like text) (text, bool) {
	if like.field.Kind == schema.Text {
		like.value = in.At(like.field)
		return like, like.value.Declared()
	}
	if in.tips == nil {
		in.tips = make(map[string]text)
		for t := range in.texts {
			if t.field.Kind == schema.TipText {
				in.tips[t.path] = t
			}
		}
	}
	t, ok := in.tips[like.path]
	return t, ok
}

func languageOf(d schema.Document) *language { return &language{Document: d, info: d.Locale.Info()} }

// texts visits the texts in the order of the catalogue. They are not kept: most runs only
// look at each once.
func (in *language) texts(visit func(text) bool) {
	for t := range texts.Of(in.Document) {
		if !visit(text{t.Path, t.Field, t.Value}) {
			return
		}
	}
}

// WithoutSource lists the rules that are wanted and cannot run, since nobody says which
// of several languages the others are translated from.
func WithoutSource(s *stack.Stack) []rule.ID {
	if _, ok := texts.Source(s); ok || len(s.Documents) < 2 {
		return nil
	}
	var rules []rule.ID
	for _, row := range rule.All() {
		if row.Source && row.In(s.Levels) != rule.Off {
			rules = append(rules, row.ID)
		}
	}
	return rules
}

// noSource reports a texts block that names a language which no document has.
func noSource(l *linter) {
	set := l.Module.Settings.Texts
	if _, ok := texts.Source(l.Stack); ok || set.Source == "" || !l.complete() {
		return
	}
	l.found = append(l.found, schema.Diagnose(rule.Reference, schema.Subject{Range: set.SourceAt}, "Source language not declared",
		fmt.Sprintf("Nothing declares a document for %s, so nothing can be compared with it. Name a locale that is declared.", set.Source)))
}

// complete reports whether every locale block gave a document: where one could not be
// evaluated, what seems to be missing may stand in it.
func (l *linter) complete() bool {
	return !l.Module.Broken && !slices.ContainsFunc(l.Module.Locales, func(b *config.Block) bool {
		return !slices.ContainsFunc(l.Documents, func(d schema.Document) bool { return d.Range == b.DefRange })
	})
}

// original is what the source has in the place of a text; false where the source has none,
// or the locale is that of the source itself.
func (l *linter) original(in *language, t text) (text, bool) {
	if l.source == nil || in.Locale == l.source.Locale {
		return text{}, false
	}
	return l.source.find(t)
}

// withoutKept is a text without the names that no translation changes, and without what
// stands in braces.
func (l *linter) withoutKept(words string) string {
	for _, name := range l.keep {
		words = strings.ReplaceAll(words, name, " ")
	}
	for _, brace := range schema.Braces(words) {
		words = strings.ReplaceAll(words, brace, " ")
	}
	return words
}
