package lsp

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"livery/schema/structure"
	"livery/schema/syntax"
)

// text is a file that is asked about: as it is open, or else as it is on disk.
type text struct {
	*lines
	path string
	file *syntax.File // its ranges bear the base name
}

// textOf is the file that a URI names; nil if there is none.
func (k *desk) textOf(uri string) *text {
	d := k.documents[uri]
	if d == nil {
		path, ok := pathOf(uri)
		if !ok {
			return nil
		}
		src, err := k.base.Dir.ReadFile(path)
		if err != nil {
			return nil
		}
		d = &document{uri: uri, path: path, text: src, lines: newLines(src, k.units)}
	}
	if d.isTooLarge() {
		return nil
	}
	if d.file == nil {
		name := filepath.Base(d.path)
		if d.path == "" {
			name = "untitled.livery.hcl"
		}
		if !strings.HasSuffix(name, ".json") && !isSource(name) {
			name += ".livery.hcl"
		}
		d.file = syntax.NewFile(d.text, name)
	}
	return &text{d.lines, d.path, d.file}
}

// ownText is textOf without JSON that no stack reads: editors send all of theirs, and have
// others who know it.
func ownText(k *desk, uri string) *text {
	t := k.textOf(uri)
	if t == nil || isSource(t.file.Name) {
		return t
	}
	for _, p := range k.projects {
		if _, reads := p.reads[t.path]; reads {
			return t
		}
	}
	return nil
}

func (t *text) span(rng hcl.Range) textRange {
	return t.lines.span(rng.Start.Byte, rng.End.Byte)
}

// The protocol's kinds of symbols.
var symbolKinds = map[structure.SymbolKind]int{
	structure.BlockSymbol: 3, structure.NamedSymbol: 5, structure.AttributeSymbol: 7, structure.ListSymbol: 18,
}

type documentSymbol struct {
	Name           string           `json:"name"`
	Detail         string           `json:"detail,omitempty"`
	Kind           int              `json:"kind"`
	Range          textRange        `json:"range"`
	SelectionRange textRange        `json:"selectionRange"`
	Children       []documentSymbol `json:"children,omitempty"`
}

type location struct {
	URI   string    `json:"uri"`
	Range textRange `json:"range"`
}

type symbolInformation struct {
	Name          string   `json:"name"`
	Kind          int      `json:"kind"`
	Location      location `json:"location"`
	ContainerName string   `json:"containerName,omitempty"`
}

func symbols(s *server, p documentParams) (any, error) {
	t := ownText(s.desk, p.TextDocument.URI)
	if t == nil {
		return nil, nil
	}
	outline := structure.Outline(t.file)
	if s.client.Hierarchical {
		return t.nested(outline), nil
	}
	flat := []symbolInformation{}
	t.flatten(outline, p.TextDocument.URI, "", &flat)
	return flat, nil
}

func (t *text) nested(list []*structure.Symbol) []documentSymbol {
	out := make([]documentSymbol, 0, len(list))
	for _, symbol := range list {
		out = append(out, documentSymbol{
			Name: symbol.Name, Detail: symbol.Detail, Kind: symbolKinds[symbol.Kind], Range: t.span(symbol.Range),
			SelectionRange: t.span(symbol.NameAt), Children: t.nested(symbol.Children),
		})
	}
	return out
}

func (t *text) flatten(list []*structure.Symbol, uri, container string, out *[]symbolInformation) {
	for _, symbol := range list {
		*out = append(*out, symbolInformation{symbol.Name, symbolKinds[symbol.Kind], location{uri, t.span(symbol.Range)}, container})
		t.flatten(symbol.Children, uri, symbol.Name, out)
	}
}

type searchParams struct {
	Query string `json:"query"`
}

// findSymbols lists what has a name at the top of the files of all stacks that are loaded.
func findSymbols(s *server, p searchParams) (any, error) {
	found := []symbolInformation{}
	seen := make(map[string]bool)
	for _, dir := range slices.Sorted(maps.Keys(s.projects)) {
		for _, path := range slices.Sorted(maps.Keys(s.projects[dir].reads)) {
			if seen[path] || !isSource(path) {
				continue
			}
			seen[path] = true
			uri := s.uriOf(path)
			t := s.textOf(uri)
			if t == nil {
				continue
			}
			for _, symbol := range structure.Named(t.file) {
				if strings.Contains(strings.ToLower(symbol.Name), strings.ToLower(p.Query)) {
					found = append(found, symbolInformation{symbol.Name, symbolKinds[symbol.Kind], location{uri, t.span(symbol.Range)}, filepath.Base(path)})
				}
			}
		}
	}
	return found, nil
}

type foldingRange struct {
	StartLine int    `json:"startLine"`
	EndLine   int    `json:"endLine"`
	Kind      string `json:"kind,omitempty"`
}

func folds(s *server, p documentParams) (any, error) {
	t := ownText(s.desk, p.TextDocument.URI)
	if t == nil {
		return nil, nil
	}
	out := []foldingRange{}
	for _, f := range structure.Folds(t.file) {
		r := foldingRange{StartLine: f.Range.Start.Line - 1, EndLine: f.Range.End.Line - 1}
		if f.Comment {
			r.Kind = "comment"
		}
		out = append(out, r)
	}
	return out, nil
}

type selectionParams struct {
	documentParams
	Positions []position `json:"positions"`
}

type selectionRange struct {
	Range  textRange       `json:"range"`
	Parent *selectionRange `json:"parent,omitempty"`
}

func selections(s *server, p selectionParams) (any, error) {
	t := ownText(s.desk, p.TextDocument.URI)
	if t == nil {
		return nil, nil
	}
	out := []*selectionRange{}
	for _, at := range p.Positions {
		var inner *selectionRange
		around := structure.Selections(t.file, t.offset(at))
		for i := len(around) - 1; i >= 0; i-- {
			inner = &selectionRange{t.span(around[i]), inner}
		}
		out = append(out, inner)
	}
	return out, nil
}

type documentLink struct {
	Range  textRange `json:"range"`
	Target string    `json:"target"`
}

func links(s *server, p documentParams) (any, error) {
	t := ownText(s.desk, p.TextDocument.URI)
	if t == nil {
		return nil, nil
	}
	out := []documentLink{}
	for _, l := range structure.Links(t.file) {
		target := l.URL
		if l.File != "" {
			target = s.uriOf(filepath.Join(filepath.Dir(t.path), filepath.FromSlash(l.File)))
		}
		out = append(out, documentLink{t.span(l.Range), target})
	}
	return out, nil
}
