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
	//go:embed assets/gallery assets/edit
	scripts embed.FS
)

// script joins the files of the gallery's script, one for each task, in one function:
// they share their names with one another and with nobody else. What a name is given by
// an expression stands before what runs with it.
var script = sync.OnceValue(func() string { return joined("") })

// withEditing is the script of those who may change files. The panel's names are its own: in
// a block of theirs, they may be those of the gallery too.
var withEditing = sync.OnceValue(func() string {
	return joined("{\n" + tasks("edit", "panel", "changes", "drawing", "element", "control", "tips", "save", "begin") + "}\n")
})

// EditingScript is Script with the panel that changes values.
func EditingScript() string { return withEditing() }

// EditingStyles are those of that panel.
func EditingStyles() string { return editingStyles }

// joined puts more before what begins everything.
func joined(more string) string {
	gallery := tasks("gallery", "address", "filter", "move", "rings", "inspect", "compare", "fit", "live", "keys")
	return "\"use strict\";\n(() => {\n" + gallery + more + tasks("gallery", "start") + "})();\n"
}

// tasks are files of scripts, one after the other.
func tasks(dir string, names ...string) string {
	var b strings.Builder
	for _, name := range names {
		text, err := scripts.ReadFile("assets/" + dir + "/" + name + ".js")
		if err != nil {
			panic(err) // it is embedded
		}
		b.Write(text)
		b.WriteString("\n")
	}
	return b.String()
}
