package jsontext

import (
	"encoding/json"
	"fmt"
	"strings"
)

// DuplicateError says that an object has one name twice.
type DuplicateError struct {
	Name          string
	First, Second int // lines, counted from 1
}

// Error implements error.
func (e *DuplicateError) Error() string {
	return fmt.Sprintf("line %d: %q stands on line %d already, in the same object, and which of the two holds cannot be known", e.Second, e.Name, e.First)
}

// lineAt is the line, counted from 1, of the byte at offset.
func lineAt(text string, offset int) int { return strings.Count(text[:offset], "\n") + 1 }

// uniqueNames collects the names of the objects that a reader is in. A nil one
// collects nothing.
type uniqueNames struct {
	text   string           // all that is read: names are parts of it
	keys   []bool           // whether a string here is a name, of each object or list that the reader is in
	object []bool           // which of them are objects
	names  []map[string]int // offsets of the names of each; kept for the next of the same depth
}

func (u *uniqueNames) enter(object bool) {
	if u == nil {
		return
	}
	u.keys, u.object = append(u.keys, object), append(u.object, object)
	switch depth := len(u.keys); {
	case depth > len(u.names):
		u.names = append(u.names, make(map[string]int))
	case len(u.names[depth-1]) > 1000: // to clear a large map again and again would take for ever
		u.names[depth-1] = make(map[string]int)
	default:
		clear(u.names[depth-1])
	}
}

func (u *uniqueNames) leave() {
	if u != nil && len(u.keys) > 0 {
		u.keys, u.object = u.keys[:len(u.keys)-1], u.object[:len(u.object)-1]
	}
}

// next is told of a comma.
func (u *uniqueNames) next() {
	if u != nil && len(u.keys) > 0 {
		u.keys[len(u.keys)-1] = u.object[len(u.keys)-1]
	}
}

// add takes the string between two offsets, which may be a name or a value.
func (u *uniqueNames) add(start, end int) error {
	if u == nil || len(u.keys) == 0 || !u.keys[len(u.keys)-1] || end > len(u.text) {
		return nil
	}
	u.keys[len(u.keys)-1] = false
	name, names := u.text[start+1:end-1], u.names[len(u.keys)-1]
	if strings.IndexByte(name, '\\') >= 0 && json.Unmarshal([]byte(u.text[start:end]), &name) != nil {
		return nil // the decoder says so
	}
	if first, twice := names[name]; twice {
		return &DuplicateError{name, lineAt(u.text, first), lineAt(u.text, start)}
	}
	names[name] = start
	return nil
}
