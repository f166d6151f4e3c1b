package liveness

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile"
	"livery/reconcile/state"
)

var errDial = &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}

func TestEveryCode(t *testing.T) {
	for _, row := range codes {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &fakeService{push: says(row.name, "A sentence.")}
				receipt, refusal, doubt, err := push(t, newClient(t, f))
				wantLogins, wantPushes := 1, 1
				switch {
				case row.class == classWait && row.name == codeBusy:
					wantPushes = 1 + busyRetriesMax
				case row.class == classWait:
					wantPushes = 1 + defaultRetries
				case row.class == classRenew:
					wantLogins, wantPushes = 2, 2
				}
				logins, pushes := f.counts()
				assert.Equal(t, wantLogins, logins)
				assert.Equal(t, wantPushes, pushes)
				assert.Nil(t, doubt, "the service has answered")
				if row.class == classSuccess {
					require.NoError(t, err)
					assert.Equal(t, reconcile.Receipt{TransactionID: "t1", At: time.Now()}, receipt)
					return
				}
				require.NotNil(t, refusal)
				assert.Equal(t, reconcile.Refusal{
					Code: row.name, Message: "A sentence.", Hint: row.hint, TransactionID: "t1",
					Fatal: row.class == classFatal || row.class == classRenew,
				}, *refusal)
				assert.Zero(t, receipt)
			})
		})
	}
}

func TestRefusalNamesItsFieldAndIsLegible(t *testing.T) {
	f := &fakeService{push: says("PARAMETER_ERROR", "the loading text is too long\tof loading page\x1b[31m")}
	_, refusal, _, err := push(t, newClient(t, f))
	require.NotNil(t, refusal)
	assert.Empty(t, refusal.Path)
	assert.Equal(t, "PARAMETER_ERROR: the loading text is too long of loading page[31m", err.Error())

	f.push = says("PARAMETER_ERROR", " the LOADING text is too long of loading page ")
	_, refusal, _, _ = push(t, newClient(t, f))
	assert.Equal(t, "mobileLoadingPage.loadingText", refusal.Path)
}

// What is known after a push depends on all of its tries, not on the last one.
func TestWhatIsKnownAfterManyTries(t *testing.T) {
	lostAnswer := handler(hangsUp)
	yes := says(success, "OK")
	for name, tc := range map[string]struct {
		push    handler
		errs    []error // of the transport, before the service is asked
		retries int
		pushes  int
		want    string // confirmed, refused, in doubt, or failed
		text    string
	}{
		"confirmed":                               {push: yes, retries: 5, pushes: 1, want: "confirmed"},
		"lost, then confirmed":                    {push: inTurn(lostAnswer, yes), retries: 5, pushes: 2, want: "confirmed"},
		"lost for good":                           {push: lostAnswer, retries: 3, pushes: 4, want: "in doubt", text: "EOF"},
		"lost, and no tries":                      {push: lostAnswer, retries: 0, pushes: 1, want: "in doubt", text: "EOF"},
		"lost, then the document is refused":      {push: inTurn(lostAnswer, says("PARAMETER_ERROR", "No.")), retries: 5, pushes: 2, want: "refused", text: "No."},
		"lost, then the account is refused":       {push: inTurn(lostAnswer, says("INSUFFICIENT_BALANCE", "No.")), retries: 5, pushes: 2, want: "in doubt", text: "INSUFFICIENT_BALANCE: No."},
		"lost, then the token is refused":         {push: inTurn(lostAnswer, says("IAM_FAILED", "No.")), retries: 5, pushes: 3, want: "in doubt", text: "IAM_FAILED"},
		"lost, then an unknown code":              {push: inTurn(lostAnswer, says("NEW_CODE", "No.")), retries: 5, pushes: 2, want: "in doubt", text: "NEW_CODE"},
		"lost, then busy":                         {push: inTurn(lostAnswer, says("SERVICE_BUSY", "No.")), retries: 5, pushes: 4, want: "in doubt", text: "SERVICE_BUSY"},
		"lost, then a redirect":                   {push: inTurn(lostAnswer, writes(302, "text/html", "")), retries: 5, pushes: 2, want: "in doubt", text: "redirect"},
		"lost, then busy, then refused":           {push: inTurn(lostAnswer, says("RETRY_LATER", "."), says("EMPTY_PARAMETER_ERROR", "No.")), retries: 5, pushes: 3, want: "refused"},
		"lost, then unreachable":                  {push: lostAnswer, errs: []error{nil, errDial}, retries: 2, pushes: 1, want: "in doubt", text: "connection refused"},
		"unreachable":                             {errs: []error{errDial}, retries: 2, want: "failed", text: "connection refused"},
		"unreachable, then confirmed":             {push: yes, errs: []error{errDial, errDial, nil}, retries: 2, pushes: 1, want: "confirmed"},
		"unreachable, then refused":               {push: says("PARAMETER_ERROR", "No."), errs: []error{errDial, nil}, retries: 2, pushes: 1, want: "refused"},
		"a transport that does not say how far":   {errs: []error{io.ErrUnexpectedEOF}, retries: 2, want: "in doubt", text: "unexpected EOF"},
		"page of HTML":                            {push: writes(200, "text/html", "<h1>hello</h1>"), retries: 2, pushes: 3, want: "in doubt", text: "HTTP 200 OK with 14 bytes of text/html"},
		"nothing":                                 {push: writes(200, "", ""), retries: 2, pushes: 3, want: "in doubt", text: "an empty body"},
		"no content":                              {push: writes(204, "", ""), retries: 1, pushes: 2, want: "in doubt", text: "204 No Content"},
		"JSON that is cut off":                    {push: writes(200, "application/json", `{"code":"SUCC`), retries: 2, pushes: 3, want: "in doubt"},
		"JSON of somebody else":                   {push: writes(200, "application/json", `{"status":"ok"}`), retries: 2, pushes: 3, want: "in doubt"},
		"garbage, then confirmed":                 {push: inTurn(writes(200, "", "\x00\xff"), yes), retries: 2, pushes: 2, want: "confirmed"},
		"a gateway that fails":                    {push: writes(502, "text/html", "<h1>bad</h1>"), retries: 2, pushes: 3, want: "in doubt", text: "502 Bad Gateway"},
		"a gateway that gives up":                 {push: writes(504, "text/html", ""), retries: 2, pushes: 3, want: "in doubt"},
		"a gateway with a code of its own":        {push: saysWith(503, "", "Unavailable", "no upstream"), retries: 2, pushes: 3, want: "in doubt", text: "unknown code Unavailable"},
		"a gateway that recovers":                 {push: inTurn(writes(503, "", ""), writes(502, "", ""), yes), retries: 2, pushes: 3, want: "confirmed"},
		"an error page of the service":            {push: writes(500, "text/html", "<h1>oops</h1>"), retries: 2, pushes: 3, want: "in doubt"},
		"a rate limit before the service":         {push: writes(429, "text/plain", "slow down"), retries: 2, pushes: 3, want: "refused", text: "429 Too Many Requests"},
		"an envelope in a 429":                    {push: saysWith(429, "", "PARAMETER_ERROR", "No."), retries: 2, pushes: 1, want: "refused", text: "PARAMETER_ERROR"},
		"a success in a 503":                      {push: saysWith(503, "", "SUCCESS", "OK"), retries: 2, pushes: 3, want: "in doubt", text: "HTTP 503 Service Unavailable with the code SUCCESS, which only an HTTP 200 confirms"},
		"a success in a 404":                      {push: saysWith(404, "", "SUCCESS", "OK"), retries: 2, pushes: 3, want: "in doubt", text: "404"},
		"a success in a 429":                      {push: saysWith(429, "", "SUCCESS", "OK"), retries: 2, pushes: 3, want: "in doubt", text: "429"},
		"a success in a redirect":                 {push: saysWith(302, "", "SUCCESS", "OK"), retries: 2, pushes: 3, want: "in doubt", text: "302"},
		"a success that was only noted":           {push: saysWith(202, "", "SUCCESS", "OK"), retries: 2, pushes: 3, want: "in doubt", text: "202 Accepted"},
		"a part of a success":                     {push: saysWith(206, "", "SUCCESS", "OK"), retries: 2, pushes: 3, want: "in doubt", text: "206 Partial Content"},
		"a success that made something":           {push: saysWith(201, "", "SUCCESS", "OK"), retries: 2, pushes: 3, want: "in doubt", text: "201 Created"},
		"a success that was changed on its way":   {push: saysWith(203, "", "SUCCESS", "OK"), retries: 2, pushes: 3, want: "in doubt", text: "203 "},
		"a success in a 500, then a real one":     {push: inTurn(saysWith(500, "", "SUCCESS", "OK"), yes), retries: 2, pushes: 2, want: "confirmed"},
		"a success in a 500, then a refusal":      {push: inTurn(saysWith(500, "", "SUCCESS", "OK"), says("PARAMETER_ERROR", "No.")), retries: 2, pushes: 2, want: "refused"},
		"a failure in a 200":                      {push: saysWith(200, "", "ERROR", "Server error"), retries: 2, pushes: 3, want: "refused", text: "Server error"},
		"not found":                               {push: writes(404, "text/html", "<h1>404</h1>"), retries: 2, pushes: 1, want: "refused", text: "404 Not Found"},
		"forbidden by a proxy":                    {push: writes(403, "text/html", ""), retries: 2, pushes: 1, want: "refused"},
		"a redirect":                              {push: writes(307, "", ""), retries: 2, pushes: 1, want: "refused", text: "never followed"},
		"a handler that breaks off in its answer": {push: breaksOff, retries: 1, pushes: 2, want: "in doubt", text: "unexpected EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &fakeService{push: tc.push}
				c := newClient(t, f, func(cfg *Config) {
					cfg.Retries = tc.retries
					if tc.errs != nil {
						cfg.Transport = &failing{next: cfg.Transport, errs: tc.errs}
					}
				})
				_, refusal, doubt, err := push(t, c)
				got := "failed"
				switch {
				case err == nil:
					got = "confirmed"
				case refusal != nil && doubt != nil:
					t.Error("an error must be of one kind")
				case refusal != nil:
					got = "refused"
				case doubt != nil:
					got = "in doubt"
				}
				assert.Equal(t, tc.want, got, "%v", err)
				if err != nil {
					assert.Contains(t, err.Error(), tc.text)
				}
				_, pushes := f.counts()
				assert.Equal(t, tc.pushes, pushes)
			})
		})
	}
}

func breaksOff(_ int, w http.ResponseWriter, _ *http.Request) {
	_, _ = io.WriteString(w, `{"code":"SUCCESS","mess`)
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

func TestInterruption(t *testing.T) {
	stop := errors.New("interrupt signal")
	t.Run("before anything is sent", func(t *testing.T) {
		f := &fakeService{}
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(stop)
		_, err := newClient(t, f).Push(ctx, document)
		assert.ErrorIs(t, err, context.Canceled)
		assert.ErrorIs(t, err, stop)
		assert.False(t, isDoubt(err))
		logins, pushes := f.counts()
		assert.Zero(t, logins+pushes)
	})
	t.Run("in flight", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			gone := make(chan struct{})
			f := &fakeService{push: func(_ int, _ http.ResponseWriter, r *http.Request) { <-r.Context().Done(); close(gone) }}
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(time.Second, func() { cancel(stop) })
			_, err := newClient(t, f).Push(ctx, document)
			assert.True(t, isDoubt(err), "%v", err)
			assert.ErrorIs(t, err, context.Canceled)
			assert.ErrorIs(t, err, stop)
			<-gone // the service sees that nobody waits any more
		})
	})
	for name, first := range map[string]handler{"told to wait": saysWith(200, "50s", "RETRY_LATER", "later"), "backing off": says("ERROR", "oops")} {
		t.Run("while "+name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &fakeService{push: first}
				ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
				defer cancel()
				start := time.Now()
				_, err := newClient(t, f).Push(ctx, document)
				assert.Equal(t, 100*time.Millisecond, time.Since(start))
				assert.ErrorIs(t, err, context.DeadlineExceeded)
				assert.False(t, isDoubt(err), "the service did not take it: %v", err)
			})
		})
	}
	t.Run("while waiting after a lost answer", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			_, err := newClient(t, &fakeService{push: hangsUp}).Push(ctx, document)
			assert.True(t, isDoubt(err), "%v", err)
			assert.ErrorIs(t, err, context.DeadlineExceeded)
		})
	})
}

func isDoubt(err error) bool {
	_, ok := errors.AsType[*reconcile.InDoubt](err)
	return ok
}

func TestATryThatHangsIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fakeService{push: func(_ int, _ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }}
		c := newClient(t, f, func(cfg *Config) { cfg.Retries = 1 })
		_, _, doubt, err := push(t, c)
		require.NotNil(t, doubt)
		assert.Contains(t, err.Error(), "no answer within 30s")
		_, pushes := f.counts()
		assert.Equal(t, 2, pushes)
	})
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	for in, want := range map[string]time.Duration{
		"":                     0,
		"10s":                  10 * time.Second,
		"10":                   10 * time.Second,
		" 10 ":                 10 * time.Second,
		"1m":                   waitMax,
		"0":                    0,
		"0s":                   0,
		"61":                   waitMax,
		"3h":                   waitMax,
		"99999999999999999999": waitMax,
		"-5":                   0,
		"-5s":                  0,
		"soon":                 0,
		"10 apples":            0,
		now.Add(7 * time.Second).Format(http.TimeFormat): 7 * time.Second,
		now.Add(-time.Second).Format(http.TimeFormat):    0,
		now.Add(time.Hour).Format(http.TimeFormat):       waitMax,
		now.Add(3 * time.Second).Format(time.RFC850):     3 * time.Second,
	} {
		assert.Equal(t, want, retryAfter(http.Header{"Retry-After": {in}}, now), in)
	}
	assert.Zero(t, retryAfter(http.Header{}, now))
}

func TestRetryAfterAsADateIsInTheServicesTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fakeService{}
		f.push = inTurn(func(n int, w http.ResponseWriter, r *http.Request) {
			service := time.Now().Add(-5 * time.Hour)
			w.Header().Set("Date", service.UTC().Format(http.TimeFormat))
			saysWith(200, service.Add(20*time.Second).UTC().Format(http.TimeFormat), "SERVICE_BUSY", "")(n, w, r)
		}, says(success, "OK"))
		_, _, _, err := push(t, newClient(t, f))
		require.NoError(t, err)
		assert.Equal(t, 20*time.Second, f.pushes[1].at.Sub(f.pushes[0].at))
	})
}

func TestAllWaitWhenOneIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told time.Time
		f := &fakeService{}
		f.push = func(n int, w http.ResponseWriter, r *http.Request) {
			if n == 1 {
				told = time.Now()
				saysWith(200, "10s", "RETRY_LATER", "later")(n, w, r)
				return
			}
			says(success, "OK")(n, w, r)
		}
		c := newClient(t, f, func(cfg *Config) { cfg.Retries = 1 })
		var all sync.WaitGroup
		for i := range 10 {
			all.Go(func() {
				time.Sleep(time.Duration(i) * time.Second) // the others come while the first waits
				_, err := c.Push(t.Context(), document)
				assert.NoError(t, err)
			})
		}
		all.Wait()
		require.Len(t, f.pushes, 11)
		instants := make(map[time.Time]bool)
		for _, p := range f.pushes[1:] {
			since := p.at.Sub(told)
			assert.GreaterOrEqual(t, since, 10*time.Second, "nobody sets off before the service is ready")
			assert.LessOrEqual(t, since, 11*time.Second)
			instants[p.at] = true
		}
		assert.Len(t, instants, 10, "and not all of them at once")
	})
}

func TestWhoGivesUpStillMakesTheOthersWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fakeService{push: inTurn(saysWith(200, "30", "SERVICE_BUSY", ""), says(success, "OK"))}
		c := newClient(t, f, func(cfg *Config) { cfg.Retries = 0 })
		_, refusal, _, _ := push(t, c)
		require.NotNil(t, refusal)
		_, _, _, err := push(t, c)
		require.NoError(t, err)
		assert.Equal(t, 30*time.Second, f.pushes[1].at.Sub(f.pushes[0].at))
	})
}

func TestPausesGrowAndAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fakeService{push: says("ERROR", "oops")}
		_, refusal, _, _ := push(t, newClient(t, f, func(cfg *Config) { cfg.Retries = 20 }))
		require.NotNil(t, refusal)
		require.Len(t, f.pushes, 21)
		for i := 1; i < len(f.pushes); i++ {
			pause := f.pushes[i].at.Sub(f.pushes[i-1].at)
			assert.Positive(t, pause)
			assert.LessOrEqual(t, pause, 15*time.Second)
		}
		assert.Greater(t, f.pushes[20].at.Sub(f.pushes[19].at), f.pushes[1].at.Sub(f.pushes[0].at))
	})
}

func TestACallThatMayNotBeMadeTwiceIsNot(t *testing.T) {
	for name, tc := range map[string]struct {
		push   handler
		pushes int
	}{
		"a lost answer":   {hangsUp, 1},
		"a failure":       {says("ERROR", "oops"), 1},
		"told to wait":    {says("RETRY_LATER", "later"), 3},
		"a token too old": {says("IAM_FAILED", "no"), 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &fakeService{push: tc.push}
				c := newClient(t, f)
				_, err := c.send(t.Context(), request{name: "Generate URL", method: http.MethodPost, path: "/x", body: func() []byte { return []byte("{}") }, retries: 2})
				assert.Error(t, err)
				assert.False(t, isDoubt(err), "it changes nothing that could be doubted: %v", err)
				_, pushes := f.counts()
				assert.Equal(t, tc.pushes, pushes)
			})
		})
	}
}

// padded is a success of n bytes.
func padded(n int) string {
	const yes = `{"code":"SUCCESS"}`
	return yes + strings.Repeat(" ", n-len(yes))
}

func TestHugeAnswers(t *testing.T) {
	huge := func(_ int, w http.ResponseWriter, r *http.Request) {
		block := []byte(strings.Repeat(" ", 64<<10))
		_, _ = io.WriteString(w, `{"code":"SUCCESS","message":"`)
		for r.Context().Err() == nil {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	}
	for name, tc := range map[string]struct {
		push handler
		text string
	}{
		"without end":   {huge, "longer than 1 MiB"},
		"one too many":  {writes(200, "", padded(responseMax+1)), "longer than 1 MiB"},
		"just in bound": {writes(200, "", padded(responseMax)), ""},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, &fakeService{push: tc.push}, func(cfg *Config) { cfg.Retries = 0 })
			_, _, doubt, err := push(t, c)
			if tc.text == "" {
				require.NoError(t, err)
				return
			}
			require.NotNil(t, doubt)
			assert.ErrorContains(t, err, tc.text)
		})
	}
}

// Whoever allows a request is asked before each try, after all the waiting, and may
// forbid the next one.
func TestEachTryIsAllowed(t *testing.T) {
	assert.LessOrEqual(t, requestTimeout, state.RequestTimeout, "what a broken lock waits for reckons with it")
	over := errors.New("the lock is lost")
	for name, tc := range map[string]struct {
		push  handler
		doubt bool
	}{
		"after a lost answer": {hangsUp, true},
		"after being put off": {says("RETRY_LATER", "later"), false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &fakeService{push: tc.push}
				asked := 0
				r := document
				r.Sending = func(context.Context) error {
					if asked++; asked > 2 {
						return over
					}
					return nil
				}
				_, err := newClient(t, f).Push(t.Context(), r)
				require.ErrorIs(t, err, over)
				assert.Equal(t, tc.doubt, isDoubt(err))
				_, pushes := f.counts()
				assert.Equal(t, 2, pushes)
				assert.Equal(t, 3, asked)
			})
		})
	}
}
