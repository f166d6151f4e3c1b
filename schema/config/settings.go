package config

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/go-version"
	"github.com/hashicorp/hcl/v2"

	"livery/schema"
	"livery/schema/rule"
	"livery/schema/wording"
)

// Settings is what a livery block says.
type Settings struct {
	Backend         Backend
	Levels          map[rule.ID]rule.Level
	Options         map[rule.ID]map[string]RuleOption
	RulesAt         map[rule.ID]hcl.Range // the blocks that set rules
	Texts           Texts
	Ignores         []*Ignore // of its lint block
	Baseline        string    // of its lint block: a file, relative to the stack; "" for none
	RequiredVersion string
	versions        version.Constraints // RequiredVersion, parsed
	versionAt       hcl.Range
}

// LevelsWith are the levels that lint blocks set, but that no rule that is wanted is off.
func (s Settings) LevelsWith(wanted []rule.ID) map[rule.ID]rule.Level {
	all := maps.Clone(s.Levels)
	for _, id := range wanted {
		row, known := rule.ByID(id)
		if known && row.In(s.Levels) == rule.Off {
			if all == nil {
				all = make(map[rule.ID]rule.Level)
			}
			all[id] = row.Awake()
		}
	}
	return all
}

// Texts is what a texts block says of the languages of a stack.
type Texts struct {
	Range    hcl.Range     // the zero Range if there is no block
	Source   schema.Locale // the language that the others are translated from; "" if the block does not say
	SourceAt hcl.Range
	Notes    string // a file of notes for translators, relative to the stack; "" for none
	NotesAt  hcl.Range
	Lock     string // the file that says from which words each text was translated; "" for DefaultLock
	LockAt   hcl.Range
	Keep     []string // names that no translation changes
}

// textsFields are the attributes of a texts block.
var textsFields = []string{"source", "notes", "lock", "keep"}

// DefaultLock is the lock of a stack that names none.
const DefaultLock = "livery.texts.lock"

// RuleOption is what a lint block says of a rule's option: a value of the type that the
// option has in Go.
type RuleOption struct {
	Value any
	Range hcl.Range
}

// settingsReader reads a livery block.
type settingsReader struct {
	*Faults
	read Settings
}

// settings reads the livery block.
func (f *Faults) settings(b *Block) *Settings {
	l := &settingsReader{Faults: f}
	for _, a := range b.Attributes {
		switch a.Name {
		case "required_version":
			l.requiredVersion(a)
		case "include": // read before anything else
		default:
			l.UnknownField(a, "The livery block", schema.Subject{}, []string{"required_version", "include"}, blockNames(settingsBlocks))
		}
	}
	for _, block := range b.Blocks {
		before := len(l.Diagnostics)
		switch {
		case block.Type == "backend" && l.Labelled(block):
			l.backend(block)
		case block.Type == "lint" && l.Labelled(block):
			l.lint(block)
		case block.Type == "texts" && l.Labelled(block):
			l.texts(block)
		case !slices.Contains(blockNames(settingsBlocks), block.Type):
			l.UnknownBlock(block, "in the livery block", schema.Subject{}, blockNames(settingsBlocks), nil)
		}
		if block.Type != "lint" && block.Type != "texts" && len(l.Diagnostics) > before {
			l.read.Backend.Unclear = true // a misspelt block may have been meant as one
		}
	}
	return &l.read
}

func (l *settingsReader) requiredVersion(a *Attribute) {
	text, ok := l.constantString(a)
	if !ok {
		return
	}
	constraints, err := version.NewConstraint(text)
	if err != nil {
		l.Report(schema.Diagnose(rule.VersionNeeded, schema.Subject{Range: a.Expr.Range()}, "Not a version constraint",
			fmt.Sprintf("%q is not a version constraint such as \">= 0.1.0\" or \"~> 1.2\".", text)))
		return
	}
	l.read.RequiredVersion, l.read.versions, l.read.versionAt = text, constraints, a.Expr.Range()
}

// CheckVersion judges the version of livery that is running. A build without a
// version fits everything.
func (s *Settings) CheckVersion(f *Faults, text string) {
	if s.RequiredVersion == "" {
		return // reading a version costs more than all else that a small stack asks for
	}
	running, err := version.NewVersion(text)
	if err != nil || s.versions.Check(running.Core()) {
		return
	}
	f.Report(schema.Diagnose(rule.VersionNeeded, schema.Subject{Range: s.versionAt}, "Unsupported livery version",
		fmt.Sprintf("This stack needs livery %s; this is livery %s. Use a version that fits, or change required_version.", s.RequiredVersion, text)))
}

// texts reads which language the others are translated from.
func (l *settingsReader) texts(b *Block) {
	if first := l.read.Texts.Range; first.Filename != "" {
		l.Duplicate(b.DefRange, first, "A stack has at most one texts block.")
		return
	}
	l.read.Texts.Range = b.DefRange
	for _, block := range b.Blocks {
		l.UnknownBlock(block, "in a texts block", schema.Subject{}, nil, textsFields)
	}
	for _, a := range b.Attributes {
		switch a.Name {
		case "source":
			l.textsSource(a)
		case "notes":
			l.read.Texts.Notes, l.read.Texts.NotesAt = l.fileName(a), a.Expr.Range()
		case "lock":
			l.read.Texts.Lock, l.read.Texts.LockAt = l.fileName(a), a.Expr.Range()
		case "keep":
			if v, ok := l.Constant(a); ok {
				words, fault := parseWords(a.Name, v, schema.Subject{Range: a.Expr.Range()}, elementRange(a.Expr))
				if l.read.Texts.Keep = words; fault != nil {
					l.Report(fault)
				}
			}
		default:
			l.UnknownField(a, "A texts block", schema.Subject{}, textsFields, nil)
		}
	}
}

func (l *settingsReader) textsSource(a *Attribute) {
	name, ok := l.constantString(a)
	if !ok {
		return
	}
	locale, fault := schema.JudgeLocale(name, schema.Subject{Range: a.Expr.Range()})
	if fault != nil {
		l.Report(fault)
		return
	}
	l.read.Texts.Source, l.read.Texts.SourceAt = locale, a.Expr.Range()
}

// elementRange tells where an element of a list stands; the whole list where that is
// not written as one.
func elementRange(expr hcl.Expression) func(i int) hcl.Range {
	list, _ := hcl.ExprList(expr)
	return func(i int) hcl.Range {
		if i < len(list) {
			return list[i].Range()
		}
		return expr.Range()
	}
}

// lint reads what weight each rule has.
func (l *settingsReader) lint(b *Block) {
	declared := make(map[string]hcl.Range)
	for _, a := range b.Attributes {
		if a.Name == "baseline" {
			l.read.Baseline = l.fileName(a)
			continue
		}
		l.UnknownField(a, "A lint block", schema.Subject{}, []string{"baseline"}, blockNames(lintBlocks))
	}
	for _, block := range b.Blocks {
		switch {
		case block.Type != "rule" && block.Type != "ignore":
			l.UnknownBlock(block, "in a lint block", schema.Subject{}, blockNames(lintBlocks), nil)
			continue
		case !l.Labelled(block):
			continue
		case block.Type == "ignore":
			l.ignore(block)
			continue
		}
		if first, ok := declared[block.Labels[0]]; ok {
			l.Duplicate(block.DefRange, first, fmt.Sprintf("The rule %q is set twice.", block.Labels[0]))
			continue
		}
		declared[block.Labels[0]] = block.DefRange
		l.rule(block)
	}
}

// fileName is a file relative to the stack; "" where the attribute names none.
func (l *settingsReader) fileName(a *Attribute) string {
	name, ok := l.constantString(a)
	if ok && (name == "" || path.IsAbs(name) || strings.Contains(name, `\`)) {
		l.Report(schema.Diagnose(rule.Unreadable, schema.Subject{Range: a.Expr.Range()}, "Not a usable file",
			a.Name+" names a file relative to the stack, with forward slashes."))
		return ""
	}
	return name
}

func (l *settingsReader) rule(b *Block) {
	id := rule.ID(b.Labels[0])
	row, known := rule.ByID(id)
	if !known {
		var names []string
		for _, r := range rule.All() {
			names = append(names, string(r.ID))
		}
		l.Report(schema.Diagnose(rule.Reference, schema.Subject{Range: b.LabelRanges[0]}, "Unknown rule",
			fmt.Sprintf("There is no rule %q.", id)+wording.DidYouMean(string(id), names)))
		return
	}
	if l.read.RulesAt == nil {
		l.read.RulesAt = make(map[rule.ID]hcl.Range)
	}
	l.read.RulesAt[id] = b.DefRange
	names := []string{"level"}
	for _, o := range row.Options {
		names = append(names, o.Name)
	}
	for _, block := range b.Blocks {
		l.UnknownBlock(block, "in a rule", schema.Subject{}, nil, names)
	}
	for _, a := range b.Attributes {
		option, known := row.Option(a.Name)
		switch {
		case a.Name == "level":
			l.ruleLevel(row, a)
		case known:
			l.ruleOption(id, option, a)
		default:
			l.UnknownField(a, "The rule "+string(id), schema.Subject{}, names, nil)
		}
	}
}

func (l *settingsReader) ruleOption(id rule.ID, option rule.Option, a *Attribute) {
	v, ok := l.Constant(a)
	if !ok {
		return
	}
	read, fault := parseOption(option, v, schema.Subject{Range: a.Expr.Range()}, elementRange(a.Expr))
	if fault != nil {
		l.Report(fault)
		return
	}
	if l.read.Options == nil {
		l.read.Options = make(map[rule.ID]map[string]RuleOption)
	}
	if l.read.Options[id] == nil {
		l.read.Options[id] = make(map[string]RuleOption)
	}
	l.read.Options[id][option.Name] = RuleOption{read, a.Expr.Range()}
}

func (l *settingsReader) ruleLevel(row rule.Rule, a *Attribute) {
	text, ok := l.constantString(a)
	if !ok {
		return
	}
	level := rule.Level(text)
	at := schema.Subject{Range: a.Expr.Range()}
	switch {
	case !slices.Contains(rule.Levels(), level):
		l.Report(schema.Diagnose(rule.Enum, at, "Not a valid word", "level is one of \"off\", \"notice\", \"warning\" and \"error\"."))
	case row.Fixed && level != rule.Error:
		l.Report(schema.Diagnose(rule.Enum, at, "Rule cannot be lowered",
			fmt.Sprintf("%s cannot be lowered: %s.", row.ID, row.WhyFixed())))
	default:
		if l.read.Levels == nil {
			l.read.Levels = make(map[rule.ID]rule.Level)
		}
		l.read.Levels[row.ID] = level
	}
}
