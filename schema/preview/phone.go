package preview

import "livery/schema"

// screen draws a device with a screen in it.
func (p *pen) screen(s Screen) {
	class := "device " + string(s.Device)
	if p.how.Plain {
		class += " plain"
	}
	p.box("div", class, func() {
		p.box("div", "bar", func() {
			p.Raw(`<i></i>`)
			p.words(rootTitle, "")
			p.Raw(`<i></i>`)
		})
		s.draw(p)
	})
}

func phoneTips(p *pen) {
	p.surface("tips-page", "backgroundColor", "", func() {
		p.tinted("titleTextColor", func() {
			p.box("span", "title", func() { p.words("titleText", "Before you start") })
			p.box("span", "desc", func() { p.words("titleDescText", "How to get through at the first try") })
		})
		p.coloured("div", "area", "background-color", "tipsAreaBackgroundColor", func() {
			p.coloured("div", "", "color", "tipsTextColor", func() {
				p.tips("tips", "First tip", "Second tip", "Third tip")
			})
		})
		p.button(button{"startButtonText", "startButtonTextColor", "startButtonBackgroundColor", "", "Start", "start"})
	})
}

func phoneLoading(p *pen) {
	p.surface("loading", "", "", func() {
		p.coloured("span", "spinner", "color", "progressColor", func() {})
		p.label("note", "loadingText", "loadingTextColor", "")
	})
}

// phoneCamera shows one of the hints. The general colour of hints is around the
// hint's own, which wins where both are declared.
func phoneCamera(p *pen, stem, name string) {
	p.surface("camera "+name, "backgroundColor", "backgroundLink", func() {
		p.coloured("div", "hint", "color", "tipsTextColor", func() {
			p.label("", stem+"TipText", stem+"TipTextColor", "")
		})
		p.viewfinder()
	})
}

// viewfinder is a face in its frame.
func (p *pen) viewfinder() {
	p.Raw(`<div class="finder"><b class="face"></b><b class="face second"></b></div>`)
}

func phoneError(p *pen) {
	p.box("div", "page camera dimmed", func() {
		p.box("div", "body", p.viewfinder)
		p.coloured("div", "dialog", "background-color", "backgroundColor", func() {
			p.box("span", "icon g-failed", func() {})
			p.message("messageTextColor")
			p.button(button{"confirmButtonText", "confirmButtonTextColor", "confirmButtonBackgroundColor", "", "OK", "confirm"})
		})
	})
}

// message is the text of a failure dialog, whose key nobody has published.
func (p *pen) message(colourKey string) {
	p.box("p", "note", func() {
		p.tinted(colourKey, func() { p.standIn("The check could not be completed") })
	})
}

func phoneResult(p *pen, passed bool) {
	p.when("isShow", func(on bool) {
		if !on {
			p.skipped()
			return
		}
		p.surface("result", "backgroundColor", "backgroundLink", func() { p.resultBody(passed) })
	})
}

// skipped stands where a result page would be.
func (p *pen) skipped() {
	p.box("div", "page skipped", func() {
		p.Raw(`<div class="body"><p class="note" lang="en" dir="ltr">This page is not shown: people go straight to the return URL.</p></div>`)
	})
}

func (p *pen) resultBody(passed bool) {
	p.when("faceShow", func(on bool) {
		if on {
			p.Raw(`<span class="portrait"></span>`)
		}
	})
	outcome(p, passed)
	p.box("div", "buttons", func() {
		if passed {
			p.phoneNext()
			return
		}
		p.button(button{"tryAgainButtonText", "tryAgainButtonTextColor", "tryAgainButtonBackgroundColor", "tryAgainButtonBackgroundLink", "", "again"})
		p.when("nextStepButtonInvisibleBeforeTryCountUseUp", func(hidden bool) {
			if hidden {
				p.Raw(`<span class="untried" hidden>`)
				p.phoneNext()
				p.Raw(`</span>`)
				return
			}
			p.phoneNext()
		})
	})
}

// phoneNext is the way on: the button and the countdown, which presses it.
func (p *pen) phoneNext() {
	p.button(button{"nextStepButtonText", "nextStepButtonTextColor", "nextStepButtonBackgroundColor", "nextStepButtonBackgroundLink", "", "next"})
	p.when("closeCountdownLogic", func(off bool) {
		if !off {
			p.label("note countdown", "countdownText", "countdownTextColor", "")
		}
	})
}

// outcome is what the result pages of both devices have in common.
func outcome(p *pen, passed bool) {
	icon, desc, glyph := "successIconLink", "successDesc", "passed"
	standIn := "Passed"
	if !passed {
		icon, desc, glyph, standIn = "failedIconLink", "failedDesc", "failed", "Not passed"
	}
	p.picture("icon big", icon, glyph)
	p.label("title", desc, "livenessResultTextColor", standIn)
	p.when("showScore", func(on bool) {
		if on {
			p.Raw(`<p class="score" lang="en" dir="ltr">Score `)
			p.Raw(map[bool]string{true: "99", false: "32"}[passed])
			p.Raw(`</p>`)
		}
	})
}

func phoneTimeout(p *pen) {
	p.surface("result", "backgroundColor", "backgroundLink", func() {
		p.picture("icon big", "iconLink", "clock")
		p.label("title", "boldText", "boldTextColor", "")
		p.label("note", "tipText", "tipTextColor", "")
		p.box("div", "buttons", func() {
			p.button(button{"tryAgainButtonText", "tryAgainButtonTextColor", "tryAgainButtonBackgroundColor", "tryAgainButtonBackgroundLink", "", "again"})
		})
	})
}

func phoneUploading(p *pen) {
	p.surface("upload", "", "", func() {
		p.Raw(`<span class="spinner"></span>`)
		p.label("note", "videoUploadingText", "videoUploadingTextColor", "")
	})
}

func phoneRefresh(p *pen) {
	p.surface("result", "", "", func() {
		p.picture("icon big", "refreshPageTopIconLink", "camera-off")
		p.label("title", "refreshPageBoldText", "refreshPageBoldTextColor", "")
		p.label("note", "refreshPageTipText", "refreshPageTipTextColor", "")
		p.box("div", "buttons", func() {
			p.button(button{"refreshPageBtnText", "refreshPageBtnTextColor", "refreshPageBtnBackgroundColor", "refreshPageBtnBackgroundLink", "", "refresh"})
		})
	})
}

// phoneHandOver sends people to another device, for the reason that the fields
// are named after.
func phoneHandOver(p *pen, reason string) {
	const page = "qrCodePage"
	p.surface("handover", "", "", func() {
		p.picture("icon", page+"TopIconLink", "devices")
		p.label("title", page+reason+"BoldText", page+reason+"BoldTextColor", "Camera not available")
		p.label("note", page+reason+"TipText", page+reason+"TipTextColor", "")
		p.qr()
		p.address(page)
	})
}

// address is the box with the link and the button that copies it.
func (p *pen) address(page string) {
	p.coloured("div", "link", "background-color", page+"LivenessLinkBackgroundColor", func() {
		p.picture("pic", page+"LivenessLinkBackgroundLink", "")
		p.coloured("div", "edge", "border-color", page+"LivenessLinkBorderColor", func() {
			p.coloured("span", "url", "color", page+"LivenessLinkTextColor", func() {
				p.Raw(`<bdi dir="ltr">`)
				p.Text(p.shownLink())
				p.Raw(`</bdi>`)
			})
			p.button(button{page + "CopyLinkBtnText", page + "CopyLinkBtnTextColor", page + "CopyLinkBtnBackgroundColor", page + "CopyLinkBtnBackgroundLink", "", "copy"})
		})
	})
}

func (p *pen) shownLink() string {
	if p.how.Link == "" {
		return SampleLink
	}
	return p.how.Link
}

func phoneFinished(p *pen) {
	p.surface("result", "", "", func() {
		p.picture("icon big", "verifyFinishedPageTopIconLink", "passed")
		p.label("title", "verifyFinishedPageBoldText", "verifyFinishedPageBoldTextColor", "")
		p.label("note", "verifyFinishedPageTipText", "verifyFinishedPageTipTextColor", "")
	})
}

// fieldsOf lists the fields that a screen shows of a document.
func fieldsOf(s Screen, d schema.Document) []*schema.Field {
	p := newPen(s, d, nil, Drawing{})
	p.screen(s)
	return p.seen
}
