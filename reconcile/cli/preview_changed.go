package cli

import (
	"context"

	"github.com/spf13/cobra"

	"livery/reconcile/command"
	"livery/reconcile/inspect"
	"livery/reconcile/markdown"
	"livery/reconcile/previewserver"
	"livery/reconcile/report"
	"livery/schema"
	"livery/schema/preview"
)

// maxPairs is the most that -max takes: a contact sheet of more could not be read.
const maxPairs = 100

// changedFlags are those of preview about screens that differ.
type changedFlags struct {
	only  bool
	sheet string // a file
	max   int    // pairs

	written *markdown.Pairs // for the report; nil until it is known what differs
}

func (f *changedFlags) flags(run *command.Run, c *cobra.Command) {
	set := c.Flags()
	set.BoolVar(&f.only, "changed", false, "With -screenshots: only screens that differ, before and after.")
	set.StringVar(&f.sheet, "sheet", "", "Write one picture of all screens that differ, before and after, to this `file`.")
	set.IntVar(&f.max, "max", 20, "Draw at most this `number` of screens that differ, those of most languages first.")
	command.PictureFlags(run, c, func() *markdown.Pairs { return f.written })
}

func (f *changedFlags) wanted() bool { return f.only || f.sheet != "" }

// check refuses what does not go together.
func (f *changedFlags) check(c *cobra.Command, screenshots string) error {
	given := c.Flags().Changed
	switch {
	case f.only && screenshots == "" && f.sheet == "":
		return command.Fail("Invalid flag", "-changed goes with -screenshots and -sheet. In the gallery, \"Changed only\" is a button.")
	case f.sheet != "" && !f.only && screenshots != "":
		return command.Fail("Invalid flag", "-sheet shows what changed, and so must the screenshots beside it: add -changed.")
	case given("max") && !f.wanted():
		return command.Fail("Invalid flag", "-max goes with -changed and -sheet.")
	case f.max < 1 || f.max > maxPairs:
		return command.Fail("Invalid flag", "-max takes a number from 1 to %d, not %d.", maxPairs, f.max)
	case (given("markdown-into") || given("image-url")) && (!f.only || screenshots == ""):
		return command.Fail("Invalid flag", "-markdown-into and -image-url tell of screenshots of what changed: add -changed and -screenshots.")
	}
	return nil
}

// writeChanged draws what differs; nothing is drawn, and no browser needed, where nothing
// does.
func (p *previewFlags) writeChanged(ctx context.Context, d *inspect.PreviewData) error {
	if d.NotCompared != nil {
		return command.Fail("Nothing to compare with", "The state cannot be read: %v.", d.NotCompared)
	}
	all := preview.Differences(d.Gallery.Sheets)
	shown := all[:min(len(all), p.changed.max)]
	c := previewserver.Changed{Differences: shown, LeftOut: len(all) - len(shown), Subject: preview.CountDiffering(len(all)) + " from " + d.Against}
	if p.screenshots != "" {
		c.Dir = p.run.Dir.Path(p.screenshots)
	}
	if p.changed.sheet != "" {
		if err := p.run.Reads.Check(p.run.Dir, p.changed.sheet); err != nil {
			return command.Fail("Cannot write the contact sheet", "%v.", err)
		}
		c.Sheet = p.run.Dir.Path(p.changed.sheet)
	}
	browser := ""
	if len(shown) > 0 {
		var err error
		if browser, err = p.browser(); err != nil {
			return err
		}
	}
	if err := c.Prepare(); err != nil {
		return command.Fail("The screenshots failed", "%v.", err)
	}
	n, err := c.Write(ctx, browser, p.progress())
	if err := p.failed(ctx, n, err); err != nil {
		return err
	}
	p.changed.written = pairs(&c, d.Against)
	report.WriteChanged(p.run.Stdout, len(all), c.LeftOut, d.Against)
	if c.Dir != "" && len(shown) > 0 {
		report.WriteScreenshotsWritten(p.run.Stdout, 2*len(shown), p.screenshots)
	}
	if c.Sheet != "" && len(shown) > 0 {
		report.WriteGalleryWritten(p.run.Stdout, p.changed.sheet, schema.Plural(len(shown), "screen")+", before and after")
	}
	return nil
}

// pairs are what a report tells of what was drawn.
func pairs(c *previewserver.Changed, against string) *markdown.Pairs {
	list := &markdown.Pairs{LeftOut: c.LeftOut, Against: against}
	for i := range c.Differences {
		d := &c.Differences[i]
		picture := previewserver.PictureOf(d)
		pair := markdown.Pair{Screen: d.Screen.Label(), Fields: picture.Paths, Before: picture.Before, After: picture.After}
		for _, l := range d.Locales {
			pair.Documents = append(pair.Documents, string(l))
		}
		list.List = append(list.List, pair)
	}
	return list
}
