package liveness

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
)

// declared is a session as the state records it.
func declared(t *testing.T, definition string) schema.Session {
	t.Helper()
	s := schema.Session{Name: "onboarding"}
	require.NoError(t, json.Unmarshal([]byte(definition), &s))
	return s
}

const (
	tokenSession = `{"api":"h5_token","region":"PHL","return_url":"https://e.com/done","fail_return_url":"https://e.com/retry?a=1#top",
		"product_level":"PRO","language":"fr_FR","try_count":2,
		"locales":{"th_TH":{"return_url":"https://e.com/th","region":"THA"},"zh_HK":{"language":"zh_TW"}}}`
	urlSession = `{"api":"h5_url","region":"PHL","return_url":"https://e.com/done?a=<b>&c","fail_return_url":"app://e.com/retry","language":"fr",
		"callback_url":"https://e.com/hook","prefers_color_scheme":"dark","biz_code":"Card1","iframe_enabled":false,"product_level":"STANDARD","liveness_type":"ACTION",
		"locales":{"in_ID":{"iframe_enabled":true},"en_US":{"language":"en-GB"}}}`
	licenceSession = `{"api":"sdk_license","license_effective_seconds":60,"application_ids":["a","b.c"],"result_type":"IMAGE_BASE64",
		"locales":{"th_TH":{"license_effective_seconds":90}}}`
)

func TestOpenRequests(t *testing.T) {
	visitor := Visitor{UserID: "u-1", BizID: "b-1"}
	urlBody := func(language, framed string) string {
		return `{"returnUrl":"https://e.com/done?a=<b>&c","failReturnUrl":"app://e.com/retry","callbackUrl":"https://e.com/hook","bizId":"b-1","userId":"u-1",` +
			`"region":"PHL","language":"` + language + `","prefersColorScheme":"dark","bizCode":"Card1","iframeEnabled":` + framed + `,"productLevel":"STANDARD","livenessType":"ACTION"}`
	}
	for name, tc := range map[string]struct {
		session  string
		locale   schema.Locale
		visitor  Visitor
		body     string
		language string
		unused   []string
	}{
		"get token": {session: tokenSession, language: "fr_FR",
			body: `{"returnUrl":"https://e.com/done","failedReturnUrl":"https://e.com/retry?a=1#top","region":"PHL","tryCount":2,"productLevel":"PRO"}`},
		"get token for a user": {session: tokenSession, visitor: visitor, language: "fr_FR", unused: []string{"-biz-id"},
			body: `{"returnUrl":"https://e.com/done","userId":"u-1","failedReturnUrl":"https://e.com/retry?a=1#top","region":"PHL","tryCount":2,"productLevel":"PRO"}`},
		"get token in a locale with an override": {session: tokenSession, locale: "th_TH", language: "th_TH",
			body: `{"returnUrl":"https://e.com/th","failedReturnUrl":"https://e.com/retry?a=1#top","region":"THA","tryCount":2,"productLevel":"PRO"}`},
		"get token in a locale of another language": {session: tokenSession, locale: "zh_HK", language: "zh_TW",
			body: `{"returnUrl":"https://e.com/done","failedReturnUrl":"https://e.com/retry?a=1#top","region":"PHL","tryCount":2,"productLevel":"PRO"}`},
		"get token in a locale of no override": {session: tokenSession, locale: "in_ID", language: "in_ID",
			body: `{"returnUrl":"https://e.com/done","failedReturnUrl":"https://e.com/retry?a=1#top","region":"PHL","tryCount":2,"productLevel":"PRO"}`},
		"get token for an iframe": {session: `{"api":"h5_token","region":"PHL","return_url":"app://e.com","fail_return_url":"https://e.com/?x=%20y&isLivenessIframe=false#f?g","iframe_enabled":true}`,
			body: `{"returnUrl":"app://e.com?isLivenessIframe=true","failedReturnUrl":"https://e.com/?x=%20y&isLivenessIframe=true#f?g","region":"PHL"}`},
		"get token for an iframe with one URL": {session: `{"api":"h5_token","region":"PHL","return_url":"https://e.com/","iframe_enabled":true}`,
			body: `{"returnUrl":"https://e.com/?isLivenessIframe=true","region":"PHL"}`},
		"get token for no iframe": {session: `{"api":"h5_token","region":"PHL","return_url":"https://e.com/","iframe_enabled":false}`,
			body: `{"returnUrl":"https://e.com/","region":"PHL"}`},
		"generate URL": {session: urlSession, visitor: visitor, body: urlBody("fr", "false")},
		"generate URL in a locale of no override":      {session: urlSession, locale: "zh_HK", visitor: visitor, body: urlBody("zh", "false")},
		"generate URL in a locale with an override":    {session: urlSession, locale: "in_ID", visitor: visitor, body: urlBody("id", "true")},
		"generate URL in a locale of another language": {session: urlSession, locale: "en_US", visitor: visitor, body: urlBody("en-GB", "false")},
		"generate URL with no more than it needs": {session: `{"api":"h5_url","region":"PHL","return_url":"https://e.com/","fail_return_url":"https://e.com/f"}`, visitor: visitor,
			body: `{"returnUrl":"https://e.com/","failReturnUrl":"https://e.com/f","bizId":"b-1","userId":"u-1","region":"PHL"}`},
		"a licence":                              {session: licenceSession, body: `{"licenseEffectiveSeconds":60,"applicationId":"a,b.c"}`},
		"a licence in a locale with an override": {session: licenceSession, locale: "th_TH", body: `{"licenseEffectiveSeconds":90,"applicationId":"a,b.c"}`},
		"a licence of nothing":                   {session: `{"api":"sdk_license"}`, locale: "th_TH", visitor: visitor, body: `{}`, unused: []string{"-user-id", "-biz-id", "-locale"}},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := NewOpenRequest(declared(t, tc.session), tc.locale, tc.visitor)
			require.NoError(t, err)
			assert.Equal(t, tc.body, string(r.Body))
			assert.Equal(t, tc.language, r.Language)
			assert.Equal(t, tc.unused, r.Unused)
			assert.Equal(t, http.MethodPost, r.Method)
			assert.NotEmpty(t, r.Path)
		})
	}
}

func TestLanguagesOfGenerateURL(t *testing.T) {
	s := declared(t, `{"api":"h5_url","region":"PHL","return_url":"https://e.com/","fail_return_url":"https://e.com/f"}`)
	for loc, want := range map[schema.Locale]string{
		"en_US": "en", "in_ID": "id", "fil_PH": "fil", "zh_CN": "zh", "zh_TW": "zh", "th_TH": "th", "bn_BD": "bn", "ms_MY": "ms",
	} {
		r, err := NewOpenRequest(s, loc, Visitor{"u", "b"})
		require.NoError(t, err)
		assert.Contains(t, string(r.Body), `"language":"`+want+`"`, loc)
		assert.Empty(t, r.Language, "it is in the body, not in the page's address")
	}
}

func TestAnOverrideOfNullTakesTheDefaultAway(t *testing.T) {
	s := declared(t, tokenSession)
	at := schema.AttributeNumber
	list := schema.Attributes()
	var own schema.Defaults
	for _, name := range []string{"product_level", "try_count", "language"} {
		v, diags := list[at(name)].Parse(cty.NullVal(cty.DynamicPseudoType), s.API, schema.Subject{})
		require.False(t, diags.HasErrors())
		own.Set(at(name), v)
	}
	s.Overrides["in_ID"] = own
	r, err := NewOpenRequest(s, "in_ID", Visitor{})
	require.NoError(t, err)
	assert.Equal(t, `{"returnUrl":"https://e.com/done","failedReturnUrl":"https://e.com/retry?a=1#top","region":"PHL"}`, string(r.Body))
	assert.Empty(t, r.Language, "no language is a choice too")
}

func TestWhatIsMissingIsNamed(t *testing.T) {
	for definition, want := range map[string]string{
		`{"api":"h5_token"}`: `session "onboarding" cannot be opened: Get Token needs region, return_url`,
		`{"api":"h5_url","region":"PHL","return_url":"https://e.com/"}`:                                      `session "onboarding" cannot be opened: Generate URL needs fail_return_url, the id of the business transaction (-biz-id), the id of the user (-user-id)`,
		`{"api":"h5_url","region":"PHL","return_url":"https://e.com/","fail_return_url":"https://e.com/no"}`: `session "onboarding" cannot be opened: Generate URL needs the id of the business transaction (-biz-id), the id of the user (-user-id)`,
	} {
		r, err := NewOpenRequest(declared(t, definition), "", Visitor{})
		assert.EqualError(t, err, want)
		assert.Zero(t, r)
	}
}

func TestWithParameter(t *testing.T) {
	for address, want := range map[string]string{
		"https://e.com":                       "https://e.com?k=a%26b",
		"https://e.com/":                      "https://e.com/?k=a%26b",
		"https://e.com/?":                     "https://e.com/?k=a%26b",
		"https://e.com/?a=%zz&&b":             "https://e.com/?a=%zz&b&k=a%26b",
		"https://e.com/?k=1&a=2&k":            "https://e.com/?a=2&k=a%26b",
		"https://e.com/?kk=1":                 "https://e.com/?kk=1&k=a%26b",
		"https://e.com/#/in/app?x=1":          "https://e.com/?k=a%26b#/in/app?x=1",
		"https://e.com/?a=1#":                 "https://e.com/?a=1&k=a%26b#",
		"myapp://callback/success":            "myapp://callback/success?k=a%26b",
		"https://e.com/ü?token=e.y.J-_+/=&s=": "https://e.com/ü?token=e.y.J-_+/=&s=&k=a%26b",
	} {
		got := setParameter(address, "k", "a&b")
		assert.Equal(t, want, got)
		assert.Equal(t, want, setParameter(got, "k", "a&b"), "twice is once")
	}
}

// told is a service that lets everybody in and gives one response.
func told(data string, pricing string) *fakeService {
	return &fakeService{push: writes(200, "application/json", fmt.Sprintf(
		`{"code":"SUCCESS","message":"OK","data":%s,"transactionId":"t-7","pricingStrategy":%q}`, data, pricing))}
}

func openRequest(t *testing.T, api schema.SessionAPI) OpenRequest {
	t.Helper()
	definition := map[schema.SessionAPI]string{schema.H5Token: tokenSession, schema.H5URL: urlSession, schema.SDKLicense: licenceSession}[api]
	r, err := NewOpenRequest(declared(t, definition), "", Visitor{"u-1", "b-1"})
	require.NoError(t, err)
	return r
}

func TestOpenedEnds(t *testing.T) {
	now := time.UnixMilli(1_700_000_000_000)
	for name, tc := range map[string]struct {
		api  schema.SessionAPI
		data string
		want time.Time
	}{
		"as it says":                 {schema.H5URL, `{"signatureId":"s","url":"https://h5.advance.ai/","expiredTime":1700000009000}`, now.Add(9 * time.Second)},
		"as it says in a string":     {schema.H5URL, `{"signatureId":"s","url":"https://h5.advance.ai/","expiredTime":"1700000009000"}`, now.Add(9 * time.Second)},
		"after an hour":              {schema.H5Token, `{"signatureId":"s","url":"https://h5.advance.ai/"}`, now.Add(time.Hour)},
		"after an hour, not in 1970": {schema.H5URL, `{"signatureId":"s","url":"https://h5.advance.ai/","expiredTime":0}`, now.Add(time.Hour)},
		"a licence":                  {schema.SDKLicense, `{"license":"l","expireTimestamp":1700000009000}`, now.Add(9 * time.Second)},
		"a licence as asked":         {schema.SDKLicense, `{"license":"l","expireTimestamp":null}`, now.Add(time.Minute)},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, told(tc.data, "FREE"), func(cfg *Config) { cfg.Now = func() time.Time { return now } })
			o, err := c.Open(t.Context(), openRequest(t, tc.api))
			require.NoError(t, err)
			assert.Equal(t, tc.want, o.ExpiresAt)
		})
	}
}

func TestASuccessThatOpensNothing(t *testing.T) {
	for name, tc := range map[string]struct {
		api  schema.SessionAPI
		data string
		want string
	}{
		"no data":                  {schema.H5Token, `null`, "its answer holds no session"},
		"no id":                    {schema.H5Token, `{"url":"https://e.com/"}`, "its answer holds no session"},
		"no page":                  {schema.H5URL, `{"signatureId":"s"}`, "the address of the page is no usable address"},
		"a page that runs as code": {schema.H5URL, `{"signatureId":"s","url":"javascript:alert(1)"}`, "the address of the page is no usable address"},
		"a page on a plain line":   {schema.H5URL, `{"signatureId":"s","url":"http://e.com/?token=s3cr3t"}`, "the address of the page is not https"},
		"a page of a user":         {schema.H5URL, `{"signatureId":"s","url":"https://me:s3cr3t@e.com/"}`, "the address of the page holds a user name"},
		"a page that turns around": {schema.H5URL, `{"signatureId":"s","url":"https://e.com/\u202es3cr3t"}`, "the address of the page is no usable address"},
		"no licence":               {schema.SDKLicense, `{"license":""}`, "its answer holds no licence"},
		"a licence of no text":     {schema.SDKLicense, `{"license":7}`, "its answer holds no licence"},
	} {
		t.Run(name, func(t *testing.T) {
			f := told(tc.data, map[bool]string{true: "PAY", false: "FREE"}[tc.api == schema.SDKLicense])
			_, err := newClient(t, f).Open(t.Context(), openRequest(t, tc.api))
			require.ErrorContains(t, err, "the service reports success, but "+tc.want+" (transaction t-7)")
			assert.NotContains(t, err.Error(), "s3cr3t")
			if tc.api == schema.SDKLicense {
				assert.ErrorContains(t, err, "it was billed, and was not asked for again")
			}
			_, asked := f.counts()
			assert.Equal(t, 1, asked)
		})
	}
}

func TestAPageOfTheSimulatorMayBePlain(t *testing.T) {
	const data = `{"signatureId":"s","url":"http://127.0.0.1:8585/h5/?token=x"}`
	o, err := newClient(t, told(data, "FREE")).Open(t.Context(), openRequest(t, schema.H5Token))
	require.NoError(t, err)
	assert.Equal(t, "http://127.0.0.1:8585/h5/?token=x&language=fr_FR", o.URL)

	elsewhere := newClient(t, told(data, "FREE"), func(cfg *Config) { cfg.BaseURL = "https://api.advance.ai" })
	_, err = elsewhere.Open(t.Context(), openRequest(t, schema.H5Token))
	assert.ErrorContains(t, err, "is not https", "a service elsewhere has no business on this machine")
}
