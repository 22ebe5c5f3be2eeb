package main

import (
	"fmt"
	"runtime"
	"sync"
	"time"
	"unsafe"
)

var scenarios = map[string]scenario{
	"chan-send":          chanSend,
	"chan-send-buffered": chanSendBuffered,
	"chan-receive":       chanReceive,
	"chan-receive-many":  chanReceiveMany,
	"chan-nil-send":      chanNilSend,
	"chan-nil-receive":   chanNilReceive,
	"chan-range":         chanRange,
	"select":             selectSeveral,
	"select-one-channel": selectOneChannel,
	"select-empty":       selectEmpty,
	"mutex":              mutexLock,
	"rwmutex-read":       rwmutexRead,
	"rwmutex-write":      rwmutexWrite,
	"waitgroup":          waitGroup,
	"cond":               condWait,
	"once":               onceWait,
	"sleep":              sleep,
	"timer":              timer,
	"locked":             lockedToThread,
}

// never is received from by everything that only has to stand still.
var never = make(chan struct{})

func channelFact(ch any, address uintptr, length, capacity int) string {
	return fmt.Sprintf("chan=%#x len=%d cap=%d type=%T", address, length, capacity, ch)
}

// addressOf returns the hchan behind a channel value, which is what a runtime structure points to.
func addressOf[T any](ch chan T) uintptr { return *(*uintptr)(unsafe.Pointer(&ch)) }

// ---- channels

func chanSend() []string {
	ch := make(chan int)
	go parkChanSend(ch)
	return []string{arrived() + " " + channelFact(ch, addressOf(ch), len(ch), cap(ch)) + " dir=send"}
}

func parkChanSend(ch chan int) {
	announce()
	ch <- 1
}

func chanSendBuffered() []string {
	ch := make(chan string, 3)
	ch <- "a"
	ch <- "b"
	ch <- "c"
	go parkChanSendBuffered(ch)
	return []string{arrived() + " " + channelFact(ch, addressOf(ch), len(ch), cap(ch)) + " dir=send"}
}

func parkChanSendBuffered(ch chan string) {
	announce()
	ch <- "d"
}

func chanReceive() []string {
	ch := make(chan int, 2)
	go parkChanReceive(ch)
	return []string{arrived() + " " + channelFact(ch, addressOf(ch), len(ch), cap(ch)) + " dir=receive"}
}

func parkChanReceive(ch chan int) {
	announce()
	<-ch
}

// chanReceiveMany parks several goroutines in the queue of one channel.
func chanReceiveMany() []string {
	ch := make(chan [16]byte)
	var told []string
	for i := 0; i < 5; i++ {
		go parkChanReceiveMany(ch)
		told = append(told, arrived()+" "+channelFact(ch, addressOf(ch), len(ch), cap(ch))+" dir=receive")
	}
	return told
}

func parkChanReceiveMany(ch chan [16]byte) {
	announce()
	<-ch
}

func chanNilSend() []string {
	go parkChanNilSend(nil)
	return []string{arrived() + " chan=0x0 dir=send"}
}

func parkChanNilSend(ch chan int) {
	announce()
	ch <- 1
}

func chanNilReceive() []string {
	go parkChanNilReceive(nil)
	return []string{arrived() + " chan=0x0 dir=receive"}
}

func parkChanNilReceive(ch chan int) {
	announce()
	<-ch
}

func chanRange() []string {
	ch := make(chan int)
	go parkChanRange(ch)
	return []string{arrived() + " " + channelFact(ch, addressOf(ch), len(ch), cap(ch)) + " dir=receive"}
}

func parkChanRange(ch chan int) {
	announce()
	for range ch {
		runtime.Gosched()
	}
}

// ---- select

func selectSeveral() []string {
	in, out, full := make(chan int), make(chan string), make(chan int, 1)
	full <- 1
	go parkSelectSeveral(in, out, full)
	id := arrived()
	return []string{
		id + " case=receive " + channelFact(in, addressOf(in), len(in), cap(in)),
		id + " case=send " + channelFact(out, addressOf(out), len(out), cap(out)),
		id + " case=send " + channelFact(full, addressOf(full), len(full), cap(full)),
	}
}

func parkSelectSeveral(in chan int, out chan string, full chan int) {
	var absent chan int
	announce()
	select {
	case <-in:
	case out <- "x":
	case full <- 2:
	case <-absent:
	}
}

func selectOneChannel() []string {
	ch := make(chan int)
	go parkSelectOneChannel(ch)
	id := arrived()
	return []string{
		id + " case=receive " + channelFact(ch, addressOf(ch), len(ch), cap(ch)),
		id + " case=send " + channelFact(ch, addressOf(ch), len(ch), cap(ch)),
	}
}

func parkSelectOneChannel(ch chan int) {
	announce()
	select {
	case <-ch:
	case ch <- 1:
	}
}

func selectEmpty() []string {
	go parkSelectEmpty()
	return []string{arrived()}
}

func parkSelectEmpty() {
	announce()
	select {}
}

// ---- locks

// Locks stay locked for good by goroutines that have gone on: the tests only look at who waits.
var (
	heldMutex   sync.Mutex
	readersLock sync.RWMutex
	writersLock sync.RWMutex
	group       sync.WaitGroup
	condition   = sync.NewCond(&sync.Mutex{})
	once        sync.Once
)

func mutexLock() []string {
	if !heldMutex.TryLock() {
		return nil
	}
	var told []string
	for i := 0; i < 3; i++ {
		go parkMutex(&heldMutex)
		told = append(told, arrived()+fmt.Sprintf(" lock=%#x", uintptr(unsafe.Pointer(&heldMutex))))
	}
	return told
}

func parkMutex(m *sync.Mutex) {
	announce()
	m.Lock()
	m.Unlock() //nolint:staticcheck // Nothing to protect: waiting is the point.
}

func rwmutexRead() []string {
	if !readersLock.TryLock() {
		return nil
	}
	go parkRWMutexRead(&readersLock)
	return []string{arrived() + fmt.Sprintf(" lock=%#x", uintptr(unsafe.Pointer(&readersLock)))}
}

func parkRWMutexRead(m *sync.RWMutex) {
	announce()
	m.RLock()
	m.RUnlock() //nolint:staticcheck // See parkMutex.
}

func rwmutexWrite() []string {
	writersLock.RLock()
	go parkRWMutexWrite(&writersLock)
	return []string{arrived() + fmt.Sprintf(" lock=%#x", uintptr(unsafe.Pointer(&writersLock)))}
}

func parkRWMutexWrite(m *sync.RWMutex) {
	announce()
	m.Lock()
	m.Unlock() //nolint:staticcheck // See parkMutex.
}

func waitGroup() []string {
	group.Add(1)
	go parkWaitGroup(&group)
	return []string{arrived() + fmt.Sprintf(" lock=%#x", uintptr(unsafe.Pointer(&group)))}
}

func parkWaitGroup(wg *sync.WaitGroup) {
	announce()
	wg.Wait()
}

func condWait() []string {
	go parkCond(condition)
	return []string{arrived() + fmt.Sprintf(" lock=%#x", uintptr(unsafe.Pointer(condition)))}
}

func parkCond(c *sync.Cond) {
	c.L.Lock()
	announce()
	c.Wait()
	c.L.Unlock()
}

// onceWait parks one goroutine inside a sync.Once and a second one that waits for it.
func onceWait() []string {
	go parkOnce()
	first := arrived()
	go parkOnceBehind()
	return []string{first + " role=inside", arrived() + " role=waiting"}
}

func parkOnce() {
	once.Do(func() {
		announce()
		<-never
	})
}

func parkOnceBehind() {
	announce()
	once.Do(func() {})
}

// ---- time and threads

func sleep() []string {
	go parkSleep()
	return []string{arrived()}
}

func parkSleep() {
	announce()
	time.Sleep(1000 * time.Hour)
}

func timer() []string {
	go parkTimer()
	return []string{arrived()}
}

func parkTimer() {
	after := time.NewTimer(1000 * time.Hour)
	announce()
	<-after.C
}

func lockedToThread() []string {
	go parkLocked()
	return []string{arrived()}
}

func parkLocked() {
	runtime.LockOSThread()
	announce()
	<-never
}
