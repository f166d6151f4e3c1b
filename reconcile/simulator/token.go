package simulator

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
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

// index makes accounts searchable; without any, the documents' samples count.
func index(accounts []Account) (map[string]Account, error) {
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

// fingerprint names an account where its access key must not stand.
func fingerprint(accessKey string) string {
	sum := sha256.Sum256([]byte(accessKey))
	return hex.EncodeToString(sum[:])
}

func (s *Simulator) tokenCalls() []call {
	return []call{{
		group: tokenGroup, method: http.MethodPost, path: "/openapi/auth/ticket/v1/generate-token",
		open: true, serve: s.generateToken,
	}}
}

// ticket is the data of a token answer.
type ticket struct {
	Token       string `json:"token"`
	ExpiredTime int64  `json:"expiredTime"` // Unix time in milliseconds
}

func (s *Simulator) generateToken(q request) answer {
	form, fault := parseTokenForm(q.body)
	if fault.code != "" {
		return fault
	}
	if form.accessKey == "" || form.timestamp == "" || form.signature == "" {
		return refused(parameterMissing)
	}
	if !timely(form.timestamp, q.now) {
		return refused("Timestamp error")
	}
	account, known := s.accounts[form.accessKey]
	if !known {
		return answer{code: iamFailed, message: "Access Key not found"}
	}
	sum := sha256.Sum256([]byte(account.AccessKey + account.SecretKey + form.timestamp))
	if subtle.ConstantTimeCompare([]byte(hex.EncodeToString(sum[:])), []byte(form.signature)) != 1 {
		return refused("Signature error")
	}
	period := periodDefault
	if form.periodSecond != "" {
		var err error
		if period, err = strconv.Atoi(form.periodSecond); err != nil || period < periodMin || period > periodMax {
			return refused(parameterIllegal)
		}
	}
	expires := q.now.Add(time.Duration(period) * time.Second)
	return accepted(ticket{s.mint(account, q.now, expires), expires.UnixMilli()})
}

// tokenForm is a token request. A number is kept as it was written, since the
// documents call the numbers strings and their samples do not.
type tokenForm struct{ accessKey, timestamp, signature, periodSecond string }

func parseTokenForm(body []byte) (tokenForm, answer) {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var members any
	if !json.Valid(body) || dec.Decode(&members) != nil {
		return tokenForm{}, clientError(http.StatusBadRequest)
	}
	object, ok := members.(map[string]any)
	if !ok {
		return tokenForm{}, refused(parameterIllegal)
	}
	var form tokenForm
	for name, member := range map[string]*string{
		"accessKey": &form.accessKey, "timestamp": &form.timestamp,
		"signature": &form.signature, "periodSecond": &form.periodSecond,
	} {
		switch v := object[name].(type) {
		case nil:
		case string:
			*member = v
		case json.Number:
			*member = v.String()
		default:
			return tokenForm{}, refused(parameterIllegal)
		}
	}
	return form, answer{}
}

// timely reports whether a timestamp has 13 digits and is near enough to now.
func timely(timestamp string, now time.Time) bool {
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

// mint makes a token in the form of the documents' sample, a signed JWT.
func (s *Simulator) mint(a Account, now, expires time.Time) string {
	payload, err := json.Marshal(claims{
		Issuer: "h5_liveness", Subject: fingerprint(a.AccessKey), Audience: "WEB",
		IssuedAt: now.Unix(), Expires: expires.Unix(), Until: expires.UnixMilli(), ID: transactionID(),
	})
	if err != nil {
		panic("simulator: claims that cannot be JSON: " + err.Error())
	}
	enc := base64.RawURLEncoding
	signed := enc.EncodeToString([]byte(`{"alg":"HS512"}`)) + "." + enc.EncodeToString(payload)
	return signed + "." + enc.EncodeToString(s.sign(signed))
}

func (s *Simulator) sign(text string) []byte {
	mac := hmac.New(sha512.New, s.key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

// bearer is the fingerprint of the account that a token was made for; false
// when the token is not ours or has ended.
func (s *Simulator) bearer(token string, now time.Time) (string, bool) {
	cut := strings.LastIndexByte(token, '.')
	if cut < 0 {
		return "", false
	}
	enc := base64.RawURLEncoding
	signature, err := enc.DecodeString(token[cut+1:])
	if err != nil || !hmac.Equal(signature, s.sign(token[:cut])) {
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
