package previewserver_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/heapprofiler"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/cdproto/systeminfo"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"livery/testdata/bench/corpus"
)

// now is the time as the page knows it, in milliseconds.
const now = `performance.timeOrigin + performance.now()`

func milliseconds(t time.Time) float64 { return float64(t.UnixNano()) / 1e6 }

// painted is when the frame is made that shows a text in the screens, which must not be
// there yet: the task after the next frame's scripts, styles, layout and painting.
const painted = `window.seen = new Promise((tell) => {
	const there = () => document.querySelector('%s').innerHTML.includes("%s");
	const watch = new MutationObserver(() => {
		if (!there()) return;
		watch.disconnect();
		requestAnimationFrame(() => { const one = new MessageChannel(); one.port1.onmessage = () => tell(` + now + `); one.port2.postMessage(0); });
	});
	watch.observe(document.getElementById("sheets"), { childList: true, subtree: true });
}), true`

// BenchmarkSaveToPicture measures from before the write of a file to the frame with the new
// colour in a page that is open: settling, reading, drawing, telling, fetching, taking
// over, layout. "one" changes a colour of one language, "all" one that 26 languages share.
//
// Of a busy machine the times say little: beside them stands the processor time of the
// program, and that of the browser with all its processes. What the page takes in memory is
// measured in the end, with all texts measured and the garbage gone: the heap of its
// scripts, and what the largest process that draws pages has for itself, which only Linux
// tells.
func BenchmarkSaveToPicture(b *testing.B) {
	for _, c := range []struct{ name, file, before string }{
		{"one", "th_TH.livery.hcl", "mobile_tips_page"},
		{"all", "brand.livery.hcl", "locals"},
	} {
		b.Run(c.name, func(b *testing.B) {
			stack := benchStack(b)
			program, address, stop := begun(b, built(b), stack)
			b.Cleanup(stop)
			page := openTab(b, 1440, 900)
			page.visit(address)
			page.until(`document.body.dataset.measured`)
			page.until(`document.querySelector('%s').scrollIntoView(), true`, tips)
			page.settle()
			file := filepath.Join(stack, c.file)
			text, err := os.ReadFile(file)
			require.NoError(b, err)
			place := colourAfter(b, text, c.before)
			used := usage(page, program)
			var took []float64
			for b.Loop() {
				page.settle() // nobody saves while the last change is still drawn
				colour := fmt.Sprintf("#%06x", 0x100000+len(took))
				ask[bool](page, painted, tips, colour)
				copy(text[place:], colour)
				start := milliseconds(time.Now())
				require.NoError(b, os.WriteFile(file, text, 0o600))
				took = append(took, awaited[float64](page, "window.seen")-start)
			}
			reportTimes(b, took)
			page.until(`document.body.dataset.measured`)
			reportUsage(b, used, usage(page, program))
			b.ReportMetric(ask[float64](page, `performance.getEntriesByType("resource").filter((e) => e.name.includes("/screens")).reduce((sum, e) => sum + e.encodedBodySize, 0)`)/1e3/float64(b.N), "kB/wire")
			reportMemory(b, page)
		})
	}
}

// BenchmarkFirstPaint measures from when a browser that runs is told to open the gallery to the
// first paint with something in it, and the same from the start of the program: 26 languages,
// every field declared.
func BenchmarkFirstPaint(b *testing.B) {
	stack := benchStack(b)
	page := openTab(b, 1440, 900)
	binary := built(b)
	var took, started []float64
	for b.Loop() {
		start := milliseconds(time.Now())
		_, at, stop := begun(b, binary, stack)
		opened := milliseconds(time.Now())
		page.visit(at)
		page.until(`performance.getEntriesByName("first-contentful-paint").length`)
		seen := ask[float64](page, `performance.timeOrigin + performance.getEntriesByName("first-contentful-paint")[0].startTime`)
		took, started = append(took, seen-opened), append(started, seen-start)
		page.visit("about:blank") // a page whose server ends complains in the console
		stop()
	}
	reportTimes(b, took)
	slices.Sort(started)
	b.ReportMetric(started[len(started)/2], "ms/start-p50")
}

// tips is the screen that the benchmarks look at.
const tips = `section[data-locale="th_TH"][data-screen="phone-tips"]`

// reportTimes reports the median and the 95th percentile, in milliseconds.
func reportTimes(b *testing.B, took []float64) {
	b.Helper()
	slices.Sort(took)
	b.ReportMetric(took[len(took)/2], "ms/p50")
	b.ReportMetric(took[min(len(took)*95/100, len(took)-1)], "ms/p95")
	b.ReportMetric(0, "ns/op")
}

// used is processor time in seconds, of the program and of the browser.
type used struct{ program, browser float64 }

func usage(page *tab, program int) used {
	page.t.Helper()
	u := used{program: processorTime(program)}
	for _, process := range browserProcesses(page) {
		u.browser += process.CPUTime
	}
	return u
}

func reportUsage(b *testing.B, before, after used) {
	b.Helper()
	b.ReportMetric((after.program-before.program)*1e3/float64(b.N), "ms/program")
	b.ReportMetric((after.browser-before.browser)*1e3/float64(b.N), "ms/browser")
}

// browserProcesses are those of the browser.
func browserProcesses(page *tab) []*systeminfo.ProcessInfo {
	page.t.Helper()
	list, err := chromedp.CallBrowser(page.ctx, systeminfo.GetProcessInfo, cdp.Empty{})
	require.NoError(page.t, err)
	return list.ProcessInfo
}

// processorTime is what a process has used so far, in seconds; 0 where it cannot be told.
func processorTime(process int) float64 {
	stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", process))
	_, numbers, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(numbers)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.ParseFloat(fields[11], 64)
	system, _ := strconv.ParseFloat(fields[12], 64)
	return (user + system) / 100
}

// reportMemory reports what the page takes, in megabytes.
func reportMemory(b *testing.B, page *tab) {
	b.Helper()
	page.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if _, err := cdp.Call(ctx, t, heapprofiler.CollectGarbage, cdp.Empty{}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, t, performance.Enable, performance.EnableParams{})
		return err
	}))
	got, err := chromedp.Run(page.ctx, chromedp.Action[performance.GetMetricsResult](func(ctx context.Context, t *chromedp.Target) (performance.GetMetricsResult, error) {
		return cdp.Call(ctx, t, performance.GetMetrics, cdp.Empty{})
	}))
	require.NoError(b, err)
	for _, m := range got.Metrics {
		if m.Name == "JSHeapUsedSize" {
			b.ReportMetric(m.Value/1e6, "MB/heap")
		}
	}
	most := 0.0
	for _, process := range browserProcesses(page) {
		if process.Type == "renderer" {
			most = max(most, private(process.ID))
		}
	}
	b.ReportMetric(most/1e6, "MB/renderer")
}

// private is the memory that a process shares with no other, in bytes; 0 where it cannot be
// told.
func private(process int64) float64 {
	data, _ := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", process))
	sum := 0.0
	for line := range strings.Lines(string(data)) {
		if fields := strings.Fields(line); len(fields) > 1 && strings.HasPrefix(line, "Private_") {
			n, _ := strconv.ParseFloat(fields[1], 64)
			sum += n * 1024
		}
	}
	return sum
}

// benchStack writes the stack that all benchmarks measure. Of the first page one colour is
// each language's own, and another one is shared by all.
func benchStack(t testing.TB) string {
	t.Helper()
	bodies, err := corpus.Bodies(os.DirFS("../../examples/acme/texts"))
	require.NoError(t, err)
	files, err := corpus.Livery(bodies, "simulator")
	require.NoError(t, err)
	files = append(files, corpus.File{Name: "brand.livery.hcl", Data: []byte("locals {\n  tips = \"#0f6b5c\"\n}\n")})
	dir := t.TempDir()
	for _, f := range files {
		if page, rest, found := bytes.Cut(f.Data, []byte("mobile_tips_page")); found {
			own := colourAfter(t, rest, "")
			shared := own + 7 + colourAfter(t, rest[own+7:], "")
			f.Data = slices.Concat(page, []byte("mobile_tips_page"), rest[:shared-1], []byte("local.tips"), rest[shared+8:])
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o600))
	}
	return dir
}

// colourAfter is where the first colour after a text stands.
func colourAfter(t testing.TB, src []byte, text string) int {
	t.Helper()
	begin := bytes.Index(src, []byte(text))
	require.GreaterOrEqual(t, begin, 0)
	mark := bytes.IndexByte(src[begin:], '#')
	require.GreaterOrEqual(t, mark, 0)
	return begin + mark
}

// built is the program itself.
func built(t testing.TB) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "livery")
	out, err := exec.Command("go", "build", "-o", binary, "../..").CombinedOutput()
	require.NoError(t, err, "%s", out)
	return binary
}

// begun starts the program and waits for the address that it prints.
func begun(t testing.TB, binary, stack string) (process int, address string, stop func()) {
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
	return c.Process.Pid, address, func() {
		require.NoError(t, c.Process.Signal(os.Interrupt))
		_ = c.Wait() // an interrupt is how it ends
	}
}
