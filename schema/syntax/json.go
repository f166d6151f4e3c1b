package syntax

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/jsontext"
	"livery/schema/limit"
	"livery/schema/position"
	"livery/schema/rule"
)

// JSON is a value in a JSON file and where it stands. Strings are plain text here:
// what a configuration file makes of "${" in them is up to whoever evaluates it.
type JSON struct {
	Range hcl.Range // the whole value, with its quotation marks or brackets

	// Of a member of an object.
	Name      string
	NameRange hcl.Range

	// Members of an object or elements of an array, in order; a key that stands
	// twice is there twice.
	Members []*JSON

	token json.Token
	last  map[string]*JSON
}

// IsObject reports whether the value is an object.
func (j *JSON) IsObject() bool { return j.token == json.Delim('{') }

// IsArray reports whether the value is an array.
func (j *JSON) IsArray() bool { return j.token == json.Delim('[') }

// Value is a string, a number, a truth value or null; cty.NilVal of an object or an array.
func (j *JSON) Value() cty.Value {
	switch t := j.token.(type) {
	case string:
		return cty.StringVal(t)
	case bool:
		return cty.BoolVal(t)
	case json.Number:
		if v, err := cty.ParseNumberVal(t.String()); err == nil {
			return v
		}
		return cty.NilVal
	case nil:
		return cty.NullVal(cty.DynamicPseudoType)
	default:
		return cty.NilVal
	}
}

// At is the value that a path of keys leads to, nil if there is none. Of a key that
// stands twice the last counts, as for all who read JSON.
func (j *JSON) At(path ...string) *JSON {
	for _, name := range path {
		if j == nil {
			return nil
		}
		j = j.last[name]
	}
	return j
}

// All walks over the value and everything in it, in the order of the file.
func (j *JSON) All() iter.Seq[*JSON] {
	return func(yield func(*JSON) bool) { j.walk(yield) }
}

func (j *JSON) walk(yield func(*JSON) bool) bool {
	if !yield(j) {
		return false
	}
	for _, m := range j.Members {
		if !m.walk(yield) {
			return false
		}
	}
	return true
}

// Duplicates are the members whose name stands in the same object already, in either spelling
// of a field's, each with the one before it.
func (j *JSON) Duplicates() iter.Seq2[*JSON, *JSON] {
	return func(yield func(first, second *JSON) bool) {
		for value := range j.All() {
			if !value.IsObject() {
				continue
			}
			seen := make(map[string]*JSON, len(value.Members))
			for _, m := range value.Members {
				first, name := seen[schema.Spelling(m.Name)], schema.Spelling(m.Name)
				if seen[name] = m; first != nil && !yield(first, m) {
					return
				}
			}
		}
	}
}

// ParseJSON reads a JSON file with the places of all keys and values. It is nil if
// the file has faults.
func ParseJSON(src []byte, filename string) (*JSON, hcl.Diagnostics) {
	if d := limit.Check(src, filename); d != nil {
		return nil, hcl.Diagnostics{d}
	}
	text := bytes.TrimPrefix(src, []byte(ByteOrderMark))
	p := jsonParser{
		decoder: json.NewDecoder(bytes.NewReader(text)),
		text:    text,
		name:    filename,
		at:      position.Cursor{Src: src, Pos: hcl.Pos{Line: 1, Column: 1, Byte: len(src) - len(text)}},
	}
	p.decoder.UseNumber()
	root, err := p.value(0)
	if err == nil && len(bytes.TrimLeft(text[p.end:], " \t\r\n")) == 0 {
		return root, nil
	}
	offset := p.end
	var raw json.RawMessage
	var fault *json.SyntaxError
	if errors.As(json.Unmarshal(text, &raw), &fault) { // the decoder does not know where it is
		err, offset = fault, int(fault.Offset)-1
	}
	rng := position.Character(src, filename, max(0, min(len(src)-len(text)+offset, len(src))))
	return nil, hcl.Diagnostics{schema.Diagnose(rule.Syntax, schema.Subject{Range: rng},
		"Invalid JSON", fmt.Sprintf("This is not valid JSON: %s.", jsontext.Explain(text, offset, err)))}
}

type jsonParser struct {
	decoder *json.Decoder
	text    []byte
	end     int // of the last token, in text
	at      position.Cursor
	name    string // of the file
}

// token reads a token and says where it begins and ends.
func (p *jsonParser) token() (json.Token, hcl.Range, error) {
	token, err := p.decoder.Token()
	if err != nil {
		return nil, hcl.Range{}, err
	}
	begin := p.end
	for strings.IndexByte(" \t\r\n:,", p.text[begin]) >= 0 {
		begin++
	}
	p.end = int(p.decoder.InputOffset())
	mark := len(p.at.Src) - len(p.text)
	start := p.at.Advance(mark + begin)
	return token, hcl.Range{Filename: p.name, Start: start, End: p.at.Advance(mark + p.end)}, nil
}

func (p *jsonParser) value(depth int) (*JSON, error) {
	if depth > limit.MaxDepth {
		return nil, fmt.Errorf("more than %d brackets are open at once", limit.MaxDepth)
	}
	token, rng, err := p.token()
	if err != nil {
		return nil, err
	}
	j := &JSON{Range: rng, token: token}
	if _, opens := token.(json.Delim); !opens {
		return j, nil
	}
	if j.IsObject() {
		j.last = make(map[string]*JSON)
	}
	for p.decoder.More() {
		var name json.Token
		var nameRange hcl.Range
		if j.IsObject() {
			if name, nameRange, err = p.token(); err != nil {
				return nil, err
			}
		}
		member, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		if key, ok := name.(string); ok {
			member.Name, member.NameRange = key, nameRange
			j.last[key] = member
		}
		j.Members = append(j.Members, member)
	}
	_, closing, err := p.token()
	j.Range.End = closing.End
	return j, err
}
