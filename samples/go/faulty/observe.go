package main

import (
	"os"
	"os/signal"
	"runtime/pprof"
	"syscall"
)

// allowObservers lets other processes of the same user read this one's memory where yama limits that to parents
// (kernel.yama.ptrace_scope=1, the default of some distributions), so that ./demo works without root. A real service
// does not do this: there Vitrine runs as root, or with CAP_SYS_PTRACE.
func allowObservers() {
	const prSetPtracer, anyProcess = 0x59616d61, ^uintptr(0)
	syscall.RawSyscall(syscall.SYS_PRCTL, prSetPtracer, anyProcess, 0)
}

// saveHeapOnSignal writes a heap profile to a file on SIGUSR1, as many services do that offer no endpoint. Without any
// mention of the heap profile the linker drops memory profiling from the program, and there would be nothing to read.
func saveHeapOnSignal() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGUSR1)
	go func() {
		for range signals {
			if file, err := os.CreateTemp("", "faulty-heap-"); err == nil {
				pprof.WriteHeapProfile(file)
				file.Close()
			}
		}
	}()
}
