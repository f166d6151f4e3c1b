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
)

// sifted is the data of a result, taken apart.
type sifted struct {
	clean json.RawMessage // with a short note in place of each medium; nil for no data
	media []Medium
	facts map[string]string // strings and numbers by their path, such as faceDetail.faceLivenessScore
}

// sift takes the media out of the data of an answer. Texts that are long enough
// to be a picture are left out of what is shown even under a name that says
// nothing of it.
func (c *Client) sift(data json.RawMessage) (sifted, error) {
	if len(data) == 0 {
		return sifted{}, nil
	}
	if data[0] != '{' {
		return sifted{}, errors.New("its data is no object")
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	s := sifter{client: c, dec: dec, facts: make(map[string]string)}
	if err := s.value("", ""); err != nil {
		return sifted{}, fmt.Errorf("its data cannot be read: %w", err)
	}
	return sifted{s.out.Bytes(), s.media, s.facts}, nil
}

// text is the string at a path; "" for none.
func (s sifted) text(path string) string { return s.facts[path] }

// score is the score at a path, a number or a string of one; nil for what is
// none. It has to be from 0 to 100: anything else must not pass for a verdict.
func (s sifted) score(path string) *float64 {
	if f, err := strconv.ParseFloat(s.facts[path], 64); err == nil && f >= 0 && f <= 100 {
		return &f
	}
	return nil
}

// kind is the whole number at a path; nil for none.
func (s sifted) kind(path string) *int {
	if n, err := strconv.Atoi(s.facts[path]); err == nil {
		return &n
	}
	return nil
}

// sifter walks through JSON and writes it again.
type sifter struct {
	client *Client
	dec    *json.Decoder
	out    bytes.Buffer
	media  []Medium
	facts  map[string]string
}

// value copies the next value. Key is the nearest member's.
func (s *sifter) value(path, key string) error {
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
		s.text(path, key, tok)
	case json.Number:
		s.facts[path] = tok.String()
		s.out.WriteString(tok.String())
	case bool:
		s.out.WriteString(strconv.FormatBool(tok))
	default:
		s.out.WriteString("null")
	}
	return nil
}

// element copies the next element of a list or member of an object.
func (s *sifter) element(within json.Delim, path, key string) error {
	if within == '[' {
		return s.value(path+"[]", key)
	}
	tok, err := s.dec.Token()
	if err != nil {
		return err
	}
	name := tok.(string) // the decoder takes no other name
	s.out.WriteString(quoted(s.client.veil.over(name)) + ":")
	if path != "" {
		path += "."
	}
	return s.value(path+name, name)
}

// text copies a string, or a note if it is a medium.
func (s *sifter) text(path, key, text string) {
	name, known := mediumName(key)
	scheme, _, _ := strings.Cut(text, "://")
	link := strings.EqualFold(scheme, "https") || strings.EqualFold(scheme, "http")
	switch {
	case text == "":
		s.out.WriteString(`""`)
	case link && name != "":
		s.link(name, text)
	case known:
		s.embedded(name, text)
	case name != "" && embeds(text), strings.HasPrefix(text, "data:"), bulky(text):
		if name == "" {
			name = cmp.Or(snake(key), "data")
		}
		s.embedded(name, text)
	case admits(key, link, text):
		s.out.WriteString(quoted(mask))
	default:
		s.facts[path] = s.client.legible(text)
		s.out.WriteString(quoted(s.client.veil.over(text)))
	}
}

// admits reports what lets people in: a licence, a token, a page with one. No
// document says that a result holds any.
func admits(key string, link bool, text string) bool {
	switch strings.ToLower(key) {
	case "token", "accesstoken", "license":
		return true
	}
	return link && strings.Contains(strings.ToLower(text), "token=")
}

func (s *sifter) link(name, address string) {
	m := Medium{Name: s.unique(name), URL: address}
	note := fmt.Sprintf("(%s: a link)", m.Name)
	if _, err := s.client.link(address); err != nil {
		m.URL, m.fault = "", fmt.Errorf("the link to it %w", err)
		note = fmt.Sprintf("(%s: a link that %v)", m.Name, err)
	}
	s.add(m, note)
}

func (s *sifter) embedded(name, text string) {
	m := Medium{Name: s.unique(name)}
	m.Data, m.Type, m.fault = decodeMedium(text)
	note := fmt.Sprintf("(%s: %s, %d bytes)", m.Name, m.Type, len(m.Data))
	if m.fault != nil {
		note = fmt.Sprintf("(%s: %d characters left out)", m.Name, len(text))
	}
	s.add(m, note)
}

func (s *sifter) add(m Medium, note string) {
	s.media = append(s.media, m)
	s.out.WriteString(quoted(note))
}

// unique is a name that no medium has yet.
func (s *sifter) unique(name string) string {
	taken := func(name string) bool {
		return slices.ContainsFunc(s.media, func(m Medium) bool { return m.Name == name })
	}
	candidate := name
	for n := 2; taken(candidate); n++ {
		candidate = name + "_" + strconv.Itoa(n)
	}
	return candidate
}

// bulk is the length, in bytes, from which a text without blanks is not shown.
const bulk = 256

// bulky reports a text that looks like data in base64.
func bulky(text string) bool {
	return len(text) >= bulk && strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=\r\n") == ""
}

// embeds reports a text that is a medium in base64.
func embeds(text string) bool {
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
			return strings.TrimSuffix(snake(key), "_url"), false
		}
	}
	return "", false
}

// snake writes a key as the name of a file: lower case, words apart.
func snake(key string) string {
	var b strings.Builder
	for i, r := range clip(key) {
		switch {
		case r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r):
			r = '_'
		case unicode.IsUpper(r) && i > 0:
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
