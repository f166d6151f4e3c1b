package origin

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"livery/schema"
	"livery/schema/tokens"
)

// tracer follows expressions whose values are known to be usable.
type tracer struct {
	*Tracer
	extra   map[string]cty.Value // each and self
	forEach hcl.Expression       // what each is an element of; may be nil
	keys    bool                 // the last key of the path is what is looked for, not its value
	depth   int
	decoded *[]string                    // takes the JSON files that are come to; may be nil
	values  map[hcl.Expression]cty.Value // of parts that were evaluated; the texts of a document share one
}

// maxOthers is how many parts of a value are followed behind the first that leads anywhere.
const maxOthers = 50

// MaxSteps is how many expressions and names an origin is followed through.
const MaxSteps = 200

// outside is a tracer for what stands in another block, where each and self mean nothing.
func (t tracer) outside() tracer {
	return tracer{Tracer: t.Tracer, keys: t.keys, depth: t.depth, decoded: t.decoded, values: t.traced}
}

// follow finds the way to the part of a value that path leads to.
func (t tracer) follow(expr hcl.Expression, path []string) way {
	if t.depth++; t.depth > MaxSteps {
		return way{at: expr.Range(), derived: true}
	}
	switch e := expr.(type) {
	case *hclsyntax.LiteralValueExpr:
		return way{at: e.Range()}
	case *hclsyntax.ParenthesesExpr:
		return t.follow(e.Expression, path)
	case *hclsyntax.TemplateWrapExpr:
		return t.follow(e.Wrapped, path)
	case *hclsyntax.ScopeTraversalExpr:
		return t.followReference(e, path)
	case *hclsyntax.ObjectConsExpr, *hclsyntax.TupleConsExpr:
		return t.followMember(expr, path)
	case *hclsyntax.TemplateExpr:
		return t.composed(expr)
	case hclsyntax.Expression:
		if part, path, ok := t.chosen(e, path); ok {
			return t.follow(part, path)
		}
		if call, ok := e.(*hclsyntax.FunctionCallExpr); ok {
			if steps := t.followCall(call, path); steps != nil {
				return way{at: call.Range(), steps: steps}
			}
		}
		w := t.composed(expr)
		w.derived = true
		return w
	default:
		return t.followJSON(expr, path)
	}
}

// chosen is the part of an expression that is its value as it stands: an element, the
// branch of a conditional that was taken.
func (t tracer) chosen(expr hclsyntax.Expression, path []string) (hcl.Expression, []string, bool) {
	switch e := expr.(type) {
	case *hclsyntax.RelativeTraversalExpr:
		keys, ok := KeysOf(e.Traversal)
		return e.Source, append(keys, path...), ok
	case *hclsyntax.IndexExpr:
		key, ok := KeyOf(t.value(e.Key))
		return e.Collection, append([]string{key}, path...), ok
	case *hclsyntax.ConditionalExpr:
		v, _ := t.value(e.Condition).Unmark()
		if v, err := convert.Convert(v, cty.Bool); err == nil && v.IsKnown() && !v.IsNull() {
			if v.True() {
				return e.TrueResult, path, true
			}
			return e.FalseResult, path, true
		}
	case *hclsyntax.ForExpr:
		return t.element(e, path)
	case *hclsyntax.FunctionCallExpr:
		arg := t.handedOn(e, path)
		return arg, path, arg != nil
	}
	return nil, nil, false
}

// composed is the way to the first part of an expression that leads anywhere. What is put
// together from literals alone is a literal.
func (t tracer) composed(expr hcl.Expression) way {
	whole := way{at: expr.Range()}
	for _, part := range partsOf(expr) {
		found := len(whole.steps) > 0
		if found {
			if t.others++; t.others > maxOthers {
				break
			}
		}
		w := t.follow(part, nil)
		whole.derived = whole.derived || w.derived || len(w.steps) > 0
		whole.also = append(whole.also, w.also...)
		switch {
		case !found:
			whole.steps = w.steps
		case slices.ContainsFunc(w.steps, isToken):
			whole.also = append(whole.also, w.steps...)
		}
	}
	return whole
}

func isToken(s schema.Step) bool { return s.Kind == schema.FromToken }

// partsOf lists what a value is computed from or put together from, in reading order.
func partsOf(expr hcl.Expression) []hcl.Expression {
	switch e := expr.(type) {
	case *hclsyntax.FunctionCallExpr:
		return expressions(e.Args...)
	case *hclsyntax.TemplateExpr:
		return expressions(e.Parts...)
	case *hclsyntax.BinaryOpExpr:
		return expressions(e.LHS, e.RHS)
	case *hclsyntax.UnaryOpExpr:
		return expressions(e.Val)
	case *hclsyntax.TemplateJoinExpr:
		return expressions(e.Tuple)
	case *hclsyntax.ForExpr:
		return expressions(e.CollExpr, e.ValExpr)
	case *hclsyntax.SplatExpr:
		return expressions(e.Source)
	case *hclsyntax.IndexExpr:
		return expressions(e.Collection)
	}
	if list, diags := hcl.ExprList(expr); !diags.HasErrors() {
		return list
	}
	pairs, _ := hcl.ExprMap(expr)
	list := make([]hcl.Expression, len(pairs))
	for i, pair := range pairs {
		list[i] = pair.Value
	}
	return list
}

func expressions(native ...hclsyntax.Expression) []hcl.Expression {
	list := make([]hcl.Expression, len(native))
	for i, e := range native {
		list[i] = e
	}
	return list
}

// followMember follows the member of an object or a list that the path begins with.
func (t tracer) followMember(expr hcl.Expression, path []string) way {
	if len(path) == 0 {
		return t.composed(expr)
	}
	if list, diags := hcl.ExprList(expr); !diags.HasErrors() {
		if i, err := strconv.Atoi(path[0]); err == nil && i >= 0 && i < len(list) {
			return t.follow(list[i], path[1:])
		}
	}
	pairs, _ := hcl.ExprMap(expr)
	for _, pair := range pairs {
		switch key, ok := KeyOf(t.value(pair.Key)); {
		case !ok || key != path[0]:
		case t.keys && len(path) == 1:
			return way{at: pair.Key.Range()}
		default:
			return t.follow(pair.Value, path[1:])
		}
	}
	w := t.composed(expr)
	w.derived = true // the type of a variable fills in what is not there
	return w
}

// value evaluates a part of an expression; what is wrong with it was reported when the
// whole was evaluated. It is unknown if the part has none.
func (t tracer) value(expr hcl.Expression) cty.Value {
	if v, ok := Literal(expr); ok {
		return v
	}
	if v, ok := t.values[expr]; ok {
		return v
	}
	v := t.names.Value(expr, t.extra)
	t.values[expr] = v
	return v
}

// followReference follows what a name stands for.
func (t tracer) followReference(e *hclsyntax.ScopeTraversalExpr, path []string) way {
	here := way{at: e.Range(), derived: true}
	keys, ok := KeysOf(e.Traversal[1:])
	if !ok || len(keys) == 0 {
		return here
	}
	path = append(keys, path...)
	name, root := path[0], e.Traversal.RootName()
	called := root + "." + joinKeys(path)
	path = path[1:]
	var there way
	switch root {
	case "var":
		v, ok := t.names.Variable(name)
		if !ok {
			return here
		}
		there = t.outside().followVariable(v, called, path)
	case "local":
		local := t.names.Local(name)
		if local == nil {
			return here
		}
		there = t.outside().follow(local, path).behind(schema.FromLocal, called)
	case "theme":
		look, declared, ok := t.names.Theme(name)
		if !ok {
			return here
		}
		there = followTheme(look, declared, name, called, path)
	case "each":
		if t.forEach == nil {
			return here
		}
		there = t.followEach(name, called, path)
	default:
		return here
	}
	there.at = here.at
	return there
}

func (t tracer) followVariable(v Setting, called string, path []string) way {
	if v.Expr == nil {
		set := schema.Step{Kind: schema.FromVariable, Path: v.By}
		return way{steps: []schema.Step{{Kind: schema.FromVariable, Path: called}, set}}
	}
	return t.follow(v.Expr, path).behind(v.Kind, called)
}

// followTheme follows a field of a theme, as expressions name it.
func followTheme(look schema.Look, declared hcl.Range, name, called string, path []string) way {
	value := fieldValue(look, path)
	if value.Kind() == 0 { // several fields at once
		return way{at: declared, derived: true}.behind(schema.FromTheme, called)
	}
	w := way{at: value.Range()}
	if o := value.Origin(); o != nil {
		w.steps, w.derived, w.also = o.Chain, o.Derived, o.Also
		if len(w.steps) > 0 && w.steps[0].Path == "theme."+name {
			w.steps = w.steps[1:] // the reference says so
		}
	}
	return w.behind(schema.FromTheme, called)
}

// fieldValue is the value that page.field or field names, or page.tips[0].text.
func fieldValue(look schema.Look, path []string) schema.Value {
	page := schema.PageByKey("")
	if len(path) > 1 && schema.PageByHCL(path[0]) != nil {
		page, path = schema.PageByHCL(path[0]), path[1:]
	}
	if len(path) == 0 || page.Field(path[0]) == nil {
		return schema.Value{}
	}
	value := look.At(page.Field(path[0]))
	if len(path) < 3 || value.Kind() != schema.Tips {
		return value
	}
	i, err := strconv.Atoi(path[1])
	switch tips := value.Tips(); {
	case err != nil || i < 0 || i >= len(tips):
		return value
	case path[2] == "icon_link":
		return tips[i].Icon
	default:
		return tips[i].Text
	}
}

// followEach follows an element of a for_each.
func (t tracer) followEach(name, called string, path []string) way {
	key, ok := KeyOf(t.extra["each"].GetAttr("key"))
	if !ok {
		return way{derived: true}
	}
	outside := t.outside()
	outside.keys = name == "key"
	w := outside.follow(t.forEach, append([]string{key}, path...))
	if len(w.steps) == 0 {
		return w.behind(schema.FromLiteral, called)
	}
	return w
}

// followCall follows the functions that read files of values.
func (t tracer) followCall(call *hclsyntax.FunctionCallExpr, path []string) []schema.Step {
	if name, ok := t.decodedFile(call); ok {
		t.noteDecoded(name)
		return []schema.Step{t.files.textStep(name, path)}
	}
	if (call.Name == "csvdecode" || call.Name == "yamldecode") && len(call.Args) == 1 {
		if name, ok := t.argumentOf(call.Args[0], "file"); ok {
			return []schema.Step{t.files.rowStep(call.Name, name, path)}
		}
	}
	if name, ok := t.argumentOf(call, "file"); ok {
		return []schema.Step{t.files.fileStep(name)}
	}
	if source, ok := t.tokenSource(call); ok {
		return t.files.tokenSteps(source, path)
	}
	return nil
}

// decodedFile is the file in jsondecode(file("...")).
func (t tracer) decodedFile(expr hcl.Expression) (string, bool) {
	call, ok := expr.(*hclsyntax.FunctionCallExpr)
	if !ok || call.Name != "jsondecode" || len(call.Args) != 1 {
		return "", false
	}
	return t.argumentOf(call.Args[0], "file")
}

// tokenSource is what a call of tokens() reads.
func (t tracer) tokenSource(call *hclsyntax.FunctionCallExpr) (tokens.Source, bool) {
	if call.Name != "tokens" || call.ExpandFinal {
		return tokens.Source{}, false
	}
	args := make([]cty.Value, len(call.Args))
	for i, arg := range call.Args {
		if args[i] = t.value(arg); args[i].ContainsMarked() || !args[i].IsWhollyKnown() {
			return tokens.Source{}, false
		}
	}
	source, err := tokens.SourceOf(args)
	return source, err == nil
}

// argumentOf is the first argument of a call of the function.
func (t tracer) argumentOf(expr hcl.Expression, function string) (string, bool) {
	call, ok := expr.(*hclsyntax.FunctionCallExpr)
	if !ok || call.Name != function || len(call.Args) == 0 || call.ExpandFinal {
		return "", false
	}
	name := t.value(call.Args[0])
	if name.IsMarked() || !name.IsKnown() || name.IsNull() || name.Type() != cty.String {
		return "", false
	}
	return name.AsString(), true
}

// followJSON follows a value of the JSON syntax, whose strings are templates.
func (t tracer) followJSON(expr hcl.Expression, path []string) way {
	whole := way{at: expr.Range()}
	text, diags := expr.Value(nil)
	if diags.HasErrors() || !text.IsKnown() || text.IsNull() {
		return whole
	}
	if text.Type() != cty.String {
		return t.followMember(expr, path)
	}
	template, ok := t.template(expr, text.AsString())
	if !ok {
		return whole
	}
	w := t.follow(template, path)
	w.at = whole.at
	return w
}

// template is what a string of the JSON syntax holds; false if that is a text alone.
func (t tracer) template(expr hcl.Expression, text string) (hclsyntax.Expression, bool) {
	if !strings.ContainsAny(text, "$%") {
		return nil, false
	}
	template, ok := t.templates[expr]
	if !ok {
		var diags hcl.Diagnostics
		template, diags = hclsyntax.ParseTemplate([]byte(text), expr.Range().Filename, expr.Range().Start)
		if diags.HasErrors() {
			return nil, false
		}
		t.templates[expr] = template
	}
	return template, true
}

// unwrapped is the part of an expression that is all of its value.
func (t tracer) unwrapped(expr hcl.Expression) hcl.Expression {
	switch e := expr.(type) {
	case *hclsyntax.ParenthesesExpr:
		return t.unwrapped(e.Expression)
	case *hclsyntax.TemplateWrapExpr:
		return t.unwrapped(e.Wrapped)
	case hclsyntax.Expression:
		if part, path, ok := t.chosen(e, nil); ok && len(path) == 0 {
			return t.unwrapped(part)
		}
		return e
	}
	if text, diags := expr.Value(nil); !diags.HasErrors() && text.IsKnown() && !text.IsNull() && text.Type() == cty.String {
		if template, ok := t.template(expr, text.AsString()); ok {
			return t.unwrapped(template)
		}
	}
	return expr
}

// KeysOf are the names and indexes of a reference; false if it is not one to a single value.
func KeysOf(steps hcl.Traversal) ([]string, bool) {
	keys := make([]string, 0, len(steps)+2)
	for _, step := range steps {
		switch step := step.(type) {
		case hcl.TraverseAttr:
			keys = append(keys, step.Name)
		case hcl.TraverseIndex:
			key, ok := KeyOf(step.Key)
			if !ok {
				return nil, false
			}
			keys = append(keys, key)
		default:
			return nil, false
		}
	}
	return keys, true
}

// KeyOf is a key or an index as part of a path. A sensitive one must not be shown.
func KeyOf(v cty.Value) (string, bool) {
	if v.IsMarked() || !v.IsKnown() || v.IsNull() {
		return "", false
	}
	text, err := convert.Convert(v, cty.String)
	if err != nil {
		return "", false
	}
	return text.AsString(), true
}

// joinKeys writes a path as expressions do.
func joinKeys(keys []string) string {
	var b strings.Builder
	for i, key := range keys {
		switch {
		case isIndex(key):
			fmt.Fprintf(&b, "[%s]", key)
		case !isWord(key) && !hclsyntax.ValidIdentifier(key):
			fmt.Fprintf(&b, "[%q]", key)
		case i > 0:
			b.WriteString("." + key)
		default:
			b.WriteString(key)
		}
	}
	return b.String()
}

// isIndex reports whether a key is the place of an element in a list.
func isIndex(key string) bool {
	return key != "" && strings.Trim(key, "0123456789") == ""
}

// isWord reports whether a key is a name that needs no closer look, as those of the
// catalogue are: HCL's own judge begins a scanner for each.
func isWord(key string) bool {
	for i := range len(key) {
		c := key[i]
		if letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'; !letter && (i == 0 || c != '_' && (c < '0' || c > '9')) {
			return false
		}
	}
	return key != ""
}
