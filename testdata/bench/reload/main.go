// Command reload loads a stack and then loads it again a number of times, each time
// after one of its documents has changed, as an editor and the live preview do.
//
//	reload DIR TIMES
//
// It prints, as JSON, the median and the 99th percentile of the reloads. What they
// cost without the first load is the difference between many and none.
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"livery/schema/stack"
)

func main() {
	times, err := strconv.Atoi(os.Args[2])
	if err == nil {
		err = run(os.Args[1], times)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "reload:", err)
		os.Exit(1)
	}
}

func run(dir string, times int) error {
	opts := stack.Options{FS: os.DirFS(dir), Dir: ".", Version: "0.1.0", Need: stack.NeedDocuments}
	loaded, diags := stack.Load(opts)
	if diags.HasErrors() {
		return diags
	}
	name := filepath.Join(dir, "th_TH.livery.hcl")
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	colours := [][]byte{[]byte("#0f6b5c"), []byte("#0f6b5d")}
	took := []time.Duration{0}
	for i := range times {
		text = bytes.Replace(text, colours[i%2], colours[1-i%2], 1)
		if err := os.WriteFile(name, text, 0o600); err != nil {
			return err
		}
		begin := time.Now()
		if loaded, diags = loaded.Reload(opts); diags.HasErrors() {
			return diags
		}
		took = append(took, time.Since(begin))
	}
	slices.Sort(took)
	fmt.Printf("{\"median_ns\": %d, \"p99_ns\": %d}\n", took[len(took)/2], took[len(took)*99/100])
	return nil
}
