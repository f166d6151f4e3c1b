package stack

import (
	"fmt"
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

// Settings is what a livery block says.
type Settings struct {
	Backend         Backend
	Levels          map[schema.RuleID]schema.Level
	Options         map[schema.RuleID]map[string]cty.Value
	RequiredVersion string
	versions        version.Constraints // RequiredVersion, parsed
	versionAt       hcl.Range
}

// settingsReader reads a livery block.
type settingsReader struct {
	*faults
	read Settings
}

// settings reads the livery block.
func (f *faults) settings(b *Block) *Settings {
	l := &settingsReader{faults: f}
	for _, a := range b.Attributes {
		switch a.Name {
		case "required_version":
			l.requiredVersion(a)
		case "include": // read before anything else
		default:
			l.unknownField(a, "The livery block", schema.Subject{}, []string{"required_version", "include"}, blockNames(settingsBlocks))
		}
	}
	for _, block := range b.Blocks {
		before := len(l.diags)
		switch {
		case block.Type == "backend" && l.labelled(block, settingsBlocks):
			l.backend(block)
		case block.Type == "lint" && l.labelled(block, settingsBlocks):
			l.lint(block)
		case block.Type != "backend" && block.Type != "lint":
			l.unknownBlock(block, "in the livery block", schema.Subject{}, blockNames(settingsBlocks), nil)
		}
		if block.Type != "lint" && len(l.diags) > before {
			l.read.Backend.Unclear = true // a misspelt block may have been meant as one
		}
	}
	return &l.read
}

func (l *settingsReader) requiredVersion(a *hcl.Attribute) {
	text, ok := l.constString(a)
	if !ok {
		return
	}
	constraints, err := version.NewConstraint(text)
	if err != nil {
		l.fault(schema.Diagnose(schema.VersionNeeded, schema.Subject{Range: a.Expr.Range()}, "Not a version constraint",
			fmt.Sprintf("%q is not a version constraint such as \">= 0.1.0\" or \"~> 1.2\".", text)))
		return
	}
	l.read.RequiredVersion, l.read.versions, l.read.versionAt = text, constraints, a.Expr.Range()
}

// checkVersion judges the version of livery that is running. A build without a
// version fits everything.
func (s *Settings) checkVersion(f *faults, text string) {
	running, err := version.NewVersion(text)
	if err != nil || s.versions.Check(running.Core()) {
		return
	}
	f.fault(schema.Diagnose(schema.VersionNeeded, schema.Subject{Range: s.versionAt}, "Unsupported livery version",
		fmt.Sprintf("This stack needs livery %s; this is livery %s. Use a version that fits, or change required_version.", s.RequiredVersion, text)))
}

// lint reads what weight each rule has.
func (l *settingsReader) lint(b *Block) {
	declared := make(map[string]hcl.Range)
	for _, a := range b.Attributes {
		l.unknownField(a, "A lint block", schema.Subject{}, nil, blockNames(lintBlocks))
	}
	for _, block := range b.Blocks {
		if block.Type != "rule" {
			l.unknownBlock(block, "in a lint block", schema.Subject{}, blockNames(lintBlocks), nil)
			continue
		}
		if !l.labelled(block, lintBlocks) {
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

func (l *settingsReader) rule(b *Block) {
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
	for _, block := range b.Blocks {
		l.unknownBlock(block, "in a rule", schema.Subject{}, nil, names)
	}
	for _, a := range b.Attributes {
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

func (l *settingsReader) ruleOption(id schema.RuleID, option schema.Option, a *hcl.Attribute) {
	v, ok := l.constant(a)
	if !ok {
		return
	}
	v, fault := option.Parse(v, schema.Subject{Range: a.Expr.Range()})
	if fault != nil {
		l.fault(fault)
		return
	}
	if l.read.Options == nil {
		l.read.Options = make(map[schema.RuleID]map[string]cty.Value)
	}
	if l.read.Options[id] == nil {
		l.read.Options[id] = make(map[string]cty.Value)
	}
	l.read.Options[id][option.Name] = v
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

func (l *settingsReader) ruleLevel(rule schema.Rule, a *hcl.Attribute) {
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
		if l.read.Levels == nil {
			l.read.Levels = make(map[schema.RuleID]schema.Level)
		}
		l.read.Levels[rule.ID] = level
	}
}

// accounts evaluates the account block.
type accounts struct {
	*scope
	read Account
}

// account evaluates an account block; nil if there is none.
func (l *accounts) account(b *Block) Account {
	if b == nil {
		return Account{}
	}
	l.read.Range = b.DefRange
	for _, block := range b.Blocks {
		l.unknownBlock(block, "in the account block", schema.Subject{}, nil, nil)
	}
	names := []string{"base_url", "access_key", "secret_key", "token_ttl", "retries"}
	for _, a := range b.Attributes {
		if !slices.Contains(names, a.Name) {
			l.unknownField(a, "The account block", schema.Subject{}, names, nil)
			continue
		}
		l.attribute(a)
	}
	return l.read
}

func (l *accounts) attribute(a *hcl.Attribute) {
	at := schema.Subject{Path: a.Name, Range: a.Expr.Range()}
	l.variables.inKeys = a.Name == "access_key" || a.Name == "secret_key"
	v, _ := l.evaluate(a.Expr, nil, at).UnmarkDeep()
	l.variables.inKeys = false
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
	account := &l.read
	switch a.Name {
	case "base_url":
		account.BaseURL, account.Range = strings.TrimSuffix(s, "/"), at.Range
		if why := schema.CheckURL(s, schema.ServiceBase); why != "" && s != Simulator {
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
