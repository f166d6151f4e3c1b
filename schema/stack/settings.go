package stack

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/go-version"
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"livery/schema"
)

// Simulator is the base URL of the simulator that is built in.
const Simulator = "simulator"

// settings reads the livery block.
func (l *loader) settings(b *hcl.Block) {
	c := l.content(b.Body, settingsHeaders)
	for _, a := range c.attrs {
		switch a.Name {
		case "required_version":
			l.requiredVersion(a)
		case "include": // read before anything else
		default:
			l.unknownField(a, "The livery block", schema.Subject{}, []string{"required_version", "include"}, headerNames(settingsHeaders))
		}
	}
	for _, block := range c.blocks {
		before := len(l.diags)
		switch {
		case block.Type == "backend" && l.labelled(block, settingsHeaders):
			l.backend(block)
		case block.Type == "lint" && l.labelled(block, settingsHeaders):
			l.lint(block)
		case block.Type != "backend" && block.Type != "lint":
			l.unknownBlock(block, "in the livery block", schema.Subject{}, headerNames(settingsHeaders), nil)
		}
		if block.Type != "lint" && len(l.diags) > before {
			l.stack.Backend.Unclear = true // a misspelt block may have been meant as one
		}
	}
}

func (l *loader) requiredVersion(a *hcl.Attribute) {
	text, ok := l.constString(a)
	if !ok {
		return
	}
	at := schema.Subject{Range: a.Expr.Range()}
	constraint, err := version.NewConstraint(text)
	if err != nil {
		l.fault(schema.Diagnose(schema.VersionNeeded, at, "Not a version constraint", fmt.Sprintf("%q is not a version constraint such as \">= 0.1.0\" or \"~> 1.2\".", text)))
		return
	}
	running, err := version.NewVersion(l.opts.Version)
	if err != nil {
		return // a build without a version fits everything
	}
	if !constraint.Check(running.Core()) {
		l.fault(schema.Diagnose(schema.VersionNeeded, at, "Unsupported livery version",
			fmt.Sprintf("This stack needs livery %s; this is livery %s. Use a version that fits, or change required_version.", text, l.opts.Version)))
	}
}

// lint reads what weight each rule has.
func (l *loader) lint(b *hcl.Block) {
	c := l.content(b.Body, lintHeaders)
	declared := make(map[string]hcl.Range)
	for _, a := range c.attrs {
		l.unknownField(a, "A lint block", schema.Subject{}, nil, headerNames(lintHeaders))
	}
	for _, block := range c.blocks {
		if block.Type != "rule" {
			l.unknownBlock(block, "in a lint block", schema.Subject{}, headerNames(lintHeaders), nil)
			continue
		}
		if !l.labelled(block, lintHeaders) {
			continue
		}
		if first, ok := declared[block.Labels[0]]; ok {
			l.duplicate(block.DefRange, first, fmt.Sprintf("The rule %q is set twice.", block.Labels[0]))
			continue
		}
		declared[block.Labels[0]] = block.DefRange
		l.rule(block)
	}
}

func (l *loader) rule(b *hcl.Block) {
	id := schema.RuleID(b.Labels[0])
	rule, known := schema.RuleByID(id)
	if !known {
		var names []string
		for _, r := range schema.Rules() {
			names = append(names, string(r.ID))
		}
		l.fault(schema.Diagnose(schema.Reference, schema.Subject{Range: b.LabelRanges[0]}, "Unknown rule",
			fmt.Sprintf("There is no rule %q.", id)+schema.DidYouMean(string(id), names)))
		return
	}
	names := []string{"level"}
	for _, o := range rule.Options {
		names = append(names, o.Name)
	}
	c := l.content(b.Body, nil)
	for _, block := range c.blocks {
		l.unknownBlock(block, "in a rule", schema.Subject{}, nil, names)
	}
	for _, a := range c.attrs {
		option, known := rule.Option(a.Name)
		switch {
		case a.Name == "level":
			l.ruleLevel(rule, a)
		case known:
			l.ruleOption(id, option, a)
		default:
			l.unknownField(a, "The rule "+string(id), schema.Subject{}, names, nil)
		}
	}
}

func (l *loader) ruleOption(id schema.RuleID, option schema.Option, a *hcl.Attribute) {
	v, ok := l.constant(a)
	if !ok {
		return
	}
	v, fault := option.Parse(v, schema.Subject{Range: a.Expr.Range()})
	if fault != nil {
		l.fault(fault)
		return
	}
	if l.stack.Options == nil {
		l.stack.Options = make(map[schema.RuleID]map[string]cty.Value)
	}
	if l.stack.Options[id] == nil {
		l.stack.Options[id] = make(map[string]cty.Value)
	}
	l.stack.Options[id][option.Name] = v
}

// Number is the option of a rule: what the lint block says, or the default.
func (s *Stack) Number(id schema.RuleID, option string) float64 {
	if v, ok := s.Options[id][option]; ok {
		n, _ := v.AsBigFloat().Float64()
		return n
	}
	rule, _ := schema.RuleByID(id)
	o, _ := rule.Option(option)
	return o.Default
}

func (l *loader) ruleLevel(rule schema.Rule, a *hcl.Attribute) {
	text, ok := l.constString(a)
	if !ok {
		return
	}
	level := schema.Level(text)
	at := schema.Subject{Range: a.Expr.Range()}
	switch {
	case !slices.Contains(schema.Levels(), level):
		l.fault(schema.Diagnose(schema.Enum, at, "Not a valid word", "level is one of \"off\", \"notice\", \"warning\" and \"error\"."))
	case rule.Fixed && level != schema.Error:
		l.fault(schema.Diagnose(schema.Enum, at, "Rule cannot be lowered",
			fmt.Sprintf("%s cannot be lowered: what it finds cannot be sent to the service.", rule.ID)))
	default:
		if l.stack.Levels == nil {
			l.stack.Levels = make(map[schema.RuleID]schema.Level)
		}
		l.stack.Levels[rule.ID] = level
	}
}

// account reads the account block.
func (l *loader) account() {
	if len(l.blocks["account"]) == 0 {
		return
	}
	b := l.blocks["account"][0]
	l.stack.Account.Range = b.DefRange
	c := l.content(b.Body, nil)
	for _, block := range c.blocks {
		l.unknownBlock(block, "in the account block", schema.Subject{}, nil, nil)
	}
	names := []string{"base_url", "access_key", "secret_key", "token_ttl", "retries"}
	for _, a := range c.attrs {
		if !slices.Contains(names, a.Name) {
			l.unknownField(a, "The account block", schema.Subject{}, names, nil)
			continue
		}
		l.accountAttribute(a)
	}
}

func (l *loader) accountAttribute(a *hcl.Attribute) {
	at := schema.Subject{Path: a.Name, Range: a.Expr.Range()}
	l.inKeys = a.Name == "access_key" || a.Name == "secret_key"
	v, _ := l.evaluate(a.Expr, nil, at).UnmarkDeep()
	l.inKeys = false
	if a.Name == "secret_key" {
		l.literalSecret(a, v, at)
	}
	if !v.IsWhollyKnown() || v.IsNull() {
		return
	}
	text, err := convert.Convert(v, cty.String)
	if err != nil {
		l.fault(schema.Diagnose(schema.WrongType, at, "Wrong type of value", a.Name+" does not take "+v.Type().FriendlyName()+"."))
		return
	}
	s := text.AsString()
	if s == "" {
		l.fault(schema.Diagnose(schema.EmptyValue, at, "Empty value", a.Name+" is empty. Leave it out, or write null, for its default."))
		return
	}
	account := &l.stack.Account
	switch a.Name {
	case "base_url":
		account.BaseURL, account.Range = strings.TrimSuffix(s, "/"), at.Range
		if why := faultOfBaseURL(s); why != "" {
			l.fault(schema.Diagnose(schema.URLFormat, at, "Not a usable base URL", fmt.Sprintf("base_url %s.", why)))
		}
	case "access_key":
		account.AccessKey = s
	case "secret_key":
		account.SecretKey = schema.Secret(s)
	case "token_ttl":
		ttl, err := time.ParseDuration(s)
		if err != nil || ttl < time.Minute || ttl > 24*time.Hour {
			l.fault(schema.Diagnose(schema.OutOfRange, at, "Duration out of range", "token_ttl takes a duration from \"60s\" to \"24h\", such as \"1h\"."))
		}
		account.TokenTTL = ttl
	case "retries":
		n, err := strconv.Atoi(s)
		if err != nil || n < 0 || n > 20 {
			l.fault(schema.Diagnose(schema.OutOfRange, at, "Number out of range", "retries takes a whole number from 0 to 20."))
			return
		}
		account.Retries = &n
	}
}

// faultOfBaseURL is what is wrong with the address of the service, or "".
func faultOfBaseURL(s string) string {
	if s == Simulator {
		return ""
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "":
		return "takes an absolute https URL, such as \"https://api.advance.ai\", or \"simulator\""
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return "takes no user name, query or fragment"
	case u.Scheme == "https":
		return ""
	case u.Scheme != "http":
		return "takes an https URL"
	case !loopback(u.Hostname()):
		return "takes an https URL: with http anybody on the way could read the keys. Plain http is for this machine only"
	}
	return ""
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}
