// The program profiles writes one profile of every kind that runtime/pprof makes into the folder that is its argument: a workload small enough for a test,
// with goroutine labels, inlined calls, contention and allocations of several sizes, so that none of the profiles is empty.
package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"sort"
	"strconv"
	"sync"
	"time"
)

var kept [][]byte

func main() {
	folder := os.Args[1]
	runtime.MemProfileRate = 512
	runtime.SetBlockProfileRate(1)
	runtime.SetMutexProfileFraction(1)

	cpu, err := os.Create(filepath.Join(folder, "cpu.pb.gz"))
	check(err)
	check(pprof.StartCPUProfile(cpu))
	pprof.Do(context.Background(), pprof.Labels("route", "/search"), func(context.Context) { burn(12000) })
	pprof.Do(context.Background(), pprof.Labels("route", "/list", "tenant", "blue"), func(context.Context) { burn(8000) })
	burn(5000)
	pprof.StopCPUProfile()
	check(cpu.Close())

	contend()
	allocate()
	release := park(30)
	defer close(release)
	runtime.GC()
	runtime.GC()

	for _, name := range []string{"heap", "allocs", "goroutine", "mutex", "block", "threadcreate"} {
		file, err := os.Create(filepath.Join(folder, name+".pb.gz"))
		check(err)
		check(pprof.Lookup(name).WriteTo(file, 0))
		check(file.Close())
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// Counts rounds, not time: on a busy machine half a second may hold no processor time at all, and the profile would be empty.
func burn(rounds int) {
	block := make([]byte, 1024)
	for i := 0; i < rounds; i++ {
		sum := sha256.Sum256(block)
		copy(block, sum[:])
		numbers := make([]int, 400)
		for i := range numbers {
			numbers[i] = mix(i)
		}
		sort.Ints(numbers)
	}
}

// Small enough to be inlined: the profile then has locations of two lines.
func mix(i int) int { return (i * 7919) % 101 }

func contend() {
	var lock sync.Mutex
	var all sync.WaitGroup
	for i := 0; i < 4; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			for n := 0; n < 10; n++ {
				lock.Lock()
				time.Sleep(time.Millisecond)
				lock.Unlock()
			}
		}()
	}
	all.Wait()
}

func allocate() {
	for i := 0; i < 300; i++ {
		kept = append(kept, make([]byte, 1024*(i%7+1)))
	}
}

func park(count int) chan struct{} {
	release := make(chan struct{})
	var parked sync.WaitGroup
	for i := 0; i < count; i++ {
		parked.Add(1)
		pprof.Do(context.Background(), pprof.Labels("worker", strconv.Itoa(i%3), "kind", "parked"), func(context.Context) {
			go func() {
				parked.Done()
				<-release
			}()
		})
	}
	parked.Wait()
	return release
}
