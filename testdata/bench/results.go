package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// figure is what the runs of one command come to.
type figure struct {
	wall     time.Duration // median
	low      time.Duration
	high     time.Duration
	peak     int64 // median, in bytes
	measured bool
}

type row struct {
	name                     string
	livery, terraform, floor figure
}

type results []row

// measure runs everything in turn, after one round that does not count.
func (l *lab) measure() (results, error) {
	type key struct{ work, command int }
	samples := make(map[key][]sample)
	for round := range l.runs + 1 {
		for w, work := range l.work {
			for i, c := range []*command{work.livery, work.terraform, work.floor} {
				if c == nil {
					continue
				}
				s, err := l.time(c)
				if err != nil {
					return nil, err
				}
				if round > 0 {
					samples[key{w, i}] = append(samples[key{w, i}], s)
				}
			}
		}
	}
	var all results
	for w, work := range l.work {
		all = append(all, row{work.name, summary(samples[key{w, 0}]), summary(samples[key{w, 1}]), summary(samples[key{w, 2}])})
	}
	return all, nil
}

func summary(samples []sample) figure {
	if len(samples) == 0 {
		return figure{}
	}
	slices.SortFunc(samples, func(a, b sample) int { return cmp.Compare(a.Wall, b.Wall) })
	f := figure{wall: samples[len(samples)/2].Wall, low: samples[0].Wall, high: samples[len(samples)-1].Wall, measured: true}
	slices.SortFunc(samples, func(a, b sample) int { return cmp.Compare(a.Peak, b.Peak) })
	f.peak = samples[len(samples)/2].Peak
	return f
}

func (f figure) String() string {
	if !f.measured {
		return "\t"
	}
	return fmt.Sprintf("%s ms (%s–%s)\t%.1f MiB", ms(f.wall), ms(f.low), ms(f.high), mib(f.peak))
}

func ms(d time.Duration) string {
	if d < 10*time.Millisecond {
		return fmt.Sprintf("%.1f", float64(d)/1e6)
	}
	return fmt.Sprintf("%.0f", float64(d)/1e6)
}

func mib(n int64) float64 { return float64(n) / (1 << 20) }

// table shows the medians, with the fastest and the slowest run in brackets.
func (r results) table(l *lab) string {
	var b strings.Builder
	fmt.Fprintf(&b, "One stack, %d documents, every field set: %d KB of HCL. Median wall time\n(fastest–slowest of %d) and peak memory of whole processes that took turns.\n\n", documents, l.bytes.livery/1000, l.runs)
	w := tabwriter.NewWriter(&b, 0, 0, 3, ' ', 0)
	fmt.Fprintln(w, "\tlivery\t\tTerraform\t\tTerraform / livery")
	for _, row := range r {
		ours := row.livery
		if row.floor.measured {
			ours = row.floor
		}
		fmt.Fprintf(w, "%s\t%v\t%v\t%s\n", row.name, ours, row.terraform, ratios(row.livery, row.terraform))
	}
	w.Flush()
	if l.terraform == "" {
		b.WriteString("\nTerraform is left out: it is not on the PATH.\n")
	} else {
		fmt.Fprintf(&b, "\nTerraform does the same with %d terraform_data objects, %d KB, offline.\n", documents, l.bytes.terraform/1000)
	}
	b.WriteString("The floor is a program that does nothing but read and parse, on one core.\n")
	return b.String()
}

func ratios(ours, theirs figure) string {
	if !ours.measured || !theirs.measured {
		return ""
	}
	return fmt.Sprintf("%.1f × time, %.1f × memory", float64(theirs.wall)/float64(ours.wall), float64(theirs.peak)/float64(ours.peak))
}
