package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"livery/schema/exchange"
	"livery/schema/stack"
	"livery/testdata/bench/corpus"
)

// A hundred stacks are measured in full, four hundred for whether it stays in proportion.
const (
	manyStacks = 100
	moreStacks = 400
	alone      = 5 // stacks that are planned in processes of their own, to reckon from
)

// scale measures many stacks in one run beside the floor of the same bytes, beside a process
// for each stack, and beside Terraform with the same values, in one configuration and in a
// directory each.
func (l *lab) scale() error {
	bodies, err := corpus.Bodies(os.DirFS("examples/acme/texts"))
	if err != nil {
		return err
	}
	files, err := corpus.Livery(bodies, stack.Simulator)
	if err != nil {
		return err
	}
	figures := make(map[int]map[string]sample)
	for _, n := range []int{manyStacks, moreStacks} {
		if figures[n], err = l.measureMany(fmt.Sprintf("many-%d", n), n, nil, files); err != nil {
			return err
		}
	}
	shared, own, err := corpus.Sharing(bodies, stack.Simulator)
	if err != nil {
		return err
	}
	sharing, err := l.measureMany("sharing", manyStacks, shared, own)
	if err != nil {
		return err
	}
	many, more := figures[manyStacks], figures[moreStacks]
	fmt.Printf("\n%d and %d stacks of %d documents, %d KB each\n\n%-40s %10s %10s %8s %10s %10s\n", manyStacks, moreStacks, documents, corpus.Size(files)>>10, "", "CPU", "CPU", "ratio", "peak", "peak")
	for _, w := range manyWork {
		a, b := many[w.name], more[w.name]
		fmt.Printf("%-40s %9.2fs %9.2fs %7.2f× %7d MB %7d MB\n", w.name, a.CPU.Seconds(), b.CPU.Seconds(), b.CPU.Seconds()/a.CPU.Seconds(), a.Peak>>20, b.Peak>>20)
	}
	one, err := l.planAlone(fmt.Sprintf("many-%d", manyStacks))
	if err != nil {
		return err
	}
	oneSharing, err := l.planAlone("sharing")
	if err != nil {
		return err
	}
	plan, floor, planSharing := many[manyNoChange], many[floorWork], sharing[manyNoChange]
	fmt.Printf("%-40s %9.2fs (reckoned from %d)\n", fmt.Sprintf("%d × livery plan", manyStacks), one.Seconds()*manyStacks, alone)
	fmt.Printf("\nThe same documents in %d stacks that share a theme and the texts\n\n%-40s %9.2fs %20s %7d MB\n%-40s %9.2fs\n\n", manyStacks,
		manyNoChange, planSharing.CPU.Seconds(), "", planSharing.Peak>>20, fmt.Sprintf("%d × livery plan", manyStacks), oneSharing.Seconds()*manyStacks)
	for _, t := range []struct {
		name      string
		got, most float64
	}{
		{"no-change plan -recursive beside the floor", plan.CPU.Seconds() / floor.CPU.Seconds(), 1.25},
		{"beside as many runs of livery plan, sharing", planSharing.CPU.Seconds() / (oneSharing.Seconds() * manyStacks), 0.4},
		{"the same of stacks that share nothing", plan.CPU.Seconds() / (one.Seconds() * manyStacks), 0.4},
		{"four times the stacks", more[manyNoChange].CPU.Seconds() / plan.CPU.Seconds(), 4.2},
		{"peak of 400 stacks with one job, in MB", float64(more[manyOneJob].Peak >> 20), 70},
	} {
		holds := "holds"
		if t.got > t.most {
			holds = "does not hold"
		}
		fmt.Printf("%-45s %8.2f, at most %g: %s\n", t.name, t.got, t.most, holds)
	}
	fmt.Printf("Where nothing is shared, reading and parsing alone is %.2f of as many runs of livery plan.\n", floor.CPU.Seconds()/(one.Seconds()*manyStacks))
	return l.scaleOfTerraform(bodies)
}

const (
	manyNoChange = "plan -recursive, no change"
	manyOneJob   = "plan -recursive -jobs=1, no change"
)

// manyWork is what is measured over many stacks.
var manyWork = []struct {
	name string
	args []string
}{
	{floorWork, nil},
	{"stacks", []string{"stacks"}},
	{"stacks -json", []string{"stacks", "-json"}},
	{"stacks -base, one reached", []string{"stacks", "-base=HEAD"}},
	{"validate -recursive", []string{"validate", "-recursive"}},
	{manyNoChange, []string{"plan", "-recursive", "-input=false"}},
	{manyOneJob, []string{"plan", "-recursive", "-input=false", "-jobs=1"}},
}

// measureMany writes so many stacks, all applied, and measures the work on them.
func (l *lab) measureMany(root string, n int, shared, files []corpus.File) (map[string]sample, error) {
	names, err := l.writeMany(root, n, shared, files)
	if err != nil {
		return nil, err
	}
	best := make(map[string]sample)
	for range l.runs {
		for _, w := range manyWork {
			c := l.ours(root, w.args...)
			if w.args == nil {
				c = &command{dir: l.dir, args: append([]string{l.program("floor")}, names...), env: []string{"GOMAXPROCS=1"}}
			}
			s, err := l.run(c)
			if err != nil {
				return nil, err
			}
			if before, ok := best[w.name]; !ok || s.CPU < before.CPU {
				best[w.name] = s
			}
		}
	}
	return best, nil
}

// writeMany writes so many stacks, all applied and committed but for a comment in one of
// them, and gives the names of their files.
func (l *lab) writeMany(root string, n int, shared, files []corpus.File) (names []string, err error) {
	first := root + "/brand-000"
	if err := errors.Join(l.write(root, shared), l.write(first, files)); err != nil {
		return nil, err
	}
	if _, err := l.run(l.ours(first, "apply", "-auto-approve", "-input=false")); err != nil {
		return nil, err
	}
	applied := os.DirFS(filepath.Join(l.dir, first))
	for i := range n {
		dir := filepath.Join(l.dir, root, fmt.Sprintf("brand-%03d", i))
		if i > 0 {
			err = errors.Join(err, os.CopyFS(dir, applied))
		}
		for _, f := range files {
			names = append(names, filepath.Join(dir, f.Name))
		}
	}
	if err := errors.Join(err, l.commit(root)); err != nil {
		return nil, err
	}
	changed := filepath.Join(l.dir, first, "main.livery.hcl")
	data, err := os.ReadFile(changed)
	if err != nil {
		return nil, err
	}
	return names, os.WriteFile(changed, append(data, "# A comment.\n"...), 0o600)
}

// commit puts all files of a directory into a repository of their own.
func (l *lab) commit(root string) error {
	for _, args := range [][]string{{"init", "--quiet"}, {"add", "--all"}, {"-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "-m", "all"}} {
		cmd := exec.Command("git", args...)
		cmd.Dir = filepath.Join(l.dir, root)
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("git %v: %w\n%s", args, err, out)
		}
	}
	return nil
}

// planAlone is the mean CPU time of a process that plans one of the stacks.
func (l *lab) planAlone(root string) (time.Duration, error) {
	var sum time.Duration
	for i := range alone {
		var best time.Duration
		for range l.runs {
			s, err := l.run(l.ours(fmt.Sprintf("%s/brand-%03d", root, i), "plan", "-input=false"))
			if err != nil {
				return 0, err
			}
			if best == 0 || s.CPU < best {
				best = s.CPU
			}
		}
		sum += best
	}
	return sum / alone, nil
}

// scaleOfTerraform measures the no-change plan of as many objects: in a directory each, and in
// one configuration.
func (l *lab) scaleOfTerraform(bodies []exchange.Draft) error {
	if l.terraform == "" {
		return nil
	}
	const one, all = "one-of-many", "many"
	theirs := corpus.Terraform(bodies)
	if err := errors.Join(l.write("terraform-"+one, theirs), l.write("terraform-"+all, repeated(theirs))); err != nil {
		return err
	}
	for _, c := range []*command{l.theirs(one, "init", "-input=false"), l.theirs(all, "init", "-input=false"), l.theirs(one, "apply", "-auto-approve")} {
		if _, err := l.run(c); err != nil {
			return err
		}
	}
	if err := repeatState(filepath.Join(l.dir, "terraform-"+one), filepath.Join(l.dir, "terraform-"+all)); err != nil {
		return err
	}
	for _, w := range []struct {
		name, dir string
		times     int
	}{
		{fmt.Sprintf("terraform plan, one configuration of %d", manyStacks*documents), all, 1},
		{fmt.Sprintf("%d × terraform plan, a directory each", manyStacks), one, manyStacks},
	} {
		s, err := l.run(l.theirs(w.dir, "plan", "-input=false", "-detailed-exitcode"))
		if err != nil {
			return err
		}
		fmt.Printf("%-45s %8.2fs CPU, peak %d MB\n", w.name, s.CPU.Seconds()*float64(w.times), s.Peak>>20)
	}
	return nil
}

// nameOfRepeated is what a resource is called in the place of one stack of many.
func nameOfRepeated(name string, i int) string { return fmt.Sprintf("%s_%03d", name, i) }

// repeated are the resources of a stack, as many times as there are stacks.
func repeated(files []corpus.File) (all []corpus.File) {
	for i := range manyStacks {
		for _, f := range files {
			locale := strings.TrimSuffix(f.Name, ".tf")
			name := nameOfRepeated(locale, i)
			all = append(all, corpus.File{Name: name + ".tf", Data: bytes.Replace(f.Data, []byte(strconv.Quote(locale)), []byte(strconv.Quote(name)), 1)})
		}
	}
	return all
}

// repeatState gives a directory the state that an apply of all resources would leave: the apply
// itself takes Terraform more than an hour.
func repeatState(from, to string) error {
	data, err := os.ReadFile(filepath.Join(from, "terraform.tfstate"))
	if err != nil {
		return err
	}
	var state map[string]any
	if err := json.Unmarshal(data, &state); err != nil {
		return err
	}
	var all []any
	for i := range manyStacks {
		for _, r := range state["resources"].([]any) {
			next := maps.Clone(r.(map[string]any))
			next["name"] = nameOfRepeated(next["name"].(string), i)
			all = append(all, next)
		}
	}
	state["resources"] = all
	if data, err = json.Marshal(state); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(to, "terraform.tfstate"), data, 0o600)
}
