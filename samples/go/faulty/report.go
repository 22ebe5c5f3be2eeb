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

// reportBusy and reportRest: reports are wanted for some seconds and then for some seconds not, so that the collector has a
// rest in between. Requests of that time show how long they take without it.
const reportBusy, reportRest = 3 * time.Second, 4 * time.Second

// refreshReports renders the same report again and again.
//
// The fault: an allocation storm. Every line is a string of its own and the text is copied as it grows.
func refreshReports() {
	began := time.Now()
	for range time.Tick(50 * time.Millisecond) {
		if time.Since(began)%(reportBusy+reportRest) >= reportBusy {
			continue
		}
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
