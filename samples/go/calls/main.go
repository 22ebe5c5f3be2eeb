// Command calls has functions that measure their own calls. See README.md.
package main

import (
	"bufio"
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"
	"sync"
)

// record holds what the functions measured of themselves in one run.
type record struct {
	mutex     sync.Mutex
	calls     int64
	durations []int64
}

func (r *record) began(calls int64) {
	r.mutex.Lock()
	r.calls += calls
	r.mutex.Unlock()
}

func (r *record) ended(duration int64) {
	r.mutex.Lock()
	r.durations = append(r.durations, duration)
	r.mutex.Unlock()
}

func (r *record) line(name string) string {
	sort.Slice(r.durations, func(i, j int) bool { return r.durations[i] < r.durations[j] })
	var line strings.Builder
	fmt.Fprintf(&line, "%s %d %d", name, r.calls, len(r.durations))
	for _, duration := range r.durations {
		fmt.Fprintf(&line, " %d", duration)
	}
	return line.String()
}

func run(words []string) string {
	n := 0
	if len(words) > 1 {
		n, _ = strconv.Atoi(words[1])
	}
	r := &record{}
	switch words[0] {
	case "steady":
		runSteady(r, n)
	case "mixed":
		runMixed(r, n)
	case "migrating":
		runMigrating(r, n)
	case "growing":
		runGrowing(r, n)
	case "recursive":
		runRecursive(r, n)
	case "panicking":
		runPanicking(r, n)
	case "labelled":
		runLabelled(r, n)
	case "hot":
		rate, _ := strconv.Atoi(words[2])
		return runHot(n, rate)
	default:
		return "unknown"
	}
	return r.line(words[0])
}

func main() {
	fmt.Println("ready")
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		if words := strings.Fields(lines.Text()); len(words) > 0 {
			fmt.Println(run(words))
		}
	}
}
