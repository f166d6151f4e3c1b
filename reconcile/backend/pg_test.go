package backend

import (
	"fmt"
	"sync/atomic"
	"testing"

	"livery/testdata/engine"
)

func TestPGConforms(t *testing.T) {
	server := engine.StartPostgres(t)
	var schemas atomic.Int64
	conformance(t, func(t *testing.T) *site {
		s := &site{server: server.Address, dies: true, dear: true}
		s.config = Config{Type: "pg", Lookup: unset, Attributes: map[string]string{
			"conn_str": server.URL(), "schema_name": fmt.Sprintf("place_%d", schemas.Add(1)),
		}}
		s.restart = func(t *testing.T) { server.Restart(t) }
		s.wrong = func(*testing.T) Config {
			other := s.by(s.server).config
			other.Attributes["conn_str"] = fmt.Sprintf("postgres://ana:hunter2-that-was@%s/postgres?sslmode=disable", server.Address)
			return other
		}
		return s
	})
}
