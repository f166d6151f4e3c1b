package reconcile_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile"
	"livery/reconcile/state"
	"livery/schema"
)

// applied is the state after a configuration was confirmed, at noon.
func applied(t testing.TB, src string) *state.Snapshot {
	t.Helper()
	b := new(blob)
	_, outcome := run(t, b, pushes(taken), desiredBy(t, src), options())
	require.True(t, outcome.OK())
	return b.stored(t)
}

// doubtful is that state after more was sent and no answer came.
func doubtful(t testing.TB, src, sent string) *state.Snapshot {
	t.Helper()
	b := new(blob)
	_, outcome := run(t, b, pushes(taken), desiredBy(t, src), options())
	require.True(t, outcome.OK())
	return again(t, b.stored(t), sent)
}

// inFlight is that state after the lock of the run that was sending was broken.
func inFlight(t testing.TB, src, sent string) *state.Snapshot {
	t.Helper()
	s := doubtful(t, src, sent)
	for _, record := range s.Locales {
		if record.InDoubt != nil {
			record.InFlightUntil = record.AppliedAt.Add(state.LongestFlight)
		}
	}
	return s
}

func plan(t testing.TB, src string, s *state.Snapshot, change ...func(*reconcile.Options)) *reconcile.Plan {
	t.Helper()
	p, err := reconcile.NewPlan(desiredBy(t, src), s, options(change...))
	require.NoError(t, err)
	requireHonest(t, p, s)
	unread, err := state.Decode(s.Encode(), desiredBy(t, src).Documents...)
	require.NoError(t, err)
	same, err := reconcile.NewPlan(desiredBy(t, src), unread, options(change...))
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(string(p.Encode()), string(same.Encode())), "what is not read of the state changes the plan")
	return p
}

// requireHonest holds that what is shown of every plan follows from what it sends and
// from the state that it was made from.
func requireHonest(t testing.TB, p *reconcile.Plan, s *state.Snapshot) {
	t.Helper()
	saved, err := reconcile.DecodePlan(p.Encode())
	require.NoError(t, err)
	require.NoError(t, saved.CheckBase(s))
}

// outline is a plan in short: address, action, reason.
func outline(p *reconcile.Plan) []string {
	list := []string{}
	for _, c := range p.Changes {
		list = append(list, strings.TrimSpace(fmt.Sprintf("%s %s %s", c.Address, c.Action, c.Reason)))
	}
	return list
}

// fields is a change in short: path, before and after.
func fields(c *reconcile.Change) []string {
	list := []string{}
	for _, f := range c.Fields {
		list = append(list, fmt.Sprintf("%s %s -> %s", f.Path, f.Before, f.After))
	}
	return list
}

func reapply(o *reconcile.Options) { o.Reapply = true }
func destroy(o *reconcile.Options) { o.Destroy = true }

func addresses(t testing.TB, names ...string) (list []schema.Address) {
	t.Helper()
	for _, name := range names {
		list = append(list, address(t, name))
	}
	return list
}

const (
	en      = `locale "en" { title_text = "Hello" }` + "\n"
	enOther = `locale "en_US" { title_text = "Good day" }` + "\n"
	th      = `locale "th" { title_text = "สวัสดี" }` + "\n"
	open1   = "session \"a\" {\n  api = \"h5_token\"\n  region = \"PHL\"\n  return_url = \"https://www.example.com/done\"\n}\n"
	open2   = "session \"a\" {\n  api = \"h5_token\"\n  region = \"IDN\"\n  return_url = \"https://www.example.com/done\"\n}\n"
)

func TestActions(t *testing.T) {
	target := func(names ...string) func(*reconcile.Options) {
		return func(o *reconcile.Options) { o.Targets = addresses(t, names...) }
	}
	exclude := func(names ...string) func(*reconcile.Options) {
		return func(o *reconcile.Options) { o.Excludes = addresses(t, names...) }
	}
	replace := func(names ...string) func(*reconcile.Options) {
		return func(o *reconcile.Options) { o.Replaces = addresses(t, names...) }
	}
	nothing := new(state.Snapshot)
	for _, tc := range []struct {
		name    string
		src     string
		state   *state.Snapshot
		options []func(*reconcile.Options)
		want    []string
		summary reconcile.Summary
	}{
		{"nothing at all", "", nothing, nil, []string{}, reconcile.Summary{}},
		{"create", en + th, nothing, nil, []string{"locale.en_US create", "locale.th_TH create"}, reconcile.Summary{Add: 2}},
		{"update", enOther + th, applied(t, en+th), nil, []string{"locale.en_US update", "locale.th_TH no-op"}, reconcile.Summary{Change: 1, Unchanged: 1}},
		{"no-op", en, applied(t, en), nil, []string{"locale.en_US no-op"}, reconcile.Summary{Unchanged: 1}},
		{"a short name is the long one", strings.Replace(en, `"en"`, `"en_US"`, 1), applied(t, en), nil, []string{"locale.en_US no-op"}, reconcile.Summary{Unchanged: 1}},
		{"delete", th, applied(t, en+th), nil, []string{"locale.en_US delete not_declared", "locale.th_TH no-op"}, reconcile.Summary{Destroy: 1, Unchanged: 1}},
		{"forget", th + "removed { from = locale.en }\n", applied(t, en+th), nil, []string{"locale.en_US forget removed_block", "locale.th_TH no-op"}, reconcile.Summary{Forget: 1, Unchanged: 1}},
		{"forget what is not there", th + "removed { from = locale.en }\n", applied(t, th), nil, []string{"locale.th_TH no-op"}, reconcile.Summary{Unchanged: 1}},
		{"in doubt, the same", enOther, doubtful(t, en, enOther), nil, []string{"locale.en_US reapply answer_never_arrived"}, reconcile.Summary{Change: 1}},
		{"in doubt since a lock was broken", en, inFlight(t, en, enOther), nil, []string{"locale.en_US reapply lock_was_broken"}, reconcile.Summary{Change: 1}},
		{"in doubt, as before it", en, doubtful(t, en, enOther), nil, []string{"locale.en_US reapply answer_never_arrived"}, reconcile.Summary{Change: 1}},
		{"in doubt and never confirmed", en + th, doubtful(t, th, en+th), nil, []string{"locale.en_US reapply answer_never_arrived", "locale.th_TH no-op"}, reconcile.Summary{Change: 1, Unchanged: 1}},
		{"in doubt and gone", th, doubtful(t, th, en+th), nil, []string{"locale.en_US delete not_declared", "locale.th_TH no-op"}, reconcile.Summary{Destroy: 1, Unchanged: 1}},
		{"a deletion in doubt", th, doubtful(t, en+th, th), nil, []string{"locale.en_US delete not_declared", "locale.th_TH no-op"}, reconcile.Summary{Destroy: 1, Unchanged: 1}},
		{"a deletion in doubt, declared again", en + th, doubtful(t, en+th, th), nil, []string{"locale.en_US reapply answer_never_arrived", "locale.th_TH no-op"}, reconcile.Summary{Change: 1, Unchanged: 1}},
		{"in doubt and forgotten", th + "removed { from = locale.en }\n", doubtful(t, th, en+th), nil, []string{"locale.en_US forget removed_block", "locale.th_TH no-op"}, reconcile.Summary{Forget: 1, Unchanged: 1}},
		{"reapply", en + th + open1, applied(t, en+open1), []func(*reconcile.Options){reapply}, []string{"locale.en_US reapply requested", "locale.th_TH create", "session.a reapply requested"}, reconcile.Summary{Add: 1, Change: 2}},
		{"reapply of what changes anyway", enOther, applied(t, en), []func(*reconcile.Options){reapply}, []string{"locale.en_US update"}, reconcile.Summary{Change: 1}},
		{"replace", en + th, applied(t, en+th), []func(*reconcile.Options){replace("locale.th")}, []string{"locale.en_US no-op", "locale.th_TH reapply requested"}, reconcile.Summary{Change: 1, Unchanged: 1}},
		{"replace of what is created", en + th, applied(t, th), []func(*reconcile.Options){replace("locale.en")}, []string{"locale.en_US create", "locale.th_TH no-op"}, reconcile.Summary{Add: 1, Unchanged: 1}},
		{"target", enOther + th, applied(t, en), []func(*reconcile.Options){target("locale.th_TH")}, []string{"locale.en_US no-op not_targeted", "locale.th_TH create"}, reconcile.Summary{Add: 1, Unchanged: 1}},
		{"two targets", enOther + th + open1, applied(t, en), []func(*reconcile.Options){target("locale.th", "session.a")}, []string{"locale.en_US no-op not_targeted", "locale.th_TH create", "session.a create"}, reconcile.Summary{Add: 2, Unchanged: 1}},
		{"a target that is deleted", th, applied(t, en), []func(*reconcile.Options){target("locale.en")}, []string{"locale.en_US delete not_declared", "locale.th_TH no-op not_targeted"}, reconcile.Summary{Destroy: 1, Unchanged: 1}},
		{"exclude", enOther + th, applied(t, en), []func(*reconcile.Options){exclude("locale.en")}, []string{"locale.en_US no-op not_targeted", "locale.th_TH create"}, reconcile.Summary{Add: 1, Unchanged: 1}},
		{"exclude beats target", enOther + th, applied(t, en), []func(*reconcile.Options){target("locale.en"), exclude("locale.en")}, []string{"locale.en_US no-op not_targeted", "locale.th_TH no-op not_targeted"}, reconcile.Summary{Unchanged: 2}},
		{"exclude what is in doubt", enOther, doubtful(t, en, enOther), []func(*reconcile.Options){exclude("locale.en")}, []string{"locale.en_US no-op not_targeted"}, reconcile.Summary{Unchanged: 1}},
		{"destroy", en, applied(t, en+th+open1), []func(*reconcile.Options){destroy}, []string{"locale.en_US delete destroy", "locale.th_TH delete destroy", "session.a delete destroy"}, reconcile.Summary{Destroy: 3}},
		{"destroy what never was", en + open1, nothing, []func(*reconcile.Options){destroy}, []string{"locale.en_US no-op", "session.a no-op"}, reconcile.Summary{Unchanged: 2}},
		{"destroy beats removed", "removed { from = locale.en }\n", applied(t, en), []func(*reconcile.Options){destroy}, []string{"locale.en_US delete destroy"}, reconcile.Summary{Destroy: 1}},
		{"destroy one", en + th, applied(t, en+th), []func(*reconcile.Options){destroy, target("locale.en")}, []string{"locale.en_US delete destroy", "locale.th_TH no-op not_targeted"}, reconcile.Summary{Destroy: 1, Unchanged: 1}},
		{"a session is created", open1, nothing, nil, []string{"session.a create"}, reconcile.Summary{Add: 1}},
		{"a session is changed", open2, applied(t, open1), nil, []string{"session.a update"}, reconcile.Summary{Change: 1}},
		{"a session stays", open1, applied(t, open1), nil, []string{"session.a no-op"}, reconcile.Summary{Unchanged: 1}},
		{"a session goes", "", applied(t, open1), nil, []string{"session.a delete not_declared"}, reconcile.Summary{Destroy: 1}},
		{"a session is forgotten", "removed { from = session.a }\n", applied(t, open1), nil, []string{"session.a forget removed_block"}, reconcile.Summary{Forget: 1}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := plan(t, tc.src, tc.state, tc.options...)
			assert.Equal(t, tc.want, outline(p))
			assert.Equal(t, tc.summary, p.Summary())
			assert.Equal(t, tc.summary == reconcile.Summary{Unchanged: tc.summary.Unchanged}, p.Empty())
			for _, c := range p.Changes {
				sends := c.Address.Kind == schema.LocaleAddress && c.Action != reconcile.NoOp && c.Action != reconcile.Forget
				assert.Equal(t, sends, c.Body != nil, "%s", c.Address)
				assert.Equal(t, sends, c.Digest != "", "%s", c.Address)
			}
		})
	}
}

func TestUnknownAddresses(t *testing.T) {
	s := applied(t, en+open1)
	for _, tc := range []struct{ address, nearest string }{
		{"locale.th", ""}, {"session.b", "session.a"}, {"locale.en_US", "-"}, {"session.a", "-"}, {"session.quite_different", ""},
	} {
		for _, set := range []func(*reconcile.Options){
			func(o *reconcile.Options) { o.Targets = addresses(t, tc.address) },
			func(o *reconcile.Options) { o.Excludes = addresses(t, tc.address) },
			func(o *reconcile.Options) { o.Replaces = addresses(t, tc.address) },
		} {
			_, err := reconcile.NewPlan(desiredBy(t, en), s, options(set))
			if tc.nearest == "-" {
				assert.NoError(t, err)
				continue
			}
			var unknown *reconcile.UnknownAddressError
			require.ErrorAs(t, err, &unknown)
			assert.Equal(t, address(t, tc.address), unknown.Address)
			if tc.nearest != "" {
				assert.Equal(t, tc.nearest, unknown.Nearest)
				assert.ErrorContains(t, err, "did you mean "+tc.nearest)
			}
		}
	}
}

func TestTargeted(t *testing.T) {
	s := applied(t, en)
	assert.False(t, plan(t, en, s).Targeted)
	assert.True(t, plan(t, en+th, s, func(o *reconcile.Options) { o.Targets = addresses(t, "locale.en") }).Targeted)
	p := plan(t, th, s, func(o *reconcile.Options) { o.Excludes = addresses(t, "locale.en") })
	c := changeOf(t, p, "locale.en")
	assert.Equal(t, string(c.Before), string(c.After), "what is left out stays as it is")
	assert.Empty(t, c.Fields)
}

func TestFieldChanges(t *testing.T) {
	locale := func(lines string) string { return "locale \"en\" {\n" + lines + "\n}\n" }
	tips := func(texts ...string) string {
		var b strings.Builder
		b.WriteString("mobile_tips_page {\n")
		for _, s := range texts {
			fmt.Fprintf(&b, "tip {\n text = %q\n}\n", s)
		}
		return b.String() + "}"
	}
	for _, tc := range []struct {
		name, before, after string
		want                []string
		unchanged           map[string]int
	}{
		{"a value", `title_text = "a"`, `title_text = "b"`, []string{`titleText "a" -> "b"`}, nil},
		{"a value comes", ``, `title_text = "<b> & é"`, []string{`titleText null -> "<b> & é"`}, nil},
		{"a value goes", `title_text = "a"`, ``, []string{`titleText "a" -> null`}, nil},
		{"null clears", `title_text = "a"`, `title_text = null`, []string{`titleText "a" -> null`}, nil},
		{"null is no change", ``, `title_text = null`, []string{}, nil},
		{"a colour in other spelling", "mobile_loading_page {\nprogress_color = \"#FFF\"\n}", "mobile_loading_page {\nprogress_color = \"#ffffff\"\n}", []string{}, map[string]int{"mobileLoadingPage": 1}},
		{"what stays is counted by page", "title_text = \"a\"\nmobile_loading_page {\nprogress_color = \"#fff\"\nloading_text = \"a\"\n}", "title_text = \"a\"\nmobile_loading_page {\nprogress_color = \"#fff\"\nloading_text = \"b\"\n}",
			[]string{`mobileLoadingPage.loadingText "a" -> "b"`}, map[string]int{"": 1, "mobileLoadingPage": 1}},
		{"in the order of the catalogue", "", "pc_loading_page {\nprogress_color = \"#fff\"\n}\nmobile_camera_page {\nbackground_color = \"#fff\"\ntips_text_color = \"#fff\"\n}\ntitle_text = \"a\"",
			[]string{`titleText null -> "a"`, `mobileCameraPage.tipsTextColor null -> "#ffffff"`, `mobileCameraPage.backgroundColor null -> "#ffffff"`, `pcLoadingPage.progressColor null -> "#ffffff"`}, nil},

		{"isShow as it is anyway", "", "mobile_result_page {\nis_show = true\nshow_score = false\n}", []string{}, map[string]int{"mobileResultPage": 2}},
		{"isShow no more declared", "mobile_result_page {\nis_show = true\n}", "", []string{}, nil},
		{"isShow off", "", "mobile_result_page {\nis_show = false\n}", []string{`mobileResultPage.isShow true -> false`}, nil},
		{"isShow back to the default", "mobile_result_page {\nis_show = false\n}", "", []string{`mobileResultPage.isShow false -> null`}, nil},
		{"showScore on, on a page that was not sent", "", "pc_result_page {\nshow_score = true\n}", []string{`pcResultPage.showScore null -> true`}, nil},
		{"another bool has no default", "", "mobile_result_page {\nface_show = false\n}", []string{`mobileResultPage.faceShow null -> false`}, nil},

		{"tips come", "", tips("a", "b"), []string{`mobileTipsPage.tips null -> [{"text":"a"},{"text":"b"}]`}, nil},
		{"a tip changes", tips("a", "b"), tips("a", "c"), []string{`mobileTipsPage.tips [{"text":"a"},{"text":"b"}] -> [{"text":"a"},{"text":"c"}]`}, nil},
		{"tips change places", tips("a", "b"), tips("b", "a"), []string{`mobileTipsPage.tips [{"text":"a"},{"text":"b"}] -> [{"text":"b"},{"text":"a"}]`}, nil},
		{"tips stay", tips("a"), tips("a"), []string{}, map[string]int{"mobileTipsPage": 1}},
		{"tips go", tips("a"), "", []string{`mobileTipsPage.tips [{"text":"a"}] -> null`}, nil},

		{"extra comes", "", `extra = { newPage = { b = 1, a = { y = 1, x = null } }, top = [1] }`,
			[]string{`top null -> [1]`, `newPage.a null -> {"x":null,"y":1}`, `newPage.b null -> 1`}, nil},
		{"extra changes", `extra = { newPage = { a = 1, b = 2 } }`, `extra = { newPage = { a = 1, b = 3 } }`, []string{`newPage.b 2 -> 3`}, map[string]int{"newPage": 1}},
		{"extra goes", `extra = { newPage = { a = 1 }, mobileLoadingPage = { b = "c" } }`, ``, []string{`mobileLoadingPage.b "c" -> null`, `newPage.a 1 -> null`}, nil},
		{"extra in another order", `extra = { newPage = { a = { x = 1, y = 2 } } }`, `extra = { newPage = { a = { y = 2, x = 1 } } }`, []string{}, map[string]int{"newPage": 1}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := plan(t, locale(tc.after), applied(t, locale(tc.before)))
			c := changeOf(t, p, "locale.en")
			assert.Equal(t, tc.want, fields(c))
			if tc.unchanged == nil {
				tc.unchanged = map[string]int{}
			}
			assert.Equal(t, tc.unchanged, c.Unchanged)
			assert.Equal(t, len(tc.want) == 0, c.Action == reconcile.NoOp)
			for _, f := range c.Fields {
				if string(f.After) != "null" || tc.name == "null clears" {
					assert.Equal(t, "main.livery.hcl", f.Range.Filename, "%s knows where it is written", f.Path)
				}
			}
			assert.Equal(t, noon, c.AppliedAt)
			assert.Equal(t, 1, c.Range.Start.Line)
		})
	}
}

// A document that is created shows all it declares, even what is so anyway.
func TestFieldsOfACreation(t *testing.T) {
	p := plan(t, "locale \"en\" {\n mobile_result_page {\n is_show = true\n success_desc = null\n }\n}\n", new(state.Snapshot))
	c := changeOf(t, p, "locale.en")
	assert.Equal(t, []string{"mobileResultPage.isShow null -> true"}, fields(c))
	assert.Nil(t, c.Before)
	assert.JSONEq(t, `{"locale":"en_US","mobileResultPage":{"isShow":true,"showScore":false}}`, string(c.After))
	empty := plan(t, `locale "en" {}`, new(state.Snapshot))
	assert.Equal(t, []string{"locale.en_US create"}, outline(empty))
	assert.Empty(t, changeOf(t, empty, "locale.en").Fields)
}

func TestFieldsOfADeletion(t *testing.T) {
	s := applied(t, "locale \"en\" {\n title_text = \"a\"\n mobile_result_page {\n is_show = false\n }\n extra = { x = 1 }\n}\n")
	c := changeOf(t, plan(t, "", s), "locale.en")
	assert.Equal(t, []string{`titleText "a" -> null`, "mobileResultPage.isShow false -> null", "x 1 -> null"}, fields(c))
	assert.Nil(t, c.After)
	assert.NotNil(t, c.Before)
}

func TestFieldsOfASession(t *testing.T) {
	before := applied(t, `session "a" {
  api        = "h5_token"
  region     = "PHL"
  return_url = "https://www.example.com/done"
  locale "th" { return_url = "https://www.example.com/th" }
  locale "vi" { return_url = "https://www.example.com/vi" }
}`)
	c := changeOf(t, plan(t, `session "a" {
  api             = "h5_url"
  region          = "IDN"
  return_url      = "https://www.example.com/done"
  fail_return_url = "https://www.example.com/retry"
  iframe_enabled  = false
  locale "th" { return_url = "https://www.example.com/th2" }
  locale "hi" { language = "hi" }
}`, before), "session.a")
	assert.Equal(t, reconcile.Update, c.Action)
	assert.Equal(t, []string{
		`api "h5_token" -> "h5_url"`, `region "PHL" -> "IDN"`, `fail_return_url null -> "https://www.example.com/retry"`, `iframe_enabled null -> false`,
		`locale.hi_IN.language null -> "hi"`, `locale.th_TH.return_url "https://www.example.com/th" -> "https://www.example.com/th2"`,
		`locale.vi_VN.return_url "https://www.example.com/vi" -> null`,
	}, fields(c))
	assert.Nil(t, c.Body, "the service stores no sessions")
}

func TestBodies(t *testing.T) {
	tips := "locale \"en\" {\n mobile_tips_page {\n title_text = \"a\"\n }\n}\n"
	pc := "locale \"en\" {\n pc_result_page {\n title_text_color = \"#fff\"\n }\n}\n"
	extra := "locale \"en\" {\n extra = { newPage = { x = 1 }, mobileLoadingPage = { y = 2 } }\n}\n"
	bare := `locale "en" {}` + "\n"
	for _, tc := range []struct {
		name  string
		src   string
		state *state.Snapshot
		pages []string // beyond the sample
		null  []string // members that the catalogue does not know
	}{
		{"nothing declared", bare, new(state.Snapshot), nil, nil},
		{"declared", tips, new(state.Snapshot), []string{"mobileTipsPage"}, nil},
		{"the last applied body had it", bare, applied(t, tips), []string{"mobileTipsPage"}, nil},
		{"the body in doubt had it", bare, doubtful(t, bare, tips), []string{"mobileTipsPage"}, nil},
		{"the body in doubt and the one before", bare, doubtful(t, pc, tips), []string{"mobileTipsPage", "pcResultPage"}, nil},
		{"the body in doubt took it away", bare, doubtful(t, tips, bare), []string{"mobileTipsPage"}, nil},
		{"taken away, and that twice in doubt", bare, again(t, doubtful(t, bare, tips), bare), []string{"mobileTipsPage"}, nil},
		{"another page is declared", pc, applied(t, tips), []string{"mobileTipsPage", "pcResultPage"}, nil},
		{"extra is gone", bare, applied(t, extra), []string{"newPage"}, []string{"mobileLoadingPage.y", "newPage.x"}},
		{"extra is gone, and that in doubt", bare, doubtful(t, extra, bare), []string{"newPage"}, []string{"mobileLoadingPage.y", "newPage.x"}},
		{"extra in doubt is gone, and that in doubt", bare, again(t, doubtful(t, bare, extra), bare), []string{"newPage"}, []string{"mobileLoadingPage.y", "newPage.x"}},
		{"deleted", "", applied(t, tips), []string{"mobileTipsPage"}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := changeOf(t, plan(t, tc.src, tc.state, reapply), "locale.en")
			var body map[string]json.RawMessage
			require.NoError(t, json.Unmarshal(c.Body, &body))
			var pages, null []string
			for name, raw := range body {
				var members map[string]any
				if json.Unmarshal(raw, &members) != nil || members == nil {
					continue
				}
				known := schema.PageByKey(name)
				if known == nil || !known.Sample {
					pages = append(pages, name)
				}
				for key, v := range members {
					if schema.FieldByPath(name+"."+key) == nil {
						assert.Nil(t, v)
						null = append(null, name+"."+key)
					}
					assert.NotEqual(t, "pageName", key)
					assert.False(t, v == nil && (key == "isShow" || key == "showScore"), "%s.%s is null", name, key)
				}
				if known != nil {
					assert.GreaterOrEqual(t, len(members), len(known.Fields), "%s is sent whole", name)
				}
			}
			slices.Sort(pages)
			slices.Sort(null)
			assert.Equal(t, tc.pages, pages)
			assert.Equal(t, tc.null, null)
			assert.Equal(t, `"en_US"`, string(body["locale"]))
		})
	}
}

// again is a state after one more document was sent without an answer.
func again(t testing.TB, s *state.Snapshot, src string) *state.Snapshot {
	t.Helper()
	b := &blob{memory: memory{data: s.Encode()}}
	api := pushes(func(context.Context, reconcile.Request) (reconcile.Receipt, error) {
		return reconcile.Receipt{}, &reconcile.InDoubt{Err: errInjected}
	})
	_, outcome := run(t, b, api, desiredBy(t, src), options())
	require.NotEmpty(t, outcome.Failures)
	return b.stored(t)
}

// A plan depends on what is declared and confirmed, on nothing else.
func TestPlansAreAlike(t *testing.T) {
	s := applied(t, walkBefore)
	first := plan(t, walkAfter, s)
	for range 20 {
		if diff := cmp.Diff(first, plan(t, walkAfter, s)); diff != "" {
			t.Fatal(diff)
		}
	}
	before := string(s.Encode())
	plan(t, walkAfter, s, destroy)
	assert.Equal(t, before, string(s.Encode()), "planning changes nothing")
}

func TestPlanIsOfItsBase(t *testing.T) {
	s := applied(t, en)
	p := plan(t, enOther, s)
	assert.Equal(t, reconcile.Base{Lineage: "lineage", Serial: 1}, p.Base)
	assert.NoError(t, p.CheckBase(s))
	s.Serial++
	var stale *reconcile.StalePlanError
	assert.True(t, errors.As(p.CheckBase(s), &stale))
	assert.Equal(t, []any{account, "0.1.0", noon}, []any{p.Account, p.LiveryVersion, p.Timestamp})
	assert.Equal(t, time.UTC, p.Timestamp.Location())
}

func TestApplyable(t *testing.T) {
	p := plan(t, en, new(state.Snapshot))
	assert.True(t, p.Applyable())
	p.Errored = true
	assert.False(t, p.Applyable())
	assert.False(t, plan(t, en, applied(t, en)).Applyable(), "nothing to do")
}
