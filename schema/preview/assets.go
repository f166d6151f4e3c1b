package preview

import (
	"embed"
	"strings"
	"sync"
)

// The looks of the screens, and what stands around them in a gallery.
var (
	//go:embed assets/page.css
	pageStyles string
	//go:embed assets/gallery.css
	galleryStyles string
	//go:embed assets/contact.css
	contactStyles string
	//go:embed assets/edit.css
	editingStyles string
	//go:embed assets/edit.js
	editingScript string
	//go:embed assets/gallery
	galleryScripts embed.FS
)

// script joins the files of the gallery's script, one for each task, in one function:
// they share their names with one another and with nobody else. What a name is given by
// an expression stands before what runs with it.
var script = sync.OnceValue(func() string { return joined("") })

// withEditing is the script of those who may change files.
var withEditing = sync.OnceValue(func() string { return joined(editingScript) })

// EditingScript is Script with the panel that changes values.
func EditingScript() string { return withEditing() }

// EditingStyles are those of that panel.
func EditingStyles() string { return editingStyles }

// joined puts more before what begins everything.
func joined(more string) string {
	var b strings.Builder
	b.WriteString("\"use strict\";\n(() => {\n")
	for _, task := range []string{"address", "filter", "move", "rings", "inspect", "compare", "fit", "live", "keys", "start"} {
		if task == "start" {
			b.WriteString(more)
		}
		text, err := galleryScripts.ReadFile("assets/gallery/" + task + ".js")
		if err != nil {
			panic(err) // it is embedded
		}
		b.Write(text)
		b.WriteString("\n")
	}
	b.WriteString("})();\n")
	return b.String()
}
