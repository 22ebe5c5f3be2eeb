package main

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// load is what goes wrong around waits: goroutines that end and whose structure the runtime uses again, stacks that grow between two waits and shrink
// while they wait, panics and Goexit between waits.
type load struct {
	quit chan struct{}
	all  sync.WaitGroup
	done int64
}

func startChurn() *load {
	l := &load{quit: make(chan struct{})}
	for i := 0; i < 4; i++ {
		l.all.Add(1)
		go l.work(i)
	}
	l.all.Add(1)
	go func() {
		defer l.all.Done()
		for !l.over() {
			runtime.GC()
			time.Sleep(5 * time.Millisecond)
		}
	}()
	return l
}

func (l *load) over() bool {
	select {
	case <-l.quit:
		return true
	default:
		return false
	}
}

// stop ends the load and says how many rounds it made.
func (l *load) stop() int64 {
	close(l.quit)
	l.all.Wait()
	return atomic.LoadInt64(&l.done)
}

func (l *load) work(number int) {
	defer l.all.Done()
	for round := 0; !l.over(); round++ {
		answer := make(chan int)
		var lock sync.Mutex
		lock.Lock()
		var both sync.WaitGroup
		both.Add(2)
		go func() {
			defer both.Done()
			defer func() { _ = recover() }()
			answer <- grow(200, answer, &lock)
			if round%3 == 0 {
				panic("on purpose")
			}
			if round%3 == 1 {
				runtime.Goexit()
			}
		}()
		go func() {
			defer both.Done()
			time.Sleep(500 * time.Microsecond)
			lock.Unlock()
		}()
		select {
		case <-answer:
		case <-time.After(10 * time.Second):
			panic("no answer")
		}
		both.Wait()
		atomic.AddInt64(&l.done, 1)
	}
}

// grow waits for the lock at the bottom of a deep stack.
//
//go:noinline
func grow(depth int, answer chan int, lock *sync.Mutex) int {
	var room [128]byte
	room[depth%len(room)] = byte(depth)
	if depth == 0 {
		lock.Lock()
		defer lock.Unlock()
		return int(room[0])
	}
	return grow(depth-1, answer, lock) + int(room[depth%len(room)])
}
