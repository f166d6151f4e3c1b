package main

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"
)

// target is a promise: a figure that must not exceed its limit.
type target struct {
	what         string
	value, limit float64
	unit         string
}

// targets says which promises hold in this run. Those against Terraform are left
// out where it was not measured.
func (r results) targets() string {
	var b strings.Builder
	b.WriteString("\nTargets in this run\n\n")
	w := tabwriter.NewWriter(&b, 0, 0, 3, ' ', 0)
	for _, t := range append(r.againstFloor(), r.againstTerraform()...) {
		verdict := "holds"
		if t.value > t.limit {
			verdict = "DOES NOT HOLD"
		}
		fmt.Fprintf(w, "%s\t%.1f %s\tat most %.1f %s\t%s\n", t.what, t.value, t.unit, t.limit, t.unit, verdict)
	}
	w.Flush()
	return b.String()
}

func (r results) at(name string) row {
	for _, row := range r {
		if row.name == name {
			return row
		}
	}
	panic("no such work: " + name)
}

func (r results) againstFloor() []target {
	start, floor := r.at(startUp).livery.wall, r.at(floorWork).floor.wall
	planLimit := milliseconds(floor)*1.6 + milliseconds(start)
	rounds := (documents + parallelism - 1) / parallelism
	wait := time.Duration(rounds) * latency
	return []target{
		{"start-up", milliseconds(start), 10, "ms"},
		{"first plan: 1.6 × floor + start-up", milliseconds(r.at(firstPlan).livery.wall), planLimit, "ms"},
		{"no-change plan: 1.6 × floor + start-up", milliseconds(r.at(noChange).livery.wall), planLimit, "ms"},
		{
			fmt.Sprintf("apply, loopback: 1.15 × %d × %v + start-up", rounds, latency),
			milliseconds(r.at(loopback).livery.wall), milliseconds(wait)*1.15 + milliseconds(start), "ms",
		},
		{
			fmt.Sprintf("the same, and one more %v for the token", latency),
			milliseconds(r.at(loopback).livery.wall), milliseconds(wait+latency)*1.15 + milliseconds(start), "ms",
		},
	}
}

func (r results) againstTerraform() []target {
	var list []target
	for _, t := range []struct {
		name   string
		factor float64
	}{{startUp, 3}, {firstPlan, 5}, {noChange, 10}} {
		if row := r.at(t.name); row.terraform.measured {
			list = append(list, target{
				fmt.Sprintf("%s: Terraform / %.0f", t.name, t.factor),
				milliseconds(row.livery.wall), milliseconds(row.terraform.wall) / t.factor, "ms",
			})
		}
	}
	for _, row := range r {
		if row.livery.measured && row.terraform.measured {
			list = append(list, target{"memory, " + row.name + ": Terraform / 3", mib(row.livery.peak), mib(row.terraform.peak) / 3, "MiB"})
		}
	}
	return list
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
