package function

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"livery/schema/colour"
)

// value turns a token's value, or a part of one, into a plain value.
func (r *resolver) value(v any, kind, owner string) (resolved, error) {
	switch v := v.(type) {
	case nil:
		return resolved{cty.NullVal(cty.DynamicPseudoType), 4}, nil
	case bool:
		return resolved{cty.BoolVal(v), 5}, nil
	case json.Number:
		n, err := cty.ParseNumberVal(v.String())
		return resolved{n, len(v)}, err
	case string:
		return r.text(v, kind, owner)
	case []any:
		return r.list(v, owner)
	case map[string]any:
		return r.object(v, owner)
	default:
		panic(fmt.Sprintf("function: %T does not come from JSON", v))
	}
}

// text follows an alias or keeps the text; a colour gets its canonical form.
func (r *resolver) text(s, kind, owner string) (resolved, error) {
	if inner, ok := strings.CutPrefix(s, "{"); ok && strings.HasSuffix(inner, "}") {
		return r.alias(strings.TrimSuffix(inner, "}"), owner)
	}
	if c, ok := colour.Parse(s); ok && (kind == "color" || kind == "") {
		s = c.String()
	}
	return resolved{cty.StringVal(s), len(s) + 2}, nil
}

func (r *resolver) list(list []any, owner string) (resolved, error) {
	elements, size := make([]cty.Value, len(list)), 2
	for i, element := range list {
		v, err := r.part(element, owner, &size)
		if err != nil {
			return resolved{}, err
		}
		elements[i] = v
	}
	return resolved{cty.TupleVal(elements), size}, nil
}

// part resolves a member and adds to the size of the whole. Values that hold
// others twice, which hold others twice, would otherwise fill every memory.
func (r *resolver) part(member any, owner string, size *int) (cty.Value, error) {
	v, err := r.value(member, "", owner)
	if err != nil {
		return cty.NilVal, err
	}
	if *size += v.size + 2; *size > MaxResult {
		return cty.NilVal, fmt.Errorf("token %q: %w", owner, tooLong("its value"))
	}
	return v.plain, nil
}

func (r *resolver) object(node map[string]any, owner string) (resolved, error) {
	if ref, ok := node["$ref"]; ok {
		return r.pointer(ref, owner)
	}
	members, size := make(map[string]cty.Value, len(node)), 2
	for _, key := range slices.Sorted(maps.Keys(node)) {
		if strings.HasPrefix(key, "$") {
			continue
		}
		size += len(key)
		v, err := r.part(node[key], owner, &size)
		if err != nil {
			return resolved{}, err
		}
		members[key] = v
	}
	if s, ok, err := measure(members); ok || err != nil {
		return resolved{cty.StringVal(s), len(s) + 2}, wrapToken(err, owner)
	}
	if s, ok, err := colourObject(members); ok || err != nil {
		return resolved{cty.StringVal(s), len(s) + 2}, wrapToken(err, owner)
	}
	return resolved{cty.ObjectVal(members), size}, nil
}

func wrapToken(err error, owner string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("token %q: %w", owner, err)
}

// measure reads a dimension or a duration, such as {value = 16, unit = "px"}.
func measure(members map[string]cty.Value) (string, bool, error) {
	value, unit := members["value"], members["unit"]
	if len(members) != 2 || value == cty.NilVal || unit == cty.NilVal || unit.Type() != cty.String || value.Type() != cty.Number {
		return "", false, nil
	}
	return value.AsBigFloat().Text('f', -1) + unit.AsString(), true, nil
}

// colourObject reads a colour in the form of the 2025 format. Where the colour
// space is not one that can be computed here, its hex member is taken.
func colourObject(members map[string]cty.Value) (string, bool, error) {
	space := members["colorSpace"]
	if space == cty.NilVal || space.Type() != cty.String {
		return "", false, nil
	}
	opacity, translucent := 1.0, false
	if alpha := members["alpha"]; alpha != cty.NilVal && !isNone(alpha) {
		v, ok := component(alpha)
		if !ok || v < 0 || v > 1 {
			return "", false, fmt.Errorf("the alpha of a colour is a number from 0 to 1")
		}
		opacity, translucent = v, true
	}
	parts, err := components(members["components"])
	if err != nil {
		return "", false, err
	}
	c, ok := colour.InSpace(space.AsString(), parts)
	if hex := members["hex"]; !ok && hex != cty.NilVal && hex.Type() == cty.String && !hex.IsNull() {
		c, ok = colour.Parse(hex.AsString())
	}
	if !ok {
		return "", false, fmt.Errorf("the colour space %q cannot be converted and there is no usable hex member beside it", space.AsString())
	}
	if translucent {
		c = c.WithAlpha(opacity)
	} else {
		c = c.Opaque()
	}
	return c.String(), true, nil
}

func isNone(v cty.Value) bool { return v.IsNull() || v.Type() == cty.String && v.AsString() == "none" }

func component(v cty.Value) (float64, bool) {
	if isNone(v) {
		return 0, true
	}
	if v.Type() != cty.Number {
		return 0, false
	}
	f, _ := v.AsBigFloat().Float64()
	return f, true
}

func components(list cty.Value) ([]float64, error) {
	if list == cty.NilVal || list.IsNull() {
		return nil, nil
	}
	if !list.Type().IsTupleType() || list.LengthInt() != 3 {
		return nil, fmt.Errorf("the components of a colour are a list of three numbers")
	}
	parts := make([]float64, 0, 3)
	for _, v := range list.AsValueSlice() {
		f, ok := component(v)
		if !ok {
			return nil, fmt.Errorf("the components of a colour are a list of three numbers")
		}
		parts = append(parts, f)
	}
	return parts, nil
}
