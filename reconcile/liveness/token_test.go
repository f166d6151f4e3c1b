package liveness

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile"
)

// pushAtOnce pushes n documents at the same time and gives their errors.
func pushAtOnce(t *testing.T, c *Client, n int) []error {
	t.Helper()
	errs := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { _, errs[i] = c.Push(t.Context(), document) })
	}
	all.Wait()
	return errs
}

func TestOneTokenServesAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fakeService{login: func(n int, w http.ResponseWriter, r *http.Request) {
			time.Sleep(time.Second)
			issue(n, w, r)
		}}
		c := newClient(t, f)
		for _, err := range append(pushAtOnce(t, c, 10), pushAtOnce(t, c, 10)...) {
			assert.NoError(t, err)
		}
		logins, pushes := f.counts()
		assert.Equal(t, 1, logins)
		assert.Equal(t, 20, pushes)
	})
}

func TestTokenIsRenewedOnceForAllWhoFailWithIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fakeService{}
		f.push = func(n int, w http.ResponseWriter, r *http.Request) {
			time.Sleep(time.Duration(n%10+1) * time.Second) // the refusals come in one after the other
			if r.Header.Get("X-ACCESS-TOKEN") == "token-1" {
				says("IAM_FAILED", "Token not found or expired")(n, w, r)
				return
			}
			says(success, "OK")(n, w, r)
		}
		for _, err := range pushAtOnce(t, newClient(t, f, func(cfg *Config) { cfg.Retries = 0 }), 10) {
			assert.NoError(t, err)
		}
		logins, pushes := f.counts()
		assert.Equal(t, 2, logins)
		assert.Equal(t, 20, pushes)
	})
}

func TestTokenThatIsRefusedAgainEndsTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fakeService{push: func(n int, w http.ResponseWriter, r *http.Request) {
			time.Sleep(time.Second) // all of them are sent before the first is refused
			says("IAM_FAILED", "Account not authorized for this country")(n, w, r)
		}}
		for _, err := range pushAtOnce(t, newClient(t, f), 10) {
			refusal, ok := err.(*reconcile.Refusal)
			require.True(t, ok, "%v", err)
			assert.True(t, refusal.Fatal)
			assert.Equal(t, "Account not authorized for this country", refusal.Message)
			assert.Contains(t, refusal.Hint, "enabled for the liveness API")
		}
		logins, pushes := f.counts()
		assert.Equal(t, 2, logins)
		assert.Equal(t, 20, pushes)
	})
}

func TestTokenIsRenewedBeforeItExpires(t *testing.T) {
	for name, tc := range map[string]struct {
		life  time.Duration
		clock time.Duration // how far this machine's clock is off
		ttl   time.Duration
		odd   string // what is sent for the time of expiry instead
	}{
		"an hour":                       {life: time.Hour},
		"a minute":                      {life: time.Minute, ttl: time.Minute},
		"a clock that is late":          {life: 10 * time.Minute, clock: -4 * time.Minute, ttl: 10 * time.Minute},
		"a clock that is early":         {life: 10 * time.Minute, clock: 4 * time.Minute, ttl: 10 * time.Minute},
		"an expiry that makes no sense": {life: time.Hour, odd: `"tomorrow"`},
		"an expiry in the past":         {life: time.Hour, odd: `1000`},
		"no expiry":                     {life: time.Hour, odd: `null`},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var expires time.Time
				f := &fakeService{}
				f.login = func(n int, w http.ResponseWriter, _ *http.Request) {
					expires = time.Now().Add(tc.life)
					expiry := strconv.FormatInt(expires.UnixMilli(), 10)
					if tc.odd != "" {
						expiry = tc.odd
					}
					_, _ = fmt.Fprintf(w, `{"code":"SUCCESS","data":{"token":"token-%d","expiredTime":%s}}`, n, expiry)
				}
				f.push = func(n int, w http.ResponseWriter, r *http.Request) {
					assert.True(t, time.Now().Before(expires), "no request with a token that has expired")
					says(success, "OK")(n, w, r)
				}
				c := newClient(t, f, func(cfg *Config) {
					cfg.TokenTTL = tc.ttl
					cfg.Now = func() time.Time { return time.Now().Add(tc.clock) }
				})
				for range 100 {
					_, _, _, err := push(t, c)
					require.NoError(t, err)
					time.Sleep(tc.life / 20)
				}
				logins, _ := f.counts()
				assert.GreaterOrEqual(t, logins, 5)
				assert.LessOrEqual(t, logins, 6, "and not much sooner than needed")
			})
		})
	}
}

// strict refuses timestamps that are more than five minutes off, as the
// service is said to do.
func strict(n int, w http.ResponseWriter, r *http.Request, f *fakeService, dated bool) {
	f.mu.Lock()
	sent := f.logins[n-1]["timestamp"].(string)
	f.mu.Unlock()
	ms, _ := strconv.ParseInt(sent, 10, 64)
	if !dated {
		w.Header()["Date"] = nil
	}
	if off := time.Since(time.UnixMilli(ms)).Abs(); off > 5*time.Minute {
		says("PARAMETER_ERROR", "Timestamp error.")(n, w, r)
		return
	}
	issue(n, w, r)
}

func TestClockSkew(t *testing.T) {
	for name, tc := range map[string]struct {
		off      time.Duration
		dated    bool
		stubborn bool
		logins   int
		hint     string
	}{
		"right":               {dated: true, logins: 1},
		"a little off":        {off: 4 * time.Minute, logins: 1},
		"ahead":               {off: 2 * time.Hour, dated: true, logins: 2},
		"behind":              {off: -26 * time.Hour, dated: true, logins: 2},
		"no date to go by":    {off: time.Hour, logins: 1, hint: "set its clock"},
		"refused in any case": {off: 90 * time.Second, dated: true, stubborn: true, logins: 2, hint: "1m30s ahead of"},
		"behind, refused":     {off: -time.Hour, dated: true, stubborn: true, logins: 2, hint: "1h0m0s behind"},
		"clocks that agree":   {dated: true, stubborn: true, logins: 2, hint: "although it agrees"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &fakeService{}
				f.login = func(n int, w http.ResponseWriter, r *http.Request) {
					if tc.stubborn {
						says("PARAMETER_ERROR", "timestamp error")(n, w, r)
						return
					}
					strict(n, w, r, f, tc.dated)
				}
				c := newClient(t, f, func(cfg *Config) { cfg.Now = func() time.Time { return time.Now().Add(tc.off) } })
				_, refusal, doubt, err := push(t, c)
				assert.Nil(t, doubt)
				logins, _ := f.counts()
				assert.Equal(t, tc.logins, logins)
				if tc.hint == "" {
					require.NoError(t, err)
					time.Sleep(2 * time.Hour)
					_, _, _, err = push(t, c)
					require.NoError(t, err)
					logins, _ = f.counts()
					assert.Equal(t, tc.logins+1, logins, "the correction is remembered")
					return
				}
				require.NotNil(t, refusal)
				assert.True(t, refusal.Fatal)
				assert.Contains(t, refusal.Hint, tc.hint)
				assert.Contains(t, refusal.Hint, map[bool]string{true: "NTP", false: ""}[tc.off != 0])
			})
		})
	}
}

func TestRefusedLogins(t *testing.T) {
	for name, tc := range map[string]struct {
		login  handler
		logins int
		hint   string
	}{
		"wrong secret":     {says("PARAMETER_ERROR", "Signature error"), 1, "check the keys"},
		"something else":   {says("PARAMETER_ERROR", "Parameter should not be empty"), 1, "check the keys"},
		"wrong access key": {says("IAM_FAILED", "Access Key not found"), 1, "access key is right"},
		"disabled":         {says("ACCOUNT_DISABLED", "Account Disabled"), 1, "disabled"},
		"wrong path":       {writes(404, "text/html", ""), 1, "base URL"},
		"redirect":         {writes(301, "text/html", ""), 1, "base URL"},
		"busy":             {says("RETRY_LATER", "later"), 6, "later"},
		"quota":            {says("SERVICE_BUSY", "Quota exceeded"), 3, "quota"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &fakeService{login: func(n int, w http.ResponseWriter, r *http.Request) {
					time.Sleep(time.Second)
					tc.login(n, w, r)
				}}
				for _, err := range pushAtOnce(t, newClient(t, f), 5) {
					refusal, ok := err.(*reconcile.Refusal)
					require.True(t, ok, "%v", err)
					assert.True(t, refusal.Fatal)
					assert.Contains(t, refusal.Hint, tc.hint)
					assert.Empty(t, refusal.Path)
				}
				logins, pushes := f.counts()
				assert.Equal(t, tc.logins, logins, "all five share one login")
				assert.Zero(t, pushes)
			})
		})
	}
}

func TestRefusedKeysAreNotTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for code, logins := range map[string]int{"ACCOUNT_DISABLED": 1, "IAM_FAILED": 1, "PARAMETER_ERROR": 1, "RETRY_LATER": 1 + 1 + 1} {
			f := &fakeService{login: says(code, "no")}
			c := newClient(t, f, func(cfg *Config) { cfg.Retries = 0 })
			for range 3 {
				_, refusal, _, _ := push(t, c)
				require.NotNil(t, refusal)
				assert.Equal(t, code, refusal.Code)
			}
			got, _ := f.counts()
			assert.Equal(t, logins, got, code)
		}
	})
}

func TestLoginsThatFail(t *testing.T) {
	for name, tc := range map[string]struct {
		login handler
		text  string
	}{
		"no answer":          {hangsUp, "the login"},
		"a page":             {writes(200, "text/html", "<p>"), "not an answer of the service"},
		"no data":            {says(success, "OK"), "no usable token"},
		"an empty token":     {writes(200, "", `{"code":"SUCCESS","data":{"token":""}}`), "no usable token"},
		"a token with lines": {writes(200, "", `{"code":"SUCCESS","data":{"token":"a\r\nb: c"}}`), "no usable token"},
		"a token of no text": {writes(200, "", `{"code":"SUCCESS","data":{"token":1}}`), "no usable token"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &fakeService{login: tc.login}
				_, refusal, doubt, err := push(t, newClient(t, f))
				require.ErrorContains(t, err, tc.text)
				assert.Nil(t, refusal)
				assert.Nil(t, doubt, "the document was never sent")
				_, pushes := f.counts()
				assert.Zero(t, pushes)
			})
		})
	}
}

func TestADeadServiceIsWaitedForOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fakeService{login: hangsUp}
		c := newClient(t, f, func(cfg *Config) { cfg.Retries = 3 })
		for range 3 {
			_, _, _, err := push(t, c)
			require.Error(t, err)
		}
		logins, _ := f.counts()
		assert.Equal(t, 4+1+1, logins)
		f.login = nil
		_, _, _, err := push(t, c)
		require.NoError(t, err, "and is used as soon as it is back")
	})
}

func TestWhoIsInterruptedDoesNotTakeTheOthersAlong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fakeService{login: func(n int, w http.ResponseWriter, r *http.Request) {
			time.Sleep(10 * time.Second)
			issue(n, w, r)
		}}
		c := newClient(t, f)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var both sync.WaitGroup
		both.Go(func() {
			_, err := c.Push(ctx, document)
			assert.ErrorIs(t, err, context.DeadlineExceeded)
		})
		both.Go(func() {
			synctest.Wait() // the other is logging in
			_, err := c.Push(t.Context(), document)
			assert.NoError(t, err)
		})
		both.Wait()
	})
}

func TestSharedRefusalsAreNotShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fakeService{login: says("ACCOUNT_DISABLED", "no")}
		errs := pushAtOnce(t, newClient(t, f), 2)
		errs[0].(*reconcile.Refusal).Message = "changed"
		assert.Equal(t, "no", errs[1].(*reconcile.Refusal).Message)
	})
}

func TestSignature(t *testing.T) {
	assert.Equal(t, "02209bbeaf0d0a3dd587f6a1ba22f84c98d142e3b545e77db7e4906ca56349f5", sign(accessKey, secretKey, "1665993522952"))
}
