package jsonschema

import "livery/schema/colour"

// tokenTypes are those of the Design Tokens format 2025.10.
var tokenTypes = []string{"color", "dimension", "fontFamily", "fontWeight", "duration", "cubicBezier", "number",
	"strokeStyle", "border", "transition", "shadow", "gradient", "typography"}

// alias is a text that names another token.
const alias = `^\{[^{}]+\}$`

// designTokens describes a file of the Design Tokens format 2025.10.
func designTokens() *node {
	return &node{Ref: "#/$defs/group", Title: "Design tokens", Description: "A file that livery reads with tokens(\"…\"), in the Design Tokens format 2025.10.",
		Defs: map[string]*node{"group": group(), "token": token(), "colour": colourValue(), "deprecated": {Type: []string{"boolean", "string"}}}}
}

func group() *node {
	return &node{
		Type: "object",
		Properties: map[string]*node{
			"$schema": text, "$type": oneOf(tokenTypes).described("The type of every token below that has none."), "$description": text,
			"$deprecated": ref("deprecated"), "$extensions": {Type: "object"}, "$extends": text.described("A group that this one builds on, such as {brand}."),
			"$ref": text, "$root": ref("token"), "$value": {Not: anything}, // a token's
		},
		PatternProperties: map[string]*node{`^[^$.{}][^.{}]*$`: {AnyOf: []*node{ref("token"), ref("group")}}},
	}
}

func token() *node {
	isColour := &node{Required: []string{"$type"}, Properties: map[string]*node{"$type": oneOf([]string{"color"})}}
	return &node{
		Type: "object", AnyOf: []*node{{Required: []string{"$value"}}, {Required: []string{"$ref"}}},
		Properties: map[string]*node{
			"$value": anything, "$type": oneOf(tokenTypes), "$description": text, "$deprecated": ref("deprecated"), "$extensions": {Type: "object"},
			"$ref": text.described("Another token, as a JSON pointer."),
		},
		AllOf: []*node{{If: isColour, Then: &node{Properties: map[string]*node{"$value": ref("colour")}}}},
	}
}

func colourValue() *node {
	component := &node{AnyOf: []*node{{Type: "number"}, oneOf([]string{"none"}), {Type: "object"}}}
	written := &node{Type: "object", Required: []string{"colorSpace", "components"}, Properties: map[string]*node{
		"colorSpace": oneOf(colour.Spaces()),
		"components": {Type: "array", Items: component, MinItems: 3, MaxItems: 3},
		"alpha":      {AnyOf: []*node{number(0, 1), {Type: "object"}}},
		"hex":        {Type: "string", Pattern: `^#[0-9A-Fa-f]{6}$`, Description: "What is shown where the colour itself cannot be."},
	}}
	pointer := &node{Type: "object", Required: []string{"$ref"}}
	return &node{AnyOf: []*node{{Type: "string", Pattern: alias}, {Type: "string", Pattern: colourPattern}, {Type: "string", Pattern: `^(rgb|hsl)a?\(`}, written, pointer}}
}
