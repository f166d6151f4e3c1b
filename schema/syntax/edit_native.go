package syntax

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"livery/schema/limit"
)

// nativeFile is a file in the native syntax of HCL, with what can be edited in it by
// the byte it begins at.
type nativeFile struct {
	src      []byte
	filename string
	eol      string
	lexed    hclsyntax.Tokens

	expressions map[int][]hclsyntax.Expression // outermost first
	bodies      map[int]*nativeBody
	items       map[int]*nativeItem
}

// root is the key of the body that is the whole file.
const root = -1

// nativeBody is the inside of a block or of the file.
type nativeBody struct {
	open, close int // behind the opening brace, and at the closing one
	outer       string
	items       []*nativeItem // in order
}

// nativeItem is an attribute or a block.
type nativeItem struct {
	name       string
	start, end int
	attribute  *hclsyntax.Attribute // nil of a block
	body       *nativeBody          // of a block without labels
	next       *nativeItem          // in the same body; nil of the last
	removed    bool
}

func openNative(src []byte, filename string) (editable, error) {
	if d := limit.Check(src, filename); d != nil {
		return nil, unparsed(hcl.Diagnostics{d})
	}
	lexed, _ := hclsyntax.LexConfig(src, filename, hcl.InitialPos)
	file, diags := hclsyntax.ParseConfig(src, filename, hcl.InitialPos)
	if diags.HasErrors() {
		return nil, unparsed(diags)
	}
	n := &nativeFile{
		src: src, filename: filename, eol: LineEnd(src), lexed: lexed,
		expressions: make(map[int][]hclsyntax.Expression),
		bodies:      make(map[int]*nativeBody), items: make(map[int]*nativeItem),
	}
	n.index(file.Body.(*hclsyntax.Body))
	return n, nil
}

func unparsed(diags hcl.Diagnostics) error {
	for _, d := range diags {
		if d.Severity == hcl.DiagError && d.Subject != nil {
			return &EditError{Range: *d.Subject, Err: ErrSyntax, Detail: d.Summary}
		}
	}
	return &EditError{Err: ErrSyntax, Detail: diags.Error()}
}

func (n *nativeFile) index(body *hclsyntax.Body) {
	parts := make(map[hclsyntax.Expression]bool) // of templates: they have no quotes of their own
	_ = hclsyntax.VisitAll(body, func(node hclsyntax.Node) hcl.Diagnostics {
		if template, ok := node.(*hclsyntax.TemplateExpr); ok {
			for _, part := range template.Parts {
				if _, literal := part.(*hclsyntax.LiteralValueExpr); literal {
					parts[part] = true
				}
			}
		}
		if e, ok := node.(hclsyntax.Expression); ok && !parts[e] {
			n.expressions[e.Range().Start.Byte] = append(n.expressions[e.Range().Start.Byte], e)
		}
		return nil
	})
	n.bodies[root] = n.indexBody(body, &nativeBody{close: len(n.src)})
}

func (n *nativeFile) indexBody(body *hclsyntax.Body, b *nativeBody) *nativeBody {
	for _, a := range body.Attributes {
		item := &nativeItem{name: a.Name, start: a.SrcRange.Start.Byte, end: a.SrcRange.End.Byte, attribute: a}
		n.items[item.start], n.items[a.Expr.Range().Start.Byte] = item, item
		b.items = append(b.items, item)
	}
	for _, block := range body.Blocks {
		start := block.TypeRange.Start.Byte
		inside := n.indexBody(block.Body, &nativeBody{
			open: block.OpenBraceRange.End.Byte, close: block.CloseBraceRange.Start.Byte, outer: indentAt(n.src, start),
		})
		n.bodies[start], n.bodies[block.OpenBraceRange.Start.Byte] = inside, inside
		item := &nativeItem{name: block.Type, start: start, end: block.CloseBraceRange.End.Byte, body: inside}
		if len(block.Labels) > 0 {
			item.body = nil
		}
		n.items[start] = item
		b.items = append(b.items, item)
	}
	slices.SortFunc(b.items, func(x, y *nativeItem) int { return cmp.Compare(x.start, y.start) })
	for i := 1; i < len(b.items); i++ {
		b.items[i-1].next = b.items[i]
	}
	return b
}

func (n *nativeFile) tokens() []span {
	spans := make([]span, 0, len(n.lexed))
	for _, t := range n.lexed {
		if t.Type == hclsyntax.TokenNewline || t.Type == hclsyntax.TokenEOF {
			continue
		}
		end := t.Range.End.Byte
		if t.Type == hclsyntax.TokenComment {
			end -= len(t.Bytes) - len(bytes.TrimRight(t.Bytes, "\r\n"))
		}
		spans = append(spans, span{t.Range.Start.Byte, end})
	}
	return spans
}

func (n *nativeFile) literal(start int) (cty.Value, bool) {
	for _, e := range n.expressions[start] {
		if v, ok := constant(e); ok {
			return v, true
		}
	}
	return cty.NilVal, false
}

// constant is the value of a literal.
func constant(expr hclsyntax.Expression) (cty.Value, bool) {
	switch e := expr.(type) {
	case *hclsyntax.LiteralValueExpr:
		return e.Val, true
	case *hclsyntax.TemplateExpr:
		for _, part := range e.Parts {
			if _, ok := part.(*hclsyntax.LiteralValueExpr); !ok {
				return cty.NilVal, false
			}
		}
	case *hclsyntax.TemplateWrapExpr: // "${"text"}"
		if _, ok := e.Wrapped.(*hclsyntax.TemplateExpr); !ok {
			return cty.NilVal, false
		}
		return constant(e.Wrapped)
	case *hclsyntax.UnaryOpExpr:
		if v, ok := constant(e.Val); !ok || e.Op != hclsyntax.OpNegate || v.Type() != cty.Number {
			return cty.NilVal, false
		}
	default:
		return cty.NilVal, false
	}
	v, diags := expr.Value(nil)
	return v, !diags.HasErrors()
}

func (n *nativeFile) splices(edits []Edit) ([]splice, error) {
	removals, err := removalsOf(n, edits)
	if err != nil {
		return nil, err
	}
	var splices []splice
	added := make(map[*nativeBody][]*addition)
	for _, e := range edits {
		var s splice
		var err error
		switch e.op {
		case replaceValue:
			s, err = n.replace(e)
		case rewriteSource:
			s, err = n.rewrite(e)
		case addValue:
			err = n.plan(e, added)
		}
		if err != nil {
			return nil, err
		}
		splices = append(splices, s)
	}
	for body, additions := range added {
		splices = append(splices, n.add(body, additions)...)
	}
	removals, err = n.closeGaps(removals)
	return append(splices, removals...), err
}

func (n *nativeFile) replace(e Edit) (splice, error) {
	at := e.at
	for _, expr := range n.expressions[at.Start.Byte] {
		if expr.Range().End.Byte != at.End.Byte {
			continue
		}
		before, ok := constant(expr)
		if !ok {
			continue
		}
		s := splice{start: at.Start.Byte, end: at.End.Byte, at: at}
		raw := string(n.src[s.start:s.end])
		text, value := nativeLiteral(raw, before, e.value)
		s.text, s.values = text, []written{{0, value}}
		return s, nil
	}
	return splice{}, &EditError{Range: at, Err: ErrNotLiteral}
}

// rewrite accepts whole tokens only, or where one ends.
func (n *nativeFile) rewrite(e Edit) (splice, error) {
	start, end := e.at.Start.Byte, e.at.End.Byte
	first, last := n.tokenAt(start), n.tokenAt(end)
	begins := start == end || start < end && first < len(n.lexed) && n.lexed[first].Range.Start.Byte == start
	if !begins || last == 0 || n.lexed[last-1].Range.End.Byte != end {
		return splice{}, &EditError{Range: e.at, Err: ErrNotFound}
	}
	return splice{start: start, end: end, text: endedWith(n.eol, e.text), at: e.at}, nil
}

// tokenAt is the index of the first token that begins at a byte or behind it.
func (n *nativeFile) tokenAt(offset int) int {
	i, _ := slices.BinarySearchFunc(n.lexed, offset, func(t hclsyntax.Token, offset int) int {
		return cmp.Compare(t.Range.Start.Byte, offset)
	})
	return i
}

// lineAfter looks at what follows an item or an opening brace on its line: where the
// line ends, where the next one begins, and the token that ended it. One that is no
// line end is part of a block on one line.
func (n *nativeFile) lineAfter(offset int) (end, next int, ended hclsyntax.TokenType) {
	for _, t := range n.lexed[n.tokenAt(offset):] {
		start, behind := t.Range.Start.Byte, t.Range.End.Byte
		switch t.Type {
		case hclsyntax.TokenComment:
			if text := bytes.TrimRight(t.Bytes, "\r\n"); t.Bytes[0] == '#' || t.Bytes[1] == '/' {
				return start + len(text), behind, hclsyntax.TokenNewline
			}
		case hclsyntax.TokenNewline:
			return start, behind, hclsyntax.TokenNewline
		default:
			return start, start, t.Type
		}
	}
	return len(n.src), len(n.src), hclsyntax.TokenEOF
}

// beginsLine reports whether nothing but white space stands before a byte on its line.
func (n *nativeFile) beginsLine(offset int) bool {
	i := n.tokenAt(offset)
	return i == 0 || n.lexed[i-1].Type == hclsyntax.TokenNewline ||
		n.lexed[i-1].Type == hclsyntax.TokenComment && bytes.HasSuffix(n.lexed[i-1].Bytes, []byte("\n"))
}

// plan finds the body that an addition goes to.
func (n *nativeFile) plan(e Edit, added map[*nativeBody][]*addition) error {
	for _, name := range e.path {
		if !hclsyntax.ValidIdentifier(name) {
			return &EditError{Range: e.at, Err: ErrValue, Detail: "“" + name + "” is no name"}
		}
	}
	key := e.at.Start.Byte
	if e.at.Empty() {
		key = root
	}
	body := n.bodies[key]
	if body == nil || len(e.path) == 0 {
		return &EditError{Range: e.at, Err: ErrNotFound, Detail: "no block begins here"}
	}
	depth := 0
	for {
		i := slices.IndexFunc(body.items, func(item *nativeItem) bool { return item.name == e.path[depth] && !item.removed })
		if i < 0 {
			break
		}
		if depth == len(e.path)-1 || body.items[i].body == nil {
			return &EditError{Range: n.rangeOf(body.items[i]), Err: ErrExists, Detail: e.path[depth]}
		}
		body, depth = body.items[i].body, depth+1
	}
	additions, err := plan(added[body], e, depth, func(name string) string { return name })
	added[body] = additions
	return err
}

func (n *nativeFile) rangeOf(item *nativeItem) hcl.Range {
	return n.lexed[n.tokenAt(item.start)].Range
}

// add writes additions into a body, those with the same predecessor together.
func (n *nativeFile) add(body *nativeBody, additions []*addition) []splice {
	var order []*nativeItem
	groups := make(map[*nativeItem][]*addition)
	for _, a := range inOrder(additions) {
		before := n.predecessor(body, a)
		if groups[before] == nil {
			order = append(order, before)
		}
		groups[before] = append(groups[before], a)
	}
	at := additions[0].edit.at
	kept := slices.IndexFunc(body.items, func(item *nativeItem) bool { return !item.removed })
	if _, _, ended := n.lineAfter(body.open); body != n.bodies[root] && ended != hclsyntax.TokenNewline {
		return n.unfold(body, groups, at)
	}
	if body == n.bodies[root] && kept < 0 {
		in := insertion{eol: n.eol}
		if text := bytes.TrimPrefix(n.src, []byte(ByteOrderMark)); len(text) > 0 && text[len(text)-1] != '\n' {
			in.WriteString(n.eol)
		}
		if !n.blankBefore(len(n.src)) { // a comment that is about the file
			in.WriteString(n.eol)
		}
		in.writeItems(groups[nil], "", 0)
		in.WriteString(n.eol)
		return []splice{{start: len(n.src), end: len(n.src), text: in.String(), values: in.values, at: at}}
	}
	var splices []splice
	for _, before := range order {
		splices = append(splices, n.insert(body, before, groups[before]))
	}
	return splices
}

// predecessor is the item that an addition goes behind; nil for the beginning.
func (n *nativeFile) predecessor(body *nativeBody, a *addition) *nativeItem {
	at := -1
	for i := len(a.after) - 1; i >= 0 && at < 0; i-- {
		for j, item := range body.items {
			if item.name == a.after[i] && !item.removed {
				at = j
			}
		}
	}
	if at < 0 && body == n.bodies[root] {
		at = len(body.items) - 1
	} else if a.isBlock() { // not among attributes
		for at+1 < len(body.items) && (at < 0 || body.items[at].attribute != nil) && body.items[at+1].attribute != nil {
			at++
		}
	}
	for at >= 0 && body.items[at].removed {
		at--
	}
	if at < 0 {
		return nil
	}
	return body.items[at]
}

// insert writes additions behind an item of a body of several lines, or at its beginning.
func (n *nativeFile) insert(body *nativeBody, before *nativeItem, additions []*addition) splice {
	offset, next := body.open, 0
	if before != nil {
		offset = before.end
		next = slices.Index(body.items, before) + 1
	}
	end, behind, _ := n.lineAfter(offset)
	rest := n.src[behind:]
	line, _, _ := bytes.Cut(rest, []byte("\n"))
	line = bytes.TrimSpace(line)
	in := insertion{eol: n.eol}
	in.WriteString(n.eol)
	if before != nil && (before.attribute == nil || additions[0].isBlock()) {
		in.WriteString(n.eol)
	}
	in.writeItems(additions, n.indent(body), n.equalsColumn(body, before, next, behind))
	last := additions[len(additions)-1]
	if next < len(body.items) && len(line) > 0 && (last.isBlock() || body.items[next].attribute == nil) {
		in.WriteString(n.eol)
	}
	return splice{start: end, end: end, text: in.String(), values: in.values, at: additions[0].edit.at}
}

func (n *nativeFile) indent(body *nativeBody) string {
	for _, item := range body.items {
		if n.beginsLine(item.start) {
			return indentAt(n.src, item.start)
		}
	}
	if body == n.bodies[root] {
		return ""
	}
	return Deeper(body.outer)
}

// equalsColumn is how far from its name the equals sign of the neighbour on the next
// line stands; 0 if there is none to align with.
func (n *nativeFile) equalsColumn(body *nativeBody, before *nativeItem, next, behind int) int {
	neighbour := before
	if before == nil && next < len(body.items) && lineStart(n.src, body.items[next].start) == behind {
		neighbour = body.items[next]
	}
	if neighbour == nil || neighbour.attribute == nil || neighbour.removed {
		return 0
	}
	for _, t := range n.lexed[n.tokenAt(neighbour.start):n.tokenAt(neighbour.end)] {
		if t.Type == hclsyntax.TokenNewline { // a heredoc has none
			return 0
		}
	}
	return utf8.RuneCount(n.src[neighbour.start:neighbour.attribute.EqualsRange.Start.Byte])
}

// unfold gives the items of a block on one line, if there is one, and those that are
// added lines of their own.
func (n *nativeFile) unfold(body *nativeBody, groups map[*nativeItem][]*addition, at hcl.Range) []splice {
	indent := Deeper(body.outer)
	inner := n.src[body.open:body.close]
	begin := body.open + len(inner) - len(bytes.TrimLeft(inner, " \t"))
	end := body.open + len(bytes.TrimRight(inner, " \t"))
	first, second := insertion{eol: n.eol}, insertion{eol: n.eol}
	first.WriteString(n.eol)
	if additions := groups[nil]; additions != nil {
		first.writeItems(additions, indent, 0)
		first.WriteString(n.eol)
	}
	empty := begin >= end || len(body.items) > 0 && body.items[0].removed
	if empty {
		first.WriteString(body.outer)
		return []splice{{start: body.open, end: body.close, text: first.String(), values: first.values, at: at}}
	}
	first.WriteString(indent)
	for before, additions := range groups {
		if before != nil {
			second.WriteString(n.eol)
			if additions[0].isBlock() {
				second.WriteString(n.eol)
			}
			second.writeItems(additions, indent, n.equalsColumn(body, before, 0, 0))
		}
	}
	second.WriteString(n.eol + body.outer)
	return []splice{
		{start: body.open, end: begin, text: first.String(), values: first.values, at: at},
		{start: end, end: body.close, text: second.String(), values: second.values, at: at},
	}
}

// writeItems writes attributes and blocks, each on lines of its own, without the last
// line end. equals is the column of the equals sign of a neighbour.
func (in *insertion) writeItems(additions []*addition, indent string, equals int) {
	if equals == 0 {
		for _, a := range additions {
			if !a.isBlock() {
				equals = max(equals, utf8.RuneCountInString(a.name)+1)
			}
		}
	}
	for i, a := range additions {
		if i > 0 {
			in.WriteString(in.eol)
			if a.isBlock() || additions[i-1].isBlock() {
				in.WriteString(in.eol)
			}
		}
		in.WriteString(indent + a.name)
		if a.isBlock() {
			in.WriteString(" {" + in.eol)
			in.writeItems(inOrder(a.members), Deeper(indent), 0)
			in.WriteString(in.eol + indent + "}")
			continue
		}
		in.WriteString(strings.Repeat(" ", max(1, equals-utf8.RuneCountInString(a.name))) + "= ")
		in.writeValue(Expression(a.value), a.value)
	}
}
