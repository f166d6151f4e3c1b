package completion

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/langserver"
	"livery/schema/structure"
	"livery/schema/syntax"
)

// jsonWords says what the words of a file in JSON are: the names of blocks, pages and fields
// like those of HCL, and values by what they are.
func jsonWords(v *langserver.View, file *syntax.File) []Word {
	root, diags := syntax.ParseJSON(file.Bytes, file.Name)
	if diags.HasErrors() {
		return nil
	}
	j := jsonReader{isConfiguration: syntax.IsConfiguration(file.Name)}
	_, j.isTokens = v.UnfinishedTokens(file)
	j.look(root, nil)
	return j.words
}

type jsonReader struct {
	isConfiguration, isTokens bool
	words                     []Word
}

// look takes a value within the keys around it.
func (j *jsonReader) look(value *syntax.JSON, keys []string) {
	if value.NameRange.Filename != "" {
		kind, modifiers := j.key(value, keys)
		j.add(structure.Within(value.NameRange, 1), kind, modifiers)
		keys = append(slices.Clone(keys), value.Name)
	}
	if value.IsObject() || value.IsArray() {
		for _, member := range value.Members {
			j.look(member, keys)
		}
		return
	}
	switch constant := value.Value(); {
	case constant.IsNull() || constant.Type() == cty.Bool:
		j.add(value.Range, keywordType, 0)
	case constant.Type() == cty.Number:
		j.add(value.Range, numberType, 0)
	default:
		kind, modifiers := (&place{attr: "value"}).quoted(constant.AsString())
		if text := constant.AsString(); j.isTokens && strings.HasPrefix(text, "{") {
			kind, modifiers = variableType, readonly
		}
		j.add(structure.Within(value.Range, 1), kind, modifiers)
	}
}

func (j *jsonReader) add(at hcl.Range, kind, modifiers int) {
	if at.Start.Byte < at.End.Byte {
		j.words = append(j.words, Word{at, kind, modifiers})
	}
}

// key says what a name is within the keys around it.
func (j *jsonReader) key(value *syntax.JSON, keys []string) (kind, modifiers int) {
	switch {
	case j.isTokens && strings.HasPrefix(value.Name, "$"):
		return keywordType, 0
	case j.isTokens:
		return propertyType, declaration
	case !j.isConfiguration && value.IsObject() && langserver.PageCalled(value.Name) != nil:
		return keywordType, 0
	case !j.isConfiguration:
		return propertyType, 0
	}
	p := jsonBlocks(keys)
	switch blocks := p.blocks(); {
	case len(p.header) > 0 && p.header[0] == "locale":
		return enumType, declaration
	case len(p.header) > 0 && p.header[0] == "rule":
		return enumType, 0
	case len(p.header) > 0:
		return classType, declaration
	case len(blocks) == 1 && blocks[0][0] == "locals":
		return variableType, declaration
	case len(blocks) == 0 || p.takesLabel(value.Name) || value.IsObject() && schema.PageByHCL(value.Name) != nil:
		return keywordType, 0
	}
	return propertyType, 0
}
