package main

import (
	"fmt"
	"strings"
	"text/tabwriter"
)

// target is a promise: a figure that must not exceed its limit.
type target struct {
	what         string
	value, limit float64
}

// targets says which promises hold in this run. What was not measured is left out.
func (r *results) targets() string {
	var b strings.Builder
	b.WriteString("\nTargets\n\n")
	w := tabwriter.NewWriter(&b, 0, 0, 3, ' ', 0)
	for _, list := range [][]target{r.againstFloor(), r.starting(), r.againstTerraform(), r.waiting()} {
		for _, t := range list {
			verdict := "holds"
			if t.value > t.limit {
				verdict = "DOES NOT HOLD"
			}
			fmt.Fprintf(w, "%s\t%s\tat most %s\t%s\n", t.what, figures(t.value), figures(t.limit), verdict)
		}
	}
	w.Flush()
	return b.String()
}

// cost is what work takes: instructions, or CPU time where they are not counted.
func (r *results) cost(name string) float64 {
	f := r.at(name).livery
	if f.instructions > 0 {
		return f.instructions
	}
	return float64(f.cpu)
}

func (r *results) againstFloor() []target {
	floor, reload, unit := r.cost(floorWork), r.reload.instructions, "instructions"
	if reload == 0 {
		reload, unit = float64(r.reload.cpu), "CPU"
	}
	second := (r.cost(firstPlan) - r.cost(firstHalf)) / (documents - documents/2)
	first := (r.cost(firstHalf) - r.cost(firstOne)) / (documents/2 - 1)
	of := func(name string) float64 { return r.cost(name) / floor }
	return []target{
		{validate + " / floor, " + unit, of(validate), 1.2},
		{tokenFull + " / " + tokenFree + ", " + unit, r.cost(tokenFull) / r.cost(tokenFree), 2},
		{firstPlan + " / floor, " + unit, of(firstPlan), 1.4},
		{noChange + " / floor, " + unit, of(noChange), 1.35},
		{formatted + " / floor, " + unit, of(formatted), 2},
		{unformed + " / floor, " + unit, of(unformed), 4},
		{"reload of one document / floor, " + unit, reload / floor, 0.05},
		{"reload of one document, p99 in ms on a quiet core", ms(r.reload.P99), 10},
		{"first plan, a document from 14 to 26 / from 2 to 13, " + unit, second / first, 1.1},
	}
}

func (r *results) starting() (list []target) {
	for _, name := range []string{startUp, startHelp, startTiny} {
		f := r.at(name).livery
		if f.instructions > 0 {
			list = append(list, target{name + ", million instructions", f.instructions / 1e6, 6})
		}
		list = append(list, target{name + ", page faults", float64(f.faults), 650}, target{name + ", peak MiB", mib(f.peak), 12})
	}
	return list
}

func (r *results) againstTerraform() []target {
	var list []target
	for _, t := range []struct {
		what  string
		name  string
		limit float64
		of    func(figure) float64
	}{
		{"CPU of livery / Terraform", formatted, 0.8, cpu},
		{"CPU of livery / Terraform", unformed, 0.8, cpu},
		{"peak of livery / Terraform", noChange, 0.25, peak},
	} {
		if row := r.at(t.name); row.terraform.wall > 0 {
			list = append(list, target{t.name + ", " + t.what, t.of(row.livery) / t.of(row.terraform), t.limit})
		}
	}
	return list
}

func cpu(f figure) float64 { return float64(f.cpu) }

func peak(f figure) float64 { return float64(f.peak) }

// waiting is for the login and three waves of ten documents; through TLS one more for
// the handshake.
func (r *results) waiting() []target {
	return []target{{"apply, round trips", r.trips.plain, 4.5}, {"apply in TLS, round trips", r.trips.tls, 5.5}}
}
