package main

import (
	"bufio"
	"net"
	"net/http"
	"sync"
	"time"
)

// record is what the server itself knows of one request.
type record struct {
	ID         int64  `json:"id"`
	Method     string `json:"method"`
	Path       string `json:"path"`
	Proto      string `json:"proto"`
	Status     int    `json:"status"` // 0 when the handler was left by a panic or the connection was hijacked
	StartedAt  int64  `json:"startedAt"`
	DurationNs int64  `json:"durationNs"`
	CPUNs      int64  `json:"cpuNs"`    // CPU time of its thread, for handlers that keep to one; else 0
	WaitedNs   int64  `json:"waitedNs"` // time the handler knows it waited; else 0
	Aborted    bool   `json:"aborted"`
	Hijacked   bool   `json:"hijacked"`
}

var books struct {
	sync.Mutex
	last     int64
	running  map[int64]*record
	finished []record
}

// account keeps the books around every request.
func account(next http.Handler) http.Handler {
	books.running = map[int64]*record{}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		one := &record{Method: r.Method, Path: r.URL.Path, Proto: r.Proto, Aborted: true}
		seen := &observer{ResponseWriter: w, record: one}
		books.Lock()
		books.last++
		one.ID = books.last
		books.running[one.ID] = one
		books.Unlock()
		started := time.Now()
		one.StartedAt = started.UnixNano()
		defer func() {
			one.DurationNs = time.Since(started).Nanoseconds()
			if !one.Aborted && !one.Hijacked && one.Status == 0 {
				one.Status = http.StatusOK
			}
			if one.Aborted {
				one.Status = 0
			}
			books.Lock()
			delete(books.running, one.ID)
			books.finished = append(books.finished, *one)
			books.Unlock()
		}()
		next.ServeHTTP(seen, r)
		one.Aborted = false
	})
}

func finished() []record {
	books.Lock()
	defer books.Unlock()
	return append([]record{}, books.finished...)
}

func running() []record {
	books.Lock()
	defer books.Unlock()
	all := []record{}
	for _, one := range books.running {
		all = append(all, record{ID: one.ID, Method: one.Method, Path: one.Path, Proto: one.Proto, StartedAt: one.StartedAt})
	}
	return all
}

// observer notes the status that a handler sets.
type observer struct {
	http.ResponseWriter
	record *record
}

func (o *observer) WriteHeader(status int) {
	if o.record.Status == 0 && (status >= 200 || status == http.StatusSwitchingProtocols) {
		o.record.Status = status
	}
	o.ResponseWriter.WriteHeader(status)
}

func (o *observer) Flush() { o.ResponseWriter.(http.Flusher).Flush() }

func (o *observer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffer, err := o.ResponseWriter.(http.Hijacker).Hijack()
	o.record.Hijacked = err == nil
	return conn, buffer, err
}
