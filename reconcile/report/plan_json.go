package report

import (
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/hashicorp/hcl/v2"

	"livery/reconcile"
	"livery/reconcile/findings"
	"livery/reconcile/terminal"
	"livery/schema"
)

// module names the writer of a JSON stream, as Terraform names its own.
const module = "livery.ui"

// streamVersion is the version of the stream's shape; Terraform's is the model.
const streamVersion = "1.0"

// stream writes one JSON object a line, in Terraform's shape.
type stream struct {
	w     io.Writer
	stack string // the one of many; "" for none
	now   func() time.Time

	mu  sync.Mutex // an interrupt speaks while an apply goes on
	err error
}

// newStream begins a stream with the version of livery; one without goes on.
func newStream(w io.Writer, stack, version string, now func() time.Time) *stream {
	s := &stream{w: w, stack: stack, now: now}
	if version != "" {
		s.write("info", "livery "+version, "version", map[string]any{"livery": version, "ui": streamVersion})
	}
	return s
}

// Err is the first error of the writer.
func (s *stream) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

func (s *stream) write(level, message, kind string, members map[string]any) {
	if s.stack != "" {
		members["stack"] = s.stack
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := writeStreamLine(s.w, s.now(), level, message, kind, members); err != nil && s.err == nil {
		s.err = err
	}
}

func writeStreamLine(w io.Writer, now time.Time, level, message, kind string, members map[string]any) error {
	members["@level"], members["@message"], members["@module"] = level, message, module
	members["@timestamp"], members["type"] = now.UTC().Format(time.RFC3339Nano), kind
	return terminal.WriteJSONLine(w, members)
}

// WriteStreamLine writes a line of a stream that no View has begun.
func WriteStreamLine(w io.Writer, now time.Time, kind, message string, members map[string]any) error {
	return writeStreamLine(w, now, "info", message, kind, members)
}

// Diagnostics writes each finding.
func (s *stream) Diagnostics(diags hcl.Diagnostics, src findings.Sources) {
	for _, d := range findings.JSON(diags, src) {
		level, title := "error", "Error: "
		if d.Severity == "warning" {
			level, title = "warn", "Warning: "
		}
		s.write(level, title+d.Summary, "diagnostic", map[string]any{"diagnostic": d})
	}
}

// Log writes a message that is neither a finding nor a step.
func (s *stream) Log(message string) { s.write("info", message, "log", map[string]any{}) }

// Plan writes each planned change and the summary.
func (s *stream) Plan(p *reconcile.Plan) {
	s.Changes(p)
	s.summary(p.Summary(), "plan", PlanSummary("Plan:", p.Summary(), terminal.Style{}))
}

// Changes writes each planned change, as is done for a saved plan: it has been
// summed up when it was made.
func (s *stream) Changes(p *reconcile.Plan) {
	for i := range p.Changes {
		c := &p.Changes[i]
		if c.Action == reconcile.NoOp {
			continue
		}
		s.write("info", fmt.Sprintf("%s: Plan to %s", c.Address, verb(c.Action)), "planned_change", map[string]any{"change": changeOf(c)})
	}
}

func (s *stream) summary(sum reconcile.Summary, operation, message string) {
	changes := map[string]any{"add": sum.Add, "change": sum.Change, "remove": sum.Destroy, "import": 0, "forget": sum.Forget, "operation": operation}
	if sum.Record > 0 {
		changes["record"] = sum.Record
	}
	s.write("info", message, "change_summary", map[string]any{"changes": changes})
}

func verb(a reconcile.Action) string {
	if a == reconcile.Reapply {
		return "apply again"
	}
	return string(a)
}

// Event writes a step of an apply.
func (s *stream) Event(e reconcile.Event) {
	hook := map[string]any{"resource": resourceOf(e.Change.Address), "action": string(e.Change.Action)}
	level, kind := "info", map[reconcile.Step]string{
		reconcile.Started: "apply_start", reconcile.InProgress: "apply_progress", reconcile.Finished: "apply_complete", reconcile.Failed: "apply_errored",
	}[e.Step]
	if e.Step != reconcile.Started {
		hook["elapsed_seconds"] = int(e.Elapsed.Seconds())
	}
	if e.TransactionID != "" {
		hook["id_key"], hook["id_value"] = "transaction_id", e.TransactionID
	}
	if e.Step == reconcile.Failed {
		level = "error"
	}
	s.write(level, progressLine(e), kind, map[string]any{"hook": hook})
}

// Outcome writes what an apply has done.
func (s *stream) Outcome(o *reconcile.Outcome) {
	message := ApplySummary(o.Summary)
	if !o.OK() {
		message = incompleteSummary(o)
	}
	s.summary(o.Summary, "apply", message)
}

func resourceOf(a schema.Address) map[string]any {
	return map[string]any{"addr": a.String(), "resource": a.String(), "resource_type": string(a.Kind), "resource_name": a.Name}
}

// changeJSON is one change as programs read it.
type changeJSON struct {
	Resource      map[string]any  `json:"resource,omitempty"`
	Address       string          `json:"address"`
	Kind          string          `json:"kind"`
	Action        string          `json:"action,omitempty"`
	Actions       []string        `json:"actions"`
	Reason        string          `json:"reason"`
	Fields        []fieldJSON     `json:"fields"`
	Before        json.RawMessage `json:"before"`
	After         json.RawMessage `json:"after"`
	RequestSHA256 string          `json:"request_sha256"`
}

// fieldJSON is one changed value; null stands for the API's default.
type fieldJSON struct {
	Path   string              `json:"path"`
	Before json.RawMessage     `json:"before"`
	After  json.RawMessage     `json:"after"`
	Range  *findings.RangeJSON `json:"range"`  // null when the value stands nowhere
	Origin *originJSON         `json:"origin"` // null when Range is
}

// changeOf is a change in the stream, where Terraform names the resource too.
func changeOf(c *reconcile.Change) changeJSON {
	change := newChangeJSON(c)
	change.Resource, change.Action = resourceOf(c.Address), string(c.Action)
	return change
}

func newChangeJSON(c *reconcile.Change) changeJSON {
	change := changeJSON{
		Address: c.Address.String(), Kind: string(c.Address.Kind), Actions: []string{string(c.Action)}, Reason: c.Reason,
		Before: orNull(c.Before), After: orNull(c.After), RequestSHA256: c.Digest, Fields: make([]fieldJSON, 0, len(c.Fields)),
	}
	for _, f := range c.Fields {
		field := fieldJSON{Path: f.Path, Before: orNull(f.Before), After: orNull(f.After)}
		if f.Range.Filename != "" {
			field.Range, field.Origin = findings.NewRangeJSON(f.Range), newOriginJSON(f)
		}
		change.Fields = append(change.Fields, field)
	}
	return change
}

func orNull(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return json.RawMessage("null")
	}
	return raw
}

type planJSON struct {
	FormatVersion string            `json:"format_version"`
	LiveryVersion string            `json:"livery_version"`
	Timestamp     string            `json:"timestamp"`
	Applyable     bool              `json:"applyable"`
	Complete      bool              `json:"complete"`
	Errored       bool              `json:"errored"`
	Rollback      uint64            `json:"rollback,omitempty"` // the serial that it goes back to
	State         reconcile.Base    `json:"state"`
	Account       accountJSON       `json:"account"`
	Changes       []changeJSON      `json:"changes"`
	Summary       reconcile.Summary `json:"summary"`

	ResourceChanges []resourceChangeJSON `json:"resource_changes"`

	Outcome     *outcomeJSON    `json:"outcome,omitempty"` // nil unless it was applied
	Warnings    json.RawMessage `json:"warnings,omitempty"`
	Diagnostics json.RawMessage `json:"diagnostics,omitempty"` // of a run that failed
}

// resourceChangeJSON is a change in Terraform's shape, for programs and policies that read
// its plans.
type resourceChangeJSON struct {
	Address      string            `json:"address"`
	Mode         string            `json:"mode"`
	Type         string            `json:"type"`
	Name         string            `json:"name"`
	ProviderName string            `json:"provider_name"`
	Change       resourceStateJSON `json:"change"`
}

type resourceStateJSON struct {
	Actions         []string        `json:"actions"`
	Before          json.RawMessage `json:"before"`
	After           json.RawMessage `json:"after"`
	AfterUnknown    struct{}        `json:"after_unknown"`
	BeforeSensitive struct{}        `json:"before_sensitive"`
	AfterSensitive  struct{}        `json:"after_sensitive"`
}

func newResourceChangeJSON(c *reconcile.Change) resourceChangeJSON {
	kind := "livery_" + string(c.Address.Kind)
	action := c.Action
	switch action { // Terraform has no words for these
	case reconcile.Reapply: // something is sent
		action = reconcile.Update
	case reconcile.Record:
		action = reconcile.NoOp
	}
	after := orNull(c.After)
	if action == reconcile.Delete || action == reconcile.Forget {
		after = orNull(nil)
	}
	return resourceChangeJSON{
		Address: kind + "." + c.Address.Name, Mode: "managed", Type: kind, Name: c.Address.Name, ProviderName: "livery",
		Change: resourceStateJSON{Actions: []string{string(action)}, Before: orNull(c.Before), After: after},
	}
}

// outcomeJSON is what became of a plan: what was done, and which addresses had which fate.
type outcomeJSON struct {
	Complete bool              `json:"complete"`
	Summary  reconcile.Summary `json:"summary"`
	Applied  []string          `json:"applied"`
	Failed   []string          `json:"failed"`
	NotTried []string          `json:"not_tried"`
	InDoubt  []string          `json:"in_doubt"`
}

func newOutcomeJSON(o *reconcile.Outcome) *outcomeJSON {
	if o == nil {
		return nil
	}
	return &outcomeJSON{o.OK(), o.Summary, addresses(o.Confirmed), addresses(o.Failed()), addresses(o.NotTried), addresses(o.InDoubt)}
}

type accountJSON struct {
	BaseURL string `json:"base_url"`
}

func newPlanJSON(p *reconcile.Plan) planJSON {
	out := planJSON{
		FormatVersion: "1.0", LiveryVersion: p.LiveryVersion, Timestamp: p.Timestamp.UTC().Format(time.RFC3339),
		Applyable: p.Applyable(), Complete: !p.Errored && !p.Targeted, Errored: p.Errored, Rollback: p.Rollback, State: p.Base,
		Account: accountJSON{p.Account.BaseURL}, Summary: p.Summary(), Changes: make([]changeJSON, 0, len(p.Changes)),
		ResourceChanges: make([]resourceChangeJSON, 0, len(p.Changes)),
	}
	for i := range p.Changes {
		out.ResourceChanges = append(out.ResourceChanges, newResourceChangeJSON(&p.Changes[i]))
		out.Changes = append(out.Changes, newChangeJSON(&p.Changes[i]))
	}
	return out
}
