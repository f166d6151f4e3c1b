package structure

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Within is a range without some bytes at each of its ends.
func Within(rng hcl.Range, bytes int) hcl.Range {
	rng.Start.Byte += bytes
	rng.Start.Column += bytes
	rng.End.Byte = max(rng.Start.Byte, rng.End.Byte-bytes)
	rng.End.Column = max(1, rng.End.Column-bytes)
	return rng
}

// Holds reports whether a byte is in a range or at its end.
func Holds(rng hcl.Range, offset int) bool {
	return rng.Start.Byte <= offset && offset <= rng.End.Byte
}

// VisitAttributes visits every attribute, with the type of the top-level block around it.
func VisitAttributes(body *hclsyntax.Body, block string, visit func(block string, a *hclsyntax.Attribute)) {
	for _, a := range body.Attributes {
		visit(block, a)
	}
	for _, b := range body.Blocks {
		name := block
		if name == "" {
			name = b.Type
		}
		VisitAttributes(b.Body, name, visit)
	}
}

// Sort orders by where things begin, and those around others first.
func Sort[T any](list []T, at func(T) hcl.Range) {
	slices.SortStableFunc(list, func(a, b T) int {
		x, y := at(a), at(b)
		return cmp.Or(cmp.Compare(x.Start.Byte, y.Start.Byte), cmp.Compare(y.End.Byte, x.End.Byte))
	})
}

// WordAt is the name or word that a byte stands in or behind.
func WordAt(src []byte, offset int) (start, end int) {
	start, end = min(offset, len(src)), min(offset, len(src))
	for start > 0 && IsWord(src[start-1]) {
		start--
	}
	for end < len(src) && IsWord(src[end]) {
		end++
	}
	return start, end
}

// IsWord reports whether a byte is part of a name, or of a letter that is not in ASCII.
func IsWord(c byte) bool {
	return c == '_' || c == '-' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= 0x80
}

// maxDetail is how many characters of it OneLine leaves.
const maxDetail = 80

// OneLine is source text on one line, cut where it is long.
func OneLine(src []byte) string {
	text := []rune(string(bytes.Join(bytes.Fields(src), []byte(" "))))
	if len(text) > maxDetail {
		return string(text[:maxDetail-1]) + "…"
	}
	return string(text)
}
