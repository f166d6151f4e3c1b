package jsonschema

import (
	"cmp"
	"maps"
	"strings"

	"livery/schema"
	"livery/schema/rule"
	"livery/schema/storage"
)

// comment is the member of every object in which people may write what they like.
const comment = "//"

// templated is a text that is only known when it is evaluated.
const templated = `[$%]\{`

const namePattern = `^[A-Za-z_][A-Za-z0-9_-]*$`

var (
	anything   = &node{}
	text       = &node{Type: "string"}
	expression = &node{Type: "string", Pattern: templated}
	flag       = &node{AnyOf: []*node{{Type: "boolean"}, {Type: "string", Pattern: templated + "|^(true|false)$"}}}
)

// orTemplate is a value, or an expression that gives one.
func orTemplate(n *node) *node {
	return &node{AnyOf: []*node{n, expression}}
}

// body is what stands in a block: attributes, and blocks where they are given.
func body(members ...map[string]*node) *node {
	all := map[string]*node{comment: anything}
	for _, m := range members {
		maps.Copy(all, m)
	}
	return closed(all)
}

// block is a block without a label: its body, or a list of them.
func (d definitions) block(name string, body *node) *node {
	one := d.define(name, body)
	return &node{AnyOf: []*node{one, listOf(one)}}
}

// labelled is a block by its label.
func (d definitions) labelled(name string, labels, body *node) *node {
	return d.block(name+"s", &node{Type: "object", PropertyNames: labels, AdditionalProperties: d.block(name, body)})
}

// stack describes a file of configuration in the JSON syntax of HCL, *.livery.json. Every
// text in it may hold expressions.
func stack() *node {
	defs := make(definitions)
	name, fields := &node{Pattern: namePattern}, looks(defs)
	theme, one := look(fields, map[string]*node{"extends": themes("What this theme builds on; later ones win.")}), look(fields, ofLocale)
	file := defs.define("file", body(map[string]*node{
		"livery": defs.block("livery", defs.livery()), "account": defs.block("account", account()),
		"variable": defs.labelled("variable", name, defs.variable()), "locals": defs.block("locals", &node{Type: "object"}),
		"theme":   defs.labelled("theme", name, theme),
		"locale":  defs.labelled("locale", &node{AnyOf: []*node{locales(), name}}, one),
		"removed": defs.block("removed", defs.removed()), "session": defs.labelled("session", name, defs.session()),
		"check": defs.labelled("check", name, defs.check()),
	}))
	return &node{Title: "Configuration of livery", AnyOf: []*node{file, listOf(file)}, Defs: defs,
		Description: "A *.livery.json file: HCL in its JSON syntax. Texts may hold expressions, such as \"${var.brand}\"."}
}

// locales are the names of documents.
func locales() *node {
	var names []string
	for _, l := range schema.Locales() {
		names = append(names, string(l.Value))
		if l.Short != "" {
			names = append(names, l.Short)
		}
	}
	return oneOf(names)
}

func themes(words string) *node {
	one := &node{Type: []string{"string", "null"}}
	return (&node{AnyOf: []*node{one, listOf(text)}}).described(words)
}

// declared is a field as configuration has it.
func declared(f *schema.Field) *node {
	n := value(f)
	words := n.Description
	n.Description = ""
	if f.Kind == schema.Bool {
		return (&node{AnyOf: append([]*node{{Type: "null"}}, flag.AnyOf...)}).described(words)
	}
	return orTemplate(n).described(words)
}

// looks are the pages and fields of themes and locales.
func looks(defs definitions) map[string]*node {
	members := make(map[string]*node)
	for _, p := range schema.Pages() {
		fields := make(map[string]*node)
		for i := range p.Fields {
			f := &p.Fields[i]
			if f.Kind != schema.Tips {
				fields[f.HCLName()] = declared(f)
				continue
			}
			// the tips are blocks, or a list as one value
			fields["tip"] = defs.block("tip", tip(f)).described(help(f))
			fields["tip"].AnyOf = append(fields["tip"].AnyOf, &node{Type: "null"})
			list := &node{Type: []string{"array", "null"}, Items: ref("tip"), MaxItems: schema.TipsMax}
			fields["tips"] = orTemplate(list).described(help(f))
		}
		if p.Key == "" {
			maps.Copy(members, fields)
			continue
		}
		page := body(fields)
		page.Description = p.Title
		members[p.HCLName()] = defs.block(p.HCLName(), page)
	}
	return members
}

func tip(list *schema.Field) *node {
	members := make(map[string]*node)
	for i := range list.Items {
		members[list.Items[i].HCLName()] = declared(&list.Items[i])
	}
	return body(members)
}

// look is a theme or a locale with its own attributes.
func look(fields, own map[string]*node) *node {
	return body(fields, own, map[string]*node{"extra": {Description: "Members that the catalogue does not know yet, sent as they are."}})
}

// ofLocale are the attributes that only a locale has.
var ofLocale = map[string]*node{
	"theme":               themes("What this document builds on; later ones win."),
	"texts":               {Type: []string{"string", "object", "null"}, Description: "page => field => text, such as ${jsondecode(file(\"texts/en.json\"))}."},
	"for_each":            {Type: []string{"string", "object", "array"}, Description: "One document for each element."},
	"code":                text.described("With for_each: which locale an element is, such as ${each.key}."),
	schema.PreventDestroy: flag.described("Refuses to destroy this document."),
}

func (d definitions) removed() *node {
	return body(map[string]*node{
		"from":      text.described("Such as locale.th_TH: its page stays as it is, and livery forgets it."),
		"lifecycle": d.block("lifecycle", body(map[string]*node{"destroy": flag})),
	})
}

func (d definitions) session() *node {
	overrides := map[string]*node{}
	for _, attr := range schema.Attributes() {
		overrides[attr.Name] = attribute(attr)
	}
	own := map[string]*node{
		"api":                 oneOf([]schema.SessionAPI{schema.H5Token, schema.H5URL, schema.SDKLicense}),
		schema.PreventDestroy: flag.described("Refuses to forget this session."),
		"locale":              d.labelled("override", locales(), body(overrides)),
	}
	n := body(overrides, own)
	n.Required = []string{"api"}
	return n
}

func (d definitions) check() *node {
	var fields []string
	for _, f := range schema.Fields() {
		fields = append(fields, f.Path())
	}
	for _, a := range schema.Attributes() {
		fields = append(fields, a.Name)
	}
	assert := body(map[string]*node{
		"condition": {Type: []string{"string", "boolean"}}, "error_message": text,
		"level": oneOf(rule.Levels()[1:]).described("What a finding weighs; an error stops an apply."),
		"field": oneOf(fields).described("Whose line a finding points at."),
	})
	assert.Required = []string{"condition", "error_message"}
	n := body(map[string]*node{
		"for_each": {Type: []string{"string", "object"}, Description: "What is judged one by one, such as documents or sessions; once where it is left out."},
		"locales":  orTemplate(listOf(locales())).described("The documents that it is about; all where it is left out."),
		"assert":   d.block("assert", assert),
	})
	n.Required = []string{"assert"}
	return n
}

// attribute describes what a session may declare.
func attribute(a schema.Attribute) *node {
	n := &node{Type: "string"}
	switch a.Kind {
	case schema.Bool:
		n = flag
	case schema.Count:
		n = number(float64(a.Min), float64(cmp.Or(a.Max, 1<<31-1)))
		n.Type = "integer"
	case schema.Names:
		n = listOf(text)
	case schema.RedirectURL, schema.CallbackURL:
		n.MaxLength = schema.URLMax
	case schema.Word:
		if n.MaxLength = a.Max; !a.Open {
			n.Enum = a.Words
		}
	}
	words := a.Help
	if a.Open && len(a.Words) > 0 {
		words += " Known are " + strings.Join(a.Words, ", ") + "."
	}
	var apis []string
	for _, api := range a.APIs {
		apis = append(apis, string(api))
	}
	n = orTemplate(n).described(words + " For " + strings.Join(apis, " and ") + ".")
	n.Deprecated = a.Deprecated
	return n
}

func account() *node {
	return body(map[string]*node{
		"base_url":   text.described("The address of the service, or \"simulator\" for the one that is built in. LIVERY_BASE_URL where it is left out."),
		"access_key": text.described("LIVERY_ACCESS_KEY where it is left out."),
		"secret_key": expression.described("From a sensitive variable, never written out. LIVERY_SECRET_KEY where it is left out."),
		"token_ttl":  text.described("How long a token is valid, 60s to 24h."),
		"retries":    orTemplate(number(0, 20)),
	})
}

func (d definitions) variable() *node {
	validation := body(map[string]*node{"condition": {Type: []string{"string", "boolean"}}, "error_message": text})
	validation.Required = []string{"condition", "error_message"}
	return body(map[string]*node{
		"type": text.described("Such as string, number, bool, list(string)."), "default": {Description: "Its value where nothing else gives one."},
		"description": text, "sensitive": {Type: "boolean", Description: "Its value is never shown."}, "nullable": {Type: "boolean"},
		"validation": d.block("validation", validation),
	})
}

func (d definitions) livery() *node {
	return body(map[string]*node{
		"required_version": text.described("Which versions of livery may be used, such as >= 0.1.0."),
		"include":          listOf(text).described("Files shared by several stacks, as patterns relative to this one."),
		"backend":          d.backends(), "lint": d.block("lint", d.lint()),
		"texts": d.block("texts", body(map[string]*node{
			"source": locales().described("The language that the others are translated from."),
			"keep":   listOf(text).described("Names that no translation changes."),
			"lock":   text.described("The file that records from which words each translation was made: livery.texts.lock unless another is named."),
			"notes":  text.described("A JSON file of notes for translators: page => field => note."),
		})),
	})
}

// backends describes where the state may be kept.
func (d definitions) backends() *node {
	n := &node{Type: "object", Properties: map[string]*node{comment: anything}, AdditionalProperties: false}
	for _, b := range storage.Backends() {
		settings := make(map[string]*node)
		for _, s := range b.Settings {
			if !s.Secret {
				settings[s.Name] = setting(s)
			}
		}
		n.Properties[b.Type] = d.block("backend."+b.Type, body(settings))
	}
	return d.block("backend", n)
}

func setting(s storage.Setting) *node {
	switch s.Kind {
	case storage.Switch:
		return &node{Type: []string{"boolean", "null"}}
	case storage.Number:
		n := number(float64(s.Min), float64(s.Max))
		n.Type = []string{"integer", "null"}
		return n
	default:
		return &node{Type: []string{"string", "null"}}
	}
}

// lint describes what weight the rules have, and what is let pass.
func (d definitions) lint() *node {
	rules := &node{Type: "object", Properties: map[string]*node{comment: anything}, AdditionalProperties: false}
	var ids []rule.ID
	for _, row := range rule.All() {
		ids = append(ids, row.ID)
		rules.Properties[string(row.ID)] = d.block("rule."+string(row.ID), ruleBody(row))
	}
	return body(map[string]*node{
		"rule":     d.block("rule", rules),
		"baseline": text.described("A file with the findings that are known, relative to the stack."),
		"ignore": d.block("ignore", body(map[string]*node{
			"rule": oneOf(ids), "path": text, "locale": locales(), "until": {Type: "string", Pattern: `^\d{4}-\d{2}-\d{2}$`},
			"reason": {Type: "string", MinLength: 1},
		})),
	})
}

func ruleBody(row rule.Rule) *node {
	levels := rule.Levels()
	if row.Fixed {
		levels = []rule.Level{rule.Error}
	}
	members := map[string]*node{"level": oneOf(levels)}
	for _, o := range row.Options {
		members[o.Name] = option(o).described(o.Help)
	}
	n := body(members)
	n.Description = row.Help
	return n
}

func option(o rule.Option) *node {
	switch o.Type {
	case rule.NumberOption:
		n := number(o.Min, o.Max)
		if o.Whole {
			n.Type = "integer"
		}
		return n
	case rule.WordOption:
		return oneOf(o.Words)
	case rule.WordsOption:
		return listOf(text)
	case rule.LocalesOption:
		return listOf(locales())
	default:
		return text
	}
}

// variables describes a file of variables' values, *.liveryvars.json. Which variables
// there are is said by the stack.
func variables() *node {
	return &node{Title: "Values of variables", Type: "object", PropertyNames: &node{AnyOf: []*node{{Pattern: namePattern}, {Pattern: exactly(comment)}}},
		Description: "A *.liveryvars.json file: name => value, for the variable blocks of a stack."}
}
