package reconcile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"livery/reconcile/state"
	"livery/schema"
	"livery/schema/wording"
)

// Action is what applying does to an address.
type Action string

const (
	Create  Action = "create"
	Update  Action = "update"
	Delete  Action = "delete" // a document goes back to the API's default look
	Forget  Action = "forget" // dropped from the state, nothing is sent
	NoOp    Action = "no-op"
	Record  Action = "record"  // only what the state remembers changes, nothing is sent
	Reapply Action = "reapply" // sent again although nothing differs from what was confirmed
)

// Reasons that a change was planned for, where the action alone does not tell.
const (
	ReasonInDoubt     = "answer_never_arrived"
	ReasonLockBroken  = "lock_was_broken" // in doubt too, whatever was confirmed: the run that had the lock may have sent something else
	ReasonRequested   = "requested"
	ReasonUndeclared  = "not_declared"
	ReasonRemoved     = "removed_block"
	ReasonDestroy     = "destroy"
	ReasonNotTargeted = "not_targeted"
	ReasonNotThen     = "not_at_that_serial" // of a rollback: it came later
	ReasonDoubtThen   = "in_doubt_at_that_serial"
)

// Change is what happens to one address. Its JSON is that of a saved plan.
type Change struct {
	schema.Address
	Action Action        `json:"action"`
	Reason string        `json:"reason,omitempty"`
	Fields []FieldChange `json:"fields,omitempty"` // in catalogue order
	// Before is what the service last confirmed, After what it will be told:
	// documents or session definitions, nil where there is none.
	Before    json.RawMessage `json:"before,omitempty"`
	After     json.RawMessage `json:"after,omitempty"`
	Unchanged map[string]int  `json:"unchanged,omitempty"`      // by page: declared fields that stay as they are
	Body      RequestBody     `json:"body,omitempty"`           // nil when nothing is sent
	Digest    string          `json:"request_sha256,omitempty"` // of Body: SHA-256 in hex
	Range     hcl.Range       `json:"range,omitzero"`           // the block that declares it, if any
	AppliedAt time.Time       `json:"applied_at,omitzero"`      // when the service last confirmed it
	Confirmed string          `json:"confirmed_by,omitempty"`   // the ID of the transaction in which it did
	// PreventDestroy is what the state will remember of it. Where that changes, it is
	// among the Fields too.
	PreventDestroy bool `json:"prevent_destroy,omitempty"`
}

// InDoubt reports whether it is sent because nobody knows which look is live.
func (c *Change) InDoubt() bool { return c.Reason == ReasonInDoubt || c.Reason == ReasonLockBroken }

// setBody makes a change one that sends something.
func (c *Change) setBody(body RequestBody) { c.Body, c.Digest = body, body.digest() }

// FieldChange is one value that differs. Before and After are JSON; null means
// the API's default.
type FieldChange struct {
	Path   string          `json:"path"`
	Kind   schema.Kind     `json:"kind,omitempty"`
	Before json.RawMessage `json:"before"`
	After  json.RawMessage `json:"after"`
	Range  hcl.Range       `json:"range,omitzero"`
	Origin *schema.Origin  `json:"origin,omitempty"` // nil when the value is a literal that stands at Range
}

// Base is the state that a plan was made from.
type Base struct {
	Lineage string `json:"lineage"`
	Serial  uint64 `json:"serial"`
}

// Plan is everything that applying will do. Its JSON is that of a saved plan.
type Plan struct {
	LiveryVersion string        `json:"livery_version"`
	Timestamp     time.Time     `json:"timestamp"`
	Stack         string        `json:"stack,omitempty"` // the way to its directory from the top of the repository; "" where that is not known, or for the top
	Base          Base          `json:"state"`
	Account       state.Account `json:"account"`
	Errored       bool          `json:"errored"`  // made from an invalid configuration; it can be shown and not applied
	Targeted      bool          `json:"targeted"` // something is left out: by -target, -exclude or a doubt of old
	Destroy       bool          `json:"destroy"`
	Rollback      uint64        `json:"rollback,omitempty"` // the serial that it goes back to; 0 for what is declared

	// Variables are the values it was made with, but for sensitive ones.
	Variables map[string]json.RawMessage `json:"variables,omitempty"`
	// Steady are the paths of variables and design tokens that are known not to have
	// changed, although values that come from them do.
	Steady  []string                   `json:"steady,omitempty"`
	Earlier map[string]json.RawMessage `json:"-"`       // the values of variables before, as far as they are known
	Changes []Change                   `json:"changes"` // every address, also those that stay, sorted
}

// Summary counts what a plan does.
type Summary struct {
	Add       int `json:"add"`
	Change    int `json:"change"`
	Destroy   int `json:"destroy"`
	Forget    int `json:"forget"`
	Record    int `json:"record,omitempty"`
	Unchanged int `json:"unchanged"`
}

// Summary counts the changes.
func (p *Plan) Summary() Summary {
	var s Summary
	for _, c := range p.Changes {
		s.count(c.Action)
	}
	return s
}

// Changes counts everything that does not stay.
func (s Summary) Changes() int { return s.Add + s.Change + s.Destroy + s.Forget + s.Record }

// Plus is what both come to.
func (s Summary) Plus(o Summary) Summary {
	return Summary{s.Add + o.Add, s.Change + o.Change, s.Destroy + o.Destroy, s.Forget + o.Forget, s.Record + o.Record, s.Unchanged + o.Unchanged}
}

func (s *Summary) count(a Action) {
	switch a {
	case Create:
		s.Add++
	case Update, Reapply:
		s.Change++
	case Delete:
		s.Destroy++
	case Forget:
		s.Forget++
	case Record:
		s.Record++
	case NoOp:
		s.Unchanged++
	}
}

// Empty reports whether applying would write nothing.
func (p *Plan) Empty() bool {
	return !slices.ContainsFunc(p.Changes, func(c Change) bool { return c.Action != NoOp })
}

// Shown is what is shown of the plan: what stays and what is sent are left out.
func (p *Plan) Shown() *Plan {
	less := *p
	less.Changes = slices.DeleteFunc(slices.Clone(p.Changes), func(c Change) bool { return c.Action == NoOp })
	for i := range less.Changes {
		c := &less.Changes[i]
		c.Before, c.After, c.Body = nil, nil, nil
	}
	less.Changes = slices.Clip(less.Changes)
	return &less
}

// Outline is what tells the plan from another: what is shown of it, but for the fields of
// what is sent, for which the digest of the request stands.
func (p *Plan) Outline() *Plan {
	less := p.Shown()
	for i := range less.Changes {
		if c := &less.Changes[i]; c.Digest != "" {
			c.Fields, c.Unchanged = nil, nil
		}
	}
	return less
}

// Does reports whether the plan does what another has the outline of. Where its values
// stand does not matter.
func (p *Plan) Does(outline *Plan) bool {
	value := func(a, b FieldChange) bool {
		return a.Path == b.Path && bytes.Equal(a.Before, b.Before) && bytes.Equal(a.After, b.After)
	}
	return p.Account == outline.Account && slices.EqualFunc(p.Outline().Changes, outline.Changes, func(a, b Change) bool {
		return a.Address == b.Address && a.Action == b.Action && a.Digest == b.Digest && a.PreventDestroy == b.PreventDestroy && slices.EqualFunc(a.Fields, b.Fields, value)
	})
}

// Applyable reports whether the plan can be applied and would do something.
func (p *Plan) Applyable() bool { return !p.Errored && !p.Empty() }

// Desired is what a stack declares.
type Desired struct {
	Documents []schema.Document
	Sessions  []schema.Session
	Removed   []schema.Address
}

// Options say how to plan.
type Options struct {
	Targets, Excludes, Replaces []schema.Address
	Reapply, Destroy            bool
	Rollback                    uint64           // the serial that the desired documents are of; 0 for declared ones
	Leave                       []schema.Address // stay as they are, whatever is desired
	Elsewhere                   bool             // an address that is not known is one of another stack
	Account                     state.Account
	Version                     string
	Stack                       string // the way to it from the top of its repository
	Now                         time.Time
}

// UnknownAddressError says that a flag names something that is neither declared
// nor in the state.
type UnknownAddressError struct {
	Address schema.Address
	Nearest string
	Known   []string // all that there are, sorted
}

// Error implements error.
func (e *UnknownAddressError) Error() string {
	return fmt.Sprintf("%s is neither declared nor in the state%s", e.Address, e.Instead())
}

// Instead is the end of a sentence that says what could be meant.
func (e *UnknownAddressError) Instead() string {
	const few = 5
	switch more := len(e.Known) - few; {
	case e.Nearest != "" || len(e.Known) == 0:
		return wording.OrMeant(e.Nearest)
	case more > 1:
		return fmt.Sprintf("; there are %s and %d more", strings.Join(e.Known[:few], ", "), more)
	default:
		return "; there is " + strings.Join(e.Known, ", ")
	}
}

// NewPlan compares what is desired with what was confirmed. It does not change
// either. The error is an *UnknownAddressError.
func NewPlan(desired Desired, applied *state.Snapshot, o Options) (*Plan, error) {
	p := &Plan{
		LiveryVersion: o.Version, Timestamp: o.Now, Stack: o.Stack, Destroy: o.Destroy, Rollback: o.Rollback, Account: o.Account,
		Base: Base{Lineage: applied.Lineage, Serial: applied.Serial},
	}
	pl := planner{desired: desired, applied: applied, options: o}
	for i := range desired.Documents {
		p.Changes = append(p.Changes, pl.planDocument(&desired.Documents[i]))
	}
	for _, s := range desired.Sessions {
		p.Changes = append(p.Changes, pl.planSession(s))
	}
	p.Changes = append(p.Changes, pl.planUndeclared()...)
	slices.SortFunc(p.Changes, func(a, b Change) int { return a.Address.Compare(b.Address) })
	if err := p.CheckAddresses(slices.Concat(o.Targets, o.Excludes, o.Replaces)...); err != nil && !o.Elsewhere {
		return nil, err
	}
	p.Targeted = pl.excludeChanges(p.Changes)
	p.Steady = p.steady(desired.Documents)
	return p, nil
}

type planner struct {
	desired Desired
	applied *state.Snapshot
	options Options
}

// planDocument plans a document that the stack declares.
func (pl planner) planDocument(d *schema.Document) Change {
	record := pl.applied.Locales[d.Locale]
	if pl.options.Destroy {
		if record == nil {
			return Change{Address: d.Locale.AddressOf(), Action: NoOp, Range: d.Range}
		}
		return pl.planReset(d.Locale, record, ReasonDestroy, d.Range)
	}
	c := Change{Address: d.Locale.AddressOf(), Range: d.Range}
	var before schema.Document
	if record != nil {
		c.AppliedAt, c.Confirmed, c.Before = record.AppliedAt, record.TransactionID, record.Encoded()
		before = *d // what is told to the service in the same bytes does not differ
		if c.After = c.Before; !record.Is(d) {
			if c.After = encodeJSON(d); !bytes.Equal(c.Before, c.After) {
				before = confirmed(record)
			}
		}
	}
	c.Fields, c.Unchanged = compareDocuments(before, *d)
	switch {
	case record == nil:
		c.Action, c.After = Create, encodeJSON(d)
	case record.InDoubt != nil && record.InFlightUntil.IsZero():
		c.Action, c.Reason = Reapply, ReasonInDoubt
	case record.InDoubt != nil:
		c.Action, c.Reason = Reapply, ReasonLockBroken
	case len(c.Fields) > 0:
		c.Action = Update
	case pl.options.Reapply || slices.Contains(pl.options.Replaces, c.Address):
		c.Action, c.Reason = Reapply, ReasonRequested
	default:
		c.Action, c.After = NoOp, c.Before // nothing differs
		pl.planGuard(&c, d.PreventDestroy)
		return c
	}
	c.setBody(d.Body(possibleDocuments(record)...))
	pl.planGuard(&c, d.PreventDestroy)
	return c
}

// confirmed is the document that the service confirmed last; one without a locale if
// there is none.
func confirmed(r *state.LocaleRecord) schema.Document {
	if d := r.Document(); d != nil {
		return *d
	}
	return schema.Document{}
}

// planGuard plans what the state will remember of prevent_destroy. A rollback goes back to
// what was sent, and leaves this as it is.
func (pl planner) planGuard(c *Change, declared schema.Value) {
	c.PreventDestroy = pl.applied.PreventsDestroy(c.Address)
	if pl.options.Rollback > 0 || declared.Flag() == c.PreventDestroy {
		return
	}
	c.PreventDestroy = declared.Flag()
	c.Fields = append(c.Fields, c.guardChange(declared))
	if c.Action == NoOp {
		c.Action = Record
	}
}

// planUndeclared plans what is in the state and not in the stack.
func (pl planner) planUndeclared() []Change {
	var list []Change
	reason := ReasonUndeclared
	switch {
	case pl.options.Destroy:
		reason = ReasonDestroy
	case pl.options.Rollback > 0:
		reason = ReasonNotThen
	}
	for loc, record := range pl.applied.Locales {
		if slices.ContainsFunc(pl.desired.Documents, func(d schema.Document) bool { return d.Locale == loc }) {
			continue
		}
		if slices.Contains(pl.desired.Removed, loc.AddressOf()) && !pl.options.Destroy {
			list = append(list, Change{Address: loc.AddressOf(), Action: Forget, Reason: ReasonRemoved, Before: record.Encoded(), AppliedAt: record.AppliedAt})
			continue
		}
		list = append(list, pl.planReset(loc, record, reason, hcl.Range{}))
	}
	for name, record := range pl.applied.Sessions {
		if slices.ContainsFunc(pl.desired.Sessions, func(s schema.Session) bool { return s.Name == name }) {
			continue
		}
		c := Change{Address: record.Definition.Address(), Action: Delete, Reason: reason, Before: encodeJSON(record.Definition), AppliedAt: record.RecordedAt}
		if slices.Contains(pl.desired.Removed, c.Address) && !pl.options.Destroy {
			c.Action, c.Reason = Forget, ReasonRemoved
		} else {
			c.Fields = compareSessions(record.Definition, schema.Session{})
		}
		list = append(list, c)
	}
	return list
}

// possibleDocuments lists what the service may hold of a document: what it confirmed, and
// what it may have taken without an answer.
func possibleDocuments(r *state.LocaleRecord) []schema.Document {
	var last []schema.Document
	if r == nil {
		return nil
	}
	if d := r.Document(); d != nil {
		last = append(last, *d)
	}
	var doubtful schema.Document
	if r.InDoubt != nil && doubtful.UnmarshalJSON(r.InDoubt) == nil {
		last = append(last, doubtful)
	}
	return last
}

// planReset plans to put a document back to the API's default look.
func (pl planner) planReset(loc schema.Locale, record *state.LocaleRecord, reason string, rng hcl.Range) Change {
	c := Change{Address: loc.AddressOf(), Action: Delete, Reason: reason, Before: record.Encoded(), AppliedAt: record.AppliedAt, Range: rng}
	after := schema.Document{Locale: loc}
	c.Fields, _ = compareDocuments(confirmed(record), after)
	c.setBody(after.Body(possibleDocuments(record)...))
	return c
}

func (pl planner) planSession(s schema.Session) Change {
	c := Change{Address: s.Address(), Range: s.Range}
	record := pl.applied.Sessions[s.Name]
	var before schema.Session
	if record != nil {
		before = record.Definition
		c.Before, c.AppliedAt = encodeJSON(before), record.RecordedAt
	}
	switch {
	case pl.options.Destroy && record == nil:
		c.Action = NoOp
		return c
	case pl.options.Destroy:
		c.Action, c.Reason = Delete, ReasonDestroy
		c.Fields = compareSessions(before, schema.Session{})
		return c
	}
	c.After, c.Fields = encodeJSON(s), compareSessions(before, s)
	switch {
	case record == nil:
		c.Action = Create
	case len(c.Fields) > 0:
		c.Action = Update
	case pl.options.Reapply || slices.Contains(pl.options.Replaces, c.Address):
		c.Action, c.Reason = Reapply, ReasonRequested
	default:
		c.Action = NoOp
	}
	pl.planGuard(&c, s.PreventDestroy)
	return c
}

func encodeJSON(v json.Marshaler) json.RawMessage {
	raw, err := v.MarshalJSON()
	if err != nil {
		panic(fmt.Sprintf("reconcile: %v", err)) // documents and definitions always encode
	}
	return raw
}

// CheckAddresses refuses addresses that a plan does not have. The error is an
// *UnknownAddressError.
func (p *Plan) CheckAddresses(addresses ...schema.Address) error {
	for _, a := range addresses {
		if slices.ContainsFunc(p.Changes, func(c Change) bool { return c.Address == a }) {
			continue
		}
		names := make([]string, len(p.Changes))
		for i, c := range p.Changes {
			names[i] = c.Address.String()
		}
		return &UnknownAddressError{Address: a, Nearest: wording.Nearest(a.String(), names), Known: names}
	}
	return nil
}

// excludeChanges turns the changes that are to be left alone into no-ops.
func (pl planner) excludeChanges(changes []Change) bool {
	left := len(pl.options.Targets) > 0 || len(pl.options.Excludes) > 0
	for i := range changes {
		c := &changes[i]
		reason := ""
		switch {
		case c.Action == NoOp:
		case slices.Contains(pl.options.Leave, c.Address):
			reason, left = ReasonDoubtThen, true
		case len(pl.options.Targets) > 0 && !slices.Contains(pl.options.Targets, c.Address), slices.Contains(pl.options.Excludes, c.Address):
			reason = ReasonNotTargeted
		}
		if reason != "" {
			*c = Change{Address: c.Address, Action: NoOp, Reason: reason, Before: c.Before, After: c.Before, Range: c.Range, AppliedAt: c.AppliedAt}
		}
	}
	return left
}
