package layout

import "github.com/hashicorp/hcl/v2/hclsyntax"

// apart reports whether a space stands between two tokens; before is the token before
// both. The first rule that knows them decides.
func apart(before hclsyntax.TokenType, left, right *Token) bool {
	switch {
	case touches(left, right):
		return false
	case left.Type == hclsyntax.TokenComma:
		return true
	case insideText(left.Type, right.Type):
		return false
	case before == hclsyntax.TokenIdent && left.Type == hclsyntax.TokenIdent && string(left.Bytes) == "in":
		return true // a list may follow: for x in [1, 2]
	case right.Type == hclsyntax.TokenOBrack && indexed(left.Type), left.Type == hclsyntax.TokenBang:
		return false
	case left.Type == hclsyntax.TokenMinus:
		return !expectsOperand(before)
	case left.Type == hclsyntax.TokenOBrace || right.Type == hclsyntax.TokenCBrace:
		return left.Type != hclsyntax.TokenOBrace || right.Type != hclsyntax.TokenCBrace
	case opensSequence(left.Type):
		return right.Type == hclsyntax.TokenOBrace
	case left.Type == hclsyntax.TokenCBrace && right.Type == hclsyntax.TokenTemplateSeqEnd:
		return true
	case left.Type == hclsyntax.TokenTemplateSeqEnd && opensSequence(right.Type):
		return false
	default:
		return bracket(left.Type) <= 0 && bracket(right.Type) >= 0
	}
}

// touches reports whether nothing ever stands between two tokens: f(x), a::b, a.b,
// x... and the end of a line.
func touches(left, right *Token) bool {
	switch right.Type {
	case hclsyntax.TokenNewline, hclsyntax.TokenDot, hclsyntax.TokenComma, hclsyntax.TokenEllipsis:
		return true
	case hclsyntax.TokenOParen, hclsyntax.TokenDoubleColon:
		return left.Type == hclsyntax.TokenIdent || left.Type == hclsyntax.TokenDot
	case hclsyntax.TokenIdent:
		return left.Type == hclsyntax.TokenDoubleColon || left.Type == hclsyntax.TokenDot
	default:
		return left.Type == hclsyntax.TokenDot
	}
}

// insideText reports whether a space between two tokens would be one of a text.
func insideText(left, right hclsyntax.TokenType) bool {
	switch left {
	case hclsyntax.TokenQuotedLit, hclsyntax.TokenStringLit, hclsyntax.TokenOQuote, hclsyntax.TokenOHeredoc:
		return true
	}
	switch right {
	case hclsyntax.TokenQuotedLit, hclsyntax.TokenStringLit, hclsyntax.TokenCQuote, hclsyntax.TokenCHeredoc:
		return true
	}
	return false
}

// indexed reports whether a bracket behind the token is an index.
func indexed(left hclsyntax.TokenType) bool {
	return left == hclsyntax.TokenIdent || left == hclsyntax.TokenNumberLit || bracket(left) < 0
}

func opensSequence(kind hclsyntax.TokenType) bool {
	return kind == hclsyntax.TokenTemplateInterp || kind == hclsyntax.TokenTemplateControl
}

// expectsOperand reports whether a minus behind the token is a sign rather than an
// operator.
func expectsOperand(before hclsyntax.TokenType) bool {
	switch before {
	case hclsyntax.TokenNil,
		hclsyntax.TokenOParen, hclsyntax.TokenOBrace, hclsyntax.TokenOBrack,
		hclsyntax.TokenEqual, hclsyntax.TokenColon, hclsyntax.TokenComma, hclsyntax.TokenQuestion,
		hclsyntax.TokenPlus, hclsyntax.TokenStar, hclsyntax.TokenSlash, hclsyntax.TokenPercent, hclsyntax.TokenMinus,
		hclsyntax.TokenEqualOp, hclsyntax.TokenNotEqual, hclsyntax.TokenGreaterThan, hclsyntax.TokenGreaterThanEq,
		hclsyntax.TokenLessThan, hclsyntax.TokenLessThanEq,
		hclsyntax.TokenAnd, hclsyntax.TokenOr, hclsyntax.TokenBang:
		return true
	default:
		return false
	}
}
