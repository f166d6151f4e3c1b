package command

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"livery/reconcile/git"
	"livery/reconcile/markdown"
	"livery/schema/wording"
)

// reportFlags say which reports are written at the end of a run, beside what it prints.
type reportFlags struct {
	run            *Run
	markdown, json string // files; "-" is stdout
	limit          string
	key            string
	source, full   string // URLs
	images         string // where pictures can be fetched
	units          int    // what limit comes to
	fill           func(*markdown.Report)
	stdout         io.Writer
	begun          bool     // the command line was understood
	saved          bool     // it names a plan that was made earlier
	files          []string // that the run writes, as they were named
}

// ReportFlags defines the flags of a command that tells of a plan.
func ReportFlags(run *Run, c *cobra.Command) {
	r := &reportFlags{run: run}
	r.fill = r.plan
	f := c.Flags()
	f.StringVar(&r.json, "json-into", "", "Also write what show -json prints to this `file`; - is stdout.")
	f.StringVar(&r.source, "source-url", "", "Link files and lines to this `URL`; GitHub and GitLab pipelines say it themselves.")
	r.flags(c)
}

// PictureFlags defines the flags of a command that tells of pictures. At the end fill
// says of which; nil when it is not known.
func PictureFlags(run *Run, c *cobra.Command, fill func() *markdown.Pairs) {
	r := &reportFlags{run: run}
	r.fill = func(m *markdown.Report) {
		m.Kind, m.Pairs, m.Failures = markdown.Preview, fill(), run.View.Told.Failures()
		if m.Pairs != nil {
			m.Pairs.URL = r.images
		}
	}
	c.Flags().StringVar(&r.images, "image-url", "", "Where the screenshots can be fetched that the Markdown shows: this `URL` stands before their names.")
	r.flags(c)
}

// flags defines what both have in common.
func (r *reportFlags) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&r.markdown, "markdown-into", "", "Also write Markdown for a pull request to this `file`; - is stdout, and what is printed goes to stderr.")
	f.StringVar(&r.limit, "markdown-limit", "github", "Shorten the Markdown to the comments of this `host`, or to a number of characters: github, gitlab, azure, bitbucket, codecommit.")
	f.StringVar(&r.key, "report-key", "", "Tell this report from others of the same pull request by this `text`; without it, by the path of the stack.")
	f.StringVar(&r.full, "full-url", "", "Name this `URL` where the Markdown had to be shortened.")
	c.PreRunE = r.begin
	r.run.atEnd = func(failed bool) error {
		switch {
		case r.begun:
			return r.write()
		case failed:
			return r.writeUnbegun(c)
		default: // of help
			return nil
		}
	}
}

// begin checks the flags and makes room on stdout.
func (r *reportFlags) begin(c *cobra.Command, args []string) error {
	if err := r.checkFiles(c, args); err != nil {
		return err
	}
	if r.markdown == "-" && r.json == "-" {
		return Fail("Invalid flag", "-markdown-into and -json-into cannot both write to stdout.")
	}
	units, known := markdown.Limit(r.limit)
	if !known {
		n, err := strconv.Atoi(r.limit)
		if err != nil || n < markdown.MinLimit {
			given := r.limit
			r.limit = "github" // of the report that says so
			return Fail("Invalid flag", "-markdown-limit takes a number from %d up, or one of %s, not %q.", markdown.MinLimit, strings.Join(markdown.Hosts(), ", "), given)
		}
		units = n
	}
	r.begun, r.units, r.stdout = true, units, r.run.Raw
	r.saved = strings.Contains(c.Use, "PLANFILE") && len(args) > 0
	r.run.View.Told.Wanted = r.markdown != "" || r.json != ""
	if r.markdown == "-" || r.json == "-" {
		r.run.Stdout, r.run.View.Stdout = r.run.Stderr, r.run.Stderr
	}
	return nil
}

// writeUnbegun writes the reports of a run whose command line was not understood, so that
// nobody takes those of an earlier run for its own. What it says of reports is read all the
// same.
func (r *reportFlags) writeUnbegun(c *cobra.Command) error {
	own := pflag.NewFlagSet("", pflag.ContinueOnError)
	own.ParseErrorsAllowlist.UnknownFlags = true
	for _, name := range []string{"markdown-into", "json-into", "report-key"} {
		if flag := c.Flags().Lookup(name); flag != nil {
			own.AddFlag(flag)
		}
	}
	if own.Parse(r.run.words) != nil || r.begin(c, r.run.words) != nil {
		return nil // the run has failed of something else already
	}
	return r.write()
}

// checkFiles refuses reports and saved plans that would take the place of each other or of
// the files that the run is about, among them the arguments.
func (r *reportFlags) checkFiles(c *cobra.Command, args []string) error {
	names := make(map[string]string) // what writes a file
	for _, flag := range []string{"markdown-into", "json-into", "out"} {
		given := c.Flags().Lookup(flag)
		if given == nil || given.Value.String() == "" || given.Value.String() == "-" {
			continue
		}
		name := given.Value.String()
		file := filepath.Clean(r.run.Dir.Path(name))
		read := strings.Contains(c.Use, "PLANFILE") && slices.ContainsFunc(args, func(arg string) bool { return filepath.Clean(r.run.Dir.Path(arg)) == file })
		switch other := names[file]; {
		case other != "":
			return Fail("Invalid flag", "-%s and -%s would both write %s.", other, flag, name)
		case read, r.run.Dir.IsPrecious(name):
			return Fail("Invalid flag", "-%s would take the place of %s, which livery reads or keeps its state in: name another file.", flag, name)
		}
		names[file] = flag
		r.files = append(r.files, name)
	}
	r.run.claim = func(_, shown string) error {
		file := filepath.Clean(r.run.Dir.Path(shown))
		if flag := cmp.Or(names[file], names[file+".backup"]); flag != "" {
			_ = c.Flags().Set(flag, "") // not even a report of this is written there
			return Fail("Invalid flag", "-%s would take the place of the state, which is kept in %s.", flag, shown)
		}
		return nil
	}
	return nil
}

// write writes the reports, whatever came of the run.
func (r *reportFlags) write() error {
	told := &r.run.View.Told
	if r.json != "" {
		var b bytes.Buffer
		if err := told.WriteJSON(&b, Version(), r.run.Now()); err != nil {
			return err
		}
		if err := r.put("json-into", r.json, b.Bytes()); err != nil {
			return err
		}
	}
	if r.markdown == "" {
		return nil
	}
	repository, stack := r.run.Dir.Repository()
	m := &markdown.Report{Kind: markdown.Plan, Key: r.key, Title: stack, Version: Version(), FullURL: r.full, Link: markdown.Links(r.source, stack, r.run.Getenv)}
	if stack == "" {
		m.Title = path.Base(repository)
	}
	if m.Key == "" {
		m.Key = cmp.Or(stack, ".")
	}
	m.Commit.ID = cmp.Or(r.run.Getenv("GITHUB_SHA"), r.run.Getenv("CI_COMMIT_SHA"))
	r.fill(m)
	return r.put("markdown-into", r.markdown, []byte(m.Write(r.units)))
}

// plan tells of a plan, and what to do with it.
func (r *reportFlags) plan(m *markdown.Report) {
	told := &r.run.View.Told
	told.Markdown(m)
	fromFiles := len(m.Stacks) > 0 || told.Plan != nil && told.Plan.Rollback == 0
	if m.Commit.ID == "" && fromFiles && !told.Comparing && !r.saved {
		m.Commit.ID, m.Commit.Dirty, _ = git.HeadOf(r.run.ctx, r.run.Dir.Path("."), r.files...) // in no repository there is none
	}
	switch {
	case m.Stacks != nil && told.Verdict == "" && !told.Comparing && m.NothingToDo():
		m.Footer = "There is nothing to do."
	case m.Stacks != nil && told.Verdict == "" && !told.Comparing && told.Total.Changes() > 0 && told.Saved != "":
		m.Footer = r.toApply(told.Saved)
	case m.Stacks != nil && told.Verdict == "" && !told.Comparing && told.Total.Changes() > 0:
		m.Footer = "Plans that are saved with -out=DIR are applied exactly as they are shown: livery apply DIR."
	case told.Plan == nil || told.Outcome != nil:
	case told.Comparing:
		m.Footer = "Compared from git alone, without the state: plan shows what apply would send."
	case told.Plan.Empty() && told.Plan.Targeted: // nobody knows
	case told.Plan.Empty():
		m.Footer = "There is nothing to do."
	case told.Saved != "":
		m.Footer = r.toApply(told.Saved)
	default:
		m.Footer = "A plan that is saved with -out is applied exactly as it is shown: livery apply FILE."
	}
}

// toApply says how exactly what was saved is applied.
func (r *reportFlags) toApply(name string) string {
	if strings.HasPrefix(name, "-") { // which is no flag
		name = "./" + name
	}
	return fmt.Sprintf("Exactly this is applied by %s.", markdown.Code(wording.Command(string(r.run.Dir), "apply", name)))
}

func (r *reportFlags) put(flag, name string, data []byte) error {
	if name == "-" {
		_, err := r.stdout.Write(data)
		return err
	}
	if err := r.run.Reads.WriteFile(r.run.Dir, name, data, 0o644); err != nil {
		return Fail("Cannot write a report", "-%s: %v.", flag, err)
	}
	return nil
}
