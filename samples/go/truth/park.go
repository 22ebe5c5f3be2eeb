package main

import (
	"errors"
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"
	"time"
)

// A scenario parks goroutines in one state and tells the facts about them, one line per goroutine or object.
type scenario func() []string

// facts holds everything told so far, for the facts command.
var facts []string

// arrivals carries the id of each goroutine just before it parks.
var arrivals = make(chan int64, 1024)

// announce is the last thing that a goroutine of a scenario does before it parks.
func announce() { arrivals <- goid() }

// arrived waits for one goroutine and returns "goid=N".
func arrived() string {
	select {
	case id := <-arrivals:
		return "goid=" + strconv.FormatInt(id, 10)
	case <-time.After(10 * time.Second):
		return "goid=0"
	}
}

// park starts one scenario, several, or all, and answers when everything is parked.
func park(args []string) (string, error) {
	if len(args) == 0 || args[0] == "list" {
		return strings.Join(scenarioNames(), " "), nil
	}
	names := args
	if args[0] == "all" {
		names = scenarioNames()
	}
	var told []string
	for _, name := range names {
		start, known := scenarios[name]
		if !known {
			return "", errors.New("unknown scenario " + name)
		}
		for _, fact := range start() {
			told = append(told, "scenario="+name+" "+fact)
		}
	}
	facts = append(facts, told...)
	if _, err := settle(); err != nil {
		return "", err
	}
	if args[0] == "all" {
		return "count=" + strconv.Itoa(len(told)), nil
	}
	return strings.Join(told, " | "), nil
}

func scenarioNames() []string {
	var names []string
	for name := range scenarios {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// factsToFile writes every fact told so far, one per line, for answers that are too long for a line.
func factsToFile(args []string) (string, error) {
	if len(args) != 1 {
		return "", errors.New("usage: facts FILE")
	}
	all := strings.Join(facts, "\n") + "\n"
	return fmt.Sprint("count=", len(facts)), os.WriteFile(args[0], []byte(all), 0o644)
}
