package redact

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"livery/schema"
)

// hiddenIn are the values of a file whose names are those of secrets.
func hiddenIn(src []byte, filename string, isSecret func(name, text string) bool) (list []schema.Withheld) {
	tokens, _ := hclsyntax.LexConfig(src, filename, hcl.InitialPos)
	end := 0 // of the block of a sensitive variable
	for i := range tokens {
		if i >= end {
			end = sensitiveBlock(tokens, i)
		}
		value := valueOf(tokens, i)
		if value == 0 {
			continue
		}
		name := string(tokens[i].Bytes)
		if h := hiddenValue(tokens, value); i < end && name == "default" || isSecret(name, string(h.Value.SliceBytes(src))) {
			list = append(list, h)
		}
	}
	return list
}

// sensitiveBlock is where the block of a variable ends that begins with token i and says
// that the variable is sensitive; 0 if there is none. A block without an end goes as far as
// the next one.
func sensitiveBlock(tokens hclsyntax.Tokens, i int) int {
	isWord := func(i int, word string) bool {
		return i < len(tokens) && tokens[i].Type == hclsyntax.TokenIdent && string(tokens[i].Bytes) == word
	}
	if !isWord(i, "variable") {
		return 0
	}
	sensitive, depth := false, 0
	for at := i + 1; at < len(tokens); at++ {
		switch tokens[at].Type {
		case hclsyntax.TokenOBrace:
			depth++
		case hclsyntax.TokenCBrace:
			depth--
		case hclsyntax.TokenIdent:
			sensitive = sensitive || isWord(at, "sensitive") && !isWord(valueOf(tokens, at), "false")
		}
		if depth < 1 && tokens[at].Type == hclsyntax.TokenCBrace || isWord(at, "variable") || at == len(tokens)-1 {
			if sensitive {
				return at
			}
			return 0
		}
	}
	return 0
}

// hiddenAt is the secret that a finding points at: what is written there or, where the
// finding points at a name, the value behind it.
func hiddenAt(src []byte, at hcl.Range) schema.Withheld {
	tokens, _ := hclsyntax.LexConfig(src, at.Filename, hcl.InitialPos)
	within := func(t hclsyntax.Token) bool {
		return t.Range.Start.Byte < at.End.Byte && at.Start.Byte < t.Range.End.Byte
	}
	h := schema.Withheld{Value: at}
	for _, t := range tokens {
		if isLiteral(t) && within(t) {
			h.Written = append(h.Written, t.Range)
		}
	}
	if h.Written != nil {
		return h
	}
	if i := slices.IndexFunc(tokens, func(t hclsyntax.Token) bool { return t.Range.Start.Byte >= at.End.Byte }); i >= 0 {
		return hiddenValue(tokens, i)
	}
	return h
}

// valueOf is the index of the token that begins the value which token i names; 0 if it is no
// name. Where a line begins a name may lack its equals sign, but for one in quotation marks,
// which a block may have as its label.
func valueOf(tokens hclsyntax.Tokens, i int) int {
	t := tokens[i].Type
	if t != hclsyntax.TokenIdent && t != hclsyntax.TokenQuotedLit {
		return 0
	}
	sign := i + 1
	for sign < len(tokens) && isQuotationMark(tokens[sign]) {
		sign++
	}
	if sign < len(tokens) && (tokens[sign].Type == hclsyntax.TokenEqual || tokens[sign].Type == hclsyntax.TokenColon) {
		return sign + 1
	}
	if t == hclsyntax.TokenQuotedLit {
		return 0
	}
	if i == 0 {
		return 1
	}
	switch tokens[i-1].Type {
	case hclsyntax.TokenNewline, hclsyntax.TokenComment, hclsyntax.TokenOBrace, hclsyntax.TokenComma, hclsyntax.TokenSemicolon:
		return i + 1
	}
	return 0
}

// isQuotationMark reports whether a token closes a name in quotation marks of whatever kind.
func isQuotationMark(t hclsyntax.Token) bool {
	switch t.Type {
	case hclsyntax.TokenCQuote, hclsyntax.TokenApostrophe, hclsyntax.TokenBacktick, hclsyntax.TokenInvalid:
		return true
	}
	return false
}

// hiddenValue is the value that begins with a token, up to its end.
func hiddenValue(tokens hclsyntax.Tokens, first int) schema.Withheld {
	if first >= len(tokens) {
		return schema.Withheld{}
	}
	h := schema.Withheld{Value: tokens[first].Range}
	depth := 0
	for i := first; i < len(tokens) && tokens[i].Type != hclsyntax.TokenEOF; i++ {
		switch t := tokens[i]; t.Type {
		case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenOParen, hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
			depth++
		case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenTemplateSeqEnd:
			depth--
		case hclsyntax.TokenNewline, hclsyntax.TokenComma:
			if depth == 0 && i > first { // a value that is missing may stand in the next line
				return h
			}
		case hclsyntax.TokenComment: // which may be what the parser takes a value for
			h.Written = append(h.Written, t.Range)
			if depth == 0 {
				h.Value.End = t.Range.End
				return h
			}
		case hclsyntax.TokenIdent:
			if !isReference(tokens, i) {
				h.Written = append(h.Written, t.Range)
			}
		default:
			if isLiteral(t) {
				h.Written = append(h.Written, t.Range)
			}
		}
		if depth < 0 {
			return h
		}
		h.Value.End = tokens[i].Range.End
	}
	return h
}

func isLiteral(t hclsyntax.Token) bool {
	switch t.Type {
	case hclsyntax.TokenQuotedLit, hclsyntax.TokenStringLit, hclsyntax.TokenNumberLit:
		return true
	default:
		return false
	}
}

// isReference reports whether a word is a part of a reference, the name of a function or a
// word of the language, and not a text without its quotation marks.
func isReference(tokens hclsyntax.Tokens, i int) bool {
	if i+1 < len(tokens) && tokens[i+1].Type == hclsyntax.TokenOParen {
		return true
	}
	for i > 1 && tokens[i-1].Type == hclsyntax.TokenDot && tokens[i-2].Type == hclsyntax.TokenIdent {
		i -= 2
	}
	switch string(tokens[i].Bytes) {
	case "var", "local", "theme", "each", "self", "path", "true", "false", "null", "for", "in", "if":
		return true
	}
	return false
}
