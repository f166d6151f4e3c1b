package markdown

import (
	"fmt"
	"net/url"
	"path"
	"strings"
)

// Links leads to lines of files that are named relative to a stack; stack is the way to it
// from the top of its repository. Without a URL to begin with it is the commit that a
// pipeline of GitHub or GitLab says that it works on, and nil elsewhere.
func Links(prefix, stack string, env func(string) string) func(file string, line int) string {
	switch {
	case prefix != "":
	case env("GITHUB_REPOSITORY") != "" && env("GITHUB_SHA") != "":
		prefix = fmt.Sprintf("%s/%s/blob/%s", env("GITHUB_SERVER_URL"), env("GITHUB_REPOSITORY"), env("GITHUB_SHA"))
	case env("CI_PROJECT_URL") != "" && env("CI_COMMIT_SHA") != "":
		prefix = fmt.Sprintf("%s/-/blob/%s", env("CI_PROJECT_URL"), env("CI_COMMIT_SHA"))
	default:
		return nil
	}
	return func(file string, line int) string {
		name := path.Join(stack, file)
		if path.IsAbs(name) || name == ".." || strings.HasPrefix(name, "../") {
			return "" // not in the repository
		}
		return fmt.Sprintf("%s/%s#L%d", strings.TrimSuffix(prefix, "/"), (&url.URL{Path: name}).EscapedPath(), line)
	}
}
