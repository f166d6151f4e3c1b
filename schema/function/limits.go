package function

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"livery/schema/jsontext"
)

// A slip of the pen in an expression must end in a message, not in a machine
// without memory. No theme and no set of texts comes near these limits.
const (
	MaxResult   = 10 << 20 // bytes that a function may produce
	maxElements = 100_000  // elements that a function may produce
	maxNesting  = 100      // objects and lists within each other in a file
	maxPattern  = 64 << 10 // bytes of a regular expression
	maxNumber   = 20_000   // digits of a number that is computed
	maxYAML     = 1 << 20  // bytes; the YAML scanner slows down on large texts
)

func tooLong(what string) error {
	return fmt.Errorf("%s would be longer than %d MB", what, MaxResult>>20)
}

func tooMany(what string) error {
	return fmt.Errorf("%s would have more than %d elements", what, maxElements)
}

// Weigh is about how many bytes the value takes when it is written out. It stops
// counting beyond the budget, so values that share parts a thousandfold, which
// no memory could hold spread out, cost no more than others.
func Weigh(v cty.Value, budget int) int {
	var parts int
	return weigh(v, budget, &parts)
}

// weigh counts the values as well.
func weigh(v cty.Value, budget int, parts *int) int {
	v, _ = v.Unmark()
	*parts++
	if v.IsNull() || !v.IsKnown() {
		return 4
	}
	switch t := v.Type(); {
	case t == cty.String:
		return len(v.AsString()) + 2
	case t == cty.Number:
		n := digits(v.AsBigFloat())
		*parts += n * n / 1000 // to write it out takes long
		return n
	case !v.CanIterateElements():
		return 5
	}
	total := 2
	for it := v.ElementIterator(); it.Next() && total <= budget; {
		k, element := it.Element()
		if k.Type() == cty.String && k.IsKnown() && !k.IsMarked() {
			total += len(k.AsString())
		}
		total += 2 + weigh(element, budget-total, parts)
	}
	return total
}

// digits is about how many characters a number takes when it is written in full.
func digits(n *big.Float) int {
	exponent := n.MantExp(nil)
	return max(exponent, -exponent)*30103/100000 + 20
}

// checkFirst puts a check before a function. It runs while the result's type is
// found, which comes before everything else; arguments may be unknown or null.
func checkFirst(f function.Function, check func(args []cty.Value) error) function.Function {
	return function.New(&function.Spec{
		Description: f.Description(),
		Params:      f.Params(),
		VarParam:    f.VarParam(),
		Type: func(args []cty.Value) (cty.Type, error) {
			if err := check(args); err != nil {
				return cty.NilType, err
			}
			return f.ReturnTypeForValues(args)
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return f.Call(args) },
	})
}

// redactErrors keeps sensitive arguments out of error texts, which the functions of
// the libraries like to quote.
func redactErrors(f function.Function) function.Function {
	params := slices.Clone(f.Params())
	for i := range params {
		acceptAny(&params[i])
	}
	variadic := f.VarParam()
	if variadic != nil {
		p := *variadic
		acceptAny(&p)
		variadic = &p
	}
	return function.New(&function.Spec{
		Description: f.Description(), Params: params, VarParam: variadic,
		Type: func(args []cty.Value) (cty.Type, error) {
			t, err := f.ReturnTypeForValues(args)
			return t, redact(err, args)
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			v, err := f.Call(args)
			return v, redact(err, args)
		},
	})
}

// acceptAny lets everything through to the function behind, which has rules of its own.
func acceptAny(p *function.Parameter) {
	p.AllowMarked, p.AllowUnknown, p.AllowDynamicType = true, true, true
}

func redact(err error, args []cty.Value) error {
	if err == nil || !slices.ContainsFunc(args, cty.Value.ContainsMarked) {
		return err
	}
	const fault = "a sensitive value does not fit here; what is wrong with it is not shown"
	if arg := (function.ArgError{}); errors.As(err, &arg) {
		return function.NewArgErrorf(arg.Index, fault)
	}
	return errors.New(fault)
}

// textOf is a string argument that can be looked at already.
func textOf(v cty.Value) (string, bool) {
	if v.Type() != cty.String || v.IsMarked() || v.IsNull() || !v.IsKnown() {
		return "", false
	}
	return v.AsString(), true
}

// elements is how many elements an argument has, as far as it is known.
func elements(v cty.Value) int {
	v, _ = v.Unmark()
	if v.IsNull() || !v.IsKnown() || !v.CanIterateElements() {
		return 0
	}
	return v.LengthInt()
}

// checkJSON refuses what makes decoders run out of stack, time or memory.
func checkJSON(src string) error { return jsontext.Check([]byte(src)) }

// checkYAML does the same for YAML, where aliases can also stand for anchors
// that hold aliases, and so on.
func checkYAML(src string) error {
	if len(src) > maxYAML {
		return fmt.Errorf("YAML text may be at most %d MB long", maxYAML>>20)
	}
	m := yamlMeasure{anchors: make(map[string]bool)}
	for line := range strings.Lines(src) {
		if err := m.line(line); err != nil {
			return err
		}
	}
	return checkAliases(len(src), len(m.anchors), m.aliases)
}

// yamlMeasure is what is counted of a text, coarsely and never too low.
type yamlMeasure struct {
	flow    int // lists and mappings in brackets that are open
	anchors map[string]bool
	aliases int
}

func (m *yamlMeasure) line(line string) error {
	if strings.Count(line[:len(line)-len(strings.TrimLeft(line, "-? \t"))], "-")+strings.Count(line, "? ") > maxNesting {
		return fmt.Errorf("lists are nested more than %d deep", maxNesting)
	}
	for i := range len(line) {
		switch c := line[i]; {
		case c == '[' || c == '{':
			m.flow++
		case c == ']' || c == '}':
			m.flow = max(m.flow-1, 0)
		case i > 0 && strings.IndexByte(" \t[{,:-?", line[i-1]) < 0:
		case c >= '0' && c <= '9':
			if err := jsontext.CheckNumber(yamlNumber(line[i:])); err != nil {
				return err
			}
		case c == '&' || c == '*':
			m.name(c, anchorName(line[i+1:]))
		}
		if m.flow > maxNesting*10 {
			return fmt.Errorf("lists and mappings are nested more than %d deep", maxNesting*10)
		}
	}
	return nil
}

// name counts an anchor, or an alias of one that has been seen.
func (m *yamlMeasure) name(mark byte, name string) {
	if mark == '&' && name != "" {
		m.anchors[name] = true
	} else if m.anchors[name] {
		m.aliases++
	}
}

// yamlNumber is the number that a text begins with; "" for what only begins like one,
// such as a colour or a hash.
func yamlNumber(text string) string {
	rest := strings.TrimLeft(text, "0123456789._+-eE")
	if rest != "" && strings.IndexByte(" \t\r\n,]}", rest[0]) < 0 {
		return ""
	}
	return text[:len(text)-len(rest)]
}

func anchorName(s string) string {
	if end := strings.IndexAny(s, " \t\r\n,[]{}"); end >= 0 {
		s = s[:end]
	}
	return s
}

// checkAliases bounds what the aliases can spread out to: they multiply most
// when they are dealt out evenly over anchors that contain each other.
func checkAliases(size, anchors, aliases int) error {
	worst := 1.0
	for levels := 1; levels <= min(anchors, aliases, 64); levels++ {
		product := 1.0
		for range levels {
			product *= float64(aliases) / float64(levels)
		}
		worst = max(worst, product)
	}
	if worst*float64(max(size, 1)) > 100*MaxResult {
		return errors.New("there are so many anchors and aliases that they may stand for too many values; write the values out")
	}
	return nil
}
