//go:build unix

package cli_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/testdata/engine"
)

// What libraries have to say goes to livery's log, and nowhere if there is none: the AWS
// SDK's remark about a date, and net/http's about bytes that nobody asked for.
func TestLibrariesWriteToTheLog(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		const body = "<Error><Code>NoSuchKey</Code></Error>"
		fmt.Fprintf(conn, "HTTP/1.1 404 Not Found\r\nDate: yesterday\r\nContent-Length: %d\r\n\r\n%sunasked", len(body), body)
		conn.Close() // a request that comes before this is noticed would wait for an answer
	}))
	defer server.Close()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.livery.hcl"), fmt.Appendf(nil, `
livery {
  backend "s3" {
    bucket         = "brand"
    key            = "livery.state.json"
    region         = "eu-west-1"
    endpoint       = %q
    use_path_style = true
  }
}
account { base_url = "simulator" }
locale "en" { title_text = "Hello" }
`, server.URL), 0o600))
	run := func(level string, args ...string) (string, string) {
		c := exec.Command("livery", append([]string{"-chdir=" + dir}, args...)...)
		c.Env = append(cleanEnvironment(), "LIVERY_LOG="+level)
		for name, text := range (&engine.S3{AccessKey: "testkey", Secret: "hunter2"}).Environment() {
			c.Env = append(c.Env, name+"="+text)
		}
		var stdout, stderr bytes.Buffer
		c.Stdout, c.Stderr = &stdout, &stderr
		require.NoError(t, c.Run(), "%s%s", &stdout, &stderr)
		return stdout.String(), stderr.String()
	}
	for _, args := range [][]string{{"plan"}, {"plan", "-json"}, {"state", "list"}} {
		_, stderr := run("", args...)
		assert.Empty(t, stderr, args)
	}
	_, stderr := run("DEBUG", "plan")
	assert.Contains(t, stderr, `"msg":"the AWS SDK says"`)
	assert.Contains(t, stderr, "Unsolicited response")
	assert.NotContains(t, stderr, "hunter2")
}
