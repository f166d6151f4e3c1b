package liveness

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"livery/schema"
)

// resultData is the data of a result.
type resultData struct {
	json   json.RawMessage // with a note in place of each medium; nil for no data
	media  []Medium
	values map[string]string // strings and numbers by their path, such as faceDetail.faceLivenessScore
}

// parseResult separates the media from the rest of the data of a response. Strings
// that are long enough to be a picture are left out of the rest even where the
// name of their member does not say so.
func (c *Client) parseResult(data json.RawMessage) (resultData, error) {
	if len(data) == 0 {
		return resultData{}, nil
	}
	if data[0] != '{' {
		return resultData{}, errors.New("its data is no object")
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	s := resultParser{client: c, dec: dec, values: make(map[string]string)}
	if err := s.value("", ""); err != nil {
		return resultData{}, fmt.Errorf("its data cannot be read: %w", err)
	}
	return resultData{s.out.Bytes(), s.media, s.values}, nil
}

// text is the string at a path; "" for none.
func (s resultData) text(path string) string { return s.values[path] }

// score is the score at a path, a number or a string of one; nil for what is
// none. It has to be from 0 to 100: anything else must not pass for a verdict.
func (s resultData) score(path string) *float64 {
	if f, err := strconv.ParseFloat(s.values[path], 64); err == nil && f >= 0 && f <= 100 {
		return &f
	}
	return nil
}

// integer is the whole number at a path; nil for none.
func (s resultData) integer(path string) *int {
	if n, err := strconv.Atoi(s.values[path]); err == nil {
		return &n
	}
	return nil
}

// resultParser reads JSON, collects the media and the plain values in it, and writes
// the rest again.
type resultParser struct {
	client *Client
	dec    *json.Decoder
	out    bytes.Buffer
	media  []Medium
	values map[string]string
}

// value copies the next value. Key is the nearest member's.
func (s *resultParser) value(path, key string) error {
	tok, err := s.dec.Token()
	if err != nil {
		return err
	}
	switch tok := tok.(type) {
	case json.Delim:
		s.out.WriteString(tok.String())
		for n := 0; s.dec.More(); n++ {
			if n > 0 {
				s.out.WriteByte(',')
			}
			if err := s.element(tok, path, key); err != nil {
				return err
			}
		}
		end, err := s.dec.Token()
		if err != nil {
			return err
		}
		s.out.WriteString(end.(json.Delim).String()) // the decoder lets nothing else follow
	case string:
		s.addText(path, key, tok)
	case json.Number:
		s.values[path] = tok.String()
		s.out.WriteString(tok.String())
	case bool:
		s.out.WriteString(strconv.FormatBool(tok))
	default:
		s.out.WriteString("null")
	}
	return nil
}

// element copies the next element of a list or member of an object.
func (s *resultParser) element(within json.Delim, path, key string) error {
	if within == '[' {
		return s.value(path+"[]", key)
	}
	tok, err := s.dec.Token()
	if err != nil {
		return err
	}
	name := tok.(string) // the decoder takes no other name
	s.out.WriteString(encodeJSON(s.client.redactor.Redact(name)) + ":")
	if path != "" {
		path += "."
	}
	return s.value(path+name, name)
}

// addText copies a string, or a note if it is a medium.
func (s *resultParser) addText(path, key, text string) {
	name, known := mediumName(key)
	scheme, _, _ := strings.Cut(text, "://")
	link := strings.EqualFold(scheme, "https") || strings.EqualFold(scheme, "http")
	switch {
	case text == "":
		s.out.WriteString(`""`)
	case link && name != "":
		s.addLink(name, text)
	case known:
		s.addEmbedded(name, text)
	case name != "" && isMedia(text), strings.HasPrefix(text, "data:"), looksBase64(text):
		if name == "" {
			name = cmp.Or(snakeCase(key), "data")
		}
		s.addEmbedded(name, text)
	case isCredential(key, link, text):
		s.out.WriteString(encodeJSON(schema.Hidden))
	default:
		s.values[path] = s.client.redactor.sanitize(text)
		s.out.WriteString(encodeJSON(s.client.redactor.Redact(text)))
	}
}

// isCredential reports a string that lets people in: a licence, a token, or a link
// with one. No document says that a result holds any.
func isCredential(key string, link bool, text string) bool {
	return slices.Contains([]string{"token", "accesstoken", "license"}, strings.ToLower(key)) ||
		link && strings.Contains(strings.ToLower(text), "token=")
}

func (s *resultParser) addLink(name, address string) {
	m := Medium{Name: s.uniqueName(name), URL: address}
	note := fmt.Sprintf("(%s: a link)", m.Name)
	if _, err := s.client.connection.checkLink(address); err != nil {
		m.URL, m.fault = "", fmt.Errorf("the link to it %w", err)
		note = fmt.Sprintf("(%s: a link that %v)", m.Name, err)
	}
	s.add(m, note)
}

func (s *resultParser) addEmbedded(name, text string) {
	m := Medium{Name: s.uniqueName(name)}
	m.Data, m.Type, m.fault = decodeMedium(text)
	note := fmt.Sprintf("(%s: %s, %d bytes)", m.Name, m.Type, len(m.Data))
	if m.fault != nil {
		note = fmt.Sprintf("(%s: %d characters left out)", m.Name, len(text))
	}
	s.add(m, note)
}

func (s *resultParser) add(m Medium, note string) {
	s.media = append(s.media, m)
	s.out.WriteString(encodeJSON(note))
}

// uniqueName is a name that no medium has yet.
func (s *resultParser) uniqueName(name string) string {
	taken := func(name string) bool {
		return slices.ContainsFunc(s.media, func(m Medium) bool { return m.Name == name })
	}
	candidate := name
	for n := 2; taken(candidate); n++ {
		candidate = name + "_" + strconv.Itoa(n)
	}
	return candidate
}

// base64Min is the length, in bytes, from which a string that may be base64 is not
// shown.
const base64Min = 256

// looksBase64 reports a long string of nothing but the letters of base64.
func looksBase64(text string) bool {
	return len(text) >= base64Min && strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=\r\n") == ""
}

// isMedia reports a string that is a medium in base64.
func isMedia(text string) bool {
	_, _, err := decodeMedium(text)
	return err == nil
}

// mediumName is what a member is called as a medium; "" when its key does not
// sound like one. Known are the keys that the documents name.
func mediumName(key string) (name string, known bool) {
	switch key {
	case "image", "detectionResult", "faceImage":
		return "image", true
	case "imageFar", "imageFarUrl", "faceImageFar":
		return "image_far", true
	case "imageNear", "imageNearUrl", "faceImageNear":
		return "image_near", true
	case "silentImage":
		return "image_silent", true
	case "auditImageUrl":
		return "audit_images", true
	case "video", "faceVideoUrl":
		return "video", true
	}
	folded := strings.ToLower(key)
	for _, word := range []string{"image", "video", "photo", "picture", "audit"} {
		if strings.Contains(folded, word) {
			return strings.TrimSuffix(snakeCase(key), "_url"), false
		}
	}
	return "", false
}

// snakeCase writes a key as the name of a file: lower case, words apart, and nothing
// but ASCII letters and digits.
func snakeCase(key string) string {
	return strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return '_'
		}
		return r
	}, strings.TrimPrefix(schema.Snake(shorten(key)), "_"))
}
