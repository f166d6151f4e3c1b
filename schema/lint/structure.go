package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"livery/schema"
	"livery/schema/config"
	"livery/schema/rule"
	"livery/schema/tokens"
)

// own are the blocks of the stack's own files: what an include brings, others may use.
func (l *linter) own() []*config.Declaration {
	files, blocks := l.Module.Sources.Own, []*config.Declaration(nil)
	if l.shared {
		files = l.Module.Sources.Included
	}
	for _, d := range files {
		blocks = append(blocks, d.Blocks...)
	}
	return blocks
}

// unused finds what is declared here and named nowhere.
func unused(l *linter) {
	if !l.wants(rule.UnusedTheme, rule.UnusedLocal, rule.UnusedVariable) || l.Module.Broken || isLibrary(l.Module.Sources) {
		return
	}
	used := usedNames(l.Module.Sources)
	misspelt := l.misspelt(used)
	isUnused := func(name string) bool {
		kind, _, _ := strings.Cut(name, ".")
		return !used[name] && !misspelt[kind]
	}
	report := func(id rule.ID, name string, at schema.Subject, edits ...schema.Edit) {
		if isUnused(name) {
			removal(l.report(id, at, "Declared and not used", name+" is declared here and used nowhere. Take it out, or use it.", nil), edits...)
		}
	}
	for _, b := range l.own() {
		name := strings.Join(b.Labels, ".")
		switch { // what has no usable name is in no module
		case b.Type == "theme" && l.Module.Themes[name] == b.Block:
			address := schema.Address{Kind: schema.ThemeAddress, Name: name}
			report(rule.UnusedTheme, address.String(), schema.Subject{Address: address, Range: b.DefRange}, blockRemoval(b))
		case b.Type == "variable" && b.Variable != nil && l.Module.Variables[name] == b.Variable:
			report(rule.UnusedVariable, "var."+name, schema.Subject{Range: b.DefRange}, append(removals(settings(l.Module.Sources, name)), blockRemoval(b))...)
		case b.Type == "locals":
			for _, a := range b.Attributes {
				report(rule.UnusedLocal, "local."+a.Name, schema.Subject{Range: a.NameRange()}, schema.Edit{At: a.NameRange(), With: b.TypeRange})
			}
		}
	}
}

// isLibrary reports whether the directory only declares what others include.
func isLibrary(s *config.Sources) bool {
	for _, d := range s.Own {
		for _, b := range d.Blocks {
			if b.Type == "livery" || b.Type == "account" || b.Type == "locale" || b.Type == "removed" || b.Type == "session" {
				return false
			}
		}
	}
	return true
}

// misspelt are the kinds of which something is named that is not declared: it may be meant
// by what seems to be unused.
func (l *linter) misspelt(used map[string]bool) map[string]bool {
	kinds := make(map[string]bool)
	for name := range used {
		kind, name, _ := strings.Cut(name, ".")
		declared := true
		switch kind {
		case "theme":
			declared = l.Module.Themes[name] != nil
		case "var":
			declared = l.Module.Variables[name] != nil
		case "local":
			declared = l.Module.Locals[name] != nil
		}
		kinds[kind] = kinds[kind] || !declared
	}
	return kinds
}

// usedNames are the variables, locals and themes that something refers to which is not
// they themselves.
func usedNames(s *config.Sources) map[string]bool {
	used := make(map[string]bool)
	for _, d := range slices.Concat(s.Own, s.Included) {
		for _, b := range d.Blocks {
			self := ""
			switch b.Type {
			case "theme":
				self = "theme." + strings.Join(b.Labels, ".")
			case "variable":
				self = "var." + strings.Join(b.Labels, ".")
			}
			b.Walk(func(_ *config.Block, a *config.Attribute) {
				own := self
				if b.Type == "locals" {
					own = "local." + a.Name
				}
				for _, ref := range config.References(a) {
					if name := config.RootOf(ref); name != own {
						used[name] = true
					}
				}
			})
		}
	}
	return used
}

// literals finds colours that are written out again and again, or beside a token.
func literals(l *linter) {
	if !l.wants(rule.RepeatedLiteral, rule.TokenBypass) {
		return
	}
	places := make(map[string][]hcl.Range)
	var order []string
	for _, literal := range l.colourLiterals() {
		hex, ok := schema.ParseColour(literal.Text)
		if !ok {
			continue
		}
		if places[hex] == nil {
			order = append(order, hex)
		}
		places[hex] = append(places[hex], literal.Range)
	}
	var colours map[string][]tokens.Token
	if l.wants(rule.TokenBypass) && len(places) > 0 {
		colours = tokenColours(l)
	}
	var references tokenReferences
	if len(colours) > 0 {
		references = tokenReferencesIn(l.Stack)
	}
	count := int(option[float64](l, rule.RepeatedLiteral, "count"))
	for _, hex := range order {
		if named := colours[hex]; len(named) == 1 {
			token := named[0]
			for _, rng := range places[hex] {
				found := l.report(rule.TokenBypass, schema.Subject{Range: rng}, "Colour written beside its token",
					fmt.Sprintf("%s is the token %q (%s:%d). Name it, so that a change of the token is seen here too.", hex, token.Name, token.File, token.Range.Start.Line),
					map[string]any{"colour": hex, "token": token.Name, "file": token.File, "line": token.Range.Start.Line})
				references.mend(found, rng, token)
			}
		}
		if n := len(places[hex]); n >= count {
			l.report(rule.RepeatedLiteral, schema.Subject{Range: places[hex][0]}, "Colour written again and again",
				fmt.Sprintf("%s is written %d times. Give it a name in locals, so that it is changed in one place.", hex, n),
				map[string]any{"colour": hex, "count": n})
		}
	}
}

// colourLiterals are the texts that are written where a colour may stand: in fields of
// colours, locals and the defaults of variables.
func (l *linter) colourLiterals() []config.Literal {
	var found []config.Literal
	for _, b := range l.own() {
		switch b.Type {
		case "locals", "variable", "theme", "locale":
			b.Walk(func(in *config.Block, a *config.Attribute) {
				f := schema.FieldByHCL(in.Type, a.Name)
				if b.Type == "locals" || b.Type == "variable" && a.Name == "default" || f != nil && f.Kind == schema.Colour {
					found = append(found, config.Literals(a.Expr)...)
				}
			})
		}
	}
	return found
}

// sessionLocales finds what sessions say of locales that have no document.
func sessionLocales(l *linter) {
	if !l.wants(rule.SessionLocale) || !l.complete() || len(l.Documents) == 0 {
		return
	}
	for _, b := range l.own() {
		if b.Type != "session" {
			continue
		}
		for _, inner := range b.Blocks {
			if inner.Type != "locale" || len(inner.Labels) != 1 {
				continue
			}
			locale, ok := schema.ParseLocale(inner.Labels[0])
			if !ok || slices.ContainsFunc(l.Documents, func(d schema.Document) bool { return d.Locale == locale }) {
				continue
			}
			at := schema.Subject{Address: schema.Address{Kind: schema.SessionAddress, Name: strings.Join(b.Labels, ".")}, Range: inner.LabelRanges[0]}
			l.report(rule.SessionLocale, at, "Session for a page that is not declared",
				fmt.Sprintf("The session says what is different in %s, but nothing declares a document for it: people see the API's default look.", locale), nil)
		}
	}
}

// written is a field and where its value is written.
type written struct {
	field *schema.Field
	at    hcl.Range
}

// noEffect finds fields that change nothing in any document that has them.
func noEffect(l *linter) {
	if !l.wants(rule.NoEffect) {
		return
	}
	without, fields, vain := make(map[written]string), make(map[*schema.Field]bool), make([]map[*schema.Field]string, len(l.Documents))
	for i, d := range l.Documents {
		vain[i] = effectless(d)
		for f, why := range vain[i] {
			without[written{f, d.At(f).Range()}], fields[f] = why, true
		}
	}
	for i, d := range l.Documents {
		for f := range fields {
			if v := d.At(f); v.Declared() && vain[i][f] == "" {
				delete(without, written{f, v.Range()})
			}
		}
	}
	for i, d := range l.Documents {
		for f := range vain[i] {
			if why := without[written{f, d.At(f).Range()}]; why != "" {
				l.report(rule.NoEffect, subject(d, f), "Field without effect", fmt.Sprintf("%s changes nothing: %s.", f.Path(), why), nil)
			}
		}
	}
}

// effectless are the fields that a document declares and that change nothing there, and why.
func effectless(d schema.Document) map[*schema.Field]string {
	found := make(map[*schema.Field]string)
	note := func(page *schema.Page, why string, isOne func(key string) bool) {
		for i := range page.Fields {
			if f := &page.Fields[i]; d.At(f).Declared() && isOne(f.Key) && found[f] == "" {
				found[f] = why
			}
		}
	}
	for _, page := range schema.Pages() {
		if !isShown(d, page) {
			note(page, "the page is not shown, since is_show is false", func(key string) bool { return key != "isShow" })
		}
	}
	result, camera := schema.PageByKey("mobileResultPage"), schema.PageByKey("mobileCameraPage")
	if d.At(result.Field("closeCountdownLogic")).Flag() {
		note(result, "there is no countdown, since close_countdown_logic is true", func(key string) bool { return strings.HasPrefix(key, "countdownText") })
	}
	if everyHintHasOwn(d, camera) {
		note(camera, "every hint has a colour of its own", func(key string) bool { return key == "tipsTextColor" })
	}
	return found
}

func everyHintHasOwn(d schema.Document, page *schema.Page) bool {
	for i := range page.Fields {
		if f := &page.Fields[i]; strings.HasSuffix(f.Key, "TipTextColor") && !d.At(f).Declared() {
			return false
		}
	}
	return true
}
