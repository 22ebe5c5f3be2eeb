package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"
)

// load sends requests at times that are fixed beforehand: a server that is late does not slow the load down, so a stall shows in every request that
// it delayed. A request that fell due while the connection was still busy is timed from when it fell due, the others from when they were sent (the timer of this
// program is not the server's fault).
func load(arguments []string) {
	if len(arguments) != 4 {
		fail("usage: yardstick load ADDRESS RATE SECONDS CONNECTIONS")
	}
	address := arguments[0]
	rate, err := strconv.ParseFloat(arguments[1], 64)
	check(err)
	seconds, err := strconv.ParseFloat(arguments[2], 64)
	check(err)
	connections, err := strconv.Atoi(arguments[3])
	check(err)

	times := make([][]time.Duration, connections)
	var all sync.WaitGroup
	start := time.Now().Add(50 * time.Millisecond)
	end := start.Add(time.Duration(seconds * float64(time.Second)))
	for c := 0; c < connections; c++ {
		conn, err := net.Dial("tcp4", address)
		check(err)
		all.Add(1)
		go func(c int) {
			defer all.Done()
			times[c] = send(conn, c, connections, rate, start, end)
			conn.Close()
		}(c)
	}
	all.Wait()
	report(times, time.Since(start))
}

func send(conn net.Conn, c, connections int, rate float64, start, end time.Time) []time.Duration {
	request := []byte("GET /article HTTP/1.1\r\nHost: yardstick\r\n\r\n")
	answers := bufio.NewReader(conn)
	var times []time.Duration
	time.Sleep(time.Until(start))
	for i := 0; ; i++ {
		begin := time.Now()
		if rate > 0 {
			due := start.Add(time.Duration(float64(i*connections+c) / rate * float64(time.Second)))
			if due.After(end) {
				return times
			}
			if due.After(begin) {
				time.Sleep(due.Sub(begin))
				begin = time.Now()
			} else {
				begin = due
			}
		} else if begin.After(end) {
			return times
		}
		_, err := conn.Write(request)
		check(err)
		receive(answers)
		times = append(times, time.Since(begin))
	}
}

// receive reads one answer of HTTP/1.1 with a Content-Length.
func receive(answers *bufio.Reader) {
	length := 0
	for first := true; ; first = false {
		line, err := answers.ReadSlice('\n')
		check(err)
		text := strings.TrimSpace(string(line))
		if first && !strings.HasPrefix(text, "HTTP/1.1 200") {
			fail(text)
		}
		if text == "" {
			break
		}
		if strings.HasPrefix(text, "Content-Length: ") {
			length, err = strconv.Atoi(text[len("Content-Length: "):])
			check(err)
		}
	}
	_, err := io.CopyN(io.Discard, answers, int64(length))
	check(err)
}

func report(times [][]time.Duration, took time.Duration) {
	var all []time.Duration
	var sum time.Duration
	for _, some := range times {
		all = append(all, some...)
		for _, one := range some {
			sum += one
		}
	}
	if len(all) == 0 {
		fail("no request was answered")
	}
	sort.Slice(all, func(i, j int) bool { return all[i] < all[j] })
	at := func(share float64) int64 { return all[int(share*float64(len(all)-1))].Nanoseconds() }
	fmt.Printf("{\"requests\":%d,\"tookNs\":%d,\"meanNs\":%d,\"p50Ns\":%d,\"p99Ns\":%d,\"p999Ns\":%d,\"maxNs\":%d}\n",
		len(all), took.Nanoseconds(), sum.Nanoseconds()/int64(len(all)), at(0.5), at(0.99), at(0.999), at(1))
}
