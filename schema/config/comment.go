package config

import (
	"bytes"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"livery/schema/syntax"
)

// Comments are what people have written beside the values of a file.
type Comments struct {
	above  map[int]string // by the line that follows
	behind map[int]string // by the line that they end
}

// Comments reads the comments of a file in the native syntax, but for those that are
// for livery itself. In JSON there are none.
func (m *Module) Comments(filename string) Comments {
	if d := m.Sources.known[filename]; d != nil && d.comments != nil {
		return d.comments()
	}
	return Comments{}
}

// commentsOf reads the comments of a file.
func commentsOf(file *syntax.File) Comments {
	c := Comments{make(map[int]string), make(map[int]string)}
	if _, native := file.Body.(*hclsyntax.Body); !native {
		return c
	}
	tokens, _ := hclsyntax.LexConfig(file.Bytes, file.Name, hcl.InitialPos)
	for i, t := range tokens {
		if _, directive := directiveOf(t); directive || t.Type != hclsyntax.TokenComment {
			continue
		}
		first, words := t.Range.Start.Line, commentWords(t.Bytes)
		last := first + bytes.Count(bytes.TrimRight(t.Bytes, "\r\n"), []byte("\n"))
		if i > 0 && !endsLine(tokens[i-1]) && tokens[i-1].Range.End.Line == first {
			c.behind[first] = words
			continue
		}
		if before := c.above[first]; before != "" {
			delete(c.above, first)
			words = before + "\n" + words
		}
		c.above[last+1] = words
	}
	return c
}

// At is the comment directly above what stands at a range, or else behind it on its last
// line; "" for none.
func (c Comments) At(rng hcl.Range) string {
	if above := c.above[rng.Start.Line]; above != "" {
		return above
	}
	return c.behind[rng.End.Line]
}

// commentWords is a comment without the signs that make it one.
func commentWords(comment []byte) string {
	text := strings.TrimSpace(string(comment))
	if inner, block := strings.CutPrefix(text, "/*"); block {
		var lines []string
		for line := range strings.Lines(strings.TrimSuffix(inner, "*/")) {
			lines = append(lines, strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "*")))
		}
		return strings.TrimSpace(strings.Join(lines, "\n"))
	}
	return strings.TrimSpace(strings.TrimLeft(strings.TrimPrefix(text, "//"), "#"))
}
