package lsp

import (
	"net/url"
	"path/filepath"
	"runtime"
	"strings"

	"livery/schema/syntax"
)

// document is a text that is open in the editor. It wins over what is on disk.
type document struct {
	uri     string
	path    string // "" for what is no file
	version int
	text    []byte
	*lines

	file *syntax.File // parsed when it is first asked for
}

// isTooLarge reports whether a text is so large that nothing is made of it.
func (d *document) isTooLarge() bool { return len(d.text) > syntax.MaxFile }

type textItem struct {
	URI     string `json:"uri"`
	Version int    `json:"version"`
	Text    string `json:"text"`
}

type openParams struct {
	TextDocument textItem `json:"textDocument"`
}

type changeParams struct {
	TextDocument struct {
		URI     string `json:"uri"`
		Version *int   `json:"version"`
	} `json:"textDocument"`
	ContentChanges []struct {
		Range *textRange `json:"range"`
		Text  string     `json:"text"`
	} `json:"contentChanges"`
}

type documentParams struct {
	TextDocument struct {
		URI string `json:"uri"`
	} `json:"textDocument"`
}

func (p documentParams) uri() string { return p.TextDocument.URI }

func (k *desk) open(p openParams) {
	name, _ := pathOf(p.TextDocument.URI)
	d := &document{uri: p.TextDocument.URI, path: name, version: p.TextDocument.Version, text: []byte(p.TextDocument.Text)}
	d.lines = newLines(d.text, k.units)
	k.documents[d.uri] = d
	k.adopt(d)
	k.touch(d.path)
}

// change gives the text that has changed; nil if none has.
func (k *desk) change(p changeParams) *document {
	d := k.documents[p.TextDocument.URI]
	if d == nil {
		k.log.Warn("a change of a text that is not open", "uri", p.TextDocument.URI)
		return nil
	}
	if v := p.TextDocument.Version; v != nil {
		if *v <= d.version {
			k.log.Warn("a change of an older version", "uri", d.uri, "version", *v, "known", d.version)
			return nil
		}
		d.version = *v
	}
	for _, change := range p.ContentChanges {
		if change.Range == nil {
			d.text = []byte(change.Text)
		} else {
			start, end := d.bounds(*change.Range)
			text := make([]byte, 0, len(d.text)-(end-start)+len(change.Text))
			d.text = append(append(append(text, d.text[:start]...), change.Text...), d.text[end:]...)
		}
		d.lines, d.file = newLines(d.text, k.units), nil
	}
	k.touch(d.path)
	return d
}

func (k *desk) close(p documentParams) {
	d := k.documents[p.TextDocument.URI]
	if d == nil {
		return
	}
	delete(k.documents, d.uri)
	k.touch(d.path)
	k.abandon()
}

// pathOf is the file that a URI names; false for what is no file.
func pathOf(uri string) (string, bool) {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "file" || u.Path == "" || u.Host != "" && u.Host != "localhost" {
		return "", false
	}
	name := u.Path
	if runtime.GOOS == "windows" {
		name = strings.TrimPrefix(name, "/")
	}
	return filepath.Clean(filepath.FromSlash(name)), true
}

// uriOf is the name of a file on the wire: as the editor spells it if it has it open.
func (k *desk) uriOf(path string) string {
	for uri, d := range k.documents {
		if d.path == path {
			return uri
		}
	}
	slashed := filepath.ToSlash(path)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed
	}
	return (&url.URL{Scheme: "file", Path: slashed}).String()
}
