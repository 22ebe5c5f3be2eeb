package main

import (
	"errors"
	"fmt"
	"math/bits"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// The heartbeat measures how long the process stood still: a thread of its own sleeps 200 µs at a time and records
// the gap between two beats. It sleeps in nanosleep(2), not in time.Sleep, whose timers round up to a millisecond
// while the process is idle; and it returns from the system call through the scheduler, so that a stopped world
// shows as a gap exactly as a stopped thread does.
const beat = 200 * time.Microsecond

// Buckets are a quarter of a power of two wide: a gap is known within a quarter of itself.
const bucketCount = 64 * 4

var (
	gaps         [bucketCount]uint64
	longestGap   int64
	heartStarted int32
)

// heartbeat start | read. Reading answers the window since the last reading and begins a new one.
func heartbeat(args []string) (string, error) {
	switch text(args, 0, "read") {
	case "start":
		if atomic.CompareAndSwapInt32(&heartStarted, 0, 1) {
			go beatForever()
		}
		return "beatNs=" + fmt.Sprint(int64(beat)), nil
	case "read":
		return readGaps(), nil
	}
	return "", errors.New("usage: heartbeat start|read")
}

func beatForever() {
	runtime.LockOSThread()
	// The kernel may otherwise wake this thread up to 50 µs late, to save power.
	const prSetTimerSlack = 29
	syscall.RawSyscall(syscall.SYS_PRCTL, prSetTimerSlack, 1, 0)
	last := time.Now()
	for {
		pause := syscall.NsecToTimespec(int64(beat))
		syscall.Nanosleep(&pause, nil)
		now := time.Now()
		record(int64(now.Sub(last)))
		last = now
	}
}

func record(gap int64) {
	atomic.AddUint64(&gaps[bucketOf(gap)], 1)
	for {
		longest := atomic.LoadInt64(&longestGap)
		if gap <= longest || atomic.CompareAndSwapInt64(&longestGap, longest, gap) {
			return
		}
	}
}

func bucketOf(gap int64) int {
	if gap < 4 {
		return 0
	}
	exponent := bits.Len64(uint64(gap)) - 1
	return exponent*4 + int(gap>>(exponent-2))&3
}

// upperBound is the first gap, in nanoseconds, that is too long for the bucket.
func upperBound(bucket int) int64 {
	exponent, quarter := bucket/4, bucket%4
	if exponent < 2 {
		return 4
	}
	return int64(4+quarter+1) << (exponent - 2)
}

func readGaps() string {
	var window [bucketCount]uint64
	total := uint64(0)
	for i := range gaps {
		window[i] = atomic.SwapUint64(&gaps[i], 0)
		total += window[i]
	}
	longest := atomic.SwapInt64(&longestGap, 0)
	var histogram []string
	for i, n := range window {
		if n > 0 {
			histogram = append(histogram, fmt.Sprintf("%d:%d", upperBound(i), n))
		}
	}
	return fmt.Sprintf("beats=%d maxNs=%d p50Ns=%d p99Ns=%d p999Ns=%d histogram=%s", total, longest,
		quantile(&window, total, 0.5), quantile(&window, total, 0.99), quantile(&window, total, 0.999),
		strings.Join(histogram, ","))
}

func quantile(window *[bucketCount]uint64, total uint64, q float64) int64 {
	left := uint64(float64(total) * q)
	for i, n := range window {
		if left < n {
			return upperBound(i)
		}
		left -= n
	}
	return 0
}
