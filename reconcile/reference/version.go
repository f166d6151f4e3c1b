package reference

import (
	"fmt"
	"io"

	"livery/reconcile/terminal"
)

// Build says what was built: the version, and where version control knows, the commit.
type Build struct {
	Version  string `json:"livery_version"`
	Platform string `json:"platform"`         // such as linux_amd64
	Commit   string `json:"commit,omitempty"` // "" for a build outside of version control
	Modified bool   `json:"modified"`         // the files differed from the commit
}

// FullName is the version with the commit, as machines keep it: "livery 0.1.0
// (1a2b3c4d5e6f, modified)".
func (b Build) FullName() string {
	name := "livery " + b.Version
	if from := b.from(); from != "" {
		name += " (" + from + ")"
	}
	return name
}

func (b Build) from() string {
	const short = 12 // digits, enough to find a commit
	from := b.Commit[:min(short, len(b.Commit))]
	if from != "" && b.Modified {
		from += ", modified"
	}
	return from
}

// WriteVersion writes it for people, in the lines of `terraform version`.
func WriteVersion(w io.Writer, b Build) error {
	text := fmt.Sprintf("livery v%s\non %s\n", b.Version, b.Platform)
	if from := b.from(); from != "" {
		text += fmt.Sprintf("built from %s\n", from)
	}
	_, err := io.WriteString(w, text)
	return err
}

// WriteVersionJSON writes it as one object.
func WriteVersionJSON(w io.Writer, b Build) error { return terminal.WriteJSON(w, b) }
