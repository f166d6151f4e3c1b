package function

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"go.yaml.in/yaml/v3"

	"livery/schema"
	"livery/schema/rule"
)

// yamlKeys are two keys of a mapping that are the same name: of their values the decoder
// would take the last, and lose the other in silence.
type yamlKeys struct{ first, second *yaml.Node }

func (k *yamlKeys) Error() string {
	return fmt.Sprintf("%s stands on line %d already, and here on line %d; of two values one would be lost. Keep one of them",
		k.first.Value, k.first.Line, k.second.Line)
}

func (k *yamlKeys) in(file string) hcl.Diagnostics {
	at := hcl.Pos{Line: k.second.Line, Column: k.second.Column}
	return hcl.Diagnostics{schema.Diagnose(rule.Duplicate, schema.Subject{Range: hcl.Range{Filename: file, Start: at, End: at}}, "Declared twice", k.Error()+".")}
}

// keysTwiceIn finds a key that stands twice in a mapping, in either spelling of the fields'
// names; nil for none. What does not parse has none: the decoder says what is wrong with it.
func keysTwiceIn(src string) *yamlKeys {
	var root yaml.Node
	if err := yaml.Unmarshal([]byte(src), &root); err != nil {
		return nil
	}
	return keysTwice(&root)
}

func keysTwice(n *yaml.Node) *yamlKeys {
	seen := make(map[string]*yaml.Node)
	for i, child := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 && child.Kind == yaml.ScalarNode {
			name := schema.Spelling(child.Value)
			if first := seen[name]; first != nil {
				return &yamlKeys{first, child}
			}
			seen[name] = child
		}
		if twice := keysTwice(child); twice != nil {
			return twice
		}
	}
	return nil
}

// soundYAML refuses what cannot be decoded in little time, and what would be lost.
func soundYAML(src string) error {
	if err := checkYAML(src); err != nil {
		return err
	}
	if keys := keysTwiceIn(src); keys != nil {
		return keys
	}
	return nil
}

// csvHeader is what is wrong with the first row of a CSV. Of two columns that are called
// alike, in either spelling of the fields' names, one would be lost.
type csvHeader struct {
	first, second string // both are "" where there is no row at all
	line, column  int    // of the second
}

func (h *csvHeader) Error() string {
	switch {
	case h.line == 0:
		return "the file has no header, the row with the names of the columns"
	case h.first == h.second:
		return fmt.Sprintf("the column %q stands twice on line %d; of two values one would be lost. Name one of them otherwise", h.first, h.line)
	}
	return fmt.Sprintf("the columns %q and %q on line %d are the same name; of two values one would be lost. Keep one of them", h.first, h.second, h.line)
}

func (h *csvHeader) in(file string) hcl.Diagnostics {
	id, summary, text := rule.Duplicate, "Declared twice", h.Error()
	if h.line == 0 {
		id, summary = rule.Syntax, "Invalid CSV"
	}
	at := hcl.Pos{Line: max(h.line, 1), Column: max(h.column, 1)}
	return hcl.Diagnostics{schema.Diagnose(id, schema.Subject{Range: hcl.Range{Filename: file, Start: at, End: at}}, summary, strings.ToUpper(text[:1])+text[1:]+".")}
}

// headerFault looks at the first row; nil for none, and for one that is no CSV, which the
// decoder says.
func headerFault(src string) *csvHeader {
	r := csv.NewReader(strings.NewReader(src))
	header, err := r.Read()
	if errors.Is(err, io.EOF) {
		return new(csvHeader)
	}
	seen := make(map[string]string)
	for i, name := range header {
		if first, twice := seen[schema.Spelling(name)]; twice {
			line, column := r.FieldPos(i)
			return &csvHeader{first, name, line, column}
		}
		seen[schema.Spelling(name)] = name
	}
	return nil
}

// soundCSV refuses what would be lost; the same name twice the decoder refuses itself.
func soundCSV(src string) error {
	if fault := headerFault(src); fault != nil && fault.first != fault.second {
		return fault
	}
	return nil
}
