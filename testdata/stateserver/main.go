// Stateserver is a server for Terraform's HTTP backend, for tests and to try the
// http backend with:
//
//	go run ./testdata/stateserver -listen=127.0.0.1:8390 -file=/tmp/states.json
//
// The password of -user comes from STATESERVER_PASSWORD.
package main

import (
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"livery/testdata/stateserver/server"
)

func main() {
	fmt.Fprintln(os.Stderr, serve())
	os.Exit(1)
}

// serve ends only with an error.
func serve() error {
	var c server.Config
	listen := flag.String("listen", "127.0.0.1:8390", "where to listen")
	flag.StringVar(&c.File, "file", "", "where to keep the states; in memory if empty")
	flag.StringVar(&c.User, "user", "", "who may ask; everybody if empty")
	flag.BoolVar(&c.ETags, "etags", false, "give ETags and honour conditions")
	flag.DurationVar(&c.Latency, "latency", 0, "how late every answer is")
	flag.Parse()
	c.Password = os.Getenv("STATESERVER_PASSWORD")
	s, err := server.New(c)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", *listen)
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "states at http://%s/NAME\n", l.Addr())
	return (&http.Server{Handler: s, ReadHeaderTimeout: time.Minute}).Serve(l)
}
