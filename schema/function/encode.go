package function

import (
	"net/url"
	"strings"

	yaml "github.com/zclconf/go-cty-yaml"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"livery/schema/cache"
	"livery/schema/syntax"
)

// encodeFunctions are those that turn values into text of some form and back.
func encodeFunctions(files *syntax.Files, b *Budget) map[string]function.Function {
	return map[string]function.Function{
		"csvdecode":  b.once(files, "csvdecode", stdlib.CSVDecodeFunc, soundCSV),
		"jsondecode": b.once(files, "jsondecode", stdlib.JSONDecodeFunc, checkJSON),
		"jsonencode": checkFirst(stdlib.JSONEncodeFunc, checkWeight),
		"urlencode":  urlEncodeFunction(),
		"yamldecode": b.once(files, "yamldecode", yaml.YAMLDecodeFunc.WithNewDescriptions("Reads a YAML text.", []string{"The YAML text."}), soundYAML),
		"yamlencode": checkFirst(yaml.YAMLEncodeFunc.WithNewDescriptions("Writes a value as YAML.", []string{"The value to write."}), checkWeight),
	}
}

// once decodes each text that is sound once, however often it is asked for: the fields of a document
// take their values from one file. The value draws on the budget when it is first asked for.
func (b *Budget) once(files *syntax.Files, name string, decode function.Function, check func(string) error) function.Function {
	var done syntax.Memo[cty.Value]
	return function.New(&function.Spec{
		Description: decode.Description(),
		Params:      decode.Params(),
		Type:        function.StaticReturnType(cty.DynamicPseudoType),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			text := strings.TrimPrefix(args[0].AsString(), syntax.ByteOrderMark)
			return done.Do(text, func() (cty.Value, error) {
				d := cache.Get(files.SharedText(args[0].AsString()), name+"\x00"+text, nil, 16*len(text), func() decoded {
					if err := check(text); err != nil {
						return decoded{err: function.NewArgError(0, err)}
					}
					v, err := decode.Call([]cty.Value{cty.StringVal(text)})
					return decoded{v, err}
				})
				return b.paid(d.value, d.err)
			})
		},
	})
}

// decoded is what became of a text.
type decoded struct {
	value cty.Value
	err   error
}

func urlEncodeFunction() function.Function {
	return function.New(&function.Spec{
		Description:  "Escapes a text for the query of a URL.",
		Params:       []function.Parameter{{Name: "str", Type: cty.String, Description: "The text."}},
		Type:         function.StaticReturnType(cty.String),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			s := url.QueryEscape(args[0].AsString())
			if len(s) > MaxResult {
				return cty.NilVal, tooLong("the result")
			}
			return cty.StringVal(s), nil
		},
	})
}

// checkText makes a check of the first argument, which is a text.
func checkText(check func(string) error) func([]cty.Value) error {
	return func(args []cty.Value) error {
		if s, ok := textOf(args[0]); ok {
			if err := check(s); err != nil {
				return function.NewArgError(0, err)
			}
		}
		return nil
	}
}

func checkWeight(args []cty.Value) error {
	if Weigh(args[0], MaxResult) > MaxResult {
		return tooLong("the result")
	}
	return nil
}
