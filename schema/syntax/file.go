package syntax

import (
	"fmt"
	"sort"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"livery/schema/explain"
)

// File is one file as it was read and parsed. It is never changed, so that it can be
// kept and shared: the same bytes under the same name always give an equal File.
type File struct {
	Name   string          // as in ranges
	Bytes  []byte          // nil for a file that could not be read
	Body   hcl.Body        // nil if nothing could be understood
	Faults hcl.Diagnostics // of reading and of parsing

	headers []header
}

// NewFile parses bytes; shown is the name in ranges and says which syntax it is.
func NewFile(src []byte, shown string) *File {
	body, understood, diags := parse(src, shown)
	return &File{Name: shown, Bytes: src, Body: explain.Understood(body, understood), Faults: diags, headers: headersOf(body)}
}

// header is a top-level block as messages name it.
type header struct {
	start, end int
	text       string
}

// BlockAt names the top-level block that a byte stands in, such as `theme "base"`.
// The first byte of a block counts as its header, which stands in none. Files in
// JSON have no blocks that could be told.
func (f *File) BlockAt(offset int) string {
	i := sort.Search(len(f.headers), func(i int) bool { return f.headers[i].start >= offset }) - 1
	if i < 0 || offset >= f.headers[i].end {
		return ""
	}
	return f.headers[i].text
}

func headersOf(body hcl.Body) []header {
	native, ok := body.(*hclsyntax.Body)
	if !ok {
		return nil
	}
	list := make([]header, 0, len(native.Blocks))
	for _, b := range native.Blocks {
		var text strings.Builder // a broken block may have any number of labels
		text.WriteString(b.Type)
		for _, label := range b.Labels {
			fmt.Fprintf(&text, " %q", label)
		}
		list = append(list, header{b.Range().Start.Byte, b.Range().End.Byte, text.String()})
	}
	return list
}
