package main

import (
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"
)

// One function per way to wait, so that a profile tells them apart by name. Not inlined: the names must stay.

// clock sums up what calls took by the program's own clock, for one object.
type clock struct {
	lock  sync.Mutex
	count int
	total time.Duration
	worst time.Duration
}

// The clocks are read one after the other in each script, never by two goroutines at a time: their lock does not wait.
func (c *clock) add(since time.Time) {
	took := time.Since(since)
	c.lock.Lock()
	c.count++
	c.total += took
	if took > c.worst {
		c.worst = took
	}
	c.lock.Unlock()
}

type notes struct{ lines []string }

func (n *notes) tell(name string, object interface{}, c *clock) {
	n.lines = append(n.lines, fmt.Sprintf("%s %p %d %d %d", name, object, c.count, c.total.Nanoseconds(), c.worst.Nanoseconds()))
}

func runScript() string {
	n := &notes{}
	var all sync.WaitGroup
	for _, script := range []func(*notes){orders, parcels, choices, ledger, catalogue, crew, bell, wire, nap} {
		local := &notes{}
		all.Add(1)
		go func(script func(*notes)) {
			defer all.Done()
			script(local)
		}(script)
		waitForScript(&all)
		n.lines = append(n.lines, local.lines...)
	}
	return strings.Join(n.lines, "\n") + "\n"
}

//go:noinline
func waitForScript(all *sync.WaitGroup) { all.Wait() }

// ---- a channel whose receiver waits

func orders(n *notes) {
	channel := make(chan int)
	go func() {
		for i := 0; i < 30; i++ {
			time.Sleep(3 * time.Millisecond)
			channel <- i
		}
		close(channel)
	}()
	c := &clock{}
	for receiveOrder(channel, c) {
	}
	n.tell("orders", channel, c)
}

//go:noinline
func receiveOrder(channel chan int, c *clock) bool {
	since := time.Now()
	_, more := <-channel
	c.add(since)
	return more
}

// ---- a channel whose sender waits

func parcels(n *notes) {
	channel := make(chan int, 1)
	c := &clock{}
	done := make(chan struct{})
	go func() {
		for range channel {
			time.Sleep(3 * time.Millisecond)
		}
		close(done)
	}()
	for i := 0; i < 30; i++ {
		sendParcel(channel, i, c)
	}
	close(channel)
	<-done
	n.tell("parcels", channel, c)
}

//go:noinline
func sendParcel(channel chan int, i int, c *clock) {
	since := time.Now()
	channel <- i
	c.add(since)
}

// ---- select: only one of its channels ever fires

func choices(n *notes) {
	never, often := make(chan int), make(chan int)
	go func() {
		for i := 0; i < 30; i++ {
			time.Sleep(3 * time.Millisecond)
			often <- i
		}
	}()
	c := &clock{}
	for i := 0; i < 30; i++ {
		choose(never, often, c)
	}
	n.tell("choices", often, c)
}

//go:noinline
func choose(never, often chan int, c *clock) {
	since := time.Now()
	select {
	case <-never:
	case <-often:
	}
	c.add(since)
}

// ---- a mutex that four want

func ledger(n *notes) {
	var lock sync.Mutex
	c := &clock{}
	var all sync.WaitGroup
	for i := 0; i < 4; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			for i := 0; i < 12; i++ {
				lockLedger(&lock, c)
				time.Sleep(2 * time.Millisecond)
				unlockLedger(&lock)
			}
		}()
	}
	waitForLedger(&all)
	n.tell("ledger", &lock, c)
}

//go:noinline
func waitForLedger(all *sync.WaitGroup) { all.Wait() }

//go:noinline
func lockLedger(lock *sync.Mutex, c *clock) {
	since := time.Now()
	lock.Lock()
	c.add(since)
}

//go:noinline
func unlockLedger(lock *sync.Mutex) { lock.Unlock() }

// ---- readers that wait for a writer, and a writer that waits for readers

func catalogue(n *notes) {
	var lock sync.RWMutex
	reads, writes := &clock{}, &clock{}
	for round := 0; round < 12; round++ {
		var readers sync.WaitGroup
		writeCatalogue(&lock, nil)
		for i := 0; i < 3; i++ {
			readers.Add(1)
			go func() {
				defer readers.Done()
				readCatalogue(&lock, reads)
				time.Sleep(4 * time.Millisecond)
				endReading(&lock)
			}()
		}
		time.Sleep(3 * time.Millisecond)
		endWriting(&lock)
		time.Sleep(time.Millisecond)
		writeCatalogue(&lock, writes)
		endWriting(&lock)
		readers.Wait()
	}
	n.tell("catalogue-read", &lock, reads)
	n.tell("catalogue-write", &lock, writes)
}

//go:noinline
func readCatalogue(lock *sync.RWMutex, c *clock) {
	since := time.Now()
	lock.RLock()
	c.add(since)
}

//go:noinline
func writeCatalogue(lock *sync.RWMutex, c *clock) {
	since := time.Now()
	lock.Lock()
	if c != nil {
		c.add(since)
	}
}

//go:noinline
func endReading(lock *sync.RWMutex) { lock.RUnlock() }

//go:noinline
func endWriting(lock *sync.RWMutex) { lock.Unlock() }

// ---- a wait group

func crew(n *notes) {
	group := new(sync.WaitGroup)
	c := &clock{}
	for i := 0; i < 25; i++ {
		group.Add(1)
		go func() {
			time.Sleep(4 * time.Millisecond)
			leave(group)
		}()
		awaitCrew(group, c)
	}
	n.tell("crew", group, c)
}

//go:noinline
func leave(group *sync.WaitGroup) { group.Done() }

//go:noinline
func awaitCrew(group *sync.WaitGroup, c *clock) {
	since := time.Now()
	group.Wait()
	c.add(since)
}

// ---- a condition variable

func bell(n *notes) {
	cond := sync.NewCond(new(sync.Mutex))
	rung, asked := 0, 0
	c := &clock{}
	go func() {
		for i := 0; i < 25; i++ {
			time.Sleep(4 * time.Millisecond)
			ring(cond, &rung)
		}
	}()
	for asked < 25 {
		awaitBell(cond, &rung, asked, c)
		asked++
	}
	n.tell("bell", cond, c)
}

//go:noinline
func ring(cond *sync.Cond, rung *int) {
	cond.L.Lock()
	*rung++
	cond.L.Unlock()
	cond.Signal()
}

//go:noinline
func awaitBell(cond *sync.Cond, rung *int, asked int, c *clock) {
	cond.L.Lock()
	for *rung <= asked {
		since := time.Now()
		cond.Wait()
		c.add(since)
	}
	cond.L.Unlock()
}

// ---- the network

func wire(n *notes) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	go func() {
		connection, err := listener.Accept()
		check(err)
		for i := 0; i < 25; i++ {
			time.Sleep(4 * time.Millisecond)
			_, err := connection.Write([]byte{1})
			check(err)
		}
		check(connection.Close())
	}()
	connection, err := net.Dial("tcp", listener.Addr().String())
	check(err)
	c := &clock{}
	for readWire(connection, c) {
	}
	check(listener.Close())
	n.tell("wire", connection, c)
}

//go:noinline
func readWire(connection io.Reader, c *clock) bool {
	since := time.Now()
	_, err := connection.Read(make([]byte, 1))
	c.add(since)
	return err == nil
}

// ---- sleep

func nap(n *notes) {
	c := &clock{}
	for i := 0; i < 25; i++ {
		sleepALittle(c)
	}
	n.tell("nap", c, c)
}

//go:noinline
func sleepALittle(c *clock) {
	since := time.Now()
	time.Sleep(4 * time.Millisecond)
	c.add(since)
}
