package main

import "time"

// quote asks for a price and does not wait longer than 5 ms for it.
//
// The fault: the channel has no room. When the answer comes late nobody receives it, and the goroutine that wants to
// send it waits for ever. A capacity of 1 would let it go.
func quote(item string) int {
	answer := make(chan int)
	go fetchQuote(item, answer)
	select {
	case price := <-answer:
		return price
	case <-time.After(5 * time.Millisecond):
		return standardPrice
	}
}

const standardPrice = 100

// fetchQuote stands for a slow supplier: every second answer comes too late.
func fetchQuote(item string, answer chan<- int) {
	if time.Now().UnixNano()/1000%2 == 0 {
		time.Sleep(20 * time.Millisecond)
	}
	answer <- standardPrice + len(item)
}
