package command

import (
	"runtime"
	"runtime/debug"
	"strings"
	"sync"

	"livery/reconcile/reference"
)

// developed is the version that is being worked on; a build of a tagged commit has that
// of its tag.
const developed = "0.1.0"

// isTag tells the versions that a tag gives, such as v1.2.3 and v1.2.3-rc.1. Those of a
// build between two tags, such as v0.0.0-20260102030405-1a2b3c4d5e6f and v1.2.3+dirty,
// say less than the commit does.
func isTag(version string) bool {
	return strings.HasPrefix(version, "v") && strings.Count(version, "-") < 2 && !strings.Contains(version, "+")
}

// ThisBuild reads what was built from what the linker recorded.
func ThisBuild() reference.Build {
	b := reference.Build{Version: developed, Platform: runtime.GOOS + "_" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if isTag(info.Main.Version) {
		b.Version = strings.TrimPrefix(info.Main.Version, "v")
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}

// Version is the number alone, as plans and states keep it.
var Version = sync.OnceValue(func() string { return ThisBuild().Version })
