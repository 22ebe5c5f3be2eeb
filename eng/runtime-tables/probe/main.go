// Command probe links the parts of the runtime whose structures and functions the tables describe. It is built, never run.
package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"sync"
	"time"
)

func main() {
	runtime.SetBlockProfileRate(1)
	runtime.SetMutexProfileFraction(1)
	debug.SetGCPercent(100)
	var lock sync.Mutex
	lock.Lock()
	go func() {
		time.Sleep(time.Second)
		lock.Unlock()
	}()
	lock.Lock()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	fmt.Println(stats.NumGC, runtime.NumGoroutine())
	for _, profile := range pprof.Profiles() {
		_ = profile.WriteTo(os.Stderr, 1)
	}
}
