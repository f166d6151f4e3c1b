package reconcile_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/hashicorp/hcl/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile"
	"livery/reconcile/state"
	"livery/schema"
)

// everyKind is a plan in which everything happens that can.
func everyKind(t testing.TB) *reconcile.Plan {
	t.Helper()
	p := plan(t, walkAfter, doubtful(t, walkBefore, strings.Replace(walkBefore, "Trước", "Giữa", 1)), func(o *reconcile.Options) {
		o.Excludes = addresses(t, "locale.hi")
	})
	p.Variables = map[string]json.RawMessage{"brand": json.RawMessage(`"#0b5fff"`), "list": json.RawMessage(`[1,"<&>",null]`)}
	at := hcl.Range{Filename: "brand.auto.liveryvars.hcl", Start: hcl.Pos{Line: 3, Column: 9, Byte: 40}, End: hcl.Pos{Line: 3, Column: 18, Byte: 49}}
	for i := range p.Changes {
		for j := range p.Changes[i].Fields {
			p.Changes[i].Fields[j].Origin = &schema.Origin{
				Kind: schema.FromVariable, Path: "var.brand", Range: at, Derived: j == 0,
				Chain: []schema.Step{{Kind: schema.FromLocal, Path: `local.a["<"]`}, {Kind: schema.FromVariable, Path: "var.brand", Range: at}},
			}
		}
	}
	return p
}

func TestPlanFileRoundTrip(t *testing.T) {
	for name, p := range map[string]*reconcile.Plan{
		"everything": everyKind(t),
		"nothing":    plan(t, "", new(state.Snapshot)),
		"destroy":    plan(t, en, applied(t, en+th+open1), destroy),
		"errored":    {LiveryVersion: "0.1.0", Timestamp: noon, Errored: true},
		"odd texts":  plan(t, "locale \"ar_AE\" {\n title_text = \"\\u2028\\u202e<b> & \\\"\\\\ 👨‍👩‍👧 مرحبا\\n\"\n extra = { \"\\u2028\" = { \"<\" = 1.50 } }\n}\n", new(state.Snapshot)),
	} {
		t.Run(name, func(t *testing.T) {
			saved := p.Encode()
			back, err := reconcile.DecodePlan(saved)
			require.NoError(t, err)
			if diff := cmp.Diff(p, back, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("made (-), read (+):\n%s", diff)
			}
			assert.Equal(t, string(saved), string(back.Encode()))
			assert.Equal(t, outline(p), outline(back))
			assert.True(t, bytes.HasPrefix(saved, []byte(`{"livery_plan":1,`)))
		})
	}
}

// Plans that earlier versions saved are read, whatever is added to the form.
func TestPlanFileOfBefore(t *testing.T) {
	saved, err := os.ReadFile("../testdata/plan/v1.json")
	require.NoError(t, err)
	p, err := reconcile.DecodePlan(saved)
	require.NoError(t, err)
	assert.Equal(t, outline(everyKind(t)), outline(p))
	assert.Equal(t, string(saved), string(p.Encode()))
}

// A plan that was read does what the plan that was made would have done.
func TestPlanFileApplies(t *testing.T) {
	b := new(blob)
	back, err := reconcile.DecodePlan(plan(t, seven, new(state.Snapshot)).Encode())
	require.NoError(t, err)
	ledger, err := open(b, atNoon)
	require.NoError(t, err)
	outcome, err := reconcile.Apply(t.Context(), back, pushes(taken), ledger, reconcile.ApplyOptions{Now: atNoon})
	require.NoError(t, err)
	require.NoError(t, ledger.Close(t.Context()))
	assert.True(t, outcome.OK())
	assert.True(t, plan(t, seven, b.stored(t)).Empty())
}

// unsigned is a plan with a body of its own, and the digest of that.
func unsigned(t testing.TB, body string) string {
	t.Helper()
	p := plan(t, en, new(state.Snapshot))
	p.Changes[0].SetBody([]byte(body))
	return string(p.Encode())
}

func TestPlanFileThatIsNone(t *testing.T) {
	good := string(everyKind(t).Encode())
	swap := func(old, with string) string {
		require.Contains(t, good, old)
		return string(reconcile.Reseal([]byte(strings.Replace(good, old, with, 1))))
	}
	without := func(pattern, with string) string {
		return string(reconcile.Reseal([]byte(regexp.MustCompile(pattern).ReplaceAllString(good, with))))
	}
	for name, tc := range map[string]struct {
		data string
		want error
	}{
		"empty":                   {"", reconcile.ErrNotPlan},
		"not JSON":                {"locale \"en\" {}", reconcile.ErrNotPlan},
		"null":                    {"null", reconcile.ErrNotPlan},
		"a list":                  {"[]", reconcile.ErrNotPlan},
		"other JSON":              {`{"version":1,"serial":3}`, reconcile.ErrNotPlan},
		"a state":                 {string(applied(t, en).Encode()), reconcile.ErrNotPlan},
		"version 0":               {swap(`"livery_plan":1`, `"livery_plan":0`), reconcile.ErrNotPlan},
		"a negative version":      {swap(`"livery_plan":1`, `"livery_plan":-1`), reconcile.ErrNotPlan},
		"a newer version":         {swap(`"livery_plan":1`, `"livery_plan":2`), reconcile.ErrPlanNewer},
		"a newer form":            {`{"livery_plan":2,"livery_version":"9.0.0","changes":"elsewhere"}`, reconcile.ErrPlanNewer},
		"another picture":         {strings.Replace(good, `"before":"Before"`, `"before":"Hacked"`, 1), reconcile.ErrPlanDamaged},
		"no seal":                 {string(regexp.MustCompile(`,"plan_sha256":"[0-9a-f]+"`).ReplaceAll([]byte(good), nil)), reconcile.ErrPlanDamaged},
		"cut off":                 {good[:len(good)/2], reconcile.ErrPlanDamaged},
		"cut off near the end":    {good[:len(good)-3], reconcile.ErrPlanDamaged},
		"more behind it":          {good + "{}", reconcile.ErrPlanDamaged},
		"another text":            {swap(`\"titleText\":\"After\"`, `\"titleText\":\"Hacked\"`), reconcile.ErrPlanDamaged},
		"another digest":          {without(`"request_sha256":"([0-9a-f]{8})`, `"request_sha256":"00000000`), reconcile.ErrPlanDamaged},
		"a body is gone":          {without(`"body":"([^"\\]|\\.)*","request_sha256":"[^"]*",?`, ""), reconcile.ErrPlanDamaged},
		"a no-op that would send": {without(`"name":"en_US","action":"update"`, `"name":"en_US","action":"no-op"`), reconcile.ErrPlanDamaged},
		"a member twice":          {swap(`"errored":false`, `"errored":true,"errored":false`), reconcile.ErrPlanDamaged},
		"a session's name":        {swap(`"kind":"session","name":"`, `"kind":"session","name":"\u001b[2J`), reconcile.ErrPlanDamaged},
		"an unknown action":       {swap(`"action":"update"`, `"action":"explode"`), reconcile.ErrPlanDamaged},
		"an unknown locale":       {swap(`"name":"en_US"`, `"name":"xx_XX"`), reconcile.ErrPlanDamaged},
		"another locale":          {swap(`"name":"en_US"`, `"name":"tr_TR"`), reconcile.ErrPlanDamaged},
		"an address twice":        {swap(`"name":"zh_CN"`, `"name":"en_US"`), reconcile.ErrPlanDamaged},
		"a body that is no JSON":  {unsigned(t, `{"locale":"en_US"`), reconcile.ErrPlanDamaged},
		"a body that is a list":   {unsigned(t, `["en_US"]`), reconcile.ErrPlanDamaged},
		"an unknown kind":         {swap(`"kind":"locale"`, `"kind":"theme"`), reconcile.ErrPlanDamaged},
		"a session that is none":  {swap(`"after":{"api":`, `"after":{"api":7,"was":`), reconcile.ErrPlanDamaged},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := reconcile.DecodePlan([]byte(tc.data))
			require.ErrorIs(t, err, tc.want)
			for _, other := range []error{reconcile.ErrNotPlan, reconcile.ErrPlanDamaged, reconcile.ErrPlanNewer} {
				assert.Equal(t, other == tc.want, strings.HasPrefix(err.Error(), other.Error()), "%v", err)
			}
		})
	}
}

// What a plan shows is what it sends, also when whoever wrote the file has sealed it.
func TestPlanFileThatShowsSomethingElse(t *testing.T) {
	shown := `locale "en" { 
  title_text = "Hello" 
  mobile_result_page { success_desc = "Done" }
}
` + open1
	before := applied(t, shown+th)
	made := func() *reconcile.Plan {
		after := strings.NewReplacer("Hello", "Hi", "  mobile_result_page { success_desc = \"Done\" }\n", "").Replace(shown)
		return plan(t, strings.Replace(after, open1, open2, 1), before)
	}
	change := func(p *reconcile.Plan, address string) *reconcile.Change {
		for i := range p.Changes {
			if p.Changes[i].Address.String() == address {
				return &p.Changes[i]
			}
		}
		t.Fatalf("no %s", address)
		return nil
	}
	const en = "locale.en_US"
	read := func(p *reconcile.Plan) error {
		saved, err := reconcile.DecodePlan(p.Encode())
		if err == nil {
			err = saved.CheckBase(before)
		}
		return err
	}
	require.NoError(t, read(made()))
	hacked := func(c *reconcile.Change, old, with string) {
		require.Contains(t, string(c.Body), old)
		c.SetBody([]byte(strings.Replace(string(c.Body), old, with, 1)))
	}
	for name, forge := range map[string]func(p *reconcile.Plan){
		"another text is sent":     func(p *reconcile.Plan) { hacked(change(p, en), `"Hi"`, `"Bye"`) },
		"a field more is sent":     func(p *reconcile.Plan) { hacked(change(p, en), `"successDesc":null`, `"successDesc":"Ha"`) },
		"a page that nobody knows": func(p *reconcile.Plan) { hacked(change(p, en), `{`, `{"ad":{"a":1},`) },
		"a default is not sent":    func(p *reconcile.Plan) { hacked(change(p, en), `"successDesc":null,`, ``) },
		"a field is sent twice":    func(p *reconcile.Plan) { hacked(change(p, en), `{`, `{"titleText":"Bye",`) },
		"another text is shown":    func(p *reconcile.Plan) { change(p, en).Fields[0].After = json.RawMessage(`"Hello"`) },
		"another text was there":   func(p *reconcile.Plan) { change(p, en).Fields[0].Before = json.RawMessage(`"Hi"`) },
		"a change is not shown":    func(p *reconcile.Plan) { c := change(p, en); c.Fields = c.Fields[:1] },
		"no change is shown":       func(p *reconcile.Plan) { change(p, en).Fields = nil },
		"a change is shown twice":  func(p *reconcile.Plan) { c := change(p, en); c.Fields = append(c.Fields, c.Fields[0]) },
		"a change that is none":    func(p *reconcile.Plan) { c := change(p, en); c.Fields[0].Path = "mobileTipsPage.title" },
		"many stay":                func(p *reconcile.Plan) { change(p, en).Unchanged = map[string]int{"mobileResultPage": 99} },
		"another document after":   func(p *reconcile.Plan) { change(p, en).After = change(p, en).Before },
		"another document before":  func(p *reconcile.Plan) { change(p, en).Before = change(p, en).After },
		"nothing before":           func(p *reconcile.Plan) { change(p, en).Before = nil },
		"nothing after":            func(p *reconcile.Plan) { change(p, en).After = nil },
		"an update as a creation":  func(p *reconcile.Plan) { change(p, en).Action = reconcile.Create },
		"an update as a deletion":  func(p *reconcile.Plan) { change(p, en).Action = reconcile.Delete },
		"a doubt that is none": func(p *reconcile.Plan) {
			c := change(p, en)
			c.Action, c.Reason = reconcile.Reapply, reconcile.ReasonInDoubt
		},
		"confirmed at another time":     func(p *reconcile.Plan) { change(p, en).AppliedAt = noon.AddDate(1, 0, 0) },
		"a deletion that sends a look":  func(p *reconcile.Plan) { hacked(change(p, "locale.th_TH"), `"titleText":null`, `"titleText":"Ha"`) },
		"a deletion that keeps a field": func(p *reconcile.Plan) { c := change(p, "locale.th_TH"); c.Fields = nil },
		"a deletion shown as nothing":   func(p *reconcile.Plan) { change(p, "locale.th_TH").Action = reconcile.NoOp },
		"another session is recorded": func(p *reconcile.Plan) {
			change(p, "session.a").After = json.RawMessage(`{"api":"h5_token","region":"THA"}`)
		},
		"a session's change is hidden": func(p *reconcile.Plan) { change(p, "session.a").Fields = nil },
		"a session was another":        func(p *reconcile.Plan) { change(p, "session.a").Before = nil },
		"a session is no definition":   func(p *reconcile.Plan) { change(p, "session.a").After = nil },
	} {
		t.Run(name, func(t *testing.T) {
			p := made()
			forge(p)
			err := read(p)
			requireRefused(t, err)
			assert.NotContains(t, err.Error(), "after it was saved", "the seal is whole")
		})
	}
}

// requireRefused demands that a plan was found to be damaged or, where it contradicts
// nothing but the state, to be made from another one.
func requireRefused(t *testing.T, err error) {
	t.Helper()
	if stale, ok := errors.AsType[*reconcile.StalePlanError](err); ok {
		assert.NotZero(t, stale.Other)
		return
	}
	require.ErrorIs(t, err, reconcile.ErrPlanDamaged)
}

// What a plan says of prevent_destroy is what the state holds and will hold.
func TestPlanFileThatHidesPreventDestroy(t *testing.T) {
	guarded := func(title string) string {
		return fmt.Sprintf("locale \"en\" {\n title_text = %q\n prevent_destroy = true\n}\nlocale \"th\" {\n prevent_destroy = true\n}\nlocale \"vi\" {\n}\n", title)
	}
	before := applied(t, guarded("Hello"))
	made := func() *reconcile.Plan {
		return plan(t, "locale \"en\" {\n title_text = \"Hi\"\n}\nlocale \"th\" {\n}\nlocale \"vi\" {\n}\n", before)
	}
	read := func(p *reconcile.Plan) error {
		saved, err := reconcile.DecodePlan(p.Encode())
		if err == nil {
			err = saved.CheckBase(before)
		}
		return err
	}
	require.NoError(t, read(made()))
	assert.Equal(t, reconcile.Record, changeOf(t, made(), "locale.th").Action)
	for name, forge := range map[string]func(en, th, vi *reconcile.Change){
		"it is lifted and not shown": func(en, _, _ *reconcile.Change) { en.Fields = en.Fields[:1] },
		"it is shown and not lifted": func(en, _, _ *reconcile.Change) { en.PreventDestroy = true },
		"it stays and is not there":  func(en, _, _ *reconcile.Change) { en.Fields, en.PreventDestroy = en.Fields[:1], false },
		"another value is shown":     func(en, _, _ *reconcile.Change) { en.Fields[1].After = json.RawMessage("true") },
		"nothing is recorded":        func(_, th, _ *reconcile.Change) { th.Fields = nil },
		"it is lifted and unchanged": func(_, th, _ *reconcile.Change) { th.Action = reconcile.NoOp },
		"a page is recorded":         func(_, th, _ *reconcile.Change) { th.After = json.RawMessage(`{"titleText":"Ha","locale":"th_TH"}`) },
		"it was not there": func(_, th, vi *reconcile.Change) {
			vi.Action, vi.Fields, vi.PreventDestroy = reconcile.Record, th.Fields, false
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := made()
			forge(changeOf(t, p, "locale.en"), changeOf(t, p, "locale.th"), changeOf(t, p, "locale.vi"))
			requireRefused(t, read(p))
		})
	}
}

// compacted compares JSON by its value's spelling, not its blanks.
var compacted = cmp.FilterValues(func(x, y json.RawMessage) bool { return len(x)+len(y) > 0 }, cmp.Comparer(func(x, y json.RawMessage) bool {
	var a, b bytes.Buffer
	return json.Compact(&a, x) == nil && json.Compact(&b, y) == nil && a.String() == b.String()
}))

// FuzzDecodePlan: whatever the file holds, reading does not panic, and a plan
// that was read is saved and read again without a loss.
func FuzzDecodePlan(f *testing.F) {
	small := plan(f, enOther+open1, applied(f, en), func(o *reconcile.Options) { o.Excludes = addresses(f, "session.a") })
	for i := range small.Changes {
		if c := &small.Changes[i]; c.Body != nil {
			c.SetBody([]byte(`{"locale":"en","titleText":"Good day"}`)) // long inputs are not varied much
		}
	}
	_, err := reconcile.DecodePlan(small.Encode())
	require.NoError(f, err)
	f.Add(small.Encode())
	f.Add(plan(f, open2, applied(f, open1)).Encode())
	f.Add(plan(f, "locale \"en\" {\n}\n", applied(f, "locale \"en\" {\n prevent_destroy = true\n}\n")).Encode())
	f.Add([]byte(`{"livery_plan":1,"changes":[{"kind":"session","name":"a.b","action":"forget","before":{ "a" : 1 }}]}`))
	f.Add([]byte(`{"livery_plan":1,"timestamp":"9999-12-31T23:59:59-23:59","changes":[{"kind":"locale","name":"en","action":"no-op","fields":[{"path":"","kind":300}],"range":{"Filename":""}}]}`))
	f.Add([]byte(`{"livery_plan":1,"variables":{"a":null},"changes":[{"kind":"locale","name":"en","action":"no-op","applied_at":"0000-01-01T00:00:00+23:59","unchanged":{"":-1}}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := reconcile.DecodePlan(reconcile.Reseal(data))
		if err != nil {
			return
		}
		back, err := reconcile.DecodePlan(p.Encode())
		require.NoError(t, err)
		if diff := cmp.Diff(p, back, cmpopts.EquateEmpty(), compacted); diff != "" {
			t.Errorf("read (-), read again (+):\n%s", diff)
		}
		require.Equal(t, string(p.Encode()), string(back.Encode()))
	})
}
