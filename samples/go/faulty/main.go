// Faulty is a small order service with deliberate faults, for ./demo and for trying things out:
//
//   - quotes.go: a goroutine leak; who asked has gone, and nobody receives the answer
//   - stock.go: a mutex that is held during slow work
//   - audit.go: a channel whose consumer is slower than its producers
//   - report.go: an allocation storm, for 3 of every 7 seconds
//   - history.go: a large heap full of pointers, and requests that allocate beside it
//
// It serves HTTP on a loopback port and has no profiling endpoint. It makes its own load, and ends with its parent's
// standard input when it is started with -follow.
package main

import (
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "address to serve HTTP on")
	rate := flag.Int("rate", 20, "orders per second that the service gives itself; 0 waits for requests")
	orders := flag.Int("orders", 700_000, "orders of the past to keep in memory")
	follow := flag.Bool("follow", false, "end when standard input ends")
	flag.Parse()
	allowObservers()
	saveHeapOnSignal()

	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		fmt.Fprintln(os.Stderr, "faulty:", err)
		os.Exit(1)
	}
	go keepAudit()
	go refreshReports()
	shop := &shop{stock: newStock(), open: make(chan struct{}, ordersAtOnce)}
	shop.stock.startPickers(6)
	if *rate > 0 {
		go shop.customers(*rate)
	}
	if *follow {
		go func() {
			io.Copy(io.Discard, os.Stdin)
			os.Exit(0)
		}()
	}
	fmt.Printf("ready pid=%d address=%s\n", os.Getpid(), listener.Addr())

	mux := http.NewServeMux()
	mux.HandleFunc("/order", shop.serveOrder)
	mux.HandleFunc("/report", serveReport)
	mux.HandleFunc("/search", keepHistory(*orders).serveSearch)
	mux.HandleFunc("/health", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	fmt.Fprintln(os.Stderr, "faulty:", server.Serve(listener))
}

// shop takes so many orders at once; more than that wait outside, as behind a server's limit on connections.
type shop struct {
	stock *stock
	open  chan struct{}
}

const ordersAtOnce = 30

// customers places orders at a steady rate, each in a goroutine of its own as a server would.
func (s *shop) customers(rate int) {
	for range time.Tick(time.Second / time.Duration(rate)) {
		s.open <- struct{}{}
		go func() {
			defer func() { <-s.open }()
			s.order("gadget")
		}()
	}
}

func (s *shop) serveOrder(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintln(w, s.order(r.URL.Query().Get("item")))
}

func (s *shop) order(item string) string {
	price := quote(item)
	left := s.stock.reserve(item)
	record(fmt.Sprintf("ordered %s at %d, %d left", item, price, left))
	return "ordered"
}
