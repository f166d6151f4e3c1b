package lsp

import (
	"encoding/json"
	"time"
)

// maxDelay is how long a change may wait for its findings while others follow.
const maxDelay = 250 * time.Millisecond

// settings are the editor's section "livery".
type settings struct {
	HintLengths string // always, near or off
	HintColours bool
	Lint        bool
	Debounce    time.Duration
}

func defaultSettings() settings {
	return settings{HintLengths: "always", Lint: true, Debounce: 50 * time.Millisecond}
}

// take takes what the editor says; what it leaves out, or what is none of the words, stays
// as it is. It may come as the section or in an object that holds it.
func (s *settings) take(raw json.RawMessage) {
	var p struct {
		Livery     json.RawMessage `json:"livery"`
		InlayHints struct {
			Length  string `json:"length"`
			Colours string `json:"colours"`
		} `json:"inlayHints"`
		Lint     any  `json:"lint"`
		Debounce *int `json:"debounce"` // ms
	}
	if json.Unmarshal(raw, &p) != nil {
		return
	}
	if len(p.Livery) > 0 {
		s.take(p.Livery)
	}
	switch p.InlayHints.Length {
	case "always", "near", "off":
		s.HintLengths = p.InlayHints.Length
	}
	switch p.InlayHints.Colours {
	case "on", "off":
		s.HintColours = p.InlayHints.Colours == "on"
	}
	switch p.Lint {
	case "on", true:
		s.Lint = true
	case "off", false:
		s.Lint = false
	}
	if p.Debounce != nil && *p.Debounce >= 0 {
		s.Debounce = time.Duration(*p.Debounce) * time.Millisecond
	}
}
