package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// figure is what the runs of one command come to; without a run it is zero.
type figure struct {
	instructions float64       // 0 without valgrind
	cpu          time.Duration // least
	wall         time.Duration // median
	peak         int64         // median, in bytes
	faults       int64         // least
}

type row struct {
	name              string
	livery, terraform figure
}

// reloads is what loading a stack again costs after one document has changed.
type reloads struct {
	Median       time.Duration `json:"median_ns"`
	P99          time.Duration `json:"p99_ns"`
	cpu          time.Duration // of one
	instructions float64       // of one; 0 without valgrind
}

type results struct {
	rows    []row
	reload  reloads
	trips   trips
	gallery int64 // bytes of the page that preview writes
}

// measure measures everything there is.
func (l *lab) measure() (*results, error) {
	samples, err := l.samples()
	if err != nil {
		return nil, err
	}
	r := &results{}
	for _, w := range l.work {
		ours := summary(samples[w.livery])
		if ours.instructions, err = l.instructions(w.livery); err != nil {
			return nil, err
		}
		r.rows = append(r.rows, row{w.name, ours, summary(samples[w.terraform])})
	}
	page, err := os.Stat(filepath.Join(l.dir, "fresh", "preview.html"))
	if err != nil {
		return nil, err
	}
	r.gallery = page.Size()
	if r.reload, err = l.reload(); err != nil {
		return nil, err
	}
	r.trips, err = l.network()
	return r, err
}

// samples runs all commands in turn, after one round that does not count.
func (l *lab) samples() (map[*command][]sample, error) {
	samples := make(map[*command][]sample)
	for round := range l.runs + 1 {
		for _, w := range l.work {
			for _, c := range []*command{w.livery, w.terraform} {
				if c == nil {
					continue
				}
				s, err := l.run(c)
				if err != nil {
					return nil, err
				}
				if round > 0 {
					samples[c] = append(samples[c], s)
				}
			}
		}
	}
	return samples, nil
}

func summary(samples []sample) figure {
	if len(samples) == 0 {
		return figure{}
	}
	return figure{
		cpu:    slices.MinFunc(samples, func(a, b sample) int { return cmp.Compare(a.CPU, b.CPU) }).CPU,
		wall:   median(samples, func(a, b sample) int { return cmp.Compare(a.Wall, b.Wall) }).Wall,
		peak:   median(samples, func(a, b sample) int { return cmp.Compare(a.Peak, b.Peak) }).Peak,
		faults: slices.MinFunc(samples, func(a, b sample) int { return cmp.Compare(a.Faults, b.Faults) }).Faults,
	}
}

func median(samples []sample, by func(a, b sample) int) sample {
	return slices.SortedFunc(slices.Values(samples), by)[len(samples)/2]
}

// reload measures many reloads and takes the first load off.
func (l *lab) reload() (r reloads, err error) {
	const many = 100
	times := func(n int) *command {
		return &command{
			dir: l.dir, args: []string{l.program("reload"), filepath.Join(l.dir, "changing"), strconv.Itoa(n)},
			// As livery collects garbage; and two threads under valgrind wait for each other by counting.
			env: []string{"GOGC=250", "GOMAXPROCS=1"},
		}
	}
	out, said, err := l.start(times(many))
	if err != nil {
		return r, fmt.Errorf("%v: %w\n%s", times(many), err, said)
	}
	if err := json.Unmarshal(out, &r); err != nil {
		return r, err
	}
	for n, sign := range map[int]float64{0: -1, many: 1} {
		s, err := l.run(times(n))
		if err != nil {
			return r, err
		}
		i, err := l.instructions(times(n))
		if err != nil {
			return r, err
		}
		r.cpu += time.Duration(sign * float64(s.CPU) / many)
		r.instructions += sign * i / many
	}
	return r, nil
}

func (r *results) at(name string) row {
	i := slices.IndexFunc(r.rows, func(w row) bool { return w.name == name })
	return r.rows[i]
}

func (r *results) table(l *lab) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\nOne stack, %d documents, every field set: %d KB of HCL", documents, l.bytes.livery/1000)
	if l.terraform != "" {
		fmt.Fprintf(&b, "; for Terraform %d terraform_data objects, %d KB, offline", documents, l.bytes.terraform/1000)
	}
	fmt.Fprintf(&b, ".\nOf %d runs: the least CPU time, the median of the rest. /floor: so many times\nthe floor's; Tf/: Terraform's is so many times livery's.\n\n", l.runs)
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "instructions, M\t/floor\tCPU ms\t/floor\tTf/\twall ms\tTf/\tpeak MiB\tTf/\t ")
	floor := r.at(floorWork).livery
	for _, row := range r.rows {
		o, t := row.livery, row.terraform
		fmt.Fprintln(w, strings.Join([]string{
			figures(o.instructions / 1e6), figures(o.instructions / floor.instructions),
			figures(ms(o.cpu)), figures(ms(o.cpu) / ms(floor.cpu)), figures(ms(t.cpu) / ms(o.cpu)),
			figures(ms(o.wall)), figures(ms(t.wall) / ms(o.wall)),
			figures(mib(o.peak)), figures(mib(t.peak) / mib(o.peak)), " " + row.name,
		}, "\t"))
	}
	w.Flush()
	fmt.Fprintf(&b, "\nOne document changed, loaded again: %.1f ms, p99 %.1f ms. preview -out writes %.1f MB.\n", ms(r.reload.Median), ms(r.reload.P99), float64(r.gallery)/1e6)
	return b.String()
}

// figures is a number with two or three digits that count; nothing for what was not
// measured.
func figures(f float64) string {
	switch {
	case !(f > 0) || f > 1e9: // also what was divided by nothing
		return ""
	case f < 10:
		return fmt.Sprintf("%.2f", f)
	case f < 100:
		return fmt.Sprintf("%.1f", f)
	}
	return fmt.Sprintf("%.0f", f)
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func mib(n int64) float64 { return float64(n) / (1 << 20) }
