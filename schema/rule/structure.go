package rule

// Rules of what a stack is made of, and of what is not one file's fault.
const (
	UnusedTheme     ID = "unused-theme"
	UnusedLocal     ID = "unused-local"
	UnusedVariable  ID = "unused-variable"
	Unreachable     ID = "unreachable"
	Redundant       ID = "redundant"
	NoEffect        ID = "no-effect"
	RepeatedLiteral ID = "repeated-literal"
	TokenBypass     ID = "token-bypass"
	SessionLocale   ID = "session-locale"
	NothingToApply  ID = "no-documents"
)

var structureRules = []Rule{
	{
		ID: UnusedTheme, Group: StructureGroup, Phase: Linting, Level: Warning, Fix: AnyFix,
		Help: "A theme that no locale and no theme uses.",
		Why:  "Who changes it waits for a change on the page that never comes. What an include brings is not judged: another stack may use it.",
		Bad: `theme "dark" {}
locale "en" {}
`,
		Good: `theme "dark" {}
locale "en" {
  theme = theme.dark
}
`,
	},
	{
		ID: UnusedLocal, Group: StructureGroup, Phase: Linting, Level: Warning, Fix: AnyFix,
		Help: "A local value that nothing refers to.",
		Why:  "It looks as if it did something.",
		Bad: `locals {
  brand = "#0b5fff"
}
locale "en" {}
`,
		Good: `locals {
  brand = "#0b5fff"
}
locale "en" {
  mobile_loading_page {
    progress_color = local.brand
  }
}
`,
	},
	{
		ID: UnusedVariable, Group: StructureGroup, Phase: Linting, Level: Warning, Fix: AnyFix,
		Help: "A variable that nothing refers to.",
		Why:  "Everybody who runs the stack is asked for it in vain.",
		Bad: `variable "brand" {
  default = "#0b5fff"
}
locale "en" {}
`,
		Good: `variable "brand" {
  default = "#0b5fff"
}
locale "en" {
  mobile_loading_page {
    progress_color = var.brand
  }
}
`,
	},
	{
		ID: Unreachable, Group: StructureGroup, Phase: Linting, Level: Warning, Fix: AnyFix,
		Help: "A value of a theme or of texts that something later overrides in every document.",
		Why:  "It is kept and translated in vain.",
		Bad: `theme "base" {
  title_text = "Check"
}
locale "en" {
  theme      = theme.base
  title_text = "Identity check"
}
`,
		Good: `theme "base" {
  title_text = "Check"
}
locale "en" {
  theme      = theme.base
  title_text = "Identity check"
}
locale "vi" {
  theme      = theme.base
}
`,
	},
	{
		ID: Redundant, Group: StructureGroup, Phase: Linting, Level: Notice, Fix: SafeFix,
		Help: "A value that is there without it: equal to what it inherits, or null over nothing.",
		Why:  "Whoever changes the theme wonders why one page stays as it was.",
		Bad: `locale "en" {
  title_text = null
}
`,
		Good: `locale "en" {
  title_text = "Identity check"
}
`,
	},
	{
		ID: NoEffect, Group: StructureGroup, Phase: Linting, Level: Notice,
		Help: "A field that changes nothing on any page.",
		Why:  "A result page that is not shown, a countdown that is off, a general colour where every hint has its own: what is declared there is never seen.",
		Bad: `locale "en" {
  mobile_result_page {
    is_show      = false
    success_desc = "You are in."
  }
}
`,
		Good: `locale "en" {
  mobile_result_page {
    is_show      = true
    success_desc = "You are in."
  }
}
`,
	},
	{
		ID: RepeatedLiteral, Group: StructureGroup, Phase: Linting, Level: Notice,
		Help: "A colour that is written out again and again.",
		Why:  "The day it changes, one place is forgotten.",
		Options: []Option{
			{Name: "count", Type: NumberOption, Default: 4.0, Min: 2, Max: 1000, Whole: true, Noun: "a whole number", Help: "From how many times on."},
		},
		Bad: `locale "en" {
  mobile_multi_device_process_page {
    refresh_page_bold_text_color         = "#14202b"
    refresh_page_tip_text_color          = "#14202b"
    verify_finished_page_bold_text_color = "#14202b"
    video_uploading_text_color           = "#14202b"
  }
}
`,
		Good: `locals {
  text = "#14202b"
}
locale "en" {
  mobile_multi_device_process_page {
    refresh_page_bold_text_color         = local.text
    refresh_page_tip_text_color          = local.text
    verify_finished_page_bold_text_color = local.text
    video_uploading_text_color           = local.text
  }
}
`,
	},
	{
		ID: TokenBypass, Group: StructureGroup, Phase: Linting, Level: Warning, Fix: SafeFix,
		Help:  "A colour that is written out where a design token has it.",
		Why:   "The token changes in the design library, and this place does not.",
		Files: map[string]string{"tokens.json": `{ "brand": { "$type": "color", "$value": "#0b5fff" } }`},
		Bad: `locals {
  design = tokens("tokens.json")
}
locale "en" {
  mobile_loading_page {
    progress_color = "#0b5fff"
  }
  mobile_multi_device_process_page {
    refresh_page_bold_text_color = local.design.brand
  }
}
`,
		Good: `locals {
  design = tokens("tokens.json")
}
locale "en" {
  mobile_loading_page {
    progress_color = local.design.brand
  }
  mobile_multi_device_process_page {
    refresh_page_bold_text_color = local.design.brand
  }
}
`,
	},
	{
		ID: SessionLocale, Group: StructureGroup, Phase: Linting, Level: Notice,
		Help: "A session that says what is different in a language without a document.",
		Why:  "People there see the default look of the API, in the midst of a flow that was made for them.",
		Bad: `session "onboarding" {
  api             = "h5_url"
  region          = "SGP"
  return_url      = "https://shop.example.com/done"
  fail_return_url = "https://shop.example.com/retry"
  locale "vi" {
    region = "THA"
  }
}
locale "th" {}
`,
		Good: `session "onboarding" {
  api             = "h5_url"
  region          = "SGP"
  return_url      = "https://shop.example.com/done"
  fail_return_url = "https://shop.example.com/retry"
  locale "th" {
    region = "THA"
  }
}
locale "th" {}
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
