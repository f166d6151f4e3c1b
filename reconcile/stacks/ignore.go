package stacks

import (
	"bufio"
	"bytes"
	"fmt"
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// ignores are the patterns of .liveryignore files, in the order in which they are read:
// the last that fits decides.
type ignores []ignore

type ignore struct {
	pattern string // a glob of paths from the root of the tree
	entered bool   // written with "!"
}

// parseIgnores reads patterns in gitignore's syntax, as far as it speaks of directories;
// dir is where the file stands.
func parseIgnores(src []byte, dir string) (ignores, error) {
	var list ignores
	lines := bufio.NewScanner(bytes.NewReader(bytes.TrimPrefix(src, []byte("\ufeff"))))
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimRight(lines.Text(), "\r")
		if bare := strings.TrimRight(text, " \t"); !strings.HasSuffix(bare, `\`) {
			text = bare
		}
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		text, entered := strings.CutPrefix(text, "!")
		pattern := strings.TrimSuffix(text, "/")
		if pattern == "" { // the root itself, which nothing leaves out
			continue
		}
		inside, all := strings.CutSuffix(pattern, "/**") // what is in it, not the directory itself
		if all {
			pattern = inside + "/**/*"
		}
		if !strings.Contains(pattern, "/") {
			pattern = "**/" + pattern // at any depth
		}
		pattern = ours.Replace(strings.TrimPrefix(pattern, "/"))
		if !doublestar.ValidatePattern(pattern) {
			return nil, fmt.Errorf("line %d: %q is not a pattern of gitignore", n, text)
		}
		list = append(list, ignore{path.Join(literal(dir), pattern), entered})
	}
	return list, lines.Err()
}

// ours writes a pattern of gitignore as doublestar reads it: braces are plain letters, and a
// class of letters has no name.
var ours = strings.NewReplacer("{", `\{`, "}", `\}`,
	"[:alpha:]", "a-zA-Z", "[:digit:]", "0-9", "[:alnum:]", "a-zA-Z0-9", "[:lower:]", "a-z", "[:upper:]", "A-Z")

// literal is a path as a pattern that fits nothing else.
func literal(dir string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`, "{", `\{`).Replace(dir)
}

func (l ignores) match(dir string) bool {
	ignored := false
	for _, i := range l {
		if doublestar.MatchUnvalidated(i.pattern, dir) {
			ignored = !i.entered
		}
	}
	return ignored
}
