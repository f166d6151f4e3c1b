package preview

import _ "embed"

// The looks of the screens, and what stands around them in a gallery.
var (
	//go:embed assets/page.css
	pageStyles string
	//go:embed assets/gallery.css
	galleryStyles string
	//go:embed assets/contact.css
	contactStyles string
	//go:embed assets/gallery.js
	script string
)
