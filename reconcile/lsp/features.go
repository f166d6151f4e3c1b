package lsp

import (
	"cmp"
	"maps"
	"path/filepath"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"livery/schema/completion"
	"livery/schema/config"
	"livery/schema/langserver"
	"livery/schema/structure"
	"livery/schema/syntax"
)

// asked is a file that is asked about, as a part of a stack.
type asked struct {
	*text
	view *langserver.View
	dir  string // of the stack
}

// about is a file as a part of the first stack that reads it; a source that belongs to none
// is a stack by itself. It is nil if there is no such file, or if it is JSON that no stack
// reads: editors send all of theirs. With now the answer is about the text as it is, else
// the stack may be that of a moment ago.
func (k *desk) about(uri string, now bool) *asked {
	t := k.textOf(uri)
	if t == nil {
		return nil
	}
	if now {
		k.catchUp()
	}
	for _, dir := range slices.Sorted(maps.Keys(k.projects)) {
		p := k.projects[dir]
		name, reads := p.reads[t.path]
		if !reads && isSource(t.path) && filepath.Dir(t.path) == dir { // it is not saved yet
			name, reads = filepath.Base(t.path), true
		}
		if reads && t.path != "" {
			named := *t
			if named.file.Name != name {
				named.file = syntax.NewFile(t.text, name)
				k.remember(uri, named.file)
			}
			return &asked{&named, k.view(p), dir}
		}
	}
	if !isSource(t.file.Name) {
		return nil
	}
	alone := &config.Sources{Own: []*config.Declarations{config.DeclarationsOf(t.file)}}
	return &asked{t, &langserver.View{Module: alone.Module()}, filepath.Dir(t.path)}
}

// remember keeps a file parsed under the name that its stack has for it.
func (k *desk) remember(uri string, file *syntax.File) {
	if d := k.documents[uri]; d != nil {
		d.file = file
	}
}

// located is a range of any file of the stack, on the wire.
func (k *desk) located(a *asked, rng hcl.Range) (location, bool) {
	path := filepath.Join(a.dir, filepath.FromSlash(rng.Filename))
	uri := k.uriOf(path)
	if path == a.path || a.path == "" && rng.Filename == a.file.Name {
		return location{uri, a.span(rng)}, true
	}
	t := k.textOf(uri)
	if t == nil {
		return location{}, false
	}
	return location{uri, t.span(rng)}, true
}

func (k *desk) locations(a *asked, ranges []hcl.Range) []location {
	list := []location{}
	for _, rng := range ranges {
		if l, ok := k.located(a, rng); ok {
			list = append(list, l)
		}
	}
	return list
}

type positionParams struct {
	documentParams
	Position position `json:"position"`
}

type markup struct {
	Kind  string `json:"kind"`
	Value string `json:"value"`
}

func markdown(text string) *markup {
	if text == "" {
		return nil
	}
	return &markup{"markdown", text}
}

func hover(s *server, a *asked, p positionParams) (any, error) {
	text, at := completion.Hover(a.view, a.file, a.offset(p.Position))
	if text == "" {
		return nil, nil
	}
	return object{"contents": markdown(text), "range": a.span(at)}, nil
}

func definition(s *server, a *asked, p positionParams) (any, error) {
	offset := a.offset(p.Position)
	for _, l := range structure.Links(a.file) {
		if l.File != "" && l.Range.Start.Byte <= offset && offset <= l.Range.End.Byte {
			return []location{{URI: s.uriOf(filepath.Join(a.dir, filepath.FromSlash(l.File)))}}, nil
		}
	}
	return s.locations(a, a.view.Definitions(a.file, offset)), nil
}

type referenceParams struct {
	positionParams
	Context struct {
		IncludeDeclaration bool `json:"includeDeclaration"`
	} `json:"context"`
}

// references are those in every stack that shares the file.
func references(s *server, a *asked, p referenceParams) (any, error) {
	offset, declaration := a.offset(p.Position), p.Context.IncludeDeclaration
	list := []location{}
	add := func(each *asked, found []hcl.Range) {
		for _, l := range s.locations(each, found) {
			if !slices.Contains(list, l) {
				list = append(list, l)
			}
		}
	}
	if m, ok := a.view.MentionAt(a.file.Name, offset); ok {
		for _, each := range (neighbours{s.desk}).sharing(a, m.Name) {
			add(each, each.view.References(m.Name, declaration))
		}
		return list, nil
	}
	for _, each := range (neighbours{s.desk}).reading(a) {
		add(each, each.view.ReferencesAt(each.file, offset, declaration))
	}
	return list, nil
}

func highlights(s *server, a *asked, p positionParams) (any, error) {
	list := []object{}
	for _, rng := range a.view.ReferencesAt(a.file, a.offset(p.Position), true) {
		if rng.Filename == a.file.Name {
			list = append(list, object{"range": a.span(rng)})
		}
	}
	return list, nil
}

func prepareRename(s *server, a *asked, p positionParams) (any, error) {
	m, why := a.view.Renameable(a.file, a.offset(p.Position))
	if why != "" {
		return nil, &rpcError{codeRequestFailed, why}
	}
	return object{"range": a.span(m.Range), "placeholder": m.Name.Name}, nil
}

type renameParams struct {
	positionParams
	NewName string `json:"newName"`
}

// rename edits every stack that shares the file: what one of them cannot take, none does.
func rename(s *server, a *asked, p renameParams) (any, error) {
	m, why := a.view.Renameable(a.file, a.offset(p.Position))
	if why != "" {
		return nil, &rpcError{codeRequestFailed, why}
	}
	edits := make(map[string][]textEdit)
	for _, each := range (neighbours{s.desk}).sharing(a, m.Name) {
		changes, why := each.view.Rename(m, p.NewName)
		if why != "" {
			return nil, &rpcError{codeRequestFailed, why}
		}
		edits = mender{s}.changed(each, edits, changes)
	}
	return s.workspaceEdit(edits), nil
}

// workspaceEdit are edits of several files, for the versions that are open where the editor
// can tell them apart.
func (s *server) workspaceEdit(changes map[string][]textEdit) object {
	if !s.client.Versions {
		return object{"changes": changes}
	}
	list := []object{}
	for _, uri := range slices.Sorted(maps.Keys(changes)) {
		var version *int
		if d := s.documents[uri]; d != nil {
			version = &d.version
		}
		list = append(list, object{"textDocument": object{"uri": uri, "version": version}, "edits": changes[uri]})
	}
	return object{"documentChanges": list}
}

type rgba struct {
	Red   float64 `json:"red"`
	Green float64 `json:"green"`
	Blue  float64 `json:"blue"`
	Alpha float64 `json:"alpha"`
}

func colours(s *server, a *asked, p documentParams) (any, error) {
	list := []object{}
	for _, swatch := range a.view.Colours(a.file) {
		list = append(list, object{"range": a.span(swatch.Range), "color": rgba{swatch.R, swatch.G, swatch.B, swatch.A}})
	}
	return list, nil
}

type presentationParams struct {
	documentParams
	Color rgba      `json:"color"`
	Range textRange `json:"range"`
}

func presentations(s *server, a *asked, p presentationParams) (any, error) {
	start, end := a.bounds(p.Range)
	at := hcl.Range{Filename: a.file.Name, Start: hcl.Pos{Byte: start}, End: hcl.Pos{Byte: end}}
	list := []object{}
	for _, way := range a.view.Ways(a.file, at, p.Color.Red, p.Color.Green, p.Color.Blue, p.Color.Alpha) {
		list = append(list, object{"label": way.Label, "textEdit": textEdit{a.span(way.At), way.Text}})
	}
	return list, nil
}

func hints(s *server, a *asked, p rangeParams) (any, error) {
	var hints []langserver.Hint
	if s.settings.HintLengths != "off" {
		hints = a.view.Lengths(a.file, s.settings.HintLengths == "near")
	}
	if s.settings.HintColours {
		hints = append(hints, a.view.Values(a.file)...)
	}
	slices.SortStableFunc(hints, func(x, y langserver.Hint) int { return cmp.Compare(x.At.Byte, y.At.Byte) })
	list := []object{}
	for _, h := range hints {
		at := a.position(h.At.Byte)
		if at.compare(p.Range.Start) < 0 || at.compare(p.Range.End) > 0 {
			continue
		}
		hint := object{"position": at, "label": h.Text, "paddingLeft": true}
		if h.Tooltip != "" {
			hint["tooltip"] = h.Tooltip
		}
		list = append(list, hint)
	}
	return list, nil
}

func signature(s *server, p positionParams) (any, error) {
	a := s.about(p.TextDocument.URI, false)
	if a == nil {
		return nil, nil
	}
	signed, number, ok := completion.SignatureAt(a.view, a.file, a.offset(p.Position))
	if !ok {
		return nil, nil
	}
	parameters := []object{}
	for _, parameter := range signed.Parameters {
		parameters = append(parameters, object{"label": parameter.Label, "documentation": parameter.Documentation})
	}
	return object{
		"signatures":      []object{{"label": signed.Label, "documentation": markdown(signed.Documentation), "parameters": parameters}},
		"activeSignature": 0, "activeParameter": number,
	}, nil
}

// The protocol's kinds of items.
var itemKinds = map[completion.ItemKind]int{
	completion.BlockItem: 7, completion.FieldItem: 10, completion.NameItem: 6, completion.FunctionItem: 3,
	completion.WordItem: 12, completion.ColourItem: 16, completion.FileItem: 17,
}

type completionItem struct {
	Label         string    `json:"label"`
	Kind          int       `json:"kind,omitempty"`
	Detail        string    `json:"detail,omitempty"`
	Documentation any       `json:"documentation,omitempty"`
	SortText      string    `json:"sortText,omitempty"`
	TextEdit      *textEdit `json:"textEdit,omitempty"`
	Format        int       `json:"insertTextFormat,omitempty"`
	Data          any       `json:"data,omitempty"`
}

func completions(s *server, p positionParams) (any, error) {
	a := s.about(p.TextDocument.URI, false)
	if a == nil {
		return nil, nil
	}
	offset := a.offset(p.Position)
	items, start := completion.Complete(a.view, a.file, offset)
	list := []completionItem{}
	for i, item := range items {
		out := completionItem{Label: item.Label, Kind: itemKinds[item.Kind], Detail: item.Detail, SortText: sortText(item.Rank, i), Format: 1}
		text := cmp.Or(item.Insert, item.Label)
		if item.Snippet != "" && s.client.Snippets {
			text, out.Format = item.Snippet, 2
		}
		out.TextEdit = &textEdit{a.lines.span(start, offset), text}
		if item.Kind == completion.ColourItem {
			out.Documentation = item.Documentation // editors look for the colour in it
		} else if item.Documentation != "" {
			out.Data = item.Documentation
		}
		list = append(list, out)
	}
	return object{"isIncomplete": false, "items": list}, nil
}

// sortText keeps the order of a list: editors sort by it as text.
func sortText(rank, place int) string {
	const digits = "0123456789"
	return string([]byte{digits[min(rank, 9)], digits[place/1000%10], digits[place/100%10], digits[place/10%10], digits[place%10]})
}

// resolve gives an item its documentation, which the list goes without.
func resolve(s *server, item completionItem) (any, error) {
	if text, ok := item.Data.(string); ok {
		item.Documentation, item.Data = markdown(text), nil
	}
	return item, nil
}

func semanticTokens(s *server, p documentParams) (any, error) {
	return tokens(s, p.TextDocument.URI, nil), nil
}

func semanticTokensIn(s *server, p rangeParams) (any, error) {
	return tokens(s, p.TextDocument.URI, &p.Range), nil
}

// tokens are the words of a file, each relative to the one before, as the protocol has it.
func tokens(s *server, uri string, within *textRange) any {
	t := s.about(uri, false)
	if t == nil {
		return nil
	}
	data := []int{}
	var last position
	for _, w := range completion.Words(t.view, t.file) {
		at := t.span(w.Range)
		if within != nil && (at.End.compare(within.Start) < 0 || at.Start.compare(within.End) > 0) {
			continue
		}
		column := at.Start.Character
		if at.Start.Line == last.Line {
			column -= last.Character
		}
		data = append(data, at.Start.Line-last.Line, column, at.End.Character-at.Start.Character, w.Type, w.Modifiers)
		last = at.Start
	}
	return object{"data": data}
}
