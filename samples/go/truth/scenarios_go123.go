//go:build go1.23

package main

import (
	"iter"
)

// Range-over-func and coroutines exist from Go 1.23 on.
func init() {
	scenarios["coroutine"] = coroutine
	scenarios["range-func"] = rangeFunc
}

// coroutine parks an iter.Pull coroutine between two values.
func coroutine() []string {
	next, stop := iter.Pull(naturals)
	next()
	kept = append(kept, next, stop)
	return []string{"role=coroutine"}
}

func naturals(yield func(int) bool) {
	for i := 0; yield(i); i++ {
	}
}

func rangeFunc() []string {
	go parkRangeFunc()
	return []string{arrived()}
}

func parkRangeFunc() {
	for n := range naturals {
		if n == 3 {
			announce()
			<-never
		}
		use(n)
	}
}
