package texts_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"livery/schema/texts"
)

func TestMixedWord(t *testing.T) {
	for words, want := range map[string]string{
		"кнопка": "", "Wi-Fi и кнопка": "", "Pay кнопка": "", "Нажмите OK": "", "5G-сеть": "", "A4 лист": "", "версия 2b": "", "第1a步": "",
		"cоde":      "cо", // the о is Cyrillic
		"кнопка1a":  "кa",
		"x2я":       "xя",
		"к\u0301a":  "кa",
		"кнопка٣a":  "кa",
		"Ωmega ok":  "Ωm",
		"OK. кнoпк": "кo",
	} {
		a, b := texts.MixedWord(words)
		got := ""
		if a != 0 {
			got = string([]rune{a, b})
		}
		assert.Equal(t, want, got, words)
	}
}

// Case is ignored as Unicode has it, also where a letter becomes two.
func TestFold(t *testing.T) {
	for _, test := range []struct {
		words, word string
		has         bool
	}{
		{"Hauptstraße 5", "STRASSE", false}, // not a whole word
		{"Die STRASSE", "straße", true}, {"die Straße", "STRASSE", true}, {"ΟΔΟΣ", "οδος", true}, {"οδός", "ΟΔΌΣ", true}, {"SELFIE", "Selfie", true},
		{"selfies", "selfie", false}, {"ﬁnden", "FINDEN", true}, {"人脸识别", "脸", true},
	} {
		assert.Equal(t, test.has, texts.HasWord(texts.Fold(test.words), texts.Fold(test.word)), "%s in %s", test.word, test.words)
	}
}
