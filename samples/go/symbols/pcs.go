package main

import (
	"fmt"
	"io"
	"reflect"
	"runtime"
)

// mainEntry is what all printed addresses are relative to.
func mainEntry() uintptr {
	return runtime.FuncForPC(reflect.ValueOf(main).Pointer()).Entry()
}

func describePcs(out io.Writer, file string) {
	base := mainEntry()
	for _, offset := range readOffsets(file) {
		// CallersFrames looks up the instruction before the given address, except at the entry of a function.
		frame, _ := runtime.CallersFrames([]uintptr{base + offset}).Next()
		if frame.Function == "" {
			fmt.Fprintln(out, "-")
			continue
		}
		fmt.Fprintf(out, "%s\t%x\t%s\t%d\n", frame.Function, frame.Entry-base, frame.File, frame.Line)
	}
}
