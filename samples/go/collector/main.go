// collector is a program with garbage collections on command. It reads one command per line from standard input, does it, and answers with one
// line: "ok", or a JSON object for "report". What it reports is the runtime's own account, for comparison with an account made from outside.
//
//	live MEGABYTES      keep a live heap of about this size, made of pointers
//	heap CYCLES         allocate garbage until this many collections were started by heap growth
//	force TIMES         runtime.GC()
//	idle CYCLES         wait until this many collections happened that this program did nothing for (sysmon's)
//	assist MILLIS       four goroutines allocate pointers as fast as they can
//	memstats TIMES      runtime.ReadMemStats
//	stacks TIMES        runtime.Stack of all goroutines, which is what debug=2 does
//	goroutines TIMES    the goroutine profile
//	maxprocs TIMES      GOMAXPROCS one down and up again
//	trace TIMES         start and stop an execution trace
//	report              the runtime's account
//	quit
package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
)

func main() {
	fmt.Println("ready")
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		word, rest, _ := strings.Cut(strings.TrimSpace(lines.Text()), " ")
		count, err := strconv.Atoi(rest)
		if err != nil {
			count = 1
		}
		switch word {
		case "live":
			keepLive(count)
		case "heap":
			growHeap(count)
		case "force":
			force(count)
		case "idle":
			awaitIdleCycles(count)
		case "assist":
			assist(count)
		case "memstats":
			readMemStats(count)
		case "stacks":
			stacks(count)
		case "goroutines":
			goroutineProfile(count)
		case "maxprocs":
			changeMaxProcs(count)
		case "trace":
			traceExecution(count)
		case "report":
			report()
			continue
		case "quit":
			return
		default:
			fmt.Println("unknown command:", word)
			continue
		}
		fmt.Println("ok")
	}
}
