package cli

import (
	"strconv"

	"github.com/spf13/cobra"

	"livery/reconcile/command"
	"livery/schema/texts"
)

// pseudoFlags say which languages are drawn that are no locale.
type pseudoFlags struct {
	longer int // in percent
	rtl    bool
}

const (
	usuallyLonger = 35 // percent: what short English words become in German or Finnish
	mostLonger    = 300
)

func (f *pseudoFlags) flags(c *cobra.Command) {
	c.Flags().IntVar(&f.longer, "pseudo", usuallyLonger, "Also draw the source in accented letters, longer by this `percent`: a language that is no locale and is never sent.")
	c.Flags().Lookup("pseudo").NoOptDefVal = strconv.Itoa(usuallyLonger)
	c.Flags().BoolVar(&f.rtl, "pseudo-rtl", false, "Also draw the source in Arabic letters, from right to left.")
}

// languages are those that are drawn.
func (f *pseudoFlags) languages(c *cobra.Command, args []string) ([]texts.Pseudo, error) {
	var list []texts.Pseudo
	if c.Flags().Changed("pseudo") {
		list = append(list, texts.Pseudo{Longer: f.longer})
	}
	if f.rtl {
		list = append(list, texts.Pseudo{Longer: f.longer, RTL: true})
	}
	switch {
	case f.longer < 0 || f.longer > mostLonger:
		return nil, command.Fail("Invalid flag", "-pseudo takes a percentage from 0 to %d, not %d.", mostLonger, f.longer)
	case len(list) > 0 && len(args) > 0:
		return nil, command.Fail("Invalid flag", "-pseudo and -pseudo-rtl draw the words of the files, so they cannot be used with a saved plan: nothing plans a language that is no locale.")
	}
	return list, nil
}
