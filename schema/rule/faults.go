package rule

// The rules between a file and the service.
const (
	UnknownField      ID = "unknown-field"
	UnknownBlock      ID = "unknown-block"
	WrongType         ID = "wrong-type"
	UnknownLocale     ID = "unknown-locale"
	DuplicateLocale   ID = "duplicate-locale"
	ColourFormat      ID = "colour-format"
	TextLength        ID = "text-length"
	EmptyValue        ID = "empty-value"
	ControlCharacter  ID = "control-character"
	TipLength         ID = "tip-length"
	TipCount          ID = "tip-count"
	URLFormat         ID = "url-format"
	InsecureLink      ID = "insecure-link"
	ColourAlpha       ID = "colour-alpha"
	RedirectURLFormat ID = "redirect-url"
	Required          ID = "required"
	Enum              ID = "enum"
	OutOfRange        ID = "range"
	LiteralSecret     ID = "literal-secret"
	SensitiveValue    ID = "sensitive-value"
	Deprecated        ID = "deprecated"
	UndocumentedField ID = "undocumented-field"
	Placeholder       ID = "placeholder"
)

// Faults of the language rather than of a value.
const (
	Syntax        ID = "syntax"
	Expression    ID = "expression"
	Reference     ID = "reference"
	Cycle         ID = "cycle"
	Duplicate     ID = "duplicate"
	Unreadable    ID = "unreadable-file"
	VariableValue ID = "variable-value"
	VersionNeeded ID = "required-version"
)

var faultRules = []Rule{
	{
		ID: UnknownField, Group: FaultGroup, Phase: Loading, Level: Error, Fixed: true,
		Help: "A field that the catalogue does not know.",
		Why:  "The service ignores what it does not know, so a misspelt field would change nothing and nobody would be told.",
		Bad: `locale "en" {
  titel_text = "Identity check"
}
`,
		Good: `locale "en" {
  title_text = "Identity check"
}
`,
	},
	{
		ID: UnknownBlock, Group: FaultGroup, Phase: Loading, Level: Error, Fixed: true,
		Help: "A block that has no meaning where it stands.",
		Why:  "Everything in a misspelt block would be left out of the page without a word.",
		Bad: `locale "en" {
  mobile_loading_pag {}
}
`,
		Good: `locale "en" {
  mobile_loading_page {}
}
`,
	},
	{
		ID: WrongType, Group: FaultGroup, Phase: Loading, Level: Error, Fixed: true,
		Help: "A value that does not convert to the field's kind.",
		Why:  "The service takes each field in one type only and refuses the whole document for another.",
		Bad: `locale "en" {
  title_text = ["Identity check"]
}
`,
		Good: `locale "en" {
  title_text = "Identity check"
}
`,
	},
	{
		ID: UnknownLocale, Group: FaultGroup, Phase: Loading, Level: Error, Fixed: true,
		Help: "Not one of the service's 32 locale values.",
		Why:  "A document is stored under its locale; one that the service does not have is refused.",
		Bad: `locale "xx" {}
`,
		Good: `locale "en" {}
`,
	},
	{
		ID: DuplicateLocale, Group: FaultGroup, Phase: Loading, Level: Error, Fixed: true,
		Help: "One document declared twice.",
		Why:  "The service keeps one document for each locale, so only one of the two could ever be seen.",
		Bad: `locale "en" {}
locale "en_US" {}
`,
		Good: `locale "en" {}
locale "th" {}
`,
	},
	{
		ID: ColourFormat, Group: FaultGroup, Phase: Loading, Level: Error, Fixed: true,
		Help: "A colour that is not # and 3, 4, 6 or 8 hex digits.",
		Why:  "The service refuses names and functions of colours.",
		Bad: `locale "en" {
  mobile_loading_page {
    progress_color = "blue"
  }
}
`,
		Good: `locale "en" {
  mobile_loading_page {
    progress_color = "#0000ff"
  }
}
`,
	},
	{
		ID: TextLength, Group: FaultGroup, Phase: Loading, Level: Error, Fixed: true,
		Help: "A text over 100 UTF-16 code units.",
		Why:  "The service refuses longer ones; most characters are one unit, an emoji is two or more.",
		Bad: `locale "en" {
  title_text = "Please hold your phone in front of your face Please hold your phone in front of your face Please hold your phone in front of your face"
}
`,
		Good: `locale "en" {
  title_text = "Please hold your phone in front of your face"
}
`,
	},
	{
		ID: EmptyValue, Group: FaultGroup, Phase: Loading, Level: Error, Fixed: true,
		Help: "An empty value; null says \"the API's default\".",
		Why:  "What the service makes of an empty value is not documented.",
		Bad: `locale "en" {
  title_text = ""
}
`,
		Good: `locale "en" {
  title_text = "Identity check"
}
`,
	},
	{
		ID: ControlCharacter, Group: FaultGroup, Phase: Loading, Level: Error, Fixed: true,
		Help: "A control character other than a line feed in a text.",
		Why:  "Most are pasted by accident, cannot be seen and show as boxes on some phones.",
		Bad: `locale "en" {
  title_text = "Identity\tcheck"
}
`,
		Good: `locale "en" {
  title_text = "Identity check"
}
`,
	},
	{
		ID: TipLength, Group: TextGroup, Phase: Loading, Level: Error,
		Help: "A tip that the page would cut off.",
		Why:  "A tip must be less than 52 UTF-16 code units, in the six Chinese locales less than 26.",
		Bad: `locale "en" {
  mobile_tips_page {
    tip {
      text = "Find a place that is bright, but with no light behind you"
    }
  }
}
`,
		Good: `locale "en" {
  mobile_tips_page {
    tip {
      text = "Find a bright place"
    }
  }
}
`,
	},
	{
		ID: TipCount, Group: FaultGroup, Phase: Loading, Level: Error, Fixed: true,
		Help: "More than four tips on a page.",
		Why:  "The service refuses a fifth.",
		Bad: `locale "en" {
  mobile_tips_page {
    tip {
      text = "One"
    }
    tip {
      text = "Two"
    }
    tip {
      text = "Three"
    }
    tip {
      text = "Four"
    }
    tip {
      text = "Five"
    }
  }
}
`,
		Good: `locale "en" {
  mobile_tips_page {
    tip {
      text = "One"
    }
    tip {
      text = "Two"
    }
    tip {
      text = "Three"
    }
    tip {
      text = "Four"
    }
  }
}
`,
	},
	{
		ID: URLFormat, Group: FaultGroup, Phase: Loading, Level: Error, Fixed: true,
		Help: "An image link that is not an absolute https URL.",
		Why:  "A relative link would be looked for on the service's own host.",
		Bad: `locale "en" {
  mobile_result_page {
    success_icon_link = "images/passed.png"
  }
}
`,
		Good: `locale "en" {
  mobile_result_page {
    success_icon_link = "https://cdn.example.com/passed.png"
  }
}
`,
	},
	{
		ID: InsecureLink, Group: FaultGroup, Phase: Loading, Level: Warning,
		Help: "An image link with http, which browsers block on an https page.",
		Why:  "The page is https, so most people would see no image at all.",
		Bad: `locale "en" {
  mobile_result_page {
    success_icon_link = "http://cdn.example.com/passed.png"
  }
}
`,
		Good: `locale "en" {
  mobile_result_page {
    success_icon_link = "https://cdn.example.com/passed.png"
  }
}
`,
	},
	{
		ID: ColourAlpha, Group: ColourGroup, Phase: Loading, Level: Warning,
		Help: "A colour with an alpha channel, which the service may refuse.",
		Why:  "The documents promise colours of six digits only.",
		Bad: `locale "en" {
  mobile_loading_page {
    progress_color = "#14202b80"
  }
}
`,
		Good: `locale "en" {
  mobile_loading_page {
    progress_color = "#14202b"
  }
}
`,
	},
	{
		ID: RedirectURLFormat, Group: FaultGroup, Phase: Loading, Level: Error, Fixed: true,
		Help: "A session URL that the service or a browser would refuse.",
		Why:  "A check that cannot return to its shop ends on a blank page.",
		Bad: `session "onboarding" {
  api        = "h5_token"
  region     = "PHL"
  return_url = "/done"
}
`,
		Good: `session "onboarding" {
  api        = "h5_token"
  region     = "PHL"
  return_url = "https://shop.example.com/done"
}
`,
	},
	{
		ID: Required, Group: FaultGroup, Phase: Loading, Level: Error, Fixed: true,
		Help: "An attribute that must be there.",
		Why:  "Without it the service opens no session.",
		Bad: `session "onboarding" {
  api        = "h5_token"
  region     = "PHL"
}
`,
		Good: `session "onboarding" {
  api        = "h5_token"
  region     = "PHL"
  return_url = "https://shop.example.com/done"
}
`,
	},
	{
		ID: Enum, Group: FaultGroup, Phase: Loading, Level: Error, Fixed: true,
		Help: "A value outside the list of valid words.",
		Why:  "A word that nobody knows has no meaning, and guessing one would be worse.",
		Bad: `livery {
  lint {
    rule "contrast" {
      level = "strict"
    }
  }
}
`,
		Good: `livery {
  lint {
    rule "contrast" {
      level = "error"
    }
  }
}
`,
	},
	{
		ID: OutOfRange, Group: FaultGroup, Phase: Loading, Level: Error, Fixed: true,
		Help: "A number outside the valid range.",
		Why:  "The service, or livery itself, works within bounds only.",
		Bad: `account {
  retries = 99
}
`,
		Good: `account {
  retries = 5
}
`,
	},
	{
		ID: LiteralSecret, Group: FaultGroup, Phase: Loading, Level: Error, Fixed: true,
		Help: "A secret written in a file.",
		Why:  "What is in git is read by more people, and for longer, than a secret should be.",
		Bad: `account {
  secret_key = "not-in-a-file"
}
`,
		Good: `variable "secret_key" {
  sensitive = true
}
account {
  secret_key = var.secret_key
}
`,
	},
	{
		ID: SensitiveValue, Group: FaultGroup, Phase: Loading, Level: Error, Fixed: true,
		Help: "A sensitive value, or the secret key of the account, in a document or a session, which are public.",
		Why:  "Everybody who opens the page sees what is in its document.",
		Bad: `variable "name" {
  default   = "Identity check"
  sensitive = true
}
locale "en" {
  title_text = var.name
}
`,
		Good: `variable "name" {
  default   = "Identity check"
  sensitive = false
}
locale "en" {
  title_text = var.name
}
`,
	},
	{
		ID: Deprecated, Group: StructureGroup, Phase: Loading, Level: Warning,
		Help: "Something the service has given up.",
		Why:  "It has no effect any more and will be refused one day.",
		Bad: `session "onboarding" {
  api        = "h5_token"
  region     = "PHL"
  return_url = "https://shop.example.com/done"
  try_count  = 3
}
`,
		Good: `session "onboarding" {
  api        = "h5_token"
  region     = "PHL"
  return_url = "https://shop.example.com/done"
}
`,
	},
	{
		ID: UndocumentedField, Group: StructureGroup, Phase: Loading, Level: Warning,
		Help: "A field that no document of the API names.",
		Why:  "Nobody has promised that the service reads it, or that it will tomorrow.",
		Bad: `locale "en" {
  extra = { newPage = { newText = "Hello" } }
}
`,
		Good: `locale "en" {
  title_text = "Hello"
}
`,
	},
	{
		ID: Placeholder, Group: TextGroup, Phase: Loading, Level: Warning, Fix: AnyFix,
		Help: "A placeholder that is missing, or braces that will show as they are.",
		Why:  "Without {second} nobody sees how long to wait; any other word in braces is shown with its braces.",
		Bad: `locale "en" {
  mobile_result_page {
    countdown_text = "Back to the shop soon"
  }
}
`,
		Good: `locale "en" {
  mobile_result_page {
    countdown_text = "Back to the shop in {second} s"
  }
}
`,
	},
	{
		ID: Syntax, Group: FaultGroup, Phase: Loading, Level: Error, Fixed: true,
		Help: "A file that does not parse.",
		Why:  "What a broken file was meant to say cannot be known.",
		Bad: `locale "en" {
  title_text = 
}
`,
		Good: `locale "en" {
  title_text = "Identity check"
}
`,
	},
	{
		ID: Expression, Group: FaultGroup, Phase: Loading, Level: Error, Fixed: true,
		Help: "An expression that cannot be evaluated.",
		Why:  "The value that would be sent is not known.",
		Bad: `locale "en" {
  title_text = upper()
}
`,
		Good: `locale "en" {
  title_text = upper("check")
}
`,
	},
	{
		ID: Reference, Group: FaultGroup, Phase: Loading, Level: Error, Fixed: true,
		Help: "A name that nothing declares.",
		Why:  "Most are misspelt, so what was meant would be left out.",
		Bad: `theme "brand" {}
locale "en" {
  theme = theme.brnd
}
`,
		Good: `theme "brand" {}
locale "en" {
  theme = theme.brand
}
`,
	},
	{
		ID: Cycle, Group: FaultGroup, Phase: Loading, Level: Error, Fixed: true,
		Help: "Themes or locals that refer to each other in a circle.",
		Why:  "None of them has a value before the others have one.",
		Bad: `locals {
  brand  = local.accent
  accent = local.brand
}
`,
		Good: `locals {
  brand  = local.accent
  accent = "#0b5fff"
}
locale "en" {
  mobile_loading_page {
    progress_color = local.brand
  }
}
`,
	},
	{
		ID: Duplicate, Group: FaultGroup, Phase: Loading, Level: Error, Fixed: true,
		Help: "A name declared twice.",
		Why:  "A reference to it could mean either of them.",
		Bad: `theme "brand" {}
theme "brand" {}
locale "en" {
  theme = theme.brand
}
`,
		Good: `theme "brand" {}
theme "dark" {}
locale "en" {
  theme = [theme.brand, theme.dark]
}
`,
	},
	{
		ID: Unreadable, Group: FaultGroup, Phase: Loading, Level: Error, Fixed: true,
		Help: "A file that cannot be read.",
		Why:  "It is missing, too large, or no regular file; what it would say cannot be known.",
		Bad: `livery {
  include = ["../shared/*.livery.hcl"]
}
`,
		Good: `livery {
  include = []
}
`,
	},
	{
		ID: VariableValue, Group: FaultGroup, Phase: Loading, Level: Error, Fixed: true,
		Help: "A variable without a value, or with one that it does not take.",
		Why:  "What depends on it has no value either.",
		Bad: `variable "retries" {
  type    = number
  default = "many"
}
account {
  retries = var.retries
}
`,
		Good: `variable "retries" {
  type    = number
  default = 5
}
account {
  retries = var.retries
}
`,
	},
	{
		ID: VersionNeeded, Group: FaultGroup, Phase: Loading, Level: Error, Fixed: true,
		Help: "The stack asks for another version of livery.",
		Why:  "Another version may read the same files in another way.",
		Bad: `livery {
  required_version = ">= 99.0.0"
}
`,
		Good: `livery {
  required_version = ">= 0.1.0"
}
`,
	},
}
