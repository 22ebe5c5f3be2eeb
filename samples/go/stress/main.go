// Stress does what is hard on whoever watches: stacks that grow deep and shrink again, goroutines that come and go by the thousand, panics, Goexit, collections without a
// pause, requests. It checks its own results, so that a damaged stack or register shows. It prints "ready" and the address it serves, and obeys on standard input:
//
//	check   "ok ROUNDS" with the rounds that all kinds of workers have done so far, or what was wrong
//
// Who may call whom is part of its contract: see Callers in the test that watches it.
package main

import (
	"bufio"
	"fmt"
	"io"
	"math/rand"
	"net"
	"net/http"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// rounds counts what each kind of worker has done; wrong holds the first thing that was not as it should be.
var (
	rounds [6]uint64
	wrong  atomic.Value
)

func expect(ok bool, what string) {
	if !ok {
		wrong.CompareAndSwap(nil, what)
	}
}

func main() {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	http.HandleFunc("/dig", serveDig)
	go http.Serve(l, nil)
	for i := 0; i < 2; i++ {
		go digger(int64(i))
		go talker()
		go locker()
		go faller()
		go leaver()
		go caller("http://" + l.Addr().String() + "/dig")
	}
	go cleaner()
	fmt.Printf("ready address=%v\n", l.Addr())
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		if what := wrong.Load(); what != nil {
			fmt.Println("wrong:", what)
			continue
		}
		least := atomic.LoadUint64(&rounds[0])
		for i := range rounds {
			if n := atomic.LoadUint64(&rounds[i]); n < least {
				least = n
			}
		}
		fmt.Println("ok", least)
	}
}

// digger starts each descent on a fresh goroutine, so that its stack has to grow from the smallest.
func digger(seed int64) {
	random := rand.New(rand.NewSource(seed))
	for {
		depth := random.Intn(6000)
		result := make(chan uint64)
		go dig(depth, result)
		expect(<-result == uint64(depth)*uint64(depth+1)/2, "the sum of a descent")
		atomic.AddUint64(&rounds[0], 1)
	}
}

//go:noinline
func dig(depth int, result chan<- uint64) {
	result <- descend(depth)
}

// descend adds up 1 to depth, a frame for each, and looks after its own frame.
//
//go:noinline
func descend(depth int) uint64 {
	var mark [6]uint64
	for i := range mark {
		mark[i] = uint64(depth * (i + 1))
	}
	if depth == 0 {
		return bottom()
	}
	sum := descend(depth-1) + uint64(depth)
	for i := range mark {
		expect(mark[i] == uint64(depth*(i+1)), "a frame of a descent")
	}
	return sum
}

//go:noinline
func bottom() uint64 {
	runtime.Gosched()
	return 0
}

// talker sends numbers to a goroutine and gets them back.
func talker() {
	there, back := make(chan int), make(chan int)
	go echo(there, back)
	for i := 0; ; i++ {
		there <- i
		select {
		case n := <-back:
			expect(n == i, "what came back over a channel")
		case <-time.After(time.Minute):
			expect(false, "nothing came back over a channel")
		}
		atomic.AddUint64(&rounds[1], 1)
	}
}

func echo(there <-chan int, back chan<- int) {
	for n := range there {
		back <- n
	}
}

// locker has eight goroutines count under one lock.
func locker() {
	for {
		var mu sync.Mutex
		var all sync.WaitGroup
		n := 0
		for i := 0; i < 8; i++ {
			all.Add(1)
			go hold(&mu, &all, &n)
		}
		all.Wait()
		expect(n == 8*50, "a count under a lock")
		atomic.AddUint64(&rounds[2], 1)
	}
}

func hold(mu *sync.Mutex, all *sync.WaitGroup, n *int) {
	defer all.Done()
	for i := 0; i < 50; i++ {
		mu.Lock()
		*n++
		if i%10 == 0 {
			runtime.Gosched()
		}
		mu.Unlock()
	}
}

// faller panics some frames deep and recovers.
func faller() {
	for {
		fall(20)
		time.Sleep(5 * time.Millisecond)
		atomic.AddUint64(&rounds[3], 1)
	}
}

func fall(depth int) {
	defer func() {
		expect(recover() == "the floor", "what was recovered")
	}()
	stumble(depth)
}

//go:noinline
func stumble(depth int) int {
	if depth == 0 {
		panic("the floor")
	}
	return stumble(depth-1) + 1
}

// leaver ends goroutines from within by Goexit.
func leaver() {
	for {
		left := make(chan bool)
		go leave(left)
		expect(<-left, "a goroutine that left")
		atomic.AddUint64(&rounds[4], 1)
	}
}

func leave(left chan<- bool) {
	defer func() { left <- true }()
	walk(10)
}

//go:noinline
func walk(steps int) int {
	if steps == 0 {
		runtime.Goexit()
	}
	return walk(steps-1) + 1
}

// caller sends requests to the program's own server.
func caller(address string) {
	for {
		answer, err := http.Get(address)
		if err != nil {
			expect(false, err.Error())
			return
		}
		text, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		expect(err == nil && string(text) == "125250", "the answer to a request")
		atomic.AddUint64(&rounds[5], 1)
	}
}

func serveDig(w http.ResponseWriter, r *http.Request) {
	fmt.Fprint(w, descend(500))
}

// cleaner collects garbage, of which it makes some, without a pause between the collections.
func cleaner() {
	for {
		keep := make([][]byte, 0, 1000)
		for i := 0; i < 1000; i++ {
			keep = append(keep, make([]byte, 512))
		}
		runtime.GC()
		runtime.KeepAlive(keep)
	}
}
