package rule

// Rules of what is ignored on purpose.
const (
	BadIgnore    ID = "bad-ignore"
	UnusedIgnore ID = "unused-ignore"
)

var ignoreRules = []Rule{
	{
		ID: BadIgnore, Group: StructureGroup, Phase: Loading, Level: Error, Fixed: true,
		Help: "A livery:ignore comment or an ignore block that cannot be understood, or that gives no reason.",
		Why:  "What it was meant to hide would be shown, or would stay hidden although nobody remembers why.",
		Bad: `locale "en" {
  title_text = "Identity check" # livery:ignore insecure-link
}
`,
		Good: `locale "en" {
  title_text = "Identity check"
}
`,
	},
	{
		ID: UnusedIgnore, Group: StructureGroup, Phase: Linting, Level: Warning, Fix: SafeFix,
		Help: "A livery:ignore comment or an ignore block that hides nothing.",
		Why:  "What it hid has been mended; left in place it would hide the next fault of that kind.",
		Bad: `locale "en" {
  title_text = "Identity check" # livery:ignore insecure-link reason="no link here"
}
`,
		Good: `locale "en" {
  title_text = "Identity check"
}
`,
	},
}
