// Loops keeps processors busy in known ways, so that CPU profiles can be held against the truth: what each worker used by the kernel's own account,
// and the profile that runtime/pprof takes of the same time.
//
//	loops [WORKER…]     all workers unless some are named
//
// Lines on standard input, each answered by one line:
//
//	start FILE     begins Go's own CPU profile
//	stop           ends it
//	cpu            processor time of each worker so far, in nanoseconds, and the rounds it made, as "NAME=NANOSECONDS/ROUNDS …"
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

// A worker runs on a thread of its own, whose clock tells what it used.
type worker struct {
	name   string
	round  func()
	nanos  atomic.Int64
	rounds atomic.Int64
}

var workers = []*worker{
	{name: "spin", round: spin},
	{name: "inlined", round: inlined},
	{name: "hash", round: hash},
	{name: "move", round: move},
	{name: "recurse", round: recurse},
	{name: "allocate", round: allocate},
	{name: "clock", round: clock},
	{name: "call", round: call},
	{name: "sort", round: sortPairs},
	{name: "pingpong", round: pingPong},
	{name: "labelled", round: labelled},
}

func main() {
	chosen := map[string]bool{}
	for _, name := range os.Args[1:] {
		chosen[name] = true
	}
	// As many threads as workers: none of them has to wait for another one's goroutine.
	runtime.GOMAXPROCS(len(workers) + 2)
	var started sync.WaitGroup
	for _, w := range workers {
		if len(chosen) == 0 || chosen[w.name] {
			started.Add(1)
			go w.run(&started)
		}
	}
	started.Wait()
	fmt.Printf("ready pid=%d\n", os.Getpid())
	var file *os.File
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		words := strings.Fields(lines.Text())
		switch {
		case len(words) == 2 && words[0] == "start":
			file, _ = os.Create(words[1])
			if err := pprof.StartCPUProfile(file); err != nil {
				fmt.Println("error", err)
				continue
			}
		case len(words) == 1 && words[0] == "stop":
			pprof.StopCPUProfile()
			file.Close()
		}
		fmt.Println(account())
	}
}

func account() string {
	var text []string
	for _, w := range workers {
		text = append(text, fmt.Sprintf("%s=%d/%d", w.name, w.nanos.Load(), w.rounds.Load()))
	}
	return strings.Join(text, " ")
}

func (w *worker) run(started *sync.WaitGroup) {
	runtime.LockOSThread()
	started.Done()
	for {
		w.round()
		w.rounds.Add(1)
		w.nanos.Store(threadNanos())
	}
}

// threadNanos is the processor time of this thread (CLOCK_THREAD_CPUTIME_ID).
func threadNanos() int64 {
	var now syscall.Timespec
	syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, 3, uintptr(unsafe.Pointer(&now)), 0)
	return int64(time.Duration(now.Sec)*time.Second) + int64(now.Nsec)
}
