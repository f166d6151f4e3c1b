package schema

// Rules of translations.
const (
	Missing      RuleID = "missing"
	Untranslated RuleID = "untranslated"
	Headroom     RuleID = "headroom"
)

var translationRules = []Rule{
	{
		ID: Missing, Group: TranslationGroup, Phase: Linting, Level: Warning, Source: true,
		Help: "A text that the source has and another language has not.",
		Why:  "People see the API's default, in English words that nobody here chose. Without a source language the preview compares all languages with each other.",
		Options: []Option{
			{Name: "locales", Type: LocalesOption, Default: []Locale{}, Help: "The languages that are compared; none for all."},
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
