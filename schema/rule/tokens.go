package rule

// The rules of design tokens.
const (
	Token           ID = "token"
	Gamut           ID = "gamut"
	TokenHex        ID = "token-hex"
	DeprecatedToken ID = "deprecated-token"
	TokenType       ID = "token-type"
	TokenLegacy     ID = "token-legacy"
	UnusedToken     ID = "unused-token"
	TokenParity     ID = "token-parity"
	TokenContrast   ID = "token-contrast"
)

// TokenPair is a text on its background, by the paths of their tokens.
type TokenPair struct {
	Text, Background string
	Ratio            float64 // the least contrast
}

var tokenRules = []Rule{
	{
		ID: Token, Group: TokenGroup, Phase: Loading, Level: Error, Fixed: true,
		Help:  "A token file, or a token that is used, that cannot be read.",
		Why:   "What cannot be read has no value to send. A token that nothing uses may be as it likes; `livery tokens check` shows those too.",
		Files: map[string]string{"brand.tokens.json": `{ "blue": { "$type": "color", "$value": "#0b5fff" }, "primary": { "$type": "color", "$value": "{bleu}" } }`},
		Bad:   tokenExample("primary"),
		Good:  tokenExample("blue"),
	},
	{
		ID: Gamut, Group: TokenGroup, Phase: Loading, Level: Error,
		Help: "A token's colour that is outside sRGB and has no hex beside it.",
		Why: "The page can show sRGB only, and a colour cut off to it is another one. With another level the nearest colour is taken: " +
			"the chroma is reduced in OKLCH, as CSS Color 4 does.",
		Files: map[string]string{"brand.tokens.json": `{
  "red": { "$type": "color", "$value": { "colorSpace": "display-p3", "components": [1, 0, 0] } },
  "rose": { "$type": "color", "$value": { "colorSpace": "display-p3", "components": [1, 0, 0], "hex": "#ff0b0c" } }
}
`},
		Bad:  tokenExample("red"),
		Good: tokenExample("rose"),
	},
	{
		ID: TokenHex, Group: TokenGroup, Phase: Linting, Level: Warning,
		Help: "A token's hex that is another colour than its components.",
		Why: "Tools that read the hex and tools that read the components show two colours. They are compared by CIEDE2000, " +
			"and further apart than 1 people can tell them apart.",
		Files: map[string]string{
			"brand.tokens.json": `{ "blue": { "$type": "color", "$value": { "colorSpace": "srgb", "components": [0.0431, 0.3725, 1], "hex": "#0b5fcc" } } }`,
			"sound.tokens.json": `{ "blue": { "$type": "color", "$value": { "colorSpace": "srgb", "components": [0.0431, 0.3725, 1], "hex": "#0b5fff" } } }`,
		},
		Bad:  tokenExample("blue"),
		Good: exampleOf("sound.tokens.json", "blue"),
	},
	{
		ID: DeprecatedToken, Group: TokenGroup, Phase: Loading, Level: Warning,
		Help: "A token that is used and marked as deprecated.",
		Why:  "The next export of the design tool may come without it.",
		Files: map[string]string{"brand.tokens.json": `{
  "old": { "$type": "color", "$value": "#0b5fff", "$deprecated": "Use new." },
  "new": { "$type": "color", "$value": "#0b5ffe" }
}
`},
		Bad:  tokenExample("old"),
		Good: tokenExample("new"),
	},
	{
		ID: TokenType, Group: TokenGroup, Phase: Linting, Level: Notice,
		Help: "A token without a type, or with a value that does not fit it.",
		Why:  "livery takes such a value as it looks; other tools refuse it or leave it out.",
		Files: map[string]string{
			"brand.tokens.json": `{ "blue": { "$value": "#0b5fff" } }`,
			"sound.tokens.json": `{ "blue": { "$type": "color", "$value": "#0b5fff" } }`,
		},
		Bad:  tokenExample("blue"),
		Good: exampleOf("sound.tokens.json", "blue"),
	},
	{
		ID: TokenLegacy, Group: TokenGroup, Phase: Checking, Level: Notice,
		Help: "A token file in the older form, without dollar signs.",
		Why:  "Style Dictionary 3 and Tokens Studio wrote value and type; what follows the format since 2025 writes $value and $type, and tools begin to read nothing else.",
		Files: map[string]string{
			"brand.tokens.json": `{ "blue": { "type": "color", "value": "#0b5fff" } }`,
			"sound.tokens.json": `{ "blue": { "$type": "color", "$value": "#0b5fff" } }`,
		},
		Bad:  tokenExample("blue"),
		Good: exampleOf("sound.tokens.json", "blue"),
	},
	{
		ID: UnusedToken, Group: TokenGroup, Phase: Checking, Level: Off,
		Help:  "A token that no document uses.",
		Why:   "A design library holds more than one page wears; a file made for these pages should not. What an alias in use refers to is used.",
		Files: map[string]string{"brand.tokens.json": `{ "color": { "$type": "color", "blue": { "$value": "#0b5fff" }, "brand": { "$value": "{color.blue}" } } }`},
		Bad:   turnedOn("unused-token", "") + tokenExample("color.blue"),
		Good:  turnedOn("unused-token", "") + tokenExample("color.brand"),
	},
	{
		ID: TokenParity, Group: TokenGroup, Phase: Checking, Level: Off,
		Options: []Option{{Name: "groups", Type: WordsOption, Needed: true, Help: "The groups, such as [\"color.light\", \"color.dark\"]."}},
		Help:    "Groups of tokens that do not have the same names.",
		Why:     "A name that only the light look has leaves the dark one without that colour.",
		Files: map[string]string{"brand.tokens.json": `{ "color": { "$type": "color",
  "light": { "text": { "$value": "#14202b" }, "line": { "$value": "#d0d5dd" } },
  "dark":  { "text": { "$value": "#ffffff" } },
  "night": { "text": { "$value": "#fffffe" }, "line": { "$value": "#344054" } }
} }
`},
		Bad:  turnedOn("token-parity", `groups = ["color.light", "color.dark"]`) + tokenExample("color.light.text"),
		Good: turnedOn("token-parity", `groups = ["color.light", "color.night"]`) + tokenExample("color.light.text"),
	},
	{
		ID: TokenContrast, Group: TokenGroup, Phase: Checking, Level: Off,
		Options: []Option{{Name: "pairs", Type: PairsOption, Needed: true, Min: 1, Max: 21, Noun: "a contrast ratio",
			Help: "What stands on what: [{ text = \"color.light.text\", background = \"color.light.surface\", ratio = 4.5 }]. Without a ratio it is 4.5."}},
		Help: "Pairs of tokens that cannot be read on each other.",
		Why:  "A palette that keeps its contrast keeps that of every page that wears it.",
		Files: map[string]string{"brand.tokens.json": `{ "color": { "$type": "color", "text": { "$value": "#777777" }, "ink": { "$value": "#14202b" }, "paper": { "$value": "#ffffff" } } }
`},
		Bad:  turnedOn("token-contrast", `pairs = [{ text = "color.text", background = "color.paper", ratio = 4.5 }]`) + tokenExample("color.ink"),
		Good: turnedOn("token-contrast", `pairs = [{ text = "color.ink", background = "color.paper", ratio = 4.5 }]`) + tokenExample("color.ink"),
	},
}

// tokenExample is a page that wears a token.
func tokenExample(token string) string { return exampleOf("brand.tokens.json", token) }

func exampleOf(file, token string) string {
	return "locale \"en\" {\n  mobile_loading_page {\n    progress_color = tokens(\"" + file + "\")." + token + "\n  }\n}\n"
}

// turnedOn is a lint block that turns a rule on.
func turnedOn(rule, option string) string {
	if option != "" {
		option = "      " + option + "\n"
	}
	return "livery {\n  lint {\n    rule \"" + rule + "\" {\n      level = \"warning\"\n" + option + "    }\n  }\n}\n"
}
