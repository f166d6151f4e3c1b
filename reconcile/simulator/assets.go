package simulator

import (
	_ "embed"

	"livery/schema/preview"
)

// What the page of a session needs beside itself.
var (
	//go:embed assets/session.js
	sessionScript string
	//go:embed assets/session.css
	sessionLayout string
)

// sessionStyles are the looks of the screens, and how one of them fills a window.
func sessionStyles() string { return preview.Styles() + sessionLayout }
