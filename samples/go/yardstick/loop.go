package main

import (
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

var sink uint64

// tick is the function that is probed: an ordinary one, with a stack frame, that calls nothing.
//
//go:noinline
func tick(n uint64) uint64 {
	var room [32]uint64
	room[n%32] = n
	return room[(n+1)%32] + n
}

func loop() {
	fmt.Println("ready")
	obey(func(words []string) string {
		switch words[0] {
		case "calls": // calls N: nanoseconds for each of N calls
			n, err := strconv.ParseUint(words[1], 10, 64)
			check(err)
			return fmt.Sprintf("%.3f", calls(n))
		case "spin": // spin GOROUTINES RATE SECONDS: calls made and nanoseconds taken
			goroutines, err := strconv.Atoi(words[1])
			check(err)
			rate, err := strconv.ParseFloat(words[2], 64)
			check(err)
			seconds, err := strconv.ParseFloat(words[3], 64)
			check(err)
			made, took := spin(goroutines, rate, seconds)
			return fmt.Sprintf("%d %d", made, took.Nanoseconds())
		}
		return "unknown command"
	})
}

func calls(n uint64) float64 {
	start := time.Now()
	var sum uint64
	for i := uint64(0); i < n; i++ {
		sum += tick(i)
	}
	atomic.AddUint64(&sink, sum)
	return float64(time.Since(start).Nanoseconds()) / float64(n)
}

// spin calls tick RATE times a second in all, or without a pause when the rate is 0, with arguments from 0 to 1023.
func spin(goroutines int, rate, seconds float64) (uint64, time.Duration) {
	const batch = 1024
	var made uint64
	var all sync.WaitGroup
	start := time.Now()
	end := start.Add(time.Duration(seconds * float64(time.Second)))
	for g := 0; g < goroutines; g++ {
		all.Add(1)
		go func() {
			defer all.Done()
			var mine, sum uint64
			for now := time.Now(); now.Before(end); now = time.Now() {
				if due := start.Add(time.Duration(float64(mine) * float64(goroutines) / rate * float64(time.Second))); rate > 0 && due.After(now) {
					time.Sleep(due.Sub(now))
				}
				for i := uint64(0); i < batch; i++ {
					sum += tick(i)
				}
				mine += batch
			}
			atomic.AddUint64(&made, mine)
			atomic.AddUint64(&sink, sum)
		}()
	}
	all.Wait()
	return made, time.Since(start)
}
