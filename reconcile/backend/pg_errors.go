package backend

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// Conditions of PostgreSQL, by their codes.
const (
	undefinedTable  = "42P01"
	undefinedSchema = "3F000"
	undefinedDB     = "3D000"
	notAllowed      = "42501"
	badPassword     = "28P01"
	badAuth         = "28000"
	startingUp      = "57P03"
	tooMany         = "53300"
	serialization   = "40001"
	deadlock        = "40P01"
	readOnly        = "25006"
)

func codeOf(err error) string {
	var response *pgconn.PgError
	if errors.As(err, &response) {
		return response.Code
	}
	return ""
}

// isMissing reports that the tables are not there yet.
func isMissing(err error) bool {
	code := codeOf(err)
	return code == undefinedTable || code == undefinedSchema
}

// classifyConnectError says why there is no connection. Nothing was asked yet.
func (d *pgDatabase) classifyConnectError(ctx context.Context, err error) error {
	var opening *net.OpError
	switch code := codeOf(err); {
	case code == badPassword, code == badAuth:
		return &deniedError{fmt.Sprintf("the server %s does not let user %q in: check user and password (PGUSER, PGPASSWORD, or conn_str in LIVERY_STATE_PG_CONN_STR), and how it wants to be asked", d.server(), d.config.User)}
	case code == notAllowed:
		return &deniedError{fmt.Sprintf("user %q may not connect to the database %q", d.config.User, d.config.Database)}
	case code == undefinedDB:
		return fmt.Errorf("the server %s has no database %q: make it, or correct conn_str", d.server(), d.config.Database)
	case code == startingUp, code == tooMany:
		return &unsentError{fmt.Errorf("the server %s takes no connections at the moment: %v", d.server(), messageOf(err))}
	case errors.Is(ctx.Err(), context.DeadlineExceeded), pgconn.Timeout(err) && ctx.Err() == nil:
		return &unsentError{fmt.Errorf("the server %s gave no answer within %s", d.server(), d.retry.timeout)}
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.As(err, &opening) && opening.Op == "dial":
		err = fmt.Errorf("the server %s cannot be reached: %w. Check the address, and that it runs", d.server(), opening.Err)
		if d.reached { // it may be restarting
			return &unsentError{err}
		}
		return err
	case codeOf(err) != "":
		return fmt.Errorf("the server %s refuses the connection: %s", d.server(), messageOf(err))
	}
	return &unsentError{fmt.Errorf("no connection to the server %s: %s", d.server(), cause(err))}
}

func (d *pgDatabase) server() string { return serverOf(d.config) }

// classify says what became of a statement that did not end well.
func (d *pgDatabase) classify(ctx context.Context, err error) error {
	code := codeOf(err)
	switch {
	case err == nil, isMissing(err):
		return err
	case code == notAllowed:
		return &deniedError{fmt.Sprintf("user %q may not do that in the database %q: %s. It needs a schema of its own (CREATE SCHEMA %s AUTHORIZATION %q), or the right to make one", d.config.User, d.config.Database, messageOf(err), d.schema, d.config.User)}
	case code == readOnly:
		return &deniedError{fmt.Sprintf("the server %s takes no writes at the moment: is it a standby?", d.server())}
	case code == serialization, code == deadlock:
		return &unsentError{fmt.Errorf("the server %s gave way to somebody else: %s", d.server(), messageOf(err))}
	case strings.HasPrefix(code, "57"): // it is going down, or somebody ended the session
		return &unansweredError{fmt.Errorf("the server %s ended the session: %s", d.server(), messageOf(err))}
	case code != "":
		return fmt.Errorf("the server %s answers: %s (%s)", d.server(), messageOf(err), code)
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return &unansweredError{fmt.Errorf("the server %s gave no answer within %s", d.server(), d.retry.timeout)}
	case ctx.Err() != nil:
		return &unansweredError{context.Cause(ctx)}
	case pgconn.SafeToRetry(err):
		return &unsentError{fmt.Errorf("the connection to the server %s was lost: %s", d.server(), cause(err))}
	}
	return &unansweredError{fmt.Errorf("the connection to the server %s broke: %s", d.server(), cause(err))}
}

func messageOf(err error) string {
	var response *pgconn.PgError
	if errors.As(err, &response) {
		return response.Message
	}
	return cause(err)
}

// cause is what is behind an error, without what the library adds of the
// connection.
func cause(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}
