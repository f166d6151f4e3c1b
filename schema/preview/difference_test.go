package preview

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
)

// documentOf declares texts by the paths of their fields.
func documentOf(t *testing.T, loc schema.Locale, values map[string]string) schema.Document {
	t.Helper()
	d := schema.Document{Locale: loc}
	for path, text := range values {
		f := schema.FieldByPath(path)
		require.NotNil(t, f, path)
		v, diags := f.Parse(cty.StringVal(text), schema.Subject{})
		require.Empty(t, diags)
		d.Set(f, v)
	}
	return d
}

// summary is one line for each difference.
func summary(list []Difference) []string {
	var lines []string
	for _, d := range list {
		var locales, paths []string
		for _, l := range d.Locales {
			locales = append(locales, string(l))
		}
		for _, f := range d.Fields {
			paths = append(paths, f.Path())
		}
		lines = append(lines, d.Screen.Name+" "+string(d.Locale())+" of "+strings.Join(locales, ",")+": "+strings.Join(paths, " "))
	}
	return lines
}

func TestDifferences(t *testing.T) {
	const progress, loading, background, hint = "mobileLoadingPage.progressColor", "mobileLoadingPage.loadingText",
		"mobileTimeoutPage.backgroundColor", "mobileTimeoutPage.boldTextColor"
	sheet := func(loc schema.Locale, before, after map[string]string) Sheet {
		was := documentOf(t, loc, before)
		return Sheet{Document: documentOf(t, loc, after), Applied: &was}
	}
	for name, c := range map[string]struct {
		sheets []Sheet
		want   []string
	}{
		"nothing": {nil, nil},
		"nothing changed": {
			[]Sheet{sheet("en_US", map[string]string{progress: "#000000"}, map[string]string{progress: "#000000"})}, nil,
		},
		"nothing to compare with": {[]Sheet{{Document: documentOf(t, "en_US", map[string]string{progress: "#000000"})}}, nil},
		"the same colour under other words": {[]Sheet{
			sheet("ar_AE", map[string]string{progress: "#000000", loading: "يرجى"}, map[string]string{progress: "#ffffff", loading: "يرجى"}),
			sheet("en_US", map[string]string{progress: "#000000"}, map[string]string{progress: "#ffffff"}),
			sheet("th_TH", map[string]string{progress: "#000000", loading: "รอ"}, map[string]string{progress: "#ffffff", loading: "รอ"}),
		}, []string{"phone-loading en_US of ar_AE,en_US,th_TH: " + progress}},
		"another word is another difference": {[]Sheet{
			sheet("th_TH", map[string]string{loading: "รอ"}, map[string]string{loading: "รอสักครู่"}),
			sheet("vi_VN", map[string]string{loading: "Chờ"}, map[string]string{loading: "Đợi"}),
		}, []string{"phone-loading th_TH of th_TH: " + loading, "phone-loading vi_VN of vi_VN: " + loading}},
		"the same colour on another ground": {[]Sheet{
			sheet("ja_JP", map[string]string{background: "#000000"}, map[string]string{background: "#000000", hint: "#112233"}),
			sheet("th_TH", nil, map[string]string{hint: "#112233"}),
		}, []string{"phone-timeout ja_JP of ja_JP: " + hint, "phone-timeout th_TH of th_TH: " + hint}},
		"most languages first, whatever the order": {[]Sheet{
			sheet("th_TH", nil, map[string]string{hint: "#112233", progress: "#112233"}),
			sheet("ms_MY", nil, map[string]string{hint: "#112233"}),
		}, []string{"phone-timeout ms_MY of ms_MY,th_TH: " + hint, "phone-loading th_TH of th_TH: " + progress}},
		"a new language": {
			[]Sheet{{Document: documentOf(t, "th_TH", map[string]string{progress: "#112233"}), New: true}},
			[]string{"phone-loading th_TH of th_TH: " + progress},
		},
		"a removed one": {
			[]Sheet{sheet("th_TH", map[string]string{progress: "#112233", "titleText": "A title"}, nil)},
			[]string{"phone-tips th_TH of th_TH: titleText", "phone-loading th_TH of th_TH: " + progress, "pc-tips th_TH of th_TH: titleText"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Empty(t, cmp.Diff(c.want, summary(Differences(c.sheets))))
		})
	}
}

// What the gallery marks and what differs are the same screens.
func TestDifferencesAreThoseOfTheGallery(t *testing.T) {
	for _, f := range schema.Fields() {
		d := schema.Document{Locale: "th_TH"}
		d.Set(f, sample(t, f, ""))
		for name, s := range map[string]Sheet{
			"changed": {Document: d, Applied: &schema.Document{Locale: "th_TH"}},
			"new":     {Document: d, New: true},
			"removed": {Document: schema.Document{Locale: "th_TH"}, Applied: &d},
		} {
			var want []string
			for _, one := range Differences([]Sheet{s}) {
				want = append(want, one.Screen.Name)
				assert.Equal(t, []*schema.Field{f}, one.Fields)
			}
			assert.NotEmpty(t, want, "%s: %s is seen on no screen", name, f.Path())
			assert.Equal(t, want, s.draw(Drawing{}, nil, nil).changed, "%s: %s", name, f.Path())
		}
	}
}
