package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/metrics"
	"runtime/pprof"
	"strings"
	"sync"
	"time"
)

// Go 1.19 forgets GODEBUG=memprofilerate when it initialises the package's variables: it is said again here.
func init() {
	for _, setting := range strings.Split(os.Getenv("GODEBUG"), ",") {
		var rate int
		if scan(setting, "memprofilerate=%d", &rate) {
			runtime.MemProfileRate = rate
		}
	}
}

// rates [block=NANOSECONDS] [mutex=FRACTION] switches profiling; what is not named stays. The rate of the heap
// profile is set before main runs, by GODEBUG=memprofilerate=N.
func rates(args []string) (string, error) {
	for _, arg := range args {
		var value int
		switch {
		case scan(arg, "block=%d", &value):
			runtime.SetBlockProfileRate(value)
		case scan(arg, "mutex=%d", &value):
			runtime.SetMutexProfileFraction(value)
		default:
			return "", errors.New("usage: rates [block=NANOSECONDS] [mutex=FRACTION]")
		}
	}
	return fmt.Sprint("memprofilerate=", runtime.MemProfileRate, " mutex=", runtime.SetMutexProfileFraction(-1)), nil
}

func scan(arg, format string, value *int) bool {
	_, err := fmt.Sscanf(arg, format, value)
	return err == nil
}

// profileToFile NAME FILE [DEBUG] writes a profile as runtime/pprof does.
func profileToFile(args []string) (string, error) {
	if len(args) < 2 {
		return "", errors.New("usage: profile NAME FILE [DEBUG]")
	}
	profile := pprof.Lookup(args[0])
	if profile == nil {
		return "", errors.New("no profile " + args[0])
	}
	file, err := os.Create(args[1])
	if err != nil {
		return "", err
	}
	defer file.Close()
	return fmt.Sprint("count=", profile.Count()), profile.WriteTo(file, number(args, 2, 0))
}

// contend makes the given number of waits on a mutex, a read-write mutex and a channel, at known places.
func contend(args []string) (string, error) {
	rounds := number(args, 0, 20)
	var mutex sync.Mutex
	var shared sync.RWMutex
	for i := 0; i < rounds; i++ {
		var done sync.WaitGroup
		channel := make(chan int)
		done.Add(3)
		mutex.Lock()
		shared.Lock()
		go func() { defer done.Done(); contendMutex(&mutex) }()
		go func() { defer done.Done(); contendRWMutex(&shared) }()
		go func() { defer done.Done(); contendChannel(channel) }()
		time.Sleep(2 * time.Millisecond)
		unlockMutex(&mutex)
		shared.Unlock()
		channel <- i
		done.Wait()
	}
	return fmt.Sprint("rounds=", rounds), nil
}

//go:noinline
func contendMutex(mutex *sync.Mutex) {
	mutex.Lock()
	mutex.Unlock() //nolint:staticcheck // Waiting is the point.
}

//go:noinline
func unlockMutex(mutex *sync.Mutex) { mutex.Unlock() }

//go:noinline
func contendRWMutex(shared *sync.RWMutex) {
	shared.RLock()
	shared.RUnlock() //nolint:staticcheck // Waiting is the point.
}

//go:noinline
func contendChannel(channel chan int) { <-channel }

// sched answers what the runtime says of its scheduler. GODEBUG=schedtrace=N prints more, on standard error.
func sched([]string) (string, error) {
	answer := fmt.Sprint("gomaxprocs=", runtime.GOMAXPROCS(0), " numgoroutine=", runtime.NumGoroutine(),
		" numcpu=", runtime.NumCPU(), " numcgocall=", runtime.NumCgoCall())
	var samples []metrics.Sample
	for _, description := range metrics.All() {
		if strings.HasPrefix(description.Name, "/sched/") && description.Kind == metrics.KindUint64 {
			samples = append(samples, metrics.Sample{Name: description.Name})
		}
	}
	metrics.Read(samples)
	for _, sample := range samples {
		answer += fmt.Sprint(" ", sample.Name, "=", sample.Value.Uint64())
	}
	return answer, nil
}
