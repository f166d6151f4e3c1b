package langserver

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/colour"
	"livery/schema/config"
	"livery/schema/lint"
	"livery/schema/structure"
	"livery/schema/syntax"
	"livery/schema/tokens"
)

// TokenFile is a file of design tokens as a stack reads it.
type TokenFile struct {
	*View
	file *syntax.File
	root *syntax.JSON
}

// tokensIn gives a file as one of tokens; false if the stack reads it in no such way.
func (v *View) tokensIn(file *syntax.File) (TokenFile, bool) {
	if v.Stack == nil || !slices.ContainsFunc(v.Stack.Tokens, func(s *tokens.Set) bool { return slices.Contains(v.shown(s), file.Name) }) {
		return TokenFile{}, false
	}
	root, diags := syntax.ParseJSON(file.Bytes, file.Name)
	return TokenFile{v, file, root}, !diags.HasErrors()
}

// UnfinishedTokens is tokensIn of a file that need not parse: the stack may have read it before,
// or names it.
func (v *View) UnfinishedTokens(file *syntax.File) (TokenFile, bool) {
	if t, ok := v.tokensIn(file); ok {
		return t, true
	}
	e := v.Explored
	if e == nil {
		return TokenFile{}, false
	}
	last := View{Module: v.Module, Stack: e.Stack}
	isIts := slices.ContainsFunc(e.Tokens, func(s *tokens.Set) bool { return slices.Contains(last.shown(s), file.Name) })
	return TokenFile{View: &last, file: file}, isIts
}

// shown are the files of a set by their names in ranges.
func (v *View) shown(s *tokens.Set) []string {
	names := slices.Clone(s.Names())
	for i, name := range names {
		names[i] = v.Module.Sources.Shown(path.Clean(name))
	}
	return names
}

// tokens are those of the file, by their places. Those that the stack reads no more, since
// another file stands over them, are what the file alone says.
func (t TokenFile) tokens() []tokens.Token {
	var list []tokens.Token
	seen := make(map[hcl.Range]bool)
	take := func(all []tokens.Token) {
		for _, token := range all {
			if token.File == t.file.Name && !seen[token.Range] && token.Value.IsWhollyKnown() {
				seen[token.Range] = true
				list = append(list, token)
			}
		}
	}
	for _, set := range t.Stack.Tokens {
		take(set.Tokens())
	}
	alone := t.Module.Sources.TokenReader()
	alone.MapGamut = true
	for _, source := range alone.Alone(t.file.Name) {
		if set, err := alone.Read(source); err == nil {
			take(set.Tokens())
		}
	}
	slices.SortFunc(list, func(a, b tokens.Token) int { return a.Range.Start.Byte - b.Range.Start.Byte })
	return list
}

// Reachable are the tokens that the file can name: those of the sets that it is part of.
func (t TokenFile) Reachable() (list []tokens.Token) {
	for _, set := range t.Stack.Tokens {
		if slices.Contains(t.shown(set), t.file.Name) {
			list = append(list, set.Tokens()...)
		}
	}
	return list
}

// at is the token that a byte of the file stands in: in its value, or anywhere between its
// braces.
func (t TokenFile) at(offset int) (tokens.Token, bool) {
	all := t.tokens()
	if i := slices.IndexFunc(all, func(token tokens.Token) bool { return structure.Holds(token.Range, offset) }); i >= 0 {
		return all[i], true
	}
	var found tokens.Token
	for value := range t.root.All() {
		whole := value.Range
		if value.NameRange.Filename != "" {
			whole = hcl.RangeBetween(value.NameRange, whole)
		}
		if !structure.Holds(whole, offset) || !value.IsObject() {
			continue
		}
		for _, token := range all {
			if slices.ContainsFunc(value.Members, func(m *syntax.JSON) bool { return m.Range.Start.Byte == token.Range.Start.Byte }) {
				found = token
			}
		}
	}
	return found, found.Name != ""
}

// colours are the colours of the file's tokens.
func (t TokenFile) colours() (list []Swatch) {
	for _, token := range t.tokens() {
		if token.Value.Type() != cty.String || token.Value.IsNull() {
			continue
		}
		if c, ok := colour.Parse(token.Value.AsString()); ok {
			list = append(list, swatch(unquoted(t.file.Bytes, token.Range), c, token.Alias == ""))
		}
	}
	return list
}

// ways is a colour in the form that is written at a range: as a text, or as components of
// the space that the object there has.
func (t TokenFile) ways(at hcl.Range, c colour.Colour, digits string) []Way {
	written := at.SliceBytes(t.file.Bytes)
	object, diags := syntax.ParseJSON(written, t.file.Name)
	if diags.HasErrors() || !object.IsObject() {
		return []Way{{digits, at, digits}}
	}
	space := "srgb"
	if named, ok := textOf(orNothing(object.At("colorSpace"))); ok {
		space = named
	}
	text, known := TokenColour(space, c)
	if !known {
		return nil
	}
	return []Way{{digits, at, text}}
}

// TokenColour is a colour as the object that a token file has, in one of the format's spaces;
// false for any other.
func TokenColour(space string, c colour.Colour) (string, bool) {
	p, known := c.In(space)
	if !known {
		return "", false
	}
	bounds, _ := colour.Components(space)
	var parts []string
	for i, v := range p {
		text := decimal(min(max(v, bounds[i].Min), bounds[i].Max))
		if bounds[i].Angle && text == decimal(bounds[i].Max) {
			text = "0"
		}
		parts = append(parts, text)
	}
	text := fmt.Sprintf(`{ "colorSpace": %q, "components": [%s]`, space, strings.Join(parts, ", "))
	if c.Alpha() < 1 {
		text += `, "alpha": ` + decimal(c.Alpha())
	}
	return text + fmt.Sprintf(`, "hex": %q }`, hexOf(c.R, c.G, c.B, 1)), true
}

func orNothing(value *syntax.JSON) *syntax.JSON {
	if value == nil {
		return &syntax.JSON{}
	}
	return value
}

// aboutToken is what a token is: its value, the way to it, what the design tool says of it, and
// who wears it.
func (v teller) aboutToken(token tokens.Token) string {
	var b strings.Builder
	fmt.Fprintf(&b, "**token** `%s`", token.Name)
	if token.Type != "" {
		fmt.Fprintf(&b, " %s", token.Type)
	}
	if token.Value.IsWhollyKnown() {
		fmt.Fprintf(&b, "\n\n```json\n%s\n```\n", syntax.Expression(token.Value))
	}
	b.WriteString("\n" + aboutOrigin(token))
	if v.Stack == nil {
		return b.String()
	}
	use, worn := lint.TokenUses(v.Stack)[token.Range]
	elsewhere := v.elsewhere(token.Range.Filename, func(n Neighbour) bool {
		at := token.Range
		at.Filename = n.File
		_, worn := lint.TokenUses(n.View.Stack)[at]
		return worn
	})
	switch {
	case worn:
		names := make([]string, 0, len(use.Documents))
		for _, address := range use.Documents {
			names = append(names, address.Name)
		}
		fmt.Fprintf(&b, "\nWorn by %s: %s.\n", some(names), schema.Plural(use.Fields, "field"))
	case elsewhere == "":
		b.WriteString("\nNo document wears it.\n")
	}
	return b.String() + elsewhere
}

// aboutOrigin is the way from a token to its literal, and what the design tool says of it.
func aboutOrigin(token tokens.Token) string {
	var b strings.Builder
	fmt.Fprintf(&b, "- %s, %s:%d\n", token.Name, token.Range.Filename, token.Range.Start.Line)
	for _, step := range token.Chain {
		fmt.Fprintf(&b, "- %s, %s:%d\n", strings.Join(step.Path, "."), step.Range.Filename, step.Range.Start.Line)
	}
	if token.Description != "" {
		fmt.Fprintf(&b, "\n%s\n", plain(token.Description))
	}
	if token.IsDeprecated {
		b.WriteString(strings.TrimRight("\nDeprecated. "+plain(token.Deprecated), " ") + "\n")
	}
	return b.String()
}

// TokenOf is the token that a reference leads to; false if it leads to none.
func (v *View) TokenOf(t hcl.Traversal) (tokens.Token, bool) {
	set, way := tokenFinder{v}.path(t, -1)
	if set == nil || len(way) == 0 {
		return tokens.Token{}, false
	}
	return set.Find(strings.Join(way, "."))
}

// tokenFinder finds the tokens that references lead to.
type tokenFinder struct{ *View }

// path is the set and the path in it that a reference leads to, such as
// local.design.color.primary, up to the name at a byte; nil if it leads to no token file.
func (v tokenFinder) path(t hcl.Traversal, offset int) (*tokens.Set, []string) {
	steps := stepsTo(t, offset)
	for range maxLocals {
		if len(steps) < 2 || steps[0] != "local" || v.Stack == nil || v.Module.Locals[steps[1]] == nil {
			return nil, nil
		}
		expr := v.Module.Locals[steps[1]].Expr
		if call, ok := config.CallOf(expr, "tokens"); ok {
			return v.setOf(call.Argument), slices.Concat(call.Path, steps[2:])
		}
		if calls := config.Calls(expr, "tokens"); len(calls) == 1 { // with the inputs of a resolver document
			return v.setOf(calls[0]), steps[2:]
		}
		next, diags := hcl.AbsTraversalForExpr(expr)
		if diags.HasErrors() {
			return nil, nil
		}
		steps = slices.Concat(stepsTo(next, -1), steps[2:])
	}
	return nil, nil
}

// maxLocals is how many locals may lead from a name to a token file.
const maxLocals = 100

// setOf is the set that was read of a file first.
func (v tokenFinder) setOf(name string) *tokens.Set {
	for _, set := range v.Stack.Tokens {
		if names := set.Names(); len(names) > 0 && path.Clean(names[0]) == path.Clean(name) {
			return set
		}
	}
	return nil
}

// at is the token that a reference at a byte of a file in HCL leads to, and where the
// reference stands.
func (v tokenFinder) at(file *syntax.File, offset int) (tokens.Token, hcl.Range, bool) {
	body, native := file.Body.(*hclsyntax.Body)
	if !native {
		return tokens.Token{}, hcl.Range{}, false
	}
	t := traversalAt(body, offset)
	set, way := v.path(t, offset)
	if set == nil || len(way) == 0 {
		return tokens.Token{}, hcl.Range{}, false
	}
	token, ok := set.Find(strings.Join(way, "."))
	return token, t.SourceRange(), ok
}

// tokenPlaces are where a path into a token file leads from a byte: the line of a token or of
// a group.
func (v leader) tokenPlaces(file *syntax.File, offset int) []hcl.Range {
	body, native := file.Body.(*hclsyntax.Body)
	if !native {
		t, ok := v.tokensIn(file)
		if !ok {
			return nil
		}
		if token, ok := t.at(offset); ok && len(token.Chain) > 0 {
			return []hcl.Range{token.Chain[0].Range}
		}
		return nil
	}
	set, way := tokenFinder(v).path(traversalAt(body, offset), offset)
	if set == nil || len(way) == 0 {
		return nil
	}
	if token, ok := set.Find(strings.Join(way, ".")); ok {
		return []hcl.Range{token.Range}
	}
	if _, at, ok := set.Group(strings.Join(way, ".")); ok {
		return []hcl.Range{at}
	}
	return nil
}
