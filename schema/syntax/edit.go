package syntax

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// Why an edit is refused. Each comes in an [EditError], which says where.
var (
	ErrChanged    = errors.New("the file has changed since it was read")
	ErrOverlap    = errors.New("two edits change the same bytes")
	ErrNotLiteral = errors.New("only a literal can be replaced: a text without ${…}, a number, true, false or null")
	ErrNotFound   = errors.New("there is nothing that can be edited like this")
	ErrExists     = errors.New("it is declared already")
	ErrValue      = errors.New("this value cannot be written there")
	ErrSyntax     = errors.New("the file does not parse")
)

// EditError is an edit that was refused. The file is as it was.
type EditError struct {
	Range  hcl.Range // where; of a whole file its first character
	Detail string    // "" or what else there is to say
	Err    error     // one of those above
}

func (e *EditError) Error() string {
	text := fmt.Sprintf("%s:%d: %v", e.Range.Filename, max(e.Range.Start.Line, 1), e.Err)
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	return text
}

func (e *EditError) Unwrap() error { return e.Err }

// Edit is one change to a file. Its range is that of a value, an attribute, a block or
// a comment as a parser of HCL, or [ParseJSON], gives it. Only the bytes of a range
// count, not its lines and columns.
type Edit struct {
	op    operation
	at    hcl.Range
	with  hcl.Range // of a removal: what goes with it where nothing is left in it
	value cty.Value
	text  string
	path  []string
	after [][]string
}

type operation int

const (
	replaceValue operation = iota
	rewriteSource
	addValue
	removeItem
)

// Replace puts a value in the place of the literal at that range: a text, a number, a
// truth value or null in the place of any other of these. A heredoc stays one where
// it can hold the value. A literal that has the value already stays as it is written.
func Replace(literal hcl.Range, value cty.Value) Edit {
	return Edit{op: replaceValue, at: literal, value: value}
}

// Rewrite puts other source text in the place of what stands at that range: an
// expression, a name, a label, a key. It is for renaming and for references. An empty range
// is where something ends that the text is put behind, or in JSON where a value begins. Line
// ends become those of the file.
func Rewrite(at hcl.Range, text string) Edit {
	return Edit{op: rewriteSource, at: at, text: text}
}

// Add declares a value that is not there yet: an attribute of the block at that range,
// or a member of the JSON object. Any range that begins where the block or its braces
// begin will do; one that is empty stands for the whole file. The path is the name,
// led by those of the blocks without labels, or of the JSON objects, that it stands in;
// those that are missing are added too.
// It goes behind the last of those in after that is there, else to the beginning.
// JSON members are found under either spelling, success_desc and successDesc.
func Add(to hcl.Range, path []string, value cty.Value, after ...[]string) Edit {
	return Edit{op: addValue, at: to, path: path, value: value, after: after}
}

// Remove takes out an attribute, a block, a JSON member or a comment with its line, and the
// comments right above an attribute or a block that are about it. The range may begin where
// the name or where the value begins.
func Remove(at hcl.Range) Edit {
	return Edit{op: removeItem, at: at}
}

// RemoveWith is [Remove], and takes out the block or the JSON member as well that begins
// where the other range does, if no edit of the patch leaves anything in it.
func RemoveWith(at, block hcl.Range) Edit {
	return Edit{op: removeItem, at: at, with: block}
}

// Patch holds the edits of one file, and the digest of the bytes they were made for.
type Patch struct {
	Filename string // tells HCL from JSON, and configuration from other JSON
	Sum      [sha256.Size]byte
	Edits    []Edit // in any order
}

// NewPatch makes a patch for a file with these bytes.
func NewPatch(filename string, src []byte, edits ...Edit) Patch {
	return Patch{Filename: filename, Sum: sha256.Sum256(src), Edits: edits}
}

// Apply is the file with all the edits made. Everything else in it stays byte for byte:
// comments, order, layout, line ends. The error is an [EditError]; then nothing of the
// patch was done.
//
// The result is read again before it is returned: it parses, has the values that were
// asked for, and the same tokens everywhere else.
func (p Patch) Apply(src []byte) ([]byte, error) {
	result, err := p.apply(src)
	var refused *EditError
	if errors.As(err, &refused) {
		refused.Range.Filename = p.Filename
	}
	return result, err
}

func (p Patch) apply(src []byte) ([]byte, error) {
	if sha256.Sum256(src) != p.Sum {
		return nil, &EditError{Err: ErrChanged}
	}
	for _, e := range p.Edits {
		if err := e.checkValue(); err != nil {
			return nil, err
		}
	}
	file, err := openEditable(src, p.Filename)
	if err != nil {
		return nil, err
	}
	splices, err := file.splices(p.Edits)
	if err != nil {
		return nil, err
	}
	splices = slices.DeleteFunc(splices, func(s splice) bool { return string(src[s.start:s.end]) == s.text }) // nothing to do
	slices.SortStableFunc(splices, func(a, b splice) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.end, b.end))
	})
	for i := 1; i < len(splices); i++ {
		if splices[i].start < splices[i-1].end {
			return nil, &EditError{Range: splices[i].at, Err: ErrOverlap}
		}
	}
	result := spliced(src, splices)
	if err := p.verify(file, splices, result); err != nil {
		return nil, err
	}
	return result, nil
}

func (e Edit) checkValue() error {
	if e.op != replaceValue && e.op != addValue {
		return nil
	}
	v := e.value
	if v == cty.NilVal || v.IsMarked() || !v.IsKnown() || !v.IsNull() && !v.Type().IsPrimitiveType() {
		return &EditError{Range: e.at, Err: ErrValue, Detail: "it is no text, number, truth value or null"}
	}
	return nil
}

// splice puts text in the place of some bytes.
type splice struct {
	start, end int
	text       string
	at         hcl.Range // the edit it comes from
	values     []written
}

// written is a value that stands in the text of a splice from that offset on.
type written struct {
	offset int
	value  cty.Value
}

func spliced(src []byte, splices []splice) []byte {
	var out bytes.Buffer
	last := 0
	for _, s := range splices {
		out.Write(src[last:s.start])
		out.WriteString(s.text)
		last = s.end
	}
	out.Write(src[last:])
	return out.Bytes()
}

// editable is a file that parses, in one of the two languages.
type editable interface {
	splices([]Edit) ([]splice, error)

	// tokens are the tokens but for line ends.
	tokens() []span

	// literal is the value of the literal that begins at a byte.
	literal(start int) (cty.Value, bool)
}

type span struct{ start, end int }

func openEditable(src []byte, filename string) (editable, error) {
	if strings.HasSuffix(filename, ".json") {
		return openJSON(src, filename)
	}
	return openNative(src, filename)
}

// verify reads the result again. No input is known that fails here; if there is one,
// the file of somebody is worth more than the edit.
func (p Patch) verify(before editable, splices []splice, result []byte) error {
	if len(splices) == 0 {
		return nil
	}
	after, err := openEditable(result, p.Filename)
	if err != nil {
		detail := "the file would not parse any more"
		var refused *EditError
		if errors.As(err, &refused) {
			detail += ": " + refused.Detail
		}
		return &EditError{Range: splices[0].at, Err: ErrValue, Detail: detail}
	}
	moved := make([]splice, len(splices)) // where the text of each stands in the result
	shift := 0
	for i, s := range splices {
		moved[i] = splice{start: s.start + shift, end: s.start + shift + len(s.text)}
		shift += len(s.text) - (s.end - s.start)
		for _, w := range s.values {
			got, ok := after.literal(moved[i].start + w.offset)
			if !ok || !sameValue(got, w.value) {
				return &EditError{Range: s.at, Err: ErrValue}
			}
		}
	}
	kept, found := outside(before.tokens(), splices), outside(after.tokens(), moved)
	same := len(kept) == len(found)
	for i, j, shift := 0, 0, 0; same && i < len(kept); i++ {
		for ; j < len(splices) && splices[j].end <= kept[i].start; j++ {
			shift = moved[j].end - splices[j].end
		}
		same = found[i] == span{kept[i].start + shift, kept[i].end + shift}
	}
	if !same {
		return &EditError{Range: splices[0].at, Err: ErrValue, Detail: "it would change the meaning of what stands beside it"}
	}
	return nil
}

// outside are the tokens that no splice touches.
func outside(tokens []span, splices []splice) []span {
	var kept []span
	i := 0
	for _, t := range tokens {
		for i < len(splices) && splices[i].end <= t.start {
			i++
		}
		if i == len(splices) || splices[i].start >= t.end {
			kept = append(kept, t)
		}
	}
	return kept
}

// sameValue compares literals. Numbers are compared as they are written: one that was
// computed has fewer bits than one that was read.
func sameValue(a, b cty.Value) bool {
	if a.IsNull() || b.IsNull() {
		return a.IsNull() && b.IsNull()
	}
	if a.Type() != b.Type() {
		return false
	}
	return a.Type() == cty.Number && Expression(a) == Expression(b) || a.RawEquals(b)
}

// LineEnd is the line end that a file uses.
func LineEnd(src []byte) string {
	if i := bytes.IndexByte(src, '\n'); i > 0 && src[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

// endedWith is a text whose lines end as those of the file do.
func endedWith(eol, text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\n", eol)
}

// indentAt is the white space that begins the line of a byte.
func indentAt(src []byte, offset int) string {
	line := src[lineStart(src, offset):]
	line = bytes.TrimPrefix(line, []byte(ByteOrderMark))
	return string(line[:len(line)-len(bytes.TrimLeft(line, " \t"))])
}

func lineStart(src []byte, offset int) int { return bytes.LastIndexByte(src[:offset], '\n') + 1 }

// skipBlanks is the offset of the first byte that is no white space.
func skipBlanks(src []byte, offset int) int {
	return len(src) - len(bytes.TrimLeft(src[offset:], " \t\r\n"))
}

// Deeper is one more step of indentation than that of the line outside.
func Deeper(outer string) string {
	if strings.HasSuffix(outer, "\t") {
		return outer + "\t"
	}
	return outer + "  "
}
