package previewserver_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"
	"go.uber.org/goleak"

	"livery/reconcile/previewserver"
	"livery/schema"
	"livery/schema/preview"
	"livery/testdata/engine"
)

// installed is the path of a browser.
func installed(t *testing.T) string {
	t.Helper()
	engine.Outside(t)
	path := program()
	if path == "" {
		t.Skip("chromium is not on the PATH")
	}
	return path
}

// look is a gallery of the given languages whose start button has the colour
// #0f6b5c and little on it.
func look(t *testing.T, locales ...schema.Locale) *preview.Gallery {
	t.Helper()
	g := &preview.Gallery{Title: "look"}
	for _, loc := range locales {
		d := schema.Document{Locale: loc}
		for _, f := range schema.Fields() {
			text := map[string]string{"mobileTipsPage.startButtonText": ".", "mobileTipsPage.startButtonBackgroundColor": "#0f6b5c"}[f.Path()]
			if text == "" {
				continue
			}
			v, diags := f.Parse(cty.StringVal(text), schema.Subject{Range: hcl.Range{Filename: "main.livery.hcl"}})
			require.False(t, diags.HasErrors(), "%v", diags)
			d.Set(f, v)
		}
		g.Sheets = append(g.Sheets, preview.Sheet{Document: d})
	}
	return g
}

// emptyRoom makes an own place for what browsers put down, and holds that nothing
// stays in it and that no process still speaks of it. Its path is short, for the
// sockets in it.
func emptyRoom(t *testing.T) {
	t.Helper()
	running := goleak.IgnoreCurrent()
	room, err := os.MkdirTemp("", "t")
	require.NoError(t, err)
	t.Setenv("TMPDIR", room)
	t.Cleanup(func() {
		left, err := os.ReadDir(room)
		assert.NoError(t, err)
		assert.Empty(t, left, "something is left")
		assert.NoError(t, os.RemoveAll(room))
		assert.Eventually(t, func() bool { return len(processes(room)) == 0 }, 2*time.Minute, 20*time.Millisecond, "a browser lives on")
		goleak.VerifyNone(t, running)
	})
}

// processes lists those whose command line names something, where the system tells.
func processes(something string) []int {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	var list []int
	for _, file := range files {
		line, err := os.ReadFile(file)
		if err == nil && bytes.Contains(line, []byte(something)) {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
			list = append(list, pid)
		}
	}
	return list
}

func silent(int, int) {}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	return data
}

func decode(t *testing.T, path string) image.Image {
	t.Helper()
	picture, err := png.Decode(bytes.NewReader(read(t, path)))
	require.NoError(t, err, path)
	return picture
}

func TestScreenshots(t *testing.T) {
	browser := installed(t)
	emptyRoom(t)
	dir := filepath.Join(t.TempDir(), "deep", "pictures")
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "en_US"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "en_US", "notes.txt"), []byte("mine"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "en_US", "phone-tips.png"), []byte("an old one"), 0o600))

	want := 2 * len(preview.Screens())
	var told []int
	n, err := previewserver.Screenshots(t.Context(), browser, look(t, "en_US", "ar_AE"), dir, func(done, all int) {
		assert.Equal(t, want, all)
		told = append(told, done)
	})
	require.NoError(t, err)
	require.Equal(t, want, n)
	require.Len(t, told, want)
	require.True(t, slices.IsSorted(told))

	for _, locale := range []string{"en_US", "ar_AE"} {
		for _, screen := range preview.Screens() {
			head, err := png.DecodeConfig(bytes.NewReader(read(t, filepath.Join(dir, locale, screen.Name+".png"))))
			require.NoError(t, err, screen.Name)
			width := map[schema.Device]int{schema.Mobile: 2 * (375 + 2*28), schema.PC: 2 * (1280 + 2*28)}[screen.Device]
			require.Equal(t, width, head.Width, screen.Name)
			require.Greater(t, head.Height, 2*650, screen.Name)
			require.Less(t, head.Height, 2*1200, screen.Name)
		}
		requireButton(t, decode(t, filepath.Join(dir, locale, "phone-tips.png")))
	}
	require.Equal(t, "mine", string(read(t, filepath.Join(dir, "en_US", "notes.txt"))))

	// The same look gives the same pictures, whichever language comes first.
	again := t.TempDir()
	_, err = previewserver.Screenshots(t.Context(), browser, look(t, "ar_AE", "en_US"), again, silent)
	require.NoError(t, err)
	require.NoError(t, fs.WalkDir(os.DirFS(again), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		assert.True(t, bytes.Equal(read(t, filepath.Join(dir, path)), read(t, filepath.Join(again, path))), "%s is another picture the second time", path)
		return nil
	}))
}

// requireButton finds a button of the declared colour that reaches over most of a
// phone, and holds that it is filled.
func requireButton(t *testing.T, picture image.Image) {
	t.Helper()
	want := color.RGBA{0x0f, 0x6b, 0x5c, 0xff}
	var box image.Rectangle
	for y := range picture.Bounds().Dy() {
		for x := range picture.Bounds().Dx() {
			if color.RGBAModel.Convert(picture.At(x, y)) == want {
				box = box.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	require.Greater(t, box.Dx(), 500, "the button is not seen in its colour")
	require.GreaterOrEqual(t, box.Dy(), 2*50)
	middle := box.Min.Add(box.Max).Div(2)
	for _, x := range []int{box.Min.X + 40, middle.X - 40, middle.X + 40, box.Max.X - 40} { // the words stand in the very middle
		require.Equal(t, want, color.RGBAModel.Convert(picture.At(x, middle.Y)), "at %d", x)
	}
}

func TestScreenshotsOfNothing(t *testing.T) {
	n, err := previewserver.Screenshots(t.Context(), "/no/such/browser", &preview.Gallery{}, t.TempDir(), silent)
	require.NoError(t, err)
	require.Zero(t, n)
}

func TestScreenshotsWithoutADirectory(t *testing.T) {
	emptyRoom(t)
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := previewserver.Screenshots(t.Context(), "/no/such/browser", look(t, "en_US"), filepath.Join(file, "pictures"), silent)
	require.ErrorContains(t, err, "writing screenshots: mkdir "+file)
}

// A language's directory that cannot be made ends it all.
func TestScreenshotsIntoAFile(t *testing.T) {
	browser := installed(t)
	emptyRoom(t)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "th_TH"), nil, 0o600))
	_, err := previewserver.Screenshots(t.Context(), browser, look(t, "en_US", "th_TH"), dir, silent)
	require.ErrorContains(t, err, "taking screenshots of th_TH: mkdir "+filepath.Join(dir, "th_TH"))
}

// fake writes a script that stands where a browser should.
func fake(t *testing.T, text string) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("scripts are for shells")
	}
	path := filepath.Join(t.TempDir(), "browser")
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o755))
	return path
}

func TestNoBrowser(t *testing.T) {
	for name, c := range map[string]struct {
		text    string
		timeout time.Duration
		want    string
	}{
		"dies":            {"echo 'no bus' >&2; echo '[1:1:1125/1.5:FATAL:zygote.cc:7] No usable sandbox!' >&2; echo '[2:2:ERROR:x.cc:1] broken pipe' >&2; exit 1", time.Minute, `it says "No usable sandbox!"`},
		"lacks something": {"echo '9: [: unexpected operator' >&2; echo 'libnss3.so: cannot open shared object file' >&2; echo; exit 127", time.Minute, `it says "libnss3.so: cannot open shared object file"`},
		"says nothing":    {"exit 1", time.Minute, "chrome failed to start"},
		"hangs":           {"exec sleep 600", time.Second, "it has not answered for 1s"},
	} {
		t.Run(name, func(t *testing.T) {
			path := fake(t, c.text)
			emptyRoom(t)
			n, err := previewserver.ScreenshotsWithin(t.Context(), c.timeout, path, look(t, "en_US"), t.TempDir())
			require.ErrorContains(t, err, "browser "+path+": "+c.want)
			require.NotContains(t, err.Error(), "\n")
			require.Zero(t, n)
		})
	}
	t.Run("is none", func(t *testing.T) {
		emptyRoom(t)
		path := filepath.Join(t.TempDir(), "browser")
		_, err := previewserver.Screenshots(t.Context(), path, look(t, "en_US"), t.TempDir(), silent)
		require.ErrorContains(t, err, "starting the browser "+path)
		require.ErrorIs(t, err, fs.ErrNotExist)
	})
}

// Where the directory for temporary files has a long path, a browser's socket would
// not fit under it.
func TestScreenshotsFarDown(t *testing.T) {
	browser := installed(t)
	emptyRoom(t)
	dir := t.TempDir()
	deep := filepath.Join(os.Getenv("TMPDIR"), strings.Repeat("deep", 20))
	require.NoError(t, os.Mkdir(deep, 0o700))
	t.Setenv("TMPDIR", deep)
	_, err := previewserver.Screenshots(t.Context(), browser, look(t, "en_US"), dir, silent)
	require.NoError(t, err)
	require.NoError(t, os.Remove(deep), "something is left")
}

// Ctrl-C in the middle: what is written stays, and is whole; the rest is gone.
func TestScreenshotsInterrupted(t *testing.T) {
	browser := installed(t)
	emptyRoom(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	dir := t.TempDir()
	n, err := previewserver.Screenshots(ctx, browser, look(t, "en_US", "ar_AE", "th_TH"), dir, func(done, _ int) {
		if done == 5 {
			stop()
		}
	})
	require.ErrorIs(t, err, context.Canceled)
	require.GreaterOrEqual(t, n, 5)
	require.LessOrEqual(t, n, 10, "it went on")
	written := 0
	require.NoError(t, fs.WalkDir(os.DirFS(dir), ".", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			decode(t, filepath.Join(dir, path))
			written++
		}
		return err
	}))
	require.Equal(t, n, written)
}

// A browser that dies is told as such.
func TestBrowserDies(t *testing.T) {
	browser := installed(t)
	if _, err := os.Stat("/proc/self/cmdline"); err != nil {
		t.Skip("the system does not list its processes")
	}
	emptyRoom(t)
	_, err := previewserver.Screenshots(t.Context(), browser, look(t, "en_US"), t.TempDir(), func(done, _ int) {
		if done == 5 {
			for _, pid := range processes("--user-data-dir=" + os.Getenv("TMPDIR")) {
				if process, err := os.FindProcess(pid); err == nil {
					_ = process.Kill() // or it has ended by itself
				}
			}
		}
	})
	require.EqualError(t, err, "the browser "+browser+" ended too early: signal: killed")
}
