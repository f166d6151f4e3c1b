package findings

import (
	"bytes"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// secretName is the attribute that must not hold a literal. Its literals are
// hidden whether or not a diagnostic complains, since any other fault on that
// line would quote them.
const secretName = "secret_key"

// hideSecrets stars out the literals of secret attributes and of what the rule
// literal-secret points at. It works on tokens, so that a file that does not
// parse keeps its secrets too.
func (f *source) hideSecrets(name string, faulty []span) {
	tokens, _ := hclsyntax.LexConfig(f.raw, name, hcl.InitialPos)
	f.shown = bytes.Clone(f.raw)
	for i := range tokens {
		if value := secretValue(tokens, i); value < len(tokens) {
			f.hideValue(tokens[value:])
		}
	}
	for _, subject := range faulty {
		inside := slices.IndexFunc(tokens, func(t hclsyntax.Token) bool { return isLiteral(t) && subject.overlaps(extent(t)) })
		if inside >= 0 {
			for _, t := range tokens[inside:] {
				if subject.overlaps(extent(t)) {
					f.hide(t)
				}
			}
			f.secrets = append(f.secrets, subject)
			continue
		}
		// The subject is a name; what follows it is the secret.
		after := slices.IndexFunc(tokens, func(t hclsyntax.Token) bool { return t.Range.Start.Byte >= subject.start })
		if after >= 0 {
			f.hideValue(tokens[after:])
		}
	}
}

// secretValue is the index of the token that begins the value of a secret
// attribute whose name is token i; beyond the end if it is no such name.
func secretValue(tokens hclsyntax.Tokens, i int) int {
	t := tokens[i]
	if t.Type != hclsyntax.TokenIdent && t.Type != hclsyntax.TokenQuotedLit || string(t.Bytes) != secretName {
		return len(tokens)
	}
	for i++; i < len(tokens); i++ {
		switch tokens[i].Type {
		case hclsyntax.TokenCQuote:
		case hclsyntax.TokenEqual, hclsyntax.TokenColon:
			return i + 1
		default:
			return len(tokens)
		}
	}
	return i
}

// hideValue stars out the literals up to the end of the value that the tokens
// begin with.
func (f *source) hideValue(tokens hclsyntax.Tokens) {
	if len(tokens) == 0 {
		return
	}
	value := span{tokens[0].Range.Start.Byte, tokens[0].Range.Start.Byte}
	depth := 0
scan:
	for _, t := range tokens {
		switch t.Type {
		case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenOParen, hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
			depth++
		case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenTemplateSeqEnd:
			depth--
		case hclsyntax.TokenEOF:
			break scan
		}
		if depth < 0 || depth == 0 && (t.Type == hclsyntax.TokenNewline || t.Type == hclsyntax.TokenComma) {
			break
		}
		f.hide(t)
		value.end = max(value.end, t.Range.End.Byte)
	}
	f.secrets = append(f.secrets, value)
}

// hide stars out a literal, byte for byte, so that every offset stays right.
func (f *source) hide(t hclsyntax.Token) {
	if !isLiteral(t) {
		return
	}
	e := extent(t)
	for i := e.start; i < e.end; i++ {
		if f.shown[i] != '\n' && f.shown[i] != '\r' {
			f.shown[i] = '*'
		}
	}
}

func isLiteral(t hclsyntax.Token) bool {
	switch t.Type {
	case hclsyntax.TokenQuotedLit, hclsyntax.TokenStringLit, hclsyntax.TokenNumberLit:
		return true
	default:
		return false
	}
}

func extent(t hclsyntax.Token) span { return span{t.Range.Start.Byte, t.Range.End.Byte} }
