package rule

// Rules of colour.
const (
	Contrast          ID = "contrast"
	ContrastUnknown   ID = "contrast-unknown"
	HalfPair          ID = "half-pair"
	ComponentContrast ID = "component-contrast"
	ColourVision      ID = "colour-vision"
	NearColour        ID = "near-colour"
)

var colourRules = []Rule{
	{
		ID: Contrast, Group: ColourGroup, Phase: Linting, Level: Warning, Fix: AnyFix,
		Help: "A text that is hard to read on its background (WCAG 2 contrast).",
		Why:  "People with weak eyes, or in the sun, cannot read it. A pair is judged where both colours are declared, on the values as they are in the end.",
		Options: []Option{
			{Name: "ratio", Type: NumberOption, Default: 4.5, Min: 1, Max: 21, Noun: "a contrast ratio",
				Help: "The least ratio; WCAG 2 asks for 4.5 at level AA and for 7 at AAA."},
		},
		Bad: `locale "en" {
  mobile_timeout_page {
    try_again_button_background_color = "#ffffff"
    try_again_button_text_color       = "#999999"
  }
}
`,
		Good: `locale "en" {
  mobile_timeout_page {
    try_again_button_background_color = "#ffffff"
    try_again_button_text_color       = "#767676"
  }
}
`,
	},
	{
		ID: ContrastUnknown, Group: ColourGroup, Phase: Linting, Level: Notice,
		Help: "A text on an image, or on a background that shows through: nobody can say whether it is readable.",
		Why:  "livery does not know what an image looks like, so it does not claim that the text passes. Look at the page in the preview.",
		Bad: `locale "en" {
  mobile_timeout_page {
    try_again_button_background_color = "#ffffff"
    try_again_button_text_color       = "#14202b"
    try_again_button_background_link  = "https://cdn.example.com/button.png"
  }
}
`,
		Good: `locale "en" {
  mobile_timeout_page {
    try_again_button_background_color = "#ffffff"
    try_again_button_text_color       = "#14202b"
  }
}
`,
	},
	{
		ID: HalfPair, Group: ColourGroup, Phase: Linting, Level: Notice,
		Help: "A text or its background has a colour, and the other is left to the API's default.",
		Why:  "What the default looks like is not documented and may change: white on white is one change away.",
		Bad: `locale "en" {
  mobile_timeout_page {
    try_again_button_text_color = "#ffffff"
  }
}
`,
		Good: `locale "en" {
  mobile_timeout_page {
    try_again_button_background_color = "#0b5fff"
    try_again_button_text_color       = "#ffffff"
  }
}
`,
	},
	{
		ID: ComponentContrast, Group: ColourGroup, Phase: Linting, Level: Notice,
		Help: "A button or a border that hardly stands out from what it lies on.",
		Why:  "Who cannot see the shape of a button does not know that there is one (WCAG 2, non-text contrast).",
		Options: []Option{
			{Name: "ratio", Type: NumberOption, Default: 3.0, Min: 1, Max: 21, Noun: "a contrast ratio",
				Help: "The least ratio; WCAG 2 asks for 3."},
		},
		Bad: `locale "en" {
  mobile_timeout_page {
    background_color                  = "#ffffff"
    bold_text_color                   = "#14202b"
    tip_text_color                    = "#14202b"
    try_again_button_background_color = "#f2f5f7"
    try_again_button_text_color       = "#14202b"
  }
}
`,
		Good: `locale "en" {
  mobile_timeout_page {
    background_color                  = "#ffffff"
    bold_text_color                   = "#14202b"
    tip_text_color                    = "#14202b"
    try_again_button_background_color = "#0b5fff"
    try_again_button_text_color       = "#ffffff"
  }
}
`,
	},
	{
		ID: ColourVision, Group: ColourGroup, Phase: Linting, Level: Off,
		Help: "A text that is hard to read for people who are colour-blind.",
		Why:  "One man in twelve sees red and green otherwise; a red on black that others read well is dark for some of them. The pairs of contrast are compared as they are seen with protanopia, deuteranopia and tritanopia (Machado, Oliveira and Fernandes 2009, severity 1).",
		Options: []Option{
			{Name: "ratio", Type: NumberOption, Default: 3.0, Min: 1, Max: 21, Noun: "a contrast ratio",
				Help: "The least ratio."},
		},
		Bad: `livery {
  lint {
    rule "colour-vision" {
      level = "warning"
    }
  }
}
locale "en" {
  mobile_timeout_page {
    try_again_button_background_color = "#141414"
    try_again_button_text_color       = "#ff0000"
  }
}
`,
		Good: `livery {
  lint {
    rule "colour-vision" {
      level = "warning"
    }
  }
}
locale "en" {
  mobile_timeout_page {
    try_again_button_background_color = "#141414"
    try_again_button_text_color       = "#ff8080"
  }
}
`,
	},
	{
		ID: NearColour, Group: ColourGroup, Phase: Linting, Level: Notice,
		Help: "Two colours of one page that nobody can tell apart.",
		Why:  "Most are slips: the brand was typed from memory, or picked from a screenshot. The distance is CIEDE2000, of colours that are written out, as literals or as tokens.",
		Options: []Option{
			{Name: "delta", Type: NumberOption, Default: 1.0, Min: 0, Max: 100, Noun: "a distance",
				Help: "The greatest distance that counts as near; people begin to see one at about 1."},
		},
		Bad: `locale "en" {
  mobile_multi_device_process_page {
    refresh_page_bold_text_color = "#14202b"
    refresh_page_tip_text_color  = "#14202c"
  }
}
`,
		Good: `locale "en" {
  mobile_multi_device_process_page {
    refresh_page_bold_text_color = "#14202b"
    refresh_page_tip_text_color  = "#14202b"
  }
}
`,
	},
}
