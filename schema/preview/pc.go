package preview

func pcTips(p *pageWriter) {
	p.surface("tips-page", "backgroundColor", "", func() {
		p.box("p", "title", func() { p.tinted("titleTextColor", func() { p.words("titleText", "Before you start") }) })
		p.box("p", "desc", func() {
			p.tinted("titleDescTextColor", func() { p.words("titleDescText", "How to get through at the first try") })
		})
		p.coloured("div", "area", "color", "tipsTextColor", func() {
			p.tips("tips", "First tip", "Second tip", "Third tip")
		})
		p.button(button{"startButtonText", "startButtonTextColor", "startButtonBackgroundColor", "", "Start", "start"})
	})
}

func pcLoading(p *pageWriter) {
	p.surface("loading", "", "", func() {
		p.coloured("span", "spinner", "color", "progressColor", func() {})
	})
}

func pcCamera(p *pageWriter) {
	p.surface("camera still", "", "", func() {
		p.label("title", "titleText", "titleTextColor", "Look at the camera")
		p.label("desc", "descText", "descTextColor", "Keep your face inside the frame")
		viewfinder(p)
		shutter(p)
	})
}

// shutter is the button that takes the photo; it has an icon and no words.
func shutter(p *pageWriter) {
	if !p.how.Pressable {
		p.box("span", "shutter", func() { p.picture("icon", "takePhotoIconLink", "shutter") })
		return
	}
	p.Raw(`<button type="button" class="shutter" data-do="photo" aria-label="Take the photo">`)
	p.picture("icon", "takePhotoIconLink", "shutter")
	p.Raw(`</button>`)
}

func pcError(p *pageWriter) {
	p.box("div", "page camera dimmed", func() {
		p.box("div", "body", func() { viewfinder(p) })
		p.box("div", "dialog", func() {
			p.box("span", "icon g-failed", func() {})
			message(p, "")
			p.button(button{"confirmButtonText", "", "confirmButtonBackgroundColor", "", "OK", "confirm"})
		})
	})
}

func pcResult(p *pageWriter, passed bool) {
	p.when("isShow", func(on bool) {
		if !on {
			skipped(p)
			return
		}
		p.surface("result", "", "", func() {
			// The page's title is the document's; only its colour is the page's own.
			p.box("p", "desc", func() { p.tinted("titleTextColor", func() { p.words(rootTitle, "") }) })
			outcome(p, passed)
			p.box("div", "buttons", func() {
				if !passed {
					p.button(button{"tryAgainButtonText", "tryAgainButtonTextColor", "tryAgainButtonBackgroundColor", "", "Try again", "again"})
				}
				p.button(button{"nextStepButtonText", "nextStepButtonTextColor", "nextStepButtonBackgroundColor", "", "Next", "next"})
			})
		})
	})
}
