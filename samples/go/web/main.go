// Command web is an HTTP server whose routes behave in known ways and which keeps its own account of every request.
// It prints "ready http=ADDRESS https=ADDRESS [h2c=ADDRESS]" and then obeys one command a line on standard input:
//
//	truth         every request so far, as one line of JSON (see record)
//	inflight      the requests that run now, in the same form
//	gc            runs runtime.GC and prints when, how long, and the pauses that the runtime counted
//	stop N        stops the world N times without a collection (runtime.GOMAXPROCS)
//	garbage on    allocates in the background so that collections follow each other; garbage off ends it
//	keep N        keeps N megabytes of pointers alive, which every collection has to follow
//	quit          ends; so does the end of standard input
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

func main() {
	// The panics of /panic are wanted, their stacks are not.
	quiet := log.New(discard{}, "", 0)
	handler := account(routes())

	plain := listen()
	go (&http.Server{Handler: handler, ErrorLog: quiet}).Serve(plain)

	secure := listen()
	server := &http.Server{Handler: handler, ErrorLog: quiet, TLSConfig: selfSigned()}
	go server.ServeTLS(secure, "", "")

	more := ""
	if address := serveUnencryptedHTTP2(handler); address != "" {
		more = " h2c=" + address
	}
	fmt.Printf("ready http=%s https=%s%s\n", plain.Addr(), secure.Addr(), more)

	commands := bufio.NewScanner(os.Stdin)
	for commands.Scan() {
		words := strings.Fields(commands.Text())
		if len(words) == 0 {
			continue
		}
		switch words[0] {
		case "truth":
			answer(finished())
		case "inflight":
			answer(running())
		case "gc":
			answer(collect())
		case "stop":
			times, _ := strconv.Atoi(words[len(words)-1])
			answer(stop(times))
		case "garbage":
			garbage(words[len(words)-1] == "on")
			answer("ok")
		case "keep":
			megabytes, _ := strconv.Atoi(words[len(words)-1])
			keep(megabytes)
			answer("ok")
		case "quit":
			return
		default:
			answer("unknown command")
		}
	}
}

type collection struct {
	StartedAt int64 `json:"startedAt"` // Unix time in nanoseconds
	ElapsedNs int64 `json:"elapsedNs"`
	PauseNs   int64 `json:"pauseNs"` // both pauses together, as runtime.MemStats counts them
	Number    int64 `json:"number"`
}

// collect runs one collection. The figures come from the runtime's own account.
func collect() collection {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	started := time.Now()
	runtime.GC()
	elapsed := time.Since(started)
	runtime.ReadMemStats(&after)
	return collection{started.UnixNano(), elapsed.Nanoseconds(), int64(after.PauseTotalNs - before.PauseTotalNs), int64(after.NumGC)}
}

// stop stops the world without a collection.
func stop(times int) int {
	for i := 0; i < times; i++ {
		// A change stops the world; the same value would not.
		procs := runtime.GOMAXPROCS(0)
		runtime.GOMAXPROCS(procs + 1)
		runtime.GOMAXPROCS(procs)
	}
	return times
}

var (
	garbageOn   int32
	garbageOnce sync.Once
	trash       []byte
)

func garbage(on bool) {
	if on {
		atomic.StoreInt32(&garbageOn, 1)
		garbageOnce.Do(func() {
			go func() {
				for {
					if atomic.LoadInt32(&garbageOn) == 1 {
						for i := 0; i < 64; i++ {
							trash = make([]byte, 64<<10)
						}
					}
					time.Sleep(2 * time.Millisecond)
				}
			}()
		})
		return
	}
	atomic.StoreInt32(&garbageOn, 0)
}

var alive []*tree

func keep(megabytes int) {
	alive = nil
	for made := 0; made < megabytes<<20; made += 64 << 12 {
		alive = append(alive, grow(11))
	}
}

func answer(value interface{}) {
	line, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	os.Stdout.Write(append(line, '\n'))
}

func listen() net.Listener {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	return listener
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
