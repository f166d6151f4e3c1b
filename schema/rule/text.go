package rule

// Rules of texts.
const (
	Whitespace         ID = "whitespace"
	InvisibleCharacter ID = "invisible-character"
	BidiControl        ID = "bidi-control"
	Markup             ID = "markup"
	Script             ID = "script"
	WidthForms         ID = "width-forms"
	Ellipsis           ID = "ellipsis"
	EndPunctuation     ID = "end-punctuation"
	LineBreaks         ID = "line-breaks"
	TipWidth           ID = "tip-width"
	ForbiddenWords     ID = "forbidden-words"
	KeptName           ID = "kept-name"
	Glossary           ID = "glossary"
	Inconsistent       ID = "inconsistent"
	TooLong            ID = "too-long"
)

var textRules = []Rule{
	{
		ID: Whitespace, Group: TextGroup, Phase: Linting, Level: Warning, Fix: SafeFix,
		Help: "Blanks at an end of a text, or two in a row.",
		Why:  "They move the text on the page, and most came with copying or from a heredoc, which ends in a line feed.",
		Bad: `locale "en" {
  title_text = "Identity check "
}
`,
		Good: `locale "en" {
  title_text = "Identity check"
}
`,
	},
	{
		ID: InvisibleCharacter, Group: TextGroup, Phase: Linting, Level: Warning, Fix: SafeFix,
		Help: "A character that nobody sees, such as a soft hyphen or a zero-width blank.",
		Why:  "It came with copying from a document or a chat; it splits words for search and screen readers, and counts towards the limit. Joiners are left alone in scripts that need them, and so is the zero-width blank in Thai.",
		Bad: `locale "en" {
  title_text = "Identity\u200bcheck"
}
`,
		Good: `locale "en" {
  title_text = "Identity check"
}
`,
	},
	{
		ID: BidiControl, Group: TextGroup, Phase: Linting, Level: Error,
		Help: "A character that turns round the direction of a text.",
		Why:  "A text can then read otherwise than it is written, also to whoever reviews it. Isolates (U+2066 to U+2069) have a meaning in ar_AE and ur_PK, where each must be ended.",
		Bad: `locale "en" {
  title_text = "Identity \u202echeck"
}
`,
		Good: `locale "en" {
  title_text = "Identity check"
}
`,
	},
	{
		ID: Markup, Group: TextGroup, Phase: Linting, Level: Warning,
		Help: "HTML in a text: a tag, or an entity such as &amp;.",
		Why:  "Texts are plain: the page shows the markup as it is, or worse.",
		Bad: `locale "en" {
  title_text = "<b>Identity</b> check"
}
`,
		Good: `locale "en" {
  title_text = "Identity check"
}
`,
	},
	{
		ID: Script, Group: TextGroup, Phase: Linting, Level: Warning,
		Help: "A text in letters that its language is not written in.",
		Why:  "It was not translated, or it belongs to another language; a Latin a and a Cyrillic а look alike and are not. Names that the texts block keeps do not count.",
		Bad: `locale "th" {
  title_text = "Identity check"
}
`,
		Good: `locale "th" {
  title_text = "ยืนยันตัวตน"
}
`,
	},
	{
		ID: WidthForms, Group: TextGroup, Phase: Linting, Level: Notice, Fix: AnyFix,
		Help: "Half-width punctuation in Chinese or Japanese, or full-width Latin letters and digits.",
		Why:  "The two widths beside each other look like a slip of the keyboard.",
		Bad: `locale "zh" {
  mobile_loading_page {
    loading_text = "请稍候,马上开始"
  }
}
`,
		Good: `locale "zh" {
  mobile_loading_page {
    loading_text = "请稍候，马上开始"
  }
}
`,
	},
	{
		ID: Ellipsis, Group: TextGroup, Phase: Linting, Level: Notice, Fix: AnyFix,
		Help: "An ellipsis that is written in two ways in one language, as … and as three dots.",
		Why:  "Side by side they have different widths, and it looks like two hands.",
		Options: []Option{
			{Name: "style", Type: WordOption, Default: "consistent", Words: []string{"consistent", "character", "dots"}, Help: "consistent: one way in each language; character: always …; dots: always three dots."},
		},
		Bad: `locale "en" {
  mobile_loading_page {
    loading_text = "One moment…"
  }
  mobile_multi_device_process_page {
    video_uploading_text = "Uploading..."
  }
}
`,
		Good: `locale "en" {
  mobile_loading_page {
    loading_text = "One moment…"
  }
  mobile_multi_device_process_page {
    video_uploading_text = "Uploading…"
  }
}
`,
	},
	{
		ID: EndPunctuation, Group: TextGroup, Phase: Linting, Level: Notice, Source: true,
		Help: "A translation that ends with other punctuation than its source.",
		Why:  "A question has become a statement, or a stop was lost. A full stop is not asked for in Thai, Japanese, Korean and Chinese.",
		Options: []Option{
			{Name: "locales", Type: LocalesOption, Help: "The languages that are compared; none for all."},
		},
		Bad: `locale "en" {
  title_text = "Is it you?"
}
locale "vi" {
  title_text = "Có phải bạn không"
}
`,
		Good: `locale "en" {
  title_text = "Is it you?"
}
locale "vi" {
  title_text = "Có phải bạn không?"
}
`,
	},
	{
		ID: LineBreaks, Group: TextGroup, Phase: Linting, Level: Notice, Source: true,
		Help: "A translation with more or fewer lines than its source.",
		Why:  "Lines are part of the layout: where the source has two, the page has room for two.",
		Bad: `locale "en" {
  mobile_multi_device_process_page {
    refresh_page_tip_text = "Allow the camera.\nThen refresh."
  }
}
locale "vi" {
  mobile_multi_device_process_page {
    refresh_page_tip_text = "Hãy cho phép dùng camera. Rồi tải lại."
  }
}
`,
		Good: `locale "en" {
  mobile_multi_device_process_page {
    refresh_page_tip_text = "Allow the camera.\nThen refresh."
  }
}
locale "vi" {
  mobile_multi_device_process_page {
    refresh_page_tip_text = "Hãy cho phép dùng camera.\nRồi tải lại."
  }
}
`,
	},
	{
		ID: TipWidth, Group: TextGroup, Phase: Linting, Level: Warning,
		Help: "A tip that is wider than 51 columns.",
		Why:  "The limit counts letters, and those of Chinese, Japanese and Korean take two columns each: what fits by number is cut off on the page.",
		Bad: `locale "ja_JP" {
  mobile_tips_page {
    tip {
      text = "帽子やマスク、サングラスを外し、明るい場所でスマートフォンを持ってください"
    }
  }
}
`,
		Good: `locale "ja_JP" {
  mobile_tips_page {
    tip {
      text = "帽子やマスク、サングラスを外してください"
    }
  }
}
`,
	},
	{
		ID: ForbiddenWords, Group: TextGroup, Phase: Linting, Level: Off,
		Help: "A word that the lint block forbids.",
		Why:  "Each house has words that it does not use; who writes should not have to remember them.",
		Options: []Option{
			{Name: "words", Type: WordsOption, Default: []string{}, Needed: true, Help: "The words, in any case; whole words where the script has blanks."},
			{Name: "locales", Type: LocalesOption, Help: "The languages that are judged; none for all."},
		},
		Bad: `livery {
  lint {
    rule "forbidden-words" {
      level = "warning"
      words = ["selfie"]
    }
  }
}
locale "en" {
  title_text = "Take a selfie"
}
`,
		Good: `livery {
  lint {
    rule "forbidden-words" {
      level = "warning"
      words = ["selfie"]
    }
  }
}
locale "en" {
  title_text = "Take a picture"
}
`,
	},
	{
		ID: KeptName, Group: TextGroup, Phase: Linting, Level: Warning, Source: true,
		Help: "A name that the source has and a translation lacks.",
		Why:  "The texts block keeps it in every language: it was translated or lost.",
		Bad: `livery {
  texts {
    keep = ["Acme"]
  }
}
locale "en" {
  title_text = "Open Acme"
}
locale "vi" {
  title_text = "Mở"
}
`,
		Good: `livery {
  texts {
    keep = ["Acme"]
  }
}
locale "en" {
  title_text = "Open Acme"
}
locale "vi" {
  title_text = "Mở Acme"
}
`,
	},
	{
		ID: Glossary, Group: TextGroup, Phase: Linting, Level: Off, Source: true,
		Help: "A term of the glossary that a translation says in other words.",
		Why:  "One thing should have one name in a language, on every page.",
		Options: []Option{
			{Name: "file", Type: FileOption, Needed: true, Help: "A CSV file with the header term,en_US,th_TH and so on, and a row a term; relative to the stack."},
		},
		Files: map[string]string{"terms.csv": "term,en_US,vi_VN\nface,face,khuôn mặt\n"},
		Bad: `livery {
  lint {
    rule "glossary" {
      level = "warning"
      file  = "terms.csv"
    }
  }
}
locale "en" {
  title_text = "Show your face"
}
locale "vi" {
  title_text = "Cho xem mặt"
}
`,
		Good: `livery {
  lint {
    rule "glossary" {
      level = "warning"
      file  = "terms.csv"
    }
  }
}
locale "en" {
  title_text = "Show your face"
}
locale "vi" {
  title_text = "Cho xem khuôn mặt"
}
`,
	},
	{
		ID: Inconsistent, Group: TextGroup, Phase: Linting, Level: Notice, Source: true,
		Help: "One text of the source that a language says in two ways.",
		Why:  "People wonder whether two buttons do the same.",
		Bad: `locale "en" {
  mobile_result_page {
    try_again_button_text = "Try again"
  }
  mobile_timeout_page {
    try_again_button_text = "Try again"
  }
}
locale "vi" {
  mobile_result_page {
    try_again_button_text = "Thử lại"
  }
  mobile_timeout_page {
    try_again_button_text = "Làm lại"
  }
}
`,
		Good: `locale "en" {
  mobile_result_page {
    try_again_button_text = "Try again"
  }
  mobile_timeout_page {
    try_again_button_text = "Try again"
  }
}
locale "vi" {
  mobile_result_page {
    try_again_button_text = "Thử lại"
  }
  mobile_timeout_page {
    try_again_button_text = "Thử lại"
  }
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
}
