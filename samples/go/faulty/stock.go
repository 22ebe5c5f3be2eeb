package main

import (
	"sync"
	"time"
)

type stock struct {
	mutex sync.Mutex
	left  map[string]int
}

func newStock() *stock { return &stock{left: map[string]int{}} }

// reserve takes one item.
//
// The fault: the mutex is held during the call to the warehouse, so that orders queue up one behind the other.
func (s *stock) reserve(item string) int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	askWarehouse()
	s.left[item]--
	return s.left[item]
}

// startPickers starts workers that take items all day, as orders do.
func (s *stock) startPickers(count int) {
	for i := 0; i < count; i++ {
		go s.pick()
	}
}

func (s *stock) pick() {
	for {
		s.reserve("widget")
		time.Sleep(10 * time.Millisecond)
	}
}

func askWarehouse() { time.Sleep(8 * time.Millisecond) }
