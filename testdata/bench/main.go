// Command bench measures livery on one stack with all 26 documents and every field
// set: beside the floor, which reads and HCL-parses the same bytes and does nothing
// else, and beside Terraform, which does the same with 26 terraform_data objects of
// the same values.
//
//	go run ./testdata/bench [-runs 9] [-keep] [-scale]
//
// With -scale it measures a hundred such stacks in one run instead, and four hundred.
//
// Figures are of whole processes that take turns, so that a machine which slows down
// slows everything down. Instructions are counted by valgrind: unlike time they are
// the same on a busy machine. What is not on the PATH, valgrind or terraform, is left
// out, and the output says so. Nothing here tells how fast the real service is.
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
	many := flag.Bool("scale", false, "measure many stacks instead of one")
	flag.Parse()
	if err := bench(max(*runs, 1), *keep, *many); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func bench(runs int, keep, many bool) error {
	dir, err := os.MkdirTemp("", "livery-bench-")
	if err != nil {
		return err
	}
	if keep {
		fmt.Println("The stacks are in", dir)
	} else {
		defer os.RemoveAll(dir)
	}
	l := &lab{dir: dir, runs: runs}
	for tool, path := range map[string]*string{"terraform": &l.terraform, "valgrind": &l.valgrind} {
		if *path, err = exec.LookPath(tool); err != nil {
			*path = ""
			fmt.Printf("Left out: %s is not on the PATH.\n", tool)
		}
	}
	if err := l.build(); err != nil {
		return err
	}
	if many {
		return l.scale()
	}
	if err := l.prepare(); err != nil {
		return err
	}
	r, err := l.measure()
	if err != nil {
		return err
	}
	fmt.Print(r.table(l), r.targets())
	return nil
}

// build makes the programs. livery is built as it is released.
func (l *lab) build() error {
	for name, pkg := range map[string]string{
		"livery": ".", "floor": "./testdata/bench/floor", "reload": "./testdata/bench/reload", "stopwatch": "./testdata/bench/stopwatch",
	} {
		cmd := exec.Command("go", "build", "-buildvcs=false", "-trimpath", "-ldflags=-s -w", "-o", filepath.Join(l.dir, name), pkg)
		cmd.Env, cmd.Stderr = append(os.Environ(), "CGO_ENABLED=0"), os.Stderr
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("build %s: %w (run this from the top of the repository)", pkg, err)
		}
	}
	return nil
}
