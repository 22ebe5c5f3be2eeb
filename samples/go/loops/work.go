package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"runtime/pprof"
	"sort"
	"syscall"
	"time"
)

// Every round takes some milliseconds.

var sink uint64

// spin calls a function without a frame of its own: its caller is what frame pointers alone would leave out.
//
//go:noinline
func spin() {
	x := uint64(1)
	for i := 0; i < 1_000_000; i++ {
		x = mix(x)
	}
	sink += x
}

//go:noinline
func mix(x uint64) uint64 {
	x ^= x << 13
	x ^= x >> 7
	x ^= x << 17
	return x
}

// inlined has two functions inlined into each other.
//
//go:noinline
func inlined() {
	x := uint64(1)
	for i := 0; i < 500_000; i++ {
		x = twice(x)
	}
	sink += x
}

func twice(x uint64) uint64 { return step(step(x)) }

func step(x uint64) uint64 {
	x ^= x << 13
	x ^= x >> 7
	x ^= x << 17
	return x*6364136223846793005 + 1442695040888963407
}

var page [64 << 10]byte

// hash spends its time in assembly that uses the frame pointer for something else.
//
//go:noinline
func hash() {
	for i := 0; i < 8; i++ {
		sum := sha256.Sum256(page[:])
		sink += uint64(sum[0])
	}
}

var from, to = make([]byte, 1<<20), make([]byte, 1<<20)

//go:noinline
func move() {
	for i := 0; i < 40; i++ {
		copy(to, from[:len(from)-i])
	}
}

// recurse grows a new stack each time: newstack and copystack work on the system stack.
//
//go:noinline
func recurse() {
	for i := 0; i < 20; i++ {
		done := make(chan uint64)
		go func() { done <- deeper(2000) }()
		sink += <-done
	}
}

//go:noinline
func deeper(n int) uint64 {
	var room [8]uint64
	room[n&7] = uint64(n)
	if n == 0 {
		return room[0]
	}
	return deeper(n-1) + room[3]
}

type node struct {
	next  *node
	value [6]uint64
}

var kept *node

//go:noinline
func allocate() {
	var list *node
	for i := 0; i < 20_000; i++ {
		list = &node{next: list}
	}
	kept = list
}

// clock reads the time in the kernel's code in user space, on the system stack.
//
//go:noinline
func clock() {
	for i := 0; i < 40_000; i++ {
		sink += uint64(time.Now().Nanosecond())
	}
}

//go:noinline
func call() {
	for i := 0; i < 10_000; i++ {
		sink += uint64(syscall.Getppid())
	}
}

type pairs []uint64

func (p pairs) Len() int           { return len(p) }
func (p pairs) Less(i, j int) bool { return p[i] < p[j] }
func (p pairs) Swap(i, j int)      { p[i], p[j] = p[j], p[i] }

// sortPairs calls through an interface.
//
//go:noinline
func sortPairs() {
	values := make(pairs, 10_000)
	x := uint64(88172645463325252)
	for i := range values {
		x = mix(x)
		values[i] = x
	}
	sort.Sort(values)
}

// pingPong parks and wakes: schedule and park_m work on the system stack.
//
//go:noinline
func pingPong() {
	ping, pong := make(chan int), make(chan int)
	go func() {
		for range ping {
			pong <- 1
		}
		close(pong)
	}()
	for i := 0; i < 2_000; i++ {
		ping <- i
		<-pong
	}
	close(ping)
	<-pong
}

// labelled has a new set of labels each time, as a server that labels its requests has: three of four are "cheap".
//
//go:noinline
func labelled() {
	for i := 0; i < 4; i++ {
		kind := "cheap"
		if i == 0 {
			kind = "dear"
		}
		labels := pprof.Labels("kind", kind, "request", fmt.Sprintf("request-%d", i))
		pprof.Do(context.Background(), labels, func(context.Context) { labelledWork() })
	}
}

//go:noinline
func labelledWork() {
	x := uint64(1)
	for i := 0; i < 400_000; i++ {
		x = mix(x)
	}
	sink += x
}
