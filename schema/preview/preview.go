// Package preview draws the pages of a hosted liveness check from a Document: each
// page of the catalogue in the states in which people meet it, in the frame of a
// phone or of a desktop browser, and all of them together as one page to look
// through, the gallery.
//
// It does not know what the real page looks like. The service documents what its
// fields are called, not where they stand, so this is a reading of the page: which
// text is in which colour on which background is sure, sizes and distances are not.
// It fetches nothing: pictures are drawn as labelled boxes unless the caller asks
// for their links, which a browser then follows.
package preview

import (
	"slices"
	"strings"
	"sync"

	"livery/schema"
)

// Screen is a page in one of the states in which people meet it.
type Screen struct {
	Name   string // in addresses and file names, such as phone-passed
	Page   string // the page's key in the catalogue
	Device schema.Device
	Title  string
	first  bool // of its device
	draw   func(*pageWriter)
}

// hints are the states of the camera page, named as the fields of their texts
// begin. The documents list them; the middle column is our short name.
var hints = [...]struct{ stem, name, title string }{
	{"keepStill", "still", "Camera, hold still"},
	{"faceMissing", "missing", "Camera, no face"},
	{"faceNotCenter", "off-centre", "Camera, not centred"},
	{"faceNotFrontal", "turned", "Camera, turned away"},
	{"faceTooFar", "far", "Camera, too far"},
	{"faceTooNear", "near", "Camera, too near"},
	{"moveLeft", "left", "Camera, move left"},
	{"moveRight", "right", "Camera, move right"},
	{"moveTop", "high", "Camera, too high"},
	{"moveBottom", "low", "Camera, too low"},
	{"multipleFaces", "crowd", "Camera, several faces"},
	{"faceOcclusion", "covered", "Camera, face covered"},
}

// Screens lists all screens in the order of a check: on a phone first, then on a
// desktop computer.
func Screens() []Screen {
	phone := func(name, page, title string, draw func(*pageWriter)) Screen {
		return Screen{"phone-" + name, page, schema.Mobile, title, name == "tips", draw}
	}
	desktop := func(name, page, title string, draw func(*pageWriter)) Screen {
		return Screen{"pc-" + name, page, schema.PC, title, name == "tips", draw}
	}
	list := []Screen{
		phone("tips", "mobileTipsPage", "Tips", phoneTips),
		phone("loading", "mobileLoadingPage", "Loading", phoneLoading),
	}
	for _, h := range hints {
		list = append(list, phone("camera-"+h.name, "mobileCameraPage", h.title, func(p *pageWriter) { phoneCamera(p, h.stem, h.name) }))
	}
	return append(list,
		phone("uploading", "mobileMultiDeviceProcessPage", "Uploading", phoneUploading),
		phone("error", "mobileErrorDialog", "Failure dialog", phoneError),
		phone("passed", "mobileResultPage", "Result, passed", func(p *pageWriter) { phoneResult(p, true) }),
		phone("failed", "mobileResultPage", "Result, failed", func(p *pageWriter) { phoneResult(p, false) }),
		phone("timeout", "mobileTimeoutPage", "Time out", phoneTimeout),
		phone("refresh", "mobileMultiDeviceProcessPage", "Camera denied, refresh", phoneRefresh),
		phone("denied", "mobileMultiDeviceProcessPage", "Camera denied, other device", func(p *pageWriter) { phoneHandOver(p, "PermissionDenied") }),
		phone("broken", "mobileMultiDeviceProcessPage", "Camera broken, other device", func(p *pageWriter) { phoneHandOver(p, "CameraIssue") }),
		phone("finished", "mobileMultiDeviceProcessPage", "Finished on this device", phoneFinished),
		desktop("tips", "pcTipsPage", "Tips", pcTips),
		desktop("loading", "pcLoadingPage", "Loading", pcLoading),
		desktop("camera", "pcCameraPage", "Camera", pcCamera),
		desktop("error", "pcErrorDialog", "Failure dialog", pcError),
		desktop("passed", "pcResultPage", "Result, passed", func(p *pageWriter) { pcResult(p, true) }),
		desktop("failed", "pcResultPage", "Result, failed", func(p *pageWriter) { pcResult(p, false) }),
	)
}

// ScreenOf finds the first screen that shows a field of the catalogue; the first of
// all for what is no field.
func ScreenOf(path string) string {
	if screens := screensOf()[schema.FieldByPath(path)]; len(screens) > 0 {
		return screens[0].Name
	}
	return Screens()[0].Name
}

// screensOf is where each field is seen in a document that declares nothing.
var screensOf = sync.OnceValue(func() map[*schema.Field][]Screen { return ScreensOf(schema.Document{Locale: schema.English}) })

// ScreensOf is where each field of a document is seen, read off the screens themselves. A
// field that none shows as the document is, such as the words of a page that it skips, is
// not in it.
func ScreensOf(d schema.Document) map[*schema.Field][]Screen {
	seen := make(map[*schema.Field][]Screen)
	for _, s := range Screens() {
		for _, f := range fieldsOf(s, d) {
			if list := seen[f]; len(list) == 0 || list[len(list)-1].Name != s.Name {
				seen[f] = append(list, s)
			}
		}
	}
	return seen
}

// Label is what people call the screen, with its device.
func (s Screen) Label() string {
	if s.Device == schema.PC {
		return "Desktop: " + s.Title
	}
	return s.Title
}

// FileName is the screen's title as part of a file name, such as result-passed, or
// pc-result-passed on a desktop computer.
func (s Screen) FileName() string {
	words := strings.FieldsFunc(strings.ToLower(s.Title), func(r rune) bool { return r < 'a' || r > 'z' })
	if s.Device == schema.PC {
		words = slices.Insert(words, 0, "pc")
	}
	return strings.Join(words, "-")
}

// Drawing says how screens are drawn.
type Drawing struct {
	// Images puts the links of pictures into the page, for a browser to fetch;
	// otherwise they are labelled boxes.
	Images bool
	// Link is the address that the hand-over to another device shows and its QR
	// code holds; "" for a made-up one.
	Link string
	// Pressable draws buttons that can be pressed, each with what it is for in
	// data-do; without it they are pictures of buttons.
	Pressable bool
	// Plain draws words that nobody declared like all others; otherwise they are
	// underlined.
	Plain bool
}

// SampleLink stands where the address of a session would.
const SampleLink = "https://liveness.example/h5/?token=3f9a"

// HTML draws one screen of a document, without its caption: the frame of the
// device and what is in it. The styles are those of Styles.
func (s Screen) HTML(d schema.Document, how Drawing) string {
	p := newPageWriter(s, d, nil, how)
	p.screen(s)
	return p.String()
}
