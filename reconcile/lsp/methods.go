package lsp

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// with reads the parameters of a method.
func with[P any](take func(*server, P) (any, error)) func(*server, json.RawMessage) (any, error) {
	return func(s *server, raw json.RawMessage) (any, error) {
		var p P
		if len(raw) > 0 {
			if err := json.Unmarshal(raw, &p); err != nil {
				return nil, &rpcError{codeInvalidParams, notRead(err)}
			}
		}
		return take(s, p)
	}
}

// notRead says why parameters cannot be read.
func notRead(err error) string {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		name := wrong.Field
		if embedded, member, ok := strings.Cut(name, "."); ok && strings.HasSuffix(embedded, "Params") {
			name = member
		}
		return fmt.Sprintf("the parameters cannot be read: %s cannot be a %s", cmp.Or(name, "params"), wrong.Value)
	}
	return "the parameters cannot be read: " + err.Error()
}

// asking answers what is asked about a file of a stack, as its text is now; of a file that
// is not there, or is no stack's, it has nothing to say.
func asking[P interface{ uri() string }](answer func(*server, *asked, P) (any, error)) func(*server, json.RawMessage) (any, error) {
	return askingFor(nil, answer)
}

// listing is asking where the protocol has nothing said by an empty list.
func listing[P interface{ uri() string }](answer func(*server, *asked, P) (any, error)) func(*server, json.RawMessage) (any, error) {
	return askingFor([]object{}, answer)
}

func askingFor[P interface{ uri() string }](nothing any, answer func(*server, *asked, P) (any, error)) func(*server, json.RawMessage) (any, error) {
	return with(func(s *server, p P) (any, error) {
		a := s.about(p.uri(), true)
		if a == nil {
			return nothing, nil
		}
		return answer(s, a, p)
	})
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
		"textDocument/hover":                asking(hover),
		"textDocument/definition":           asking(definition),
		"textDocument/references":           asking(references),
		"textDocument/documentHighlight":    asking(highlights),
		"textDocument/prepareRename":        asking(prepareRename),
		"textDocument/rename":               asking(rename),
		"textDocument/documentColor":        listing(colours),
		"textDocument/colorPresentation":    listing(presentations),
		"textDocument/inlayHint":            asking(hints),
		"textDocument/signatureHelp":        with(signature),
		"textDocument/completion":           with(completions),
		"completionItem/resolve":            with(resolve),
		"textDocument/semanticTokens/full":  with(semanticTokens),
		"textDocument/semanticTokens/range": with(semanticTokensIn),
		"textDocument/codeAction":           asking(actions),
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
