package main

import (
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"
	"unsafe"
)

// Every route does one thing, for as long as its query says (?ms=, ?mb=, ?code=).
func routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/fast", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "fast\n") })
	mux.HandleFunc("/implicit", func(w http.ResponseWriter, r *http.Request) {})
	mux.HandleFunc("/early", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusEarlyHints)
		w.WriteHeader(http.StatusCreated)
	})
	mux.HandleFunc("/status", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(number(r, "code", 204)) })
	mux.HandleFunc("/redirect", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/fast", http.StatusFound) })
	mux.HandleFunc("/panic", func(w http.ResponseWriter, r *http.Request) { panic("wanted") })
	mux.HandleFunc("/abort", func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) })
	mux.HandleFunc("/hijack", hijack)
	mux.HandleFunc("/sleep", sleep)
	mux.HandleFunc("/lock", lock)
	mux.HandleFunc("/burn", burn)
	mux.HandleFunc("/allocate", allocate)
	mux.HandleFunc("/slow-body", slowBody)
	patterns(mux)
	return mux
}

func number(r *http.Request, name string, otherwise int) int {
	if value, err := strconv.Atoi(r.URL.Query().Get(name)); err == nil {
		return value
	}
	return otherwise
}

func milliseconds(r *http.Request) time.Duration {
	return time.Duration(number(r, "ms", 10)) * time.Millisecond
}

func note(w http.ResponseWriter) *record { return w.(*observer).record }

//go:noinline
func sleep(w http.ResponseWriter, r *http.Request) {
	started := time.Now()
	time.Sleep(milliseconds(r))
	note(w).WaitedNs = time.Since(started).Nanoseconds()
	io.WriteString(w, "slept\n")
}

// lock waits for a mutex that another goroutine holds.
func lock(w http.ResponseWriter, r *http.Request) {
	var mutex sync.Mutex
	held := make(chan struct{})
	duration := milliseconds(r)
	go func() {
		mutex.Lock()
		close(held)
		time.Sleep(duration)
		mutex.Unlock()
	}()
	<-held
	started := time.Now()
	mutex.Lock()
	note(w).WaitedNs = time.Since(started).Nanoseconds()
	mutex.Unlock()
	io.WriteString(w, "locked\n")
}

// burn computes until its thread has used as much CPU time as was asked for.
func burn(w http.ResponseWriter, r *http.Request) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	wanted := milliseconds(r)
	started := threadTime()
	sum := 0
	for threadTime()-started < wanted {
		for i := 0; i < 200000; i++ {
			sum = sum*31 + i
		}
	}
	note(w).CPUNs = (threadTime() - started).Nanoseconds()
	fmt.Fprintln(w, "burned", sum)
}

// threadTime is the CPU time of this thread to the nanosecond; getrusage is behind by up to a tick.
func threadTime() time.Duration {
	const threadClock = 3 // CLOCK_THREAD_CPUTIME_ID
	var now syscall.Timespec
	if _, _, failed := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, threadClock, uintptr(unsafe.Pointer(&now)), 0); failed != 0 {
		panic(failed)
	}
	return time.Duration(now.Nano())
}

type tree struct {
	left, right *tree
	payload     [6]uint64
}

func grow(depth int) *tree {
	if depth == 0 {
		return &tree{}
	}
	return &tree{left: grow(depth - 1), right: grow(depth - 1)}
}

// allocate makes garbage with pointers in it, which makes the collector ask for help; with ?pause= (milliseconds) it takes its time.
func allocate(w http.ResponseWriter, r *http.Request) {
	wanted := number(r, "mb", 32) << 20
	pause := time.Duration(number(r, "pause", 0)) * time.Millisecond
	kept := []*tree{}
	for made := 0; made < wanted; made += 64 << 12 {
		kept = append(kept, grow(11))
		if len(kept) > 40 {
			kept = kept[20:]
		}
		if pause > 0 {
			time.Sleep(pause)
		}
	}
	fmt.Fprintln(w, "allocated", len(kept))
}

func slowBody(w http.ResponseWriter, r *http.Request) {
	step := milliseconds(r) / 10
	for i := 0; i < 10; i++ {
		io.WriteString(w, "part\n")
		w.(http.Flusher).Flush()
		time.Sleep(step)
	}
}

func hijack(w http.ResponseWriter, r *http.Request) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		w.WriteHeader(http.StatusNotImplemented)
		return
	}
	time.Sleep(milliseconds(r))
	io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: close\r\n\r\nmine")
	conn.Close()
}
