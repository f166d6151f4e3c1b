package completion

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"livery/schema"
	"livery/schema/langserver"
	"livery/schema/structure"
	"livery/schema/syntax"
)

// TokenTypes are what words can be, in the protocol's terms.
func TokenTypes() []string {
	return []string{"keyword", "class", "property", "variable", "function", "string", "number", "enumMember", "regexp", "comment", "operator"}
}

// TokenModifiers are what can be said of words beyond their type.
func TokenModifiers() []string {
	return []string{"declaration", "deprecated", "defaultLibrary", "readonly"}
}

// The places of types and modifiers in these lists.
const (
	keywordType = iota
	classType
	propertyType
	variableType
	functionType
	stringType
	numberType
	enumType
	colourType
	commentType
	operatorType
)

const (
	declaration = 1 << iota
	deprecated
	defaultLibrary
	readonly
)

// Word is a word of a file and what it is: places in TokenTypes, and bits of
// TokenModifiers. It lies on one line.
type Word struct {
	Range     hcl.Range
	Type      int
	Modifiers int
}

// Words says what the words of a file are, in its order. Of HCL it needs the tokens only, so
// a file that does not parse has them too.
//
// What leads to a design token is read-only, for the design tool owns it.
func Words(v *langserver.View, file *syntax.File) (words []Word) {
	body, native := file.Body.(*hclsyntax.Body)
	if !native {
		return jsonWords(v, file)
	}
	toTokens := tokenReferences(v, body)
	tokens, _ := hclsyntax.LexConfig(file.Bytes, file.Name, hcl.InitialPos)
	p := &place{}
	for i, t := range tokens {
		var before, after hclsyntax.Token
		if i > 0 {
			before = tokens[i-1]
		}
		if i+1 < len(tokens) {
			after = tokens[i+1]
		}
		if w, ok := p.word(t, before, after); ok {
			w.Modifiers |= toTokens[w.Range.Start.Byte]
			words = append(words, split(w, file.Bytes)...)
		}
		p.take(t, before)
	}
	return words
}

// tokenReferences are the names that lead to design tokens, by where they begin, with what is
// to be said of them.
func tokenReferences(v *langserver.View, body *hclsyntax.Body) map[int]int {
	found := make(map[int]int)
	structure.VisitAttributes(body, "", func(_ string, a *hclsyntax.Attribute) {
		for _, t := range a.Expr.Variables() {
			token, ok := v.TokenOf(t)
			if !ok {
				continue
			}
			said := readonly
			if token.IsDeprecated {
				said |= deprecated
			}
			for _, step := range t {
				if attr, ok := step.(hcl.TraverseAttr); ok {
					found[attr.SrcRange.End.Byte-len(attr.Name)] = said
				}
			}
		}
	})
	return found
}

// word says what a token is where it stands.
func (p *place) word(t, before, after hclsyntax.Token) (Word, bool) {
	w := Word{Range: t.Range}
	switch t.Type {
	case hclsyntax.TokenComment:
		w.Type = commentType
	case hclsyntax.TokenNumberLit:
		w.Type = numberType
	case hclsyntax.TokenStringLit:
		w.Type = stringType
	case hclsyntax.TokenQuotedLit:
		w.Type, w.Modifiers = p.quoted(string(t.Bytes))
	case hclsyntax.TokenIdent:
		w.Type, w.Modifiers = p.ident(string(t.Bytes), before, after)
	default:
		return w, false
	}
	return w, true
}

// quoted is a text: a label, a colour or words.
func (p *place) quoted(text string) (kind, modifiers int) {
	inLabel := len(p.brackets) > 0 && p.attr == "" && len(p.header) > 0
	switch _, isColour := schema.ParseColour(text); {
	case inLabel && p.header[0] == "locale":
		return enumType, declaration
	case inLabel && p.header[0] == "rule":
		return enumType, 0
	case inLabel:
		return classType, declaration
	case isColour:
		return colourType, 0
	}
	return stringType, 0
}

// ident is a name: of a block, a field, a function, or in a reference.
func (p *place) ident(name string, before, after hclsyntax.Token) (kind, modifiers int) {
	switch {
	case p.named() && len(p.header) == 0 && after.Type == hclsyntax.TokenEqual:
		if blocks := p.blocks(); len(blocks) > 0 && blocks[0][0] == "locals" {
			return variableType, declaration
		} else if i := schema.AttributeNumber(name); len(blocks) > 0 && blocks[0][0] == "session" && i >= 0 && schema.Attributes()[i].Deprecated {
			return propertyType, deprecated
		}
		return propertyType, 0
	case p.named() && len(p.header) == 0:
		return keywordType, 0
	case p.named(): // a label without quotation marks
		return classType, declaration
	case after.Type == hclsyntax.TokenOParen:
		return functionType, defaultLibrary
	case name == "true" || name == "false" || name == "null":
		return keywordType, 0
	case before.Type == hclsyntax.TokenDot:
		return propertyType, 0
	case after.Type == hclsyntax.TokenEqual || after.Type == hclsyntax.TokenColon && p.top() != nil && p.top().kind == 'o':
		return propertyType, 0
	}
	return variableType, 0
}

// split parts what spans lines.
func split(w Word, src []byte) (words []Word) {
	start := w.Range.Start.Byte
	for i := start; i <= w.Range.End.Byte; i++ {
		if i == w.Range.End.Byte || src[i] == '\n' {
			end := i
			if end > start && src[end-1] == '\r' {
				end--
			}
			if end > start {
				part := w
				part.Range.Start.Byte, part.Range.End.Byte = start, end
				words = append(words, part)
			}
			start = i + 1
		}
	}
	return words
}
