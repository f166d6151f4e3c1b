package previewserver

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// guard decides who may change files. A token stands in the address that is printed; a
// browser that comes with it gets a cookie in its place, so that the token stays in no
// history, referrer or log. Another server on this machine is sent that cookie as well,
// since browsers do not tell ports apart; so nothing is changed for a page of any other
// origin, whatever it sends.
type guard struct {
	token, secret string // 128 bits each
	port          string // that is listened on
}

// newGuard makes a guard of what is served at an address.
func newGuard(listen net.Addr) *guard {
	_, port, _ := net.SplitHostPort(listen.String())
	return &guard{token: random(), secret: random(), port: port}
}

// random is a number of 128 bits that nobody can guess, in hexadecimal digits.
func random() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // it never fails
	return hex.EncodeToString(b[:])
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// isOwnHost reports whether a request asks for this server by a name that nobody can point
// here from elsewhere (DNS rebinding).
func (g *guard) isOwnHost(r *http.Request) bool {
	name, port, err := net.SplitHostPort(r.Host)
	if err != nil {
		name, port = strings.Trim(r.Host, "[]"), "80"
	}
	addr, err := netip.ParseAddr(name)
	return port == g.port && (strings.EqualFold(name, "localhost") || err == nil && addr.IsLoopback())
}

// cookies are the names of ours. The second one is this port's alone: two previews on one
// machine do not end each other's.
func (g *guard) cookies() []string { return []string{"livery_edit", "livery_edit_" + g.port} }

// isEditor reports whether a browser has been let in.
func (g *guard) isEditor(r *http.Request) bool {
	return slices.ContainsFunc(g.cookies(), func(name string) bool {
		c, err := r.Cookie(name)
		return err == nil && same(c.Value, g.secret)
	})
}

// enter lets a browser in that comes with the token, and sends it to the address without.
func (g *guard) enter(w http.ResponseWriter, r *http.Request) {
	if tokens := r.URL.Query()["token"]; len(tokens) != 1 || !same(tokens[0], g.token) {
		http.Error(w, "This address belongs to another run of livery, or is not whole. Open the one that livery has printed.", http.StatusForbidden)
		return
	}
	for _, name := range g.cookies() {
		http.SetCookie(w, &http.Cookie{Name: name, Value: g.secret, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
	}
	w.Header().Set("Location", "/")
	w.WriteHeader(http.StatusSeeOther)
}

// refusal says why a request may change nothing; "" if it may.
func (g *guard) refusal(r *http.Request) string {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	site := r.Header.Get("Sec-Fetch-Site")
	switch {
	case !g.isEditor(r):
		return "This page is of another run of livery, or was opened without its address. Open the one that livery has printed."
	case r.Header.Get("Origin") != "http://"+r.Host || site != "" && site != "same-origin":
		return "Pages of other origins change nothing here."
	case err != nil || kind != "application/json":
		return "What is asked for is JSON."
	}
	return ""
}
