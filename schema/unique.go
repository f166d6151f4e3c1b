package schema

import (
	"bytes"
	"fmt"
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
func lineAt(src []byte, offset int) int {
	return bytes.Count(src[:min(offset, len(src))], []byte("\n")) + 1
}

// uniqueNames collects the names of the objects that a reader is in. A nil one
// collects nothing.
type uniqueNames struct {
	within []container // the object or list being read is the last
	names  []name      // of all objects in within
}

type container struct {
	first  int            // of its names
	key    bool           // a string here is a name
	object bool           //
	index  map[string]int // offsets of its names, once there are many
}

type name struct {
	text   []byte
	offset int
}

// manyNames is how many names are looked through one by one.
const manyNames = 32

func (u *uniqueNames) enter(object bool) {
	if u != nil {
		u.within = append(u.within, container{first: len(u.names), key: object, object: object})
	}
}

func (u *uniqueNames) leave() {
	if u != nil && len(u.within) > 0 {
		last := len(u.within) - 1
		u.names, u.within = u.names[:u.within[last].first], u.within[:last]
	}
}

// next is told of a comma.
func (u *uniqueNames) next() {
	if u != nil && len(u.within) > 0 {
		in := &u.within[len(u.within)-1]
		in.key = in.object
	}
}

// add takes the string src[start:end], which may be a name or a value.
func (u *uniqueNames) add(src []byte, start, end int) error {
	if u == nil || len(u.within) == 0 || end > len(src) {
		return nil
	}
	in := &u.within[len(u.within)-1]
	if !in.key {
		return nil
	}
	in.key = false
	n := name{src[start+1 : end-1], start}
	if bytes.IndexByte(n.text, '\\') >= 0 {
		text, err := stringOf(src[start:end])
		if err != nil {
			return nil // the decoder says so
		}
		n.text = []byte(text)
	}
	if first, twice := u.find(in, n.text); twice {
		return &DuplicateError{string(n.text), lineAt(src, first), lineAt(src, start)}
	}
	u.names = append(u.names, n)
	if in.index != nil {
		in.index[string(n.text)] = start
	}
	return nil
}

// find looks for a name of the innermost object.
func (u *uniqueNames) find(in *container, text []byte) (offset int, found bool) {
	names := u.names[in.first:]
	if in.index == nil && len(names) >= manyNames {
		in.index = make(map[string]int, 2*manyNames)
		for _, n := range names {
			in.index[string(n.text)] = n.offset
		}
	}
	if in.index != nil {
		offset, found = in.index[string(text)]
		return offset, found
	}
	for _, n := range names {
		if bytes.Equal(n.text, text) {
			return n.offset, true
		}
	}
	return 0, false
}
