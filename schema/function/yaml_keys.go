package function

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"go.yaml.in/yaml/v3"

	"livery/schema"
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
	return hcl.Diagnostics{schema.Diagnose(schema.Duplicate, schema.Subject{Range: hcl.Range{Filename: file, Start: at, End: at}}, "Declared twice", k.Error()+".")}
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
			name := schema.Snake(child.Value)
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
