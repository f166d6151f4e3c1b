package stack

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/config"
	"livery/schema/rule"
	"livery/schema/wording"
)

// sessionOwn are the attributes of a session block that are no defaults of requests.
var sessionOwn = []string{"api", schema.PreventDestroy}

// sessions evaluates session blocks.
type sessions struct{ *scope }

// all evaluates every session block.
func (e sessions) all() []schema.Session {
	var list []schema.Session
	for _, b := range e.module.Sessions {
		if s, ok := e.session(b); ok {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b schema.Session) int { return strings.Compare(a.Name, b.Name) })
	return list
}

func (e sessions) session(b *config.Block) (schema.Session, bool) {
	s := schema.Session{Name: b.Labels[0], Range: b.DefRange}
	at := schema.Subject{Address: s.Address()}
	api, ok := e.api(b, at)
	if !ok {
		open := schema.OpenBlock{Address: s.Address(), Undecided: schema.Undecided{Path: "api", Range: b.DefRange}}
		if a := b.Attribute("api"); a != nil {
			open.Undecided = openValues(e).undecided("api", a.Expr, nil)
		}
		e.open = append(e.open, open)
		e.withoutAPI(b, at)
		return s, false
	}
	s.API, s.PreventDestroy = api, preventDestroy(e.scope, b, nil, at, e.origins.Block(at, nil, nil))
	s.Undecided = e.defaults(b.Attributes, s.API, at, &s.Defaults, wholeSession)
	for i, a := range schema.Attributes() {
		if a.Requires(s.API) && !s.Defaults.At(i).Declared() && !slices.ContainsFunc(s.Undecided, func(u schema.Undecided) bool { return u.Path == a.Name }) {
			at := at
			at.Path, at.Range = a.Name, b.DefRange
			e.Report(schema.Diagnose(rule.Required, at, "Missing attribute", fmt.Sprintf("Sessions of %s need %s. %s", s.API, a.Name, a.Help)))
		}
	}
	for _, block := range b.Blocks {
		if block.Type != "locale" {
			e.UnknownBlock(block, "in a session", at, []string{"locale"}, attributeNames(s.API))
			continue
		}
		if e.Labelled(block) {
			e.override(block, b, &s, at)
		}
	}
	return s, true
}

// api reads the attribute that decides what the others mean.
func (e sessions) api(b *config.Block, at schema.Subject) (schema.SessionAPI, bool) {
	at.Path, at.Range = "api", b.DefRange
	valid := make([]string, 0, 3)
	for _, api := range schema.SessionAPIs() {
		valid = append(valid, string(api))
	}
	api := b.Attribute("api")
	if api == nil {
		e.Report(schema.Diagnose(rule.Required, at, "Missing attribute", "A session needs api: one of "+strings.Join(valid, ", ")+"."))
		return "", false
	}
	at.Range = api.Expr.Range()
	v, ok := e.publicValue(api.Expr, nil, at)
	if !ok {
		return "", false
	}
	if v.IsNull() || v.Type() != cty.String || !slices.Contains(valid, v.AsString()) {
		detail := "api is one of " + strings.Join(valid, ", ") + "."
		if !v.IsNull() && v.Type() == cty.String {
			detail += wording.DidYouMean(v.AsString(), valid)
		}
		e.Report(schema.Diagnose(rule.Enum, at, "Not a valid word", detail))
		return "", false
	}
	return schema.SessionAPI(v.AsString()), true
}

// withoutAPI judges what it can of a session without a usable api: the attributes
// that mean the same in all that take them.
func (e sessions) withoutAPI(b *config.Block, at schema.Subject) {
	for _, attr := range b.Attributes {
		number := schema.AttributeNumber(attr.Name)
		switch {
		case slices.Contains(sessionOwn, attr.Name):
		case number < 0:
			e.unknownAttribute(attr, "", number, at, wholeSession)
		case schema.Attributes()[number].Kind != schema.Language:
			var unused schema.Defaults
			e.defaults([]*config.Attribute{attr}, schema.Attributes()[number].APIs[0], at, &unused, wholeSession)
		}
	}
}

func attributeNames(api schema.SessionAPI) []string {
	var names []string
	for _, a := range schema.Attributes() {
		if a.Supports(api) || api == "" {
			names = append(names, a.Name)
		}
	}
	return names
}

// defaults evaluates the attributes of a session or of an override. It returns
// those that are there but without a usable value.
func (e sessions) defaults(attributes []*config.Attribute, api schema.SessionAPI, at schema.Subject, into *schema.Defaults, in sessionPart) (unusable []schema.Undecided) {
	origins := e.origins.Block(at, nil, nil)
	for _, attr := range attributes {
		if slices.Contains(sessionOwn, attr.Name) {
			continue
		}
		number := schema.AttributeNumber(attr.Name)
		if number < 0 || !schema.Attributes()[number].Supports(api) {
			e.unknownAttribute(attr, api, number, at, in)
			continue
		}
		a := &schema.Attributes()[number]
		at := at
		at.Path, at.Range = a.Name, attr.Expr.Range()
		raw, ok := e.publicValue(attr.Expr, nil, at)
		if !ok {
			unusable = append(unusable, openValues(e).undecided(a.Name, attr.Expr, nil))
			continue
		}
		v, diags := a.Parse(raw, api, at)
		e.Report(diags...)
		if diags.HasErrors() {
			unusable = append(unusable, openValues(e).undecided(a.Name, attr.Expr, nil))
			continue
		}
		into.Set(number, v.From(origins.Of(attr.Expr).Origin()))
	}
	return unusable
}

// sessionPart is what attributes of a session stand in, and what stands there beside them.
type sessionPart struct {
	noun        string
	own, blocks []string
}

var wholeSession = sessionPart{"A session", sessionOwn, []string{"locale"}}

func (e sessions) unknownAttribute(attr *config.Attribute, api schema.SessionAPI, number int, at schema.Subject, in sessionPart) {
	at.Range, at.Path = attr.NameRange(), attr.Name
	switch {
	case number >= 0:
		takers := make([]string, 0, 2)
		for _, other := range schema.Attributes()[number].APIs {
			takers = append(takers, string(other))
		}
		e.Report(schema.Diagnose(rule.UnknownField, at, "Unknown field",
			fmt.Sprintf("Sessions of %s have no %s; it belongs to %s.", api, attr.Name, strings.Join(takers, " and "))))
	case attr.Name == "user_id" || attr.Name == "biz_id":
		e.Report(schema.Diagnose(rule.UnknownField, at, "Unknown field",
			fmt.Sprintf("%s belongs to one session, so it cannot be declared: give it to `livery session open` as -%s.", attr.Name, strings.ReplaceAll(attr.Name, "_", "-"))))
	case attr.Name == "failedReturnUrl": // as the newer generation of the API spells it
		e.Report(schema.Diagnose(rule.UnknownField, at, "Unknown field", in.noun+` has no failedReturnUrl. Did you mean "fail_return_url"?`))
	default:
		e.UnknownField(attr, in.noun, at, append(attributeNames(api), in.own...), in.blocks)
	}
}

// override evaluates what one locale does differently.
func (e sessions) override(b, session *config.Block, s *schema.Session, at schema.Subject) {
	locale, ok := documents(e).localeName(b.Labels[0], schema.Subject{Address: at.Address, Range: b.LabelRanges[0]})
	if !ok {
		return
	}
	if _, twice := s.Overrides[locale]; twice {
		first := slices.IndexFunc(session.Blocks, func(other *config.Block) bool {
			called, _ := schema.ParseLocale(strings.Join(other.Labels, " "))
			return other.Type == b.Type && called == locale
		})
		e.Report(schema.FirstAt(schema.Diagnose(rule.DuplicateLocale, schema.Subject{Address: at.Address, Range: b.DefRange}, "Locale declared twice",
			fmt.Sprintf("The session has two blocks for %s, the first on line %d; keep one.", locale, session.Blocks[first].DefRange.Start.Line)), session.Blocks[first].DefRange))
		return
	}
	for _, block := range b.Blocks {
		e.UnknownBlock(block, "in the locale of a session", at, nil, attributeNames(s.API))
	}
	var d schema.Defaults
	for _, a := range b.Attributes {
		if slices.Contains(sessionOwn, a.Name) {
			e.Report(schema.Diagnose(rule.UnknownField, schema.Subject{Address: at.Address, Path: a.Name, Range: a.NameRange()}, "Unknown field",
				fmt.Sprintf("A locale cannot change the %s of its session; declare another session.", a.Name)))
		}
	}
	for _, u := range e.defaults(b.Attributes, s.API, at, &d, sessionPart{noun: "The locale of a session"}) {
		u.Path = locale.AddressOf().String() + "." + u.Path
		s.Undecided = append(s.Undecided, u)
	}
	if s.Overrides == nil {
		s.Overrides = make(map[schema.Locale]schema.Defaults)
	}
	s.Overrides[locale] = d
}
