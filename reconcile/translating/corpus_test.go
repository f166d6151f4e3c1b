package translating_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/translating"
	"livery/schema"
	"livery/schema/interchange"
	"livery/schema/texts"
)

// phrases are what people of each language might read.
var phrases = map[schema.Locale][]string{
	"zh_CN":  {"请保持不动", "请摘下口罩、帽子和墨镜"},
	"vi_VN":  {"Giữ yên khuôn mặt", "Đưa mặt bạn vào giữa khung hình"},
	"in_ID":  {"Tahan sebentar", "Arahkan wajah ke tengah bingkai"},
	"hi_IN":  {"स्थिर रहें", "अपना चेहरा फ़्रेम के बीच में रखें", "क्\u200dया यह आप हैं?"},
	"th_TH":  {"อยู่นิ่งๆ", "เลื่อนใบหน้าให้อยู่กลางกรอบ", "น้ำ กำลัง"},
	"ar_AE":  {"ابقَ ثابتًا", "ضع وجهك في وسط الإطار", "الخطوة 2 من 3: QR"},
	"bn_BD":  {"স্থির থাকুন", "আপনার মুখ ফ্রেমের মাঝখানে রাখুন"},
	"zh_HK":  {"請保持不動", "請除下口罩、帽同太陽眼鏡"},
	"zh_TW":  {"請保持不動", "請將臉部移到框的中央"},
	"zh_SG":  {"请保持不动", "再试一次"},
	"zh_MO":  {"請保持不動", "再試一次"},
	"nl_NL":  {"Blijf even stil", "Zo’n foto lukt niet"},
	"fil_PH": {"Huwag gumalaw", "Itapat ang mukha sa gitna"},
	"fr_FR":  {"Ne bougez plus", "Placez votre visage au centre : c’est prêt", "Êtes-vous là ?"},
	"de_DE":  {"Bitte stillhalten", "Größer wählen – Gesicht näher an die Kamera", "„Weiter“ drücken"},
	"it_IT":  {"Resta fermo", "C’è poca luce: perché?"},
	"ja_JP":  {"動かないでください", "顔を枠の中央に合わせてください", "ｶﾒﾗ を確認"},
	"ko_KR":  {"움직이지 마세요", "얼굴을 화면 가운데에 맞춰 주세요"},
	"ms_MY":  {"Jangan bergerak", "Letakkan wajah di tengah bingkai"},
	"pl_PL":  {"Nie ruszaj się", "Zażółć gęślą jaźń"},
	"pt_PT":  {"Não se mexa", "A verificação não terminou"},
	"ru_RU":  {"Не двигайтесь", "Расположите лицо в центре рамки", "Ещё раз"},
	"es_ES":  {"No te muevas", "¿Llevas gafas? ¡Quítatelas!"},
	"tr_TR":  {"Kıpırdamayın", "İyi ışıkta yüzünüzü ortalayın"},
	"ur_PK":  {"ساکت رہیں", "اپنا چہرہ فریم کے درمیان رکھیں"},
}

// dressings are what files of translators could lose, each around a phrase.
var dressings = []string{
	"%s", "<b>%s</b> & co", `"%s" \ 'x'`, "%s\nsecond line", "=%s+1", "'%s", "@%s", "-%s", "]]>%s", "&amp; %s &#65;", "_x000D_%s_x0041_",
	"%s 👩🏽\u200d💻🇹🇭", "%s,;|", "e\u0301 %s", "\u200e%s\u200f", "%s\u00a0%%", "$%s #1", "<!-- %s -->",
}

// wordsOf are the words of every text of the catalogue in a language, as they are kept: in
// the composed form.
func wordsOf(locale schema.Locale) map[string]string {
	list := make(map[string]string)
	for i, f := range schema.Fields() {
		if f.Kind != schema.Text {
			continue
		}
		own := phrases[locale]
		text := fmt.Sprintf(dressings[i%len(dressings)], own[i%len(own)])
		if f.Path() == countdown {
			text += " {second}"
		}
		list[f.Path()] = strings.ReplaceAll(text, "e\u0301", "é")
	}
	return list
}

const countdown = "mobileResultPage.countdownText"

// corpus is a stack with these languages and their files of texts.
func corpus(t *testing.T, words func(schema.Locale) map[string]string) string {
	t.Helper()
	var stack, files strings.Builder
	stack.WriteString("-- main.livery.hcl --\nlocale \"en\" {\n  texts = jsondecode(file(\"en_US.json\"))\n}\n")
	write := func(locale schema.Locale, words map[string]string) {
		pages := make(map[string]any)
		for path, text := range words {
			page, key, ok := strings.Cut(path, ".")
			if !ok {
				pages[path] = text
				continue
			}
			if pages[page] == nil {
				pages[page] = make(map[string]string)
			}
			pages[page].(map[string]string)[key] = text
		}
		src, err := json.Marshal(pages)
		require.NoError(t, err)
		fmt.Fprintf(&files, "-- %s.json --\n%s\n", locale, src)
	}
	english := make(map[string]string)
	for path := range wordsOf("de_DE") {
		english[path] = "Words of " + path
	}
	english[countdown] += " {second}"
	write("en_US", english)
	for locale := range phrases {
		fmt.Fprintf(&stack, "locale %q {\n  texts = jsondecode(file(\"%s.json\"))\n}\n", locale, locale)
		write(locale, words(locale))
	}
	return stack.String() + files.String()
}

// Every text of the catalogue in every language arrives to the letter in each form, where
// nothing was before.
func TestWordsOfAllLanguagesArrive(t *testing.T) {
	from := stackOf(t, corpus(t, wordsOf))
	empty := corpus(t, func(schema.Locale) map[string]string { return nil })
	for _, form := range interchange.Forms() {
		t.Run(string(form), func(t *testing.T) {
			var files []translating.File
			if form == interchange.CSV || form == interchange.XLSX {
				files = append(files, translating.File{Name: "all" + form.Ending(), Data: open(t, from).Export(texts.States()).Write(form, true)})
			} else {
				for locale := range phrases {
					files = append(files, translating.File{Name: string(locale) + form.Ending(), Data: open(t, from, string(locale)).Export(texts.States()).Write(form, true)})
				}
			}
			to := stackOf(t, empty)
			imported, err := open(t, to).Import(files, translating.ImportOptions{})
			require.NoError(t, err)
			require.Empty(t, messages(imported.Findings))
			require.NoError(t, imported.Write())
			sum := 0
			for locale := range phrases {
				src, err := to.Dir.ReadFile(string(locale) + ".json")
				require.NoError(t, err)
				entries, diags := texts.ReadJSON(src, string(locale)+".json")
				require.Empty(t, diags)
				got := make(map[string]string)
				for _, e := range entries {
					got[e.Path] = e.Words
				}
				assert.Empty(t, cmp.Diff(wordsOf(locale), got), locale)
				sum += len(got)
			}
			assert.Greater(t, sum, 1000)
		})
	}
}
