package report

import (
	"context"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"

	"livery/reconcile"
	"livery/reconcile/session"
	"livery/reconcile/state"
	"livery/reconcile/workspace"
)

// diagnosticOf makes a finding of an error, under a headline.
func diagnosticOf(err error) *hcl.Diagnostic {
	d := &hcl.Diagnostic{Severity: hcl.DiagError}
	if failure, ok := errors.AsType[*workspace.Failure](err); ok {
		d.Summary, d.Detail = failure.Summary, failure.Detail
		return d
	}
	if failed, ok := errors.AsType[*session.Error](err); ok {
		d.Summary, d.Detail = failed.Headline, failed.Detail
		if refusal, ok := errors.AsType[*reconcile.Refusal](failed.Err); ok {
			d.Detail = refusal.Text()
		} else if failed.Err != nil {
			d.Detail = failed.Err.Error() + "."
		}
		return d
	}
	text := err.Error()
	if summary, detail, found := strings.Cut(text, "\n\n"); found { // some errors bring their own headline
		d.Summary, d.Detail = summary, strings.TrimSpace(detail)
		return d
	}
	d.Summary, d.Detail = errorTitle(err), strings.TrimSuffix(capital(text), ".")+"."
	return d
}

// withoutUnlock takes the failure to release a lock, which may follow any other error,
// out of what it was joined to.
func withoutUnlock(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if _, unlock := errors.AsType[*state.UnlockError](err); !unlock || !ok {
		return []error{err}
	}
	var list []error
	for _, e := range joined.Unwrap() {
		list = append(list, withoutUnlock(e)...)
	}
	return list
}

// errorTitle names the kind of an error that has no words of its own for it.
func errorTitle(err error) string {
	var (
		damaged *state.DamagedError
		newer   *state.NewerError
		foreign *state.ForeignError
		account *state.AccountError
		write   *state.WriteError
		access  *state.AccessError
		unknown *reconcile.UnknownAddressError
	)
	switch {
	case errors.As(err, &damaged):
		return "The state is damaged"
	case errors.As(err, &newer):
		return "The state is of a newer version"
	case errors.As(err, &foreign):
		return "Not a state of livery"
	case errors.As(err, &account):
		return "The state belongs to another account"
	case errors.As(err, &write):
		return "Failed to save state"
	case errors.As(err, &unknown):
		return "Unknown address"
	case errors.Is(err, context.Canceled):
		return "Interrupted"
	case errors.As(err, &access) && access.Doing == "locking":
		return "Error acquiring the state lock"
	case errors.As(err, &access):
		return "Error loading state"
	default:
		return "The command failed"
	}
}

// capital makes an error the beginning of a sentence; an address, a file or a command that
// it begins with stays as it is spelled.
func capital(text string) string {
	if word, _, _ := strings.Cut(text, " "); strings.ContainsAny(word, "._/") {
		return text
	}
	if first, size := utf8.DecodeRuneInString(text); size > 0 {
		return string(unicode.ToUpper(first)) + text[size:]
	}
	return text
}
