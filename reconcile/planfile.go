package reconcile

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"livery/schema"
	"livery/schema/jsontext"
)

// planFormat is the version of the saved form.
const planFormat = 1

// Errors of DecodePlan, to be told apart with errors.Is.
var (
	ErrNotPlan     = errors.New("this is not a plan that livery saved")
	ErrPlanDamaged = errors.New("the plan is damaged")
	ErrPlanNewer   = errors.New("the plan was saved by a newer version of livery")
)

// savedPlan is the file: the plan's own members behind the version of the form.
type savedPlan struct {
	Format int `json:"livery_plan"`
	*Plan
}

// RequestBody is the exact bytes of a request. In a saved plan they are a string.
type RequestBody []byte

// MarshalText implements encoding.TextMarshaler.
func (b RequestBody) MarshalText() ([]byte, error) { return b, nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (b *RequestBody) UnmarshalText(text []byte) error {
	*b = append(RequestBody(nil), text...)
	return nil
}

// digest is the SHA-256 of a request in hex; "" when nothing is sent.
func (b RequestBody) digest() string {
	if b == nil {
		return ""
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Encode is the saved form of the plan.
func (p *Plan) Encode() []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(savedPlan{planFormat, p}); err != nil {
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

// hasValidSeal reports whether a plan is as it was when it was saved.
func hasValidSeal(data []byte) bool {
	data = bytes.TrimSpace(data)
	end := len(data) - len(sealName) - 2*sha256.Size - len(`"}`)
	return end > 0 && bytes.Equal(seal(append(bytes.Clone(data[:end]), '}')), append(bytes.Clone(data), '\n'))
}

// DecodePlan reads a saved plan. One that shows anything but what it sends is
// damaged: the digests find a slip of the hand, and what whoever wrote the file
// made of it is found by comparing what is shown with the requests.
func DecodePlan(data []byte) (*Plan, error) {
	p := new(Plan)
	saved := savedPlan{Plan: p}
	err := json.Unmarshal(data, &saved)
	switch {
	case saved.Format > planFormat: // whatever else in it is strange
		return nil, fmt.Errorf("%w (%s)", ErrPlanNewer, p.LiveryVersion)
	case err != nil && bytes.HasPrefix(bytes.TrimSpace(data), []byte(`{"livery_plan"`)):
		return nil, fmt.Errorf("%w: %v", ErrPlanDamaged, err)
	case err != nil || saved.Format < 1:
		return nil, ErrNotPlan
	}
	if !hasValidSeal(data) {
		return nil, fmt.Errorf("%w: it was changed after it was saved", ErrPlanDamaged)
	}
	if err := jsontext.CheckRecord(data); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPlanDamaged, err)
	}
	for _, word := range []string{p.LiveryVersion, p.Stack, p.Base.Lineage, p.Account.BaseURL, p.Account.AccessKeySHA256} {
		if !schema.IsVisible(word) {
			return nil, fmt.Errorf("%w: %q holds a character that cannot be seen", ErrPlanDamaged, word)
		}
	}
	seen := make(map[schema.Address]bool, len(p.Changes))
	for i := range p.Changes {
		c := &p.Changes[i]
		err := c.check()
		if err == nil && seen[c.Address] {
			err = fmt.Errorf("%s is in it twice", c.Address)
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrPlanDamaged, err)
		}
		seen[c.Address] = true
	}
	return p, nil
}
