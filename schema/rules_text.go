package schema

// Rules of texts.
const (
	TooLong RuleID = "too-long"
)

var textRules = []Rule{
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
}
