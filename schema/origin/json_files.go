package origin

import (
	"bufio"
	"bytes"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"livery/schema"
	"livery/schema/cache"
	"livery/schema/syntax"
	"livery/schema/tokens"
)

// Files are the JSON files that functions have read, each parsed when a range in it is
// first asked for. They are for one evaluation, and not for several goroutines.
type Files struct {
	// Looked is told of each file that an origin leads into, by the name that expressions
	// use, whenever one does; parsed says that it is JSON. It may be nil.
	Looked func(name string, parsed bool)

	files  *syntax.Files
	tokens *tokens.Reader
	shown  func(name string) string // the name in ranges
	read   map[string][]byte        // by the name in ranges
	values map[string]*syntax.JSON  // by the name relative to the stack
	places map[string]func(path []string) (line, column int)
}

// NewFiles are the files that expressions name as files does, and ranges as shown says;
// the reader is whose tokens they see.
func NewFiles(files *syntax.Files, reader *tokens.Reader, shown func(name string) string) *Files {
	return &Files{files: files, tokens: reader, shown: shown, read: make(map[string][]byte), values: make(map[string]*syntax.JSON),
		places: make(map[string]func([]string) (int, int))}
}

// Sources are the files that ranges lie in, by the name in ranges.
func (j *Files) Sources() map[string][]byte { return j.read }

// Show counts a file among those that ranges lie in, without parsing it.
func (j *Files) Show(name string) { j.read[j.shown(name)], _ = j.files.Read(name) }

// Shown is the name of a file in ranges, which lie in it from now on.
func (j *Files) Shown(name string) string {
	j.Show(name)
	if j.Looked != nil {
		j.Looked(name, true)
	}
	return j.shown(name)
}

// value is what a file holds; nil if it is no JSON. Its faults are reported when the
// expression that reads it is evaluated.
func (j *Files) value(name string) *syntax.JSON {
	value, ok := j.values[name]
	if !ok {
		value = j.parse(name)
		j.values[name] = value
	}
	if j.Looked != nil {
		j.Looked(name, value != nil)
	}
	return value
}

func (j *Files) parse(name string) *syntax.JSON {
	src, err := j.files.Read(name)
	shown := j.shown(name)
	if err != nil || !strings.HasSuffix(shown, ".json") {
		return nil
	}
	value := cache.Get(j.files.Outside(name), "json\x00"+shown, src, 16*len(src), func() *syntax.JSON {
		value, _ := syntax.ParseJSON(src, shown)
		return value
	})
	if value != nil {
		j.read[shown] = src
	}
	return value
}

// declaredTwice are the members of a file whose name stands in the same object already.
func (j *Files) declaredTwice(name string) []twice {
	src, _ := j.files.Read(name)
	return cache.Get(j.files.Outside(name), "twice\x00"+j.shown(name), src, len(src), func() (found []twice) {
		for first, second := range j.value(name).Duplicates() {
			found = append(found, twice{first.Name, first.NameRange, second.NameRange})
		}
		return found
	})
}

// member is a member of an object or an element of an array; nil if there is none.
func member(value *syntax.JSON, key string) *syntax.JSON {
	if value == nil || !value.IsArray() {
		return value.At(key)
	}
	if i, err := strconv.Atoi(key); err == nil && i >= 0 && i < len(value.Members) {
		return value.Members[i]
	}
	return nil
}

// descend follows a path as far as it leads; rest is what it does not lead to.
func descend(value *syntax.JSON, path []string) (found *syntax.JSON, rest []string) {
	for ; len(path) > 0; path = path[1:] {
		next := member(value, path[0])
		if next == nil {
			break
		}
		value = next
	}
	return value, path
}

// rangeIn is the range of a value of a file, or the beginning of one that is no JSON.
func (j *Files) rangeIn(name string, value *syntax.JSON) hcl.Range {
	if value == nil {
		return hcl.Range{Filename: j.shown(name), Start: hcl.InitialPos, End: hcl.InitialPos}
	}
	return value.Range
}

// textStep leads to a value of a JSON file.
func (j *Files) textStep(name string, path []string) schema.Step {
	value, _ := descend(j.value(name), path)
	return schema.Step{Kind: schema.FromTexts, Path: joinKeys(path), Range: j.rangeIn(name, value)}
}

// fileStep leads to a whole file.
func (j *Files) fileStep(name string) schema.Step {
	whole := j.rangeIn(name, nil)
	src, _ := j.files.Read(name)
	for lines := hcl.NewRangeScanner(src, whole.Filename, bufio.ScanLines); lines.Scan(); {
		whole.End = lines.Range().End
	}
	if bytes.HasSuffix(src, []byte("\n")) {
		whole.End = hcl.Pos{Line: whole.End.Line + 1, Column: 1, Byte: len(src)}
	}
	return schema.Step{Kind: schema.FromTexts, Range: whole}
}

// tokenSteps lead from a token of a set to the tokens that it is an alias of.
func (j *Files) tokenSteps(source tokens.Source, path []string) []schema.Step {
	set, err := j.tokens.Read(source)
	if err != nil {
		return nil // reported when the expression that reads it was evaluated
	}
	for _, name := range set.Names() {
		j.Show(name)
		if j.Looked != nil {
			j.Looked(name, true)
		}
	}
	var steps []schema.Step
	for _, step := range set.Steps(path, MaxSteps) {
		steps = append(steps, schema.Step{Kind: schema.FromToken, Path: joinKeys(step.Path), Range: step.Range})
	}
	return steps
}
