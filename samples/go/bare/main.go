// Bare is a Go program in which nothing reads the heap profile: the linker drops memory profiling (runtime.disableMemoryProfiling),
// as it does in most small services. It waits until its standard input ends.
package main

import "syscall"

var kept [][]byte

func main() {
	for i := 0; i < 1000; i++ {
		kept = append(kept, make([]byte, 4096))
	}
	syscall.Write(1, []byte("ready pid=0 go=go0 cgo=false\n"))
	var end [1]byte
	for {
		n, err := syscall.Read(0, end[:])
		if n <= 0 && err != syscall.EINTR {
			return
		}
	}
}
