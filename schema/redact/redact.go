// Package redact keeps secrets that stand in files out of what is said about the files.
//
// It goes by names and by tokens, so that a file that does not parse keeps its secrets too:
// a fault within a secret, or beside one in the same line, would quote it.
package redact

import (
	"bytes"
	"slices"
	"strings"
	"unicode"

	"github.com/hashicorp/hcl/v2"

	"livery/schema"
	"livery/schema/rule"
	"livery/schema/storage"
	"livery/schema/wording"
)

// Redactor finds what must not be shown, in each file once.
type Redactor struct {
	// Variables says whether the value of a variable is not to be shown; nil: of none.
	Variables func(name string) bool

	files map[string][]schema.Withheld
}

// Redact is a finding about a file without the secrets that stand where it points: the
// finding itself if there are none, else a copy that names their places and whose words hold
// none of them.
func (r *Redactor) Redact(d *hcl.Diagnostic, src []byte) *hcl.Diagnostic {
	if d.Subject == nil || d.Subject.Filename == "" {
		return d
	}
	f := schema.FindingOf(d)
	hidden := r.hidden(src, d.Subject.Filename)
	start, end := lines(d, src)
	hidden = slices.DeleteFunc(slices.Clone(hidden), func(h schema.Withheld) bool { return h.Value.End.Byte <= start || end <= h.Value.Start.Byte })
	quotes := tells(d.Summary+" "+d.Detail, hidden, src)
	if isAboutSecret(d, f.Rule, src) { // of which livery's own words tell nothing
		hidden, quotes = append(hidden, hiddenAt(src, *d.Subject)), false
	}
	if len(hidden) == 0 {
		return d
	}
	f.Secrets = hidden
	c := schema.WithFinding(d, f, "")
	if quotes {
		c.Detail = "What is wrong with it is not shown, since it holds a secret or may hold one. Secrets do not belong in files: take them from the environment, or from a variable without a default."
		c.Expression, c.EvalContext = nil, nil
	}
	return c
}

// isAboutSecret reports whether what a finding is about is a secret or may be: a text in
// public that holds the account's key, but not a reference to one.
func isAboutSecret(d *hcl.Diagnostic, id rule.ID, src []byte) bool {
	switch id {
	case rule.LiteralSecret:
		return true
	case rule.SensitiveValue:
		return d.Subject.CanSliceBytes(src) && bytes.ContainsAny(d.Subject.SliceBytes(src), "\"<")
	}
	return false
}

// lines are the bytes of all lines that a finding may quote.
func lines(d *hcl.Diagnostic, src []byte) (start, end int) {
	start, end = d.Subject.Start.Byte, d.Subject.End.Byte
	if d.Context != nil {
		start, end = min(start, d.Context.Start.Byte), max(end, d.Context.End.Byte)
	}
	start, end = min(max(start, 0), len(src)), min(max(end, 0), len(src))
	start = bytes.LastIndexByte(src[:start], '\n') + 1
	if i := bytes.IndexByte(src[end:], '\n'); i >= 0 {
		return start, end + i + 1
	}
	return start, len(src)
}

// tells reports whether a sentence holds one of some secrets, or a part of one that is more
// than a few letters: the sentence may have it with other signs between them.
func tells(sentence string, hidden []schema.Withheld, src []byte) bool {
	isSign := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
	for _, h := range hidden {
		for _, at := range h.Written {
			for word := range strings.FieldsFuncSeq(string(at.SliceBytes(src)), isSign) {
				if len(word) > 3 && strings.Contains(sentence, word) {
					return true
				}
			}
		}
	}
	return false
}

// isSecret reports whether a name is that of a secret, or a slip of one; text is what is
// written as its value.
func isSecret(name, text string) bool {
	folded := strings.NewReplacer("_", "", "-", "").Replace(strings.ToLower(name))
	return strings.Contains(folded, "secret") || wording.Nearest(name, []string{"secret_key"}) != "" || storage.MayHoldSecret(name, text)
}

// hidden are the secrets of a file.
func (r *Redactor) hidden(src []byte, filename string) []schema.Withheld {
	if list, known := r.files[filename]; known {
		return list
	}
	if r.files == nil {
		r.files = make(map[string][]schema.Withheld)
	}
	r.files[filename] = r.find(src, filename)
	return r.files[filename]
}

func (r *Redactor) find(src []byte, filename string) []schema.Withheld {
	names := isSecret
	if vars := r.Variables; vars != nil {
		names = func(name, text string) bool { return vars(name) || isSecret(name, text) }
	} else if !mayHold(src) {
		return nil
	}
	return hiddenIn(src, filename, names)
}

// Text is a file, or what it becomes, as it may be shown: without the secrets in it.
func (r *Redactor) Text(src []byte, filename string) []byte {
	var shown []byte
	at := 0
	for _, h := range r.find(src, filename) {
		start, end := h.Value.Start.Byte, h.Value.End.Byte
		if len(h.Written) == 0 || start < at { // a reference gives nothing away
			continue
		}
		value := bytes.TrimRight(src[start:end], "\r\n") // with a comment goes the end of its line
		shown = append(append(shown, src[at:start]...), "(sensitive value)"...)
		at = start + len(value)
	}
	return append(shown, src[at:]...)
}

// Texts are files by their names, as they may be shown by somebody who knows of no variable.
func Texts(files map[string][]byte) map[string][]byte {
	shown := make(map[string][]byte, len(files))
	for name, src := range files {
		if shown[name] = src; src != nil {
			shown[name] = new(Redactor).Text(src, name)
		}
	}
	return shown
}

// mayHold reports whether a file has a word beside which secrets stand: most have none, and
// are not taken apart.
func mayHold(src []byte) bool {
	src = bytes.ToLower(src)
	return slices.ContainsFunc([]string{"account", "backend", "secret", "sensitive"}, func(word string) bool { return bytes.Contains(src, []byte(word)) })
}
