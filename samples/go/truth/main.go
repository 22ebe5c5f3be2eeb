// Truth is a Go program that tells the truth about itself.
//
// The tests of Vitrine start it, put its goroutines into every state that the runtime knows, read it from outside,
// and compare with what it says itself through runtime.Stack, runtime.ReadMemStats and runtime/pprof.
//
// It speaks one line in, one line out on its standard streams (see protocol.go; README.md lists the commands) and
// exits when standard input ends, so that it never outlives the test that started it. It needs nothing but the
// standard library and compiles with every Go version from 1.19 on.
package main

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

func main() {
	say("ready pid=" + strconv.Itoa(os.Getpid()) + " go=" + runtime.Version() + " cgo=" + strconv.FormatBool(hasCgo))
	for {
		line, ok := readLine()
		if !ok {
			os.Exit(0)
		}
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		obey(words[0], words[1:])
	}
}

// obey runs one command. Every command answers exactly one line; those that must not allocate after their
// measurement answer for themselves.
func obey(command string, args []string) {
	switch command {
	case "memstats":
		memstats(text(args, 0, "/dev/null"))
		return
	case "peek":
		peek(text(args, 0, "/dev/null"))
		return
	case "exec":
		say("ok exec")
		err := syscall.Exec("/proc/self/exe", os.Args, os.Environ())
		say("error " + err.Error())
		return
	case "exit":
		say("ok exit")
		os.Exit(number(args, 0, 0))
	}
	run, known := commands[command]
	if !known {
		say("error unknown command " + command)
		return
	}
	answer, err := run(args)
	if err != nil {
		say("error " + strings.ReplaceAll(err.Error(), "\n", " "))
		return
	}
	say(strings.TrimRight("ok "+answer, " "))
}

// commands are what obey knows beside memstats, exec and exit.
var commands map[string]func(args []string) (string, error)

// A map literal that mentions functions which mention the map would be an initialisation cycle: hence init.
func init() {
	commands = map[string]func(args []string) (string, error){
		"park":       park,
		"facts":      factsToFile,
		"stack":      stackToFile,
		"settle":     func([]string) (string, error) { return settle() },
		"goroutines": goroutines,
		"release":    release,
		"busy":       busy,
		"churn":      churn,
		"leak":       leak,
		"burst":      burst,
		"pool":       pool,
		"steady":     steady,
		"heartbeat":  heartbeat,
		"rates":      rates,
		"alloc":      alloc,
		"free":       free,
		"gc":         collect,
		"contend":    contend,
		"profile":    profileToFile,
		"sched":      sched,
		"checksum":   checksum,
	}
}
