package storage_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/schema/rule"
	"livery/schema/storage"
)

func setting(t *testing.T, kind, name string) storage.Setting {
	t.Helper()
	b, ok := storage.BackendOf(kind)
	require.True(t, ok)
	s, ok := b.Setting(name)
	require.True(t, ok)
	return s
}

func TestSettingsThatFit(t *testing.T) {
	for _, b := range storage.Backends() {
		for _, s := range b.Settings {
			if s.Default != "" {
				id, why := s.Validate(s.Default)
				assert.Empty(t, why, "%s of %s, by its own default: %s", s.Name, b.Type, id)
			}
			id, _ := s.Validate("")
			assert.Equal(t, rule.EmptyValue, id, "%s of %s", s.Name, b.Type)
			assert.Equal(t, "LIVERY_STATE_"+strings.ToUpper(b.Type)+"_"+strings.ToUpper(s.Name), b.Variable(s))
		}
	}
	_, known := storage.BackendOf("gcs")
	assert.False(t, known)
}

// A secret is found in every spelling, and a fault never repeats what it is about.
func TestSettingsThatHoldSecrets(t *testing.T) {
	for _, c := range []struct {
		kind, name, text string
		want             bool
	}{
		{"http", "password", "hunter2", true},
		{"http", "password", "", false},
		{"http", "username", "ana", false},
		{"http", "address", "https://state.example.com/a@b", false},
		{"http", "address", "https://ana:hunter2@state.example.com", true},
		{"http", "address", "https://hunter2@state.example.com", true},
		{"http", "address", "https://ana:12/hunter2@state.example.com", true},
		{"s3", "endpoint", "https://s3.example.com", false},
		{"pg", "conn_str", "postgres://livery@db.example.com/livery", false},
		{"pg", "conn_str", "postgres://livery:hunter2@db.example.com/livery", true},
		{"pg", "conn_str", "postgresql://db.example.com/livery?user=a&password=hunter2", true},
		{"pg", "conn_str", "postgres://db.example.com/livery?sslPassword=hunter2", true},
		{"pg", "conn_str", "postgres://a:hunter2%@db.example.com:x/", true},
		{"pg", "conn_str", "postgres://ana:12/hunter2@db.example.com/livery", true},
		{"pg", "conn_str", "postgres://ana@hunter2@db.example.com/livery", true},
		{"pg", "conn_str", "host=db.example.com user=livery", false},
		{"pg", "conn_str", "host=db.example.com PASSWORD = 'hunter2'", true},
		{"pg", "conn_str", "password=hunter2 host=db.example.com", true},
		{"pg", "conn_str", "host=db.example.com passfile=/run/pgpass", false},
	} {
		s := setting(t, c.kind, c.name)
		assert.Equal(t, c.want, s.ContainsSecret(c.text), "%s: %s", c.name, c.text)
		_, why := s.Validate(c.text)
		assert.NotContains(t, why, "hunter2")
	}
}

// A connection string or an address that can be read in two ways is refused: one of them
// takes a part of the password for the host, and shows it.
func TestSettingsThatCanBeReadInTwoWays(t *testing.T) {
	for text, want := range map[string]bool{
		"postgres://ana:hunter2@db.example.com/livery":                true,
		"postgres://ana:hunter%402@[::1]:5432,db.example.com/livery":  true,
		"postgres:///livery?host=/run/postgresql":                     true,
		"postgres://db.example.com/livery?user=a&password=hunter2%40": true,
		"postgres://ana:hunt@er2@db.example.com/livery":               false,
		"postgres://ana:hunt@er2/@db.example.com/livery":              false,
		"postgres://ana:12/hunt@db.example.com/livery":                false,
		"postgres://ana:12?hunt@db.example.com/livery":                false,
		"postgres://ana:12#hunt@db.example.com/livery":                false,
		"postgres://ana:hunter2@db.example.com/a@b":                   false,
		"postgres://ana:hunter2@db.example.com:/livery":               false,
		"postgres://ana:hunter2@a:5432,b:/livery":                     false,
		"postgres://ana:hunter2@db.example.com/livery#x":              false,
	} {
		_, why := setting(t, "pg", "conn_str").Validate(text)
		assert.Equal(t, want, why == "", text)
		assert.NotContains(t, why, "hunt")
	}
}
