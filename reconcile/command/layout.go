package command

import (
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"livery/reconcile"
	"livery/reconcile/report"
	"livery/schema"
)

// expandAll is the value of -expand where none is given.
const expandAll = "all"

// LayoutFlags say how much of a plan is shown.
type LayoutFlags struct {
	run     *Run
	expand  StringList
	summary bool
}

// Flags defines -expand and -summary.
func (l *LayoutFlags) Flags(r *Run, c *cobra.Command) {
	l.run = r
	f := c.Flags()
	f.Var(&l.expand, "expand", "Show this `address` in full beside the groups; without an address, show every document in full. May be given several times.")
	f.Lookup("expand").NoOptDefVal = expandAll
	f.BoolVar(&l.summary, "summary", false, "Show one line for each document.")
}

// Layout is how a plan is shown; an address that it does not have is an error. No plan
// stands for those of many stacks, which are shown alike.
func (l *LayoutFlags) Layout(p *reconcile.Plan) (report.Layout, error) {
	layout := report.Layout{Summary: l.summary, ExpandAll: slices.Contains(l.expand, expandAll)}
	switch compat := l.run.Getenv("LIVERY_COMPAT"); compat {
	case "":
	case "terraform", "atlantis", "tfcmt":
		layout.Terraform = true
	default:
		return layout, Fail("Invalid environment variable", "LIVERY_COMPAT is %q. It takes terraform, for Terraform's own words in plans; atlantis and tfcmt mean the same.", compat)
	}
	for _, text := range l.expand {
		if text == expandAll {
			continue
		}
		if p == nil {
			return layout, Fail("Invalid flag", "With -recursive, -expand takes no address: it shows all that every stack has to say.")
		}
		address, err := schema.ParseAddress(text)
		if err != nil {
			return layout, Fail("Invalid address", "%v.", err)
		}
		layout.Expand = append(layout.Expand, address)
	}
	err := p.CheckAddresses(layout.Expand...)
	if unknown, ok := errors.AsType[*reconcile.UnknownAddressError](err); ok && l.run.View.Told.Comparing {
		err = Fail("Unknown address", "Neither side declares %s%s.", unknown.Address, unknown.Instead())
	}
	return layout, err
}
