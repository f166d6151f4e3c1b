package recursive

import (
	"cmp"
	"context"
	"io"
	"runtime"
	"sync/atomic"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"livery/reconcile/command"
	"livery/reconcile/markdown"
	"livery/reconcile/report"
	"livery/reconcile/stacks"
	"livery/reconcile/stacksreport"
)

// maxJobs is how many stacks are worked on at a time unless somebody wants more: each
// holds its files in memory.
const maxJobs = 8

// Flags are those of every command that can be run over many stacks.
type Flags struct {
	Selection
	On       bool // -recursive
	jobs     int
	failFast bool
	told     bool // what has begun is told although an earlier stack has failed
}

// Define defines the flags; jobs is how many stacks are worked on at a time, 0 for as many as
// there are CPUs.
func (f *Flags) Define(c *cobra.Command, jobs int) {
	f.Selection.Flags(c)
	if jobs == 0 {
		jobs = min(runtime.NumCPU(), maxJobs)
	}
	c.Flags().BoolVar(&f.On, "recursive", false, "Work on every stack from this directory down. \"livery stacks\" lists them.")
	c.Flags().IntVar(&f.jobs, "jobs", jobs, "With -recursive, work on this `number` of stacks at a time.")
	c.Flags().Lookup("jobs").DefValue = "" // which differs from machine to machine
	c.Flags().BoolVar(&f.failFast, "fail-fast", false, "With -recursive, begin no more stacks once one has failed.")
}

// Check refuses flags that say nothing without -recursive, and the number of jobs that
// nothing can be done with.
func (f *Flags) Check(c *cobra.Command) error {
	for _, name := range append([]string{"jobs", "fail-fast"}, f.names...) {
		if !f.On && c.Flags().Changed(name) {
			return command.Fail("Invalid flag", "-%s goes with -recursive.", name)
		}
	}
	if f.jobs < 1 {
		return command.Fail("Invalid flag", "-jobs takes a number from 1 up, not %d.", f.jobs)
	}
	return nil
}

// TellAll tells of every stack that was begun, also behind one that has failed: what they
// did cannot be taken back.
func (f *Flags) TellAll() { f.told = true }

// Piece is what one stack has come to.
type Piece[T any] struct {
	Path   string
	Begun  bool
	Result T
	Code   command.Exit
	Failed []markdown.Failure // why, if it has failed
	told   hcl.Diagnostics    // by the run itself
	said   *command.Transcript
	kept   *report.Told // for a report; nil if there is to be none
}

// keep keeps what the stack has told for a report, if there is to be one.
func (p *Piece[T]) keep(run *command.Run) error {
	if p.kept == nil {
		return nil
	}
	defer func() { p.kept = nil }()
	return run.View.Told.Keep(p.Path, p.kept, command.Version(), run.Now())
}

// Why says in a headline why the stack has failed.
func (p *Piece[T]) Why() string {
	if len(p.Failed) == 0 {
		return "it did not end as it should"
	}
	return p.Failed[0].Summary
}

// Tell writes what the stack has said, under its name. Before, unless it is nil, writes what
// is to stand above that.
func (p *Piece[T]) Tell(run *command.Run, before func(io.Writer) error) error {
	if before == nil && p.Silent() {
		return nil
	}
	if run.View.JSON {
		return p.TellBare()
	}
	if err := stacksreport.WriteHead(run.Stdout, p.Path, run.Style(run.Stdout)); err != nil {
		return err
	}
	if before != nil {
		if err := before(run.Stdout); err != nil {
			return err
		}
	}
	if err := p.TellBare(); err != nil {
		return err
	}
	_, err := io.WriteString(run.Stdout, "\n")
	return err
}

// Silent reports whether the stack has said nothing.
func (p *Piece[T]) Silent() bool { return p.said == nil || p.said.Empty() }

// TellBare writes what the stack has said, with nothing above it.
func (p *Piece[T]) TellBare() error {
	if p.Silent() {
		return nil
	}
	return p.said.Tell()
}

// Each runs work for each stack and tells what came of it, in the order of the paths,
// however many jobs there are. Stacks that were not begun, because of an interrupt or an
// earlier failure, are told too.
func Each[T any](ctx context.Context, run *command.Run, f Flags, paths []string, work func(*command.Run, string) (T, error), tell func(*Piece[T]) error) error {
	place := make(map[string]int64, len(paths))
	for i, path := range paths {
		place[path] = int64(i)
	}
	var end atomic.Int64 // the first stack that is not to be begun
	end.Store(int64(len(paths)))
	defer announceInterrupt(ctx, run)()
	failed, told := false, error(nil)
	stacks.Each(paths, f.jobs, func(path string) *Piece[T] {
		if place[path] >= end.Load() || ctx.Err() != nil {
			return &Piece[T]{Path: path}
		}
		p := begin(run, path, work)
		if p.Code == command.ExitError && f.failFast {
			lower(&end, place[path]+1)
		}
		return p
	}, func(path string, p *Piece[T]) {
		if told != nil {
			return
		}
		if failed && f.failFast && !f.told { // as with a single job
			p = &Piece[T]{Path: path}
		}
		failed = failed || p.Begun && p.Code == command.ExitError
		if told = cmp.Or(p.keep(run), tell(p)); told != nil {
			end.Store(0)
		}
	})
	return told
}

// begin runs work for a stack.
func begin[T any](run *command.Run, path string, work func(*command.Run, string) (T, error)) *Piece[T] {
	below, said := run.Below(path)
	result, err := work(below, path)
	p := &Piece[T]{Path: path, Begun: true, Result: result, Code: below.Finish(err), said: said}
	p.told, p.Failed = below.View.Told.Errors(), below.View.Told.Failures()
	if run.View.Told.Wanted {
		p.kept = &below.View.Told
	}
	return p
}

// announceInterrupt says when the context ends that people must wait, until what it gives
// is called.
func announceInterrupt(ctx context.Context, run *command.Run) func() {
	said := make(chan struct{})
	release := context.AfterFunc(ctx, func() {
		defer close(said)
		run.View.Interrupt("Interrupt received.\nPlease wait: what has begun is finished and recorded.\nGracefully shutting down...")
	})
	return func() {
		if !release() {
			<-said
		}
	}
}

// lower gives a number another value unless that is larger.
func lower(n *atomic.Int64, to int64) {
	for {
		now := n.Load()
		if now <= to || n.CompareAndSwap(now, to) {
			return
		}
	}
}
