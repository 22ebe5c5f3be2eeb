// Panics panics in every way there is and says itself what it panicked with.
//
//	panics            prints "ready", waits for a line on standard input, plays all scenes that it survives (scenes.go), prints a line for each panic
//	                  ("panic GOROUTINE OUTCOME TYPE MESSAGE", tab separated, the message quoted), prints "done" and waits for the end of standard input
//	panics SCENE      prints "ready", waits for a line, and dies (crashes.go): the runtime then says itself why, on standard error
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strconv"
)

func main() {
	input := bufio.NewReader(os.Stdin)
	fmt.Printf("ready pid=%d\n", os.Getpid())
	if _, err := input.ReadString('\n'); err != nil {
		return
	}
	if len(os.Args) > 1 {
		crash(os.Args[1])
		return
	}
	for _, scene := range scenes {
		done := make(chan struct{})
		go func() {
			defer close(done)
			scene()
		}()
		<-done
	}
	fmt.Println("done")
	io.Copy(io.Discard, input)
}

// tell prints a panic as the program knows it.
func tell(outcome string, value interface{}) {
	fmt.Printf("panic\t%d\t%s\t%T\t%s\n", goroutine(), outcome, value, strconv.Quote(text(value)))
}

// text is what Go prints after "panic: ".
func text(value interface{}) string {
	switch v := value.(type) {
	case error:
		return v.Error()
	case string:
		return v
	}
	return fmt.Sprint(value)
}

func goroutine() int {
	fields := bytes.Fields(debug.Stack())
	id, _ := strconv.Atoi(string(fields[1]))
	return id
}
