// Sleepers waits in known ways, so that off-CPU profiles can be held against the truth. Some goroutines wait from the start to the end; others,
// the beaters, sleep and receive in turns and keep account of how long each took.
//
//	sleepers
//
// Each line on standard input is answered by one line: what the beaters have waited so far, in nanoseconds, as "sleep=N receive=N".
package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"runtime/pprof"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// How many wait from the start to the end, by reason.
const (
	sleeping  = 5
	receiving = 4
	locking   = 3
	reading   = 2
	calling   = 1
	beaters   = 20
)

var slept, received atomic.Int64

// Connections on which nothing is ever written.
var quiet []net.Conn

func main() {
	var ready sync.WaitGroup
	park(&ready, sleeping, sleepLong)
	never := make(chan int)
	park(&ready, receiving, func() { receiveForever(never) })
	var held sync.Mutex
	held.Lock()
	park(&ready, locking, func() { lockHeld(&held) })
	for i := 0; i < reading; i++ {
		connection := quietConnection()
		park(&ready, 1, func() { readQuiet(connection) })
	}
	park(&ready, calling, callLong)
	for i := 0; i < beaters; i++ {
		i := i
		labels := pprof.Labels("job", "beat", "beater", fmt.Sprint(i))
		go pprof.Do(context.Background(), labels, func(context.Context) { beat(i) })
	}
	ready.Wait()
	// The last statement before a wait is not the wait.
	time.Sleep(200 * time.Millisecond)
	fmt.Printf("ready pid=%d sleep=%d receive=%d lock=%d read=%d syscall=%d beaters=%d\n", os.Getpid(), sleeping, receiving, locking, reading, calling, beaters)
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		fmt.Printf("sleep=%d receive=%d\n", slept.Load(), received.Load())
	}
}

func park(ready *sync.WaitGroup, count int, wait func()) {
	for i := 0; i < count; i++ {
		ready.Add(1)
		go func() {
			ready.Done()
			wait()
		}()
	}
}

//go:noinline
func sleepLong() { time.Sleep(24 * time.Hour) }

//go:noinline
func receiveForever(never chan int) { <-never }

//go:noinline
func lockHeld(held *sync.Mutex) { held.Lock() }

//go:noinline
func readQuiet(connection net.Conn) { connection.Read(make([]byte, 1)) }

// callLong stays in a system call: the descriptor is read past the runtime's poller.
//
//go:noinline
func callLong() {
	var ends [2]int
	if err := syscall.Pipe(ends[:]); err != nil {
		panic(err)
	}
	syscall.Read(ends[0], make([]byte, 1))
}

func quietConnection() net.Conn {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	connection, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		panic(err)
	}
	// Kept, because a connection that nobody holds is closed by a collection.
	other, err := listener.Accept()
	if err != nil {
		panic(err)
	}
	quiet = append(quiet, other)
	return connection
}

// beat sleeps for some 25 ms and then receives for half as long, for ever. No two beaters have the same beat, so that they do not fall into step.
func beat(number int) {
	length := time.Duration(16+number) * time.Millisecond
	for {
		began := time.Now()
		beatSleep(length)
		slept.Add(int64(time.Since(began)))
		answer := make(chan int)
		time.AfterFunc(length/2, func() { answer <- 1 })
		began = time.Now()
		beatReceive(answer)
		received.Add(int64(time.Since(began)))
	}
}

//go:noinline
func beatSleep(length time.Duration) { time.Sleep(length) }

//go:noinline
func beatReceive(answer chan int) { <-answer }
