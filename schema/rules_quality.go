package schema

// Rules of quality, and of what is not one file's fault.
const (
	Contrast       RuleID = "contrast"
	Missing        RuleID = "missing"
	TooLong        RuleID = "too-long"
	NothingToApply RuleID = "no-documents"
)

var qualityRules = []Rule{
	{
		ID: Contrast, Group: ColourGroup, Phase: Linting, Level: Warning,
		Help: "A text that is hard to read on its background (WCAG 2 contrast).",
		Why:  "People with weak eyes, or in the sun, cannot read it. A pair is judged where both colours are declared.",
		Options: []Option{{Name: "ratio", Type: NumberOption, Default: 4.5, Min: 1, Max: 21, Noun: "a contrast ratio",
			Help: "The least ratio; WCAG 2 asks for 4.5 at level AA and for 7 at AAA."}},
		Bad: `locale "en" {
  mobile_result_page {
    background_color           = "#ffffff"
    liveness_result_text_color = "#999999"
  }
}
`,
		Good: `locale "en" {
  mobile_result_page {
    background_color           = "#ffffff"
    liveness_result_text_color = "#767676"
  }
}
`,
	},
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
	{
		ID: TooLong, Group: TextGroup, Phase: Drawing, Level: Warning,
		Help: "Words that do not fit on the drawn page.",
		Why:  "Only whoever draws the page can measure words: the browser that shows the preview, at the chosen width.",
		Bad: `locale "en" {
  title_text = "Identity check of the shop Identity check of the shop Identity check of the shop"
}
`,
		Good: `locale "en" {
  title_text = "Identity check"
}
`,
	},
	{
		ID: NothingToApply, Group: StructureGroup, Phase: Loading, Level: Warning,
		Help: "A stack that declares no locale and no session.",
		Why:  "livery may have been started in the wrong directory.",
		Bad:  "",
		Good: `locale "en" {
  title_text = "Identity check"
}
`,
	},
}
