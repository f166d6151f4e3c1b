package stack

import (
	"bytes"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/config"
	"livery/schema/function"
	"livery/schema/origin"
	"livery/schema/syntax"
	"livery/schema/tokens"
)

// memory is what an evaluation leaves to the next one: the documents, and all that they
// were made from. What is not known for certain to be as it was is evaluated again.
type memory struct {
	names     resolved
	ground    ground
	files     *syntax.Files
	documents map[documentKey]*remembered
	tokens    []tokens.Source
	cost      function.Cost // at most what evaluating all of it would have cost
}

// documentKey tells the documents of a stack apart. The block of an unchanged file is
// the same one again.
type documentKey struct {
	block  *config.Block
	locale schema.Locale
	each   string // the key of the element of for_each
}

func elementKey(vars map[string]cty.Value) string {
	if each, ok := vars["each"]; ok && each.IsKnown() {
		key, _ := origin.KeyOf(each.GetAttr("key"))
		return key
	}
	return ""
}

// ground is what locals, themes and documents may depend on besides their expressions.
type ground struct {
	module    *config.Module
	dir       string
	need      Need
	mayAsk    bool                // somebody can be asked for the value of a variable
	variables map[string]variable // before the first of them
	secrets   []string            // that no document may hold
	trail     trail               // of what was evaluated before them
}

// resolved are the locals and themes, and what they were made on.
type resolved struct {
	ground   ground
	locals   map[string]cty.Value
	themes   map[string]theme
	circular map[string]bool
	faults   hcl.Diagnostics // found on the way
	trail    trail
}

// remembered is a document, and what was looked at for it.
type remembered struct {
	document schema.Document
	faults   hcl.Diagnostics // found on the way
	trail    trail
	forEach  trail // of the argument that gives the elements; origins lead into it
	literals map[*config.Attribute]literal
}

// literals are the fields of a document whose values are written out, and without a fault:
// whatever else changes, these do not.
type literals struct {
	last map[*config.Attribute]literal // of the same block; it must not be changed
	now  map[*config.Attribute]literal // others; nil where none are to be noted
}

// literal is what an attribute declares.
type literal struct {
	field *schema.Field
	value schema.Value
}

// note keeps what an attribute declares for the next time.
func (l literals) note(a *config.Attribute, f *schema.Field, v schema.Value) {
	if l.now != nil {
		l.now[a] = literal{f, v}
	}
}

// all are those of the last time and now.
func (l literals) all() map[*config.Attribute]literal {
	if len(l.now) == 0 {
		return l.last
	}
	maps.Copy(l.now, l.last)
	return l.now
}

// literalsOf are those that are known of a document. In the first evaluation of all, which
// mostly is the only one, none are noted.
func (m *memory) literalsOf(key documentKey, secrets []string) literals {
	if m == nil {
		return literals{}
	}
	known := literals{now: make(map[*config.Attribute]literal)}
	if r := m.documents[key]; r != nil && slices.Equal(m.ground.secrets, secrets) {
		known.last = r.literals
	}
	return known
}

// trail is what is looked at while something is evaluated.
type trail struct {
	files     map[string]string // that were read, as paths in the file system, and which file asked
	json      map[string]bool   // those of them that origins lead into, by the names that expressions use
	variables map[string]bool   // that were used
	vague     bool              // something else was looked at: whether a file is there, what a directory holds
}

func newTrail() trail {
	return trail{files: make(map[string]string), json: make(map[string]bool), variables: make(map[string]bool)}
}

// leadInto notes a file that origins lead into, by the name that expressions use.
func (t *trail) leadInto(files *syntax.Files, name string, parsed bool) {
	if !t.json[name] {
		t.json[name] = true
		_, _ = files.Read(name) // whoever asks depends on it
	}
	t.vague = t.vague || !parsed
}

// join adds what was looked at for something else.
func (t *trail) join(o trail) {
	maps.Copy(t.files, o.files)
	maps.Copy(t.json, o.json)
	maps.Copy(t.variables, o.variables)
	t.vague = t.vague || o.vague
}

func (t *trail) see(p, askedBy string, read bool) {
	if _, known := t.files[p]; read && !known {
		t.files[p] = askedBy
	} else if !read {
		t.vague = true
	}
}

// follow gives what some work looks at.
func (s *scope) follow(work func()) trail {
	*s.trail = newTrail()
	work()
	t := *s.trail
	*s.trail = newTrail()
	return t
}

// groundOf is what is evaluated from now on depends on.
func groundOf(s *scope, in Inputs, before trail) ground {
	now := ground{
		module: s.module, dir: in.Dir, need: in.Need, mayAsk: in.Ask != nil, secrets: s.secrets, trail: before,
		variables: make(map[string]variable, len(s.variables.byName)),
	}
	for name, v := range s.variables.byName {
		now.variables[name] = *v
	}
	return now
}

// rememberNames gives the locals and themes of the last evaluation, if nothing has changed
// that they depend on, or else evaluates them.
func rememberNames(s *scope, last *memory, in Inputs, evaluate func()) {
	before, now := *s.trail, resolved{}
	ground := groundOf(s, in, trail{})
	if last != nil && last.names.ground.same(ground) && s.unchanged(last, last.names.trail) {
		s.recalled, now = true, last.names
		maps.Copy(s.locals, now.locals)
		maps.Copy(s.circular, now.circular)
		for name, t := range now.themes {
			s.themes[name] = &t
		}
		s.repeat(now.trail, now.faults)
	} else {
		kept, found := config.Faults{}, len(s.Diagnostics)
		now.trail = s.follow(evaluate)
		kept.ReportCopies(s.Diagnostics[found:])
		now.faults, now.locals, now.circular, now.themes = kept.Diagnostics, s.locals, s.circular, make(map[string]theme, len(s.themes))
		for name, t := range s.themes {
			now.themes[name] = *t
		}
	}
	now.ground = ground
	s.memory = &memory{names: now}
	*s.trail = before
	s.trail.join(now.trail)
}

// recall compares the ground that documents are evaluated on with that of the last
// evaluation. On another one nothing of that is used.
func (s *scope) recall(last *memory, in Inputs, before trail) {
	now := groundOf(s, in, before)
	s.memory = &memory{names: s.memory.names, ground: now, files: s.files, documents: make(map[documentKey]*remembered, len(s.module.Locales))}
	if s.before = last; last != nil && last.ground.same(now) && s.unchanged(last, last.ground.trail) {
		s.last = last
	}
}

func (g ground) same(now ground) bool {
	return g.module.Broken == now.module.Broken && maps.Equal(g.module.Variables, now.module.Variables) &&
		maps.Equal(g.module.Locals, now.module.Locals) && maps.Equal(g.module.Themes, now.module.Themes) &&
		g.dir == now.dir && g.need == now.need && g.mayAsk == now.mayAsk && slices.Equal(g.secrets, now.secrets) &&
		maps.EqualFunc(g.variables, now.variables, g.sameVariable)
}

// sameVariable compares the values and where they come from, which origins tell.
func (g ground) sameVariable(a, b variable) bool {
	if a.value == cty.NilVal || b.value == cty.NilVal {
		return a.value == b.value && !g.mayAsk // the first document that uses it would ask
	}
	return a.value.RawEquals(b.value) && a.Variable == b.Variable && a.setting == b.setting &&
		a.sensitive == b.sensitive && a.key == b.key && a.refused == b.refused
}

// unchanged reports whether everything on a trail is as it was.
func (s *scope) unchanged(last *memory, t trail) bool {
	for p := range t.files {
		before, beforeErr := last.files.Peek(p)
		now, err := s.files.Peek(p)
		if beforeErr != nil || err != nil || !bytes.Equal(before, now) {
			return false
		}
	}
	return !t.vague
}

// remembered gives the document of the last evaluation, if nothing has changed that it
// depends on, or else a new one.
func (s *scope) remembered(key documentKey, forEach trail, evaluate func() schema.Document) schema.Document {
	if s.last != nil {
		if r := s.last.documents[key]; r != nil && s.unchanged(s.last, r.forEach) && s.unchanged(s.last, r.trail) {
			s.repeat(r.trail, r.faults)
			s.memory.documents[key] = r
			return r.document
		}
	}
	r, kept, before := &remembered{forEach: forEach}, config.Faults{}, len(s.Diagnostics)
	s.literals = s.before.literalsOf(key, s.secrets)
	r.trail = s.follow(func() { r.document = evaluate() })
	r.literals, s.literals = s.literals.all(), literals{}
	kept.ReportCopies(s.Diagnostics[before:])
	r.faults = kept.Diagnostics
	s.memory.documents[key] = r
	return r.document
}

// repeat does what an evaluation does besides giving a document.
func (s *scope) repeat(t trail, faults hcl.Diagnostics) {
	for p, askedBy := range t.files {
		s.files.Depend(p, askedBy)
	}
	for name := range t.json {
		s.json.Show(name)
	}
	for name := range t.variables {
		s.variables.use(name)
	}
	s.ReportCopies(faults)
}
