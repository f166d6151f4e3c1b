package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"

	"livery/schema"
)

func frozen(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "state", name))
	require.NoError(t, err)
	return data
}

// declared parses a text into a document.
func declared(t testing.TB, loc schema.Locale, path, text string) *schema.Document {
	t.Helper()
	f := schema.FieldByPath(path)
	v, diags := f.Parse(cty.StringVal(text), schema.Subject{})
	require.False(t, diags.HasErrors())
	d := &schema.Document{Locale: loc}
	d.Set(f, v)
	return d
}

// assertSame compares two snapshots by what they say.
func assertSame(t testing.TB, want, got *Snapshot) {
	t.Helper()
	assert.Empty(t, cmp.Diff(string(want.Encode()), string(got.Encode())))
}

func TestFrozenStates(t *testing.T) {
	for _, name := range []string{"v1-full.json", "v1-empty.json", "v1-run.json", "v1-prevent-destroy.json"} {
		t.Run(name, func(t *testing.T) {
			data := frozen(t, name)
			s, err := Decode(data)
			require.NoError(t, err)
			// Members of a document follow the catalogue, whose order may change.
			assert.JSONEq(t, string(data), string(s.Encode()), "version 1 is what is written")
		})
	}
	s, err := Decode(frozen(t, "v1-full.json"))
	require.NoError(t, err)
	assert.EqualValues(t, 7, s.Serial)
	assert.Equal(t, "0.1.0", s.LiveryVersion)
	assert.Equal(t, Account{"https://api.advance.ai", "d0e4b1d4e7d2f2a9"}, s.Account)
	want := []string{"locale.ar_AE", "locale.en_US", "locale.th_TH", "locale.zh_CN", "session.kiosk", "session.onboarding"}
	got := []string{}
	for _, a := range s.Addresses() {
		got = append(got, a.String())
	}
	assert.Equal(t, want, got)
	en := s.Locales["en_US"]
	assert.Equal(t, "Liveness <b>&</b> \"Detection\"", en.Document().At(schema.FieldByPath("titleText")).Text())
	assert.Equal(t, schema.Locale("en_US"), en.Document().Locale)
	assert.Equal(t, time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC), en.AppliedAt)
	assert.Nil(t, en.InDoubt)
	assert.Nil(t, s.Locales["th_TH"].Document(), "never confirmed")
	assert.JSONEq(t, `{"titleText":"ตรวจสอบ","locale":"th_TH","mobileResultPage":{"isShow":true,"successDesc":null}}`, string(s.Locales["th_TH"].InDoubt))
	assert.NotContains(t, string(s.Locales["th_TH"].InDoubt), "\n", "as it was sent")
	assert.Equal(t, "kiosk", s.Sessions["kiosk"].Definition.Name)
	assert.Equal(t, schema.H5URL, s.Sessions["onboarding"].Definition.API)
	assert.Equal(t, Run{}, s.Run, "written before states said who made them")
	empty, err := Decode(frozen(t, "v1-empty.json"))
	require.NoError(t, err)
	assert.True(t, empty.Empty())
	run, err := Decode(frozen(t, "v1-run.json"))
	require.NoError(t, err)
	for _, a := range s.Addresses() {
		assert.False(t, s.PreventsDestroy(a), "written before states remembered it")
	}
	guarded, err := Decode(frozen(t, "v1-prevent-destroy.json"))
	require.NoError(t, err)
	assert.Len(t, guarded.Addresses(), 2)
	for _, a := range guarded.Addresses() {
		assert.True(t, guarded.PreventsDestroy(a))
	}
	assertSame(t, guarded, guarded.Clone())
	assert.Equal(t, Run{"apply", "ana@studio", time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}, run.Run)
}

func TestDecodeIgnoresWhatItDoesNotKnow(t *testing.T) {
	s, err := Decode([]byte("\uFEFF" + `{"version": 1, "livery_version": "0.9.0", "serial": 3, "lineage": "l", "later": [1], "sessions": null,
		"account": {"base_url": "x", "later": 1},
		"locales": {"en": {"document": {"titleText": "A"}, "later": 1}, "th_TH": {}, "vi_VN": null, "hi_IN": {"document": null, "in_doubt": null}}}`))
	require.NoError(t, err)
	require.Equal(t, []schema.Address{{Kind: schema.LocaleAddress, Name: "en_US"}}, s.Addresses(), "a record that says nothing is none")
	assert.Equal(t, schema.Locale("en_US"), s.Locales["en_US"].Document().Locale)
	assert.NotContains(t, string(s.Encode()), "later")
}

func TestDecodeRefuses(t *testing.T) {
	full := string(frozen(t, "v1-full.json"))
	state := func(rest string) string { return `{"version": 1, "livery_version": "0.1.0", ` + rest + `}` }
	damaged, newer, describeForeign := new(*DamagedError), new(*NewerError), new(*ForeignError)
	tests := []struct {
		name, data string
		as         any
		want       string
	}{
		{"nothing", "", damaged, "empty"},
		{"blanks", " \n", damaged, "empty"},
		{"cut off", full[:len(full)/2], damaged, "line "},
		{"conflict markers", strings.Replace(full, "\n", "\n<<<<<<< ours\n", 3), damaged, "line 2: invalid character '<'"},
		{"something behind it", full + "{}", damaged, "after top-level value"},
		{"UTF-16", "\xff\xfe{\x00}\x00", damaged, "UTF-8"},
		{"no version", `{"livery_version": "0.1.0"}`, damaged, "version"},
		{"version as text", `{"livery_version": "0.1.0", "version": "1"}`, damaged, "version: is a string"},
		{"negative serial", state(`"serial": -1`), damaged, "serial: is a number -1"},
		{"a serial that would begin anew", state(`"serial": 18446744073709551615`), damaged, "serial: must be at most 9007199254740991"},
		{"a serial that some read as another", state(`"serial": 9007199254740992`), damaged, "serial: must be at most"},
		{"a member twice", state("\"serial\": 1,\n\"locales\": {},\n\"locales\": {}"), damaged, `line 3: "locales" stands on line 2 already`},
		{"a member twice, spelt in two ways", state(`"serial": 1, "\u0073erial": 2`), damaged, `"serial" stands on line 1 already`},
		{"a locale twice", state("\"locales\": {\"en_US\": {},\n\"en_US\": {}}"), damaged, `line 2: "en_US" stands on line 1 already`},
		{"a field twice", state(`"locales": {"en_US": {"document": {"mobileResultPage": {"successDesc": "A", "successDesc": "B"}}}}`), damaged, `"successDesc" stands on line 1 already`},
		{"an unknown member twice", state(`"later": [{"a": 1, "a": 2}]`), damaged, `"a" stands on line 1 already`},
		{"too deep", state(`"later": ` + strings.Repeat("[", 200) + strings.Repeat("]", 200)), damaged, "nested more than"},
		{"a session's name that acts", state(`"sessions": {"a\u001b[2J\nLD_PRELOAD=x": {}}`), damaged, `sessions."a\x1b[2J\nLD_PRELOAD=x": cannot be the name of a session`},
		{"a session's name with a blank", state(`"sessions": {"a b": {}}`), damaged, `sessions."a b": cannot be the name`},
		{"a session without a name", state(`"sessions": {"": {}}`), damaged, `sessions."": cannot be the name`},
		{"a locale that acts", state(`"locales": {"en\u009b31m": {}}`), damaged, `locales."en\u009b31m": not a locale`},
		{"an API that acts", state(`"sessions": {"a": {"definition": {"api": "x\ny"}}}`), damaged, `api: "x\ny" is not one`},
		{"a version that acts", `{"version": 1, "livery_version": "\u001b]0;x\u0007"}`, damaged, "livery_version: holds a character that cannot be seen"},
		{"a lineage that acts", state(`"lineage": "\u202ex"`), damaged, `lineage: holds a character that cannot be seen, in "\u202ex"`},
		{"a base URL that acts", state(`"account": {"base_url": "https://a\r"}`), damaged, "account: base_url: holds"},
		{"an access key that acts", state(`"account": {"access_key_sha256": "\u0000"}`), damaged, "account: access_key_sha256: holds"},
		{"an operation that acts", state(`"run": {"operation": "a\u2028b"}`), damaged, "run: operation: holds"},
		{"a person that acts", state(`"run": {"who": "a\nb"}`), damaged, "run: who: holds"},
		{"a transaction that acts", state(`"locales": {"en_US": {"transaction_id": "\u007f"}}`), damaged, "locales.en_US: transaction_id: holds"},
		{"fraction as serial", state(`"serial": 1.5`), damaged, "serial"},
		{"locales as list", state(`"locales": []`), damaged, "locales: is a array"},
		{"account as text", state(`"account": "x"`), damaged, "account: is a string"},
		{"number as base URL", state(`"account": {"base_url": 1}`), damaged, "account: base_url: is a number"},
		{"run as text", state(`"run": "apply"`), damaged, "run: is a string"},
		{"number as operation", state(`"run": {"operation": 1}`), damaged, "run: operation: is a number"},
		{"time of the run", state(`"run": {"at": "noon"}`), damaged, "run: at: is not a time"},
		{"unknown locale", state(`"locales": {"xx_YY": {}}`), damaged, "locales.xx_YY: not a locale"},
		{"one locale twice", state(`"locales": {"en": {"in_doubt": {}}, "en_US": {"in_doubt": {}}}`), damaged, "recorded twice"},
		{"record as text", state(`"locales": {"en_US": "x"}`), damaged, "locales.en_US: is a string"},
		{"document as list", state(`"locales": {"en_US": {"document": []}}`), damaged, "locales.en_US: document: is not a JSON object"},
		{"other locale's document", state(`"locales": {"en_US": {"document": {"locale": "th"}}}`), damaged, "is the document of th_TH"},
		{"document of no locale", state(`"locales": {"en_US": {"document": {"locale": "xx"}}}`), damaged, "xx"},
		{"doubt as text", state(`"locales": {"en_US": {"in_doubt": "x"}}`), damaged, "locales.en_US: in_doubt"},
		{"time", state(`"locales": {"en_US": {"applied_at": "yesterday"}}`), damaged, "applied_at: is not a time"},
		{"time that cannot be said", state(`"locales": {"en_US": {"applied_at": "9999-12-31T23:59:59-01:00"}}`), damaged, "out of range"},
		{"session as list", state(`"sessions": {"a": []}`), damaged, "sessions.a: is a array"},
		{"session without a definition", state(`"sessions": {"a": {}}`), damaged, "sessions.a: definition: has no api"},
		{"definition without an API", state(`"sessions": {"a": {"definition": {}}}`), damaged, "sessions.a: definition: has no api"},
		{"definition that is null", state(`"sessions": {"a": {"definition": null}}`), damaged, "sessions.a: definition: has no api"},
		{"definition as text", state(`"sessions": {"a": {"definition": "x"}}`), damaged, "sessions.a: definition: is a string"},
		{"next version", strings.Replace(full, `"version": 1`, `"version": 2`, 1), newer, "version 2"},
		{"next version, all different", `{"livery_version": {"major": 3}, "version": 3, "locales": []}`, newer, "a newer livery"},
		{"Terraform", `{"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "x", "resources": []}`, describeForeign, "Terraform"},
		{"plan", `{"format_version": "1.0", "livery_version": "0.1.0"}`, describeForeign, "-json"},
		{"body", `{"locale": "en", "titleText": "x"}`, describeForeign, "livery import"},
		{"other", `{"name": "site", "version": "1.0.0"}`, describeForeign, "some other program"},
		{"object without anything", `{}`, describeForeign, "some other program"},
		{"list", `[]`, describeForeign, "not an object"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := Decode([]byte(tt.data))
			require.Nil(t, s)
			require.ErrorAs(t, err, tt.as)
			assert.ErrorContains(t, err, tt.want)
			assert.ErrorContains(t, err, "livery state push")
			assert.ErrorContains(t, err, ".backup")
			assert.NotContains(t, err.Error(), "Go value")
		})
	}
}

func TestEncode(t *testing.T) {
	s := emptySnapshot()
	assert.Equal(t, `{
  "version": 1,
  "livery_version": "",
  "serial": 0,
  "lineage": "",
  "account": {
    "base_url": ""
  },
  "locales": {},
  "sessions": {}
}
`, string(s.Encode()))
	s.Locales["en_US"] = Confirmed(declared(t, "en_US", "titleText", "<A&B>"), noon.In(time.FixedZone("", 3600)), "tx")
	text := string(s.Encode())
	assert.Contains(t, text, `"<A&B>"`)
	assert.Contains(t, text, `"applied_at": "2026-03-01T12:00:00Z"`)
	assert.Contains(t, text, `"in_doubt": null`)
	delete(s.Locales, "en_US")
	s.Locales["th_TH"] = &LocaleRecord{InDoubt: json.RawMessage(`{"locale":"th_TH"}`)}
	text = string(s.Encode())
	for _, absent := range []string{"document", "applied_at", "transaction_id"} {
		assert.NotContains(t, text, absent)
	}
}

// drawn makes any snapshot that a ledger could hold.
func drawn(t *rapid.T) *Snapshot {
	s := emptySnapshot()
	s.LiveryVersion = rapid.StringMatching(`0\.[0-9]\.[0-9]`).Draw(t, "version")
	s.Serial = rapid.Uint64Max(maxSerial).Draw(t, "serial")
	s.Lineage = rapid.StringMatching(`[a-f0-9-]{0,36}`).Draw(t, "lineage")
	s.Account = Account{rapid.StringMatching(`https://[a-z.]{1,9}`).Draw(t, "base URL"), Fingerprint(rapid.String().Draw(t, "key"))}
	at := rapid.Int64Range(0, 1<<35)
	texts := rapid.StringMatching(`[a-zก-๛<>&"\\ ]{1,40}`)
	for _, info := range schema.Locales()[:5] {
		switch rapid.IntRange(0, 3).Draw(t, "kind of record") {
		case 0:
			continue
		case 1:
			s.Locales[info.Value] = &LocaleRecord{InDoubt: schema.Document{Locale: info.Value}.Body()}
			continue
		case 2:
			s.Locales[info.Value] = &LocaleRecord{InDoubt: schema.Document{Locale: info.Value}.Body()}
		default:
			s.Locales[info.Value] = &LocaleRecord{}
		}
		d := &schema.Document{Locale: info.Value}
		f := schema.FieldByPath("mobileResultPage.successDesc")
		v, diags := f.Parse(cty.StringVal(texts.Draw(t, "text")), schema.Subject{})
		if diags.HasErrors() {
			t.Fatalf("%v", diags)
		}
		d.Set(f, v)
		d.SetExtra(schema.ExtraKey{Page: "newPage", Key: texts.Draw(t, "key")}, schema.Extra{JSON: json.RawMessage(`[1,{"a":1e2}]`)})
		record := s.Locales[info.Value]
		record.document, record.TransactionID = d, texts.Draw(t, "transaction")
		record.AppliedAt = time.Unix(at.Draw(t, "time"), 0).UTC()
	}
	for _, name := range rapid.SliceOf(rapid.StringMatching(`[a-zก-ฮ][a-z0-9ก-ฮ_-]{0,9}`)).Draw(t, "sessions") {
		s.Sessions[name] = &SessionRecord{Definition: schema.Session{Name: name, API: schema.H5Token}, RecordedAt: time.Unix(at.Draw(t, "time"), 0).UTC()}
	}
	return s
}

func TestDecodeOfEncode(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawn(t)
		got, err := Decode(s.Encode())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(s.Encode()), string(got.Encode())); diff != "" {
			t.Fatal(diff)
		}
		for loc, r := range s.Locales {
			if r.Document() != nil && !r.Document().Equal(got.Locales[loc].Document().Look) {
				t.Fatalf("%s is another document", loc)
			}
			if string(r.InDoubt) != string(got.Locales[loc].InDoubt) {
				t.Fatalf("%s: the body in doubt is not what was sent", loc)
			}
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add(frozen(f, "v1-full.json"))
	f.Add(frozen(f, "v1-empty.json"))
	f.Add(frozen(f, "v1-run.json"))
	f.Add(frozen(f, "v1-prevent-destroy.json"))
	f.Add([]byte(`{"version":1,"livery_version":"","locales":{"en":{"document":{"":1,"new":{"a":1e999},"mobileResultPage":[]},"in_doubt":{}}},"sessions":{"":{}}}`))
	f.Add([]byte(`{"version":1,"locales":{"en_US":{"document":{"":{"":{"":""}},"new":{"":1},"mobileResultPage":{"":{}}}}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Decode(data)
		if err != nil {
			return
		}
		once := s.Encode()
		again, err := Decode(once)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v\n%s", err, once)
		}
		if diff := cmp.Diff(string(once), string(again.Encode())); diff != "" {
			t.Fatal(diff)
		}
		for loc, r := range s.Locales {
			if r.Document() != nil && !r.Document().Equal(again.Locales[loc].Document().Look) {
				t.Fatalf("%s is another document", loc)
			}
		}
	})
}

func TestCloneSharesNothing(t *testing.T) {
	s, err := Decode(frozen(t, "v1-full.json"))
	require.NoError(t, err)
	before := string(s.Encode())
	c := s.Clone()
	assertSame(t, s, c)
	c.Serial++
	c.Locales["en_US"].Document().Set(schema.FieldByPath("titleText"), schema.Value{})
	c.Locales["en_US"].TransactionID = "other"
	c.Locales["th_TH"].InDoubt[1] = ' '
	c.Sessions["onboarding"].Definition.Defaults.Set(0, schema.Value{})
	c.Sessions["onboarding"].Definition.Overrides["th_TH"] = nil
	delete(c.Locales, "zh_CN")
	delete(c.Sessions, "kiosk")
	assert.Equal(t, before, string(s.Encode()))
}

func TestFingerprint(t *testing.T) {
	assert.Empty(t, Fingerprint(""))
	assert.Equal(t, "ba7816bf8f01cfea", Fingerprint("abc"), "the SHA-256 of abc begins so")
}

func TestLockInfo(t *testing.T) {
	info := LockInfo{
		ID: "71c17c31", Operation: "apply", Who: "root@vm", Version: "0.1.0", Path: "livery.state.json",
		Created: time.Date(2026, 11, 22, 0, 52, 53, 628750245, time.UTC),
	}
	data, err := json.Marshal(info)
	require.NoError(t, err)
	assert.Equal(t, `{"ID":"71c17c31","Operation":"apply","Info":"","Who":"root@vm","Version":"0.1.0",`+
		`"Created":"2026-11-22T00:52:53.628750245Z","Path":"livery.state.json"}`, string(data))
	text := (&LockedError{Info: info, Err: fmt.Errorf("resource temporarily unavailable")}).Error()
	assert.True(t, strings.HasPrefix(text, `Error acquiring the state lock

Error message: resource temporarily unavailable
Lock Info:
  ID:        71c17c31
  Path:      livery.state.json
  Operation: apply
  Who:       root@vm
  Version:   0.1.0
  Created:   2026-11-22 00:52:53.628750245 +0000 UTC
  Info:      `), text)
	for _, way := range []string{"Wait", "-lock-timeout", "livery force-unlock 71c17c31", "-lock=false"} {
		assert.Contains(t, text, way)
	}
	info.Who = "\x1b[2Jana"
	assert.NotContains(t, info.String(), "\x1b")
}

// A server may say in prose that a state is locked, or say nothing.
func TestLockOfNobodyKnown(t *testing.T) {
	prose := LockedError{Info: LockInfo{Info: "Locked by \x1b[2Jsomebody"}, Err: errors.New("locked")}
	assert.Contains(t, prose.Error(), "Lock Info:\n  Info:      Locked by [2Jsomebody\n")
	silent := LockedError{Err: errors.New("locked")}
	assert.NotContains(t, silent.Error(), "Lock Info")
	for _, text := range []string{prose.Error(), silent.Error()} {
		for _, blank := range []string{"0001", "ID:", "Who:", "Created:", "Path:"} {
			assert.NotContains(t, text, blank)
		}
	}
}
