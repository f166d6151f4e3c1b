package liveness

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// media is a transport to hosts that hold pictures, and remembers what it is
// asked for.
type media struct {
	answers map[string]handler // by host and path

	mu    sync.Mutex
	asked []*http.Request
}

func (m *media) RoundTrip(r *http.Request) (*http.Response, error) {
	m.mu.Lock()
	m.asked = append(m.asked, r)
	n := len(m.asked)
	m.mu.Unlock()
	return HandlerTransport(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if give, ok := m.answers[r.Host+r.URL.Path]; ok {
			give(n, w, r)
			return
		}
		w.WriteHeader(http.StatusNotFound)
	})).RoundTrip(r)
}

func gives(body string) handler {
	return func(_ int, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html") // what it is said to be does not count
		_, _ = io.WriteString(w, body)
	}
}

func leadsTo(location string) handler {
	return func(_ int, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", location)
		w.WriteHeader(http.StatusFound)
	}
}

const secretLink = "https://cdn.example/pic.jpg?sign=link-s3cr3t"

// download fetches the secret link from what answers there and elsewhere.
func download(t *testing.T, answers map[string]handler, link string) (m *media, typ, got string, err error) {
	t.Helper()
	m = &media{answers: answers}
	c := newClient(t, nil, func(cfg *Config) { cfg.Transport, cfg.BaseURL, cfg.Retries = m, "https://api.advance.ai", 2 })
	var w bytes.Buffer
	typ, n, err := c.Download(t.Context(), Medium{Name: "image_far", URL: link}, &w)
	if err == nil {
		assert.EqualValues(t, w.Len(), n)
	}
	return m, typ, w.String(), err
}

func TestDownload(t *testing.T) {
	m, typ, got, err := download(t, map[string]handler{"cdn.example/pic.jpg": gives(jpegHead)}, secretLink)
	require.NoError(t, err)
	assert.Equal(t, "image/jpeg", typ)
	assert.Equal(t, jpegHead, got)
	require.Len(t, m.asked, 1)
	assert.Equal(t, secretLink, m.asked[0].URL.String())
	assert.Equal(t, http.MethodGet, m.asked[0].Method)
	assert.Equal(t, "livery/test", m.asked[0].UserAgent())
	assert.Empty(t, m.asked[0].Header.Get(tokenHeader), "the token is for the service alone")
	assert.Empty(t, m.asked[0].Referer())
}

func TestTypesAreJudgedByWhatIsThere(t *testing.T) {
	for body, want := range map[string][2]string{
		jpegHead: {"image/jpeg", ".jpg"}, pngHead: {"image/png", ".png"}, webmHead: {"video/webm", ".webm"}, zipHead: {"application/zip", ".zip"},
		mp4Head: {"video/mp4", ".mp4"}, iso5Head: {"video/mp4", ".mp4"}, heicHead: {"image/heic", ".heic"}, avifHead: {"image/avif", ".avif"},
		qtHead: {"video/quicktime", ".mov"}, "GIF89a": {"image/gif", ".gif"}, "\x00\x00\x01\x00": {"image/x-icon", ".ico"},
	} {
		_, typ, got, err := download(t, map[string]handler{"cdn.example/pic.jpg": gives(body)}, secretLink)
		require.NoError(t, err, "%q", body)
		assert.Equal(t, want[0], typ)
		assert.Equal(t, want[1], Extension(typ))
		assert.Equal(t, body, got)

		var w bytes.Buffer
		typ, n, err := newClient(t, nil).Download(t.Context(), Medium{Name: "image", Data: []byte(body)}, &w)
		require.NoError(t, err)
		assert.Equal(t, want[0], typ)
		assert.Equal(t, body, w.String())
		assert.EqualValues(t, len(body), n)
	}
}

func TestWhatIsNoMediumIsNotWritten(t *testing.T) {
	for _, body := range []string{"", "<html>", `<svg xmlns="http://www.w3.org/2000/svg"/>`, `{"code":"SUCCESS"}`, "%PDF-1.7", "MZ\x90\x00", "\x7fELF", "\x1f\x8b\x08"} {
		_, _, got, err := download(t, map[string]handler{"cdn.example/pic.jpg": gives(body)}, secretLink)
		require.EqualError(t, err, "image_far: is neither an image nor a video nor a zip archive", "%q", body)
		assert.Empty(t, got)
		_, _, err = newClient(t, nil).Download(t.Context(), Medium{Name: "image", Data: []byte(body)}, io.Discard)
		assert.EqualError(t, err, "image: is neither an image nor a video nor a zip archive")
	}
}

func TestWhereADownloadMayLead(t *testing.T) {
	picture := gives(jpegHead)
	for name, tc := range map[string]struct {
		link    string
		answers map[string]handler
		asked   int
		want    string // of the error; "" for success
	}{
		"another host":           {secretLink, map[string]handler{"cdn.example/pic.jpg": leadsTo("https://eu.example/x?y"), "eu.example/x": picture}, 2, ""},
		"another path":           {secretLink, map[string]handler{"cdn.example/pic.jpg": leadsTo("/x"), "cdn.example/x": picture}, 2, ""},
		"a plain line":           {secretLink, map[string]handler{"cdn.example/pic.jpg": leadsTo("http://cdn.example/x"), "cdn.example/x": picture}, 1, "cdn.example: the link leads from https to http"},
		"a file":                 {secretLink, map[string]handler{"cdn.example/pic.jpg": leadsTo("file:///etc/passwd")}, 1, "the link leads from https to file"},
		"a user":                 {secretLink, map[string]handler{"cdn.example/pic.jpg": leadsTo("https://me:link-s3cr3t@eu.example/")}, 1, "leads to what is no usable address"},
		"nowhere":                {secretLink, map[string]handler{"cdn.example/pic.jpg": leadsTo("")}, 1, "cdn.example answers HTTP 302 Found"},
		"nowhere that is one":    {secretLink, map[string]handler{"cdn.example/pic.jpg": leadsTo("https://%zz")}, 1, "leads to what is no usable address"},
		"itself":                 {secretLink, map[string]handler{"cdn.example/pic.jpg": leadsTo(secretLink)}, redirectsMax + 1, "the link leads on and on"},
		"this machine":           {"http://127.0.0.1:8585/x?link-s3cr3t", nil, 0, "the link to it is not https"},
		"a plain link":           {"http://cdn.example/x?link-s3cr3t", nil, 0, "the link to it is not https"},
		"a file of this machine": {"file:///etc/link-s3cr3t", nil, 0, "the link to it is no usable address"},
		"no address":             {"https://x y/link-s3cr3t", nil, 0, "the link to it is no usable address"},
		"nothing there":          {secretLink, nil, 1, "cdn.example answers HTTP 404 Not Found; the service's links live for a day"},
		"no more":                {secretLink, map[string]handler{"cdn.example/pic.jpg": writes(410, "", "")}, 1, "410 Gone; the service's links live for a day"},
		"a login":                {secretLink, map[string]handler{"cdn.example/pic.jpg": writes(401, "image/jpeg", jpegHead)}, 1, "401 Unauthorized"},
		"nothing new":            {secretLink, map[string]handler{"cdn.example/pic.jpg": writes(204, "", "")}, 1, "204 No Content"},
	} {
		t.Run(name, func(t *testing.T) {
			m, _, got, err := download(t, tc.answers, tc.link)
			assert.Len(t, m.asked, tc.asked)
			for _, r := range m.asked {
				assert.Empty(t, r.Header.Get(tokenHeader))
			}
			if tc.want == "" {
				require.NoError(t, err)
				assert.Equal(t, jpegHead, got)
				return
			}
			require.ErrorContains(t, err, tc.want)
			assert.NotContains(t, err.Error(), "s3cr3t")
			assert.Empty(t, got)
		})
	}
}

func TestADownloadIsTriedAgainUntilItBegins(t *testing.T) {
	for name, tc := range map[string]struct {
		give  handler
		asked int
		want  string
	}{
		"a gateway that recovers": {inTurn(writes(503, "", ""), writes(502, "", ""), gives(jpegHead)), 3, ""},
		"told to slow down":       {inTurn(saysWith(429, "30", "", ""), gives(jpegHead)), 2, ""},
		"hung up":                 {inTurn(hangsUp, gives(jpegHead)), 2, ""},
		"hung up for good":        {hangsUp, 3, "cdn.example: EOF"},
		"a gateway for good":      {writes(500, "", ""), 3, "HTTP 500"},
		"cut off half-way": {func(_ int, w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, jpegHead+strings.Repeat("x", 4096))
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}, 1, "unexpected EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				m, _, _, err := download(t, map[string]handler{"cdn.example/pic.jpg": tc.give}, secretLink)
				assert.Len(t, m.asked, tc.asked)
				if name == "told to slow down" {
					assert.Equal(t, 30*time.Second, time.Since(start))
				}
				if tc.want == "" {
					require.NoError(t, err)
					return
				}
				assert.ErrorContains(t, err, tc.want)
				assert.ErrorContains(t, err, "image_far: ")
			})
		})
	}
}

func TestADownloadThatHangs(t *testing.T) {
	hangs := func(_ int, w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, jpegHead+strings.Repeat("x", 4096))
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}
	synctest.Test(t, func(t *testing.T) {
		_, _, _, err := download(t, map[string]handler{"cdn.example/pic.jpg": hangs}, secretLink)
		assert.ErrorContains(t, err, "not there within 5m0s")
	})
	synctest.Test(t, func(t *testing.T) {
		stop := errors.New("interrupt signal")
		ctx, cancel := context.WithCancelCause(t.Context())
		c := newClient(t, nil, func(cfg *Config) {
			cfg.Transport, cfg.BaseURL = &media{answers: map[string]handler{"cdn.example/pic.jpg": hangs}}, "https://api.advance.ai"
		})
		time.AfterFunc(time.Second, func() { cancel(stop) })
		_, _, err := c.Download(ctx, Medium{Name: "image", URL: secretLink}, io.Discard)
		assert.ErrorIs(t, err, stop)
	})
}

func TestADownloadIsBounded(t *testing.T) {
	stream := func(length int, declare bool) handler {
		return func(_ int, w http.ResponseWriter, r *http.Request) {
			if declare {
				w.Header().Set("Content-Length", fmt.Sprint(length))
			}
			block := []byte(strings.Repeat("x", 1<<20))
			_, err := io.WriteString(w, jpegHead)
			for left := length - len(jpegHead); left > 0 && err == nil; left -= len(block) {
				_, err = w.Write(block[:min(left, len(block))])
			}
		}
	}
	for name, tc := range map[string]struct {
		give handler
		fits bool
	}{
		"just fits":         {stream(mediumMax, false), true},
		"one too many":      {stream(mediumMax+1, false), false},
		"without end":       {stream(1<<40, false), false},
		"declared too long": {stream(1<<40, true), false},
	} {
		m := &media{answers: map[string]handler{"cdn.example/pic.jpg": tc.give}}
		c := newClient(t, nil, func(cfg *Config) { cfg.Transport, cfg.BaseURL = m, "https://api.advance.ai" })
		_, n, err := c.Download(t.Context(), Medium{Name: "image", URL: secretLink}, io.Discard)
		assert.LessOrEqual(t, n, int64(mediumMax+1), name)
		if tc.fits {
			assert.NoError(t, err, name)
		} else {
			assert.EqualError(t, err, "image: is longer than 64 MiB", name)
		}
		assert.Len(t, m.asked, 1, name)
	}
	_, _, err := newClient(t, nil).Download(t.Context(), Medium{Name: "image", Data: make([]byte, mediumMax+1)}, io.Discard)
	assert.EqualError(t, err, "image: is longer than 64 MiB")
}

func TestDownloadingFromThisMachine(t *testing.T) {
	s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Empty(t, r.Header.Get(tokenHeader))
		gives(pngHead)(1, w, r)
	}))
	var w bytes.Buffer
	typ, _, err := clientOf(t, s, 0).Download(t.Context(), Medium{Name: "image", URL: s.URL + "/media/x"}, &w)
	require.NoError(t, err)
	assert.Equal(t, "image/png", typ)
	assert.Equal(t, pngHead, w.String())
}

// A client of a service in this process never reaches the network.
func TestDownloadingFromThisProcess(t *testing.T) {
	c := newClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { gives(pngHead)(1, w, r) }))
	_, _, err := c.Download(t.Context(), Medium{Name: "image", URL: "http://127.0.0.1:8585/media/x"}, io.Discard)
	require.NoError(t, err)
	_, _, err = c.Download(t.Context(), Medium{Name: "image", URL: secretLink}, io.Discard)
	assert.EqualError(t, err, "image: the link leads to cdn.example, away from the service in this process")
}

func TestAMediumThatIsNotThere(t *testing.T) {
	r, err := resultOf(t, "h5_token", `{"score":90,"image":"/9j/4AAXXXXXXXXXX"}`)
	require.NoError(t, err)
	require.Len(t, r.Media, 1)
	_, _, err = newClient(t, nil).Download(t.Context(), r.Media[0], io.Discard)
	assert.EqualError(t, err, "image: is neither a link nor base64")
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestAMediumThatCannotBeWritten(t *testing.T) {
	_, _, err := newClient(t, nil).Download(t.Context(), Medium{Name: "image", Data: []byte(jpegHead)}, fullDisk{})
	assert.EqualError(t, err, "image: no space left")
	m := &media{answers: map[string]handler{"cdn.example/pic.jpg": gives(jpegHead)}}
	c := newClient(t, nil, func(cfg *Config) { cfg.Transport, cfg.BaseURL = m, "https://api.advance.ai" })
	_, _, err = c.Download(t.Context(), Medium{Name: "image", URL: secretLink}, fullDisk{})
	assert.EqualError(t, err, "image: no space left")
	assert.Len(t, m.asked, 1)
}

func TestNoLinkIsEverLogged(t *testing.T) {
	for _, give := range []handler{gives(jpegHead), gives("<html>link-s3cr3t"), writes(404, "link-s3cr3t", ""), hangsUp, leadsTo("https://eu.example/link-s3cr3t")} {
		synctest.Test(t, func(t *testing.T) {
			var log bytes.Buffer
			c := newClient(t, nil, func(cfg *Config) {
				cfg.Transport, cfg.BaseURL = &media{answers: map[string]handler{"cdn.example/pic.jpg": give}}, "https://api.advance.ai"
				cfg.Log = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: levelTrace}))
			})
			_, _, err := c.Download(t.Context(), Medium{Name: "image", URL: secretLink}, io.Discard)
			assert.Contains(t, log.String(), "cdn.example")
			assert.NotContains(t, log.String()+fmt.Sprint(err), "s3cr3t")
			assert.NotContains(t, log.String(), "JFIF")
		})
	}
}
