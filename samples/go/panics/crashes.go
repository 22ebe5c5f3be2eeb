package main

import (
	"errors"
	"fmt"
	"os"
	"sync"
)

func crash(scene string) {
	switch scene {
	case "error":
		panic(errors.New("nobody catches this"))
	case "nil":
		fmt.Println(nilList.next)
	case "index":
		fmt.Println(numbers[index])
	case "goroutine":
		go func() { panic("in a goroutine of its own") }()
		select {}
	case "repanic":
		defer func() { panic(recover()) }()
		panic("thrown again")
	case "unlock":
		var mutex sync.Mutex
		mutex.Unlock()
	case "map":
		shared := map[int]int{}
		for i := 0; i < 8; i++ {
			go func() {
				for n := 0; ; n++ {
					shared[n&7] = n
				}
			}()
		}
		select {}
	case "overflow":
		fmt.Println(endless(1))
	default:
		fmt.Fprintln(os.Stderr, "no such scene:", scene)
		os.Exit(2)
	}
}

//go:noinline
func endless(n int) int {
	var pad [1024]byte
	pad[n&1023] = 1
	return endless(n+1) + int(pad[0])
}
