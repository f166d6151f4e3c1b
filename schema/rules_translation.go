package schema

// Rules of translations.
const (
	Missing RuleID = "missing"
)

var translationRules = []Rule{
	{
		ID: Missing, Group: TranslationGroup, Phase: Linting, Level: Warning,
		Help: "A text that the other languages have and this one has not.",
		Why:  "People see the API's default, in English words that nobody here chose.",
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
}
