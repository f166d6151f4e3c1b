package exchange

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	hcljson "github.com/hashicorp/hcl/v2/json"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/jsontext"
	"livery/schema/limit"
	"livery/schema/rule"
	"livery/schema/syntax"
	"livery/schema/wording"
)

// Body is a ConfigureUI request body that somebody brought along.
type Body struct {
	Draft
	Filename string
	Range    hcl.Range // of the locale, or of the whole body
}

// ReadBody reads the JSON of a ConfigureUI request. Values that the service
// would refuse are kept and reported as warnings, since they are corrected best
// where they will stand from now on; only a body without a usable locale, or one
// that is no JSON object, is an error. The flag is the locale of a body that names
// none, or none of the service's, or ""; a body that names another is an error. With
// errors the body is nil.
func ReadBody(data []byte, filename string, flag string) (*Body, hcl.Diagnostics) {
	r := reader{filename: filename, body: &Body{Filename: filename}}
	r.body.Values = make(map[*schema.Field]cty.Value)
	r.body.Extra = make(map[schema.ExtraKey]cty.Value)
	if members := r.parse(data); members != nil {
		r.locale(members, flag)
		r.members(members)
	}
	sortByPlace(r.diags)
	if r.diags.HasErrors() {
		return nil, r.diags
	}
	return r.body, r.diags
}

// reader carries what is known of a body while it is being read.
type reader struct {
	filename string
	body     *Body
	diags    hcl.Diagnostics
}

// member is one name and value of a JSON object.
type member struct {
	name  string
	value cty.Value
	rng   hcl.Range // of the value
	at    hcl.Range // of the name
	expr  hcl.Expression
}

func (r *reader) report(d ...*hcl.Diagnostic) { r.diags = append(r.diags, d...) }

func (r *reader) start() hcl.Range {
	return hcl.Range{Filename: r.filename, Start: hcl.InitialPos, End: hcl.InitialPos}
}

func (r *reader) refuse(id rule.ID, rng hcl.Range, summary, detail string) {
	d := schema.Diagnose(id, schema.Subject{Range: rng}, summary, detail)
	schema.SetLevel(d, rule.Error)
	r.report(d)
}

// remark reports something that does not stop an import, whatever level its rule
// has elsewhere.
func (r *reader) remark(id rule.ID, at schema.Subject, summary, detail string) {
	d := schema.Diagnose(id, at, summary, detail)
	schema.SetLevel(d, rule.Warning)
	r.report(d)
}

// parse gives the members of the body, nil if it is none.
func (r *reader) parse(data []byte) []member {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if why := unreadable(data); why != "" {
		r.refuse(rule.Unreadable, r.start(), "Not a usable body", r.filename+" "+why+".")
		return nil
	}
	expr, diags := hcljson.ParseExpression(data, r.filename)
	for _, d := range diags {
		schema.Attach(d, schema.Finding{Rule: rule.Syntax})
	}
	if r.report(diags...); diags.HasErrors() {
		return nil
	}
	if t, diags := expr.Value(nil); !diags.HasErrors() && (t.IsNull() || !t.Type().IsObjectType()) {
		r.refuse(rule.WrongType, expr.Range(), "Not a ConfigureUI body", "A ConfigureUI body is a JSON object.")
		return nil
	}
	members, ok := r.object(expr)
	if !ok {
		return nil
	}
	return members
}

// unreadable is what keeps data from being parsed at all, or "".
func unreadable(data []byte) string {
	switch {
	case len(data) > syntax.MaxFile:
		return fmt.Sprintf("is larger than %d MB", syntax.MaxFile>>20)
	case !utf8.Valid(data):
		return "is not valid UTF-8"
	case len(bytes.TrimSpace(data)) == 0:
		return "is empty"
	}
	if err := jsontext.Check(data); err != nil {
		return "cannot be read: " + err.Error()
	}
	return ""
}

// object lists the members of a JSON object, reporting names that occur twice.
func (r *reader) object(expr hcl.Expression) ([]member, bool) {
	pairs, diags := hcl.ExprMap(expr)
	if diags.HasErrors() {
		return nil, false
	}
	seen := make(map[string]hcl.Range, len(pairs))
	members := make([]member, 0, len(pairs))
	for _, pair := range pairs {
		key, _ := pair.Key.Value(nil) // literal names of an object
		m := member{name: key.AsString(), at: pair.Key.Range(), rng: pair.Value.Range(), expr: pair.Value}
		if first, ok := seen[m.name]; ok {
			r.refuse(rule.Duplicate, m.at, "Member given twice", fmt.Sprintf("%q was given before, at %s. JSON does not say which of them counts; remove one.", m.name, first))
			continue
		}
		seen[m.name] = m.at
		var diags hcl.Diagnostics
		m.value, diags = pair.Value.Value(nil)
		for _, d := range diags {
			schema.Attach(d, schema.Finding{Rule: rule.Duplicate})
		}
		if r.report(diags...); !diags.HasErrors() {
			members = append(members, m)
		}
	}
	return members, true
}

// locale finds out which document the body is.
func (r *reader) locale(members []member, flag string) {
	i := slices.IndexFunc(members, func(m member) bool { return m.name == "locale" })
	r.body.Range = r.start()
	if i >= 0 {
		r.body.Range = members[i].rng
	}
	given, ok := schema.ParseLocale(flag)
	if flag != "" && !ok {
		r.refuse(rule.UnknownLocale, hcl.Range{}, "Unknown locale", fmt.Sprintf("%q is not a locale of the service.%s", flag, schema.SuggestLocale(flag)))
		return
	}
	r.body.Locale = given
	if i < 0 || members[i].value.IsNull() {
		if flag == "" {
			r.refuse(rule.UnknownLocale, r.start(), "Locale missing", r.filename+" does not say which locale it belongs to. Say it with -locale, such as -locale en.")
		}
		return
	}
	m := members[i]
	if m.value.Type() != cty.String {
		r.refuse(rule.UnknownLocale, m.rng, "Unknown locale", "The locale is a string, such as \"en\".")
		return
	}
	own, ok := schema.ParseLocale(m.value.AsString())
	switch {
	case !ok && flag == "":
		r.refuse(rule.UnknownLocale, m.rng, "Unknown locale",
			fmt.Sprintf("%q is not a locale of the service.%s Correct it, or say with -locale which one is meant.", m.value.AsString(), schema.SuggestLocale(m.value.AsString())))
	case ok && flag != "" && own != given:
		r.refuse(rule.UnknownLocale, m.rng, "Another locale",
			fmt.Sprintf("The body is %s, and -locale says %s. Leave -locale out, or change the locale in the body.", own, given))
	case ok:
		r.body.Locale = own
	}
}

func (r *reader) place(path string, rng hcl.Range) schema.Subject {
	at := schema.Subject{Locale: r.body.Locale, Path: path, Range: rng}
	if at.Locale != "" {
		at.Address = at.Locale.AddressOf()
	}
	return at
}

// members reads the body's root.
func (r *reader) members(members []member) {
	for _, m := range members {
		if m.name == "locale" {
			continue
		}
		page := schema.PageByKey(m.name)
		switch {
		case page != nil && m.name != "":
			r.page(page, m)
		case schema.FieldByPath(m.name) != nil:
			r.field(schema.FieldByPath(m.name), m)
		default:
			r.unknown(m)
		}
	}
}

// page reads a page of the catalogue.
func (r *reader) page(p *schema.Page, m member) {
	if m.value.IsNull() {
		return
	}
	if !m.value.Type().IsObjectType() {
		r.refuse(rule.WrongType, m.rng, "Wrong type of value", fmt.Sprintf("%s is a page: an object of fields, not %s.", p.Key, schema.TypeName(m.value.Type())))
		return
	}
	members, _ := r.object(m.expr)
	for _, m := range members {
		path := p.Key + "." + m.name
		f := schema.FieldByPath(path)
		switch {
		case f != nil:
			r.field(f, m)
		case m.name == "pageName":
			r.remark(rule.UndocumentedField, r.place(path, m.at), "Label left out", path+" is a label that the service uses within itself; it is not imported.")
		default:
			r.extra(schema.ExtraKey{Page: p.Key, Key: m.name}, m, names(p))
		}
	}
}

// field keeps the value of a known field, in canonical form if it is valid.
func (r *reader) field(f *schema.Field, m member) {
	if m.value.IsNull() {
		return
	}
	r.body.Values[f] = m.value
	v, diags := f.Parse(m.value, r.place(f.Path(), m.rng))
	for _, d := range diags {
		schema.SetLevel(d, rule.Warning)
	}
	r.report(diags...)
	if f.Kind == schema.Colour && v.Declared() {
		r.body.Values[f] = v.Cty()
	}
}

// unknown keeps a member of the root that the catalogue does not know: as a page
// of unknown fields where it is an object, which is what it will be one day.
func (r *reader) unknown(m member) {
	if m.value.IsNull() {
		return
	}
	if !m.value.Type().IsObjectType() || m.value.LengthInt() == 0 || m.name == "" {
		r.extra(schema.ExtraKey{Key: m.name}, m, rootNames())
		return
	}
	members, _ := r.object(m.expr)
	for _, field := range members {
		r.keep(schema.ExtraKey{Page: m.name, Key: field.name}, field.value)
	}
	r.remarkUnknown(m.name, m, rootNames())
}

func (r *reader) extra(k schema.ExtraKey, m member, known []string) {
	if m.value.IsNull() {
		return
	}
	r.keep(k, m.value)
	r.remarkUnknown(k.Path(), m, known)
}

func (r *reader) keep(k schema.ExtraKey, v cty.Value) {
	if !v.IsNull() {
		r.body.Extra[k] = v
	}
}

func (r *reader) remarkUnknown(path string, m member, known []string) {
	r.remark(rule.UndocumentedField, r.place(path, m.at), "Unknown field", fmt.Sprintf("The catalogue does not know %s.%s It is kept in extra and will be sent as it is.", path, wording.DidYouMean(m.name, known)))
}

func names(p *schema.Page) []string {
	keys := make([]string, len(p.Fields))
	for i := range p.Fields {
		keys[i] = p.Fields[i].Key
	}
	return keys
}

func rootNames() []string {
	keys := names(schema.PageByKey(""))
	for _, p := range schema.Pages() {
		if p.Key != "" {
			keys = append(keys, p.Key)
		}
	}
	return append(keys, "locale")
}

func sortByPlace(diags hcl.Diagnostics) {
	offset := func(d *hcl.Diagnostic) int {
		if d.Subject == nil {
			return -1
		}
		return d.Subject.Start.Byte
	}
	slices.SortStableFunc(diags, func(a, b *hcl.Diagnostic) int { return offset(a) - offset(b) })
}

// ImportHCL writes bodies as one file, in their order, each under a comment that
// says where it comes from. Two bodies of one locale are an error: one of them
// would silently get lost.
func ImportHCL(bodies []*Body) ([]byte, hcl.Diagnostics) {
	var out bytes.Buffer
	var diags hcl.Diagnostics
	seen := make(map[schema.Locale]*Body, len(bodies))
	for _, b := range bodies {
		if first, ok := seen[b.Locale]; ok {
			at := schema.Subject{Address: b.Locale.AddressOf(), Locale: b.Locale, Range: b.Range}
			diags = append(diags, schema.Diagnose(rule.DuplicateLocale, at, "Locale given twice",
				fmt.Sprintf("%s and %s are both %s. They are one document; import one of them, or correct the locale in the other.", first.Filename, b.Filename, b.Locale)))
			continue
		}
		seen[b.Locale] = b
		if out.Len() > 0 {
			out.WriteByte('\n')
		}
		fmt.Fprintf(&out, "# %s, from %s\n", b.Locale.Info().Name, printable(b.Filename))
		if err := WriteLocale(&out, string(b.Locale), b.Draft); err != nil {
			panic(fmt.Sprintf("exchange: writing to memory: %v", err))
		}
	}
	if d := refusedFile(out.Bytes()); d != nil && !diags.HasErrors() {
		diags = append(diags, d)
	}
	if diags.HasErrors() {
		return nil, diags
	}
	return out.Bytes(), nil
}

// refusedFile says why no stack could be loaded with what was written, or is nil.
func refusedFile(src []byte) *hcl.Diagnostic {
	why := fmt.Sprintf("it would be larger than %d MB", syntax.MaxConfiguration>>20)
	if len(src) <= syntax.MaxConfiguration {
		d := limit.Check(src, "main.livery.hcl")
		if d == nil {
			return nil
		}
		why = d.Detail
	}
	return schema.Diagnose(rule.Unreadable, schema.Subject{}, "Not a usable body",
		fmt.Sprintf("The configuration that this makes could not be loaded: %s", why))
}

// printable keeps a file's name from ending the comment that it stands in.
func printable(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == utf8.RuneError {
			return '?'
		}
		return r
	}, name)
}
