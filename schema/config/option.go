package config

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"livery/schema"
	"livery/schema/rule"
	"livery/schema/wording"
)

// parseOption judges the value of an option and gives it the type that the option has in
// Go. The element tells where an element of a list stands.
func parseOption(o rule.Option, v cty.Value, at schema.Subject, element func(i int) hcl.Range) (any, *hcl.Diagnostic) {
	switch o.Type {
	case rule.NumberOption:
		return parseNumber(o, v, at)
	case rule.WordsOption, rule.LocalesOption:
		words, fault := parseWords(o.Name, v, at, element)
		if fault != nil || o.Type == rule.WordsOption {
			return words, fault
		}
		return parseLocales(words, at, element)
	case rule.PairsOption:
		return parsePairs(o, v, at, element)
	}
	if v.IsNull() || v.Type() != cty.String || v.AsString() == "" {
		return nil, schema.Diagnose(rule.WrongType, at, "Wrong type of value", o.Name+" takes a string in quotes.")
	}
	word := v.AsString()
	switch {
	case o.Type == rule.WordOption && !slices.Contains(o.Words, word):
		return nil, schema.Diagnose(rule.Enum, at, "Not a valid word",
			fmt.Sprintf("%s is one of %s.%s", o.Name, `"`+strings.Join(o.Words, `", "`)+`"`, wording.DidYouMean(word, o.Words)))
	case o.Type == rule.FileOption && (path.IsAbs(word) || strings.Contains(word, `\`)):
		return nil, schema.Diagnose(rule.Unreadable, at, "Not a usable file", o.Name+" is relative to the stack and uses forward slashes.")
	}
	return word, nil
}

func parseNumber(o rule.Option, v cty.Value, at schema.Subject) (any, *hcl.Diagnostic) {
	n, err := convert.Convert(v, cty.Number)
	if err != nil || n.IsNull() {
		return nil, schema.Diagnose(rule.WrongType, at, "Wrong type of value", o.Name+" takes a number.")
	}
	number, _ := n.AsBigFloat().Float64()
	if number < o.Min || number > o.Max || o.Whole && !n.AsBigFloat().IsInt() {
		return nil, schema.Diagnose(rule.OutOfRange, at, "Number out of range", fmt.Sprintf("%s is %s, from %g to %g.", o.Name, o.Noun, o.Min, o.Max))
	}
	return number, nil
}

// parseWords judges a list of texts, none of them empty.
func parseWords(name string, v cty.Value, at schema.Subject, element func(i int) hcl.Range) ([]string, *hcl.Diagnostic) {
	example := "Acme"
	if name == "locales" {
		example = "th"
	}
	if t := v.Type(); v.IsNull() || !t.IsTupleType() && !t.IsListType() && !t.IsSetType() {
		return nil, schema.Diagnose(rule.WrongType, at, "Wrong type of value", fmt.Sprintf("%s takes a list of strings, such as [%q].", name, example))
	}
	words := make([]string, 0, v.LengthInt())
	for _, word := range v.AsValueSlice() {
		if word.IsNull() || word.Type() != cty.String || strings.TrimSpace(word.AsString()) == "" {
			at.Range = element(len(words))
			return nil, schema.Diagnose(rule.WrongType, at, "Wrong type of value", fmt.Sprintf("%s takes strings that are not empty.", name))
		}
		words = append(words, word.AsString())
	}
	return words, nil
}

func parseLocales(words []string, at schema.Subject, element func(i int) hcl.Range) ([]schema.Locale, *hcl.Diagnostic) {
	locales := make([]schema.Locale, len(words))
	for i, word := range words {
		at.Range = element(i)
		locale, fault := schema.JudgeLocale(word, at)
		if fault != nil {
			return nil, fault
		}
		locales[i] = locale
	}
	return locales, nil
}

// parsePairs judges a list of pairs of tokens.
func parsePairs(o rule.Option, v cty.Value, at schema.Subject, element func(i int) hcl.Range) (any, *hcl.Diagnostic) {
	if t := v.Type(); v.IsNull() || !t.IsTupleType() && !t.IsListType() {
		return nil, noPairs(o, at)
	}
	pairs := make([]rule.TokenPair, 0, v.LengthInt())
	for i, item := range v.AsValueSlice() {
		at.Range = element(i)
		pair, fault := parsePair(o, item, at)
		if fault != nil {
			return nil, fault
		}
		pairs = append(pairs, pair)
	}
	return pairs, nil
}

func noPairs(o rule.Option, at schema.Subject) *hcl.Diagnostic {
	return schema.Diagnose(rule.WrongType, at, "Wrong type of value",
		o.Name+` takes a list of pairs, such as [{ text = "color.text", background = "color.surface", ratio = 4.5 }].`)
}

func parsePair(o rule.Option, v cty.Value, at schema.Subject) (rule.TokenPair, *hcl.Diagnostic) {
	pair := rule.TokenPair{Ratio: 4.5}
	if v.IsNull() || !v.Type().IsObjectType() && !v.Type().IsMapType() {
		return pair, noPairs(o, at)
	}
	for name, member := range v.AsValueMap() {
		switch isText := !member.IsNull() && member.Type() == cty.String; {
		case name == "text" && isText:
			pair.Text = member.AsString()
		case name == "background" && isText:
			pair.Background = member.AsString()
		case name == "ratio":
			ratio, fault := parseNumber(rule.Option{Name: name, Noun: o.Noun, Min: o.Min, Max: o.Max}, member, at)
			if fault != nil {
				return pair, fault
			}
			pair.Ratio = ratio.(float64)
		default:
			return pair, noPairs(o, at)
		}
	}
	if pair.Text == "" || pair.Background == "" {
		return pair, noPairs(o, at)
	}
	return pair, nil
}
