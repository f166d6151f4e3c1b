package previewserver_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"livery/reconcile/inspect"
	"livery/reconcile/previewserver"
	"livery/reconcile/studio"
	"livery/reconcile/workspace"
)

// brandStack is a stack of two languages whose buttons have one colour.
const brandStack = `-- main.livery.hcl --
variable "brand" {
  type = string
}

locals {
  ink   = "#101820"
  night = "#001020"
}

theme "base" {
  mobile_tips_page {
    title_text_color              = local.ink
    start_button_background_color = var.brand
    start_button_text_color       = readable_on(var.brand)
  }
  mobile_result_page { show_score = true }
  mobile_loading_page { loading_text_color = readable_on(local.night) }
}

locale "en" {
  theme = theme.base
  title_text = "Face check"
  mobile_tips_page { start_button_text = "Start in {second} s" }
}

locale "ar_AE" {
  theme = theme.base
  texts = jsondecode(file("texts/ar.json"))
}
-- brand.auto.liveryvars.hcl --
# The brand.
brand = "#00483c"
-- texts/ar.json --
{
  "titleText": "فحص الوجه"
}
`

// site is a preview that can be changed.
type site struct {
	t       testing.TB
	address string // http://127.0.0.1:PORT
	path    string // with the token
	dir     string
	cookie  *http.Cookie
}

// editable serves a stack to those who may change it, drawn as options say.
func editable(t testing.TB, archive string, options ...inspect.PreviewOptions) *site {
	t.Helper()
	how := append(options, inspect.PreviewOptions{})[0]
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, ".git"), 0o700))
	for _, f := range txtar.Parse([]byte(archive)).Files {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, f.Name)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o600))
	}
	open := func() *workspace.Workspace {
		return workspace.New(workspace.Config{
			Dir: workspace.Directory(dir), Version: "0.0.0", Now: time.Now, Getenv: func(string) string { return "" },
		})
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	shown := inspect.NewPreview(open(), how)
	render := func(ctx context.Context) (previewserver.Snapshot, error) {
		d, err := shown.Data(ctx)
		if err != nil {
			return previewserver.Snapshot{}, err
		}
		return previewserver.Snapshot{Gallery: d.Gallery, HasErrors: d.Diagnostics.HasErrors(), Watch: d.Watch}, nil
	}
	editing := previewserver.NewEditing(studio.New(open(), how), listener.Addr())
	s, err := previewserver.New(t.Context(), previewserver.Config{Render: render, Editing: editing, Editor: "vscode://file{path}:{line}", Dir: dir}, time.Now())
	require.NoError(t, err)
	served := &httptest.Server{Listener: listener, Config: &http.Server{Handler: s}}
	served.Start()
	ctx, stop := context.WithCancel(t.Context())
	var following sync.WaitGroup
	following.Go(func() { assert.NoError(t, s.Follow(ctx)) })
	t.Cleanup(func() {
		stop()
		following.Wait()
		s.Close()
		served.Close()
	})
	return &site{t: t, address: served.URL, path: editing.Path(), dir: dir}
}

func (s *site) file(name string) string {
	s.t.Helper()
	data, err := os.ReadFile(filepath.Join(s.dir, name))
	require.NoError(s.t, err)
	return string(data)
}

// do sends a request, and follows no redirect.
func (s *site) do(method, path, body string, change ...func(*http.Request)) (*http.Response, string) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.address+path, strings.NewReader(body))
	require.NoError(s.t, err)
	for _, c := range change {
		c(r)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(r)
	require.NoError(s.t, err)
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	require.NoError(s.t, err)
	return answer, string(data)
}

// enter takes the cookie.
func (s *site) enter() *site {
	s.t.Helper()
	answer, _ := s.do(http.MethodGet, s.path, "")
	require.Equal(s.t, http.StatusSeeOther, answer.StatusCode)
	s.cookie = answer.Cookies()[0]
	return s
}

// own is what the page itself sends along.
func (s *site) own(r *http.Request) {
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Origin", s.address)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if s.cookie != nil {
		r.AddCookie(s.cookie)
	}
}

// ask asks as the page does.
func (s *site) ask(what string, body any) (status int, answer map[string]any) {
	s.t.Helper()
	data, err := json.Marshal(body)
	require.NoError(s.t, err)
	got, text := s.do(http.MethodPost, "/edit/"+what, string(data), s.own)
	require.NoError(s.t, json.Unmarshal([]byte(text), &answer), text)
	return got.StatusCode, answer
}

func toPurple() map[string]any {
	return map[string]any{"address": "locale.en_US", "path": "mobileTipsPage.startButtonBackgroundColor", "value": "#6b2fb3", "where": "origin:var.brand"}
}

// The page's own way: described, drawn, reviewed, saved, undone, redone.
func TestEdit(t *testing.T) {
	s := editable(t, brandStack).enter()
	_, page := s.do(http.MethodGet, "/", "")
	_, revision, _ := strings.Cut(page, `data-revision="`)
	revision, _, _ = strings.Cut(revision, `"`)

	status, element := s.ask("element", map[string]any{"address": "locale.en_US", "path": "mobileTipsPage.startButtonBackgroundColor"})
	require.Equal(t, http.StatusOK, status)
	assert.Equal(t, "#00483c", element["value"])
	assert.Equal(t, "var.brand, brand.auto.liveryvars.hcl:2: 2 fields in 2 languages", element["reach"].(map[string]any)["text"])
	assert.Equal(t, "origin:var.brand", element["preset"])

	changes := map[string]any{"changes": []any{toPurple()}, "revision": revision}
	status, drawn := s.ask("overlay", changes)
	require.Equal(t, http.StatusOK, status)
	assert.Empty(t, drawn["stops"])
	assert.Equal(t, revision, drawn["revision"])
	locales := make(map[string]bool)
	for _, screen := range drawn["screens"].([]any) {
		one := screen.(map[string]any)
		locale, _, _ := strings.Cut(one["id"].(string), ".")
		locales[locale] = true
		assert.Contains(t, one["html"], "#6b2fb3", "%s is not drawn otherwise", one["id"])
		assert.NotEmpty(t, one["hash"])
	}
	assert.Equal(t, map[string]bool{"en_US": true, "ar_AE": true}, locales)

	status, back := s.ask("overlay", map[string]any{"changes": []any{}, "revision": revision, "drawn": []string{"en_US.phone-tips"}})
	require.Equal(t, http.StatusOK, status)
	require.Len(t, back["screens"], 1, "what was drawn otherwise is drawn as it was")
	assert.Contains(t, back["screens"].([]any)[0].(map[string]any)["html"], "#00483c")

	status, review := s.ask("review", changes)
	require.Equal(t, http.StatusOK, status)
	assert.Contains(t, review["files"].([]any)[0].(map[string]any)["diff"], `+brand = "#6b2fb3"`)
	assert.Contains(t, s.file("brand.auto.liveryvars.hcl"), "#00483c", "nothing is written before")
	changes["digest"] = review["digest"]
	status, saved := s.ask("save", changes)
	require.Equal(t, http.StatusOK, status, "%v", saved)
	assert.Equal(t, map[string]any{"files": []any{"brand.auto.liveryvars.hcl"}, "undo": 1.0, "redo": 0.0}, saved)
	assert.Equal(t, "# The brand.\nbrand = \"#6b2fb3\"\n", s.file("brand.auto.liveryvars.hcl"))

	status, saves := s.ask("saves", map[string]any{})
	require.Equal(t, http.StatusOK, status)
	assert.Equal(t, map[string]any{"files": []any{}, "undo": 1.0, "redo": 0.0}, saves)

	status, conflict := s.ask("save", changes)
	assert.Equal(t, http.StatusConflict, status)
	assert.NotEmpty(t, conflict["error"])
	assert.NotEmpty(t, conflict["detail"])

	status, saved = s.ask("undo", map[string]any{})
	require.Equal(t, http.StatusOK, status)
	assert.Equal(t, 1.0, saved["redo"])
	assert.Equal(t, "# The brand.\nbrand = \"#00483c\"\n", s.file("brand.auto.liveryvars.hcl"))
	status, _ = s.ask("undo", map[string]any{})
	assert.Equal(t, http.StatusUnprocessableEntity, status)
	status, _ = s.ask("redo", map[string]any{})
	require.Equal(t, http.StatusOK, status)
	assert.Contains(t, s.file("brand.auto.liveryvars.hcl"), "#6b2fb3")
}

// A change says what was read and where it goes, in the plainest words: an address, a path
// in either spelling, a kind of place, the digest of a file.
func TestChangesOfPrograms(t *testing.T) {
	sum := func(text string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(text))) }
	for about, c := range map[string]struct {
		path, where string
		value       any
		read        string // the file whose digest is sent; "" for none
		status      int
		file, says  string
	}{
		"the origin":            {"mobileTipsPage.startButtonBackgroundColor", "origin", "#6b2fb3", "brand.auto.liveryvars.hcl", http.StatusOK, "brand.auto.liveryvars.hcl", `brand = "#6b2fb3"`},
		"in HCL's spelling":     {"mobile_tips_page.start_button_background_color", "origin", "#6b2fb3", "", http.StatusOK, "brand.auto.liveryvars.hcl", `brand = "#6b2fb3"`},
		"the theme":             {"mobileTipsPage.titleTextColor", "theme", "#333333", "main.livery.hcl", http.StatusOK, "main.livery.hcl", `title_text_color              = "#333333"`},
		"the language":          {"mobileTipsPage.startButtonBackgroundColor", "locale", "#6b2fb3", "main.livery.hcl", http.StatusOK, "main.livery.hcl", `start_button_background_color = "#6b2fb3"`},
		"read where it is from": {"mobileTipsPage.startButtonBackgroundColor", "locale", "#6b2fb3", "brand.auto.liveryvars.hcl", http.StatusOK, "main.livery.hcl", `start_button_background_color = "#6b2fb3"`},
		"the API's default":     {"titleText", "origin", nil, "main.livery.hcl", http.StatusOK, "main.livery.hcl", "title_text = null"},
		"another file":          {"titleText", "origin", "Face", "texts/ar.json", http.StatusConflict, "", ""},
		"a file that was there": {"titleText", "origin", "Face", "gone", http.StatusConflict, "", ""},
		"would stop an apply":   {"titleText", "origin", strings.Repeat("x", 4000), "main.livery.hcl", http.StatusUnprocessableEntity, "", ""},
		"no such place":         {"titleText", "theme", "Face", "main.livery.hcl", http.StatusUnprocessableEntity, "", ""},
		"no such field":         {"titel", "origin", "Face", "main.livery.hcl", http.StatusUnprocessableEntity, "", ""},
	} {
		t.Run(about, func(t *testing.T) {
			t.Parallel()
			s := editable(t, brandStack).enter()
			change := map[string]any{"address": "locale.en_US", "path": c.path, "value": c.value, "where": c.where}
			if c.read == "gone" {
				change["sha256"] = sum("what it held before")
			} else if c.read != "" {
				change["sha256"] = sum(s.file(c.read))
			}
			before := s.file("main.livery.hcl") + s.file("brand.auto.liveryvars.hcl") + s.file("texts/ar.json")
			all := map[string]any{"changes": []any{change}}
			status, drawn := s.ask("overlay", all)
			assert.Equal(t, c.status, status, "%v", drawn)
			assert.Equal(t, before, s.file("main.livery.hcl")+s.file("brand.auto.liveryvars.hcl")+s.file("texts/ar.json"))
			status, saved := s.ask("save", all)
			require.Equal(t, c.status, status, "%v", saved)
			if c.status != http.StatusOK {
				assert.Equal(t, before, s.file("main.livery.hcl")+s.file("brand.auto.liveryvars.hcl")+s.file("texts/ar.json"))
				return
			}
			assert.Equal(t, []any{c.file}, saved["files"])
			assert.Contains(t, s.file(c.file), c.says)
		})
	}
}

// The token is exchanged for a cookie that scripts cannot read and other sites do not send,
// and is in no page, header or script.
func TestToken(t *testing.T) {
	s := editable(t, brandStack)
	token := strings.TrimPrefix(s.path, "/?token=")
	assert.Regexp(t, `^[0-9a-f]{32}$`, token, "128 bits")
	answer, body := s.do(http.MethodGet, s.path, "")
	assert.Equal(t, http.StatusSeeOther, answer.StatusCode)
	assert.Equal(t, "/", answer.Header.Get("Location"))
	assert.Equal(t, "no-referrer", answer.Header.Get("Referrer-Policy"))
	assert.Equal(t, "no-store", answer.Header.Get("Cache-Control"))
	assert.Empty(t, body)
	require.Len(t, answer.Cookies(), 2)
	cookie, ofPort := answer.Cookies()[0], answer.Cookies()[1]
	assert.Equal(t, "livery_edit", cookie.Name)
	assert.Equal(t, "livery_edit_"+s.address[strings.LastIndexByte(s.address, ':')+1:], ofPort.Name, "another preview cannot end this one")
	assert.Equal(t, cookie.Value, ofPort.Value)
	for _, c := range answer.Cookies() {
		assert.True(t, c.HttpOnly)
		assert.Equal(t, http.SameSiteStrictMode, c.SameSite)
		assert.NotContains(t, c.Value, token)
	}
	s.cookie = cookie
	for _, path := range []string{"/", "/gallery.js", "/gallery.css", "/screens", "/edit/element", "/nothing"} {
		answer, body := s.do(http.MethodGet, path, "", s.own)
		var all strings.Builder
		require.NoError(t, answer.Header.Write(&all))
		assert.NotContains(t, all.String()+body, token, path)
		assert.NotContains(t, all.String()+body, cookie.Value, path)
		assert.Equal(t, "DENY", answer.Header.Get("X-Frame-Options"), path)
		assert.Contains(t, answer.Header.Get("Content-Security-Policy"), "frame-ancestors 'none'", path)
	}
	for _, wrong := range []string{"/?token=", "/?token=" + token[1:], "/?token=" + strings.Repeat("0", 32), "/?token=" + token + "&token=x"} {
		answer, body := s.do(http.MethodGet, wrong, "")
		assert.Equal(t, http.StatusForbidden, answer.StatusCode, wrong)
		assert.Empty(t, answer.Cookies())
		assert.NotContains(t, body, token)
	}
	assert.NotEqual(t, s.path, editable(t, brandStack).path, "each run has its own")
}

// Only those who were let in get the panel; others look.
func TestPanelIsForEditors(t *testing.T) {
	s := editable(t, brandStack)
	for _, path := range []string{"/gallery.js", "/gallery.css"} {
		_, plain := s.do(http.MethodGet, path, "")
		s.enter()
		_, full := s.do(http.MethodGet, path, "", s.own)
		s.cookie = nil
		assert.Greater(t, len(full), len(plain), path)
	}
}

// Nothing is changed for anybody but the page itself.
func TestAttacks(t *testing.T) {
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) {
			r.Header.Del(name)
			if value != "" {
				r.Header.Set(name, value)
			}
		}
	}
	host := func(host string) func(*http.Request) { return func(r *http.Request) { r.Host = host } }
	s := editable(t, brandStack).enter()
	_, port, err := net.SplitHostPort(strings.TrimPrefix(s.address, "http://"))
	require.NoError(t, err)
	was := map[string]string{}
	for _, name := range []string{"main.livery.hcl", "brand.auto.liveryvars.hcl", "texts/ar.json"} {
		was[name] = s.file(name)
	}
	_, review := s.ask("review", map[string]any{"changes": []any{toPurple()}})
	data, err := json.Marshal(map[string]any{"changes": []any{toPurple()}, "digest": review["digest"]})
	require.NoError(t, err)
	for about, c := range map[string]struct {
		change func(*http.Request)
		status int
	}{
		"no cookie":                         {header("Cookie", ""), http.StatusForbidden},
		"an old cookie":                     {header("Cookie", s.cookie.Name+"="+strings.Repeat("0", 32)), http.StatusForbidden},
		"the cookie of another":             {header("Cookie", "livery_edit_1="+s.cookie.Value), http.StatusForbidden},
		"another origin":                    {header("Origin", "http://evil.example"), http.StatusForbidden},
		"another port":                      {header("Origin", "http://127.0.0.1:1"), http.StatusForbidden},
		"another name of ours":              {header("Origin", "http://localhost:"+port), http.StatusForbidden},
		"another scheme":                    {header("Origin", "https://127.0.0.1:"+port), http.StatusForbidden},
		"a frame in a sandbox":              {header("Origin", "null"), http.StatusForbidden},
		"no origin":                         {header("Origin", ""), http.StatusForbidden},
		"another site":                      {header("Sec-Fetch-Site", "cross-site"), http.StatusForbidden},
		"another port of ours":              {header("Sec-Fetch-Site", "same-site"), http.StatusForbidden},
		"a form":                            {header("Content-Type", "text/plain"), http.StatusForbidden},
		"a form of another kind":            {header("Content-Type", "application/x-www-form-urlencoded"), http.StatusForbidden},
		"no kind":                           {header("Content-Type", ""), http.StatusForbidden},
		"a rebound host":                    {host("evil.example:" + port), http.StatusForbidden},
		"a rebound host without a port":     {host("evil.example"), http.StatusForbidden},
		"a host that only begins like ours": {host("127.0.0.1.evil.example:" + port), http.StatusForbidden},
		"our host at another port":          {host("127.0.0.1:1"), http.StatusForbidden},
		"any address":                       {host("0.0.0.0:" + port), http.StatusForbidden},
	} {
		for _, what := range []string{"save", "undo", "redo", "review", "overlay", "element"} {
			answer, body := s.do(http.MethodPost, "/edit/"+what, string(data), s.own, c.change)
			assert.Equal(t, c.status, answer.StatusCode, "%s: %s", about, what)
			assert.NotContains(t, body, "#00483c", "%s: %s", about, what)
		}
	}
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodOptions, http.MethodHead} {
		answer, _ := s.do(method, "/edit/save", string(data), s.own)
		assert.Equal(t, http.StatusMethodNotAllowed, answer.StatusCode, method)
	}
	for name, text := range was {
		assert.Equal(t, text, s.file(name))
	}
	status, _ := s.ask("save", json.RawMessage(data)) // and the page itself can
	assert.Equal(t, http.StatusOK, status)
}

// Under a foreign name nothing is served at all.
func TestReboundHostGetsNothing(t *testing.T) {
	s := editable(t, brandStack).enter()
	for _, path := range []string{"/", s.path, "/gallery.js", "/screens", "/events"} {
		answer, body := s.do(http.MethodGet, path, "", s.own, func(r *http.Request) { r.Host = "evil.example:80" })
		assert.Equal(t, http.StatusForbidden, answer.StatusCode, path)
		assert.Empty(t, answer.Cookies(), path)
		assert.Less(t, len(body), 100, path)
	}
}

// A request that means nothing, or much, is answered in words.
func TestRequestsThatMeanNothing(t *testing.T) {
	s := editable(t, brandStack).enter()
	for body, status := range map[string]int{
		"":                       http.StatusBadRequest,
		"{":                      http.StatusBadRequest,
		`[]`:                     http.StatusBadRequest,
		`{"changes": "all"}`:     http.StatusBadRequest,
		`{"address": "../../x"}`: http.StatusUnprocessableEntity,
		`{"address": "locale.en_US", "path": "../../../etc/passwd"}`: http.StatusUnprocessableEntity,
		`{"path": "` + strings.Repeat("x", 5<<20) + `"}`:             http.StatusBadRequest,
	} {
		answer, text := s.do(http.MethodPost, "/edit/element", body, s.own)
		assert.Equal(t, status, answer.StatusCode, "%.60s", body)
		var said map[string]any
		require.NoError(t, json.Unmarshal([]byte(text), &said))
		assert.NotEmpty(t, said["error"])
		assert.NotEmpty(t, said["detail"])
	}
	status, _ := s.ask("everything", map[string]any{})
	assert.Equal(t, http.StatusUnprocessableEntity, status)
}

// Without -edit nothing can be written, whoever asks.
func TestNoEditing(t *testing.T) {
	_, address, _ := serve(t, still(library(t)))
	for _, what := range []string{"element", "overlay", "review", "save", "undo", "redo"} {
		answer, err := http.Post(address+"/edit/"+what, "application/json", strings.NewReader("{}"))
		require.NoError(t, err)
		answer.Body.Close()
		assert.Equal(t, http.StatusMethodNotAllowed, answer.StatusCode)
	}
	answer, err := http.Get(address + "/?token=" + strings.Repeat("0", 32))
	require.NoError(t, err)
	answer.Body.Close()
	assert.Empty(t, answer.Cookies())
}
