package report

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"livery/reconcile/session"
	"livery/reconcile/terminal"
	"livery/schema"
)

type exportJSON struct {
	FormatVersion string                       `json:"format_version"`
	Serial        uint64                       `json:"serial"`
	Lineage       string                       `json:"lineage"`
	BaseURL       string                       `json:"base_url"`
	Sessions      map[string]exportSessionJSON `json:"sessions"`
}

type exportSessionJSON struct {
	API      schema.SessionAPI            `json:"api"`
	Method   string                       `json:"method"`
	Path     string                       `json:"path"`
	Requests map[string]exportRequestJSON `json:"requests"` // by locale; "default" for none in particular
}

type exportRequestJSON struct {
	Body     json.RawMessage `json:"body"`
	Language string          `json:"page_language,omitempty"`
}

// ExportJSON is an export as one object. The same export gives the same bytes.
func ExportJSON(e *session.Export) ([]byte, error) {
	out := exportJSON{"1.0", e.Serial, e.Lineage, e.BaseURL, make(map[string]exportSessionJSON)}
	for _, s := range e.Sessions {
		requests := make(map[string]exportRequestJSON)
		for _, r := range s.Requests {
			requests[exportKey(r)] = exportRequestJSON{r.Body, r.Language}
		}
		out.Sessions[s.Name] = exportSessionJSON{s.API, s.Requests[0].Method, s.Requests[0].Path, requests}
	}
	var b bytes.Buffer
	err := terminal.WriteJSON(&b, out)
	return b.Bytes(), err
}

func exportKey(r session.Request) string { return cmp.Or(string(r.Locale), "default") }

// ExportTypeScript is an export as a constant of TypeScript.
func ExportTypeScript(e *session.Export) ([]byte, error) {
	object, err := ExportJSON(e)
	return fmt.Appendf(nil, "// Written by livery from serial %d of the state. Do not edit.\nexport const livery = %s as const;\n",
		e.Serial, bytes.TrimRight(object, "\n")), err
}

// ExportEnv is an export as shell variables, one a request: its body as JSON on
// one line, in single quotes, which JSON never needs to escape but for an
// apostrophe in a URL.
func ExportEnv(e *session.Export) ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Written by livery from serial %d of the state. Do not edit.\n", e.Serial)
	fmt.Fprintf(&b, "LIVERY_STATE_SERIAL=%d\n", e.Serial)
	for _, s := range e.Sessions {
		prefix := "LIVERY_SESSION_" + strings.ToUpper(strings.ReplaceAll(s.Name, "-", "_"))
		fmt.Fprintf(&b, "%s_API=%s\n%s_PATH=%s\n", prefix, s.API, prefix, s.Requests[0].Path)
		byKey := func(a, b session.Request) int { return strings.Compare(exportKey(a), exportKey(b)) }
		for _, r := range slices.SortedFunc(slices.Values(s.Requests), byKey) {
			var body bytes.Buffer
			if err := json.Compact(&body, r.Body); err != nil {
				return nil, err
			}
			name := prefix + "_" + strings.ToUpper(exportKey(r))
			fmt.Fprintf(&b, "%s_BODY='%s'\n", name, strings.ReplaceAll(body.String(), "'", `\u0027`))
			if r.Language != "" {
				fmt.Fprintf(&b, "%s_LANGUAGE=%s\n", name, r.Language)
			}
		}
	}
	return b.Bytes(), nil
}
