package reconcile

import (
	"maps"
	"slices"
	"strings"
	"time"

	"livery/reconcile/state"
	"livery/schema"
)

// Side is one of two stacks that are compared.
type Side struct {
	Desired
	Open   []schema.OpenBlock // what else it declares, nobody knows what
	Broken bool               // a file could not be understood: what is missing may stand in it
	// Unknown says that a block has no meaning: a document or session that is missing may be that.
	Unknown bool
}

// Comparison is what differs between two stacks, whatever was applied.
type Comparison struct {
	Plan          *Plan // from the one to the other, which nobody carries out
	NotComparable []NotComparable
}

// NotComparable is what was not compared.
type NotComparable struct {
	Address       schema.Address // without a name if that is not known
	Path          string         // "" for all of it
	Reason        string
	Before, After string // the expressions, as they are written; "" where the value is known
}

// Different reports whether anything differs, or may.
func (c *Comparison) Different() bool { return !c.Plan.Empty() || len(c.NotComparable) > 0 }

// Compare compares what two stacks declare. What is not known on both sides, but said in
// the same way, is the same.
func Compare(base, head Side, o Options) (*Comparison, error) {
	c := new(comparer)
	base.Documents, head.Documents = c.documents(base, head)
	base.Sessions, head.Sessions = c.sessions(base, head)
	from := &state.Snapshot{Locales: make(map[schema.Locale]*state.LocaleRecord), Sessions: make(map[string]*state.SessionRecord)}
	for _, d := range base.Documents {
		from.Locales[d.Locale] = state.Confirmed(&d, time.Time{}, "")
	}
	for _, s := range base.Sessions {
		from.Sessions[s.Name] = &state.SessionRecord{Definition: s}
	}
	plan, err := NewPlan(head.Desired, from, o)
	if err != nil {
		return nil, err
	}
	for i := range plan.Changes {
		c := &plan.Changes[i]
		c.Body, c.Digest = nil, "" // nothing is sent
		if c.Action == Record {    // nor recorded
			c.Action, c.Reason, c.Fields = NoOp, "", nil
		}
	}
	return &Comparison{Plan: plan, NotComparable: c.notes}, nil
}

// comparer takes out what cannot be compared.
type comparer struct{ notes []NotComparable }

const brokenBase = "a file of the base could not be understood"

func (c *comparer) note(n NotComparable) {
	if !slices.Contains(c.notes, n) {
		c.notes = append(c.notes, n)
	}
}

// undecided notes a value that is not known on one side at least, unless both say the same.
func (c *comparer) undecided(address schema.Address, before, after *schema.Undecided) {
	if before != nil && after != nil && before.Digest == after.Digest && before.Digest != "" {
		return
	}
	n := NotComparable{Address: address}
	if before != nil {
		n.Before, n.Path, n.Reason = before.Expression, before.Path, reasonOf(before)
	}
	if after != nil {
		n.After, n.Path, n.Reason = after.Expression, after.Path, reasonOf(after)
	}
	c.note(n)
}

// reasonOf says why a value is not known.
func reasonOf(u *schema.Undecided) string {
	switch names := u.Variables; len(names) {
	case 0:
		return "it could not be evaluated"
	case 1:
		return "var." + names[0] + " has no value"
	default:
		return "var." + strings.Join(names, ", var.") + " have no value"
	}
}

// openOnly gives the open blocks of a kind that one side alone has, and notes them.
func (c *comparer) open(kind schema.AddressKind, base, head Side) (inBase, inHead []schema.OpenBlock) {
	only := func(one, other []schema.OpenBlock) []schema.OpenBlock {
		var list []schema.OpenBlock
		for _, b := range one {
			same := func(o schema.OpenBlock) bool {
				return o.Address == b.Address && o.Digest == b.Digest && o.Digest != ""
			}
			if b.Address.Kind == kind && !slices.ContainsFunc(other, same) {
				list = append(list, b)
			}
		}
		return list
	}
	inBase, inHead = only(base.Open, head.Open), only(head.Open, base.Open)
	for _, b := range inBase {
		c.undecided(b.Address, &b.Undecided, nil)
	}
	for _, b := range inHead {
		c.undecided(b.Address, nil, &b.Undecided)
	}
	return inBase, inHead
}

// documents gives the documents of both sides without what cannot be compared.
func (c *comparer) documents(base, head Side) (before, after []schema.Document) {
	openBase, openHead := c.open(schema.LocaleAddress, base, head)
	declared := make(map[schema.Locale]schema.Document, len(base.Documents))
	for _, d := range base.Documents {
		declared[d.Locale] = d
	}
	for _, d := range head.Documents {
		was, ok := declared[d.Locale]
		delete(declared, d.Locale)
		switch {
		case ok:
			c.align(&was, &d, base.Broken)
			before = append(before, was)
		case base.Broken || base.Unknown:
			c.note(NotComparable{Address: d.Locale.AddressOf(), Reason: brokenBase})
			continue
		case len(openBase) > 0:
			c.note(NotComparable{Address: d.Locale.AddressOf(), Reason: "which documents the base declares is not known"})
			continue
		default:
			c.align(nil, &d, false)
		}
		after = append(after, d)
	}
	for _, locale := range slices.Sorted(maps.Keys(declared)) { // of the base alone
		if len(openHead) > 0 {
			c.note(NotComparable{Address: locale.AddressOf(), Reason: "which documents are declared now is not known"})
			continue
		}
		before = append(before, declared[locale])
	}
	return before, after
}

// align makes two documents say the same, which is nothing, wherever one of them is not
// known. There may be no first one.
func (c *comparer) align(before, after *schema.Document, broken bool) {
	if before == nil {
		before = new(schema.Document)
	}
	was, will := before.Undecided(), after.Undecided()
	if !broken && len(was) == 0 && len(will) == 0 {
		return
	}
	looks := []*schema.Look{&before.Look, &after.Look}
	for _, look := range looks { // of their own, which may be changed
		var copied schema.Look
		copied.Overlay(*look)
		*look = copied
	}
	address := after.Locale.AddressOf()
	open := func(path string) bool {
		b, inBase := was[path]
		h, inHead := will[path]
		if inBase || inHead {
			c.undecided(address, pointer(b, inBase), pointer(h, inHead))
		}
		return inBase || inHead
	}
	for _, f := range schema.Fields() {
		lost := broken && !before.At(f).Declared() && after.At(f).Declared()
		if lost {
			c.note(NotComparable{Address: address, Reason: brokenBase})
		}
		if open(f.Path()) || lost {
			before.Set(f, schema.Value{})
			after.Set(f, schema.Value{})
		}
	}
	for _, path := range slices.Sorted(maps.Keys(was)) {
		if path != "extra" && schema.FieldByPath(path) == nil { // what it sets is not known either
			open(path)
		}
	}
	if open("extra") {
		withoutExtra(looks)
	}
}

// withoutExtra takes out of looks what the catalogue does not know.
func withoutExtra(looks []*schema.Look) {
	for _, look := range looks {
		for _, k := range look.ExtraKeys() {
			look.SetExtra(k, schema.Extra{})
		}
	}
}

func pointer(u schema.Undecided, ok bool) *schema.Undecided {
	if !ok {
		return nil
	}
	return &u
}

// sessions gives the sessions of both sides without what cannot be compared.
func (c *comparer) sessions(base, head Side) (before, after []schema.Session) {
	openBase, openHead := c.open(schema.SessionAddress, base, head)
	isOpen := func(name string) bool {
		named := func(b schema.OpenBlock) bool { return b.Address.Name == name }
		return slices.ContainsFunc(openBase, named) || slices.ContainsFunc(openHead, named)
	}
	for _, s := range head.Sessions {
		i := slices.IndexFunc(base.Sessions, func(b schema.Session) bool { return b.Name == s.Name })
		switch {
		case isOpen(s.Name):
			continue
		case i >= 0:
			was := base.Sessions[i]
			c.alignSessions(&was, &s)
			before = append(before, was)
		case base.Broken || base.Unknown:
			c.note(NotComparable{Address: s.Address(), Reason: brokenBase})
			continue
		default:
			c.alignSessions(&schema.Session{}, &s)
		}
		after = append(after, s)
	}
	for _, s := range base.Sessions {
		declared := slices.ContainsFunc(head.Sessions, func(h schema.Session) bool { return h.Name == s.Name })
		if !declared && !isOpen(s.Name) {
			before = append(before, s)
		}
	}
	return before, after
}

// alignSessions is align for sessions.
func (c *comparer) alignSessions(before, after *schema.Session) {
	find := func(list []schema.Undecided, path string) *schema.Undecided {
		if i := slices.IndexFunc(list, func(u schema.Undecided) bool { return u.Path == path }); i >= 0 {
			return &list[i]
		}
		return nil
	}
	for _, u := range slices.Concat(before.Undecided, after.Undecided) {
		c.undecided(after.Address(), find(before.Undecided, u.Path), find(after.Undecided, u.Path))
		*before, *after = without(*before, u.Path), without(*after, u.Path)
	}
}

// without is a session without the value of an attribute, by its path in a plan.
func without(s schema.Session, path string) schema.Session {
	name, locale := path, schema.Locale("")
	if i := strings.LastIndexByte(path, '.'); i >= 0 { // of the part that a locale does differently
		locale, name = schema.Locale(strings.TrimPrefix(path[:i], "locale.")), path[i+1:]
	}
	number := schema.AttributeNumber(name)
	if locale == "" {
		s.Defaults = slices.Clone(s.Defaults)
		s.Defaults.Set(number, schema.Value{})
		return s
	}
	s.Overrides = maps.Clone(s.Overrides)
	if own, ok := s.Overrides[locale]; ok {
		own = slices.Clone(own)
		own.Set(number, schema.Value{})
		s.Overrides[locale] = own
	}
	return s
}
