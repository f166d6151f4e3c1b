package cli

import (
	"io"
	"log/slog"
	"os"
	"strings"
)

// levelTrace shows what goes over the wire, without what is secret.
const levelTrace = slog.Level(-8)

// openLog starts the log that LIVERY_LOG asks for: JSON on stderr, or in the
// file that LIVERY_LOG_PATH names.
func (a *app) openLog() error {
	a.LibraryLog(io.Discard)
	name := strings.ToUpper(a.Getenv("LIVERY_LOG"))
	level, ok := map[string]slog.Level{
		"TRACE": levelTrace, "JSON": levelTrace, "DEBUG": slog.LevelDebug, "INFO": slog.LevelInfo, "WARN": slog.LevelWarn, "ERROR": slog.LevelError,
	}[name]
	switch {
	case name == "" || name == "OFF":
		return nil
	case !ok:
		level = levelTrace
		io.WriteString(a.Stderr, "[WARN] LIVERY_LOG takes TRACE, DEBUG, INFO, WARN, ERROR or OFF; taking TRACE.\n")
	}
	w := a.Stderr
	if path := a.Getenv("LIVERY_LOG_PATH"); path != "" {
		file, err := os.OpenFile(a.dir.Path(path), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return fail("Cannot write the log", "LIVERY_LOG_PATH: %v.", err)
		}
		w, a.logFile = file, file
	}
	a.log = slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: func(_ []string, attr slog.Attr) slog.Attr {
		if attr.Key == slog.LevelKey && attr.Value.Any() == levelTrace {
			attr.Value = slog.StringValue("TRACE")
		}
		return attr
	}}))
	a.LibraryLog(slog.NewLogLogger(a.log.Handler(), slog.LevelDebug).Writer())
	return nil
}

func (a *app) closeLog() {
	if a.logFile != nil {
		_ = a.logFile.Close() // every entry was written when it was made
	}
}

func (a *app) debug(message string, args ...any) {
	if a.log != nil {
		a.log.Debug(message, args...)
	}
}
