package lint

import (
	"reflect"

	"github.com/hashicorp/hcl/v2"

	"livery/schema"
	"livery/schema/config"
	"livery/schema/rule"
)

// memory is what was found in the documents of a stack, for the next time that it is
// judged: most documents are then the same ones.
type memory struct {
	ground    ground
	documents map[schema.Locale]judgement
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

// judgement is what was found in a document. Nothing of it may be changed.
type judgement struct {
	document, source schema.Document
	colours, texts   hcl.Diagnostics // by what looks at the document alone
	translations     hcl.Diagnostics // by what compares it with the source
}

// eachDocument judges documents one by one, as far as they have changed since the last time.
func eachDocument(l *linter) {
	now := &memory{ground{l.wanted, l.Levels, l.Options, l.keep, make(map[string][]byte)}, make(map[schema.Locale]judgement)}
	l.readGlossary(now.ground.files)
	l.readTexts(now.ground.files)
	_ = l.end()
	last, _ := l.Judged.Load().(*memory)
	if last == nil || !reflect.DeepEqual(last.ground, now.ground) {
		last = new(memory)
	}
	var source schema.Document
	if l.source != nil {
		source = l.source.Document
	}
	for _, in := range l.languages {
		before := last.documents[in.Locale]
		isSame := before.document.AgreesOn(in.Document, (*schema.Field).HasWords)
		isSourceSame := before.source.AgreesOn(source, (*schema.Field).HasWords) || l.source == nil && before.source.Locale == ""
		now.documents[in.Locale] = judgement{
			document: in.Document, source: source,
			colours:      l.recall(before.document.AgreesOn(in.Document, hasNoWords), before.colours, ofColours, in),
			texts:        l.recall(isSame, before.texts, ofTexts, in),
			translations: l.recall(isSame && isSourceSame, before.translations, ofTranslations, in),
		}
	}
	l.Judged.Store(now)
}

func hasNoWords(f *schema.Field) bool { return !f.HasWords() }

// recall gives what was found in a document, or else finds it.
func (l *linter) recall(known bool, found hcl.Diagnostics, families []func(*linter, *language), in *language) hcl.Diagnostics {
	if known {
		l.ended = append(l.ended, found...)
		return found
	}
	for _, family := range families {
		family(l, in)
	}
	return l.end()
}
