package engine

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// S3 is a server of a test's own, with one bucket and one user.
type S3 struct {
	Address, Bucket   string
	AccessKey, Secret string

	program, data string
	running       *exec.Cmd
}

// StartS3 starts a server that ends with the test. root is the repository, where
// "make e2e" builds one.
func StartS3(t testing.TB, root string) *S3 {
	t.Helper()
	Outside(t)
	s := &S3{Bucket: "brand", AccessKey: "testkey", Secret: "hunter2-secret", data: t.TempDir(), Address: FreeAddress(t)}
	s.program = filepath.Join(root, ".build", "tools", "versitygw")
	if _, err := os.Stat(s.program); err != nil {
		if s.program, err = exec.LookPath("versitygw"); err != nil {
			t.Skip("versitygw is not on the PATH")
		}
	}
	check(t, os.Mkdir(filepath.Join(s.data, s.Bucket), 0o700)) // to the server a directory is a bucket
	s.start(t)
	t.Cleanup(s.stop)
	return s
}

func (s *S3) start(t testing.TB) {
	t.Helper()
	s.running = exec.Command(s.program, "--access", s.AccessKey, "--secret", s.Secret, "--port", s.Address, "--quiet", "posix", s.data)
	check(t, s.running.Start())
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		c, err := net.Dial("tcp", s.Address)
		if err == nil {
			c.Close()
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("versitygw does not start")
		}
	}
}

func (s *S3) stop() {
	_ = s.running.Process.Kill() // it keeps everything on disk
	_ = s.running.Wait()
}

// Restart ends every connection and starts the server anew.
func (s *S3) Restart(t testing.TB) {
	t.Helper()
	s.stop()
	s.start(t)
}

// Environment is what the client of a run needs to be let in, and nothing of the
// machine's own.
func (s *S3) Environment() map[string]string {
	return map[string]string{
		"AWS_ACCESS_KEY_ID": s.AccessKey, "AWS_SECRET_ACCESS_KEY": s.Secret, "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
	}
}

// Endpoint is its URL.
func (s *S3) Endpoint() string { return fmt.Sprintf("http://%s", s.Address) }
