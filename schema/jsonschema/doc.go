// Package jsonschema describes the JSON that people and programs exchange with livery, as
// JSON Schema 2020-12: for editors that complete and check a file without knowing livery,
// and for programs that read what livery writes.
//
// What people write ([Texts], [Stack], [Variables], [Tokens]) is described from the
// catalogue, the session attributes, the rules and the backends, so that it knows what
// livery knows. A schema is wider than livery where JSON Schema cannot say what livery
// means, and never narrower: what it refuses, livery refuses too. What programs read
// (plan, state, diagnostics) is described by hand, and tests hold the output against it.
package jsonschema

import (
	"embed"
	"encoding/json"
	"fmt"
	"slices"
)

// draft is the version of JSON Schema in which all is said.
const draft = "https://json-schema.org/draft/2020-12/schema"

//go:embed plan.json state.json diagnostics.json
var published embed.FS

// Names lists what is described.
func Names() []string {
	return []string{"texts", "stack", "vars", "tokens", "plan", "state", "diagnostics"}
}

// Of is the schema of that name, as indented JSON that ends in a line feed. The same
// build of livery gives the same bytes.
func Of(name string) ([]byte, error) {
	made := map[string]func() *node{"texts": texts, "stack": stack, "vars": variables, "tokens": designTokens}
	if make, ok := made[name]; ok {
		n := make()
		n.Draft = draft
		text, err := json.MarshalIndent(n, "", "  ")
		return append(text, '\n'), err
	}
	if !slices.Contains(Names(), name) {
		return nil, fmt.Errorf("there is no JSON Schema of %q", name)
	}
	return published.ReadFile(name + ".json")
}
