// Yardstick is what instruments are measured with: a server, a load that does not wait for it, and a loop around one function.
//
//	yardstick serve                                    an HTTP server that does some 20 µs of work for each request
//	yardstick load ADDRESS RATE SECONDS CONNECTIONS    RATE requests a second whatever the server does; 0 is as many as it can
//	yardstick loop                                     calls tick when told to
//
// serve and loop print a line that begins with "ready", obey one command a line on standard input, and end with it.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
)

func main() {
	if len(os.Args) < 2 {
		fail("usage: yardstick serve | load ADDRESS RATE SECONDS CONNECTIONS | loop")
	}
	switch os.Args[1] {
	case "serve":
		serve()
	case "load":
		load(os.Args[2:])
	case "loop":
		loop()
	default:
		fail("there is no yardstick " + os.Args[1])
	}
}

// obey hands each line of standard input, as words, to f and prints what it returns.
func obey(f func(words []string) string) {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		if words := strings.Fields(lines.Text()); len(words) > 0 {
			fmt.Println(f(words))
		}
	}
}

func fail(message interface{}) {
	fmt.Fprintln(os.Stderr, message)
	os.Exit(1)
}

func check(err error) {
	if err != nil {
		fail(err)
	}
}
