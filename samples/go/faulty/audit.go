package main

import "time"

var audit = make(chan string, 16)

// record hands a line to the audit log.
//
// The fault: the log writes slower than lines come in; when the channel is full every order waits here.
func record(line string) { audit <- line }

func keepAudit() {
	for line := range audit {
		writeAudit(line)
	}
}

func writeAudit(line string) { time.Sleep(time.Duration(70+len(line)%5) * time.Millisecond) }
