// Indiscreet serves its own pprof and expvar on a loopback port, and holds what it is given where services hold what they should not
// say: in the labels of goroutines, in what functions were called with, and in published variables. Whatever stands on its command line
// is on its command line. It ends when its standard input does.
//
// In its environment, each a list of KEY=VALUE, one a line:
//
//	INDISCREET_LABELS   a goroutine waits under each of these labels, and one works a little
//	INDISCREET_VARS     a variable each; expvar publishes them
//
// and INDISCREET_WAITING, how many goroutines wait besides.
package main

import (
	"context"
	"expvar"
	"fmt"
	"io"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync"
	"time"
)

func main() {
	requests := expvar.NewMap("requests")
	requests.Add("answered", 7)
	requests.AddFloat("share", 0.5)
	expvar.NewInt("orders").Set(42)
	expvar.Publish("uptime", expvar.Func(func() any { return map[string]any{"days": 3, "since": "yesterday", "restarts": []int{}} }))
	for _, one := range list("INDISCREET_VARS") {
		expvar.NewString(one.key).Set(one.value)
	}

	var waiting sync.WaitGroup
	never := make(chan struct{})
	for _, one := range list("INDISCREET_LABELS") {
		one := one
		waiting.Add(2)
		go pprof.Do(context.Background(), pprof.Labels(one.key, one.value), func(context.Context) { pay(one.value, &waiting, never) })
		go pprof.Do(context.Background(), pprof.Labels(one.key, one.value), func(context.Context) { work(one.value, &waiting) })
	}
	count, _ := strconv.Atoi(os.Getenv("INDISCREET_WAITING"))
	waiting.Add(count)
	for i := 0; i < count; i++ {
		go pay("nobody", &waiting, never)
	}
	waiting.Wait()

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() { _ = http.Serve(listener, nil) }()
	fmt.Printf("ready pid=%d address=%s\n", os.Getpid(), listener.Addr())
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// pay waits with what it was called with on its stack.
//
//go:noinline
func pay(with string, waiting *sync.WaitGroup, until chan struct{}) {
	waiting.Done()
	<-until
	fmt.Fprintln(io.Discard, with)
}

// work makes a processor's time and memory appear under its label, and little of both.
//
//go:noinline
func work(with string, waiting *sync.WaitGroup) {
	waiting.Done()
	for range time.Tick(5 * time.Millisecond) {
		fmt.Fprint(io.Discard, strings.Repeat(with, 1000))
	}
}

type pair struct{ key, value string }

func list(variable string) []pair {
	var pairs []pair
	for _, line := range strings.Split(os.Getenv(variable), "\n") {
		if key, value, ok := strings.Cut(line, "="); ok {
			pairs = append(pairs, pair{key, value})
		}
	}
	return pairs
}
