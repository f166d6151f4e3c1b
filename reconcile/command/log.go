package command

import (
	"io"
	"log/slog"
	"os"
	"strings"
)

// LevelTrace shows what goes over the wire, without what is secret.
const LevelTrace = slog.Level(-8)

// openLog starts the log that LIVERY_LOG asks for: JSON on stderr, or in the
// file that LIVERY_LOG_PATH names.
func (r *Run) openLog() error {
	r.LibraryLog(io.Discard)
	name := strings.ToUpper(r.Getenv("LIVERY_LOG"))
	level, ok := map[string]slog.Level{
		"TRACE": LevelTrace, "JSON": LevelTrace, "DEBUG": slog.LevelDebug, "INFO": slog.LevelInfo, "WARN": slog.LevelWarn, "ERROR": slog.LevelError,
	}[name]
	switch {
	case name == "" || name == "OFF":
		return nil
	case !ok:
		level = LevelTrace
		io.WriteString(r.Stderr, "[WARN] LIVERY_LOG takes TRACE, DEBUG, INFO, WARN, ERROR or OFF; taking TRACE.\n")
	}
	w := r.Stderr
	if path := r.Getenv("LIVERY_LOG_PATH"); path != "" {
		file, err := os.OpenFile(r.Dir.Path(path), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return Fail("Cannot write the log", "LIVERY_LOG_PATH: %v.", err)
		}
		w, r.logFile = file, file
	}
	r.Log = slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: func(_ []string, attr slog.Attr) slog.Attr {
		if attr.Key == slog.LevelKey && attr.Value.Any() == LevelTrace {
			attr.Value = slog.StringValue("TRACE")
		}
		return attr
	}}))
	r.LibraryLog(slog.NewLogLogger(r.Log.Handler(), slog.LevelDebug).Writer())
	return nil
}

func (r *Run) closeLog() {
	if r.logFile != nil {
		_ = r.logFile.Close() // every entry was written when it was made
	}
}

// Debug writes to the log, if there is one.
func (r *Run) Debug(message string, args ...any) {
	if r.Log != nil {
		r.Log.Debug(message, args...)
	}
}
