// A service that is as open as services are: pprof and expvar on the default mux, where -listen says, and an agent of gops where GOPS_CONFIG_DIR is set.
// With -ask the index of the profiles answers 401 to callers without a name. It ends when its standard input does.
package main

import (
	_ "expvar"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
	"strings"

	"github.com/google/gops/agent"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "where to serve")
	ask := flag.Bool("ask", false, "ask who wants the profiles")
	flag.Parse()
	if os.Getenv("GOPS_CONFIG_DIR") != "" {
		if err := agent.Listen(); err != nil {
			panic(err)
		}
	}
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		panic(err)
	}
	go func() {
		_ = http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if _, _, known := r.BasicAuth(); *ask && !known && strings.HasPrefix(r.URL.Path, "/debug/") {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			http.DefaultServeMux.ServeHTTP(w, r)
		}))
	}()
	fmt.Printf("ready pid=%d address=%s\n", os.Getpid(), listener.Addr())
	_, _ = io.Copy(io.Discard, os.Stdin)
}
