package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync/atomic"
	"time"
)

// stackBuffer is kept between calls, so that the second account of a quiet process does not disturb its heap.
var stackBuffer = make([]byte, 1<<20)

// expectedRunnable counts goroutines that spin on purpose.
var expectedRunnable int64

// allStacks is the runtime's own account of all goroutines; it stops the world while it is written.
func allStacks() []byte {
	for {
		n := runtime.Stack(stackBuffer, true)
		if n < len(stackBuffer) {
			return stackBuffer[:n]
		}
		stackBuffer = make([]byte, 2*len(stackBuffer))
	}
}

func stackToFile(args []string) (string, error) {
	if len(args) != 1 {
		return "", errors.New("usage: stack FILE")
	}
	stacks := allStacks()
	return fmt.Sprint("bytes=", len(stacks)), os.WriteFile(args[0], stacks, 0o644)
}

// settle waits until no goroutine but the asking one wants to run. Counting arrivals is not enough: between its
// announcement and its park a goroutine still runs.
func settle() (string, error) {
	deadline := time.Now().Add(10 * time.Second)
	for {
		if atomic.LoadInt64(&expectedRunnable) > 0 {
			time.Sleep(50 * time.Millisecond)
			return "settled=false", nil
		}
		stacks := allStacks()
		active := bytes.Count(stacks, []byte(" [runnable")) + bytes.Count(stacks, []byte(" [running"))
		if active <= 1 {
			return "settled=true", nil
		}
		if time.Now().After(deadline) {
			return "", errors.New("goroutines did not settle")
		}
		time.Sleep(time.Millisecond)
	}
}

// goid reads the id of the calling goroutine where the runtime prints it; there is no call that returns it.
func goid() int64 {
	var header [64]byte
	words := bytes.Fields(header[:runtime.Stack(header[:], false)])
	if len(words) < 2 {
		return 0
	}
	id, _ := strconv.ParseInt(string(words[1]), 10, 64)
	return id
}
