package lsp

import "encoding/json"

// with reads the parameters of a method.
func with[P any](take func(*server, P) (any, error)) func(*server, json.RawMessage) (any, error) {
	return func(s *server, raw json.RawMessage) (any, error) {
		var p P
		if len(raw) > 0 {
			if err := json.Unmarshal(raw, &p); err != nil {
				return nil, &rpcError{codeInvalidParams, err.Error()}
			}
		}
		return take(s, p)
	}
}

// requests are the methods that are answered.
func requests() map[string]func(*server, json.RawMessage) (any, error) {
	return map[string]func(*server, json.RawMessage) (any, error){
		"initialize": with((*server).initialize),
		"shutdown": func(s *server, _ json.RawMessage) (any, error) {
			s.stage = leaving
			return nil, nil
		},
		"textDocument/formatting":           with(format),
		"textDocument/rangeFormatting":      with(formatRange),
		"textDocument/documentSymbol":       with(symbols),
		"textDocument/foldingRange":         with(folds),
		"textDocument/selectionRange":       with(selections),
		"textDocument/documentLink":         with(links),
		"textDocument/hover":                with(hover),
		"textDocument/definition":           with(definition),
		"textDocument/references":           with(references),
		"textDocument/documentHighlight":    with(highlights),
		"textDocument/prepareRename":        with(prepareRename),
		"textDocument/rename":               with(rename),
		"textDocument/documentColor":        with(colours),
		"textDocument/colorPresentation":    with(presentations),
		"textDocument/inlayHint":            with(hints),
		"textDocument/signatureHelp":        with(signature),
		"textDocument/completion":           with(completion),
		"completionItem/resolve":            with(resolve),
		"textDocument/semanticTokens/full":  with(semanticTokens),
		"textDocument/semanticTokens/range": with(semanticTokensIn),
		"textDocument/codeAction":           with(actions),
		"workspace/symbol":                  with(findSymbols),
	}
}

// noted is a method that needs no answer.
func noted[P any](take func(*server, P)) func(*server, json.RawMessage) error {
	read := with(func(s *server, p P) (any, error) {
		take(s, p)
		return nil, nil
	})
	return func(s *server, raw json.RawMessage) error {
		_, err := read(s, raw)
		return err
	}
}

// notifications are the methods that need no answer.
func notifications() map[string]func(*server, json.RawMessage) error {
	return map[string]func(*server, json.RawMessage) error{
		"initialized":          noted(func(s *server, _ struct{}) { s.initialized() }),
		"textDocument/didOpen": noted(func(s *server, p openParams) { s.open(p) }),
		"textDocument/didChange": noted(func(s *server, p changeParams) {
			if d := s.change(p); d != nil {
				s.publisher.faultsAtOnce(d)
			}
		}),
		"textDocument/didClose":               noted(func(s *server, p documentParams) { s.close(p) }),
		"textDocument/didSave":                noted((*server).saved),
		"workspace/didChangeWatchedFiles":     noted((*server).watched),
		"workspace/didChangeConfiguration":    noted((*server).configured),
		"workspace/didChangeWorkspaceFolders": noted((*server).changeFolders),
	}
}
