package function

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"livery/schema/syntax"
)

// tokensFunction reads each file once, however often it is asked for.
func tokensFunction(files *syntax.Files, budget *Budget) function.Function {
	var read syntax.Memo[cty.Value]
	return function.New(&function.Spec{
		Description:  "Reads a W3C Design Tokens file: aliases are resolved, colours and dimensions become plain strings, and groups become objects.",
		Params:       []function.Parameter{pathParameter()},
		Type:         function.StaticReturnType(cty.DynamicPseudoType),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			name := args[0].AsString()
			_, _ = files.Read(name) // whoever asks depends on it
			return read.Do(name, func() (cty.Value, error) {
				src, err := readText(files, name)
				if err != nil {
					return cty.NilVal, err
				}
				v, err := parseTokens([]byte(src))
				if err != nil {
					return cty.NilVal, fmt.Errorf("%s: %w", name, err)
				}
				return budget.paid(v, nil)
			})
		},
	})
}

// maxAliases is how many aliases may lead from one to the next.
const maxAliases = 100

// parseTokens turns a Design Tokens file into nested objects of plain values.
func parseTokens(src []byte) (cty.Value, error) {
	src = bytes.TrimPrefix(src, []byte("\xef\xbb\xbf"))
	if err := checkJSON(string(src)); err != nil {
		return cty.NilVal, err
	}
	dec := json.NewDecoder(bytes.NewReader(src))
	dec.UseNumber()
	var root any
	if err := dec.Decode(&root); err != nil {
		return cty.NilVal, fmt.Errorf("not valid JSON: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return cty.NilVal, errors.New("not valid JSON: something follows the object")
	}
	group, ok := root.(map[string]any)
	if !ok {
		return cty.NilVal, errors.New("a design tokens file holds an object")
	}
	r := resolver{root: group, tokens: make(map[string]*token), pointers: make(map[string]resolved)}
	if err := r.collect(group, nil, ""); err != nil {
		return cty.NilVal, err
	}
	return r.group(group, nil)
}

// tokenKey keeps a name with a full stop in it apart from two names.
func tokenKey(path []string) string { return strings.Join(path, "\x00") }

// token is one named value of the file.
type token struct {
	path  string // as an alias names it
	kind  string // its $type or that of the nearest group that has one
	value any    // as written
	done  bool
	resolved
}

// resolved is a value and about how many bytes it spreads out to.
type resolved struct {
	plain cty.Value
	size  int
}

type resolver struct {
	root     map[string]any
	tokens   map[string]*token
	pointers map[string]resolved
	visiting []string // the aliases that are being followed
}

func isToken(node map[string]any) bool {
	_, value := node["$value"]
	_, ref := node["$ref"]
	return value || ref
}

// root tokens are written as $root; every other name with a dollar is a property.
func isName(key string) bool { return !strings.HasPrefix(key, "$") || key == "$root" }

// names lists the tokens and groups of a group in a fixed order, so that of
// several faults always the same is reported.
func names(group map[string]any) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(group)), func(key string) bool { return !isName(key) })
}

// collect finds every token before any alias is followed.
func (r *resolver) collect(group map[string]any, at []string, kind string) error {
	if _, ok := group["$extends"]; ok {
		return fmt.Errorf("group %q uses $extends, which is not supported; write its tokens out", strings.Join(at, "."))
	}
	if t, ok := group["$type"].(string); ok {
		kind = t
	}
	for _, key := range names(group) {
		path := append(slices.Clone(at), key)
		name := strings.Join(path, ".")
		node, ok := group[key].(map[string]any)
		switch {
		case !ok:
			return fmt.Errorf("%q is neither a token nor a group: it is no object", name)
		case !isToken(node):
			if err := r.collect(node, path, kind); err != nil {
				return err
			}
			continue
		case len(names(node)) > 0:
			return fmt.Errorf("%q is a token and a group at once: it has a $value and holds %q", name, names(node)[0])
		}
		t := &token{path: name, kind: kind, value: node["$value"]}
		if own, ok := node["$type"].(string); ok {
			t.kind = own
		}
		if _, ok := node["$value"]; !ok {
			t.value = map[string]any{"$ref": node["$ref"]}
		}
		r.tokens[tokenKey(path)] = t
	}
	return nil
}

func (r *resolver) group(group map[string]any, at []string) (cty.Value, error) {
	members := make(map[string]cty.Value)
	for _, key := range names(group) {
		path := append(slices.Clone(at), key)
		node, _ := group[key].(map[string]any)
		if !isToken(node) {
			v, err := r.group(node, path)
			if err != nil {
				return cty.NilVal, err
			}
			members[key] = v
			continue
		}
		v, err := r.token(r.tokens[tokenKey(path)])
		if err != nil {
			return cty.NilVal, err
		}
		members[key] = v.plain
	}
	return cty.ObjectVal(members), nil
}

// token resolves a token, once.
func (r *resolver) token(t *token) (resolved, error) {
	if t.done {
		return t.resolved, nil
	}
	if err := r.enter("{" + t.path + "}"); err != nil {
		return resolved{}, err
	}
	v, err := r.value(t.value, t.kind, t.path)
	r.leave()
	if err != nil {
		return resolved{}, err
	}
	t.resolved, t.done = v, true
	return v, nil
}

func (r *resolver) enter(name string) error {
	if i := slices.Index(r.visiting, name); i >= 0 {
		circle := append(slices.Clone(r.visiting[i:]), name)
		return fmt.Errorf("aliases go round in a circle: %s", strings.Join(circle, " -> "))
	}
	if len(r.visiting) >= maxAliases {
		return fmt.Errorf("more than %d aliases lead from one to the next, beginning with %s", maxAliases, r.visiting[0])
	}
	r.visiting = append(r.visiting, name)
	return nil
}

func (r *resolver) leave() { r.visiting = r.visiting[:len(r.visiting)-1] }

// alias resolves {group.token}, named by the token that is owner.
func (r *resolver) alias(name, owner string) (resolved, error) {
	t, ok := r.tokens[tokenKey(strings.Split(name, "."))]
	if !ok {
		return resolved{}, fmt.Errorf("token %q refers to {%s}, which does not exist", owner, name)
	}
	return r.token(t)
}

// pointer resolves a JSON pointer into the same file, such as #/a/b/$value/0.
func (r *resolver) pointer(ref any, owner string) (resolved, error) {
	s, _ := ref.(string)
	rest, ok := strings.CutPrefix(s, "#/")
	if !ok {
		return resolved{}, fmt.Errorf("token %q has the $ref %q; only references into the same file (#/...) are followed", owner, fmt.Sprint(ref))
	}
	if v, ok := r.pointers[s]; ok {
		return v, nil
	}
	var node any = r.root
	steps := strings.Split(rest, "/")
	for i, step := range steps {
		step = strings.NewReplacer("~1", "/", "~0", "~").Replace(step)
		steps[i] = step
		if node, ok = child(node, step); !ok {
			return resolved{}, fmt.Errorf("token %q refers to %s, which does not exist", owner, s)
		}
	}
	if t, ok := r.tokens[tokenKey(steps)]; ok {
		return r.token(t)
	}
	if steps[len(steps)-1] == "$value" {
		if t, ok := r.tokens[tokenKey(steps[:len(steps)-1])]; ok {
			return r.token(t)
		}
	}
	if !slices.Contains(steps, "$value") {
		return resolved{}, fmt.Errorf("token %q refers to %s, which is no token", owner, s)
	}
	if err := r.enter(s); err != nil {
		return resolved{}, err
	}
	defer r.leave()
	v, err := r.value(node, "", owner)
	if err == nil {
		r.pointers[s] = v
	}
	return v, err
}

func child(node any, step string) (any, bool) {
	switch node := node.(type) {
	case map[string]any:
		v, ok := node[step]
		return v, ok
	case []any:
		for i, v := range node {
			if fmt.Sprint(i) == step {
				return v, true
			}
		}
	}
	return nil, false
}
