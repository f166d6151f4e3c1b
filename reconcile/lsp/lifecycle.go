package lsp

import (
	"encoding/json"
	"slices"

	"livery/schema/completion"
)

// clientCapabilities is what livery wants to know of an editor.
type clientCapabilities struct {
	ProcessID    int
	Hierarchical bool // symbols may hold symbols
	Watches      bool // it watches files for us
	Asks         bool // it has settings to ask for
	Versions     bool // edits may name the version they are for
	LineFolds    bool // it folds whole lines only
	Snippets     bool // what is completed may say where the cursor goes
}

type initializeParams struct {
	ProcessID        *int   `json:"processId"`
	RootURI          string `json:"rootUri"`
	RootPath         string `json:"rootPath"`
	WorkspaceFolders []struct {
		URI string `json:"uri"`
	} `json:"workspaceFolders"`
	Options      json.RawMessage `json:"initializationOptions"`
	Capabilities struct {
		General struct {
			Encodings []encoding `json:"positionEncodings"`
		} `json:"general"`
		Workspace struct {
			Configuration bool `json:"configuration"`
			Watch         struct {
				Dynamic bool `json:"dynamicRegistration"`
			} `json:"didChangeWatchedFiles"`
			Edit struct {
				DocumentChanges bool `json:"documentChanges"`
			} `json:"workspaceEdit"`
		} `json:"workspace"`
		TextDocument struct {
			Symbols struct {
				Hierarchical bool `json:"hierarchicalDocumentSymbolSupport"`
			} `json:"documentSymbol"`
			Completion struct {
				Item struct {
					Snippets bool `json:"snippetSupport"`
				} `json:"completionItem"`
			} `json:"completion"`
			Folding struct {
				LineOnly bool `json:"lineFoldingOnly"`
			} `json:"foldingRange"`
		} `json:"textDocument"`
	} `json:"capabilities"`
}

func (s *server) initialize(p initializeParams) (any, error) {
	if s.stage != unborn {
		return nil, &rpcError{codeInvalidRequest, "initialize comes once"}
	}
	s.stage, s.units = working, encodingFor(p.Capabilities.General.Encodings)
	if p.ProcessID != nil {
		s.client.ProcessID = *p.ProcessID
	}
	caps := p.Capabilities
	s.client.Hierarchical, s.client.LineFolds = caps.TextDocument.Symbols.Hierarchical, caps.TextDocument.Folding.LineOnly
	s.client.Watches, s.client.Asks, s.client.Versions = caps.Workspace.Watch.Dynamic, caps.Workspace.Configuration, caps.Workspace.Edit.DocumentChanges
	s.client.Snippets = caps.TextDocument.Completion.Item.Snippets
	for _, folder := range p.WorkspaceFolders {
		s.addFolder(folder.URI)
	}
	if len(p.WorkspaceFolders) == 0 && p.RootURI != "" {
		s.addFolder(p.RootURI)
	} else if len(p.WorkspaceFolders) == 0 && p.RootPath != "" {
		s.folders = append(s.folders, p.RootPath)
	}
	s.settings.take(p.Options)
	return object{
		"serverInfo":   object{"name": "livery", "version": s.Version},
		"capabilities": s.capabilities(),
	}, nil
}

// object is a JSON object that nothing else looks at.
type object map[string]any

// capabilities is what the server can do.
func (s *server) capabilities() object {
	return object{
		"positionEncoding": s.units,
		"textDocumentSync": object{"openClose": true, "change": 2, "save": object{"includeText": false}},
		"workspace": object{
			"workspaceFolders": object{"supported": true, "changeNotifications": true},
		},
		"documentFormattingProvider":      true,
		"documentRangeFormattingProvider": true,
		"documentSymbolProvider":          true,
		"workspaceSymbolProvider":         true,
		"foldingRangeProvider":            true,
		"selectionRangeProvider":          true,
		"documentLinkProvider":            object{"resolveProvider": false},
		"completionProvider":              object{"resolveProvider": true, "triggerCharacters": []string{"\"", ".", "{", "=", "#", " "}},
		"signatureHelpProvider":           object{"triggerCharacters": []string{"(", ","}},
		"hoverProvider":                   true,
		"definitionProvider":              true,
		"referencesProvider":              true,
		"documentHighlightProvider":       true,
		"renameProvider":                  object{"prepareProvider": true},
		"colorProvider":                   true,
		"inlayHintProvider":               true,
		"codeActionProvider":              object{"codeActionKinds": []string{"quickfix", "refactor.extract", "refactor.inline", "source.fixAll"}},
		"semanticTokensProvider": object{
			"legend": object{"tokenTypes": completion.TokenTypes(), "tokenModifiers": completion.TokenModifiers()}, "full": true, "range": true,
		},
	}
}

// initialized is the time for what a server may ask of the editor.
func (s *server) initialized() {
	if s.client.Watches {
		globs := []string{"**/*.livery.hcl", "**/*.livery.json", "**/*.liveryvars.hcl", "**/*.liveryvars.json", "**/*.json", "**/*.csv", "**/*.yaml", "**/*.lock", "**/.liveryignore"}
		var watchers []object
		for _, glob := range globs {
			watchers = append(watchers, object{"globPattern": glob})
		}
		s.ask("client/registerCapability", object{"registrations": []object{{
			"id": "livery-files", "method": "workspace/didChangeWatchedFiles", "registerOptions": object{"watchers": watchers},
		}}})
	}
	s.askForSettings()
	s.explore()
}

func (s *server) askForSettings() {
	if s.client.Asks {
		s.ask("workspace/configuration", object{"items": []object{{"section": "livery"}}})
	}
}

// answered takes what an editor answers to a request of ours.
func (s *server) answered(m message) {
	if m.Error != nil {
		s.Log.Debug("the editor refuses", "error", m.Error.Message)
		return
	}
	var list []json.RawMessage // of the settings; nothing else is answered with a list
	if json.Unmarshal(m.Result, &list) == nil && len(list) == 1 {
		s.settings.take(list[0])
		s.touchAll()
	}
}

func (s *server) changeFolders(p foldersParams) {
	for _, gone := range p.Event.Removed {
		if name, ok := pathOf(gone.URI); ok {
			s.folders = slices.DeleteFunc(s.folders, func(f string) bool { return f == name })
		}
	}
	for _, added := range p.Event.Added {
		s.addFolder(added.URI)
	}
	s.explore()
	s.touchAll()
}

func (s *server) addFolder(uri string) {
	if name, ok := pathOf(uri); ok && !slices.Contains(s.folders, name) {
		s.folders = append(s.folders, name)
	}
}

type foldersParams struct {
	Event struct {
		Added, Removed []struct {
			URI string `json:"uri"`
		}
	} `json:"event"`
}
