package sessionreport

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"livery/reconcile/findings"
	"livery/reconcile/session"
	"livery/reconcile/terminal"
	"livery/schema"
	"livery/schema/wording"
)

// WriteSessions lists sessions.
func WriteSessions(w io.Writer, list []session.Entry) error {
	var b strings.Builder
	if len(list) == 0 {
		b.WriteString("No session is declared or recorded. \"livery schema session\" shows what a session block takes.\n")
	}
	for _, e := range list {
		fmt.Fprintf(&b, "%-20s %-12s %s\n", e.Name, e.API, e.Status)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

type sessionEntryJSON struct {
	Name   string            `json:"name"`
	API    schema.SessionAPI `json:"api"`
	Status session.Status    `json:"status"`
}

// WriteSessionsJSON lists sessions in one object, with what is wrong with the files.
func WriteSessionsJSON(w io.Writer, list []session.Entry, faults []findings.DiagnosticJSON) error {
	entries := make([]sessionEntryJSON, len(list))
	for i, e := range list {
		entries[i] = sessionEntryJSON(e)
	}
	return terminal.WriteJSON(w, struct {
		FormatVersion string                    `json:"format_version"`
		Sessions      []sessionEntryJSON        `json:"sessions"`
		Diagnostics   []findings.DiagnosticJSON `json:"diagnostics,omitempty"`
	}{"1.0", entries, faults})
}

// WriteRequests writes the requests that open a session of the service at baseURL.
func WriteRequests(w io.Writer, name, baseURL string, list []session.Request, style terminal.Style) error {
	var b bytes.Buffer
	for i, r := range list {
		title := "# session." + name
		if i > 0 {
			b.WriteByte('\n')
		}
		if r.Locale != "" {
			title += " in " + string(r.Locale)
		}
		fmt.Fprintf(&b, "%s\n%s %s%s\n", style.Bold(title), r.Method, baseURL, r.Path)
		if err := json.Indent(&b, r.Body, "", "  "); err != nil {
			return err
		}
		b.WriteByte('\n')
		if r.Language != "" {
			fmt.Fprintf(&b, "# the page's URL gets language=%s\n", r.Language)
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

type sessionRequestJSON struct {
	Locale   schema.Locale   `json:"locale"` // "" for no locale in particular
	Method   string          `json:"method"`
	URL      string          `json:"url"`
	Body     json.RawMessage `json:"body"`
	Language string          `json:"page_language,omitempty"` // appended to the page's URL
}

// WriteRequestsJSON writes the requests that open a session as one object.
func WriteRequestsJSON(w io.Writer, s schema.Session, baseURL string, list []session.Request) error {
	requests := make([]sessionRequestJSON, len(list))
	for i, r := range list {
		requests[i] = sessionRequestJSON{r.Locale, r.Method, baseURL + r.Path, r.Body, r.Language}
	}
	return terminal.WriteJSON(w, struct {
		API           schema.SessionAPI    `json:"api"`
		FormatVersion string               `json:"format_version"`
		Name          string               `json:"name"`
		Requests      []sessionRequestJSON `json:"requests"`
	}{s.API, "1.0", s.Name, requests})
}

// WriteOpened writes what is needed to go on with a session; with qr, also a QR
// code that opens its page on a phone.
func WriteOpened(w io.Writer, o session.Opened, qr bool, style terminal.Style) error {
	for _, text := range unusedWarnings(o) {
		writeWarning(w, "Flag without effect", text, style)
	}
	rows := sessionRows{
		{"id", o.SignatureID},
		{"url", o.URL},
		{"licence", string(o.License)},
		{"expires", timestamp(o.ExpiresAt)},
		{"biz id", o.Visitor.BizID},
		{"user id", o.Visitor.UserID},
		{"transaction", o.TransactionID},
	}
	if err := rows.write(w); err != nil {
		return err
	}
	if o.Billed {
		writeBilled(w, style)
	}
	if o.URL == "" || !qr {
		return nil
	}
	if _, err := io.WriteString(w, "\n"); err != nil {
		return err
	}
	return terminal.WriteQR(w, o.URL, style)
}

// WriteUnserved says which command serves the page of a session that the built-in
// simulator has opened, for the stack in a directory.
func WriteUnserved(w io.Writer, directory string) error {
	_, err := fmt.Fprintf(w, "\nThe simulator that is built in does not serve this page. It is there while this runs:\n\n  %s\n", wording.Command(directory, "simulator", "-data=.livery/simulator.json"))
	return err
}

// WriteOpenedJSON writes an opened session as one object.
func WriteOpenedJSON(w io.Writer, o session.Opened) error {
	return terminal.WriteJSON(w, struct {
		SignatureID   string   `json:"signature_id,omitempty"`
		URL           string   `json:"url,omitempty"`
		License       string   `json:"license,omitempty"`
		ExpiresAt     string   `json:"expires_at,omitempty"`
		TransactionID string   `json:"transaction_id"`
		BizID         string   `json:"biz_id,omitempty"`
		UserID        string   `json:"user_id,omitempty"`
		Billed        bool     `json:"billed"`
		Warnings      []string `json:"warnings,omitempty"`
	}{
		o.SignatureID, o.URL, string(o.License), timestamp(o.ExpiresAt), o.TransactionID,
		o.Visitor.BizID, o.Visitor.UserID, o.Billed, unusedWarnings(o),
	})
}

// unusedWarnings say what was asked for in vain.
func unusedWarnings(o session.Opened) []string {
	if len(o.Unused) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("Sessions of %s take no %s.", o.API, strings.Join(o.Unused, " and no "))}
}

// WriteResult writes what came of a session, and where its media are.
func WriteResult(w io.Writer, r session.Result, style terminal.Style) error {
	rows := sessionRows{{"outcome", cmp.Or(r.Outcome, "none yet")}}
	if r.Score != nil {
		rows = append(rows, [2]string{"score", fmt.Sprintf("%g", *r.Score)})
	}
	if r.Code != "" {
		rows = append(rows, [2]string{"code", r.Code + " " + r.Message})
	}
	for _, line := range r.Explain() {
		rows = append(rows, [2]string{"", line})
	}
	for _, m := range r.Saved {
		if m.File == "" {
			rows = append(rows, [2]string{"media", m.Name + " (not saved; -out=DIR saves it)"})
		} else {
			rows = append(rows, [2]string{"saved", fmt.Sprintf("%s (%s, %d bytes)", m.File, m.Type, m.Size)})
		}
	}
	if err := append(rows, [2]string{"transaction", r.TransactionID}).write(w); err != nil {
		return err
	}
	if r.Billed {
		writeBilled(w, style)
	}
	return nil
}

type sessionMediumJSON struct {
	Name string `json:"name"`
	File string `json:"file,omitempty"`
	Type string `json:"type,omitempty"`
	Size int64  `json:"size,omitempty"`
}

// WriteResultJSON writes what came of a session as one object.
func WriteResultJSON(w io.Writer, r session.Result) error {
	media := make([]sessionMediumJSON, len(r.Saved))
	for i, m := range r.Saved {
		media[i] = sessionMediumJSON(m)
	}
	return terminal.WriteJSON(w, map[string]any{
		"outcome": r.Outcome, "pending": r.Pending, "code": r.Code, "message": r.Message, "score": r.Score, "attack_type": r.AttackType,
		"explanation": r.Explain(), "media": media, "data": r.Data, "transaction_id": r.TransactionID, "billed": r.Billed,
	})
}

// WriteCleared says that the personal data of a session is deleted.
func WriteCleared(w io.Writer, id, transaction string) error {
	_, err := fmt.Fprintf(w, "The personal data of %s is deleted (transaction %s).\n", terminal.Escape(id, ""), terminal.Escape(transaction, ""))
	return err
}

// WriteClearedJSON says the same in one object.
func WriteClearedJSON(w io.Writer, id, transaction string) error {
	return terminal.WriteJSON(w, map[string]any{"cleared": id, "transaction_id": transaction})
}

// WriteNotification writes a notification as one line of JSON, in one write, so
// that lines never mix.
func WriteNotification(w io.Writer, n session.Notification) error {
	return terminal.WriteJSONLine(w, map[string]string{
		"received_at": timestamp(n.ReceivedAt), "signature_id": n.SignatureID, "type": n.Type, "path": n.Path,
	})
}

// sessionRows are names and values; a row without a value is left out.
type sessionRows [][2]string

func (rows sessionRows) write(w io.Writer) error {
	var b strings.Builder
	for _, row := range rows {
		if row[1] != "" {
			fmt.Fprintf(&b, "%-12s %s\n", row[0], terminal.Escape(row[1], ""))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func timestamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func writeBilled(w io.Writer, style terminal.Style) {
	writeWarning(w, "This call was billed", "The service marks it as PAY.", style)
}

func writeWarning(w io.Writer, summary, detail string, style terminal.Style) {
	findings.WriteText(w, hcl.Diagnostics{{Severity: hcl.DiagWarning, Summary: summary, Detail: detail}}, nil, style)
}

// WriteExported writes where an export is.
func WriteExported(w io.Writer, name string, e *session.Export) {
	fmt.Fprintf(w, "Wrote %s from serial %d of the state.\n", terminal.Escape(name, ""), e.Serial)
}

// WriteListening writes where notifications are received.
func WriteListening(w io.Writer, address string) {
	fmt.Fprintf(w, "Listening on http://%s for notifications. Stop with Ctrl-C.\n", address)
}

// WritePending writes that there is no outcome yet.
func WritePending(w io.Writer, waited, pause time.Duration) {
	fmt.Fprintf(w, "No outcome yet (%s); asking again in %s.\n", waited.Round(time.Second), pause)
}
