package sessionreport

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"livery/reconcile/session"
	"livery/reconcile/terminal"
	"livery/reconcile/workspace"
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

// ExportEnv is an export as shell variables, to be sourced: the body of each request
// is JSON on one line, in single quotes, which JSON never needs to escape but for an
// apostrophe in a URL.
func ExportEnv(e *session.Export) ([]byte, error) {
	return exportVariables(e, func(body string) string { return "'" + strings.ReplaceAll(body, "'", `\u0027`) + "'" })
}

// ExportDocker is an export as the variables of a file for docker run --env-file, which
// takes everything behind the equals sign as it stands, quotes too.
func ExportDocker(e *session.Export) ([]byte, error) {
	return exportVariables(e, func(body string) string { return body })
}

func exportVariables(e *session.Export, quote func(body string) string) ([]byte, error) {
	v := variables{owners: make(map[string]string)}
	fmt.Fprintf(&v, "# Written by livery from serial %d of the state. Do not edit.\n", e.Serial)
	fmt.Fprintf(&v, "LIVERY_STATE_SERIAL=%d\n", e.Serial)
	for _, s := range e.Sessions {
		prefix := "LIVERY_SESSION_" + strings.ToUpper(strings.ReplaceAll(s.Name, "-", "_"))
		v.set(s.Name, prefix+"_API", string(s.API))
		v.set(s.Name, prefix+"_PATH", s.Requests[0].Path)
		byKey := func(a, b session.Request) int { return strings.Compare(exportKey(a), exportKey(b)) }
		for _, r := range slices.SortedFunc(slices.Values(s.Requests), byKey) {
			var body bytes.Buffer
			if err := json.Compact(&body, r.Body); err != nil {
				return nil, err
			}
			name := prefix + "_" + strings.ToUpper(exportKey(r))
			v.set(s.Name, name+"_BODY", quote(body.String()))
			if r.Language != "" {
				v.set(s.Name, name+"_LANGUAGE", r.Language)
			}
		}
	}
	return v.Bytes(), v.err
}

// variables are lines of names and values, and whose each name is.
type variables struct {
	bytes.Buffer
	owners map[string]string
	err    error // the first
}

func (v *variables) set(owner, name, value string) {
	other, taken := v.owners[name]
	switch {
	case v.err != nil:
		return
	case taken:
		v.err = workspace.Failf("Two sessions with one variable", "The sessions %q and %q would both be %s in the environment. Rename one of them, or export them with -format=json.", other, owner, name)
	case strings.ContainsFunc(name, func(r rune) bool { return r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') }):
		v.err = workspace.Failf("Not a variable's name", "The session %q cannot be a variable of the environment, whose names are of the letters A to Z, digits and _. Rename it, or export it with -format=json.", owner)
	}
	v.owners[name] = owner
	fmt.Fprintf(v, "%s=%s\n", name, value)
}
