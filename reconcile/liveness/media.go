package liveness

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"livery/schema"
)

// mediumMax is the length, in bytes, of the longest image, video or archive.
const mediumMax = 64 << 20

// Medium is an image, a video or an archive of a result: either the data, or
// the link to it, which lives for a day. It is a picture of somebody's face and
// belongs into no log.
type Medium struct {
	Name  string // what it shows, such as image_far; no two of a result are alike
	URL   string // "" when there is data, or nothing usable
	Data  []byte
	Type  string // of the data, such as image/jpeg, by its own first bytes; "" for a link
	fault error  // why there is nothing usable
}

// Fault says why the medium cannot be had; nil when it may be.
func (m Medium) Fault() error { return m.fault }

// Extension is the ending of a file of a type that Download may give.
func Extension(typ string) string {
	switch typ {
	case "image/jpeg":
		return ".jpg"
	case "image/x-icon":
		return ".ico"
	case "video/quicktime":
		return ".mov"
	}
	_, ending, _ := strings.Cut(typ, "/")
	return "." + ending
}

// Download writes a medium to w and tells its type, judged by what it holds and
// not by what is said of it, and its length in bytes. It takes images, videos
// and zip archives of at most 64 MiB, from https and, where the service itself
// is on this machine, from there by http. The access token is never sent along.
// After an error w may hold a part of it. Errors name the host and never the
// link, which lets anybody in.
func (c *Client) Download(ctx context.Context, m Medium, w io.Writer) (typ string, n int64, err error) {
	switch {
	case m.fault != nil:
		err = m.fault
	case m.URL != "":
		typ, n, err = c.downloadLink(ctx, m, w)
	default:
		if typ, err = checkData(m.Data); err == nil {
			var written int
			written, err = w.Write(m.Data)
			n = int64(written)
		}
	}
	if err != nil {
		return "", n, fmt.Errorf("%s: %w", m.Name, err)
	}
	return typ, n, nil
}

var (
	errNotMedia = errors.New("is neither an image nor a video nor a zip archive")
	errTooBig   = fmt.Errorf("is longer than %d MiB", mediumMax>>20)
)

// checkData gives the type of data that is whole.
func checkData(data []byte) (string, error) {
	if len(data) > mediumMax {
		return "", errTooBig
	}
	typ := sniffType(data)
	if typ == "" {
		return "", errNotMedia
	}
	return typ, nil
}

// sniffType gives the type of data by its first bytes; "" for what is no medium.
func sniffType(head []byte) string {
	typ := http.DetectContentType(head)
	switch {
	case strings.HasPrefix(typ, "image/"), strings.HasPrefix(typ, "video/"), typ == "application/zip":
		return typ
	case len(head) < 12 || string(head[4:8]) != "ftyp":
		return ""
	}
	// Phones write brands of MPEG-4 that net/http does not know.
	switch string(head[8:12]) {
	case "heic", "heix", "mif1", "msf1":
		return "image/heic"
	case "avif":
		return "image/avif"
	case "qt  ":
		return "video/quicktime"
	}
	return "video/mp4"
}

// decodeMedium reads the data of a medium out of a text.
func decodeMedium(text string) (data []byte, typ string, err error) {
	if strings.HasPrefix(text, "data:") {
		_, text, _ = strings.Cut(text, ",")
	}
	text = strings.TrimRight(text, "=\r\n ")
	if base64.RawStdEncoding.DecodedLen(len(text)) > mediumMax {
		return nil, "", errTooBig
	}
	encoding := base64.RawStdEncoding
	if strings.ContainsAny(text, "-_") {
		encoding = base64.RawURLEncoding
	}
	if data, err = encoding.DecodeString(text); err != nil {
		return nil, "", errors.New("is neither a link nor base64")
	}
	if typ, err = checkData(data); err != nil {
		return nil, "", err
	}
	return data, typ, nil
}

// checkLink judges an address that the service gives: https with a host, or http to
// this machine if the service is there too; a service elsewhere has no business
// on this machine. The error does not repeat the address.
func (c *connection) checkLink(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil || !isHeaderSafe(address) || u.Hostname() == "":
		return nil, errors.New("is no usable address")
	case u.User != nil:
		return nil, errors.New("holds a user name")
	case u.Scheme == "http" && schema.IsLoopback(u.Hostname()) && schema.IsLoopback(c.base.Hostname()):
		return u, nil
	case u.Scheme != "https":
		return nil, errors.New("is not https")
	}
	return u, nil
}
