package function

import (
	"errors"
	"regexp"
	"regexp/syntax"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
	"github.com/zclconf/go-cty/cty/gocty"
)

// textFunctions are those that take and give text.
func textFunctions(b *Budget) map[string]function.Function {
	return map[string]function.Function{
		"chomp":       stdlib.ChompFunc,
		"endswith":    compareText("Returns true if the string ends with the suffix.", "suffix", strings.HasSuffix),
		"format":      checkFirst(stdlib.FormatFunc, checkFormat),
		"formatlist":  checkFirst(stdlib.FormatListFunc, checkFormatList),
		"indent":      checkFirst(stdlib.IndentFunc, checkIndent),
		"join":        checkFirst(stdlib.JoinFunc, checkJoin),
		"lower":       stdlib.LowerFunc,
		"regex":       redactErrors(checkFirst(stdlib.RegexFunc, b.checkRegex)),
		"regexall":    redactErrors(checkFirst(stdlib.RegexAllFunc, b.checkRegex)),
		"replace":     redactErrors(replaceFunction(b)),
		"split":       stdlib.SplitFunc,
		"startswith":  compareText("Returns true if the string begins with the prefix.", "prefix", strings.HasPrefix),
		"strcontains": compareText("Returns true if the substring occurs in the string.", "substr", strings.Contains),
		"strrev":      stdlib.ReverseFunc,
		"substr":      stdlib.SubstrFunc,
		"title":       stdlib.TitleFunc,
		"trim":        stdlib.TrimFunc,
		"trimprefix":  stdlib.TrimPrefixFunc,
		"trimspace":   stdlib.TrimSpaceFunc,
		"trimsuffix":  stdlib.TrimSuffixFunc,
		"upper":       stdlib.UpperFunc,
	}
}

func notNull(b *cty.RefinementBuilder) *cty.RefinementBuilder { return b.NotNull() }

// compareText makes a function that answers yes or no about two strings.
func compareText(description, second string, holds func(s, part string) bool) function.Function {
	return function.New(&function.Spec{
		Description: description,
		Params: []function.Parameter{
			{Name: "str", Type: cty.String, Description: "The string to check."},
			{Name: second, Type: cty.String, Description: "What to look for."},
		},
		Type:         function.StaticReturnType(cty.Bool),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			return cty.BoolVal(holds(args[0].AsString(), args[1].AsString())), nil
		},
	})
}

func checkIndent(args []cty.Value) error {
	text, ok := textOf(args[1])
	if !ok || args[0].IsNull() || !args[0].IsKnown() {
		return nil
	}
	var spaces int
	if gocty.FromCtyValue(args[0], &spaces) != nil {
		return nil // the function itself says why
	}
	switch lines := strings.Count(text, "\n"); {
	case spaces < 0:
		return function.NewArgErrorf(0, "must not be negative")
	case spaces > MaxResult || lines*spaces+len(text) > MaxResult:
		return tooLong("the indented text")
	}
	return nil
}

func checkJoin(args []cty.Value) error {
	separator, ok := textOf(args[0])
	if !ok {
		return nil
	}
	total := -len(separator)
	for _, list := range args[1:] {
		if !list.IsKnown() || list.IsNull() || !list.CanIterateElements() {
			return nil
		}
		for it := list.ElementIterator(); it.Next() && total <= MaxResult; {
			_, v := it.Element()
			s, _ := textOf(v)
			total += len(s) + len(separator)
		}
	}
	if total > MaxResult {
		return tooLong("the joined text")
	}
	return nil
}

// replaceFunction takes a pattern between slashes for a regular expression.
func replaceFunction(b *Budget) function.Function {
	params := stdlib.ReplaceFunc.Params()
	return function.New(&function.Spec{
		Description:  "Replaces every occurrence of a substring, or of a regular expression written between slashes, in a string.",
		Params:       params,
		Type:         function.StaticReturnType(cty.String),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			str, substr, with := args[0].AsString(), args[1].AsString(), args[2].AsString()
			if len(substr) > 1 && substr[0] == '/' && substr[len(substr)-1] == '/' {
				s, err := b.replacePattern(str, substr[1:len(substr)-1], with)
				return cty.StringVal(s), err
			}
			if n := strings.Count(str, substr); n > 0 && len(with) > MaxResult/n || n*(len(with)-len(substr))+len(str) > MaxResult {
				return cty.NilVal, tooLong("the text with its replacements")
			}
			return cty.StringVal(strings.ReplaceAll(str, substr, with)), nil
		},
	})
}

// replacePattern is regexp.ReplaceAllString with an end to its patience.
func (b *Budget) replacePattern(str, pattern, with string) (string, error) {
	if len(pattern) > maxPattern {
		return "", errPattern
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return "", err
	}
	matches, err := b.findAll(re, pattern, str)
	if err != nil {
		return "", err
	}
	var out []byte
	last := 0
	for _, m := range matches {
		out = append(out, str[last:m[0]]...)
		out = re.ExpandString(out, with, str, m)
		last = m[1]
		if len(out) > MaxResult {
			return "", tooLong("the text with its replacements")
		}
	}
	return string(append(out, str[last:]...)), nil
}

// findAll finds every match. A search is linear in the length of the text times
// the size of the expression, but one is begun after each match, so that the
// number of matches counts too. What the groups match is copied at every step.
func (b *Budget) findAll(re *regexp.Regexp, pattern, str string) ([][]int, error) {
	size, groups := programSize(pattern), re.NumSubexp()
	search := 1 + size*(len(str)+1)*(1+groups/8)/4
	most := min(b.work/search, b.memory/(partMemory*(1+groups)))
	if most == 0 {
		return nil, errPattern
	}
	matches := re.FindAllStringSubmatchIndex(str, most+1)
	if len(matches) > most || !b.draw(min(b.work, (len(matches)+1)*search+size*compileWork), 0) {
		return nil, errPattern
	}
	return matches, nil
}

// compileWork is what it takes to compile each step of a regular expression.
const compileWork = 50

var errPattern = errors.New("the regular expression is too large for a text of this length")

func programSize(pattern string) int {
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return 1
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return 1
	}
	return max(1, len(program.Inst))
}

func (b *Budget) checkRegex(args []cty.Value) error {
	pattern, ok := textOf(args[0])
	str, known := textOf(args[1])
	if !ok || !known {
		return nil
	}
	if len(pattern) > maxPattern {
		return errPattern
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil // the function itself says why
	}
	_, err = b.findAll(re, pattern, str)
	return err
}

// verb is one formatting sequence, as far as it says how long the result gets.
type verb struct {
	width, precision int
	argument         int  // counted from 1; 0 for the next one
	literal          bool // %% takes no argument
}

func checkFormat(args []cty.Value) error { return checkVerbs(args, 1) }

// checkFormatList knows that lists are dealt out over as many results as they
// have elements, and that everything else is repeated in each.
func checkFormatList(args []cty.Value) error {
	rows := 1
	for _, arg := range args[1:] {
		rows = max(rows, elements(arg))
	}
	return checkVerbs(args, rows)
}

// checkVerbs adds up what every sequence can become before anything is built.
func checkVerbs(args []cty.Value, rows int) error {
	text, ok := textOf(args[0])
	if !ok {
		return nil
	}
	weights := make([]int, len(args)-1)
	for i, arg := range args[1:] {
		if weights[i] = Weigh(arg, MaxResult); elements(arg) == 0 {
			weights[i] *= rows
		}
	}
	total, next := rows*len(text), 0
	for i := strings.IndexByte(text, '%'); i >= 0 && total <= MaxResult; i = strings.IndexByte(text, '%') {
		var v verb
		if v, text = cutVerb(text[i+1:]); v.literal {
			continue
		}
		if v.argument > 0 {
			next = v.argument - 1
		}
		total += rows * (v.width + v.precision)
		if next < len(weights) {
			total += weights[next]
		}
		next++
	}
	if total > MaxResult {
		return tooLong("the formatted text")
	}
	return nil
}

// cutVerb reads the sequence that begins after a percent sign and gives what
// comes behind it.
func cutVerb(s string) (verb, string) {
	if after, ok := strings.CutPrefix(s, "%"); ok {
		return verb{literal: true}, after
	}
	var v verb
	s = strings.TrimLeft(s, " +-0#")
	v.width, s = cutNumber(s)
	if after, ok := strings.CutPrefix(s, "."); ok {
		v.precision, s = cutNumber(after)
	}
	if after, ok := strings.CutPrefix(s, "["); ok {
		v.argument, s = cutNumber(after)
		s = strings.TrimPrefix(s, "]")
	}
	if s != "" {
		s = s[1:] // the verb's letter
	}
	return v, s
}

// cutNumber reads decimal digits; numbers beyond every limit come out as one
// that is just beyond.
func cutNumber(s string) (int, string) {
	n := 0
	for s != "" && s[0] >= '0' && s[0] <= '9' {
		n = min(n*10+int(s[0]-'0'), MaxResult+1)
		s = s[1:]
	}
	return n, s
}
