package lint_test

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/schema"
	"livery/schema/lint"
	"livery/schema/rule"
)

// markedUp are interface texts as translators of nineteen languages deliver them when
// their tool shows them HTML: tags with and without attributes, entities by name and by
// number, tags that are closed within themselves or not at all.
var markedUp = map[string]string{
	"ar_AE":  "اضغط على <b>متابعة</b>",
	"bn_BD":  "এগিয়ে যেতে <strong>চালিয়ে যান</strong> চাপুন",
	"de_DE":  "Tippe auf <em>Weiter</em>",
	"en_US":  "Terms &amp; conditions",
	"es_ES":  "Pulsa <a href=\"#\">aquí</a>",
	"fil_PH": "Pindutin ang <span class='b'>Magpatuloy</span>",
	"fr_FR":  "Un instant&nbsp;!",
	"hi_IN":  "<p>जारी रखें</p>",
	"id_ID":  "Ketuk <i>Lanjut</i>",
	"it_IT":  "Tocca<br/>Continua",
	"ja_JP":  "「<u>次へ</u>」を押してください",
	"ko_KR":  "<font color=red>계속</font>을 누르세요",
	"ms_MY":  "Tekan &#39;Teruskan&#39;",
	"pt_BR":  "Toque em<br>Continuar",
	"ru_RU":  "Нажмите <B>Далее</B>",
	"th_TH":  "แตะ <b>ถัดไป",
	"tr_TR":  "&#x130;leri&#8217;ye dokunun",
	"vi_VN":  "Chạm </b>Tiếp tục",
	"zh_CN":  "请点击&ldquo;继续&rdquo;",
}

// plain are texts with the same signs and no markup.
var plain = []string{"3 < 5", "a<1", "Q & A", "AT&T; then more", "<3", "if (a && b)", "Tom & Jerry;", "50 % < 60 %", "< >", "&;", "&#;", "&#x;"}

func TestMarkupInEveryLanguage(t *testing.T) {
	require.Len(t, markedUp, 19)
	judge := func(locale, words string) []string {
		return findings(of(rule.Markup, lint.Stack(load(t, fmt.Sprintf("locale %q {\n  title_text = %s\n}\n", locale, strconv.Quote(words))))))
	}
	for locale, words := range markedUp {
		if _, known := schema.ParseLocale(locale); !known { // of the interface, not of the service
			locale = "en_US"
		}
		assert.Len(t, judge(locale, words), 1, words)
	}
	for _, words := range plain {
		assert.Empty(t, judge("en_US", words), words)
	}
}
