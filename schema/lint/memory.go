package lint

import (
	"reflect"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"livery/schema"
	"livery/schema/config"
	"livery/schema/rule"
)

// memory is what was found in the documents of a stack, for the next time that it is
// judged: little of them is then another. Nothing of it may be changed.
type memory struct {
	ground ground
	source schema.Document // the zero Document for none
	looks  []look
	words  map[schema.Locale]words
}

// ground is what the findings in a document depend on besides the document itself and that
// of the source.
type ground struct {
	wanted  map[rule.ID]bool
	levels  map[rule.ID]rule.Level
	options map[rule.ID]map[string]config.RuleOption
	keep    []string
	files   map[string][]byte // the glossary, the lock of texts and the notes, by their names in ranges
}

// look is what documents have in common that differ in nothing but their texts, as those
// that wear one theme.
type look struct {
	document  schema.Document // the first of them
	addresses []schema.Address
	found     hcl.Diagnostics
}

// words are those of a document.
type words struct {
	document schema.Document
	texts    map[string]hcl.Diagnostics // what was found in a text by itself and beside the source's, by its path
	found    hcl.Diagnostics            // what was found in all of them together
}

// eachDocument judges documents, as far as they have changed since the last time.
func eachDocument(l *linter) {
	now := &memory{ground: ground{l.wanted, l.Levels, l.Options, l.keep, make(map[string][]byte)}, words: make(map[schema.Locale]words, len(l.languages))}
	l.readGlossary(now.ground.files)
	l.readTexts(now.ground.files)
	_ = l.end()
	if l.source != nil {
		now.source = l.source.Document
	}
	last, _ := l.Judged.Load().(*memory)
	if last == nil || last.source.Locale != now.source.Locale || !reflect.DeepEqual(last.ground, now.ground) {
		last = new(memory)
	}
	now.looks = looksOf(l.languages)
	for i := range now.looks {
		now.looks[i].judge(l, last.looks)
	}
	rules := ofTexts(l)
	var source map[string]bool
	if last.words != nil {
		source = changes(last.source, now.source)
	}
	for _, in := range l.languages {
		now.words[in.Locale] = l.judgeWords(in, last.words[in.Locale], source, rules)
	}
	l.Judged.Store(now)
}

// looksOf are the looks of documents, in the order of the first ones.
func looksOf(languages []*language) (looks []look) {
	for _, in := range languages {
		i := slices.IndexFunc(looks, func(o look) bool { return o.document.AgreesOn(in.Look, hasNoWords) })
		if i < 0 {
			i, looks = len(looks), append(looks, look{document: in.Document})
		}
		looks[i].addresses = append(looks[i].addresses, in.Locale.AddressOf())
	}
	return looks
}

func hasNoWords(f *schema.Field) bool { return !f.HasWords() }

// judge judges what is no text.
func (now *look) judge(l *linter, last []look) {
	for _, before := range last {
		if slices.Equal(before.addresses, now.addresses) && before.document.AgreesOn(now.document.Look, hasNoWords) {
			now.found = before.found
			l.ended = append(l.ended, now.found...)
			return
		}
	}
	in := languageOf(now.document)
	for _, family := range ofLooks {
		family(l, in)
	}
	now.found = l.end()
	all := slices.SortedFunc(slices.Values(now.addresses), schema.Address.Compare)
	for _, d := range now.found {
		schema.Amend(d, func(f *schema.Finding) { f.Addresses = all })
	}
}

// judgeWords judges the texts of a language, where they or those of the source have changed.
func (l *linter) judgeWords(in *language, last words, source map[string]bool, rules []textFamily) words {
	var own map[string]bool
	isNew := last.texts == nil
	if !isNew {
		own = changes(last.document, in.Document)
	}
	if !isNew && len(own)+len(source) == 0 && last.document.Range == in.Range {
		for _, found := range last.texts {
			l.ended = append(l.ended, found...)
		}
		l.ended = append(l.ended, last.found...)
		last.document = in.Document
		return last
	}
	now := words{document: in.Document, texts: make(map[string]hcl.Diagnostics)}
	for t := range in.texts {
		found := last.texts[t.path]
		if isNew || own[t.path] || source[t.path] {
			for _, judge := range rules {
				judge(l, in, t)
			}
			found = l.end()
		} else {
			l.ended = append(l.ended, found...)
		}
		if len(found) > 0 {
			now.texts[t.path] = found
		}
	}
	for _, family := range ofWords {
		family(l, in)
	}
	now.found = l.end()
	return now
}

// changes are the paths of the texts that one of two documents has and the other has not
// like that.
func changes(before, now schema.Document) map[string]bool {
	if before.AgreesOn(now.Look, (*schema.Field).HasWords) {
		return nil
	}
	changed := make(map[string]bool)
	was, is := languageOf(before), languageOf(now)
	for t := range is.texts {
		if old, ok := was.find(t); !ok || !old.value.IsSame(t.value) {
			changed[t.path] = true
		}
	}
	for t := range was.texts {
		if _, ok := is.find(t); !ok {
			changed[t.path] = true
		}
	}
	return changed
}
