package previewserver_test

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"livery/reconcile/previewserver"
	"livery/schema"
	"livery/schema/preview"
)

const startBackground = "mobileTipsPage.startButtonBackgroundColor"

// differences are those of languages whose start button becomes green.
func differences(t *testing.T, locales ...schema.Locale) []preview.Difference {
	t.Helper()
	var sheets []preview.Sheet
	for _, loc := range locales {
		before, after := schema.Document{Locale: loc}, schema.Document{Locale: loc}
		set(t, &before, startBackground, cty.StringVal("#aa2211"))
		set(t, &after, startBackground, cty.StringVal("#0f6b5c"))
		set(t, &after, "mobileLoadingPage.loadingText", cty.StringVal("Words of "+string(loc)))
		set(t, &after, "pcLoadingPage.progressColor", cty.StringVal("#0f6b5c"))
		sheets = append(sheets, preview.Sheet{Document: after, Applied: &before})
	}
	return preview.Differences(sheets)
}

func indexOf(t *testing.T, dir string) previewserver.Index {
	t.Helper()
	var i previewserver.Index
	require.NoError(t, json.Unmarshal(read(t, filepath.Join(dir, "index.json")), &i))
	return i
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var list []string
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

func TestChangedScreenshots(t *testing.T) {
	browser := installed(t)
	emptyRoom(t)
	dir := filepath.Join(t.TempDir(), "deep", "pictures")
	sheet := filepath.Join(t.TempDir(), "sheet.png")
	c := previewserver.Changed{Differences: differences(t, "ar_AE", "th_TH"), Subject: "2 languages", Dir: dir, Sheet: sheet}
	require.NoError(t, c.Prepare())
	n, err := c.Write(t.Context(), browser, silent)
	require.NoError(t, err)
	require.Equal(t, 9, n, "two pictures of each of four differences, and the sheet")
	assert.Equal(t, []string{
		"ar_AE.loading.after.png", "ar_AE.loading.before.png", "ar_AE.pc-loading.after.png", "ar_AE.pc-loading.before.png",
		"ar_AE.tips.after.png", "ar_AE.tips.before.png", "index.json", "th_TH.loading.after.png", "th_TH.loading.before.png",
	}, names(t, dir))
	requireButton(t, decode(t, filepath.Join(dir, "ar_AE.tips.after.png")))
	assert.Zero(t, pixels(decode(t, filepath.Join(dir, "ar_AE.tips.after.png")), red))
	assert.NotZero(t, pixels(decode(t, filepath.Join(dir, "ar_AE.tips.before.png")), red))

	// The sheet shows both sides, as large as they can be read.
	picture := decode(t, sheet)
	assert.Greater(t, picture.Bounds().Dx(), 3000)
	assert.Greater(t, pixels(picture, red), 10_000)
	assert.Greater(t, pixels(picture, green), 10_000)

	// The pair is drawn as the screen is by itself.
	whole := t.TempDir()
	d := c.Differences[0]
	require.Equal(t, "phone-tips", d.Screen.Name)
	_, err = previewserver.Screenshots(t.Context(), browser, &preview.Gallery{Sheets: []preview.Sheet{{Document: d.After}}}, whole, silent)
	require.NoError(t, err)
	assert.True(t, bytes.Equal(read(t, filepath.Join(whole, "ar_AE", "phone-tips.png")), read(t, filepath.Join(dir, "ar_AE.tips.after.png"))))

	// A later run takes away what it does not draw again, and nothing else.
	require.NoError(t, os.WriteFile(filepath.Join(dir, "mine.before.png"), []byte("mine"), 0o600))
	c = previewserver.Changed{Differences: differences(t, "th_TH"), LeftOut: 2, Dir: dir, Sheet: sheet}
	require.NoError(t, c.Prepare())
	require.NoFileExists(t, sheet)
	_, err = c.Write(t.Context(), browser, silent)
	require.NoError(t, err)
	assert.Equal(t, []string{
		"index.json", "mine.before.png", "th_TH.loading.after.png", "th_TH.loading.before.png",
		"th_TH.pc-loading.after.png", "th_TH.pc-loading.before.png", "th_TH.tips.after.png", "th_TH.tips.before.png",
	}, names(t, dir))
	i := indexOf(t, dir)
	assert.Equal(t, 5, i.Differences)
	assert.Equal(t, 2, i.LeftOut)
}

// The colours of the button before and after.
var red, green = color.RGBA{0xaa, 0x22, 0x11, 0xff}, color.RGBA{0x0f, 0x6b, 0x5c, 0xff}

// pixels counts those of a colour.
func pixels(picture image.Image, of color.RGBA) int {
	n := 0
	for y := range picture.Bounds().Dy() {
		for x := range picture.Bounds().Dx() {
			if color.RGBAModel.Convert(picture.At(x, y)) == of {
				n++
			}
		}
	}
	return n
}

// Many screens make a long sheet, which is drawn whole at fewer pixels.
func TestContactSheetOfMany(t *testing.T) {
	browser := installed(t)
	emptyRoom(t)
	var sheets []preview.Sheet
	for _, row := range schema.Locales() {
		d := schema.Document{Locale: row.Value}
		for _, f := range schema.Fields() {
			if f.Kind == schema.Colour {
				d.Set(f, value(t, f, cty.StringVal("#0f6b5c"), 1))
			}
			if f.Kind == schema.Text {
				d.Set(f, value(t, f, cty.StringVal(string(row.Value)), 1))
			}
		}
		sheets = append(sheets, preview.Sheet{Document: d, New: true})
	}
	list := preview.Differences(sheets)
	require.Greater(t, len(list), 100)
	path := filepath.Join(t.TempDir(), "sheet.png")
	c := previewserver.Changed{Differences: list[:100], Sheet: path}
	require.NoError(t, c.Prepare())
	_, err := c.Write(t.Context(), browser, silent)
	require.NoError(t, err)
	head, err := png.DecodeConfig(bytes.NewReader(read(t, path)))
	require.NoError(t, err)
	assert.LessOrEqual(t, head.Height, 16_384)
	assert.Greater(t, head.Width, 1_000, "still to be read")
}

// Stopped in the middle: the index names the pairs that are there, and no others.
func TestChangedScreenshotsInterrupted(t *testing.T) {
	browser := installed(t)
	emptyRoom(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	dir := t.TempDir()
	c := previewserver.Changed{Differences: differences(t, "ar_AE", "en_US", "th_TH", "vi_VN"), Dir: dir}
	require.NoError(t, c.Prepare())
	_, err := c.Write(ctx, browser, func(done, _ int) {
		if done == 3 {
			stop()
		}
	})
	require.ErrorIs(t, err, context.Canceled)
	i := indexOf(t, dir)
	require.NotEmpty(t, i.Pictures)
	require.Less(t, len(i.Pictures), len(c.Differences))
	assert.Equal(t, len(c.Differences), i.Differences)
	assert.Equal(t, len(c.Differences)-len(i.Pictures), i.LeftOut)
	for _, p := range i.Pictures {
		decode(t, filepath.Join(dir, p.Before))
		decode(t, filepath.Join(dir, p.After))
	}
}

func TestPictureOf(t *testing.T) {
	list := differences(t, "ar_AE", "en_US", "th_TH")
	require.Len(t, list, 5)
	assert.Empty(t, cmp.Diff(previewserver.Picture{
		Screen: "phone-tips", Title: "Tips", Device: schema.Mobile, Documents: []string{"locale.ar_AE", "locale.en_US", "locale.th_TH"},
		Drawn: "locale.en_US", Paths: []string{startBackground}, Before: "en_US.tips.before.png", After: "en_US.tips.after.png",
	}, previewserver.PictureOf(&list[0])))
	assert.Equal(t, "en_US.pc-loading.after.png", previewserver.PictureOf(&list[1]).After)

	// No two pairs of one run have the same name, whatever differs.
	seen := make(map[string]bool)
	for _, s := range preview.Screens() {
		p := previewserver.PictureOf(&preview.Difference{Screen: s, After: schema.Document{Locale: "th_TH"}})
		assert.Regexp(t, `^th_TH\.[a-z]+(-[a-z]+)*\.before\.png$`, p.Before)
		assert.False(t, seen[p.Before], p.Before)
		seen[p.Before] = true
	}
	assert.True(t, seen["th_TH.result-passed.before.png"])
}

// Nothing changed: the index is empty, what an earlier run has left is gone, and nobody
// asks for a browser.
func TestNothingChanged(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	write := func(path, text string) {
		t.Helper()
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	kept := filepath.Join(outside, "kept.before.png")
	sheet := filepath.Join(outside, "sheet.png")
	write(kept, "")
	write(sheet, "")
	write(filepath.Join(dir, "notes.txt"), "")
	write(filepath.Join(dir, "th_TH.tips.before.png"), "")
	link, err := filepath.Rel(dir, kept)
	require.NoError(t, err)
	earlier, err := json.Marshal(previewserver.Index{FormatVersion: "1.0", Pictures: []previewserver.Picture{
		{Before: "th_TH.tips.before.png", After: "gone.after.png"}, {Before: filepath.ToSlash(link), After: "notes.txt"},
	}})
	require.NoError(t, err)
	write(filepath.Join(dir, "index.json"), string(earlier))

	c := previewserver.Changed{Dir: dir, Sheet: sheet}
	require.NoError(t, c.Prepare())
	n, err := c.Write(t.Context(), "/no/such/browser", silent)
	require.NoError(t, err)
	assert.Zero(t, n)
	assert.Equal(t, []string{"index.json", "notes.txt"}, names(t, dir))
	assert.FileExists(t, kept)
	assert.NoFileExists(t, sheet)
	assert.JSONEq(t, `{"format_version": "1.0", "differences": 0, "left_out": 0, "pictures": []}`, string(read(t, filepath.Join(dir, "index.json"))))
}

// A directory with an index of somebody else's is left as it is.
func TestAnotherIndex(t *testing.T) {
	for name, text := range map[string]string{"not JSON": "hello", "another's": `{"files": []}`, "a list": `[]`} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(dir, "index.json"), []byte(text), 0o600))
			c := previewserver.Changed{Dir: dir}
			require.ErrorContains(t, c.Prepare(), "name another directory")
			assert.Equal(t, text, string(read(t, filepath.Join(dir, "index.json"))))
		})
	}
}

// Where no browser starts, the index says that there are no pictures.
func TestChangedWithoutABrowser(t *testing.T) {
	emptyRoom(t)
	dir := t.TempDir()
	c := previewserver.Changed{Differences: differences(t, "th_TH"), Dir: dir}
	require.NoError(t, c.Prepare())
	_, err := c.Write(t.Context(), filepath.Join(dir, "none"), silent)
	require.ErrorContains(t, err, "starting the browser")
	i := indexOf(t, dir)
	assert.Empty(t, i.Pictures)
	assert.Equal(t, 3, i.LeftOut)
}
