package syntax

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// remove takes out an attribute, a block or a comment, with its line if nothing else
// stands on it and with the comments that are about it.
func (n *nativeFile) remove(e Edit) (splice, error) {
	start := e.at.Start.Byte
	if item := n.items[start]; item != nil {
		s := n.removal(item.start, item.end, e)
		if n.wholeLines(s) {
			s.start = n.leadOf(item, s)
		}
		return s, nil
	}
	i := n.tokenAt(start)
	if i == len(n.lexed) || n.lexed[i].Type != hclsyntax.TokenComment || n.lexed[i].Range.Start.Byte != start {
		return splice{}, &EditError{Range: e.at, Err: ErrNotFound, Detail: "no attribute, block or comment begins here"}
	}
	return n.removal(start, start+len(bytes.TrimRight(n.lexed[i].Bytes, "\r\n")), e), nil
}

// leadOf is where the comments begin that are about an item: those on the lines right above
// it. What stands above several attributes, behind a blank line, is about all of them and
// stays as long as one of them does.
func (n *nativeFile) leadOf(item *nativeItem, s splice) int {
	start := s.start
	for i := n.tokenAt(item.start) - 1; i >= 0; i-- {
		t := n.lexed[i]
		if t.Type == hclsyntax.TokenNewline && i > 0 && !bytes.HasSuffix(n.lexed[i-1].Bytes, []byte("\n")) { // ends the line of /* */
			i--
			t = n.lexed[i]
		}
		if t.Type != hclsyntax.TokenComment || !n.beginsLine(t.Range.Start.Byte) {
			break
		}
		start = lineStart(n.src, t.Range.Start.Byte)
	}
	next := item.next
	headsOthers := item.attribute != nil && next != nil && next.attribute != nil && !next.removed && lineStart(n.src, next.start) == s.end
	if headsOthers && n.blankBefore(start) {
		return s.start
	}
	return start
}

func (n *nativeFile) removal(start, end int, e Edit) splice {
	lineEnd, next, ended := n.lineAfter(start)
	if n.lexed[n.tokenAt(start)].Type != hclsyntax.TokenComment {
		lineEnd, next, ended = n.lineAfter(end)
	}
	before := len(n.src[:start]) - len(bytes.TrimRight(n.src[:start], " \t"))
	s := splice{start: start - before, end: end, at: e.at}
	switch {
	case !n.beginsLine(start) && ended == hclsyntax.TokenCBrace: // { a = 1 }
		if n.src[s.start-1] == '{' {
			s.end = skipBlanks(n.src, end)
		}
	case !n.beginsLine(start): // behind something else
	case ended == hclsyntax.TokenNewline:
		s.end = next
	case ended == hclsyntax.TokenEOF: // no line end follows that could be taken out
		s.start = len(bytes.TrimRight(n.src[:s.start], " \t\r\n"))
		s.end = lineEnd
	default: // a comment before something else
		s.start, s.end = start, skipBlanks(n.src, end)
	}
	return s
}

// closeGaps puts removals together that touch, and takes blank lines with them that
// would stand behind another blank line, or at the beginning or the end of a block.
func (n *nativeFile) closeGaps(removals []splice) ([]splice, error) {
	slices.SortFunc(removals, func(a, b splice) int { return cmp.Compare(a.start, b.start) })
	var gaps []splice
	for i := 0; i < len(removals); i++ {
		gap := removals[i]
		for {
			if n.wholeLines(gap) && n.blankBefore(gap.start) {
				gap.end = n.skipBlankLines(gap.end)
			}
			if i+1 == len(removals) || removals[i+1].start > gap.end {
				break
			}
			if i++; removals[i].start < removals[i-1].end {
				return nil, &EditError{Range: removals[i].at, Err: ErrOverlap}
			}
			gap.end = removals[i].end
		}
		if n.wholeLines(gap) && n.blankBefore(gap.start) && closes(n.src, gap.end) {
			kept := bytes.TrimRight(n.src[:gap.start], " \t\r\n")
			gap.start = min(gap.start, len(kept)+len(lineAt(n.src, len(kept))))
		}
		gaps = append(gaps, gap)
	}
	return gaps, nil
}

// lineAt is the rest of the line from an offset on, with its end.
func lineAt(src []byte, offset int) []byte {
	i := bytes.IndexByte(src[offset:], '\n')
	return src[offset : offset+i+1]
}

func (n *nativeFile) wholeLines(s splice) bool {
	return lineStart(n.src, s.start) == s.start && lineStart(n.src, s.end) == s.end && s.end > s.start
}

// blankBefore reports whether no blank line is wanted behind what stands before.
func (n *nativeFile) blankBefore(offset int) bool {
	if offset == 0 {
		return true
	}
	line := bytes.TrimSpace(n.src[lineStart(n.src, offset-1):offset])
	return len(line) == 0 || line[len(line)-1] == '{'
}

// closes reports whether a block or the file ends at the line that begins there.
func closes(src []byte, offset int) bool {
	line := bytes.TrimLeft(src[offset:], " \t")
	return len(line) == 0 || line[0] == '}'
}

func (n *nativeFile) skipBlankLines(offset int) int {
	for offset < len(n.src) {
		line, _, found := bytes.Cut(n.src[offset:], []byte("\n"))
		if len(bytes.TrimSpace(line)) > 0 || !found {
			break
		}
		offset += len(line) + 1
	}
	return offset
}

// removalsOf takes out what edits say, each block once that they leave empty.
func removalsOf(n *nativeFile, edits []Edit) (list []splice, err error) {
	for _, e := range edits {
		if item := n.items[e.at.Start.Byte]; e.op == removeItem && item != nil {
			item.removed = true
		}
	}
	emptied := make(map[int]bool)
	for _, e := range edits {
		if e.op != removeItem {
			continue
		}
		if block := n.items[e.with.Start.Byte]; e.with.Filename != "" && block != nil && isEmptied(n.bodies[block.start]) {
			if emptied[block.start] {
				continue
			}
			emptied[block.start], block.removed = true, true
			e.at = e.with
		}
		s, err := n.remove(e)
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}

// isEmptied reports whether all that stands in a block is taken out.
func isEmptied(body *nativeBody) bool {
	return body != nil && !slices.ContainsFunc(body.items, func(item *nativeItem) bool { return !item.removed })
}
