package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/pprof"
	"time"
)

// Scenarios about the shape of the code around a parked goroutine: what the compiler and the runtime make of it.
func init() {
	scenarios["labels"] = labels
	scenarios["deep"] = deep
	scenarios["inlined"] = inlined
	scenarios["generic"] = generic
	scenarios["closure"] = closure
	scenarios["method-value"] = methodValue
	scenarios["interface-method"] = interfaceMethod
	scenarios["defer"] = deferred
	scenarios["panic"] = panicking
	scenarios["recovered"] = recovered
	scenarios["goexit"] = goexit
	scenarios["big-frame"] = bigFrame
	scenarios["finalizer"] = finalizer
	scenarios["nested-go"] = nestedGo
}

// labels parks a labelled goroutine and one that inherits the labels.
func labels() []string {
	set := pprof.Labels("tenant", "acme", "request", "r-17")
	go pprof.Do(context.Background(), set, parkLabelled)
	told := []string{arrived() + " label.tenant=acme label.request=r-17"}
	return append(told, arrived()+" label.tenant=acme label.request=r-17")
}

func parkLabelled(context.Context) {
	go parkLabelledChild()
	announce()
	<-never
}

func parkLabelledChild() {
	announce()
	<-never
}

const deepFrames = 180

func deep() []string {
	go parkDeep(deepFrames)
	return []string{arrived() + fmt.Sprint(" frames=", deepFrames+1)}
}

//go:noinline
func parkDeep(left int) int {
	if left == 0 {
		announce()
		<-never
		return 0
	}
	return parkDeep(left-1) + 1
}

func inlined() []string {
	ch := make(chan int)
	go parkInlined(ch)
	return []string{arrived() + " " + channelFact(ch, addressOf(ch), 0, 0)}
}

func parkInlined(ch chan int) {
	announce()
	use(inlinedOuter(ch))
}

func inlinedOuter(ch chan int) int { return inlinedMiddle(ch) + 1 }

func inlinedMiddle(ch chan int) int { return inlinedInner(ch) + 2 }

func inlinedInner(ch chan int) int { return <-ch }

type box[T any] struct{ ch chan T }

//go:noinline
func (b *box[T]) wait() T { return <-b.ch }

//go:noinline
func parkGeneric[K comparable, V any](key K, b *box[V]) map[K]V {
	announce()
	return map[K]V{key: b.wait()}
}

func generic() []string {
	strings := &box[string]{make(chan string)}
	go parkGeneric(7, strings)
	told := []string{arrived() + " " + channelFact(strings.ch, addressOf(strings.ch), 0, 0)}
	structs := &box[struct{ a, b int }]{make(chan struct{ a, b int })}
	go parkGeneric("key", structs)
	return append(told, arrived()+fmt.Sprintf(" chan=%#x", addressOf(structs.ch)))
}

func closure() []string {
	ch := make(chan int)
	total := 0
	go func() {
		add := func(n int) {
			announce()
			total += n + <-ch
		}
		add(1)
	}()
	return []string{arrived() + " " + channelFact(ch, addressOf(ch), 0, 0)}
}

type waiter struct{ ch chan int }

//go:noinline
func (w waiter) wait() {
	announce()
	<-w.ch
}

//go:noinline
func (w *waiter) waitByPointer() {
	announce()
	<-w.ch
}

func methodValue() []string {
	w := waiter{make(chan int)}
	byValue, byPointer := w.wait, w.waitByPointer
	go byValue()
	told := []string{arrived() + fmt.Sprintf(" chan=%#x", addressOf(w.ch))}
	go byPointer()
	return append(told, arrived()+fmt.Sprintf(" chan=%#x", addressOf(w.ch)))
}

// embedding promotes wait: a call through the interface goes through a wrapper that the compiler generates.
type embedding struct {
	*waiter
	name string
}

type canWait interface{ wait() }

func interfaceMethod() []string {
	var w canWait = embedding{&waiter{make(chan int)}, "promoted"}
	go parkInterface(w)
	return []string{arrived()}
}

//go:noinline
func parkInterface(w canWait) { w.wait() }

func deferred() []string {
	go parkDeferred()
	return []string{arrived()}
}

func parkDeferred() {
	defer parkInDefer("deferred")
	runtime.KeepAlive(time.Now())
}

//go:noinline
func parkInDefer(string) {
	announce()
	<-never
}

func panicking() []string {
	go parkPanicking(nil)
	return []string{arrived()}
}

func parkPanicking(nothing *waiter) {
	defer parkInDefer("panicking")
	use(nothing.ch)
}

func recovered() []string {
	go parkRecovered()
	return []string{arrived()}
}

func parkRecovered() {
	func() {
		defer func() { use(recover()) }()
		panic("recovered on purpose")
	}()
	announce()
	<-never
}

func goexit() []string {
	go parkGoexit()
	return []string{arrived()}
}

func parkGoexit() {
	defer parkInDefer("goexit")
	runtime.Goexit()
}

func bigFrame() []string {
	go parkBigFrame()
	return []string{arrived()}
}

//go:noinline
func parkBigFrame() byte {
	var frame [40 << 10]byte
	for i := range frame {
		frame[i] = byte(i)
	}
	announce()
	<-never
	return frame[number(nil, 0, 17)]
}

// finalizer parks the runtime's finalizer goroutine in user code, which makes it a user goroutine.
func finalizer() []string {
	parkedFinalizer(new([64]int))
	deadline := time.Now().Add(5 * time.Second)
	for len(arrivals) == 0 && time.Now().Before(deadline) {
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
	return []string{arrived()}
}

//go:noinline
func parkedFinalizer(object *[64]int) {
	runtime.SetFinalizer(object, func(*[64]int) {
		announce()
		<-never
	})
}

// nestedGo parks a goroutine whose creator is another goroutine that has ended.
func nestedGo() []string {
	go func() {
		go parkNested()
	}()
	return []string{arrived()}
}

func parkNested() {
	announce()
	<-never
}
