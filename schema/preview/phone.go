package preview

import "livery/schema"

// screen draws a device with a screen in it.
func (p *pageWriter) screen(s Screen) {
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

func phoneTips(p *pageWriter) {
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

func phoneLoading(p *pageWriter) {
	p.surface("loading", "", "", func() {
		p.coloured("span", "spinner", "color", "progressColor", func() {})
		p.label("note", "loadingText", "loadingTextColor", "")
	})
}

// phoneCamera shows one of the hints. The general colour of hints is around the
// hint's own, which wins where both are declared.
func phoneCamera(p *pageWriter, stem, name string) {
	p.surface("camera "+name, "backgroundColor", "backgroundLink", func() {
		p.coloured("div", "hint", "color", "tipsTextColor", func() {
			p.label("", stem+"TipText", stem+"TipTextColor", "")
		})
		viewfinder(p)
	})
}

// viewfinder is a face in its frame.
func viewfinder(p *pageWriter) {
	p.Raw(`<div class="finder"><b class="face"></b><b class="face second"></b></div>`)
}

func phoneError(p *pageWriter) {
	p.box("div", "page camera dimmed", func() {
		p.box("div", "body", func() { viewfinder(p) })
		p.coloured("div", "dialog", "background-color", "backgroundColor", func() {
			p.box("span", "icon g-failed", func() {})
			message(p, "messageTextColor")
			p.button(button{"confirmButtonText", "confirmButtonTextColor", "confirmButtonBackgroundColor", "", "OK", "confirm"})
		})
	})
}

// message is the text of a failure dialog, whose key nobody has published.
func message(p *pageWriter, colourKey string) {
	p.box("p", "note", func() {
		p.tinted(colourKey, func() { p.standIn("The check could not be completed") })
	})
}

func phoneResult(p *pageWriter, passed bool) {
	p.when("isShow", func(on bool) {
		if !on {
			skipped(p)
			return
		}
		p.surface("result", "backgroundColor", "backgroundLink", func() { resultBody(p, passed) })
	})
}

// skipped stands where a result page would be.
func skipped(p *pageWriter) {
	p.box("div", "page skipped", func() {
		p.Raw(`<div class="body"><p class="note" lang="en" dir="ltr">This page is not shown: people go straight to the return URL.</p></div>`)
	})
}

func resultBody(p *pageWriter, passed bool) {
	p.when("faceShow", func(on bool) {
		if on {
			p.Raw(`<span class="portrait"></span>`)
		}
	})
	outcome(p, passed)
	p.box("div", "buttons", func() {
		if passed {
			phoneNext(p)
			return
		}
		p.button(button{"tryAgainButtonText", "tryAgainButtonTextColor", "tryAgainButtonBackgroundColor", "tryAgainButtonBackgroundLink", "", "again"})
		p.when("nextStepButtonInvisibleBeforeTryCountUseUp", func(hidden bool) {
			if hidden {
				p.Raw(`<span class="untried" hidden>`)
				phoneNext(p)
				p.Raw(`</span>`)
				return
			}
			phoneNext(p)
		})
	})
}

// phoneNext is the way on: the button and the countdown, which presses it.
func phoneNext(p *pageWriter) {
	p.button(button{"nextStepButtonText", "nextStepButtonTextColor", "nextStepButtonBackgroundColor", "nextStepButtonBackgroundLink", "", "next"})
	p.when("closeCountdownLogic", func(off bool) {
		if !off {
			p.label("note countdown", "countdownText", "countdownTextColor", "")
		}
	})
}

// outcome is what the result pages of both devices have in common.
func outcome(p *pageWriter, passed bool) {
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

func phoneTimeout(p *pageWriter) {
	p.surface("result", "backgroundColor", "backgroundLink", func() {
		p.picture("icon big", "iconLink", "clock")
		p.label("title", "boldText", "boldTextColor", "")
		p.label("note", "tipText", "tipTextColor", "")
		p.box("div", "buttons", func() {
			p.button(button{"tryAgainButtonText", "tryAgainButtonTextColor", "tryAgainButtonBackgroundColor", "tryAgainButtonBackgroundLink", "", "again"})
		})
	})
}

func phoneUploading(p *pageWriter) {
	p.surface("upload", "", "", func() {
		p.Raw(`<span class="spinner"></span>`)
		p.label("note", "videoUploadingText", "videoUploadingTextColor", "")
	})
}

func phoneRefresh(p *pageWriter) {
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
func phoneHandOver(p *pageWriter, reason string) {
	const page = "qrCodePage"
	p.surface("handover", "", "", func() {
		p.picture("icon", page+"TopIconLink", "devices")
		p.label("title", page+reason+"BoldText", page+reason+"BoldTextColor", "Camera not available")
		p.label("note", page+reason+"TipText", page+reason+"TipTextColor", "")
		qrCode(p)
		address(p, page)
	})
}

// address is the box with the link and the button that copies it.
func address(p *pageWriter, page string) {
	p.coloured("div", "link", "background-color", page+"LivenessLinkBackgroundColor", func() {
		p.picture("pic", page+"LivenessLinkBackgroundLink", "")
		p.coloured("div", "edge", "border-color", page+"LivenessLinkBorderColor", func() {
			p.coloured("span", "url", "color", page+"LivenessLinkTextColor", func() {
				p.Raw(`<bdi dir="ltr">`)
				p.Text(shownLink(p))
				p.Raw(`</bdi>`)
			})
			p.button(button{page + "CopyLinkBtnText", page + "CopyLinkBtnTextColor", page + "CopyLinkBtnBackgroundColor", page + "CopyLinkBtnBackgroundLink", "", "copy"})
		})
	})
}

func shownLink(p *pageWriter) string {
	if p.how.Link == "" {
		return SampleLink
	}
	return p.how.Link
}

func phoneFinished(p *pageWriter) {
	p.surface("result", "", "", func() {
		p.picture("icon big", "verifyFinishedPageTopIconLink", "passed")
		p.label("title", "verifyFinishedPageBoldText", "verifyFinishedPageBoldTextColor", "")
		p.label("note", "verifyFinishedPageTipText", "verifyFinishedPageTipTextColor", "")
	})
}

// fieldsOf lists the fields that a screen shows of a document.
func fieldsOf(s Screen, d schema.Document) []*schema.Field {
	p := newPageWriter(s, d, nil, Drawing{})
	p.screen(s)
	return p.seen
}
