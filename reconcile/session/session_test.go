package session

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile"
	"livery/reconcile/liveness"
	"livery/reconcile/state"
	"livery/schema"
)

// fakeService gives its results in turn, and the last from then on.
type fakeService struct {
	opened   liveness.OpenRequest
	results  []liveness.Result
	asked    []liveness.ResultRequest
	err      error            // of every call but Download
	download map[string]error // by medium
}

func (f *fakeService) Open(_ context.Context, r liveness.OpenRequest) (liveness.Opened, error) {
	f.opened = r
	return liveness.Opened{SignatureID: "s1"}, f.err
}

func (f *fakeService) Result(_ context.Context, r liveness.ResultRequest) (liveness.Result, error) {
	f.asked = append(f.asked, r)
	if f.err != nil {
		return liveness.Result{}, f.err
	}
	return f.results[min(len(f.asked), len(f.results))-1], nil
}

func (f *fakeService) Download(_ context.Context, m liveness.Medium, w io.Writer) (string, int64, error) {
	if err := f.download[m.Name]; err != nil {
		_, _ = io.WriteString(w, "hal")
		return "", 3, err
	}
	_, err := io.WriteString(w, "whole")
	return "image/jpeg", 5, err
}

func (f *fakeService) Clear(_ context.Context, _ schema.SessionAPI, id string) (string, error) {
	return "cleared " + id, f.err
}

// define makes a definition of what its attributes say.
func define(t *testing.T, name, attributes string) schema.Session {
	t.Helper()
	s := schema.Session{}
	require.NoError(t, s.UnmarshalJSON([]byte(attributes)))
	s.Name = name
	return s
}

const (
	urlAttributes = `{"api": "h5_url", "region": "PHL", "return_url": "https://www.example.com/done",
		"fail_return_url": "https://www.example.com/retry", "locales": {"th_TH": {"return_url": "https://www.example.com/th"}}}`
	tokenAttributes = `{"api": "h5_token", "region": "SGP", "return_url": "https://www.example.com/done"}`
	sdkAttributes   = `{"api": "sdk_license", "result_type": "IMAGE_BASE64"}`
)

func recorded(sessions ...schema.Session) *state.Snapshot {
	s := &state.Snapshot{Serial: 7, Lineage: "l", Sessions: make(map[string]*state.SessionRecord)}
	for _, definition := range sessions {
		s.Sessions[definition.Name] = &state.SessionRecord{Definition: definition}
	}
	return s
}

func TestList(t *testing.T) {
	same, changed := define(t, "same", urlAttributes), define(t, "changed", urlAttributes)
	d := Definitions{
		Declared: []schema.Session{same, define(t, "changed", tokenAttributes), define(t, "new", sdkAttributes)},
		Recorded: recorded(same, changed, define(t, "old", tokenAttributes)),
	}
	want := []Entry{
		{"changed", schema.H5Token, Changed}, {"new", schema.SDKLicense, Unrecorded},
		{"old", schema.H5Token, Undeclared}, {"same", schema.H5URL, Recorded},
	}
	assert.Equal(t, want, d.List())
	assert.Empty(t, Definitions{Recorded: recorded()}.List())
}

func TestFind(t *testing.T) {
	was, is := define(t, "login", urlAttributes), define(t, "login", tokenAttributes)
	d := Definitions{Declared: []schema.Session{is, define(t, "other", sdkAttributes)}, Recorded: recorded(was)}
	got, err := d.FindRecorded("login")
	require.NoError(t, err)
	assert.True(t, got.Equal(was))
	got, err = d.FindDeclared("login")
	require.NoError(t, err)
	assert.True(t, got.Equal(is))

	for name, tc := range map[string]struct {
		find func(string) (schema.Session, error)
		name string
		want string
	}{
		"not recorded yet":   {d.FindRecorded, "other", `"other" is declared but not recorded yet`},
		"misspelt":           {d.FindDeclared, "othre", `Unknown session: No session "othre" is declared. Did you mean "other"?`},
		"like none":          {d.FindDeclared, "xyz", "There are login, other."},
		"recorded like none": {d.FindRecorded, "xyz", "There are login."},
		"none at all":        {Definitions{Recorded: recorded()}.FindRecorded, "x", `No session "x" is recorded. "livery session list" shows all.`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := tc.find(tc.name)
			assert.ErrorContains(t, err, tc.want)
		})
	}
}

func TestRequests(t *testing.T) {
	s := define(t, "onboarding", urlAttributes)
	list, err := Requests(s, Locales(s)...)
	require.NoError(t, err)
	require.Len(t, list, 2)
	assert.Equal(t, schema.Locale(""), list[0].Locale)
	assert.Contains(t, string(list[0].Body), `"returnUrl":"https://www.example.com/done"`)
	assert.Contains(t, string(list[0].Body), `"bizId":"{biz_id}","userId":"{user_id}"`)
	assert.Equal(t, schema.Locale("th_TH"), list[1].Locale)
	assert.Contains(t, string(list[1].Body), `"returnUrl":"https://www.example.com/th"`)

	_, err = Requests(define(t, "half", `{"api": "h5_url"}`), "")
	assert.ErrorContains(t, err, "Incomplete session: ")
}

func TestOpen(t *testing.T) {
	f := &fakeService{}
	for name, tc := range map[string]struct {
		attributes string
		visitor    liveness.Visitor
		want       liveness.Visitor
		unused     []string
	}{
		"given":      {urlAttributes, liveness.Visitor{UserID: "u", BizID: "b"}, liveness.Visitor{UserID: "u", BizID: "b"}, nil},
		"not needed": {tokenAttributes, liveness.Visitor{}, liveness.Visitor{}, nil},
		"not taken":  {tokenAttributes, liveness.Visitor{UserID: "u", BizID: "b"}, liveness.Visitor{UserID: "u"}, []string{"-biz-id"}},
		"none taken": {sdkAttributes, liveness.Visitor{UserID: "u", BizID: "b"}, liveness.Visitor{}, []string{"-user-id", "-biz-id"}},
	} {
		t.Run(name, func(t *testing.T) {
			opening, err := NewOpening(define(t, "x", tc.attributes), "", tc.visitor)
			require.NoError(t, err)
			opened, err := opening.Open(t.Context(), f)
			require.NoError(t, err)
			assert.Equal(t, "s1", opened.SignatureID)
			assert.Equal(t, tc.want, opened.Visitor)
			assert.Equal(t, tc.unused, opened.Unused)
			assert.Equal(t, opened.API, f.opened.API)
		})
	}
	t.Run("made up", func(t *testing.T) {
		seen := make(map[liveness.Visitor]bool)
		for range 3 {
			opening, err := NewOpening(define(t, "x", urlAttributes), "", liveness.Visitor{})
			require.NoError(t, err)
			opened, err := opening.Open(t.Context(), f)
			require.NoError(t, err)
			assert.Regexp(t, "^livery-[0-9a-f]{12}$", opened.Visitor.BizID)
			assert.Regexp(t, "^livery-[0-9a-f]{6}$", opened.Visitor.UserID)
			assert.Contains(t, string(f.opened.Body), opened.Visitor.BizID)
			seen[opened.Visitor] = true
		}
		assert.Len(t, seen, 3)
	})
}

// A headline claims no more than is known.
func TestHeadlines(t *testing.T) {
	refusal, failed := &reconcile.Refusal{Code: "PARAMETER_ERROR"}, &reconcile.Refusal{Code: "ERROR"}
	doubt := fmt.Errorf("a call: %w", &reconcile.InDoubt{Err: errors.New("no answer")})
	for name, tc := range map[string]struct {
		err                 error
		open, clear, result string
	}{
		"refused":    {refusal, "The session was not opened", "The personal data was not deleted", "No result"},
		"failed":     {failed, "The session was not opened", "The personal data may be deleted or not", "No result"},
		"in doubt":   {doubt, "The session may be opened or not", "The personal data may be deleted or not", "No result"},
		"not spoken": {errors.New("no route"), "The session was not opened", "The personal data was not deleted", "No result"},
	} {
		t.Run(name, func(t *testing.T) {
			f := &fakeService{err: tc.err}
			opening, err := NewOpening(define(t, "x", tokenAttributes), "", liveness.Visitor{})
			require.NoError(t, err)
			_, openErr := opening.Open(t.Context(), f)
			_, clearErr := Clear(t.Context(), f, schema.H5Token, "id")
			_, resultErr := Polling{Now: time.Now}.Result(t.Context(), f, liveness.ResultRequest{})
			for want, err := range map[*string]error{&tc.open: openErr, &tc.clear: clearErr, &tc.result: resultErr} {
				var e *Error
				require.ErrorAs(t, err, &e)
				assert.Equal(t, *want, e.Headline)
				assert.ErrorIs(t, err, tc.err)
			}
		})
	}
	transaction, err := Clear(t.Context(), &fakeService{}, schema.H5Token, "id")
	require.NoError(t, err)
	assert.Equal(t, "cleared id", transaction)
}

func TestResultRequest(t *testing.T) {
	for name, tc := range map[string]struct {
		attributes string
		form       ImageForm
		want       liveness.ResultRequest
	}{
		"as declared":   {sdkAttributes, ImagesAsDeclared, liveness.ResultRequest{API: schema.SDKLicense, ID: "i", ResultType: "IMAGE_BASE64"}},
		"not declared":  {tokenAttributes, ImagesAsDeclared, liveness.ResultRequest{API: schema.H5Token, ID: "i"}},
		"as URL":        {sdkAttributes, ImagesAsURL, liveness.ResultRequest{API: schema.SDKLicense, ID: "i", ResultType: "IMAGE_URL"}},
		"in the answer": {urlAttributes, ImagesAsBase64, liveness.ResultRequest{API: schema.H5URL, ID: "i", Base64: true}},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tc.want, NewResultRequest(define(t, "x", tc.attributes), "i", tc.form))
		})
	}
}

func TestPolling(t *testing.T) {
	waiting, passed := liveness.Result{Pending: true}, liveness.Result{Outcome: liveness.Pass}
	poll := func(t *testing.T, p Polling, results ...liveness.Result) (result liveness.Result, asked int, pauses []time.Duration) {
		t.Helper()
		f := &fakeService{results: results}
		p.Now = time.Now
		p.Pending = func(_, pause time.Duration) { pauses = append(pauses, pause) }
		result, err := p.Result(t.Context(), f, liveness.ResultRequest{})
		require.NoError(t, err)
		return result, len(f.asked), pauses
	}
	for name, tc := range map[string]struct {
		timeout time.Duration
		results []liveness.Result
		asked   int
		pending bool
	}{
		"there at once":   {time.Hour, []liveness.Result{passed}, 1, false},
		"once only":       {0, []liveness.Result{waiting, passed}, 1, true},
		"there later":     {time.Hour, []liveness.Result{waiting, waiting, passed}, 3, false},
		"not in time":     {4 * time.Second, []liveness.Result{waiting}, 2, true},
		"in time exactly": {5 * time.Second, []liveness.Result{waiting, waiting, passed}, 3, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				result, asked, pauses := poll(t, Polling{Timeout: tc.timeout}, tc.results...)
				assert.Equal(t, tc.pending, result.Pending)
				assert.Equal(t, tc.asked, asked)
				assert.Len(t, pauses, asked-1)
			})
		})
	}
	t.Run("slows down", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			_, _, pauses := poll(t, Polling{Timeout: 10 * time.Minute}, waiting)
			assert.Equal(t, []time.Duration{firstPause, 3 * time.Second, 4500 * time.Millisecond}, pauses[:3])
			assert.Equal(t, lastPause, pauses[len(pauses)-1])
		})
	})
	t.Run("stopped", func(t *testing.T) {
		stop := make(chan struct{})
		close(stop)
		result, asked, _ := poll(t, Polling{Timeout: time.Hour, Stop: stop}, waiting, passed)
		assert.True(t, result.Pending)
		assert.Equal(t, 1, asked)
	})
}

func TestSave(t *testing.T) {
	media := []liveness.Medium{{Name: "near"}, {Name: "far"}, {Name: "taken"}, {Name: "video"}}
	f := &fakeService{download: map[string]error{"far": errors.New("far: the link has expired")}}
	files := make(map[string]string)
	save := func(write func(io.Writer) (string, error)) (string, error) {
		var b strings.Builder
		name, err := write(&b)
		switch {
		case err != nil:
			return "", err
		case name == "taken.jpg":
			return "", errors.New("taken.jpg exists")
		}
		files[name] = b.String()
		return "dir/" + name, nil
	}
	list, err := Save(t.Context(), f, media, save)
	var failed *Error
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, "far: the link has expired.\ntaken: taken.jpg exists.", failed.Detail)
	want := []Medium{
		{Name: "near", File: "dir/near.jpg", Type: "image/jpeg", Size: 5}, {Name: "far"}, {Name: "taken"},
		{Name: "video", File: "dir/video.jpg", Type: "image/jpeg", Size: 5},
	}
	assert.Empty(t, cmp.Diff(want, list))
	assert.Equal(t, map[string]string{"near.jpg": "whole", "video.jpg": "whole"}, files)

	list, err = Save(t.Context(), f, []liveness.Medium{{Name: "far", Type: "image/png", Data: []byte("abc")}}, nil)
	require.NoError(t, err)
	assert.Equal(t, []Medium{{Name: "far", Type: "image/png", Size: 3}}, list, "nothing is fetched that is not saved")
}

func TestExport(t *testing.T) {
	e, err := NewExport(recorded(define(t, "onboarding", urlAttributes), define(t, "app", sdkAttributes)))
	require.NoError(t, err)
	assert.Equal(t, uint64(7), e.Serial)
	require.Len(t, e.Sessions, 2)
	assert.Equal(t, "app", e.Sessions[0].Name)
	assert.Equal(t, schema.H5URL, e.Sessions[1].API)
	assert.Len(t, e.Sessions[1].Requests, 2)
	_, err = NewExport(recorded(define(t, "half", `{"api": "h5_url"}`)))
	assert.Error(t, err)
}

func TestNotificationHandler(t *testing.T) {
	at := time.Unix(1700000000, 0)
	var got []Notification
	h := NotificationHandler(func() time.Time { return at }, func(n Notification) { got = append(got, n) })
	send := func(method, body string) int {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, "/hook?key=secret", strings.NewReader(body)))
		return w.Code
	}
	whole := `{"signatureId": "s1", "type": "COMPLETED"}`
	assert.Equal(t, http.StatusOK, send(http.MethodPost, whole+strings.Repeat(" ", notificationMax-len(whole))))
	assert.Equal(t, []Notification{{at, "s1", "COMPLETED", "/hook"}}, got)

	assert.Equal(t, http.StatusRequestEntityTooLarge, send(http.MethodPost, whole+strings.Repeat(" ", notificationMax)))
	assert.Equal(t, http.StatusBadRequest, send(http.MethodPost, "COMPLETED"))
	assert.Equal(t, http.StatusMethodNotAllowed, send(http.MethodPut, whole))
	assert.Len(t, got, 1, "what is refused is not received")
}
