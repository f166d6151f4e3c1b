package simulator

import (
	"archive/zip"
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The pictures of a session, by the last part of their links.
const (
	mediaFar   = "faceImageFar.jpg"
	mediaNear  = "faceImageNear.jpg"
	mediaAudit = "auditImage.zip"
	mediaVideo = "faceVideo.webm"
)

const mediaPath = "/media/"

// mediaLife is how long the link to a picture lives.
const mediaLife = 24 * time.Hour

// mediaFile is a picture and its type.
type mediaFile struct {
	kind string
	data []byte
}

// sampleMedia draws what every session shows: a head without a face, so that
// nobody is in it. The far one is smaller.
var sampleMedia = sync.OnceValue(func() map[string]mediaFile {
	far, near := drawHead(26), drawHead(44)
	return map[string]mediaFile{
		mediaFar:   {"image/jpeg", far},
		mediaNear:  {"image/jpeg", near},
		mediaAudit: {"application/zip", archive(far, near)},
		mediaVideo: {"video/webm", emptyVideo()},
	}
})

// drawHead is a JPEG of an oval of the given half height on a plain ground.
func drawHead(size int) []byte {
	const width, height = 96, 128
	picture := image.NewGray(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			dx, dy := 4*(x-width/2), 3*(y-height/2)
			shade := color.Gray{Y: 0xe8}
			if dx*dx+dy*dy < 9*size*size {
				shade.Y = 0x90
			}
			picture.SetGray(x, y, shade)
		}
	}
	var b bytes.Buffer
	mustSucceed(jpeg.Encode(&b, picture, nil))
	return b.Bytes()
}

func archive(pictures ...[]byte) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i, picture := range pictures {
		must(must(z.Create(fmt.Sprintf("audit-%d.jpg", i+1))).Write(picture))
	}
	mustSucceed(z.Close())
	return b.Bytes()
}

// emptyVideo is the head of a WebM file and a segment with nothing in it.
func emptyVideo() []byte {
	return []byte("\x1a\x45\xdf\xa3\x9f" +
		"\x42\x86\x81\x01" + "\x42\xf7\x81\x01" + "\x42\xf2\x81\x04" + "\x42\xf3\x81\x08" +
		"\x42\x82\x84webm" + "\x42\x87\x81\x02" + "\x42\x85\x81\x02" +
		"\x18\x53\x80\x67\x80")
}

func inBase64(name string) string {
	return base64.StdEncoding.EncodeToString(sampleMedia()[name].data)
}

// mediaLinks makes the links to the pictures of a session. The id in them can
// only be made with the seal, so that nothing has to be remembered of a link
// and no link outlives its session.
func (v session) mediaLinks(pageBase, id string, now time.Time) func(name string) string {
	expires := now.Add(mediaLife).Unix()
	root := pageBase + mediaPath + v.mediaID(id, expires) + "/"
	return func(name string) string { return root + name + "?expires=" + strconv.FormatInt(expires, 10) }
}

func (v session) mediaID(id string, expires int64) string {
	mac := hmac.New(sha256.New, []byte(v.Seal))
	_, _ = fmt.Fprintf(mac, "media %s %d", id, expires)
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// media shows a picture to whoever has its link, and returns the status.
func (p pages) media(w http.ResponseWriter, r *http.Request) int {
	id, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, mediaPath), "/")
	file, ok := sampleMedia()[name]
	expires, err := strconv.ParseInt(r.URL.Query().Get("expires"), 10, 64)
	_, _, issued := p.store.find(func(other string, v session) bool {
		// A session that was cleared has no seal, so anybody could make its ids.
		return !v.Cleared && hmac.Equal([]byte(v.mediaID(other, expires)), []byte(id))
	})
	switch {
	case !ok || err != nil || !issued:
		return writeText(w, http.StatusNotFound, "No such picture.")
	case !p.now().Before(time.Unix(expires, 0)):
		return writeText(w, http.StatusGone, "This link has expired.")
	}
	w.Header().Set("Content-Type", file.kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(file.data)))
	_, _ = w.Write(file.data)
	return http.StatusOK
}

// parsePageBase judges where the links of sessions begin.
func parsePageBase(s string) (string, error) {
	if s == "" {
		return "http://127.0.0.1:8585", nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || strings.ContainsAny(s, "?#") {
		return "", fmt.Errorf("%q is no base of links; write one such as http://127.0.0.1:8585", s)
	}
	return strings.TrimRight(s, "/"), nil
}
