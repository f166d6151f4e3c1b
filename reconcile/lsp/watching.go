package lsp

import (
	"encoding/json"
)

type watchedParams struct {
	Changes []struct {
		URI string `json:"uri"`
	} `json:"changes"`
}

type settingsParams struct {
	Settings json.RawMessage `json:"settings"`
}

// saved looks at the disk again: a file that is read by another name may have changed too.
func (s *server) saved(p documentParams) {
	if d := s.documents[p.TextDocument.URI]; d != nil {
		s.touch(d.path)
	}
}

// watched takes what the editor says of changes on disk.
func (s *server) watched(p watchedParams) {
	fresh := false
	for _, change := range p.Changes {
		if path, ok := pathOf(change.URI); ok {
			s.touch(path)
			fresh = fresh || isSource(path)
		}
	}
	if fresh {
		s.explore()
	}
}

// configured takes new settings, or asks for them where the editor only says that there
// are some.
func (s *server) configured(p settingsParams) {
	s.settings.take(p.Settings)
	s.askForSettings()
	s.touchAll()
}
