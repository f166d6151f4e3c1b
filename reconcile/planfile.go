package reconcile

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/hcl/v2"

	"livery/reconcile/state"
	"livery/schema"
)

// planFormat is the version of the saved form.
const planFormat = 1

// Errors of DecodePlan, to be told apart with errors.Is.
var (
	ErrNotPlan     = errors.New("this is not a plan that livery saved")
	ErrPlanDamaged = errors.New("the plan is damaged")
	ErrPlanNewer   = errors.New("the plan was saved by a newer version of livery")
)

type planJSON struct {
	Plan          int                        `json:"livery_plan"`
	LiveryVersion string                     `json:"livery_version"`
	Timestamp     time.Time                  `json:"timestamp"`
	Base          Base                       `json:"state"`
	Account       state.Account              `json:"account"`
	Errored       bool                       `json:"errored"`
	Targeted      bool                       `json:"targeted"`
	Destroy       bool                       `json:"destroy"`
	Rollback      uint64                     `json:"rollback,omitempty"`
	Variables     map[string]json.RawMessage `json:"variables,omitempty"`
	Changes       []changeJSON               `json:"changes"`
}

type changeJSON struct {
	Kind      schema.AddressKind `json:"kind"`
	Name      string             `json:"name"`
	Action    Action             `json:"action"`
	Reason    string             `json:"reason,omitempty"`
	Fields    []fieldJSON        `json:"fields,omitempty"`
	Before    json.RawMessage    `json:"before,omitempty"`
	After     json.RawMessage    `json:"after,omitempty"`
	Unchanged map[string]int     `json:"unchanged,omitempty"`
	Body      string             `json:"body,omitempty"`
	SHA256    string             `json:"request_sha256,omitempty"`
	Range     *hcl.Range         `json:"range,omitempty"`
	AppliedAt time.Time          `json:"applied_at,omitzero"`
}

type fieldJSON struct {
	Path   string          `json:"path"`
	Kind   schema.Kind     `json:"kind,omitempty"`
	Before json.RawMessage `json:"before"`
	After  json.RawMessage `json:"after"`
	Range  *hcl.Range      `json:"range,omitempty"`
	Origin *schema.Origin  `json:"origin,omitempty"`
}

// Digest is the SHA-256 of a request body in hex; "" when nothing is sent.
func (c *Change) Digest() string {
	if c.Body == nil {
		return ""
	}
	sum := sha256.Sum256(c.Body)
	return hex.EncodeToString(sum[:])
}

// Encode is the saved form of the plan.
func (p *Plan) Encode() []byte {
	saved := planJSON{
		Plan: planFormat, LiveryVersion: p.LiveryVersion, Timestamp: p.Timestamp, Base: p.Base, Account: p.Account,
		Errored: p.Errored, Targeted: p.Targeted, Destroy: p.Destroy, Rollback: p.Rollback, Variables: p.Variables,
	}
	for i := range p.Changes {
		c := &p.Changes[i]
		entry := changeJSON{
			Kind: c.Address.Kind, Name: c.Address.Name, Action: c.Action, Reason: c.Reason, Before: c.Before, After: c.After,
			Unchanged: c.Unchanged, Body: string(c.Body), SHA256: c.Digest(), Range: place(c.Range), AppliedAt: c.AppliedAt,
		}
		for _, f := range c.Fields {
			entry.Fields = append(entry.Fields, fieldJSON{f.Path, f.Kind, f.Before, f.After, place(f.Range), f.Origin})
		}
		saved.Changes = append(saved.Changes, entry)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(saved); err != nil {
		panic(fmt.Sprintf("reconcile: %v", err)) // every part was JSON before
	}
	return seal(b.Bytes())
}

// seal ends a saved plan with the digest of everything before it: what a
// reviewer was shown is then as safe from a slip of the hand as what is sent.
func seal(plan []byte) []byte {
	open := bytes.TrimSuffix(bytes.TrimSpace(plan), []byte("}"))
	return append(open, fmt.Sprintf("%s%x\"}\n", sealName, sha256.Sum256(open))...)
}

const sealName = `,"plan_sha256":"`

// sealed reports whether a plan is as it was when it was saved.
func sealed(data []byte) bool {
	data = bytes.TrimSpace(data)
	end := len(data) - len(sealName) - 2*sha256.Size - len(`"}`)
	return end > 0 && bytes.Equal(seal(append(bytes.Clone(data[:end]), '}')), append(bytes.Clone(data), '\n'))
}

func place(r hcl.Range) *hcl.Range {
	if r.Filename == "" {
		return nil
	}
	return &r
}

// DecodePlan reads a saved plan and checks it, and every request in it, against
// its digest.
func DecodePlan(data []byte) (*Plan, error) {
	var saved planJSON
	err := json.Unmarshal(data, &saved)
	switch {
	case saved.Plan > planFormat: // whatever else in it is strange
		return nil, fmt.Errorf("%w (%s)", ErrPlanNewer, saved.LiveryVersion)
	case err != nil && bytes.HasPrefix(bytes.TrimSpace(data), []byte(`{"livery_plan"`)):
		return nil, fmt.Errorf("%w: %v", ErrPlanDamaged, err)
	case err != nil || saved.Plan < 1:
		return nil, ErrNotPlan
	}
	if !sealed(data) {
		return nil, fmt.Errorf("%w: it was changed after it was saved", ErrPlanDamaged)
	}
	p := &Plan{
		LiveryVersion: saved.LiveryVersion, Timestamp: saved.Timestamp, Base: saved.Base, Account: saved.Account,
		Errored: saved.Errored, Targeted: saved.Targeted, Destroy: saved.Destroy, Rollback: saved.Rollback, Variables: saved.Variables,
	}
	seen := make(map[schema.Address]bool, len(saved.Changes))
	for _, entry := range saved.Changes {
		c, err := entry.change()
		if err == nil && seen[c.Address] {
			err = fmt.Errorf("%s is in it twice", c.Address)
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrPlanDamaged, err)
		}
		seen[c.Address] = true
		p.Changes = append(p.Changes, c)
	}
	return p, nil
}

func (entry changeJSON) change() (Change, error) {
	address, err := schema.ParseAddress(string(entry.Kind) + "." + entry.Name)
	if err != nil {
		return Change{}, err
	}
	c := Change{
		Address: address, Action: entry.Action, Reason: entry.Reason, Before: entry.Before, After: entry.After,
		Unchanged: entry.Unchanged, AppliedAt: entry.AppliedAt,
	}
	switch entry.Action {
	case Create, Update, Delete, Forget, NoOp, Reapply:
	default:
		return Change{}, fmt.Errorf("%s: unknown action %q", address, entry.Action)
	}
	if entry.Range != nil {
		c.Range = *entry.Range
	}
	if entry.Body != "" {
		c.Body = []byte(entry.Body)
	}
	if c.Digest() != entry.SHA256 {
		return Change{}, fmt.Errorf("%s: the request is not the one that was saved", address)
	}
	if err := c.check(); err != nil {
		return Change{}, err
	}
	for _, f := range entry.Fields {
		field := FieldChange{Path: f.Path, Kind: f.Kind, Before: orNull(f.Before), After: orNull(f.After), Origin: f.Origin}
		if f.Range != nil {
			field.Range = *f.Range
		}
		c.Fields = append(c.Fields, field)
	}
	return c, nil
}

// check finds what would surprise an apply half-way through.
func (c *Change) check() error {
	acts := c.Action != NoOp && c.Action != Forget
	sends := acts && c.Address.Kind == schema.LocaleAddress
	switch {
	case sends != (c.Body != nil):
		return fmt.Errorf("%s: the request is missing or one too many", c.Address)
	case sends:
		var d schema.Document
		if err := json.Unmarshal(c.Body, &d); err != nil || d.Locale.AddressOf() != c.Address {
			return fmt.Errorf("%s: the request is not one for this document", c.Address)
		}
	case acts && c.Action != Delete:
		var s schema.Session
		if err := s.UnmarshalJSON(c.After); err != nil {
			return fmt.Errorf("%s: the definition cannot be read", c.Address)
		}
	}
	return nil
}
