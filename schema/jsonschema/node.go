package jsonschema

import "regexp"

// node is a schema, or a part of one. The zero value allows everything.
type node struct {
	Draft       string `json:"$schema,omitempty"`
	Ref         string `json:"$ref,omitempty"`
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
	Type        any    `json:"type,omitempty"` // a word, or a list of them

	Properties           map[string]*node `json:"properties,omitempty"`
	PatternProperties    map[string]*node `json:"patternProperties,omitempty"`
	AdditionalProperties any              `json:"additionalProperties,omitempty"` // *node, or false
	PropertyNames        *node            `json:"propertyNames,omitempty"`
	Required             []string         `json:"required,omitempty"`
	MaxProperties        int              `json:"maxProperties,omitempty"`

	Items    *node `json:"items,omitempty"`
	MinItems int   `json:"minItems,omitempty"`
	MaxItems int   `json:"maxItems,omitempty"`

	Enum      []string `json:"enum,omitempty"`
	Pattern   string   `json:"pattern,omitempty"`
	MinLength int      `json:"minLength,omitempty"`
	MaxLength int      `json:"maxLength,omitempty"` // code points, of which no text has more than UTF-16 code units
	Minimum   *float64 `json:"minimum,omitempty"`
	Maximum   *float64 `json:"maximum,omitempty"`

	AnyOf      []*node          `json:"anyOf,omitempty"`
	AllOf      []*node          `json:"allOf,omitempty"`
	Not        *node            `json:"not,omitempty"`
	If         *node            `json:"if,omitempty"`
	Then       *node            `json:"then,omitempty"`
	Default    any              `json:"default,omitempty"`
	Deprecated bool             `json:"deprecated,omitempty"`
	Defs       map[string]*node `json:"$defs,omitempty"`
}

// closed is an object that has no other members than these.
func closed(properties map[string]*node) *node {
	return &node{Type: "object", Properties: properties, AdditionalProperties: false}
}

// described is a copy of a schema with words for people.
func (n *node) described(words string) *node {
	c := *n
	c.Description = words
	return &c
}

// oneOf is a text that is one of these words.
func oneOf[T ~string](words []T) *node {
	n := &node{Type: "string"}
	for _, w := range words {
		n.Enum = append(n.Enum, string(w))
	}
	return n
}

// listOf is a list whose elements fit a schema.
func listOf(element *node) *node { return &node{Type: "array", Items: element} }

func number(least, most float64) *node {
	return &node{Type: "number", Minimum: &least, Maximum: &most}
}

func ref(name string) *node { return &node{Ref: "#/$defs/" + name} }

// definitions are the parts of a schema that stand in several places, by name.
type definitions map[string]*node

// define keeps a part under a name and gives what stands for it.
func (d definitions) define(name string, n *node) *node {
	d[name] = n
	return ref(name)
}

// exactly is a pattern that fits one text.
func exactly(text string) string { return "^" + regexp.QuoteMeta(text) + "$" }
