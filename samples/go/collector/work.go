package main

import (
	"io"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"runtime/trace"
	"sync"
	"sync/atomic"
	"time"
)

// node is garbage that the collector must look into: only pointers make marking work, and marking makes assists.
type node struct {
	next, other *node
	payload     [2]uint64
}

var (
	live *node
	sink *node
)

func keepLive(megabytes int) {
	live = nil
	for i := 0; i < megabytes<<20/32; i++ {
		live = &node{next: live, other: live}
	}
}

// cycles is the number of finished collections, read in a way that stops nothing.
func cycles() int64 {
	var stats debug.GCStats
	debug.ReadGCStats(&stats)
	return stats.NumGC
}

func growHeap(count int) {
	for end := cycles() + int64(count); cycles() < end; {
		for i := 0; i < 10_000; i++ {
			sink = &node{next: live}
		}
	}
}

func force(count int) {
	for i := 0; i < count; i++ {
		runtime.GC()
	}
}

func awaitIdleCycles(count int) {
	deadline := time.Now().Add(20 * time.Second)
	for end := cycles() + int64(count); cycles() < end && time.Now().Before(deadline); {
		time.Sleep(5 * time.Millisecond)
	}
}

func assist(millis int) {
	var stop atomic.Bool
	var done sync.WaitGroup
	for i := 0; i < 4; i++ {
		done.Add(1)
		go func() {
			defer done.Done()
			allocateGreedily(&stop)
		}()
	}
	time.Sleep(time.Duration(millis) * time.Millisecond)
	stop.Store(true)
	done.Wait()
}

// allocateGreedily is the only frame that pays for marking in this program: a profile of assists must name it.
//
//go:noinline
func allocateGreedily(stop *atomic.Bool) {
	for !stop.Load() {
		var list *node
		for i := 0; i < 20_000; i++ {
			list = &node{next: list, other: live}
		}
		runtime.KeepAlive(list)
	}
}

func readMemStats(count int) {
	for i := 0; i < count; i++ {
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
	}
}

func stacks(count int) {
	buffer := make([]byte, 1<<20)
	for i := 0; i < count; i++ {
		runtime.Stack(buffer, true)
	}
}

func goroutineProfile(count int) {
	for i := 0; i < count; i++ {
		_ = pprof.Lookup("goroutine").WriteTo(io.Discard, 0)
	}
}

func changeMaxProcs(count int) {
	procs := runtime.GOMAXPROCS(0)
	for i := 0; i < count; i++ {
		runtime.GOMAXPROCS(procs + 1)
		runtime.GOMAXPROCS(procs)
	}
}

func traceExecution(count int) {
	for i := 0; i < count; i++ {
		if trace.Start(io.Discard) == nil {
			trace.Stop()
		}
	}
}
