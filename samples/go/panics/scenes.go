package main

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
)

type code int

type name string

type custom struct {
	id   int
	text string
}

func (c *custom) Error() string { return c.text + "!" }

type speaker interface{ Speak() }

type quiet struct{}

var (
	numbers  = []int{1, 2, 3}
	index    = 5
	low      = 3
	high     = 2
	negative = -1
	zero     = 0
	nilMap   map[string]int
	nilList  *list
	thing    interface{} = "text"
	nothing  interface{}
	someone  interface{} = quiet{}
)

type list struct {
	pad  [64]byte
	next *list
}

var scenes = []func(){
	recovered(func() { panic("a plain string") }),
	recovered(func() { panic(errors.New("an error")) }),
	recovered(func() { panic(fmt.Errorf("wrapped: %w", errors.New("inner"))) }),
	recovered(func() { panic(strings.Repeat("long ", 200)) }),
	recovered(func() { panic("") }),
	recovered(func() { panic(42) }),
	recovered(func() { panic(true) }),
	recovered(func() { panic(uint8(7)) }),
	recovered(func() { panic(code(42)) }),
	recovered(func() { panic(name("who")) }),
	recovered(func() { panic(&custom{1, "custom"}) }),
	recovered(func() { panic([]int{1}) }),
	recovered(func() { fmt.Println(numbers[index]) }),
	recovered(func() { fmt.Println(numbers[negative]) }),
	recovered(func() { fmt.Println(numbers[low:high]) }),
	recovered(func() { fmt.Println(numbers[:index*2]) }),
	recovered(func() { nilMap["x"] = 1 }),
	recovered(func() { fmt.Println(nilList.next) }),
	recovered(func() { fmt.Println(10 / zero) }),
	recovered(func() { fmt.Println(thing.(int)) }),
	recovered(func() { fmt.Println(nothing.(int)) }),
	recovered(func() { fmt.Println(someone.(speaker)) }),
	recovered(func() { close((chan int)(nil)) }),
	recovered(func() { deep(400) }),
	superseded,
	again,
	inside,
	goexit,
	locked,
}

// recovered plays one panic and recovers it.
func recovered(play func()) func() {
	return func() {
		defer func() {
			if value := recover(); value != nil {
				tell("recovered", value)
			}
		}()
		play()
	}
}

// deep panics where the stack has just grown.
//
//go:noinline
func deep(frames int) byte {
	var pad [256]byte
	pad[frames%256] = 1
	if frames == 0 {
		panic("deep")
	}
	return pad[0] + deep(frames-1)
}

// superseded panics again while a deferred function of the first panic runs.
func superseded() {
	defer func() {
		value := recover()
		tell("superseded", "first")
		tell("recovered", value)
	}()
	func() {
		defer func() { panic("second") }()
		panic("first")
	}()
}

// again recovers and panics with the same value once more.
func again() {
	defer func() { tell("recovered", recover()) }()
	func() {
		defer func() {
			value := recover()
			tell("again", value)
			panic(value)
		}()
		panic("once more")
	}()
}

// inside panics and recovers within a deferred function of another panic, which goes on.
func inside() {
	defer func() { tell("recovered", recover()) }()
	defer func() {
		defer func() { tell("recovered", recover()) }()
		panic("inner")
	}()
	panic("outer")
}

// goexit ends the goroutine in the middle of a panic.
func goexit() {
	defer tell("goexit", "cut short")
	defer runtime.Goexit()
	panic("cut short")
}

// locked recovers on a goroutine that owns its thread.
func locked() {
	runtime.LockOSThread()
	defer func() { tell("recovered", recover()) }()
	panic("locked")
}
