package schema

// The rules of design tokens.
const (
	Token           RuleID = "token"
	Gamut           RuleID = "gamut"
	DeprecatedToken RuleID = "deprecated-token"
)

var tokenRules = []Rule{
	{
		ID: Token, Group: TokenGroup, Phase: Loading, Level: Error, Fixed: true,
		Help:  "A token file, or a token that is used, that cannot be read.",
		Why:   "What cannot be read has no value to send. A token that nothing uses may be as it likes; `livery tokens check` shows those too.",
		Files: map[string]string{"brand.tokens.json": `{ "blue": { "$value": "#0b5fff" }, "primary": { "$value": "{bleu}" } }`},
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
}

// tokenExample is a page that wears a token.
func tokenExample(token string) string {
	return "locale \"en\" {\n  mobile_loading_page {\n    progress_color = tokens(\"brand.tokens.json\")." + token + "\n  }\n}\n"
}
