package reference

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestVersion(t *testing.T) {
	commit := "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d"
	for _, test := range []struct {
		name, text, full, json string
		build                  Build
	}{
		{
			"outside of version control", "livery v0.1.0\non linux_amd64\n", "livery 0.1.0",
			`{"livery_version": "0.1.0", "platform": "linux_amd64", "modified": false}`,
			Build{Version: "0.1.0", Platform: "linux_amd64"},
		},
		{
			"a commit", "livery v0.1.0\non linux_amd64\nbuilt from 1a2b3c4d5e6f\n", "livery 0.1.0 (1a2b3c4d5e6f)",
			`{"livery_version": "0.1.0", "platform": "linux_amd64", "commit": "` + commit + `", "modified": false}`,
			Build{Version: "0.1.0", Platform: "linux_amd64", Commit: commit},
		},
		{
			"with changes", "livery v0.2.0\non windows_amd64\nbuilt from 1a2b3c4d5e6f, modified\n", "livery 0.2.0 (1a2b3c4d5e6f, modified)",
			`{"livery_version": "0.2.0", "platform": "windows_amd64", "commit": "` + commit + `", "modified": true}`,
			Build{Version: "0.2.0", Platform: "windows_amd64", Commit: commit, Modified: true},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			var text, object strings.Builder
			require.NoError(t, WriteVersion(&text, test.build))
			assert.Equal(t, test.text, text.String())
			assert.Equal(t, test.full, test.build.FullName())
			require.NoError(t, WriteVersionJSON(&object, test.build))
			assert.JSONEq(t, test.json, object.String())
		})
	}
}
