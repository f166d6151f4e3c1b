package simulator

import (
	"crypto/hmac"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// tokenGroup is the prefix of the faults that befall token requests.
const tokenGroup = "token"

// What the documents say of tokens.
const (
	clockSkewMax  = 300 * time.Second
	periodDefault = 3600 // seconds
	periodMin     = 60
	periodMax     = 86400
)

// Account is a customer of the simulated service. It prints without its secret.
type Account struct{ AccessKey, SecretKey string }

// ParseAccount reads KEY:SECRET. The error does not repeat what was written.
func ParseAccount(s string) (Account, error) {
	key, secret, ok := strings.Cut(s, ":")
	if !ok || key == "" || secret == "" {
		return Account{}, errors.New("an account is written KEY:SECRET")
	}
	return Account{key, secret}, nil
}

// String implements fmt.Stringer.
func (a Account) String() string { return a.AccessKey + ":(secret)" }

// GoString implements fmt.GoStringer, for %#v.
func (a Account) GoString() string { return fmt.Sprintf("simulator.Account(%q)", a.String()) }

// LogValue implements slog.LogValuer.
func (a Account) LogValue() slog.Value { return slog.StringValue(a.String()) }

// indexAccounts makes accounts searchable; without any, the documents' samples count.
func indexAccounts(accounts []Account) (map[string]Account, error) {
	if len(accounts) == 0 {
		accounts = []Account{{"sampleaccesskey", "samplesecretkey"}}
	}
	byKey := make(map[string]Account, len(accounts))
	for _, a := range accounts {
		if a.AccessKey == "" || a.SecretKey == "" {
			return nil, errors.New("an account needs both an access key and a secret key")
		}
		if _, twice := byKey[a.AccessKey]; twice {
			return nil, errors.New("one access key is given twice")
		}
		byKey[a.AccessKey] = a
	}
	return byKey, nil
}

// tokenCalls issues tokens and judges those that come back.
type tokenCalls struct {
	accounts map[string]Account // by access key
	key      []byte             // signs the tokens; a new one each run, so tokens end with it
}

func (t tokenCalls) endpoints() []endpoint {
	return []endpoint{{
		group: tokenGroup, method: http.MethodPost, path: "/openapi/auth/ticket/v1/generate-token",
		open: true, illegal: parameterIllegal, serve: t.generateToken,
	}}
}

func (t tokenCalls) generateToken(q request) response {
	key, timestamp, signature := q.form.verbatim("accessKey"), q.form.verbatim("timestamp"), q.form.verbatim("signature")
	seconds := q.form.verbatim("periodSecond")
	switch {
	case q.form.wrong:
		return refuse(parameterIllegal)
	case key == "" || timestamp == "" || signature == "":
		return refuse(parameterMissing)
	case !isTimely(timestamp, q.now):
		return refuse("Timestamp error")
	}
	account, known := t.accounts[key]
	if !known {
		return response{code: iamFailed, message: "Access Key not found"}
	}
	if !hmac.Equal([]byte(fingerprint(account.AccessKey+account.SecretKey+timestamp)), []byte(signature)) {
		return refuse("Signature error")
	}
	period := periodDefault
	if seconds != "" {
		var err error
		if period, err = strconv.Atoi(seconds); err != nil || period < periodMin || period > periodMax {
			return refuse(parameterIllegal)
		}
	}
	expires := q.now.Add(time.Duration(period) * time.Second)
	return succeed(struct {
		Token       string `json:"token"`
		ExpiredTime int64  `json:"expiredTime"` // Unix time in milliseconds
	}{t.newToken(account, q.now, expires), expires.UnixMilli()})
}

// isTimely reports whether a timestamp has 13 digits and is near enough to now.
func isTimely(timestamp string, now time.Time) bool {
	if len(timestamp) != 13 || strings.Trim(timestamp, "0123456789") != "" {
		return false
	}
	ms, err := strconv.ParseInt(timestamp, 10, 64)
	return err == nil && now.Sub(time.UnixMilli(ms)).Abs() <= clockSkewMax
}

// claims is what a token says. Tokens carry their own proof, so that none has
// to be remembered, and none outlives the process.
type claims struct {
	Issuer   string `json:"iss"`
	Subject  string `json:"sub"` // the account's fingerprint
	Audience string `json:"aud"`
	IssuedAt int64  `json:"iat"` // Unix time in seconds
	Expires  int64  `json:"exp"` // the same
	Until    int64  `json:"until"`
	ID       string `json:"jti"`
}

// newToken makes a token in the form of the documents' sample, a signed JWT.
func (t tokenCalls) newToken(a Account, now, expires time.Time) string {
	payload := must(json.Marshal(claims{
		Issuer: "h5_liveness", Subject: fingerprint(a.AccessKey), Audience: "WEB",
		IssuedAt: now.Unix(), Expires: expires.Unix(), Until: expires.UnixMilli(), ID: randomHex(8),
	}))
	enc := base64.RawURLEncoding
	signed := enc.EncodeToString([]byte(`{"alg":"HS512"}`)) + "." + enc.EncodeToString(payload)
	return signed + "." + enc.EncodeToString(t.sign(signed))
}

func (t tokenCalls) sign(text string) []byte {
	mac := hmac.New(sha512.New, t.key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

// authenticate is the fingerprint of the account that a token was made for; false
// when the token is not ours or has ended.
func (t tokenCalls) authenticate(token string, now time.Time) (string, bool) {
	cut := strings.LastIndexByte(token, '.')
	if cut < 0 {
		return "", false
	}
	enc := base64.RawURLEncoding
	signature, err := enc.DecodeString(token[cut+1:])
	if err != nil || !hmac.Equal(signature, t.sign(token[:cut])) {
		return "", false
	}
	_, body, _ := strings.Cut(token[:cut], ".")
	payload, err := enc.DecodeString(body)
	var c claims
	if err != nil || json.Unmarshal(payload, &c) != nil {
		return "", false
	}
	return c.Subject, now.UnixMilli() < c.Until
}
