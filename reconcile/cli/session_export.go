package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"livery/reconcile/state"
	"livery/schema"
	"livery/schema/stack"
)

// exported is every recorded definition as services load it.
type exported struct {
	FormatVersion string                     `json:"format_version"`
	Serial        uint64                     `json:"serial"`
	Lineage       string                     `json:"lineage"`
	BaseURL       string                     `json:"base_url"`
	Sessions      map[string]exportedSession `json:"sessions"`
}

type exportedSession struct {
	API      schema.SessionAPI          `json:"api"`
	Method   string                     `json:"method"`
	Path     string                     `json:"path"`
	Requests map[string]exportedRequest `json:"requests"` // by locale; "default" for none in particular
}

type exportedRequest struct {
	Body     json.RawMessage `json:"body"`
	Language string          `json:"page_language,omitempty"`
}

func (a *app) sessionExport() *cobra.Command {
	var format, out string
	c := &cobra.Command{
		Use: "export [flags]", Short: "Write the recorded definitions for services", Args: arguments(0, 0),
		Long: `Writes the recorded definitions in a form that services load: the request bodies by
session and locale, with {user_id} and {biz_id} where each session has its own. The
request for no locale in particular is called default. The same state always gives
the same bytes, and the file names the state's serial.`,
		Example: "livery session export -format=ts -out=sessions.ts",
	}
	c.Flags().StringVar(&format, "format", "json", "Write this `format`: json, env or ts.")
	c.Flags().StringVar(&out, "out", "", "Write to this `file` instead of stdout.")
	c.RunE = func(c *cobra.Command, _ []string) error {
		d, err := a.definitions(c.Context(), inputs{}, false, stack.NeedNothing)
		if err != nil {
			return err
		}
		e, err := export(d.snapshot)
		if err != nil {
			return err
		}
		text, err := e.format(format)
		if err != nil {
			return err
		}
		if out == "" {
			_, err := a.Stdout.Write(text)
			return err
		}
		if err := writeWhole(out, text, 0o644); err != nil {
			return fail("Cannot write the export", "%v.", err)
		}
		a.print("Wrote %s from serial %d of the state.\n", out, e.Serial)
		return nil
	}
	return c
}

func export(s *state.Snapshot) (*exported, error) {
	e := &exported{FormatVersion: "1.0", Serial: s.Serial, Lineage: s.Lineage, BaseURL: s.Account.BaseURL, Sessions: make(map[string]exportedSession)}
	for name, record := range s.Sessions {
		list, err := requests(record.Definition, "", "")
		if err != nil {
			return nil, err
		}
		session := exportedSession{API: record.Definition.API, Method: list[0].Method, Path: list[0].URL, Requests: make(map[string]exportedRequest)}
		for _, r := range list {
			key := r.Locale
			if key == "" {
				key = "default"
			}
			session.Requests[key] = exportedRequest{r.Body, r.Language}
		}
		e.Sessions[name] = session
	}
	return e, nil
}

func (e *exported) format(format string) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	switch format {
	case "json":
		err := enc.Encode(e)
		return b.Bytes(), err
	case "ts":
		fmt.Fprintf(&b, "// Written by livery from serial %d of the state. Do not edit.\nexport const livery = ", e.Serial)
		if err := enc.Encode(e); err != nil {
			return nil, err
		}
		text := bytes.TrimRight(b.Bytes(), "\n")
		return append(text, []byte(" as const;\n")...), nil
	case "env":
		return e.env()
	default:
		return nil, fail("Invalid flag", "-format takes json, env or ts, not %q.", format)
	}
}

// env writes one variable a request: its body as JSON on one line, in single
// quotes, which JSON never needs to escape but for an apostrophe in a URL.
func (e *exported) env() ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Written by livery from serial %d of the state. Do not edit.\n", e.Serial)
	fmt.Fprintf(&b, "LIVERY_STATE_SERIAL=%d\n", e.Serial)
	for _, name := range sortedKeys(e.Sessions) {
		s := e.Sessions[name]
		prefix := "LIVERY_SESSION_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
		fmt.Fprintf(&b, "%s_API=%s\n%s_PATH=%s\n", prefix, s.API, prefix, s.Path)
		for _, key := range sortedKeys(s.Requests) {
			r := s.Requests[key]
			var body bytes.Buffer
			if err := json.Compact(&body, r.Body); err != nil {
				return nil, err
			}
			fmt.Fprintf(&b, "%s_%s_BODY='%s'\n", prefix, strings.ToUpper(key), strings.ReplaceAll(body.String(), "'", `\u0027`))
			if r.Language != "" {
				fmt.Fprintf(&b, "%s_%s_LANGUAGE=%s\n", prefix, strings.ToUpper(key), r.Language)
			}
		}
	}
	return b.Bytes(), nil
}

// maxNotification is the size in bytes of the largest notification that is read.
const maxNotification = 64 << 10

func (a *app) sessionListen() *cobra.Command {
	c := &cobra.Command{
		Use: "listen [flags]", Short: "Receive notifications of completed sessions", Args: arguments(0, 0),
		Long: `Receives what the service posts to the callback_url of h5_url sessions and prints one
line of JSON for each. It takes any path, answers 200 to notifications, and refuses
bodies over 64 KB and other methods. For trying an integration: the service must be
able to reach this machine.`,
		Example: "livery session listen -listen=127.0.0.1:8587",
	}
	listen := c.Flags().String("listen", "127.0.0.1:8587", "Listen on this `address`.")
	c.RunE = func(c *cobra.Command, _ []string) error {
		listener, err := net.Listen("tcp", *listen)
		if err != nil {
			return fail("Cannot listen", "%v. Choose another address with -listen.", err)
		}
		fmt.Fprintf(a.Stderr, "Listening on http://%s for notifications. Stop with Ctrl-C.\n", listener.Addr())
		return serveUntilInterrupted(c.Context(), listener, http.HandlerFunc(a.notified))
	}
	return c
}

// notified prints one notification. Lines never mix: each is one write.
func (a *app) notified(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "notifications are posted", http.StatusMethodNotAllowed)
		return
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxNotification))
	if err != nil {
		http.Error(w, "a notification has at most 64 KB", http.StatusRequestEntityTooLarge)
		return
	}
	var n struct {
		SignatureID string `json:"signatureId"`
		Type        string `json:"type"`
	}
	if err := json.Unmarshal(data, &n); err != nil {
		http.Error(w, "a notification is a JSON object", http.StatusBadRequest)
		return
	}
	line, err := json.Marshal(map[string]string{
		"received_at": a.Now().UTC().Format(time.RFC3339), "signature_id": n.SignatureID, "type": n.Type, "path": r.URL.Path,
	})
	if err != nil {
		panic(fmt.Sprintf("cli: %v", err)) // strings always encode
	}
	_, _ = a.Stdout.Write(append(line, '\n'))
}

// serveUntilInterrupted answers until a signal comes; ending ends answers that
// would go on for ever.
func serveUntilInterrupted(ctx context.Context, listener net.Listener, handler http.Handler, ending ...func()) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	for _, end := range ending {
		server.RegisterOnShutdown(end)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		<-ctx.Done()
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		if server.Shutdown(grace) != nil {
			_ = server.Close() // whoever still waits has waited long enough
		}
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fail("The server stopped", "%v.", err)
	}
	<-done
	return nil
}
