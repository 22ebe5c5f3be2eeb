package main

import (
	"runtime"
	"strings"
	"time"
)

// hold starts a goroutine that waits for good, and comes back when it waits.
func hold(during bool) {
	name := "main.holdBefore"
	if during {
		name = "main.holdDuring"
		go holdDuring(make(chan int))
	} else {
		go holdBefore(make(chan int))
	}
	stacks := make([]byte, 1<<20)
	for {
		for _, one := range strings.Split(string(stacks[:runtime.Stack(stacks, true)]), "\n\n") {
			if strings.Contains(one, "[chan receive") && strings.Contains(one, name) {
				return
			}
		}
		time.Sleep(time.Millisecond)
	}
}

//go:noinline
func holdBefore(channel chan int) { <-channel }

//go:noinline
func holdDuring(channel chan int) { <-channel }
