//go:build cgo

package main

/*
#include <unistd.h>

static long wait_in_c(int fd) {
	char byte;
	return read(fd, &byte, 1);
}
*/
import "C"

import (
	"fmt"
	"syscall"
)

const hasCgo = true

func init() { scenarios["cgo"] = cgoCall }

// cgoCall parks a goroutine in C code.
func cgoCall() []string {
	var ends [2]int
	if err := syscall.Pipe(ends[:]); err != nil {
		return []string{"error=" + err.Error()}
	}
	go parkCgo(ends[0])
	return []string{arrived() + fmt.Sprint(" fd=", ends[0])}
}

func parkCgo(fd int) {
	announce()
	use(C.wait_in_c(C.int(fd)))
}
