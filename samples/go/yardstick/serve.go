package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime/pprof"
	"strconv"
	"sync"
	"sync/atomic"
)

// article is what the server answers with.
type article struct {
	Number int
	Name   string
	Digest string
	Tags   []string
}

// shelf is what every request has to lock.
var shelf = struct {
	sync.Mutex
	seen map[int]int
}{seen: map[int]int{}}

var requests uint64

func serve() {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	check(err)
	http.HandleFunc("/article", answer)
	go http.Serve(l, nil)
	fmt.Printf("ready address=%v\n", l.Addr())
	obey(func(words []string) string {
		switch words[0] {
		case "requests":
			return strconv.FormatUint(atomic.LoadUint64(&requests), 10)
		case "profile":
			// Go's own CPU profile, as /debug/pprof/profile takes it, into nothing.
			if words[1] == "on" {
				check(pprof.StartCPUProfile(io.Discard))
			} else {
				pprof.StopCPUProfile()
			}
			return "ok"
		}
		return "unknown command"
	})
}

func answer(w http.ResponseWriter, r *http.Request) {
	number := int(atomic.AddUint64(&requests, 1))
	found := lookup(number % 1000)
	lookedUp(number)
	text, err := json.Marshal(found)
	check(err)
	w.Header().Set("Content-Type", "application/json")
	w.Write(text)
}

// lookup is called once for each request and takes some microseconds: what latency is measured on.
//
//go:noinline
func lookup(number int) article {
	shelf.Lock()
	shelf.seen[number]++
	shelf.Unlock()
	page := make([]byte, 2048)
	for i := range page {
		page[i] = byte(number + i)
	}
	digest := sha256.Sum256(page)
	return article{Number: number, Name: "article " + strconv.Itoa(number), Digest: hex.EncodeToString(digest[:]), Tags: []string{"one", "two", "three"}}
}

// lookedUp marks the end of lookup for tools that cannot probe a return.
//
//go:noinline
func lookedUp(number int) {
	if number < 0 {
		panic("there are no negative numbers")
	}
}
