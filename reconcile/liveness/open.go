package liveness

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"livery/schema"
)

// pageLifetime is how long a page can be opened, and licenceLife how long a licence
// is valid, where the response does not say; both as documented.
const (
	pageLifetime    = time.Hour
	licenceLifetime = 10 * time.Minute
)

// Visitor is what belongs to one session and cannot be declared.
type Visitor struct{ UserID, BizID string }

// OpenRequest is the exact request that opens a session.
type OpenRequest struct {
	API      schema.SessionAPI
	Method   string
	Path     string
	Body     json.RawMessage // exactly these bytes are sent; members in the order of the documents
	Language string          // what the page's URL gets as its language parameter; "" for none
	Visitor  Visitor         // as far as this API takes it
	Unused   []string        // what was asked for and this API does not take: "-user-id", "-biz-id", "-locale"
}

// NewOpenRequest merges the session's defaults, its override for the locale and
// the visitor. With a locale the page is asked for in its language, in the
// vocabulary of the API, unless the override names another; with "" in the one
// that is declared, if any. The error names everything that is missing.
func NewOpenRequest(s schema.Session, loc schema.Locale, v Visitor) (OpenRequest, error) {
	d := declaration{session: s, locale: loc}
	e := openEndpoint(s.API)
	r := OpenRequest{API: s.API, Method: e.method, Path: e.path, Visitor: v}
	if missing := d.missing(v); len(missing) > 0 {
		return OpenRequest{}, fmt.Errorf("session %q cannot be opened: %s needs %s", s.Name, e.name, strings.Join(missing, ", "))
	}
	switch s.API {
	case schema.H5Token:
		r.Body, r.Language = d.tokenBody(v), d.language()
		r.unused(v.BizID, "-biz-id")
		r.Visitor.BizID = ""
	case schema.H5URL:
		r.Body = d.urlBody(v)
	case schema.SDKLicense:
		r.Body = d.licenceBody()
		r.unused(v.UserID, "-user-id")
		r.unused(v.BizID, "-biz-id")
		r.Visitor = Visitor{}
		if _, overridden := s.Overrides[loc]; !overridden {
			r.unused(string(loc), "-locale")
		}
	}
	return r, nil
}

func (r *OpenRequest) unused(value, flag string) {
	if value != "" {
		r.Unused = append(r.Unused, flag)
	}
}

// declaration is what is declared for a session in a locale.
type declaration struct {
	session schema.Session
	locale  schema.Locale // "" for none
}

// value is the value of an attribute.
func (d declaration) value(name string) schema.Value {
	n := schema.AttributeNumber(name)
	if n < 0 {
		panic("liveness: no attribute of sessions: " + name)
	}
	return d.session.At(d.locale, n)
}

func (d declaration) text(name string) string { return d.value(name).Text() }

// missing names what the API demands and nobody has given.
func (d declaration) missing(v Visitor) []string {
	var list []string
	for _, a := range schema.Attributes() {
		if a.Requires(d.session.API) && !d.value(a.Name).Declared() {
			list = append(list, a.Name)
		}
	}
	if d.session.API != schema.H5URL {
		return list
	}
	if v.BizID == "" {
		list = append(list, "the id of the business transaction (-biz-id)")
	}
	if v.UserID == "" {
		list = append(list, "the id of the user (-user-id)")
	}
	return list
}

// language is the display language in the vocabulary of the API; "" for none.
func (d declaration) language() string {
	n := schema.AttributeNumber("language")
	if own := d.session.Overrides[d.locale].At(n); d.locale == "" || own.Declared() || own.IsNull() {
		return d.text("language")
	}
	if d.session.API == schema.H5Token {
		return string(d.locale)
	}
	bare, _, _ := strings.Cut(d.locale.Info().BCP47, "-")
	return bare
}

func (d declaration) tokenBody(v Visitor) json.RawMessage {
	page := func(name string) string {
		address := d.text(name)
		if address != "" && d.value("iframe_enabled").Flag() {
			return setParameter(address, "isLivenessIframe", "true")
		}
		return address
	}
	var m objectWriter
	m.add("returnUrl", page("return_url"))
	m.add("userId", v.UserID)
	m.add("failedReturnUrl", page("fail_return_url"))
	m.add("region", d.text("region"))
	if tries := d.value("try_count"); tries.Declared() {
		m.add("tryCount", tries.Number()) // a number, as in the documents' sample; their table says string
	}
	m.add("productLevel", d.text("product_level"))
	return m.object()
}

func (d declaration) urlBody(v Visitor) json.RawMessage {
	var m objectWriter
	m.add("returnUrl", d.text("return_url"))
	m.add("failReturnUrl", d.text("fail_return_url"))
	m.add("callbackUrl", d.text("callback_url"))
	m.add("bizId", v.BizID)
	m.add("userId", v.UserID)
	m.add("region", d.text("region"))
	m.add("language", d.language())
	m.add("prefersColorScheme", d.text("prefers_color_scheme"))
	m.add("bizCode", d.text("biz_code"))
	if framed := d.value("iframe_enabled"); framed.Declared() {
		m.add("iframeEnabled", framed.Flag())
	}
	m.add("productLevel", d.text("product_level"))
	m.add("livenessType", d.text("liveness_type"))
	return m.object()
}

func (d declaration) licenceBody() json.RawMessage {
	var m objectWriter
	if life := d.value("license_effective_seconds"); life.Declared() {
		m.add("licenseEffectiveSeconds", life.Number())
	}
	m.add("applicationId", strings.Join(d.value("application_ids").Words(), ","))
	return m.object()
}

// setParameter gives an address one parameter more, and changes nothing else
// of it: the address may be an app's own, and what it holds may be signed. A
// parameter of that name that is there already is replaced.
func setParameter(address, name, value string) string {
	rest, fragment, fragmented := strings.Cut(address, "#")
	rest, query, _ := strings.Cut(rest, "?")
	var kept []string
	for _, pair := range strings.Split(query, "&") {
		if key, _, _ := strings.Cut(pair, "="); pair != "" && key != name {
			kept = append(kept, pair)
		}
	}
	rest += "?" + strings.Join(append(kept, name+"="+url.QueryEscape(value)), "&")
	if fragmented {
		rest += "#" + fragment
	}
	return rest
}

// Opened is a session that the service has opened. The URL lets anybody in who
// has it, and belongs into no log.
type Opened struct {
	SignatureID   string        // of the H5 APIs
	URL           string        // the page, with its language; of the H5 APIs
	License       schema.Secret // of the SDK
	ExpiresAt     time.Time     // by the service's word, or reckoned from its documents
	TransactionID string
	Billed        bool
}

// Open opens a session. Opening a page is free and repeated as the responses ask;
// a licence may be billed, and is asked for again only after a response that is
// certainly a refusal. The error is a *reconcile.Refusal when the service says
// no, and holds a *reconcile.InDoubt when a licence may have been issued.
func (c *Client) Open(ctx context.Context, r OpenRequest) (Opened, error) {
	e := openEndpoint(r.API)
	sent := c.newSessionRequest(e)
	sent.method, sent.path = r.Method, r.Path
	sent.body = func() []byte { return r.Body }
	got, err := c.sendSession(ctx, e, sent)
	if err != nil {
		return Opened{}, err
	}
	o := Opened{TransactionID: c.redactor.sanitize(got.TransactionID), Billed: got.billed()}
	if r.API == schema.SDKLicense {
		err = o.readLicence(got, r, c.clock.now())
	} else {
		err = c.readPage(&o, got, r)
	}
	if err != nil {
		return o, c.unusableResponse(e, got, err)
	}
	return o, nil
}

// unusableResponse is the error of a success that holds nothing to use.
func (c *Client) unusableResponse(e endpoint, got reply, why error) error {
	billed := ""
	if got.billed() {
		billed = "; it was billed, and was not asked for again"
	}
	return fmt.Errorf("%s: the service reports success, but %w (transaction %s)%s", e.name, why, c.redactor.sanitize(got.TransactionID), billed)
}

func (e envelope) billed() bool { return e.Pricing == "PAY" }

func (o *Opened) readLicence(got reply, r OpenRequest, now time.Time) error {
	var data struct {
		License         string          `json:"license"`
		ExpireTimestamp json.RawMessage `json:"expireTimestamp"`
	}
	if json.Unmarshal(got.Data, &data) != nil || data.License == "" {
		return errors.New("its answer holds no licence")
	}
	o.License = schema.Secret(data.License)
	var asked struct{ LicenseEffectiveSeconds int }
	life := licenceLifetime
	if json.Unmarshal(r.Body, &asked) == nil && asked.LicenseEffectiveSeconds > 0 {
		life = time.Duration(asked.LicenseEffectiveSeconds) * time.Second
	}
	o.ExpiresAt = parseMillis(data.ExpireTimestamp, now.Add(life))
	return nil
}

func (c *Client) readPage(o *Opened, got reply, r OpenRequest) error {
	var data struct {
		SignatureID string          `json:"signatureId"`
		URL         string          `json:"url"`
		ExpiredTime json.RawMessage `json:"expiredTime"`
	}
	if json.Unmarshal(got.Data, &data) != nil || data.SignatureID == "" {
		return errors.New("its answer holds no session")
	}
	o.SignatureID = c.redactor.sanitize(data.SignatureID)
	if _, err := c.connection.checkLink(data.URL); err != nil {
		return fmt.Errorf("the address of the page %w", err)
	}
	o.URL = data.URL
	if r.Language != "" {
		o.URL = setParameter(o.URL, "language", r.Language)
	}
	o.ExpiresAt = parseMillis(data.ExpiredTime, c.clock.now().Add(pageLifetime))
	return nil
}

// parseMillis reads milliseconds since 1970, as a number or a string of one.
func parseMillis(raw json.RawMessage, otherwise time.Time) time.Time {
	ms, err := strconv.ParseInt(strings.Trim(string(raw), `"`), 10, 64)
	if err != nil || ms <= 0 {
		return otherwise
	}
	return time.UnixMilli(ms)
}
