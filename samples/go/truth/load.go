package main

import (
	"fmt"
	"math/rand"
	"runtime"
	"sync/atomic"
	"time"
)

// ---- many goroutines that stand still

var gate = make(chan struct{})

// goroutines parks N more goroutines as quickly as it can, over ten creation sites' worth of stack depths.
func goroutines(args []string) (string, error) {
	count := number(args, 0, 1000)
	var waiting int64
	for i := 0; i < count; i++ {
		go crowd(i%10, &waiting, gate)
	}
	for atomic.LoadInt64(&waiting) < int64(count) {
		time.Sleep(time.Millisecond)
	}
	// The last ones have counted themselves but may not have parked: sleeping lets every P run dry.
	for i := 0; i < 10; i++ {
		time.Sleep(time.Millisecond)
		runtime.Gosched()
	}
	return fmt.Sprint("goroutines=", runtime.NumGoroutine()), nil
}

//go:noinline
func crowd(depth int, waiting *int64, gate chan struct{}) int {
	if depth > 0 {
		return crowd(depth-1, waiting, gate) + 1
	}
	atomic.AddInt64(waiting, 1)
	<-gate
	return 0
}

// release ends what goroutines parked.
func release([]string) (string, error) {
	close(gate)
	gate = make(chan struct{})
	return settle()
}

// ---- goroutines that run

var busyStop int32

// busy starts N goroutines that spin until "busy 0": more than GOMAXPROCS of them are runnable at any time.
func busy(args []string) (string, error) {
	count := number(args, 0, 4)
	if count == 0 {
		atomic.StoreInt32(&busyStop, 1)
		for atomic.LoadInt64(&expectedRunnable) > 0 {
			time.Sleep(time.Millisecond)
		}
		atomic.StoreInt32(&busyStop, 0)
		return "busy=0", nil
	}
	for i := 0; i < count; i++ {
		atomic.AddInt64(&expectedRunnable, 1)
		go spin()
	}
	return fmt.Sprint("busy=", atomic.LoadInt64(&expectedRunnable)), nil
}

var sink uint64

func spin() {
	defer atomic.AddInt64(&expectedRunnable, -1)
	for x := uint64(1); atomic.LoadInt32(&busyStop) == 0; x = x*6364136223846793005 + 1 {
		if x == 0 {
			atomic.AddUint64(&sink, x)
		}
	}
}

// ---- loads over time; each runs until it is started again with 0

type load struct{ stop chan struct{} }

// set stops the running load and starts another one, which calls tick every millisecond.
func (l *load) set(on bool, tick func(millisecond int)) {
	if l.stop != nil {
		close(l.stop)
		l.stop = nil
	}
	if !on {
		return
	}
	stop := make(chan struct{})
	l.stop = stop
	go l.run(stop, tick)
}

func (l *load) run(stop chan struct{}, tick func(millisecond int)) {
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	begun, done := time.Now(), 0
	for {
		select {
		case <-stop:
			return
		case <-ticker.C:
			// A late tick is made up for, so that the rate holds on a loaded machine.
			for due := int(time.Since(begun) / time.Millisecond); done < due; done++ {
				tick(done)
			}
		}
	}
}

// perMillisecond spreads a rate per second over milliseconds.
func perMillisecond(rate, millisecond int) int {
	return rate*(millisecond+1)/1000 - rate*millisecond/1000
}

var churning, leaking, steadying, pooling load

var created uint64

// churn creates and ends N goroutines per second whose stacks grow and shrink, while the garbage collector runs.
func churn(args []string) (string, error) {
	rate := number(args, 0, 10000)
	churning.set(rate > 0, func(millisecond int) {
		for i := perMillisecond(rate, millisecond); i > 0; i-- {
			atomic.AddUint64(&created, 1)
			go churned(rand.Intn(60), time.Duration(rand.Intn(5000))*time.Microsecond)
		}
		if millisecond%20 == 0 {
			go runtime.GC()
		}
	})
	return fmt.Sprint("rate=", rate, " created=", atomic.LoadUint64(&created)), nil
}

func churned(depth int, rest time.Duration) {
	growStack(depth)
	time.Sleep(rest)
	growStack(depth / 2)
}

//go:noinline
func growStack(depth int) byte {
	var frame [512]byte
	frame[depth%len(frame)] = byte(depth)
	if depth > 0 {
		frame[0] += growStack(depth - 1)
	} else {
		runtime.Gosched()
	}
	return frame[0]
}

// leak leaves N goroutines per second behind, blocked on a send that nobody receives.
func leak(args []string) (string, error) {
	rate := number(args, 0, 100)
	leaking.set(rate > 0, func(millisecond int) {
		for i := perMillisecond(rate, millisecond); i > 0; i-- {
			leakOne()
		}
	})
	return fmt.Sprint("rate=", rate), nil
}

//go:noinline
func leakOne() {
	answer := make(chan int)
	go leaked(answer)
}

func leaked(answer chan int) { answer <- 42 }

// steady starts N goroutines per second that each live for 50 ms: load without growth.
func steady(args []string) (string, error) {
	rate := number(args, 0, 1000)
	steadying.set(rate > 0, func(millisecond int) {
		for i := perMillisecond(rate, millisecond); i > 0; i-- {
			go served()
		}
	})
	return fmt.Sprint("rate=", rate), nil
}

func served() { time.Sleep(50 * time.Millisecond) }

// burst starts N goroutines at once that end one after the other over the given milliseconds.
func burst(args []string) (string, error) {
	count, span := number(args, 0, 1000), number(args, 1, 10000)
	for i := 0; i < count; i++ {
		go drained(time.Duration(span) * time.Millisecond / time.Duration(count) * time.Duration(i))
	}
	return fmt.Sprint("count=", count), nil
}

func drained(after time.Duration) { time.Sleep(after) }

// pool starts N workers that wait for jobs and get a few every second.
func pool(args []string) (string, error) {
	workers := number(args, 0, 50)
	jobs := make(chan int)
	for i := 0; i < workers; i++ {
		go worker(jobs)
	}
	pooling.set(workers > 0, func(millisecond int) {
		if millisecond%20 == 0 {
			select {
			case jobs <- millisecond:
			default:
			}
		}
	})
	return fmt.Sprint("workers=", workers), nil
}

func worker(jobs chan int) {
	for range jobs {
		time.Sleep(5 * time.Millisecond)
	}
}
