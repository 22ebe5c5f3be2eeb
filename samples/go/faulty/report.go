package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

var reports struct {
	sync.Mutex
	latest []string
}

// refreshReports renders the same report again and again.
//
// The fault: an allocation storm. Every line is a string of its own and the text is copied as it grows.
func refreshReports() {
	for range time.Tick(50 * time.Millisecond) {
		text := renderReport(600)
		reports.Lock()
		reports.latest = append(reports.latest, text)
		if len(reports.latest) > 50 {
			reports.latest = reports.latest[1:]
		}
		reports.Unlock()
	}
}

func renderReport(lines int) string {
	text := ""
	for i := 0; i < lines; i++ {
		text += fmt.Sprintf("%4d %s\n", i, strings.Repeat("=", i%60))
	}
	return text
}

func serveReport(w http.ResponseWriter, _ *http.Request) {
	reports.Lock()
	defer reports.Unlock()
	if len(reports.latest) > 0 {
		fmt.Fprint(w, reports.latest[len(reports.latest)-1])
	}
}
