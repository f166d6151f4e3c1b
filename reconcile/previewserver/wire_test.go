package previewserver_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"livery/reconcile/previewserver"
	"livery/schema"
	"livery/schema/preview"
	"livery/schema/rule"
)

func get(s http.Handler, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

var revisionOf = regexp.MustCompile(`data-revision="([^"]+)"`)

// A page asks for what has changed since the picture that it shows.
func TestOnlyWhatChangedIsSent(t *testing.T) {
	g := library(t)
	s, err := previewserver.New(t.Context(), previewserver.Config{Render: func(context.Context) (previewserver.Snapshot, error) {
		copied := g
		copied.Sheets = slices.Clone(g.Sheets)
		return previewserver.Snapshot{Gallery: copied}, nil
	}}, time.Unix(1, 0))
	require.NoError(t, err)
	first := revisionOf.FindStringSubmatch(get(s, "/").Body.String())[1]
	since := func(revision string) map[string]any {
		t.Helper()
		w := get(s, "/screens?since="+revision)
		require.Equal(t, "application/json; charset=utf-8", w.Header().Get("Content-Type"))
		var u map[string]any
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &u))
		return u
	}
	assert.Equal(t, map[string]any{"revision": first, "screens": []any{}}, since(first))

	d := g.Sheets[2].Document
	d.Look = schema.Look{}
	set(t, &d, "mobileResultPage.successDesc", cty.StringVal("Other words"))
	g.Sheets[2].Document = d
	require.NoError(t, s.Redraw(t.Context()))
	u := since(first)
	assert.NotEqual(t, first, u["revision"])
	require.Len(t, u["screens"], 1)
	one := u["screens"].([]any)[0].(map[string]any)
	assert.Equal(t, "th_TH.phone-passed", one["id"])
	assert.Contains(t, one["html"], "Other words")
	assert.NotEmpty(t, one["hash"])
	assert.NotContains(t, u, "order")
	assert.NotContains(t, u, "title")

	second := u["revision"].(string)
	require.NoError(t, s.Redraw(t.Context()))
	assert.Equal(t, second, since(second)["revision"], "a picture that stays has no new revision")
	for _, unknown := range []string{"", "another", "1.1"} {
		u := since(unknown)
		assert.Len(t, u["screens"], 3*len(preview.Screens()), unknown)
		assert.Len(t, u["order"], 3)
		assert.Contains(t, u["title"], "Library")
	}
}

// Pictures do not wait for what is wrong with them: the page comes down to the last screen of
// its first language first, and a picture that is drawn again says what was wrong before until more is known.
func TestPicturesComeBeforeProblems(t *testing.T) {
	g := library(t)
	known := make(chan string, 1)
	s, err := previewserver.New(t.Context(), previewserver.Config{Render: func(context.Context) (previewserver.Snapshot, error) {
		copied := g
		copied.Sheets, copied.Problems, copied.Unjudged = slices.Clone(g.Sheets), nil, true
		return previewserver.Snapshot{Gallery: copied, Judge: func() ([]preview.Problem, error) {
			return []preview.Problem{{Level: rule.Warning, Rule: rule.Contrast, Text: <-known}}, nil
		}}, nil
	}}, time.Unix(1, 0))
	require.NoError(t, err)
	site := httptest.NewServer(s)
	t.Cleanup(site.Close)
	answer, err := http.Get(site.URL)
	require.NoError(t, err)
	defer answer.Body.Close()
	page := bufio.NewReader(answer.Body)
	var opening strings.Builder
	for !strings.Contains(opening.String(), `data-screen="pc-failed"`) {
		line, err := page.ReadString('\n')
		require.NoError(t, err)
		opening.WriteString(line)
	}
	known <- "first words"
	closing, err := io.ReadAll(page)
	require.NoError(t, err)
	assert.Contains(t, string(closing), "first words")
	assert.Contains(t, string(closing), "</html>")

	since := func(revision string) (u preview.Update) {
		t.Helper()
		require.NoError(t, json.Unmarshal(get(s, "/screens?since="+revision).Body.Bytes(), &u))
		return u
	}
	first := revisionOf.FindStringSubmatch(opening.String())[1]
	assert.Equal(t, first, since(first).Revision, "who has the whole page has all")
	d := g.Sheets[2].Document
	d.Look = schema.Look{}
	set(t, &d, "mobileResultPage.successDesc", cty.StringVal("Other words"))
	g.Sheets[2].Document = d
	require.NoError(t, s.Redraw(t.Context()))
	drawn := since(first)
	assert.NotEqual(t, first, drawn.Revision)
	assert.Len(t, drawn.Screens, 1)
	assert.Empty(t, drawn.Findings)
	known <- "second words"
	assert.Contains(t, get(s, "/").Body.String(), "second words")
	judged := since(drawn.Revision)
	assert.NotEqual(t, drawn.Revision, judged.Revision)
	assert.Empty(t, judged.Screens)
	assert.Contains(t, judged.Findings, "second words")
}

// A long list of problems is renewed piece by piece, and says what a page says that is opened
// now.
func TestALongListOfProblemsIsRenewed(t *testing.T) {
	g := library(t)
	numbered := func(from, to int) (list []preview.Problem) {
		for i := from; i < to; i++ {
			list = append(list, preview.Problem{Level: rule.Warning, Rule: rule.Contrast, Text: strings.Repeat("words ", 40) + strconv.Itoa(i)})
		}
		return list
	}
	g.Problems = numbered(0, 200)
	s, address, _ := serve(t, func(context.Context) (previewserver.Snapshot, error) {
		return previewserver.Snapshot{Gallery: g}, nil
	})
	b := openTab(t, 1440, 900)
	b.visit(address)
	const listed = `Array.from(document.querySelectorAll("#problems > .problems:not(#tight) > li"), (li) => li.outerHTML)`
	b.until(`document.body.dataset.measured`)
	b.until(`document.querySelectorAll("#problems li").forEach((li) => { li.wasThere = true; }), true`)
	for i, problems := range [][]preview.Problem{
		slices.Concat(numbered(0, 50), numbered(1000, 1001), numbered(51, 200)),
		numbered(10, 190),
		slices.Concat(numbered(100, 190), numbered(2000, 2003), numbered(10, 90)),
	} {
		g.Problems = problems
		require.NoError(t, s.Redraw(t.Context()))
		b.until(`document.body.dataset.renewed === "%d"`, i+1)
		fresh := openTab(t, 1440, 900)
		fresh.visit(address)
		assert.Equal(t, ask[[]string](fresh, listed), ask[[]string](b, listed))
		b.until(`document.querySelector("#problems .count").textContent === String(document.querySelectorAll("#problems li").length)`)
	}
	assert.Equal(t, 169, ask[int](b, `Array.from(document.querySelectorAll("#problems li")).filter((li) => li.wasThere).length`), "what stays is not drawn again")
	assert.Less(t, ask[int](b, `Math.max(...performance.getEntriesByType("resource").filter((e) => e.name.includes("/screens")).map((e) => e.encodedBodySize))`), 4000)
}

// hide makes the page believe that nobody sees it, or that somebody does.
func (b *tab) hide(on bool) {
	b.t.Helper()
	b.until(`window.isHidden = %v, Object.defineProperty(document, "hidden", { configurable: true, get: () => window.isHidden }), document.dispatchEvent(new Event("visibilitychange"))`, on)
}

// A page that nobody sees has no stream, so that many can be open: a browser has six
// connections for all pages of a server. It catches up when it is seen again.
func TestHiddenPagesLetGo(t *testing.T) {
	d := desk{t, t.TempDir()}
	d.save("#112233", 2)
	s, err := previewserver.New(t.Context(), previewserver.Config{Render: d.draw}, time.Now())
	require.NoError(t, err)
	var mu sync.Mutex
	streams := 0
	count := func(by int) int {
		mu.Lock()
		defer mu.Unlock()
		streams += by
		return streams
	}
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/events" {
			count(1)
			defer count(-1)
		}
		s.ServeHTTP(w, r)
	}))
	t.Cleanup(func() { s.Close(); site.Close() })
	var tabs []*tab
	for range 8 {
		b := openTab(t, 800, 600)
		b.visit(site.URL)
		b.until(passed + ` === "rgb(17, 34, 51)"`)
		b.hide(true)
		tabs = append(tabs, b)
	}
	last := tabs[len(tabs)-1]
	last.hide(false)
	require.Eventually(t, func() bool { return count(0) == 1 }, 2*time.Minute, 10*time.Millisecond)
	d.save("#223344", 2)
	require.NoError(t, s.Redraw(t.Context()))
	last.until(passed + ` === "rgb(34, 51, 68)"`)
	assert.Equal(t, "rgb(17, 34, 51)", ask[string](tabs[0], passed), "nobody sees it")
	tabs[0].hide(false)
	tabs[0].until(passed + ` === "rgb(34, 51, 68)"`)
}

// Configuration that cannot be read any more is said on the page, which keeps the last
// picture and goes on when the files are there again.
func TestWhatCannotBeReadIsSaid(t *testing.T) {
	d := desk{t, t.TempDir()}
	d.save("#112233", 2)
	gone := false
	s, address, _ := serve(t, func(ctx context.Context) (previewserver.Snapshot, error) {
		if gone {
			return previewserver.Snapshot{}, os.ErrNotExist
		}
		return d.draw(ctx)
	})
	b := openTab(t, 1440, 700)
	b.visit(address)
	gone = true
	require.ErrorIs(t, s.Redraw(t.Context()), os.ErrNotExist)
	b.until(`document.querySelector(".broken")?.checkVisibility() && document.querySelector(".broken").textContent.includes("file does not exist")`)
	assert.Equal(t, "rgb(17, 34, 51)", ask[string](b, passed))
	gone = false
	d.save("#223344", 2)
	require.NoError(t, s.Redraw(t.Context()))
	b.until(passed + ` === "rgb(34, 51, 68)" && !document.querySelector(".broken")`)
}

// What is written after the first picture and before files are watched is seen.
func TestWhatChangesBeforeTheWatchIsSeen(t *testing.T) {
	d := desk{t, t.TempDir()}
	d.save("#112233", 2)
	s, err := previewserver.New(t.Context(), previewserver.Config{Render: d.draw}, time.Now())
	require.NoError(t, err)
	d.save("#223344", 2)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Follow(ctx) }()
	t.Cleanup(func() { cancel(); assert.NoError(t, <-done) })
	require.Eventually(t, func() bool { return strings.Contains(get(s, "/").Body.String(), "#223344") }, 2*time.Minute, 10*time.Millisecond)
}

// A directory in whose place another one was put is followed again: as version control
// and downloads do it, by removing it and by renaming.
func TestAReplacedDirectoryIsFollowed(t *testing.T) {
	parent := t.TempDir()
	d := desk{t, filepath.Join(parent, "stack")}
	require.NoError(t, os.Mkdir(d.dir, 0o700))
	d.save("#112233", 2)
	s, err := previewserver.New(t.Context(), previewserver.Config{Render: d.draw}, time.Now())
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Follow(ctx) }()
	t.Cleanup(func() { cancel(); assert.NoError(t, <-done) })
	shows := func(colour string) {
		t.Helper()
		require.Eventually(t, func() bool { return strings.Contains(get(s, "/").Body.String(), colour) }, 2*time.Minute, 10*time.Millisecond, colour)
	}
	shows("#112233")

	require.NoError(t, os.RemoveAll(d.dir))
	require.NoError(t, os.Mkdir(d.dir, 0o700))
	d.save("#223344", 2)
	shows("#223344")
	d.save("#334455", 2)
	shows("#334455")

	next := desk{t, filepath.Join(parent, "next")}
	require.NoError(t, os.Mkdir(next.dir, 0o700))
	next.save("#445566", 2)
	require.NoError(t, os.Rename(d.dir, filepath.Join(parent, "before")))
	require.NoError(t, os.Rename(next.dir, d.dir))
	shows("#445566")
	d.save("#556677", 2)
	shows("#556677")
}
