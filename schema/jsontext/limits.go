package jsontext

import (
	"errors"
	"fmt"
	"math/big"
	"strings"

	strict "github.com/go-json-experiment/json/jsontext"
)

// Limits of what is read, far beyond what documents need: without them a small
// file could fill the memory or the stack. They are the same for a file of
// configuration, an imported body, jsondecode, design tokens and the state, so
// that what one of them takes the others take.
const (
	MaxDepth    = 100     // objects and lists within each other
	MaxElements = 1 << 20 // values in one text
	MaxDigits   = 1000    // characters of a number
	MaxExponent = 4       // digits of the exponent of a number
)

// LimitError says which limit a text exceeds, and where.
type LimitError struct {
	Offset int // in bytes
	Reason string
}

// Error implements error.
func (e *LimitError) Error() string { return e.Reason }

// Check refuses JSON that decoders would need too much stack, time or memory
// for; the error is a *LimitError. What is wrong in any other way is left to the
// decoder.
func Check(src []byte) error { return check(src, nil) }

// CheckRecord refuses what Check does and, as a *DuplicateError, an object that
// has one name twice. It is for what livery has written itself: of two members of
// one name, which only a hand or a merge leaves, nobody knows which one holds.
func CheckRecord(src []byte) error { return check(src, &uniqueNames{text: sharedText(src)}) }

// IsStrict reports whether a text is JSON in UTF-8 in which each object has each name once.
// It takes a quarter of the time of json.Valid, and refuses some texts that are taken
// elsewhere: what is wrong with one, others say.
func IsStrict(src []byte) bool { return strict.Value(src).IsValid() }

func check(src []byte, names *uniqueNames) error {
	depth, elements := 0, 1
	for i := 0; i < len(src); i++ {
		switch c := src[i]; {
		case c == '"':
			start := i
			i = StringEnd(src, i)
			if err := names.add(start, i+1); err != nil {
				return err
			}
		case c == '{' || c == '[':
			depth++
			names.enter(c == '{')
		case c == '}' || c == ']':
			depth--
			names.leave()
		case c == ',':
			elements++
			names.next()
		case c == '-' || c >= '0' && c <= '9':
			n := numberLength(src[i:])
			if err := CheckNumber(string(src[i : i+n])); err != nil {
				return &LimitError{i, err.Error()}
			}
			i += n - 1
		}
		if depth > MaxDepth {
			return &LimitError{i, ErrNesting.Error()}
		}
		if elements > MaxElements {
			return &LimitError{i, fmt.Sprintf("there are more than %d values", MaxElements)}
		}
	}
	return nil
}

// numberLength is how many bytes of a text belong to the number at its beginning.
func numberLength(src []byte) int {
	n := 1
	for n < len(src) && isNumeric(src[n]) {
		n++
	}
	return n
}

// ErrNesting says that a text goes deeper than MaxDepth.
var ErrNesting = fmt.Errorf("objects and lists are nested more than %d deep", MaxDepth)

func isNumeric(c byte) bool {
	return c >= '0' && c <= '9' || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E'
}

// CheckNumber refuses numbers that take forever to read or to write.
func CheckNumber(s string) error {
	if len(s) > MaxDigits {
		return fmt.Errorf("a number has more than %d digits", MaxDigits)
	}
	if word := strings.ToLower(strings.TrimLeft(s, "+-")); word == "inf" || word == "infinity" {
		return errors.New("a number is infinite")
	}
	e := strings.IndexAny(s, "eEpP")
	if e < 0 {
		return nil
	}
	tooLarge := len(exponentOf(s[e:])) > MaxExponent
	if !tooLarge && len(exponentOf(s[e:])) == MaxExponent { // 10e9999 is 1e10000
		n, _, err := big.ParseFloat(s, 10, 512, big.ToNearestEven)
		if err == nil {
			_, after, _ := strings.Cut(n.Text('e', 0), "e")
			tooLarge = len(exponentOf("e"+after)) > MaxExponent
		}
	}
	if tooLarge {
		return fmt.Errorf("a number has an exponent of more than %d digits", MaxExponent)
	}
	return nil
}

// exponentOf is the digits of an exponent such as e+05.
func exponentOf(s string) string { return strings.TrimLeft(s[1:], "+-0") }

// plainDigits is how many characters of a number are written out: more are read
// by nobody, and 1e9999 would take ten thousand.
const plainDigits = 60

// FormatNumber writes a number so that CheckNumber takes it again: in full as
// long as that is short.
func FormatNumber(n *big.Float) string {
	if exponent := n.MantExp(nil); max(exponent, -exponent) < 4*plainDigits {
		if s := n.Text('f', -1); len(s) <= plainDigits {
			return s
		}
	}
	return n.Text('e', -1)
}
