package main

import (
	"runtime"
	"strconv"
	"syscall"
)

// The streams are used with raw system calls and fixed buffers: os.Stdin would go through the network poller and
// allocate, and a target that compares its memory statistics with an outsider's must not move between the two.
var (
	input      [64 << 10]byte
	inputStart int
	inputEnd   int
	output     [64 << 10]byte
)

// readLine blocks in read(2) until a whole line is there. It reports false at the end of the stream.
func readLine() (string, bool) {
	for {
		for i := inputStart; i < inputEnd; i++ {
			if input[i] == '\n' {
				line := string(input[inputStart:i])
				inputStart = i + 1
				return line, true
			}
		}
		if inputStart > 0 {
			copy(input[:], input[inputStart:inputEnd])
			inputEnd -= inputStart
			inputStart = 0
		}
		if inputEnd == len(input) {
			return "", false
		}
		n, err := syscall.Read(0, input[inputEnd:])
		if err == syscall.EINTR {
			continue
		}
		if err != nil || n <= 0 {
			return "", false
		}
		inputEnd += n
	}
}

// say writes one line without allocating.
func say(line string) {
	n := copy(output[:len(output)-1], line)
	output[n] = '\n'
	writeAll(1, output[:n+1])
}

func writeAll(fd int, data []byte) {
	for len(data) > 0 {
		n, err := syscall.Write(fd, data)
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return
		}
		data = data[n:]
	}
}

func text(args []string, index int, otherwise string) string {
	if index < len(args) {
		return args[index]
	}
	return otherwise
}

func number(args []string, index, otherwise int) int {
	if index < len(args) {
		if n, err := strconv.Atoi(args[index]); err == nil {
			return n
		}
	}
	return otherwise
}

// use keeps a value alive that the compiler could otherwise leave out.
//
//go:noinline
func use(values ...any) { runtime.KeepAlive(values) }
