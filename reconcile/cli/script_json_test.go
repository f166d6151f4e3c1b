//go:build unix

package cli_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
	validator "github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/text/unicode/norm"

	"livery/schema/jsonschema"
)

// jsonCommand asserts something of a JSON file:
//
//	json FILE PATH             it is there
//	json FILE PATH VALUE       it has this value: a string as it is, anything else as JSON
//	json -keys FILE PATH KEY…  the object has exactly these members
//	json -len FILE PATH N      the list has this many elements
//
// A path is made of .member, [index] and [member=value], which is the first
// element of a list that has such a member. "." is the whole. A file of several
// values, as a stream is, counts as the list of them.
func jsonCommand(ts *testscript.TestScript, neg bool, args []string) {
	mode := ""
	if len(args) > 0 && strings.HasPrefix(args[0], "-") {
		mode, args = args[0], args[1:]
	}
	if len(args) < 2 {
		ts.Fatalf("usage: json [-keys|-len] FILE PATH [VALUE...]")
	}
	value, err := dig(ts, args[0], args[1])
	holds := err == nil
	if holds && (mode != "" || len(args) > 2) {
		err = assertion(mode, value, args[2:])
		holds = err == nil
	}
	switch {
	case neg && holds:
		ts.Fatalf("%s%s is %s", args[0], args[1], compactJSON(value))
	case !neg && err != nil:
		ts.Fatalf("%s%s: %v", args[0], args[1], err)
	}
}

// conforms asserts that a JSON file fits the schema that livery publishes under a name:
//
//	conforms NAME FILE
func conforms(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: conforms NAME FILE")
	}
	text, err := jsonschema.Of(args[0])
	ts.Check(err)
	doc, err := validator.UnmarshalJSON(bytes.NewReader(text))
	ts.Check(err)
	c := validator.NewCompiler()
	ts.Check(c.AddResource(args[0]+".json", doc))
	published, err := c.Compile(args[0] + ".json")
	ts.Check(err)
	value, err := validator.UnmarshalJSON(strings.NewReader(ts.ReadFile(args[1])))
	ts.Check(err)
	if err := published.Validate(value); (err != nil) != neg {
		ts.Fatalf("%s: %v", args[1], err)
	}
}

func assertion(mode string, value any, want []string) error {
	switch mode {
	case "-keys":
		object, ok := value.(map[string]any)
		if !ok {
			return fmt.Errorf("is no object: %s", compactJSON(value))
		}
		slices.Sort(want)
		if diff := cmp.Diff(want, slices.Sorted(maps.Keys(object))); diff != "" {
			return fmt.Errorf("other members (-want +got):\n%s", diff)
		}
	case "-len":
		list, ok := value.([]any)
		if !ok || fmt.Sprint(len(list)) != want[0] {
			return fmt.Errorf("is no list of %s: %s", want[0], compactJSON(value))
		}
	default:
		if got := text(value); got != want[0] {
			return fmt.Errorf("is %s, want %s", got, want[0])
		}
	}
	return nil
}

// jsonEnv VARIABLE FILE PATH puts a value into the environment.
func jsonEnv(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: jsonenv VARIABLE FILE PATH")
	}
	value, err := dig(ts, args[1], args[2])
	ts.Check(err)
	ts.Setenv(args[0], text(value))
}

// stream FILE TYPE... demands that every line is one object of Terraform's shape
// and that their types are these, in this order.
func stream(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: stream FILE TYPE...")
	}
	var types []string
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		var object map[string]any
		if err := json.Unmarshal([]byte(line), &object); err != nil {
			ts.Fatalf("not a JSON object: %q: %v", line, err)
		}
		for _, key := range []string{"@level", "@message", "@module", "@timestamp", "type"} {
			if s, ok := object[key].(string); !ok || s == "" {
				ts.Fatalf("no %s in %s", key, line)
			}
		}
		if _, err := time.Parse(time.RFC3339Nano, object["@timestamp"].(string)); err != nil {
			ts.Fatalf("%v in %s", err, line)
		}
		types = append(types, object["type"].(string))
	}
	if diff := cmp.Diff(args[1:], types); diff != "" {
		ts.Fatalf("other types (-want +got):\n%s", diff)
	}
}

func dig(ts *testscript.TestScript, file, path string) (any, error) {
	dec := json.NewDecoder(strings.NewReader(ts.ReadFile(file)))
	dec.UseNumber()
	var values []any
	for dec.More() {
		var v any
		if err := dec.Decode(&v); err != nil {
			return nil, fmt.Errorf("not JSON: %w", err)
		}
		values = append(values, v)
	}
	if len(values) == 0 {
		return nil, fmt.Errorf("is empty")
	}
	var value any = values
	if len(values) == 1 && !strings.HasPrefix(path, "[") {
		value = values[0]
	}
	for _, step := range regexp.MustCompile(`\.[^.\[]+|\[[^\]]*\]`).FindAllString(path, -1) {
		var ok bool
		if value, ok = follow(value, step); !ok {
			return nil, fmt.Errorf("there is no %s", step)
		}
	}
	return value, nil
}

func follow(value any, step string) (any, bool) {
	if name, ok := strings.CutPrefix(step, "."); ok {
		object, _ := value.(map[string]any)
		member, ok := object[name]
		return member, ok
	}
	list, _ := value.([]any)
	inner := strings.Trim(step, "[]")
	if name, wanted, ok := strings.Cut(inner, "="); ok {
		for _, element := range list {
			object, _ := element.(map[string]any)
			if member, there := object[name]; there && text(member) == wanted {
				return element, true
			}
		}
		return nil, false
	}
	i, err := strconv.Atoi(inner)
	if err != nil || i < 0 || i >= len(list) {
		return nil, false
	}
	return list[i], true
}

func text(value any) string {
	if s, ok := value.(string); ok {
		return s
	}
	return compactJSON(value)
}

func compactJSON(value any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		return err.Error()
	}
	return strings.TrimSpace(b.String())
}

// mask FROM TO copies a text and replaces what differs from run to run.
func mask(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: mask FROM TO")
	}
	s := ts.ReadFile(args[0])
	for _, m := range []struct{ pattern, with string }{
		{`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`, "TIME"},
		{`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`, "UUID"},
		{`transaction [0-9a-f]{16}`, "transaction ID"},
		{`"transaction_id": "[0-9a-f]{16}"`, `"transaction_id": "ID"`},
		{`\d+ (second|minute)s? ago`, "AGE ago"},
		{`after \d+s`, "after 0s"},
		{`http://127\.0\.0\.1:\d+`, "http://127.0.0.1:PORT"},
	} {
		s = regexp.MustCompile(m.pattern).ReplaceAllString(s, m.with)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(s), 0o644))
}

// request ADDR FROM TO copies the body that -show-requests shows for an address.
func request(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: request ADDR FROM TO")
	}
	found := regexp.MustCompile(`(?m)^# ` + regexp.QuoteMeta(args[0]) + `: POST .*\n(\{.*\})$`).FindStringSubmatch(ts.ReadFile(args[1]))
	if found == nil {
		ts.Fatalf("%s shows no request of %s", args[1], args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(found[1]), 0o644))
}

// sha FILE DIGEST demands a file's SHA-256 in hex.
func sha(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: sha FILE DIGEST")
	}
	sum := sha256.Sum256([]byte(ts.ReadFile(args[0])))
	if got := hex.EncodeToString(sum[:]); got != args[1] {
		ts.Fatalf("the SHA-256 of %s is %s, not %s", args[0], got, args[1])
	}
}

// samebody A B demands that two ConfigureUI bodies ask for the same look: nulls,
// pages without members, the label pageName, the two defaults that are never
// null, the case and length of colours and the spelling of a locale aside.
func sameBody(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: samebody A B")
	}
	if diff := cmp.Diff(lookOf(ts, args[0]), lookOf(ts, args[1])); diff != "" {
		ts.Fatalf("%s and %s differ (-first +second):\n%s", args[0], args[1], diff)
	}
}

func lookOf(ts *testscript.TestScript, file string) map[string]any {
	var body map[string]any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(file)), &body))
	long := map[any]string{"zh": "zh_CN", "en": "en_US", "vi": "vi_VN", "id": "in_ID", "hi": "hi_IN", "th": "th_TH"}
	if full, ok := long[body["locale"]]; ok {
		body["locale"] = full
	}
	for _, page := range []string{"mobileResultPage", "pcResultPage"} {
		result, _ := body[page].(map[string]any)
		for key, fallback := range map[string]bool{"isShow": true, "showScore": false} {
			if result[key] == fallback {
				delete(result, key)
			}
		}
	}
	pruned, _ := withoutNothing(body).(map[string]any)
	return pruned
}

func withoutNothing(v any) any {
	switch v := v.(type) {
	case map[string]any:
		delete(v, "pageName")
		for key, member := range v {
			if kept := withoutNothing(member); kept == nil {
				delete(v, key)
			} else {
				v[key] = kept
			}
		}
		if len(v) == 0 {
			return nil
		}
	case []any:
		for i := range v {
			v[i] = withoutNothing(v[i])
		}
	case string:
		if regexp.MustCompile(`^#[0-9A-Fa-f]+$`).MatchString(v) {
			v = strings.ToLower(v)
			if len(v) == 4 {
				v = "#" + strings.Repeat(v[1:2], 2) + strings.Repeat(v[2:3], 2) + strings.Repeat(v[3:4], 2)
			}
		}
		return norm.NFC.String(v)
	}
	return v
}

// fill FILE COUNT TEXT... writes the texts, in which \0 and \xHH are bytes, the
// first of them COUNT times; for files that no archive can hold.
func fill(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: fill FILE COUNT TEXT...")
	}
	count, err := strconv.Atoi(args[1])
	ts.Check(err)
	escape := regexp.MustCompile(`\\x[0-9a-f]{2}|\\n`)
	var b strings.Builder
	for i, arg := range args[2:] {
		raw := escape.ReplaceAllStringFunc(arg, func(s string) string {
			if s == `\n` {
				return "\n"
			}
			octet, _ := strconv.ParseUint(s[2:], 16, 8)
			return string([]byte{byte(octet)})
		})
		if i == 0 {
			raw = strings.Repeat(raw, count)
		}
		b.WriteString(raw)
	}
	path := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(filepath.Dir(path), 0o777))
	ts.Check(os.WriteFile(path, []byte(b.String()), 0o644))
}

// fifo FILE makes a named pipe that nobody writes to.
func fifo(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: fifo FILE")
	}
	ts.Check(syscall.Mkfifo(ts.MkAbs(args[0]), 0o644))
}
