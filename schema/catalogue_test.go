package schema_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/schema"
)

// fixture reads one of the descriptions of the API.
func fixture[T any](t testing.TB, name string) T {
	t.Helper()
	data, err := os.ReadFile("../testdata/api/" + name)
	require.NoError(t, err)
	var v T
	require.NoError(t, json.Unmarshal(data, &v))
	return v
}

type catalogueFile struct {
	Rules struct {
		TextMax       int `json:"text_max"`
		TipMax        int `json:"tip_text_max"`
		TipMaxChinese int `json:"tip_text_max_chinese"`
		TipsMax       int `json:"tips_max_items"`
	} `json:"rules"`
	Pages []cataloguePage `json:"pages"`
}

type cataloguePage struct {
	Key      string           `json:"key"`
	Device   string           `json:"device"`
	Title    string           `json:"title"`
	InSample bool             `json:"in_sample"`
	Fields   []catalogueField `json:"fields"`
}

type catalogueField struct {
	Key              *string          `json:"key"`
	Path             string           `json:"path"`
	Kind             string           `json:"kind"`
	MaxLength        *int             `json:"max_length"`
	MaxLengthChinese *int             `json:"max_length_chinese"`
	MaxItems         *int             `json:"max_items"`
	Default          any              `json:"default"`
	Provenance       string           `json:"provenance"`
	ServerErrors     []serverError    `json:"server_errors"`
	Help             string           `json:"help"`
	ItemFields       []catalogueField `json:"item_fields"`
}

type serverError struct {
	Constant string `json:"constant"`
	Message  string `json:"message"`
}

// row is everything that both the Go table and the description say of a field.
type row struct {
	Key, Path, Kind, Default, From, Help string
	Refusal                              schema.Refusal
	Max, MaxChinese                      int
	Items                                []row
}

func (f catalogueField) row() row {
	r := row{Key: *f.Key, Path: f.Path, Kind: f.Kind, From: f.Provenance, Help: f.Help}
	switch d := f.Default.(type) {
	case string:
		r.Default = d
	case bool:
		r.Default = map[bool]string{true: "true", false: "false"}[d]
	}
	if len(f.ServerErrors) > 0 {
		r.Refusal = schema.Refusal(f.ServerErrors[0])
	}
	if f.MaxLength != nil {
		r.Max, r.MaxChinese = *f.MaxLength, *f.MaxLength
	}
	if f.MaxLengthChinese != nil {
		r.MaxChinese = *f.MaxLengthChinese
	}
	for _, item := range f.ItemFields {
		r.Items = append(r.Items, item.row())
	}
	return r
}

func rowOf(f *schema.Field) row {
	r := row{
		Key: f.Key, Path: f.Path(), Kind: f.Kind.String(), Default: f.Default, From: string(f.Provenance), Help: f.Help,
		Refusal: f.Refusal, Max: f.MaxLength("en_US"), MaxChinese: f.MaxLength("zh_TW"),
	}
	for i := range f.Items {
		r.Items = append(r.Items, rowOf(&f.Items[i]))
	}
	return r
}

// leftOut are the rows of the description that cannot be declared: the identity
// of the document, an internal label, and four fields without a known key.
var leftOut = []string{
	"locale", "mobileCameraPage.pageName", "mobileErrorDialog.<unknown>", "mobileErrorDialog.<unknown>",
	"pcErrorDialog.<unknown>", "pcErrorDialog.<unknown>",
}

func TestCatalogueIsTheDescription(t *testing.T) {
	file := fixture[catalogueFile](t, "catalogue.json")
	require.Len(t, schema.Pages(), len(file.Pages))
	var omitted []string
	number := 0
	for i, want := range file.Pages {
		page := schema.Pages()[i]
		assert.Equal(t, []any{want.Key, want.Device, want.Title, want.InSample},
			[]any{page.Key, string(page.Device), page.Title, page.Sample}, "page %d", i)
		var rows, unkeyed = []row{}, []schema.Refusal(nil)
		for _, f := range want.Fields {
			if slices.Contains(leftOut, f.Path) {
				omitted = append(omitted, f.Path)
				if f.Key == nil {
					unkeyed = append(unkeyed, schema.Refusal(f.ServerErrors[0]))
				}
				continue
			}
			rows = append(rows, f.row())
		}
		assert.Equal(t, unkeyed, page.Unkeyed, page.Key)
		have := []row{}
		for j := range page.Fields {
			f := &page.Fields[j]
			have = append(have, rowOf(f))
			assert.Equal(t, number, f.Number(), f.Path())
			assert.Same(t, f, schema.Fields()[number])
			number++
		}
		if diff := cmp.Diff(rows, have); diff != "" {
			t.Errorf("page %q: described (-), in the table (+):\n%s", want.Key, diff)
		}
	}
	assert.Len(t, schema.Fields(), number)
	assert.Equal(t, leftOut, omitted, "what is left out")
}

func TestLimitsAreThoseOfTheDescription(t *testing.T) {
	rules := fixture[catalogueFile](t, "catalogue.json").Rules
	assert.Equal(t, rules.TextMax, schema.TextMax)
	assert.Equal(t, rules.TipMax, schema.TipMax)
	assert.Equal(t, rules.TipMaxChinese, schema.TipMaxChinese)
	assert.Equal(t, rules.TipsMax, schema.TipsMax)
	for _, page := range fixture[catalogueFile](t, "catalogue.json").Pages {
		for _, f := range page.Fields {
			if f.MaxItems != nil {
				assert.Equal(t, schema.TipsMax, *f.MaxItems, f.Path)
			}
		}
	}
}

// Only bools that hide something when they are not sent have a stand-in.
func TestOnlyIsShowAndShowScoreAreNeverNull(t *testing.T) {
	unset := map[string]string{}
	for _, f := range schema.Fields() {
		if f.Unset != "" {
			unset[f.Path()] = f.Unset
			assert.Equal(t, schema.Bool, f.Kind, f.Path())
		}
	}
	assert.Equal(t, map[string]string{
		"mobileResultPage.isShow": "true", "mobileResultPage.showScore": "false",
		"pcResultPage.isShow": "true", "pcResultPage.showScore": "false",
	}, unset)
}

// Every refusal of the service leads to the field that it is about.
func TestRefusalsAreTheDocumentedOnes(t *testing.T) {
	file := fixture[struct {
		ConfigureUI struct {
			Constants []struct {
				Constant, Message, Page string
				Path                    *string
			} `json:"constants"`
		} `json:"configure_ui"`
	}](t, "errors.json")
	have := map[schema.Refusal]string{}
	note := func(r schema.Refusal, where string) {
		if r != (schema.Refusal{}) {
			assert.NotContains(t, have, r)
			have[r] = where
		}
	}
	for _, p := range schema.Pages() {
		for _, r := range p.Unkeyed {
			note(r, p.Key)
		}
	}
	for _, f := range schema.Fields() {
		note(f.Refusal, f.Path())
		for i := range f.Items {
			note(f.Items[i].Refusal, f.Items[i].Path())
		}
	}
	want := map[schema.Refusal]string{}
	for _, c := range file.ConfigureUI.Constants {
		where := c.Page
		if c.Path != nil && !strings.Contains(*c.Path, "<unknown>") {
			where = *c.Path
		}
		want[schema.Refusal{Constant: c.Constant, Message: c.Message}] = where
	}
	assert.Len(t, want, 44)
	assert.Equal(t, want, have)
}

func TestFieldsAreFoundUnderEveryName(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range schema.Pages() {
		assert.Same(t, p, schema.PageByKey(p.Key))
		assert.Same(t, p, schema.PageByHCL(p.HCLName()))
		for i := range p.Fields {
			f := &p.Fields[i]
			assert.Same(t, f, schema.FieldByPath(f.Path()))
			assert.Same(t, f, schema.FieldByHCL(p.HCLName(), f.HCLName()))
			name := p.HCLName() + "." + f.HCLName()
			assert.False(t, seen[name], "%s twice", name)
			seen[name] = true
			for j := range f.Items {
				item := &f.Items[j]
				assert.Equal(t, -1, item.Number())
				assert.Same(t, item, f.Item(item.Key))
				assert.Same(t, item, f.Item(item.HCLName()))
			}
		}
	}
	assert.Nil(t, schema.FieldByPath("mobileCameraPage.pageName"))
	assert.Nil(t, schema.FieldByPath("locale"))
	assert.Nil(t, schema.PageByKey("mobilePage"))
	assert.Nil(t, schema.FieldByPath("mobileTipsPage.tips").Item("icon"))
}

func TestSnake(t *testing.T) {
	for key, want := range map[string]string{
		"": "", "titleText": "title_text", "mobileResultPage": "mobile_result_page",
		"nextStepButtonTextColor": "next_step_button_text_color", "qrCodePageCopyLinkBtnText": "qr_code_page_copy_link_btn_text",
		"nextStepButtonInvisibleBeforeTryCountUseUp": "next_step_button_invisible_before_try_count_use_up",
	} {
		assert.Equal(t, want, schema.Snake(key))
	}
	assert.Equal(t, "tip", schema.FieldByPath("pcTipsPage.tips").HCLName(), "a list is written as blocks")
}

func TestKindNames(t *testing.T) {
	assert.Equal(t, "invalid", schema.Kind(0).String())
	assert.Equal(t, "invalid", schema.Kind(200).String())
	assert.Equal(t, "colour", schema.Colour.String())
	assert.Equal(t, "tip_text", schema.TipText.String())
}
