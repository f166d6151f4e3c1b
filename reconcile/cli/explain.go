package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"livery/reconcile/command"
	"livery/reconcile/inspect"
	"livery/reconcile/reference"
	"livery/reconcile/report"
	"livery/reconcile/workspace"
	"livery/schema"
	"livery/schema/wording"
)

func explainCommand(run *command.Run) *cobra.Command {
	var in command.Inputs
	c := &cobra.Command{
		Use:  "explain [flags] ADDRESS[.PATH]",
		Args: command.Arguments(1, 1),
		Long: `Says where a value comes from: the layer that wins and those that lose, each with
the way to the words or digits, what stands on a colour, which screens show the
field, and whether the next apply changes it. PATH is a field in either spelling;
a page, or an ADDRESS alone, lists its fields. The state is read if it can be.`,
		Example: "livery explain locale.th.mobileResultPage.nextStepButtonBackgroundColor\nlivery explain locale.th_TH.mobile_result_page\nlivery explain session.onboarding.return_url",
	}
	run.JSONFlag(c)
	in.Flags(c)
	in.InputFlag(run, c)
	c.ValidArgsFunction = func(_ *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return explainable(run.Workspace(in), typed), cobra.ShellCompDirectiveNoFileComp
	}
	c.RunE = func(c *cobra.Command, args []string) error {
		kind, rest, _ := strings.Cut(args[0], ".")
		name, path, _ := strings.Cut(rest, ".")
		address, err := schema.ParseAddress(strings.TrimSuffix(kind+"."+name, "."))
		if err != nil {
			return command.Fail("Invalid address", "%v.", err)
		}
		explained, err := inspect.Explain(c.Context(), run.Workspace(in), address)
		if err != nil {
			return err
		}
		fields, list, err := pick(explained, path)
		if err != nil {
			return err
		}
		if run.View.JSON {
			return report.WriteExplanationJSON(run.Stdout, explained, fields)
		}
		return report.WriteExplanation(run.Stdout, explained, fields, list, run.Style(run.Stdout), run.Now())
	}
	return c
}

// pick finds what a path names: one field, or the fields of a page or of one locale of a
// session, or all of them; list says that it names more than one.
func pick(x *inspect.Explanation, path string) (fields []inspect.ExplainedField, list bool, err error) {
	if path == "" {
		return x.Fields, true, nil
	}
	path = withLongLocale(x, path)
	whole, _, _ := strings.Cut(path, "[") // an element of a list is shown with its list
	for _, f := range x.Fields {
		switch {
		case whole == f.Path || whole == f.HCLPath || whole == schema.Snake(f.Path):
			return []inspect.ExplainedField{f}, false, nil
		case strings.HasPrefix(f.Path, path+".") || strings.HasPrefix(f.HCLPath, path+"."):
			fields = append(fields, f)
		}
	}
	if len(fields) > 0 {
		return fields, true, nil
	}
	return nil, false, command.Fail("No such field", "%s has no %s.%s", x.Address, path, cmp.Or(hint(x, path), fmt.Sprintf(" \"livery explain %s\" lists what it has.", x.Address)))
}

// withLongLocale writes out the locale that a path of a session names.
func withLongLocale(x *inspect.Explanation, path string) string {
	rest, ok := strings.CutPrefix(path, "locale.")
	if !ok || x.Address.Kind != schema.SessionAddress {
		return path
	}
	name, attribute, dotted := strings.Cut(rest, ".")
	locale, known := schema.ParseLocale(name)
	switch {
	case !known:
		return path
	case dotted:
		return locale.AddressOf().String() + "." + attribute
	default:
		return locale.AddressOf().String()
	}
}

// hint is a sentence about what may be meant.
func hint(x *inspect.Explanation, path string) string {
	if x.Address.Kind == schema.LocaleAddress {
		_, said := reference.LookUp(path)
		return said
	}
	names := make([]string, len(x.Fields))
	for i, f := range x.Fields {
		names[i] = f.Path
	}
	return wording.DidYouMean(path, names)
}

// explainable completes an address, and behind one its pages and fields in the spelling
// that was begun.
func explainable(w *workspace.Workspace, typed string) []string {
	addresses, _ := w.Addresses() // a shell is offered what there is
	var names []string
	for _, a := range addresses {
		address := a.String()
		if !strings.HasPrefix(typed, address+".") {
			names = append(names, address)
			continue
		}
		if a.Kind == schema.SessionAddress {
			for _, attribute := range schema.Attributes() {
				names = append(names, address+"."+attribute.Name)
			}
			continue
		}
		for _, f := range schema.Fields() {
			names = append(names, address+"."+f.Path(), fmt.Sprintf("%s.%s", address, schema.Snake(f.Path())))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
