package completion

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"livery/schema/structure"
)

// opened is a bracket that is open at a place.
type opened struct {
	kind   byte // '{' of a block, 'o' of an object, '[', '(', '"' of a text, '$' of an expression in one
	header []string
	call   string // of '(': the function
	args   int    // of '(': commas so far
}

// place is what stands around a byte of a file in HCL, which need not parse there. It is
// made of tokens, up to that byte alone.
type place struct {
	brackets []opened
	header   []string // what stands on the line so far: a name, labels
	attr     string   // the attribute whose value is being written; "" where a name is
	comment  string   // the comment so far
	partial  string   // the name, with those that lead to it, that ends here, as theme.ba
	start    int      // where the last part of it begins
	text     string   // the text so far, within quotation marks
}

// placeAt looks at a file up to a byte.
func placeAt(src []byte, offset int) *place {
	p := &place{start: offset}
	src = src[:offset]
	tokens, _ := hclsyntax.LexConfig(src, "", hcl.InitialPos)
	for i, t := range tokens {
		var before hclsyntax.Token
		if i > 0 {
			before = tokens[i-1]
		}
		p.take(t, before)
	}
	if p.comment == "" && !p.inText() {
		start := offset
		for start > 0 && (structure.IsWord(src[start-1]) || src[start-1] == '.') {
			start--
		}
		p.partial = string(src[start:])
		p.start = offset - (len(p.partial) - 1 - strings.LastIndexByte(p.partial, '.'))
		if n := len(p.header); n > 0 && p.attr == "" && p.header[n-1] == p.partial && p.partial != "" {
			p.header = p.header[:n-1]
		}
	}
	return p
}

func (p *place) top() *opened {
	if len(p.brackets) == 0 {
		return nil
	}
	return &p.brackets[len(p.brackets)-1]
}

func (p *place) push(o opened) { p.brackets = append(p.brackets, o) }

func (p *place) pop() {
	if len(p.brackets) > 0 {
		p.brackets = p.brackets[:len(p.brackets)-1]
	}
}

// inText reports whether the place is within the quotation marks of a text.
func (p *place) inText() bool { return p.top() != nil && p.top().kind == '"' }

// named reports whether names of attributes and blocks stand here.
func (p *place) named() bool {
	return p.attr == "" && (p.top() == nil || p.top().kind == '{')
}

// take goes one token further.
func (p *place) take(t, before hclsyntax.Token) {
	if t.Type == hclsyntax.TokenEOF {
		return
	}
	p.comment = ""
	switch t.Type {
	case hclsyntax.TokenComment:
		p.takeComment(string(t.Bytes))
	case hclsyntax.TokenNewline:
		p.endLine()
	case hclsyntax.TokenIdent:
		if p.named() {
			p.header = append(p.header, string(t.Bytes))
		}
	case hclsyntax.TokenEqual:
		if p.named() && len(p.header) > 0 {
			p.attr = p.header[0]
		}
	case hclsyntax.TokenComma:
		if top := p.top(); top != nil {
			top.args++
		}
	case hclsyntax.TokenQuotedLit, hclsyntax.TokenStringLit:
		p.text = string(t.Bytes)
	default:
		if !p.open(t, before) {
			p.close(t)
		}
	}
}

func (p *place) takeComment(text string) {
	switch {
	case !strings.HasSuffix(text, "\n") && !strings.HasSuffix(text, "*/"):
		p.comment = text
	case strings.HasSuffix(text, "\n"):
		p.endLine()
	}
}

// endLine begins a line, where one ends what stands on it.
func (p *place) endLine() {
	if p.top() == nil || p.top().kind == '{' {
		p.header, p.attr = nil, ""
	}
}

// open takes a token that opens a bracket; false for any other.
func (p *place) open(t, before hclsyntax.Token) bool {
	switch t.Type {
	case hclsyntax.TokenOBrace:
		if p.named() && len(p.header) > 0 {
			p.push(opened{kind: '{', header: p.header})
			p.header = nil
		} else {
			p.push(opened{kind: 'o'})
		}
	case hclsyntax.TokenOBrack:
		p.push(opened{kind: '['})
	case hclsyntax.TokenOParen:
		call := ""
		if before.Type == hclsyntax.TokenIdent {
			call = string(before.Bytes)
		}
		p.push(opened{kind: '(', call: call})
	case hclsyntax.TokenOQuote, hclsyntax.TokenOHeredoc:
		p.text = ""
		p.push(opened{kind: '"'})
	case hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
		p.push(opened{kind: '$'})
	default:
		return false
	}
	return true
}

// close takes a token that closes a bracket.
func (p *place) close(t hclsyntax.Token) {
	switch t.Type {
	case hclsyntax.TokenCQuote, hclsyntax.TokenCHeredoc:
		p.pop()
		if p.named() && len(p.header) > 0 {
			p.header = append(p.header, p.text)
		}
	case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenTemplateSeqEnd:
		block := p.top() != nil && p.top().kind == '{'
		if p.pop(); block {
			p.header, p.attr = nil, ""
		}
	}
}

// blocks are the headers of the blocks around the place, the outermost first.
func (p *place) blocks() [][]string {
	var list [][]string
	for _, o := range p.brackets {
		if o.kind == '{' {
			list = append(list, o.header)
		}
	}
	return list
}
