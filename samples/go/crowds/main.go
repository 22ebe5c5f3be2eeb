// Crowds keeps goroutines in the ways that services do, one way a run, so that leak detection can be held against the truth:
// which crowds leak is known, because they were written to.
//
//	crowds leak|mixed|nilchan|pool|growingpool|burst|steady|locked
package main

import (
	"fmt"
	"os"
	"sync"
	"time"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: crowds MODE")
		os.Exit(2)
	}
	start, known := modes[os.Args[1]]
	if !known {
		fmt.Fprintln(os.Stderr, "unknown mode", os.Args[1])
		os.Exit(2)
	}
	// Somebody other than a crowd has to be there for the whole run, as in every service.
	go start()
	fmt.Println("ready pid=" + fmt.Sprint(os.Getpid()))
	buffer := make([]byte, 1)
	os.Stdin.Read(buffer) // until the pipe is closed
}

var modes = map[string]func(){
	"leak":        leak,
	"mixed":       mixed,
	"nilchan":     nilchan,
	"pool":        pool,
	"growingpool": growingPool,
	"burst":       burst,
	"steady":      steady,
	"locked":      locked,
}

// leak: the sender's receiver has given up; nobody will ever receive.
func leak() {
	for range every(100 * time.Millisecond) {
		abandon()
	}
}

func abandon() {
	answer := make(chan int)
	go func() { answer <- compute() }()
}

func compute() int { return 42 }

// mixed: at the same place most senders find their receiver after a moment, and one in five never does.
func mixed() {
	for i := range every(20 * time.Millisecond) {
		answer := make(chan int)
		go func() { answer <- compute() }()
		if i%5 != 0 {
			go func() {
				time.Sleep(200 * time.Millisecond)
				<-answer
			}()
		}
	}
}

// nilchan: a channel that was never made.
func nilchan() {
	var never chan int
	for i := 0; i < 3; i++ {
		go func() { <-never }()
	}
}

// pool: workers that wait for work at one channel; a little work comes now and then.
func pool() {
	work := make(chan int)
	for i := 0; i < 64; i++ {
		go worker(work)
	}
	for i := range every(50 * time.Millisecond) {
		work <- i
	}
}

func worker(work chan int) {
	for range work {
		time.Sleep(5 * time.Millisecond)
	}
}

// growingPool: a pool that adds a worker now and then; the dispatcher holds the channel.
func growingPool() {
	work := make(chan int)
	for i := range every(100 * time.Millisecond) {
		go worker(work)
		if i%20 == 19 {
			work <- i
		}
	}
}

// burst: many at once, who leave one after the other.
func burst() {
	for {
		time.Sleep(time.Second)
		gate := make(chan int)
		for i := 0; i < 300; i++ {
			go func() { gate <- compute() }()
		}
		for i := 0; i < 300; i++ {
			<-gate
			time.Sleep(8 * time.Millisecond)
		}
	}
}

// steady: load that is always there, each goroutine for a short time.
func steady() {
	for range every(10 * time.Millisecond) {
		answer := make(chan int)
		go func() { answer <- compute() }()
		go func() {
			time.Sleep(400 * time.Millisecond)
			<-answer
		}()
	}
}

// locked: everybody wants a mutex that its holder forgot to unlock.
func locked() {
	var mutex sync.Mutex
	mutex.Lock()
	for range every(100 * time.Millisecond) {
		go func() {
			mutex.Lock()
			defer mutex.Unlock()
		}()
	}
}

func every(interval time.Duration) chan int {
	ticks := make(chan int)
	go func() {
		for i := 0; ; i++ {
			ticks <- i
			time.Sleep(interval)
		}
	}()
	return ticks
}
