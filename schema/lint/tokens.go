package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/colour"
	"livery/schema/rule"
	"livery/schema/stack"
	"livery/schema/tokens"
)

// Tokens gives the findings about the design tokens of a stack: of all tokens, used or not,
// and of colours that are written beside them; but for those that were reported when the
// stack was read.
func Tokens(s *stack.Stack, reported hcl.Diagnostics) hcl.Diagnostics {
	return unreported(judgeTokens(s, !reported.HasErrors()), reported)
}

// unreported leaves out findings that were reported, maybe with who uses the token.
func unreported(found, reported hcl.Diagnostics) hcl.Diagnostics {
	type place struct {
		file    string
		at      int
		summary string
	}
	placeOf := func(d *hcl.Diagnostic) place {
		if d.Subject == nil {
			return place{}
		}
		return place{d.Subject.Filename, d.Subject.Start.Byte, d.Summary}
	}
	known := make(map[place]bool)
	for _, d := range reported {
		known[placeOf(d)] = true
	}
	return slices.DeleteFunc(found, func(d *hcl.Diagnostic) bool { return known[placeOf(d)] })
}

// judgeTokens judges the tokens. Of a stack that is not whole nobody knows what is unused.
func judgeTokens(s *stack.Stack, whole bool) hcl.Diagnostics {
	families := []func(*linter){idle, tokenFaults, tokenDoubts, unusedTokens, tokenParity, tokenContrast, literals}
	return judge(s, run(families), func(r rule.Rule, _ rule.Level) bool {
		return r.Group == rule.TokenGroup && (whole || r.ID != rule.UnusedToken) || r.ID == rule.TokenBypass
	})
}

// tokenFaults finds what keeps tokens from being used.
func tokenFaults(l *linter) {
	for _, set := range l.Stack.Tokens {
		l.found = append(l.found, set.Faults()...)
	}
}

// outsideGamut finds colours that no page can show.
func outsideGamut(l *linter) {
	for _, set := range l.Stack.Tokens {
		l.found = append(l.found, slices.DeleteFunc(set.Faults(), func(d *hcl.Diagnostic) bool { return schema.FindingOf(d).Rule != rule.Gamut })...)
	}
}

// tokenDoubts finds tokens that can be used and are not as they should be.
func tokenDoubts(l *linter) {
	if !l.wants(rule.TokenHex, rule.TokenType, rule.TokenLegacy) {
		return
	}
	for _, set := range l.Stack.Tokens {
		l.found = append(l.found, set.Doubts(l.wants)...)
	}
}

// tokenColours are the tokens that are written as colours, and not as aliases.
func tokenColours(l *linter) map[string][]tokens.Token {
	found := make(map[string][]tokens.Token)
	for _, set := range l.Stack.Tokens {
		for _, t := range set.Tokens() {
			hex, ok := "", false
			if t.Alias == "" && t.Value.IsKnown() && !t.Value.IsNull() && t.Value.Type() == cty.String {
				hex, ok = schema.ParseColour(t.Value.AsString())
			}
			same := func(o tokens.Token) bool { return o.Range == t.Range }
			if ok && !slices.ContainsFunc(found[hex], same) {
				found[hex] = append(found[hex], t)
			}
		}
	}
	return found
}

// TokenUse says who wears a token.
type TokenUse struct {
	Documents []schema.Address // sorted
	Fields    int              // of all documents
}

// TokenUses tells of each token, by the place of its value, who wears it: by its own name
// or through an alias.
func TokenUses(s *stack.Stack) map[hcl.Range]TokenUse {
	uses := make(map[hcl.Range]TokenUse)
	r := tokenReach{s, make(map[hcl.Range][]hcl.Range)}
	for _, d := range s.Documents {
		address := d.Locale.AddressOf()
		for _, f := range schema.Fields() {
			for place := range r.of(d.At(f)) {
				use := uses[place]
				use.Fields++
				if !slices.Contains(use.Documents, address) {
					use.Documents = append(use.Documents, address)
				}
				uses[place] = use
			}
		}
	}
	return uses
}

// tokenReach follows values to all tokens that they are made of.
type tokenReach struct {
	stack *stack.Stack
	from  map[hcl.Range][]hcl.Range // what a token reaches, by its place
}

// of are the places of the tokens of a value.
func (r tokenReach) of(v schema.Value) map[hcl.Range]bool {
	places := make(map[hcl.Range]bool)
	for _, o := range origins(v) {
		for _, step := range slices.Concat(o.Chain, o.Also) {
			if step.Kind != schema.FromToken {
				continue
			}
			if _, known := r.from[step.Range]; !known {
				r.from[step.Range] = reachedFrom(r.stack, step.Range)
			}
			for _, place := range r.from[step.Range] {
				places[place] = true
			}
		}
	}
	return places
}

// origins are those of a value and of the elements of a list.
func origins(v schema.Value) []*schema.Origin {
	var list []*schema.Origin
	add := func(v schema.Value) {
		if o := v.Origin(); o != nil {
			list = append(list, o)
		}
	}
	add(v)
	for _, tip := range v.Tips() {
		add(tip.Icon)
		add(tip.Text)
	}
	return list
}

// reachedFrom are the places of the tokens that the one there is made of.
func reachedFrom(s *stack.Stack, at hcl.Range) []hcl.Range {
	reached := make(map[hcl.Range]bool)
	for _, set := range s.Tokens {
		set.Reaches(at, reached)
	}
	list := make([]hcl.Range, 0, len(reached))
	for place := range reached {
		list = append(list, place)
	}
	return list
}

// unusedTokens finds tokens that no document uses.
func unusedTokens(l *linter) {
	if !l.wants(rule.UnusedToken) || !l.complete() {
		return
	}
	uses, told := TokenUses(l.Stack), make(map[hcl.Range]bool)
	for _, set := range l.Stack.Tokens {
		for _, t := range set.Tokens() {
			if _, used := uses[t.Range]; !used && !told[t.Range] {
				told[t.Range] = true
				l.report(rule.UnusedToken, schema.Subject{Range: t.Range}, "Unused token",
					fmt.Sprintf("No document uses the token %q.", t.Name), map[string]any{"token": t.Name})
			}
		}
	}
}

// tokenParity finds groups that lack what others have.
func tokenParity(l *linter) {
	groups := option[[]string](l, rule.TokenParity, "groups")
	if !l.wants(rule.TokenParity) {
		return
	}
	for _, set := range l.Stack.Tokens {
		names, first := namesInGroups(set, groups)
		for _, group := range groups {
			own, at, ok := set.Group(group)
			if !ok && len(names) > 0 {
				l.report(rule.TokenParity, schema.Subject{Range: l.Options[rule.TokenParity]["groups"].Range}, "Unknown group of tokens",
					fmt.Sprintf("There is no group %q.", group), map[string]any{"group": group})
			}
			missing := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(own, name) })
			if ok && len(missing) > 0 {
				l.report(rule.TokenParity, schema.Subject{Range: at}, "Groups with different tokens",
					fmt.Sprintf("%q lacks %s, which %q has. Add what is missing, or take it out there.", group, quoted(missing), first[missing[0]]),
					map[string]any{"group": group, "missing": missing})
			}
		}
	}
}

// namesInGroups are the names that any group has, and of each the group that has it first.
func namesInGroups(set *tokens.Set, groups []string) (names []string, first map[string]string) {
	first = make(map[string]string)
	for _, group := range groups {
		own, _, _ := set.Group(group)
		for _, name := range own {
			if first[name] == "" {
				first[name], names = group, append(names, name)
			}
		}
	}
	return names, first
}

// quoted lists names in a sentence, not all of very many.
func quoted(names []string) string {
	const most = 5
	shown := make([]string, 0, most)
	for _, name := range names[:min(len(names), most)] {
		shown = append(shown, fmt.Sprintf("%q", name))
	}
	if more := len(names) - most; more > 0 {
		return strings.Join(shown, ", ") + fmt.Sprintf(" and %d more", more)
	}
	return strings.Join(shown, ", ")
}

// tokenContrast judges pairs of tokens that the lint block names.
func tokenContrast(l *linter) {
	if !l.wants(rule.TokenContrast) {
		return
	}
	at := schema.Subject{Range: l.Options[rule.TokenContrast]["pairs"].Range}
	for _, pair := range option[[]rule.TokenPair](l, rule.TokenContrast, "pairs") {
		judged := false
		for _, set := range l.Stack.Tokens {
			text, ok := set.Find(pair.Text)
			back, both := set.Find(pair.Background)
			if ok && both {
				judged = true
				tokenPair(l, pair, text, back)
			}
		}
		if !judged {
			l.report(rule.TokenContrast, at, "Unknown pair of tokens",
				fmt.Sprintf("No file of tokens has both %q and %q.", pair.Text, pair.Background), nil)
		}
	}
}

func tokenPair(l *linter, pair rule.TokenPair, text, back tokens.Token) {
	front, ok := colourOf(text)
	behind, both := colourOf(back)
	if !ok || !both || !behind.IsOpaque() {
		return // what is no colour has its own finding, and nobody knows what lies behind a translucent one
	}
	ratio := colour.Contrast(front, behind)
	if ratio >= pair.Ratio {
		return
	}
	data := map[string]any{"text": pair.Text, "background": pair.Background, "ratio": colour.Cut(ratio), "least": pair.Ratio}
	detail := fmt.Sprintf("%q %s stands on %q %s with a contrast of %.2f; %s is asked for.", pair.Text, front, pair.Background, behind, colour.Cut(ratio), number(pair.Ratio))
	if better, ok := colour.Readable(front, behind, pair.Ratio); ok {
		data["proposal"] = better.String()
		detail += fmt.Sprintf(" The nearest that reads well is %s.", better)
	}
	l.report(rule.TokenContrast, schema.Subject{Range: text.Range}, "Tokens hard to read on each other", detail, data)
}

func colourOf(t tokens.Token) (colour.Colour, bool) {
	if !t.Value.IsKnown() || t.Value.IsNull() || t.Value.Type() != cty.String {
		return colour.Colour{}, false
	}
	return colour.Parse(t.Value.AsString())
}
