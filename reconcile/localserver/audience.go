package localserver

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Audience is whom a server is for.
type Audience uint8

const (
	// Pages are for the browsers of this machine, and for programs. They are asked for
	// by the address that is listened on, localhost or a host that is allowed by name:
	// any other name can be pointed here by whoever owns it, for a page of his to read
	// what is served (DNS rebinding). A page of another site may show what is here, in
	// a frame too, and do nothing else with it (CSRF).
	Pages Audience = iota
	// Programs come from anywhere, under any name, as through a tunnel. No browser
	// has anything to say to what is for them.
	Programs
)

// refusal gives what judges requests: why one is refused, or "".
func (a Audience) refusal(listen net.Addr, hosts []string) func(*http.Request) string {
	if a == Programs {
		return func(r *http.Request) string {
			if r.Header.Get("Origin") != "" || r.Header.Get("Sec-Fetch-Site") != "" {
				return "this is not for browsers"
			}
			return ""
		}
	}
	crossOrigin := http.NewCrossOriginProtection()
	return func(r *http.Request) string {
		switch {
		case !isAllowedHost(r.Host, listen, hosts):
			return fmt.Sprintf("this server is not known by the name %q", r.Host)
		case showsOnly(r):
			return ""
		}
		judged := *r
		judged.Method = http.MethodPost // reading is for this site alone, too
		if crossOrigin.Check(&judged) != nil {
			return "pages of other sites may not ask for this"
		}
		return ""
	}
}

// showsOnly reports a request by which a browser shows something and lets no other site
// read it.
func showsOnly(r *http.Request) bool {
	return (r.Method == http.MethodGet || r.Method == http.MethodHead) && r.Header.Get("Origin") == "" &&
		slices.Contains([]string{"document", "iframe", "image", "video"}, r.Header.Get("Sec-Fetch-Dest"))
}

// isAllowedHost reports whether a Host header names the address that is listened on, or
// one of hosts.
func isAllowedHost(host string, listen net.Addr, hosts []string) bool {
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		name, port = host, "80"
	}
	name = strings.ToLower(strings.Trim(name, "[]"))
	if slices.ContainsFunc(hosts, func(h string) bool { return strings.EqualFold(h, name) }) {
		return true
	}
	listenHost, listenPort, err := net.SplitHostPort(listen.String())
	if err != nil || port != listenPort {
		return false
	}
	if name == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(name)
	if err != nil {
		return false
	}
	listened, err := netip.ParseAddr(listenHost)
	return err == nil && (addr == listened || listened.IsUnspecified() || addr.IsLoopback() && listened.IsLoopback())
}
