// Command bench measures livery on one stack with all 26 documents and every
// field set, beside Terraform doing the same with 26 terraform_data objects of the
// same values, and beside the floor: reading and HCL-parsing the same bytes.
//
//	go run ./testdata/bench [-runs 9]
//
// Every figure is of whole processes: the median of runs that take turns, so that
// a machine which slows down slows everything down. Terraform is left out when it
// is not on the PATH. It does not tell how fast the real service is.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

func main() {
	runs := flag.Int("runs", 9, "counted runs of each command")
	keep := flag.Bool("keep", false, "keep the directory with the stacks")
	flag.Parse()
	if err := bench(*runs, *keep); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func bench(runs int, keep bool) error {
	dir, err := os.MkdirTemp("", "livery-bench-")
	if err != nil {
		return err
	}
	if keep {
		fmt.Println("The stacks are in", dir)
	} else {
		defer os.RemoveAll(dir)
	}
	l := &lab{dir: dir, runs: max(runs, 1)}
	if err := l.build(); err != nil {
		return err
	}
	if l.terraform, err = exec.LookPath("terraform"); err != nil {
		l.terraform = ""
	}
	stop, err := l.prepare()
	if err != nil {
		return err
	}
	defer stop()
	results, err := l.measure()
	if err != nil {
		return err
	}
	print(results.table(l))
	print(results.targets())
	return nil
}

func print(s string) { fmt.Print(s) }

// build makes the three programs. livery is built as it is released.
func (l *lab) build() error {
	for name, pkg := range map[string]string{"livery": ".", "floor": "./testdata/bench/floor", "stopwatch": "./testdata/bench/stopwatch"} {
		cmd := exec.Command("go", "build", "-buildvcs=false", "-trimpath", "-ldflags=-s -w", "-o", filepath.Join(l.dir, name), pkg)
		cmd.Stderr = os.Stderr
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("build %s: %w (run this from the top of the repository)", pkg, err)
		}
	}
	return nil
}
