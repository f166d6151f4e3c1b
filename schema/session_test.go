package schema_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
)

type endpointsFile struct {
	Endpoints []struct {
		ID      string `json:"id"`
		Request []struct {
			Name     string `json:"name"`
			Required bool   `json:"required"`
			Default  bool   `json:"session_default"`
			Enum     any    `json:"enum"` // a list of words, or the file that lists them
		} `json:"request"`
	} `json:"endpoints"`
	Redirect struct {
		MaxLength int      `json:"max_length"`
		Valid     []string `json:"valid"`
		Rejected  []string `json:"rejected"`
	} `json:"redirect_url_rules"`
}

// attributeOf finds an attribute by the name that a request has for it.
var attributeOf = map[string]string{
	"returnUrl": "return_url", "failReturnUrl": "fail_return_url", "failedReturnUrl": "fail_return_url", "callbackUrl": "callback_url",
	"region": "region", "language": "language", "prefersColorScheme": "prefers_color_scheme", "bizCode": "biz_code",
	"iframeEnabled": "iframe_enabled", "productLevel": "product_level", "livenessType": "liveness_type", "tryCount": "try_count",
	"licenseEffectiveSeconds": "license_effective_seconds", "applicationId": "application_ids", "resultType": "result_type",
}

// What a session declares is what its requests keep from one session to the next.
func TestAttributesAreTheDescription(t *testing.T) {
	calls := map[string]schema.SessionAPI{
		"h5v6.get_token": schema.H5Token, "h5v10.generate_url": schema.H5URL,
		"sdk.auth_license": schema.SDKLicense, "sdk.detection_result": schema.SDKLicense,
	}
	type taken struct {
		Name string
		API  schema.SessionAPI
	}
	// Two live outside the request: the language in the page's URL, the frame in the return URLs.
	want := map[taken]bool{{"language", schema.H5Token}: false, {"iframe_enabled", schema.H5Token}: false}
	for _, e := range fixture[endpointsFile](t, "endpoints.json").Endpoints {
		api, ok := calls[e.ID]
		if !ok {
			continue
		}
		for _, p := range e.Request {
			if !p.Default {
				continue
			}
			name, ok := attributeOf[p.Name]
			require.True(t, ok, "%s of %s is declarable and has no attribute", p.Name, e.ID)
			want[taken{name, api}] = p.Required
			if words, ok := p.Enum.([]any); ok {
				open := slices.ContainsFunc(words, isPlaceholder)
				assert.Equal(t, open, attribute(t, name).Open, name)
				assert.ElementsMatch(t, slices.DeleteFunc(words, isPlaceholder), attribute(t, name).Words, name)
			}
		}
	}
	have := map[taken]bool{}
	for _, a := range schema.Attributes() {
		for _, api := range schema.SessionAPIs() {
			if a.Supports(api) {
				have[taken{a.Name, api}] = a.Requires(api)
			} else {
				assert.False(t, a.Requires(api), "%s demands %s and does not take it", api, a.Name)
			}
		}
		assert.NotEmpty(t, a.Help, a.Name)
	}
	assert.Equal(t, want, have)
}

// isPlaceholder tells a word from a note such as <custom name>.
func isPlaceholder(word any) bool { return strings.HasPrefix(word.(string), "<") }

func attribute(t testing.TB, name string) *schema.Attribute {
	t.Helper()
	i := schema.AttributeNumber(name)
	require.GreaterOrEqual(t, i, 0, name)
	return &schema.Attributes()[i]
}

func TestRedirectURLsAreTheDescription(t *testing.T) {
	rules := fixture[endpointsFile](t, "endpoints.json").Redirect
	assert.Equal(t, rules.MaxLength, schema.URLMax)
	require.NotEmpty(t, rules.Valid)
	require.NotEmpty(t, rules.Rejected)
	for _, name := range []string{"return_url", "fail_return_url"} {
		for _, s := range rules.Valid {
			v, diags := attribute(t, name).Parse(cty.StringVal(s), schema.H5URL, schema.Subject{})
			assert.Empty(t, diags, s)
			assert.Equal(t, s, v.Text())
		}
		for _, s := range rules.Rejected {
			for _, spelt := range []string{s, strings.ReplaceAll(s, `\n`, "\n")} {
				v, diags := attribute(t, name).Parse(cty.StringVal(spelt), schema.H5URL, schema.Subject{})
				assert.Equal(t, list("redirect-url!"), findings(diags), "%q", spelt)
				assert.False(t, v.Declared())
			}
		}
	}
}

func TestAttributeValues(t *testing.T) {
	long := "https://e.example/" + strings.Repeat("a", schema.URLMax-len("https://e.example/"))
	for _, tc := range []struct {
		name string
		api  schema.SessionAPI
		in   cty.Value
		want any
		says []string
	}{
		{"return_url", schema.H5Token, cty.StringVal("http://localhost:3000/done"), "http://localhost:3000/done", nil},
		{"return_url", schema.H5Token, cty.StringVal("myapp://done"), "myapp://done", nil},
		{"return_url", schema.H5Token, cty.StringVal("https://e.example/a#b"), "https://e.example/a#b", nil},
		{"return_url", schema.H5Token, cty.StringVal(long), long, nil},
		{"return_url", schema.H5Token, cty.StringVal(long + "a"), nil, list("redirect-url!")},
		{"return_url", schema.H5Token, cty.StringVal(""), nil, list("empty-value!")},
		{"return_url", schema.H5Token, cty.StringVal("done"), nil, list("redirect-url!")},
		{"return_url", schema.H5Token, cty.StringVal("//e.example/a"), nil, list("redirect-url!")},
		{"return_url", schema.H5Token, cty.StringVal("JavaScript://e.example/%0aalert(1)"), nil, list("redirect-url!")},
		{"return_url", schema.H5Token, cty.StringVal("data:text/html,a"), nil, list("redirect-url!")},
		{"return_url", schema.H5Token, cty.StringVal("vbscript://a"), nil, list("redirect-url!")},
		{"return_url", schema.H5Token, cty.StringVal("intent://a"), nil, list("redirect-url!")},
		{"return_url", schema.H5Token, cty.StringVal("https://e.example/a b"), nil, list("redirect-url!")},
		{"return_url", schema.H5Token, cty.StringVal("https://:80/"), nil, list("redirect-url!")},
		{"callback_url", schema.H5URL, cty.StringVal("http://e.example/hook"), "http://e.example/hook", nil},
		{"callback_url", schema.H5URL, cty.StringVal("myapp://hook"), nil, list("redirect-url!")},

		{"region", schema.H5URL, cty.StringVal("PHL"), "PHL", nil},
		{"region", schema.H5URL, cty.StringVal("IDN"), "IDN", nil},
		{"region", schema.H5URL, cty.StringVal("NGA"), "NGA", nil},
		{"region", schema.H5URL, cty.StringVal("phl"), nil, list("enum!")},
		{"region", schema.H5URL, cty.StringVal("PH"), nil, list("enum!")},
		{"region", schema.H5URL, cty.StringVal("608"), nil, list("enum!")},
		{"region", schema.H5URL, cty.StringVal("ZZZ"), nil, list("enum!")},
		{"region", schema.H5URL, cty.StringVal("XYZ"), nil, list("enum!")},
		{"region", schema.H5URL, cty.StringVal("QQQ"), nil, list("enum!")},

		{"language", schema.H5Token, cty.StringVal("th"), "th_TH", nil},
		{"language", schema.H5Token, cty.StringVal("in_ID"), "in_ID", nil},
		{"language", schema.H5Token, cty.StringVal("en-US"), nil, list("enum!")},
		{"language", schema.H5Token, cty.StringVal("fil"), nil, list("enum!")},
		{"language", schema.H5URL, cty.StringVal("fil"), "fil", nil},
		{"language", schema.H5URL, cty.StringVal("en-US"), "en-US", nil},
		{"language", schema.H5URL, cty.StringVal("en_US"), nil, list("enum!")},
		{"language", schema.H5URL, cty.StringVal("english!"), nil, list("enum!")},

		{"product_level", schema.H5URL, cty.StringVal("PRO"), "PRO", nil},
		{"product_level", schema.H5URL, cty.StringVal("pro"), nil, list("enum!")},
		{"prefers_color_scheme", schema.H5URL, cty.StringVal("dark"), "dark", nil},
		{"prefers_color_scheme", schema.H5URL, cty.StringVal("auto"), nil, list("enum!")},
		{"liveness_type", schema.H5URL, cty.StringVal("DISTANT_NEAR"), "DISTANT_NEAR", nil},
		{"liveness_type", schema.H5URL, cty.StringVal("login"), "login", nil},
		{"liveness_type", schema.H5URL, cty.StringVal("log in"), nil, list("enum!")},
		{"liveness_type", schema.H5URL, cty.StringVal("ล็อกอิน"), nil, list("enum!")},
		{"liveness_type", schema.H5URL, cty.StringVal(strings.Repeat("a", 64)), strings.Repeat("a", 64), nil},
		{"liveness_type", schema.H5URL, cty.StringVal(strings.Repeat("a", 65)), nil, list("enum!")},
		{"biz_code", schema.H5URL, cty.StringVal(strings.Repeat("a", 32)), strings.Repeat("a", 32), nil},
		{"biz_code", schema.H5URL, cty.StringVal(strings.Repeat("a", 33)), nil, list("enum!")},
		{"biz_code", schema.H5URL, cty.StringVal("a_b"), nil, list("enum!")},
		{"result_type", schema.SDKLicense, cty.StringVal("IMAGE_URL"), "IMAGE_URL", nil},

		{"try_count", schema.H5Token, cty.NumberIntVal(3), 3, list("deprecated")},
		{"try_count", schema.H5Token, cty.NumberIntVal(0), nil, list("range!", "deprecated")},
		{"try_count", schema.H5Token, cty.MustParseNumberVal("1.5"), nil, list("wrong-type!")},
		{"license_effective_seconds", schema.SDKLicense, cty.NumberIntVal(1), 1, nil},
		{"license_effective_seconds", schema.SDKLicense, cty.StringVal("600"), 600, nil},
		{"license_effective_seconds", schema.SDKLicense, cty.NumberIntVal(86400), 86400, nil},
		{"license_effective_seconds", schema.SDKLicense, cty.NumberIntVal(86401), nil, list("range!")},
		{"license_effective_seconds", schema.SDKLicense, cty.NumberIntVal(-1), nil, list("range!")},
		{"license_effective_seconds", schema.SDKLicense, cty.MustParseNumberVal("1e30"), nil, list("wrong-type!")},
		{"license_effective_seconds", schema.SDKLicense, cty.StringVal("ten"), nil, list("wrong-type!")},

		{"application_ids", schema.SDKLicense, cty.TupleVal([]cty.Value{cty.StringVal("a"), cty.StringVal("b")}), []string{"a", "b"}, nil},
		{"application_ids", schema.SDKLicense, cty.SetVal([]cty.Value{cty.StringVal("b"), cty.StringVal("a")}), []string{"a", "b"}, nil},
		{"application_ids", schema.SDKLicense, cty.EmptyTupleVal, nil, list("empty-value!")},
		{"application_ids", schema.SDKLicense, cty.StringVal("a,b"), nil, list("wrong-type!")},
		{"application_ids", schema.SDKLicense, cty.TupleVal([]cty.Value{cty.StringVal("a,b")}), nil, list("enum!")},
		{"application_ids", schema.SDKLicense, cty.TupleVal([]cty.Value{cty.StringVal("")}), nil, list("enum!")},
		{"application_ids", schema.SDKLicense, cty.TupleVal([]cty.Value{cty.NumberIntVal(1)}), nil, list("wrong-type!")},
		{"application_ids", schema.SDKLicense, cty.TupleVal([]cty.Value{cty.StringVal("a\xff")}), nil, list("enum!")},
		{"application_ids", schema.SDKLicense, tip("a", "b"), nil, list("wrong-type!")},

		{"iframe_enabled", schema.H5URL, cty.False, false, nil},
		{"iframe_enabled", schema.H5URL, cty.StringVal("no"), nil, list("wrong-type!")},
	} {
		t.Run(tc.name+" "+tc.in.GoString(), func(t *testing.T) {
			v, diags := attribute(t, tc.name).Parse(tc.in, tc.api, schema.Subject{})
			assert.Equal(t, tc.says, findings(diags))
			assert.Equal(t, inJSON(t, tc.want), string(v.AppendJSON(nil)))
			again, _ := attribute(t, tc.name).Parse(v.Cty(), tc.api, schema.Subject{})
			assert.True(t, again.Equal(v))
		})
	}
}

func TestAttributeNull(t *testing.T) {
	for i := range schema.Attributes() {
		v, diags := schema.Attributes()[i].Parse(cty.NullVal(cty.DynamicPseudoType), schema.H5URL, schema.Subject{})
		assert.Empty(t, diags)
		assert.True(t, v.IsNull())
	}
	assert.Equal(t, -1, schema.AttributeNumber("user_id"), "what belongs to one session is no default")
	assert.Equal(t, schema.Value{}, schema.Defaults{}.At(-1))
}

func session(t testing.TB, api schema.SessionAPI, members ...string) schema.Session {
	t.Helper()
	s := schema.Session{Name: "onboarding", API: api}
	for i := 0; i < len(members); i += 2 {
		number := schema.AttributeNumber(members[i])
		v, diags := attribute(t, members[i]).Parse(cty.StringVal(members[i+1]), api, schema.Subject{})
		require.False(t, diags.HasErrors(), "%v", diags)
		s.Defaults.Set(number, v)
	}
	return s
}

func TestSessionJSON(t *testing.T) {
	s := session(t, schema.H5URL, "return_url", "myapp://done?a=1&b=<2>", "region", "PHL", "iframe_enabled", "false")
	th := session(t, schema.H5URL, "return_url", "https://e.example/th")
	s.Overrides = map[schema.Locale]schema.Defaults{"th_TH": th.Defaults, "ar_AE": {}}
	raw, err := s.MarshalJSON()
	require.NoError(t, err)
	assert.Equal(t, `{"api":"h5_url","region":"PHL","return_url":"myapp://done?a=1&b=<2>","iframe_enabled":false,"locales":{"ar_AE":{},"th_TH":{"return_url":"https://e.example/th"}}}`, string(raw))
	back := schema.Session{Name: "onboarding"}
	require.NoError(t, back.UnmarshalJSON(raw))
	assert.True(t, back.Equal(s) && s.Equal(back))
	assert.Equal(t, "onboarding", back.Name)
	again, err := back.MarshalJSON()
	require.NoError(t, err)
	assert.Equal(t, string(raw), string(again))
}

func TestSessionEquality(t *testing.T) {
	s := session(t, schema.H5URL, "region", "PHL")
	other := session(t, schema.H5URL, "region", "IDN")
	assert.False(t, s.Equal(other))
	withNull := s
	withNull.Defaults = slices.Clone(s.Defaults)
	null, _ := attribute(t, "biz_code").Parse(cty.NullVal(cty.String), s.API, schema.Subject{})
	withNull.Defaults.Set(schema.AttributeNumber("biz_code"), null)
	assert.True(t, s.Equal(withNull), "null and undeclared are alike")
	token := s
	token.API = schema.H5Token
	assert.False(t, s.Equal(token))
	overridden := s
	overridden.Overrides = map[schema.Locale]schema.Defaults{"th_TH": other.Defaults}
	assert.False(t, s.Equal(overridden))
	assert.False(t, overridden.Equal(s))
	assert.Equal(t, "session.onboarding", s.Address().String())
}

// What an older livery recorded is read as far as it is understood.
func TestSessionJSONOfAnotherVersion(t *testing.T) {
	s := schema.Session{Name: "a"}
	require.NoError(t, s.UnmarshalJSON([]byte(`{"api":"h5_url","region":"Atlantis","biz_code":"ok","shape":"round","locales":{"xx":{},"th":{"biz_code":"th","shape":1}}}`)))
	raw, err := s.MarshalJSON()
	require.NoError(t, err)
	assert.Equal(t, `{"api":"h5_url","biz_code":"ok","locales":{"th_TH":{"biz_code":"th"}}}`, string(raw))
	for _, bad := range []string{`[]`, `{"api":5}`, `{"locales":[]}`, `{`} {
		assert.Error(t, s.UnmarshalJSON([]byte(bad)), bad)
	}
	require.NoError(t, s.UnmarshalJSON([]byte(`{"locales":null}`)))
}
