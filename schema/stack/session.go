package stack

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
)

// sessions evaluates every session block.
func (l *loader) sessions() {
	declared := make(map[string]hcl.Range)
	for _, b := range l.blocks["session"] {
		if !l.validName(b) {
			continue
		}
		name := b.Labels[0]
		if first, ok := declared[name]; ok {
			l.duplicate(b.DefRange, first, fmt.Sprintf("The session %q is declared twice.", name))
			continue
		}
		declared[name] = b.DefRange
		if s, ok := l.session(b); ok {
			l.stack.Sessions = append(l.stack.Sessions, s)
		}
	}
	slices.SortFunc(l.stack.Sessions, func(a, b schema.Session) int { return strings.Compare(a.Name, b.Name) })
}

func (l *loader) session(b *hcl.Block) (schema.Session, bool) {
	s := schema.Session{Name: b.Labels[0], Range: b.DefRange}
	at := schema.Subject{Address: s.Address()}
	c := l.content(b.Body, sessionHeaders)
	api, ok := l.sessionAPI(c, b, at)
	if !ok {
		l.anyAPI(c, at)
		return s, false
	}
	s.API = api
	missing := l.defaults(c, s.API, at, nil, &s.Defaults)
	for i, a := range schema.Attributes() {
		if a.Demands(s.API) && !s.Defaults.At(i).Declared() && !slices.Contains(missing, i) {
			at := at
			at.Path, at.Range = a.Name, b.DefRange
			l.fault(schema.Diagnose(schema.Required, at, "Missing attribute", fmt.Sprintf("Sessions of %s need %s. %s", s.API, a.Name, a.Help)))
		}
	}
	for _, block := range c.blocks {
		if block.Type != "locale" {
			l.unknownBlock(block, "in a session", at, headerNames(sessionHeaders), attributeNames(s.API))
			continue
		}
		if l.labelled(block, sessionHeaders) {
			l.override(block, &s, at)
		}
	}
	return s, true
}

// sessionAPI reads the attribute that decides what the others mean.
func (l *loader) sessionAPI(c content, b *hcl.Block, at schema.Subject) (schema.SessionAPI, bool) {
	at.Path, at.Range = "api", b.DefRange
	valid := make([]string, 0, 3)
	for _, api := range schema.SessionAPIs() {
		valid = append(valid, string(api))
	}
	i := slices.IndexFunc(c.attrs, func(a *hcl.Attribute) bool { return a.Name == "api" })
	if i < 0 {
		l.fault(schema.Diagnose(schema.Required, at, "Missing attribute", "A session needs api: one of "+strings.Join(valid, ", ")+"."))
		return "", false
	}
	at.Range = c.attrs[i].Expr.Range()
	v, ok := l.plain(l.evaluate(c.attrs[i].Expr, nil, at), at)
	if !ok {
		return "", false
	}
	if v.IsNull() || v.Type() != cty.String || !slices.Contains(valid, v.AsString()) {
		detail := "api is one of " + strings.Join(valid, ", ") + "."
		if !v.IsNull() && v.Type() == cty.String {
			detail += schema.DidYouMean(v.AsString(), valid)
		}
		l.fault(schema.Diagnose(schema.Enum, at, "Not a valid word", detail))
		return "", false
	}
	return schema.SessionAPI(v.AsString()), true
}

// anyAPI judges what it can of a session without a usable api: the attributes
// that mean the same in all that take them.
func (l *loader) anyAPI(c content, at schema.Subject) {
	for _, attr := range c.attrs {
		number := schema.AttributeNumber(attr.Name)
		switch {
		case attr.Name == "api":
		case number < 0:
			l.unknownAttribute(attr, "", number, at)
		case schema.Attributes()[number].Kind != schema.Language:
			var unused schema.Defaults
			l.defaults(content{attrs: []*hcl.Attribute{attr}}, schema.Attributes()[number].APIs[0], at, nil, &unused)
		}
	}
}

func attributeNames(api schema.SessionAPI) []string {
	var names []string
	for _, a := range schema.Attributes() {
		if a.Takes(api) || api == "" {
			names = append(names, a.Name)
		}
	}
	return names
}

// defaults evaluates the attributes of a session or of an override. It returns
// the numbers of those that are there but without a usable value.
func (l *loader) defaults(c content, api schema.SessionAPI, at schema.Subject, vars map[string]cty.Value, into *schema.Defaults) (unusable []int) {
	for _, attr := range c.attrs {
		if attr.Name == "api" {
			continue
		}
		number := schema.AttributeNumber(attr.Name)
		if number < 0 || !schema.Attributes()[number].Takes(api) {
			l.unknownAttribute(attr, api, number, at)
			continue
		}
		a := &schema.Attributes()[number]
		at := at
		at.Path, at.Range = a.Name, attr.Expr.Range()
		raw, ok := l.plain(l.evaluate(attr.Expr, vars, at), at)
		if !ok {
			unusable = append(unusable, number)
			continue
		}
		v, diags := a.Parse(raw, api, at)
		l.fault(diags...)
		if diags.HasErrors() {
			unusable = append(unusable, number)
			continue
		}
		into.Set(number, v)
	}
	return unusable
}

func (l *loader) unknownAttribute(attr *hcl.Attribute, api schema.SessionAPI, number int, at schema.Subject) {
	switch {
	case number >= 0:
		at.Range, at.Path = attr.NameRange, attr.Name
		takers := make([]string, 0, 2)
		for _, other := range schema.Attributes()[number].APIs {
			takers = append(takers, string(other))
		}
		l.fault(schema.Diagnose(schema.UnknownField, at, "Unknown field",
			fmt.Sprintf("Sessions of %s have no %s; it belongs to %s.", api, attr.Name, strings.Join(takers, " and "))))
	case attr.Name == "user_id" || attr.Name == "biz_id":
		at.Range, at.Path = attr.NameRange, attr.Name
		l.fault(schema.Diagnose(schema.UnknownField, at, "Unknown field",
			fmt.Sprintf("%s belongs to one session, so it cannot be declared: give it to `livery session open` as -%s.", attr.Name, strings.ReplaceAll(attr.Name, "_", "-"))))
	default:
		l.unknownField(attr, "A session", at, append(attributeNames(api), "api"), headerNames(sessionHeaders))
	}
}

// override evaluates what one locale does differently.
func (l *loader) override(b *hcl.Block, s *schema.Session, at schema.Subject) {
	locale, ok := l.localeName(b.Labels[0], schema.Subject{Address: at.Address, Range: b.LabelRanges[0]})
	if !ok {
		return
	}
	if _, twice := s.Overrides[locale]; twice {
		l.fault(schema.Diagnose(schema.DuplicateLocale, schema.Subject{Address: at.Address, Range: b.DefRange}, "Locale declared twice",
			fmt.Sprintf("The session has two blocks for %s; keep one.", locale)))
		return
	}
	c := l.content(b.Body, nil)
	for _, block := range c.blocks {
		l.unknownBlock(block, "in the locale of a session", at, nil, attributeNames(s.API))
	}
	var d schema.Defaults
	for _, a := range c.attrs {
		if a.Name == "api" {
			l.fault(schema.Diagnose(schema.UnknownField, schema.Subject{Address: at.Address, Path: "api", Range: a.NameRange}, "Unknown field",
				"A locale cannot change the api of its session; declare another session."))
		}
	}
	l.defaults(c, s.API, at, nil, &d)
	if s.Overrides == nil {
		s.Overrides = make(map[schema.Locale]schema.Defaults)
	}
	s.Overrides[locale] = d
}

// removed reads the removed blocks.
func (l *loader) removed() {
	for _, b := range l.blocks["removed"] {
		c := l.content(b.Body, removedHeaders)
		var from *hcl.Attribute
		for _, a := range c.attrs {
			if a.Name == "from" {
				from = a
				continue
			}
			l.unknownField(a, "A removed block", schema.Subject{}, []string{"from"}, headerNames(removedHeaders))
		}
		for _, block := range c.blocks {
			if block.Type != "lifecycle" {
				l.unknownBlock(block, "in a removed block", schema.Subject{}, headerNames(removedHeaders), []string{"from"})
				continue
			}
			l.lifecycle(block)
		}
		if from == nil {
			l.fault(schema.Diagnose(schema.Required, schema.Subject{Range: b.DefRange}, "Missing attribute", "A removed block needs from, such as from = locale.th_TH."))
			continue
		}
		l.removedFrom(from)
	}
}

// lifecycle accepts Terraform's way of saying what a removed block does anyway.
func (l *loader) lifecycle(b *hcl.Block) {
	l.labelled(b, removedHeaders)
	c := l.content(b.Body, nil)
	for _, block := range c.blocks {
		l.unknownBlock(block, "in a lifecycle block", schema.Subject{}, nil, []string{"destroy"})
	}
	for _, a := range c.attrs {
		if a.Name != "destroy" {
			l.unknownField(a, "A lifecycle block", schema.Subject{}, []string{"destroy"}, nil)
			continue
		}
		if l.constBool(a) {
			l.fault(schema.Diagnose(schema.Enum, schema.Subject{Range: a.Expr.Range()}, "Not a valid value",
				"A removed block never touches the live page. To put the page back to the API's default look, delete the locale block and leave this one out."))
		}
	}
}

func (l *loader) removedFrom(from *hcl.Attribute) {
	at := schema.Subject{Range: from.Expr.Range()}
	ref, ok := reference(from.Expr)
	if !ok || len(ref) != 2 {
		l.fault(schema.Diagnose(schema.Reference, at, "Not an address", "from takes an address, such as locale.th_TH or session.onboarding."))
		return
	}
	name, _ := second(ref)
	address, err := schema.ParseAddress(ref.RootName() + "." + name)
	if err != nil {
		l.fault(schema.Diagnose(schema.Reference, at, "Not an address", err.Error()+"."))
		return
	}
	declared := slices.ContainsFunc(l.stack.Documents, func(d schema.Document) bool { return d.Locale.AddressOf() == address }) ||
		slices.ContainsFunc(l.stack.Sessions, func(s schema.Session) bool { return s.Address() == address })
	if declared {
		l.fault(schema.Diagnose(schema.Duplicate, at, "Removed but declared", fmt.Sprintf("%s is still declared. Delete its block, or this one.", address)))
		return
	}
	if i := slices.IndexFunc(l.stack.Removed, func(r Removed) bool { return r.Address == address }); i >= 0 {
		l.duplicate(at.Range, l.stack.Removed[i].Range, fmt.Sprintf("%s is removed twice.", address))
		return
	}
	l.stack.Removed = append(l.stack.Removed, Removed{Address: address, Range: from.Expr.Range()})
}
