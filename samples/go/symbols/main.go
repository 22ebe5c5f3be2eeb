// Command symbols tells what the Go runtime itself makes of program counters, stacks and struct layouts of this very binary.
//
//	symbols pcs FILE    FILE has one hexadecimal number per line, a program counter minus the entry of main.main (two's complement);
//	                    prints for each: function, entry, file, line of the innermost source frame, tab separated, "-" when unknown
//	symbols stacks      prints stacks that run through inlined, generic, wrapped, deferred and closed-over calls:
//	                    "stack NAME", then "pc OFFSET" lines (runtime.Callers), then "frame FUNCTION FILE LINE" lines (runtime.CallersFrames)
//	symbols layouts     prints "TYPE SIZE" and "TYPE FIELD OFFSET SIZE" lines by reflection
//
// Addresses are printed relative to the entry of main.main, because only that is the same wherever the loader puts the program.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
)

func main() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	switch {
	case len(os.Args) == 3 && os.Args[1] == "pcs":
		describePcs(out, os.Args[2])
	case len(os.Args) == 2 && os.Args[1] == "stacks":
		tellStacks(out)
	case len(os.Args) == 2 && os.Args[1] == "layouts":
		tellLayouts(out)
	default:
		fmt.Fprintln(os.Stderr, "usage: symbols pcs FILE | stacks | layouts")
		os.Exit(2)
	}
}

func readOffsets(name string) []uintptr {
	data, err := os.ReadFile(name)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var offsets []uintptr
	for _, word := range strings.Fields(string(data)) {
		value, err := strconv.ParseUint(word, 16, 64)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		offsets = append(offsets, uintptr(value))
	}
	return offsets
}
