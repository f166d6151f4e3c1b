package simulator_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/simulator"
)

// The example of the documents, to the digit.
const documentedSignature = "02209bbeaf0d0a3dd587f6a1ba22f84c98d142e3b545e77db7e4906ca56349f5"

func TestToken(t *testing.T) {
	const (
		ok       = "SUCCESS: OK"
		missing  = "PARAMETER_ERROR: Parameter should not be empty"
		illegal  = "PARAMETER_ERROR: Parameter error, please check your request whether has illegal parameters"
		late     = "PARAMETER_ERROR: Timestamp error"
		unsigned = "PARAMETER_ERROR: Signature error"
		bad      = "CLIENT_ERROR: HTTP 400 - Bad Request"
	)
	const signed = `"accessKey":"sampleaccesskey","signature":"` + documentedSignature + `"`
	at := func(timestamp string) string {
		return fmt.Sprintf(`{"accessKey":"sampleaccesskey","timestamp":%q,"signature":%q}`, timestamp, signature(sampleKey, sampleSecret, timestamp))
	}
	for name, tc := range map[string]struct{ body, want string }{
		"documented vector":      {`{` + signed + `,"timestamp":"1665993522952"}`, ok},
		"timestamp as number":    {`{` + signed + `,"timestamp":1665993522952}`, ok},
		"period as string":       {`{` + signed + `,"timestamp":"1665993522952","periodSecond":"60"}`, ok},
		"period as number":       {`{` + signed + `,"timestamp":"1665993522952","periodSecond":86400}`, ok},
		"period null":            {`{` + signed + `,"timestamp":"1665993522952","periodSecond":null}`, ok},
		"period empty":           {`{` + signed + `,"timestamp":"1665993522952","periodSecond":""}`, ok},
		"period too short":       {`{` + signed + `,"timestamp":"1665993522952","periodSecond":59}`, illegal},
		"period too long":        {`{` + signed + `,"timestamp":"1665993522952","periodSecond":"86401"}`, illegal},
		"period a word":          {`{` + signed + `,"timestamp":"1665993522952","periodSecond":"1h"}`, illegal},
		"period a fraction":      {`{` + signed + `,"timestamp":"1665993522952","periodSecond":60.5}`, illegal},
		"period a list":          {`{` + signed + `,"timestamp":"1665993522952","periodSecond":[60]}`, illegal},
		"300 s ago":              {at("1665993222952"), ok},
		"300 s ahead":            {at("1665993822952"), ok},
		"more than 300 s ago":    {at("1665993222951"), late},
		"more than 300 s ahead":  {at("1665993822953"), late},
		"seconds":                {at("1665993522"), late},
		"no digits":              {at("166599352295x"), late},
		"a sign":                 {at("+166599352295"), late},
		"timestamp of 40 digits": {at(strings.Repeat("9", 40)), late},
		"exponent":               {`{` + signed + `,"timestamp":1.665993522952e12}`, late},
		"no timestamp":           {`{` + signed + `}`, missing},
		"no accessKey":           {`{"timestamp":"1665993522952","signature":"x"}`, missing},
		"no signature":           {`{"accessKey":"sampleaccesskey","timestamp":"1665993522952"}`, missing},
		"empty signature":        {`{"accessKey":"sampleaccesskey","timestamp":"1665993522952","signature":""}`, missing},
		"null accessKey":         {`{"accessKey":null,"timestamp":"1665993522952","signature":"x"}`, missing},
		"nothing":                {`{}`, missing},
		"wrong signature":        {`{"accessKey":"sampleaccesskey","timestamp":"1665993522952","signature":"` + strings.Repeat("0", 64) + `"}`, unsigned},
		"upper-case signature":   {`{"accessKey":"sampleaccesskey","timestamp":"1665993522952","signature":"` + strings.ToUpper(documentedSignature) + `"}`, unsigned},
		"of another timestamp":   {`{` + signed + `,"timestamp":"1665993522953"}`, unsigned},
		"unknown key":            {`{"accessKey":"nobody","timestamp":"1665993522952","signature":"x"}`, "IAM_FAILED: Access Key not found"},
		"accessKey a flag":       {`{"accessKey":true,"timestamp":"1665993522952","signature":"x"}`, illegal},
		"a list":                 {`[]`, illegal},
		"null":                   {`null`, illegal},
		"no JSON":                {`accessKey=sampleaccesskey`, bad},
		"two values":             {`{} {}`, bad},
		"empty":                  {``, bad},
	} {
		t.Run(name, func(t *testing.T) {
			s := build(t, simulator.Config{Now: newClock().now})
			e := endpoint(t, s, http.MethodPost, tokenPath, "", tc.body)
			assert.Equal(t, tc.want, e.said())
			assert.Equal(t, tc.want == ok, string(e.Data) != "null")
		})
	}
}

func TestTokenExpiry(t *testing.T) {
	for name, tc := range map[string]struct {
		period string
		want   time.Duration
	}{
		"default":  {``, time.Hour},
		"shortest": {`,"periodSecond":"60"`, time.Minute},
		"longest":  {`,"periodSecond":86400`, 24 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			at := newClock()
			s := build(t, simulator.Config{Now: at.now})
			e := endpoint(t, s, http.MethodPost, tokenPath, "",
				`{"accessKey":"sampleaccesskey","timestamp":1665993522952,"signature":"`+documentedSignature+`"`+tc.period+`}`)
			var data struct {
				Token       string
				ExpiredTime int64
			}
			require.NoError(t, json.Unmarshal(e.Data, &data))
			end := at.at.Add(tc.want)
			assert.Equal(t, end.UnixMilli(), data.ExpiredTime)

			at.at = end.Add(-time.Millisecond)
			assert.Equal(t, "SUCCESS: OK", push(t, s, data.Token, `{"locale":"en"}`).said())
			at.at = end
			assert.Equal(t, "IAM_FAILED: Access denied: Token not found or expired", push(t, s, data.Token, `{"locale":"en"}`).said())
		})
	}
}

func TestTokenCannotBeForged(t *testing.T) {
	s, good := started(t, simulator.Config{})
	parts := strings.Split(good, ".")
	require.Len(t, parts, 3)
	other, _ := started(t, simulator.Config{}) // another run: the same keys, other tokens
	for name, bad := range map[string]string{
		"no dots":          "token",
		"dots alone":       "..",
		"no signature":     parts[0] + "." + parts[1] + ".",
		"cut":              good[:len(good)-2],
		"longer":           good + "A",
		"other claims":     parts[0] + "." + parts[1] + "A." + parts[2],
		"signature moved":  parts[2] + "." + parts[1] + "." + parts[0],
		"with bearer word": "Bearer " + good,
	} {
		assert.Equal(t, "IAM_FAILED: Access denied: Token not found or expired", push(t, s, bad, `{"locale":"en"}`).said(), name)
	}
	assert.Equal(t, "IAM_FAILED: Access denied: Token not found or expired", push(t, other, good, `{"locale":"en"}`).said())
	assert.Equal(t, "SUCCESS: OK", push(t, s, good, `{"locale":"en"}`).said())
}

func TestNewTokenLeavesTheOldOneValid(t *testing.T) {
	at := newClock()
	s := build(t, simulator.Config{Now: at.now})
	first, second := login(t, s, at.at), login(t, s, at.at)
	assert.NotEqual(t, first, second)
	assert.Equal(t, "SUCCESS: OK", push(t, s, first, `{"locale":"en"}`).said())
	assert.Equal(t, "SUCCESS: OK", push(t, s, second, `{"locale":"en"}`).said())
}

func TestAccountsAreApart(t *testing.T) {
	at := newClock()
	s := build(t, simulator.Config{Now: at.now, Accounts: []simulator.Account{
		{AccessKey: "one", SecretKey: "s1"}, {AccessKey: "two", SecretKey: "s2"}}})
	push(t, s, loginAs(t, s, "one", "s1", at.at), `{"locale":"en","titleText":"One"}`)
	push(t, s, loginAs(t, s, "two", "s2", at.at), `{"locale":"en","titleText":"Two"}`)
	for key, title := range map[string]string{"one": "One", "two": "Two"} {
		doc, ok := s.Document(key, "en_US")
		require.True(t, ok)
		assert.Equal(t, map[string]any{"titleText": title}, doc)
	}
	_, ok := s.Document(sampleKey, "en_US")
	assert.False(t, ok)
	e := endpoint(t, s, http.MethodPost, tokenPath, "", tokenBody(sampleKey, sampleSecret, at.at))
	assert.Equal(t, "IAM_FAILED: Access Key not found", e.said())
}

func TestParseAccount(t *testing.T) {
	a, err := simulator.ParseAccount("key:se:cret")
	require.NoError(t, err)
	assert.Equal(t, simulator.Account{AccessKey: "key", SecretKey: "se:cret"}, a)
	for _, bad := range []string{"", "hush", ":hush", "hush:"} {
		_, err := simulator.ParseAccount(bad)
		require.Error(t, err, bad)
		assert.NotContains(t, err.Error(), "hush")
	}
}

func TestAccountHidesItsSecret(t *testing.T) {
	a := simulator.Account{AccessKey: "key", SecretKey: "hush"}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "account", a)
	printed := fmt.Sprintf("%v %+v %#v %s %v", a, a, a, a, simulator.Config{Accounts: []simulator.Account{a}}) + log.String()
	assert.NotContains(t, printed, "hush")
	assert.Contains(t, printed, "key")
}
