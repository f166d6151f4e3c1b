package previewserver_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"livery/testdata/bench/corpus"
)

// now is the time as the page knows it, in milliseconds.
const now = `performance.timeOrigin + performance.now()`

func milliseconds(t time.Time) float64 { return float64(t.UnixNano()) / 1e6 }

// BenchmarkSaveToPicture measures from before the write of a file to the new colour
// in a page that is open: settling, reading, drawing, telling, fetching, taking over.
func BenchmarkSaveToPicture(b *testing.B) {
	stack := benchStack(b)
	address := open(b, stack)
	page := openTab(b, 1440, 900)
	page.visit(address)
	page.until(`document.getElementById("problems")`)
	file := filepath.Join(stack, "th_TH.livery.hcl")
	text, err := os.ReadFile(file)
	require.NoError(b, err)
	begin := strings.Index(string(text), "mobile_tips_page")
	mark := strings.Index(string(text[begin:]), "#")
	require.Positive(b, mark)
	begin += mark + 1
	end := begin + 6
	var sum float64
	n := 0
	for b.Loop() {
		n++
		colour := fmt.Sprintf("%06x", 0x100000+n)
		ask[bool](page, `window.seen = new Promise((tell) => {
			const watch = new MutationObserver(() => {
				if (!document.querySelector('section[data-locale="th_TH"][data-screen="phone-tips"]').innerHTML.includes("#%s")) return;
				watch.disconnect();
				tell(%s);
			});
			watch.observe(document.getElementById("sheets"), { childList: true, subtree: true });
		}), true`, colour, now)
		copy(text[begin:end], colour)
		start := milliseconds(time.Now())
		require.NoError(b, os.WriteFile(file, text, 0o600))
		sum += awaited[float64](page, "window.seen") - start
	}
	b.ReportMetric(sum/float64(n), "ms/save")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkFirstPaint measures from the start of the program to the first paint with
// something in it, in a browser that runs: 26 languages, every field declared.
func BenchmarkFirstPaint(b *testing.B) {
	stack := benchStack(b)
	page := openTab(b, 1440, 900)
	binary := built(b)
	var sum, least float64
	n := 0
	for b.Loop() {
		n++
		start := milliseconds(time.Now())
		address, stop := begun(b, binary, stack)
		page.visit(address)
		page.until(`performance.getEntriesByName("first-contentful-paint").length`)
		took := ask[float64](page, `performance.timeOrigin + performance.getEntriesByName("first-contentful-paint")[0].startTime`) - start
		page.visit("about:blank") // a page whose server ends complains in the console
		stop()
		sum += took
		if n == 1 || took < least {
			least = took
		}
	}
	b.ReportMetric(sum/float64(n), "ms/paint")
	b.ReportMetric(least, "ms/best")
	b.ReportMetric(0, "ns/op")
}

// benchStack writes the stack that all benchmarks measure.
func benchStack(t testing.TB) string {
	t.Helper()
	bodies, err := corpus.Bodies(os.DirFS("../../examples/acme/texts"))
	require.NoError(t, err)
	files, err := corpus.Livery(bodies, "simulator")
	require.NoError(t, err)
	dir := t.TempDir()
	for _, f := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o600))
	}
	return dir
}

// built is the program itself.
func built(t testing.TB) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "livery")
	out, err := exec.Command("go", "build", "-o", binary, "../..").CombinedOutput()
	require.NoError(t, err, "%s", out)
	return binary
}

func open(t testing.TB, stack string) string {
	t.Helper()
	address, stop := begun(t, built(t), stack)
	t.Cleanup(stop)
	return address
}

// begun starts the program and waits for the address that it prints.
func begun(t testing.TB, binary, stack string) (address string, stop func()) {
	t.Helper()
	c := exec.Command(binary, "preview", "-listen=127.0.0.1:0")
	c.Dir, c.Stderr = stack, os.Stderr
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	_, address, found := strings.Cut(strings.TrimSpace(line), "The preview is at ")
	require.True(t, found, line)
	return address, func() {
		require.NoError(t, c.Process.Signal(os.Interrupt))
		_ = c.Wait() // an interrupt is how it ends
	}
}
