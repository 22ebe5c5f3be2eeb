// Beats calls one function exactly as often as it is told, so that a probe's count has something to be compared with.
//
// Commands, one per line on standard input, each answered with one line:
//
//	call N        calls beat N times, then says "called N"
//	spin MS       calls beat as fast as it can for MS milliseconds, then says "called N"
//
// It ends when its standard input is closed.
package main

import (
	"bufio"
	"fmt"
	"os"
	"time"
)

var beats uint64

//go:noinline
func beat(step uint64) uint64 {
	return inner(step) + 1
}

// inner gives beat a frame, and with it a prologue.
//
//go:noinline
func inner(step uint64) uint64 {
	beats += step
	return beats
}

func main() {
	fmt.Println("ready")
	commands := bufio.NewScanner(os.Stdin)
	for commands.Scan() {
		var verb string
		var number int
		if _, err := fmt.Sscanf(commands.Text(), "%s %d", &verb, &number); err != nil {
			fmt.Println("what?")
			continue
		}
		before := beats
		switch verb {
		case "call":
			for i := 0; i < number; i++ {
				beat(1)
			}
		case "spin":
			for end := time.Now().Add(time.Duration(number) * time.Millisecond); time.Now().Before(end); {
				for i := 0; i < 64; i++ {
					beat(1)
				}
			}
		}
		fmt.Println("called", beats-before)
	}
}
