package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/rogpeppe/go-internal/diff"

	"livery/reconcile/findings"
	"livery/reconcile/scaffold"
	"livery/reconcile/state"
	"livery/reconcile/terminal"
	"livery/reconcile/workspace"
	"livery/schema"
	"livery/schema/preview"
	"livery/schema/redact"
	"livery/schema/rule"
	"livery/schema/wording"
)

// Validated writes the findings of a whole stack and Terraform's last word on it.
// reason says why a valid stack fails all the same, "" if it does not.
func (v *View) Validated(diags hcl.Diagnostics, src findings.Sources, reason string) error {
	if v.JSON {
		return findings.WriteJSON(v.Stdout, diags, src)
	}
	v.Diagnostics(diags, src)
	success := v.Out().Green("Success!")
	heavy, _ := schema.Apart(diags, rule.Warning)
	switch {
	case diags.HasErrors():
	case reason != "":
		fmt.Fprintf(v.Stderr, "%s\n", reason)
	case len(heavy) > 0:
		v.print("%s The configuration is valid, but there were some validation warnings as shown\nabove.\n", success)
	default:
		v.print("%s The configuration is valid.\n\n", success)
	}
	return nil
}

// Reason writes why a plan without errors fails all the same.
func (v *View) Reason(reason string) {
	if !v.JSON {
		fmt.Fprintf(v.Stderr, "\n%s\n", reason)
	}
}

// Imported writes HCL that was made of request bodies; what was found in them and which
// files of texts were made is told on stderr.
func (v *View) Imported(in *scaffold.Imported) error {
	findings.WriteText(v.Stderr, in.Diagnostics, in.Sources, v.Style(v.Stderr))
	for _, name := range in.Written {
		fmt.Fprintf(v.Stderr, "Wrote %s\n", terminal.Escape(name, ""))
	}
	_, err := v.Stdout.Write(in.HCL)
	return err
}

// Initialised writes what init has made, and what to do next if it is complete.
func (v *View) Initialised(done *scaffold.Initialised, dir string, complete bool) {
	v.Diagnostics(done.Diagnostics, done.Sources)
	for _, name := range done.Written {
		v.print("Wrote %s\n", terminal.Escape(name, ""))
	}
	switch {
	case !complete:
	case len(done.Existing) > 0:
		v.print("There is a stack here already (%s); nothing was overwritten.\n", terminal.Escape(strings.Join(done.Existing, ", "), ""))
	case v.Advice:
		v.print("\nThe stack works on the simulator that is built in: no account and no network are\nneeded. Try it:\n\n  %[1]s plan           see what would be sent\n  %[1]s preview -open  see the pages in the browser\n  %[1]s apply          send it\n\nThen edit main.livery.hcl, which the preview follows, and plan again.\n", wording.Command(dir))
	}
}

// MoveQuestion is the question whether a state is to be moved.
func MoveQuestion(m workspace.Move) (question, warning string) {
	return "Do you want to move the state?", fmt.Sprintf("Serial %d, with %s, is copied\n    from %s (backend %q)\n    to   %s (backend %q).\n  The old place is left as it is.",
		m.Serial, schema.Plural(m.Addresses, "address"), m.From, m.FromType, m.To, m.Type)
}

// Migrated writes what came of moving a state.
func (v *View) Migrated(m *workspace.Migration) {
	switch moved := m.Moved; {
	case m.Same:
		v.print("The state is kept in %s, as before. There is nothing to move.\n", m.To)
	case moved == nil:
		v.print("There is no state in %s, so there is nothing to move. It is kept in %s from now on.\n", m.From, m.To)
	default:
		v.moved(moved, m.From, m.To)
	}
}

func (v *View) moved(m *state.Moved, from, to string) {
	what, past := "The state is moved", ""
	if m.Existed {
		what = "The state was there already"
	}
	if m.Archived > 0 {
		past = " and " + schema.Plural(m.Archived, "earlier state")
	}
	v.print("%s: serial %d, with %s%s.\n  It was read back, and is kept in %s from now on.\n  The old one is still in %s, as it was; nothing uses it any more.\n",
		what, m.Serial, schema.Plural(m.Addresses, "address"), past, to, from)
	if len(m.Missing) > 0 {
		words := make([]string, len(m.Missing))
		for i, serial := range slices.Sorted(slices.Values(m.Missing)) {
			words[i] = fmt.Sprint(serial)
		}
		v.Warn("A part of the history was not moved", "The new place does not keep the serials %s. They are still in the history of the old one.", strings.Join(words, ", "))
	}
}

// Reformatted writes the name of a file that changes, and its changes without secrets.
func (v *View) Reformatted(f *workspace.Formatted, name, changes bool, secrets *redact.Redactor) {
	if name {
		v.print("%s\n", terminal.Escape(f.Name, ""))
	}
	if changes {
		_, _ = v.Stdout.Write(diff.Diff("old/"+terminal.Escape(f.Name, ""), secrets.Text(f.Before, f.Name), "new/"+terminal.Escape(f.Name, ""), secrets.Text(f.After, f.Name)))
	}
}

// WriteReconfigured writes where the state is kept from now on.
func WriteReconfigured(w io.Writer, name string) {
	fmt.Fprintf(w, "The state is kept in %s from now on. What any other place holds was left as it is.\n", name)
}

// WriteAddresses writes one address a line.
func WriteAddresses(w io.Writer, list []schema.Address) {
	for _, a := range list {
		fmt.Fprintf(w, "%s\n", a)
	}
}

// WriteForgettable writes what would be taken out of the state.
func WriteForgettable(w io.Writer, list []schema.Address) {
	for _, a := range list {
		fmt.Fprintf(w, "Would remove %s\n", a)
	}
}

// WriteForgotten writes what was taken out of the state.
func WriteForgotten(w io.Writer, a schema.Address) { fmt.Fprintf(w, "Removed %s\n", a) }

// WriteForgottenCount writes how many addresses that were.
func WriteForgottenCount(w io.Writer, n int) {
	fmt.Fprintf(w, "Successfully removed %d resource instance(s).\n", n)
}

// WriteReplaced writes that a state has taken the place of another.
func WriteReplaced(w io.Writer, s *state.Snapshot) {
	fmt.Fprintf(w, "The state is replaced: serial %d, %d of locales and sessions.\n", s.Serial, len(s.Addresses()))
}

// WriteUnlocked writes that a lock was taken away, and what the mark says that this has
// left in the state, if it has left one.
func WriteUnlocked(w io.Writer, s *state.Snapshot) {
	fmt.Fprint(w, "The state is unlocked. The next command can use it.\n")
	if s == nil {
		return
	}
	fmt.Fprint(w, "\nThe run that had the lock, if it still lives, stops before its next request.\n")
	if in, until := s.InFlight(s.BrokenLock.At); len(in) > 0 {
		fmt.Fprintf(w, "What it had sent may arrive until %s, so what is in doubt now\nstays so (\"!\") until it is sent after that: \"livery apply\" does it, and\n\"livery apply -reapply\" sends everything again.\n", until.Format(time.RFC3339))
	}
}

// WriteStateJSON writes a state as it is stored.
func WriteStateJSON(w io.Writer, s *state.Snapshot) error {
	_, err := w.Write(s.Encode())
	return err
}

// WriteGalleryWritten writes where a gallery is, and what it shows.
func WriteGalleryWritten(w io.Writer, name, subject string) {
	fmt.Fprintf(w, "Wrote %s: %s.\n", terminal.Escape(name, ""), terminal.Escape(subject, ""))
}

// WriteScreenshotsWritten writes where screenshots are.
func WriteScreenshotsWritten(w io.Writer, n int, dir string) {
	fmt.Fprintf(w, "Wrote %d screenshots to %s.\n", n, terminal.Escape(dir, ""))
}

// WriteChanged writes how many screens differ and how many of them were not drawn.
func WriteChanged(w io.Writer, n, leftOut int, against string) {
	fmt.Fprintf(w, "%s from %s.\n", preview.CountDiffering(n), terminal.Escape(against, ""))
	if leftOut > 0 {
		fmt.Fprintf(w, "Left out: %s. A larger -max draws more.\n", schema.Plural(leftOut, "screen"))
	}
}

// WriteProgress writes how far something has come, over what it has written before.
func WriteProgress(w io.Writer, what string, done, all int) {
	fmt.Fprintf(w, "\r%s %d of %d", what, done, all)
	if done == all {
		fmt.Fprint(w, "\r\x1b[K")
	}
}

// WritePreviewAddress writes where a preview is served.
func WritePreviewAddress(w io.Writer, address string, public bool) {
	fmt.Fprintf(w, "The preview is at %s\n", address)
	if public {
		fmt.Fprint(w, "Everybody who can reach this machine can look at it.\n")
	}
	fmt.Fprint(w, "It follows the files. Stop it with Ctrl-C.\n")
}

// WritePreviewEdits writes whom the address of a preview lets in.
func WritePreviewEdits(w io.Writer) {
	fmt.Fprint(w, "Whoever has this address can change the files of this stack, on this machine: keep it to yourself.\n")
}

// WriteNoBrowser writes that an address was not opened.
func WriteNoBrowser(w io.Writer, err error) {
	fmt.Fprintf(w, "No browser could be opened (%v); open the address yourself.\n", err)
}

// NotFollowed warns that a preview will not change with the files.
func (v *View) NotFollowed(err error) {
	v.Warn("The files cannot be followed", "%s. The gallery shows them as they were when it was started.", capital(err.Error()))
}

// WriteSimulatorAddress writes where the simulator is.
func WriteSimulatorAddress(w io.Writer, address string) {
	fmt.Fprintf(w, "The simulator listens on http://%s\nStop it with Ctrl-C.\n", address)
}
