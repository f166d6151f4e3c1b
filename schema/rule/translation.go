package rule

// Rules of translations.
const (
	Missing      ID = "missing"
	Untranslated ID = "untranslated"
	Headroom     ID = "headroom"

	StaleTranslation ID = "stale-translation"
)

var translationRules = []Rule{
	{
		ID: Missing, Group: TranslationGroup, Phase: Linting, Level: Warning, Source: true,
		Help: "A text that the source has and another language has not.",
		Why:  "People see the API's default, in English words that nobody here chose. Without a source language the preview compares all languages with each other.",
		Options: []Option{
			{Name: "locales", Type: LocalesOption, Help: "The languages that are compared; none for all."},
		},
		Bad: `locale "en" {
  title_text = "Identity check"
}
locale "th" {}
`,
		Good: `locale "en" {
  title_text = "Identity check"
}
locale "th" {
  title_text = "ยืนยันตัวตน"
}
`,
	},
	{
		ID: Untranslated, Group: TranslationGroup, Phase: Linting, Level: Warning, Source: true,
		Help: "The source's words under another language.",
		Why:  "It was forgotten, or inherited from a theme. Names that the texts block keeps and texts of fewer than four letters are left alone.",
		Options: []Option{
			{Name: "allow", Type: WordsOption, Default: []string{}, Help: "Words that are the same in other languages."},
		},
		Bad: `locale "en" {
  title_text = "Identity check"
}
locale "vi" {
  title_text = "Identity check"
}
`,
		Good: `locale "en" {
  title_text = "Identity check"
}
locale "vi" {
  title_text = "Xác minh danh tính"
}
`,
	},
	{
		ID: StaleTranslation, Group: TranslationGroup, Phase: Linting, Level: Warning, Source: true,
		Help: "A translation that was made from words, or from a note for translators, that have changed since.",
		Why:  "It says what the source used to say. `livery texts import` and `accept` record in the lock of texts from which words each translation was made; what is not recorded is no finding.",
		Bad: `locale "en" {
  title_text = "Identity check"
}
locale "vi" {
  title_text = "Kiểm tra khuôn mặt"
}
`,
		Good: `locale "en" {
  title_text = "Face check"
}
locale "vi" {
  title_text = "Kiểm tra khuôn mặt"
}
`,
		Files: map[string]string{"livery.texts.lock": `# livery texts lock, version 1. Each text and the words it was translated from.

[vi_VN]

titleText
  "Face check"
`},
	},
	{
		ID: Headroom, Group: TranslationGroup, Phase: Linting, Level: Notice, Source: true,
		Help: "A text of the source that leaves little room for the translations to come.",
		Why:  "Most languages need more room than English; the limit is the same for all.",
		Options: []Option{
			{Name: "ratio", Type: NumberOption, Default: 0.85, Min: 0, Max: 1, Noun: "a share of the limit", Help: "How much of the limit may be filled."},
		},
		Bad: `livery {
  lint {
    rule "missing" {
      level = "off"
    }
  }
}
locale "en" {
  title_text = "Please hold your phone at the height of your eyes and look straight into the camera for a moment"
}
locale "vi" {}
`,
		Good: `livery {
  lint {
    rule "missing" {
      level = "off"
    }
  }
}
locale "en" {
  title_text = "Hold your phone at eye level and look into the camera"
}
locale "vi" {}
`,
	},
}
