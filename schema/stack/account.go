package stack

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"livery/schema"
	"livery/schema/config"
	"livery/schema/rule"
)

// Simulator is the base URL of the simulator that is built in.
const Simulator = "simulator"

// Account is what the account block says; zero members were not said.
type Account struct {
	BaseURL   string
	AccessKey string
	SecretKey schema.Secret
	// AccessKeyFrom and SecretKeyFrom are what people look at when a key is wrong: the variables
	// behind it, or the attribute; "" where the block does not say.
	AccessKeyFrom, SecretKeyFrom string
	TokenTTL                     time.Duration
	Retries                      *int
	Range                        hcl.Range // of base_url, or of the block
}

// accounts evaluates the account block.
type accounts struct {
	*scope
	read Account
}

// account evaluates an account block; nil if there is none.
func (l *accounts) account(b *config.Block) Account {
	if b == nil {
		return Account{}
	}
	l.read.Range = b.DefRange
	for _, block := range b.Blocks {
		l.UnknownBlock(block, "in the account block", schema.Subject{}, nil, nil)
	}
	names := []string{"base_url", "access_key", "secret_key", "token_ttl", "retries"}
	for _, a := range b.Attributes {
		if !slices.Contains(names, a.Name) {
			l.UnknownField(a, "The account block", schema.Subject{}, names, nil)
			continue
		}
		l.attribute(a)
	}
	if l.holdsSecret(cty.StringVal(l.read.BaseURL)) {
		l.Report(schema.Diagnose(rule.SensitiveValue, schema.Subject{Path: "base_url", Range: l.read.Range}, "Secret in public",
			"base_url holds the account's secret key, but it is shown, and recorded in plans and in the state."))
		l.read.BaseURL = ""
	}
	return l.read
}

func (l *accounts) attribute(a *config.Attribute) {
	at := schema.Subject{Path: a.Name, Range: a.Expr.Range()}
	l.variables.inKeys = a.Name == "access_key" || a.Name == "secret_key"
	v, _ := l.evaluate(a.Expr, nil, at).UnmarkDeep()
	l.variables.inKeys = false
	if a.Name == "secret_key" {
		l.literalSecret(a, v, at)
	}
	if !v.IsWhollyKnown() || v.IsNull() {
		return
	}
	text, err := convert.Convert(v, cty.String)
	if err != nil {
		l.Report(schema.Diagnose(rule.WrongType, at, "Wrong type of value", a.Name+" does not take "+schema.TypeName(v.Type())+"."))
		return
	}
	s := text.AsString()
	if s == "" {
		l.Report(schema.Diagnose(rule.EmptyValue, at, "Empty value", a.Name+" is empty. Leave it out, or write null, for its default."))
		return
	}
	account := &l.read
	switch a.Name {
	case "base_url":
		account.BaseURL, account.Range = strings.TrimSuffix(s, "/"), at.Range
		if why := schema.CheckURL(s, schema.ServiceBase); why != "" && s != Simulator {
			l.Report(schema.Diagnose(rule.URLFormat, at, "Not a usable base URL", fmt.Sprintf("base_url %s.", why)))
		}
	case "access_key":
		account.AccessKey, account.AccessKeyFrom = s, l.source(a)
	case "secret_key":
		account.SecretKey, account.SecretKeyFrom = schema.Secret(s), l.source(a)
		l.secrets = append(l.secrets, account.SecretKey.Forms()...)
	case "token_ttl":
		ttl, err := time.ParseDuration(s)
		if err != nil || ttl < time.Minute || ttl > 24*time.Hour {
			l.Report(schema.Diagnose(rule.OutOfRange, at, "Duration out of range", "token_ttl takes a duration from \"60s\" to \"24h\", such as \"1h\"."))
		}
		account.TokenTTL = ttl
	case "retries":
		n, err := strconv.Atoi(s)
		if err != nil || n < 0 || n > 20 {
			l.Report(schema.Diagnose(rule.OutOfRange, at, "Number out of range", "retries takes a whole number from 0 to 20."))
			return
		}
		account.Retries = &n
	}
}

// source is what a key comes from, in words.
func (l *accounts) source(a *config.Attribute) string {
	names := l.module.VariablesBehind(a.Expr)
	if len(names) == 0 {
		return a.Name + " in the account block"
	}
	return "var." + strings.Join(names, " and var.")
}
