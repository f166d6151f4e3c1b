package stacks

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// Choose keeps of the stacks those that one of the patterns in with fits, all if there is
// none, and drops those that one in without fits. Patterns know *, **, ? and {a,b}; one
// that fits no stack is an error.
func Choose(all, with, without []string) ([]string, error) {
	kept := all
	if len(with) > 0 {
		fits, err := matching(all, with)
		if err != nil {
			return nil, err
		}
		kept = slices.DeleteFunc(slices.Clone(all), func(p string) bool { return !fits[p] })
	}
	fits, err := matching(all, without)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(kept), func(p string) bool { return fits[p] }), nil
}

func matching(all, patterns []string) (map[string]bool, error) {
	fits := make(map[string]bool)
	for _, pattern := range patterns {
		clean := strings.TrimSuffix(strings.TrimPrefix(pattern, "./"), "/")
		if clean == "" || !doublestar.ValidatePattern(clean) {
			return nil, fmt.Errorf("%q is not a pattern: it may hold *, **, ? and {a,b}", pattern)
		}
		found := false
		for _, p := range all {
			if doublestar.MatchUnvalidated(clean, p) {
				fits[p], found = true, true
			}
		}
		if !found {
			return nil, fmt.Errorf("no stack is called %q", pattern)
		}
	}
	return fits, nil
}

// maxShards is how many parts there may be.
const maxShards = 1000

// Shard is one of several parts of a list of stacks; the zero Shard is all of it.
type Shard struct{ Number, Of int }

// ParseShard reads "2/5".
func ParseShard(text string) (Shard, error) {
	number, of, ok := strings.Cut(text, "/")
	i, err := strconv.Atoi(number)
	n, err2 := strconv.Atoi(of)
	if !ok || err != nil || err2 != nil || i < 1 || i > n || n > maxShards {
		return Shard{}, fmt.Errorf("%q is not one of several parts: write I/N, as 2/5, with I from 1 to N and N at most %d", text, maxShards)
	}
	return Shard{i, n}, nil
}

// String writes the shard as it is read.
func (s Shard) String() string { return fmt.Sprintf("%d/%d", s.Number, s.Of) }

// Take keeps the stacks of the shard: every Of-th. The parts of one list have nothing in
// common, and are together all of it.
func (s Shard) Take(all []string) []string {
	if s.Of == 0 {
		return all
	}
	var kept []string
	for i := s.Number - 1; i < len(all); i += s.Of {
		kept = append(kept, all[i])
	}
	return kept
}
