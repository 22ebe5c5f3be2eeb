package main

import (
	"context"
	"fmt"
	"math/rand"
	"runtime"
	"runtime/pprof"
	"sort"
	"strings"
	"sync"
	"time"
)

var start = time.Now()

// nanotime is the monotonic clock.
func nanotime() int64 { return int64(time.Since(start)) }

var sink int

// spin works until so many nanoseconds have passed since begin.
func spin(begin, duration int64) {
	for nanotime()-begin < duration {
		sink++
	}
}

//go:noinline
func steady() int64 {
	begin := nanotime()
	spin(begin, 20_000)
	return nanotime() - begin
}

func runSteady(r *record, n int) {
	r.began(int64(n))
	for i := 0; i < n; i++ {
		r.ended(steady())
	}
}

//go:noinline
func mixed(duration int64, asleep bool) int64 {
	begin := nanotime()
	if asleep {
		time.Sleep(time.Duration(duration))
	} else {
		spin(begin, duration)
	}
	return nanotime() - begin
}

func runMixed(r *record, n int) {
	random := rand.New(rand.NewSource(7))
	r.began(int64(n))
	for i := 0; i < n; i++ {
		duration := int64(4096) << uint(random.Intn(10))
		r.ended(mixed(duration+random.Int63n(duration), i%2 == 0 && duration > 100_000))
	}
}

//go:noinline
func migrating(step int) int64 {
	begin := nanotime()
	if step%3 == 0 {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
	}
	for i := 0; i < 5; i++ {
		spin(nanotime(), 10_000)
		runtime.Gosched()
	}
	time.Sleep(100 * time.Microsecond)
	return nanotime() - begin
}

func runMigrating(r *record, n int) {
	var group sync.WaitGroup
	for g := 0; g < 8; g++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for i := 0; i < n; i++ {
				r.began(1)
				r.ended(migrating(i))
			}
		}()
	}
	group.Wait()
}

//go:noinline
func deep(levels int, filler [64]int64) int64 {
	if levels == 0 {
		return filler[3]
	}
	filler[levels%64]++
	return deep(levels-1, filler) + 1
}

//go:noinline
func growing(levels int) int64 {
	begin := nanotime()
	deep(levels, [64]int64{})
	return nanotime() - begin
}

func runGrowing(r *record, n int) {
	for i := 0; i < n; i++ {
		done := make(chan int64)
		r.began(1)
		// A new goroutine has the smallest stack there is.
		go func(levels int) { done <- growing(levels) }(20 + i%200)
		r.ended(<-done)
	}
}

//go:noinline
func recursive(durations []int64, level int) {
	begin := nanotime()
	spin(begin, 2_000)
	if level > 1 {
		recursive(durations, level-1)
	}
	durations[level-1] = nanotime() - begin
}

func runRecursive(r *record, n int) {
	const levels = 20
	r.began(int64(n) * levels)
	for i := 0; i < n; i++ {
		durations := make([]int64, levels)
		recursive(durations, levels)
		for _, duration := range durations {
			r.ended(duration)
		}
	}
}

//go:noinline
func panicking(step int) int64 {
	begin := nanotime()
	spin(begin, 10_000)
	if step%3 == 0 {
		panic(step)
	}
	if step%5 == 0 {
		runtime.Goexit()
	}
	return nanotime() - begin
}

//go:noinline
func guarded(r *record, step int) {
	defer func() { _ = recover() }()
	r.ended(panicking(step))
}

func runPanicking(r *record, n int) {
	r.began(int64(n))
	var group sync.WaitGroup
	for from := 0; from < n; from += 10 {
		group.Add(1)
		// Ten calls on one goroutine; those that end it leave the rest to another one.
		go callGuarded(r, from, from+10, &group)
		group.Wait()
	}
}

func callGuarded(r *record, from, to int, group *sync.WaitGroup) {
	next := from
	defer func() {
		if next < to {
			go callGuarded(r, next, to, group)
			return
		}
		group.Done()
	}()
	for next < to {
		step := next
		next++
		guarded(r, step)
	}
}

//go:noinline
func labelled(duration int64) int64 {
	begin := nanotime()
	spin(begin, duration)
	return nanotime() - begin
}

func runLabelled(r *record, n int) {
	r.began(int64(n))
	for i := 0; i < n; i++ {
		switch i % 3 {
		case 0:
			pprof.Do(context.Background(), pprof.Labels("route", "/a", "other", "x"), func(context.Context) { r.ended(labelled(50_000)) })
		case 1:
			pprof.Do(context.Background(), pprof.Labels("other", "y", "route", "/b"), func(context.Context) { r.ended(labelled(100_000)) })
		default:
			r.ended(labelled(25_000))
		}
	}
}

//go:noinline
func hot(duration int64) int64 {
	begin := nanotime()
	spin(begin, duration)
	return nanotime() - begin
}

func runHot(seconds, rate int) string {
	random := rand.New(rand.NewSource(11))
	durations := make([]int64, 0, seconds*rate)
	begin := nanotime()
	pause := int64(time.Second) / int64(rate)
	for next := begin; next < begin+int64(seconds)*int64(time.Second); next += pause {
		for nanotime() < next {
		}
		durations = append(durations, hot(1_000+random.Int63n(4_000)))
	}
	took := nanotime() - begin
	sort.Slice(durations, func(i, j int) bool { return durations[i] < durations[j] })
	var line strings.Builder
	fmt.Fprintf(&line, "hot %d %d seconds=%.3f", len(durations), len(durations), float64(took)/1e9)
	for _, q := range []float64{0.5, 0.9, 0.95, 0.99} {
		fmt.Fprintf(&line, " %v=%d", q, durations[int(q*float64(len(durations)-1))])
	}
	return line.String()
}
