// The program waiting makes goroutines wait in every way the runtime knows, by a script, and tells what it knows of it itself: the block and mutex
// profiles at rate 1, and the address of every channel and lock with the delays that its own clock measured around each call.
//
// It says "ready", runs the script whenever it reads "run FOLDER", and answers "done". "churn" starts a load that ends with "calm": goroutines that
// begin and end, whose stacks grow while they wait, that panic and recover. "hold before" and "hold during" make a goroutine wait for good. It ends with its
// standard input.
package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strings"
)

func main() {
	// "off" leaves the profiles off, as most services do.
	if len(os.Args) < 2 || os.Args[1] != "off" {
		runtime.SetBlockProfileRate(1)
		runtime.SetMutexProfileFraction(1)
	}
	var churn *load
	commands := bufio.NewScanner(os.Stdin)
	fmt.Println("ready")
	for commands.Scan() {
		words := strings.Fields(commands.Text())
		switch {
		case len(words) == 2 && words[0] == "run":
			notes := runScript()
			check(os.WriteFile(filepath.Join(words[1], "clocks"), []byte(notes), 0o644))
			for _, name := range []string{"block", "mutex"} {
				file, err := os.Create(filepath.Join(words[1], name+".pb.gz"))
				check(err)
				check(pprof.Lookup(name).WriteTo(file, 0))
				check(file.Close())
			}
			fmt.Println("done")
		case len(words) == 2 && words[0] == "hold":
			hold(words[1] == "during")
			fmt.Println("done")
		case len(words) == 1 && words[0] == "churn":
			churn = startChurn()
			fmt.Println("done")
		case len(words) == 1 && words[0] == "calm":
			fmt.Printf("done %d\n", churn.stop())
		default:
			fmt.Println("error: run FOLDER, hold WHEN, churn or calm")
		}
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
