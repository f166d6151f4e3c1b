package function

import (
	"bytes"
	"compress/gzip"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	yaml "github.com/zclconf/go-cty-yaml"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// encodeFunctions are those that turn values into text of some form and back.
func encodeFunctions() map[string]function.Function {
	fs := map[string]function.Function{
		"base64decode":     discreet(transform("Decodes Base64 to text.", base64Decode)),
		"base64encode":     transform("Encodes the UTF-8 bytes of a text as Base64.", base64Encode),
		"base64gzip":       transform("Compresses a text with gzip and encodes the result as Base64.", base64Gzip),
		"csvdecode":        stdlib.CSVDecodeFunc,
		"jsondecode":       limited(stdlib.JSONDecodeFunc, checkText(checkJSON)),
		"jsonencode":       limited(stdlib.JSONEncodeFunc, checkWeight),
		"textdecodebase64": discreet(textDecodeFunction()),
		"textencodebase64": discreet(textEncodeFunction()),
		"urlencode":        transform("Escapes a text for the query of a URL.", urlEncode),
		"uuidv5":           discreet(uuidv5Function()),
		"yamldecode":       limited(yaml.YAMLDecodeFunc.WithNewDescriptions("Reads a YAML text.", []string{"The YAML text."}), checkText(checkYAML)),
		"yamlencode":       limited(yaml.YAMLEncodeFunc.WithNewDescriptions("Writes a value as YAML.", []string{"The value to write."}), checkWeight),
	}
	for name, h := range digests() {
		fs[name] = transform(h.description, func(s string) (string, error) { return h.of([]byte(s)), nil })
	}
	return fs
}

// digest is one way to sum up bytes. Each exists for texts and for files.
type digest struct {
	description string
	of          func([]byte) string
}

func digests() map[string]digest {
	return map[string]digest{
		"md5":    {"The MD5 hash, in hexadecimal digits.", func(b []byte) string { h := md5.Sum(b); return hex.EncodeToString(h[:]) }},
		"sha1":   {"The SHA-1 hash, in hexadecimal digits.", func(b []byte) string { h := sha1.Sum(b); return hex.EncodeToString(h[:]) }},
		"sha256": {"The SHA-256 hash, in hexadecimal digits.", func(b []byte) string { h := sha256.Sum256(b); return hex.EncodeToString(h[:]) }},
		"sha512": {"The SHA-512 hash, in hexadecimal digits.", func(b []byte) string { h := sha512.Sum512(b); return hex.EncodeToString(h[:]) }},
		"base64sha256": {"The bytes of the SHA-256 hash, in Base64.", func(b []byte) string {
			h := sha256.Sum256(b)
			return base64.StdEncoding.EncodeToString(h[:])
		}},
		"base64sha512": {"The bytes of the SHA-512 hash, in Base64.", func(b []byte) string {
			h := sha512.Sum512(b)
			return base64.StdEncoding.EncodeToString(h[:])
		}},
	}
}

// transform makes a function of one string that gives another.
func transform(description string, apply func(string) (string, error)) function.Function {
	return function.New(&function.Spec{
		Description:  description,
		Params:       []function.Parameter{{Name: "str", Type: cty.String, Description: "The text."}},
		Type:         function.StaticReturnType(cty.String),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			s, err := apply(args[0].AsString())
			if err == nil && len(s) > MaxResult {
				err = tooLong("the result")
			}
			return cty.StringVal(s), err
		},
	})
}

// checkText makes a check of the first argument, which is a text.
func checkText(check func(string) error) func([]cty.Value) error {
	return func(args []cty.Value) error {
		if s, ok := textOf(args[0]); ok {
			if err := check(s); err != nil {
				return function.NewArgError(0, err)
			}
		}
		return nil
	}
}

func checkWeight(args []cty.Value) error {
	if Weigh(args[0], MaxResult) > MaxResult {
		return tooLong("the result")
	}
	return nil
}

func base64Encode(s string) (string, error) {
	return base64.StdEncoding.EncodeToString([]byte(s)), nil
}

func base64Decode(s string) (string, error) {
	raw, err := base64.StdEncoding.DecodeString(s)
	switch {
	case err != nil:
		return "", fmt.Errorf("failed to decode base64 data %q", s)
	case !utf8.Valid(raw):
		return "", errors.New("the result of decoding the provided string is not valid UTF-8")
	}
	return string(raw), nil
}

func base64Gzip(s string) (string, error) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(s)); err != nil {
		return "", err
	}
	if err := w.Flush(); err != nil { // as Terraform does, so that the bytes are the same
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(b.Bytes()), nil
}

func urlEncode(s string) (string, error) { return url.QueryEscape(s), nil }

func uuidv5Function() function.Function {
	return function.New(&function.Spec{
		Description: "The name-based UUID (version 5) of a name within a namespace.",
		Params: []function.Parameter{
			{Name: "namespace", Type: cty.String, Description: `"dns", "url", "oid", "x500" or a UUID.`},
			{Name: "name", Type: cty.String, Description: "The name."},
		},
		Type:         function.StaticReturnType(cty.String),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			space, err := uuidNamespace(args[0].AsString())
			if err != nil {
				return cty.NilVal, err
			}
			sum := sha1.Sum(append(space, args[1].AsString()...))
			sum[6] = sum[6]&0x0f | 0x50
			sum[8] = sum[8]&0x3f | 0x80
			return cty.StringVal(fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])), nil
		},
	})
}

func uuidNamespace(name string) ([]byte, error) {
	id := name
	switch name { // the namespaces of RFC 9562
	case "dns", "url", "oid", "x500":
		id = map[string]string{"dns": "6ba7b810", "url": "6ba7b811", "oid": "6ba7b812", "x500": "6ba7b814"}[name] + "-9dad-11d1-80b4-00c04fd430c8"
	}
	raw, err := hex.DecodeString(strings.ReplaceAll(id, "-", ""))
	if err != nil || len(raw) != 16 || len(id) != 36 {
		return nil, fmt.Errorf("uuidv5() doesn't support namespace %s (not a UUID)", name)
	}
	return raw, nil
}

func textEncodeFunction() function.Function {
	return function.New(&function.Spec{
		Description: "Encodes a text in a character encoding and the bytes as Base64.",
		Params: []function.Parameter{
			{Name: "string", Type: cty.String, Description: "The text."},
			{Name: "encoding", Type: cty.String, Description: "UTF-8, UTF-16, UTF-16LE, UTF-16BE or a single-byte encoding such as ISO-8859-1 or windows-1252."},
		},
		Type:         function.StaticReturnType(cty.String),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			enc, err := textEncoding(args[1].AsString())
			if err != nil {
				return cty.NilVal, function.NewArgError(1, err)
			}
			raw, err := enc.NewEncoder().Bytes([]byte(args[0].AsString()))
			if err != nil {
				return cty.NilVal, function.NewArgErrorf(0, "the given string contains characters that cannot be represented in %s", args[1].AsString())
			}
			return cty.StringVal(base64.StdEncoding.EncodeToString(raw)), nil
		},
	})
}

func textDecodeFunction() function.Function {
	return function.New(&function.Spec{
		Description: "Decodes Base64 and reads the bytes as text in a character encoding.",
		Params: []function.Parameter{
			{Name: "source", Type: cty.String, Description: "The text in Base64."},
			{Name: "encoding", Type: cty.String, Description: "UTF-8, UTF-16, UTF-16LE, UTF-16BE or a single-byte encoding such as ISO-8859-1 or windows-1252."},
		},
		Type:         function.StaticReturnType(cty.String),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			enc, err := textEncoding(args[1].AsString())
			if err != nil {
				return cty.NilVal, function.NewArgError(1, err)
			}
			raw, err := base64.StdEncoding.DecodeString(args[0].AsString())
			if at := base64.CorruptInputError(0); errors.As(err, &at) {
				return cty.NilVal, function.NewArgErrorf(0, "the given value is has an invalid base64 symbol at offset %d", int(at))
			} else if err != nil {
				return cty.NilVal, function.NewArgErrorf(0, "invalid source string: %s", err)
			}
			text, err := enc.NewDecoder().Bytes(raw)
			if err != nil || bytes.ContainsRune(text, utf8.RuneError) {
				return cty.NilVal, function.NewArgErrorf(0, "the given string contains symbols that are not defined for %s", args[1].AsString())
			}
			return cty.StringVal(string(text)), nil
		},
	})
}

// textEncoding finds an encoding by name. Encodings of many bytes a character,
// other than Unicode's own, are left out: their tables would double the program.
func textEncoding(name string) (encoding.Encoding, error) {
	plain := strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(name))
	switch plain {
	case "utf8":
		return unicode.UTF8, nil
	case "utf16":
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM), nil
	case "utf16le":
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), nil
	case "utf16be":
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), nil
	case "latin1":
		return charmap.ISO8859_1, nil
	}
	for _, e := range charmap.All {
		if known, ok := e.(fmt.Stringer); ok && strings.ToLower(strings.NewReplacer("-", "", " ", "").Replace(known.String())) == plain {
			return e, nil
		}
	}
	return nil, fmt.Errorf("%q is not a supported IANA encoding name or alias", name)
}
