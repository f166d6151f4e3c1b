package origin

import (
	"bytes"
	"encoding/csv"
	"maps"
	"slices"
	"strconv"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"go.yaml.in/yaml/v3"

	"livery/schema"
	"livery/schema/position"
	"livery/schema/syntax"
)

// maxElements is how many elements of for expressions are looked through, for all origins of
// an evaluation: where there are more, an origin ends at the file.
const maxElements = 20_000

// element is the part of a collection that an element of a for expression stands for, if it is
// taken as it is, as in { for r in local.rows : r.locale => r }.
func (t tracer) element(e *hclsyntax.ForExpr, path []string) (hcl.Expression, []string, bool) {
	ref, plain := e.ValExpr.(*hclsyntax.ScopeTraversalExpr)
	if !plain || len(path) == 0 || e.Group || ref.Traversal.RootName() != e.ValVar {
		return nil, nil, false
	}
	keys, ok := KeysOf(ref.Traversal[1:])
	all := t.value(e.CollExpr)
	if !ok || all.IsMarked() || !all.IsKnown() || all.IsNull() || !all.CanIterateElements() {
		return nil, nil, false
	}
	if t.elements += all.LengthInt(); t.elements > maxElements {
		return nil, nil, false
	}
	extra, count := maps.Clone(t.extra), 0
	if extra == nil {
		extra = make(map[string]cty.Value)
	}
	for it := all.ElementIterator(); it.Next(); {
		key, value := it.Element()
		extra[e.ValVar] = value
		if e.KeyVar != "" {
			extra[e.KeyVar] = key
		}
		if e.CondExpr != nil {
			if taken := t.names.Value(e.CondExpr, extra); taken.IsMarked() || !taken.RawEquals(cty.True) {
				continue
			}
		}
		name := strconv.Itoa(count)
		if count++; e.KeyExpr != nil {
			name, _ = KeyOf(t.names.Value(e.KeyExpr, extra))
		}
		if at, ok := KeyOf(key); ok && name == path[0] {
			return e.CollExpr, slices.Concat([]string{at}, keys, path[1:]), true
		}
	}
	return nil, nil, false
}

// rowStep leads to a value in a file of CSV or YAML.
func (j *Files) rowStep(function, name string, path []string) schema.Step {
	step := schema.Step{Kind: schema.FromTexts, Path: joinKeys(path), Range: j.rangeIn(name, nil)}
	src, err := j.files.Read(name)
	if err != nil {
		return step
	}
	find, ok := j.places[name]
	if !ok {
		find = placesIn(function, src)
		j.places[name] = find
	}
	if line, column := find(path); line > 0 {
		at := startOf(src, line, column)
		step.Range.Start, step.Range.End = at, at
	}
	return step
}

// placesIn finds the line and the column, in bytes, of what a path leads to in a file.
func placesIn(function string, src []byte) func(path []string) (line, column int) {
	text := bytes.TrimPrefix(src, []byte(syntax.ByteOrderMark))
	if function == "csvdecode" {
		return cellsOf(text)
	}
	var root yaml.Node
	if yaml.Unmarshal(text, &root) != nil || len(root.Content) == 0 {
		return func([]string) (int, int) { return 0, 0 }
	}
	return func(path []string) (int, int) { return nodeAt(root.Content[0], path) }
}

// cellsOf finds the cells of a CSV: a path is the number of a row and the name of a column.
func cellsOf(text []byte) func(path []string) (line, column int) {
	type cell struct{ line, column int }
	r := csv.NewReader(bytes.NewReader(text))
	header, _ := r.Read()
	var rows [][]cell
	for {
		row, err := r.Read()
		if err != nil {
			break
		}
		cells := make([]cell, len(row))
		for i := range row {
			cells[i].line, cells[i].column = r.FieldPos(i)
		}
		rows = append(rows, cells)
	}
	return func(path []string) (int, int) {
		if len(path) == 0 {
			return 1, 1
		}
		i, err := strconv.Atoi(path[0])
		if err != nil || i < 0 || i >= len(rows) {
			return 0, 0
		}
		at := rows[i][0]
		if len(path) > 1 {
			if column := slices.Index(header, path[1]); column >= 0 {
				at = rows[i][column]
			}
		}
		return at.line, at.column
	}
}

// nodeAt follows a path through YAML as far as it leads.
func nodeAt(n *yaml.Node, path []string) (line, column int) {
	for ; len(path) > 0; path = path[1:] {
		if n.Kind == yaml.AliasNode {
			n = n.Alias
		}
		next := (*yaml.Node)(nil)
		switch i, err := strconv.Atoi(path[0]); {
		case n.Kind == yaml.SequenceNode && err == nil && i >= 0 && i < len(n.Content):
			next = n.Content[i]
		case n.Kind == yaml.MappingNode:
			for i := 0; i+1 < len(n.Content); i += 2 {
				if n.Content[i].Value == path[0] {
					next = n.Content[i+1]
				}
			}
		}
		if next == nil {
			break
		}
		n = next
	}
	return n.Line, n.Column
}

// startOf is the position of a line and a column that counts bytes.
func startOf(src []byte, line, column int) hcl.Pos {
	offset := 0
	for range line - 1 {
		offset += bytes.IndexByte(src[offset:], '\n') + 1
	}
	if line == 1 && bytes.HasPrefix(src, []byte(syntax.ByteOrderMark)) {
		offset += len(syntax.ByteOrderMark)
	}
	return position.NewIndex(src).At(min(offset+column-1, len(src)))
}
